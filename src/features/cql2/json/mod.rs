//! The parser of CQL2 JSON (OGC 21-065r2, annex C).

use geo::Geometry;
use lapwing_boundaries::text::composed;
use serde_json::{Map, Value};

use super::ast::{Node, shown};
use super::error::FilterError;
use super::limits::{Meter, check_length};
use super::literal::bbox;

mod geometry;

/// Parses a whole JSON text.
pub(super) fn parse(text: &str) -> Result<Node, FilterError> {
    check_length(text)?;
    // serde_json itself refuses nesting of more than 128 levels.
    let json: Value = serde_json::from_str(text)
        .map_err(|error| FilterError::json(format!("the filter is not JSON: {error}")))?;
    node(&json, &mut Meter::default())
}

fn node(json: &Value, meter: &mut Meter) -> Result<Node, FilterError> {
    meter.part()?;
    match json {
        Value::Null => {
            let message = "null cannot be compared with: write {\"op\":\"isNull\",\"args\":[…]}";
            Err(FilterError::json(message))
        }
        Value::Bool(truth) => Ok(Node::Boolean(*truth)),
        Value::Number(number) => match number.as_f64() {
            Some(number) if number.is_finite() => Ok(Node::Number(number)),
            _ => Err(FilterError::json(format!("the number {number} is too large"))),
        },
        Value::String(text) => Ok(Node::Text(composed(text).into_owned())),
        Value::Array(items) => nodes(items, meter).map(Node::List),
        Value::Object(object) => of_object(object, meter),
    }
}

fn nodes(items: &[Value], meter: &mut Meter) -> Result<Vec<Node>, FilterError> {
    meter.enter()?;
    let nodes = items.iter().map(|item| node(item, meter)).collect();
    meter.leave(1);
    nodes
}

fn of_object(object: &Map<String, Value>, meter: &mut Meter) -> Result<Node, FilterError> {
    if object.contains_key("op") {
        return operation(object, meter);
    }
    if object.contains_key("type") {
        return geometry::read(object, meter).map(Node::Geometry);
    }
    let only = (object.len() == 1).then(|| object.iter().next()).flatten();
    match only.map(|(key, value)| (key.as_str(), value)) {
        Some(("property", Value::String(name))) => Ok(Node::Property(name.clone())),
        Some(("date", Value::String(text))) => Ok(Node::Date(text.clone())),
        Some(("timestamp", Value::String(text))) => Ok(Node::Timestamp(text.clone())),
        Some(("interval", Value::Array(ends))) => {
            let ends = <[Node; 2]>::try_from(nodes(ends, meter)?).map_err(|_| {
                FilterError::json("interval takes two ends, such as [\"2024-05-01\", \"..\"]")
            })?;
            Ok(Node::Interval(Box::new(ends)))
        }
        Some(("bbox", Value::Array(numbers))) => read_bbox(numbers).map(Node::Geometry),
        _ => {
            let keys: Vec<&str> = object.keys().take(5).map(String::as_str).collect();
            let message = format!(
                "an object must be an operation (op and args), a geometry (type and coordinates), or have one member property, date, timestamp, interval or bbox; this one has {}",
                shown(&keys.join(", "))
            );
            Err(FilterError::json(message))
        }
    }
}

fn read_bbox(numbers: &[Value]) -> Result<Geometry<f64>, FilterError> {
    let numbers: Option<Vec<f64>> = numbers.iter().map(Value::as_f64).collect();
    bbox(&numbers.unwrap_or_default())
}

fn operation(object: &Map<String, Value>, meter: &mut Meter) -> Result<Node, FilterError> {
    let (Some(Value::String(name)), Some(Value::Array(args)), 2) =
        (object.get("op"), object.get("args"), object.len())
    else {
        let message = "an operation must have a text op and a list args, and nothing else";
        return Err(FilterError::json(message));
    };
    let mut args = nodes(args, meter)?;
    let name = name.to_lowercase();
    // With one argument they are that argument, as in text.
    if matches!(&name[..], "and" | "or") && args.len() == 1 {
        return Ok(args.remove(0));
    }
    Ok(Node::Call(name, args))
}
