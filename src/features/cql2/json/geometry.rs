//! Geometries in CQL2 JSON: GeoJSON (RFC 7946, section 3.1) in the CRS of the filter.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};
use serde_json::{Map, Value};

use crate::features::cql2::ast::shown;
use crate::features::cql2::error::FilterError;
use crate::features::cql2::limits::Meter;
use crate::features::cql2::literal::ring;

type Read<T> = fn(&Value, &mut Meter) -> Result<T, FilterError>;

pub(super) fn read(
    object: &Map<String, Value>,
    meter: &mut Meter,
) -> Result<Geometry<f64>, FilterError> {
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    if kind == "GeometryCollection" {
        let Some(Value::Array(members)) = object.get("geometries") else {
            return Err(FilterError::json("a GeometryCollection needs a list geometries"));
        };
        meter.enter()?;
        let members: Result<Vec<Geometry<f64>>, FilterError> = members
            .iter()
            .map(|member| match member {
                Value::Object(member) => read(member, meter),
                _ => Err(FilterError::json("a member of a GeometryCollection must be a geometry")),
            })
            .collect();
        meter.leave(1);
        return Ok(Geometry::GeometryCollection(GeometryCollection(not_empty(members?)?)));
    }
    let Some(coordinates) = object.get("coordinates") else {
        return Err(FilterError::json(format!("the {} has no coordinates", shown(kind))));
    };
    Ok(match kind {
        "Point" => Point(position(coordinates, meter)?).into(),
        "LineString" => line(coordinates, meter)?.into(),
        "Polygon" => polygon(coordinates, meter)?.into(),
        "MultiPoint" => {
            let points = list(coordinates, meter, position)?;
            MultiPoint(points.into_iter().map(Point).collect()).into()
        }
        "MultiLineString" => MultiLineString(list(coordinates, meter, line)?).into(),
        "MultiPolygon" => MultiPolygon(list(coordinates, meter, polygon)?).into(),
        other => {
            let message = format!("{:?} is not a type of GeoJSON geometry", shown(other));
            return Err(FilterError::json(message));
        }
    })
}

fn not_empty<T>(items: Vec<T>) -> Result<Vec<T>, FilterError> {
    if items.is_empty() {
        let message = "an empty geometry intersects nothing: give one with coordinates";
        return Err(FilterError::InvalidLiteral(message.to_owned()));
    }
    Ok(items)
}

fn list<T>(json: &Value, meter: &mut Meter, read: Read<T>) -> Result<Vec<T>, FilterError> {
    let Value::Array(items) = json else {
        return Err(FilterError::json(
            "coordinates must be lists of numbers, nested as the type requires",
        ));
    };
    not_empty(items.iter().map(|item| read(item, meter)).collect::<Result<_, _>>()?)
}

fn line(json: &Value, meter: &mut Meter) -> Result<LineString<f64>, FilterError> {
    let positions = list(json, meter, position)?;
    if positions.len() < 2 {
        return Err(FilterError::json("a line needs at least two positions"));
    }
    Ok(LineString(positions))
}

fn polygon(json: &Value, meter: &mut Meter) -> Result<Polygon<f64>, FilterError> {
    let mut rings = list(json, meter, |json, meter| ring(list(json, meter, position)?))?;
    let shell = rings.remove(0);
    Ok(Polygon::new(shell, rings))
}

/// Two numbers; a height is ignored.
fn position(json: &Value, meter: &mut Meter) -> Result<Coord<f64>, FilterError> {
    meter.vertex()?;
    let numbers: Option<Vec<f64>> =
        json.as_array().and_then(|numbers| numbers.iter().map(Value::as_f64).collect());
    match numbers.as_deref() {
        Some([x, y] | [x, y, _]) if x.is_finite() && y.is_finite() => Ok(Coord { x: *x, y: *y }),
        _ => Err(FilterError::json(
            "a position must be a list of two numbers, or three with a height",
        )),
    }
}
