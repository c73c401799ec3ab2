//! A layer of the atlas as the tile maker takes it.

use geo::{Coord, MapCoords as _};
use lapwing_boundaries::area::Properties;
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::layer::Layer;
use lapwing_boundaries::position::Bng;
use lapwing_tiles::{Attributes, Features, InputLayer, Value};
use serde_json::Value as Json;

/// A layer in degrees, by OSTN15, under its own id. Every feature has `code` and `name`, then what
/// the catalogue keeps, and is numbered by its place in the layer.
///
/// A kept property of a name that is taken is called `source_NAME`, as everywhere; of points,
/// `count` is taken by clusters. Lists are joined by `;`.
pub fn input_layer(layer: &Layer) -> InputLayer {
    let features = if layer.is_areas() {
        let area = |(number, area): (u64, &lapwing_boundaries::area::Area)| {
            let attributes =
                attributes(number, area.code(), area.name(), area.properties(), &["code", "name"]);
            (attributes, area.geometry().map_coords(degrees))
        };
        Features::Areas((0..).zip(layer.areas()).map(area).collect())
    } else {
        let site = |(number, site): (u64, &lapwing_boundaries::area::Site)| {
            let taken = ["code", "name", "count"];
            let attributes = attributes(number, &site.code, &site.name, &site.properties, &taken);
            (attributes, degrees(site.position.coord()).into())
        };
        Features::Points((0..).zip(layer.sites()).map(site).collect())
    };
    InputLayer { name: layer.meta().id.to_string(), features }
}

fn degrees(at: Coord) -> Coord {
    // Every coordinate of an atlas was checked where it entered.
    Bng::new(at.x, at.y).map_or(at, |at| {
        let (degrees, _) = at.to_lng_lat();
        Coord { x: degrees.lon(), y: degrees.lat() }
    })
}

fn attributes(
    id: u64,
    code: &AreaCode,
    name: &str,
    kept: &Properties,
    taken: &[&str],
) -> Attributes {
    let mut properties = vec![
        ("code".to_owned(), Value::Text(code.as_str().to_owned())),
        ("name".to_owned(), Value::Text(name.to_owned())),
    ];
    properties.extend(kept.iter().filter_map(|(key, kept)| {
        let key = if taken.contains(&key.as_str()) { format!("source_{key}") } else { key.clone() };
        Some((key, value(kept)?))
    }));
    Attributes { id, properties }
}

/// A property as a tile can hold it; none where it is `null`.
fn value(kept: &Json) -> Option<Value> {
    Some(match kept {
        Json::Null => return None,
        Json::Bool(truth) => Value::Truth(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Number(number.as_f64()?),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(values) => {
            let each = |value: &Json| value.as_str().map_or_else(|| value.to_string(), Into::into);
            Value::Text(values.iter().map(each).collect::<Vec<String>>().join(";"))
        }
        Json::Object(_) => Value::Text(kept.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn properties_keep_their_kind_and_lists_are_joined() {
        assert_eq!(value(&json!("a")), Some(Value::Text("a".to_owned())));
        assert_eq!(value(&json!(-3)), Some(Value::Integer(-3)));
        assert_eq!(value(&json!(1.5)), Some(Value::Number(1.5)));
        assert_eq!(value(&json!(true)), Some(Value::Truth(true)));
        assert_eq!(value(&json!(["a", 2])), Some(Value::Text("a;2".to_owned())));
        assert_eq!(value(&json!(null)), None);
    }

    #[test]
    fn a_kept_property_never_hides_ours() {
        let kept = vec![("name".to_owned(), json!("kept")), ("count".to_owned(), json!(1))];
        let code = AreaCode::parse("E05000001").unwrap();
        let names = |taken: &[&str]| {
            attributes(0, &code, "Abbey", &kept, taken)
                .properties
                .into_iter()
                .map(|p| p.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&["code", "name"]), ["code", "name", "source_name", "count"]);
        assert_eq!(
            names(&["code", "name", "count"]),
            ["code", "name", "source_name", "source_count"]
        );
    }
}
