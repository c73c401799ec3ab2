//! Converts a layer of the atlas to the input of the tile crate.

use geo::{Coord, MapCoords as _};
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::Bng;
use lapwing_tiles::{Attributes, Features, InputLayer, Value};

use crate::features::attributes::{Schema, Value as AttributeValue};

/// The area of an area: no map style needs it, and every answer about the area has it.
const LEFT_OUT: &str = "area_m2";

/// The attribute that clusters of points have.
const OF_CLUSTERS: &str = "count";

/// A layer in degrees by OSTN15, under its own id. Features are numbered by their index in the
/// layer and have their usual attributes, except the area of areas. A point's own `count` becomes
/// `source_count`.
///
/// # Panics
///
/// If the atlas has no such layer.
pub fn input_layer(atlas: &Atlas, layer_index: usize) -> InputLayer {
    let layer = atlas.layers()[layer_index].layer();
    let schema = Schema::of(atlas, layer_index);
    let of = |feature: usize| attributes(atlas, &schema, feature, layer.is_areas());
    let features = if layer.is_areas() {
        let grounds = layer.areas().iter().map(|area| area.geometry().map_coords(degrees));
        Features::Areas(grounds.enumerate().map(|(i, ground)| (of(i), ground)).collect())
    } else {
        let points = layer.sites().iter().map(|site| degrees(site.position.coord()).into());
        Features::Points(points.enumerate().map(|(i, point)| (of(i), point)).collect())
    };
    InputLayer { name: layer.meta().id.to_string(), features }
}

fn degrees(at: Coord) -> Coord {
    // Every coordinate of an atlas was checked when it was read.
    Bng::new(at.x, at.y).map_or(at, |at| {
        let (degrees, _) = at.to_lng_lat();
        Coord { x: degrees.lon(), y: degrees.lat() }
    })
}

fn attributes(atlas: &Atlas, schema: &Schema, feature: usize, of_area: bool) -> Attributes {
    let properties = schema.attributes().iter().enumerate().filter_map(|(number, attribute)| {
        let name = match attribute.name.as_str() {
            LEFT_OUT if of_area => return None,
            OF_CLUSTERS if !of_area => format!("source_{OF_CLUSTERS}"),
            name => name.to_owned(),
        };
        Some((name, value(schema.value(atlas, feature, number))?))
    });
    Attributes { id: feature as u64, properties: properties.collect() }
}

/// A value that a tile can hold: anything but text, numbers and booleans becomes text.
fn value(attribute_value: AttributeValue) -> Option<Value> {
    Some(match attribute_value {
        AttributeValue::Null => return None,
        AttributeValue::Integer(number) => Value::Integer(number),
        AttributeValue::Number(number) => Value::Number(number),
        AttributeValue::Boolean(truth) => Value::Bool(truth),
        other => Value::Text(other.cell()),
    })
}

#[cfg(test)]
mod tests {
    use lapwing_boundaries::layer::Layer;
    use serde_json::json;

    use super::*;
    use crate::answers::squares;

    #[test]
    fn features_have_the_attributes_they_have_everywhere_but_no_measure() {
        let mut contents = squares::contents();
        let halls = contents.layers.pop().unwrap();
        let mut sites = halls.sites().to_vec();
        sites[0].properties =
            vec![("count".to_owned(), json!(3)), ("uses".to_owned(), json!(["a", "b"]))];
        contents.layers.push(Layer::of_sites(halls.meta().clone(), sites));
        let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
        let Features::Areas(wards) = input_layer(&atlas, 0).features else { panic!("areas") };
        let text = |text: &str| Value::Text(text.to_owned());
        let expected = [("code", "E05000001"), ("name", "Abbey"), ("LAD22NM", "West")];
        assert_eq!(wards[0].0.id, 0);
        assert_eq!(wards[0].0.properties, expected.map(|(k, v)| (k.to_owned(), text(v))));
        let Features::Points(halls) = input_layer(&atlas, 4).features else { panic!("points") };
        let attribute_value = |name: &str| {
            let found = halls[0].0.properties.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone())
        };
        assert_eq!(attribute_value("lap"), Some(text("N4")));
        assert_eq!(attribute_value("source_count"), Some(Value::Integer(3)));
        assert_eq!(attribute_value("uses"), Some(text("a;b")));
        assert_eq!(attribute_value("count"), None);
    }
}
