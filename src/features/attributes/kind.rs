//! What the values of an attribute are, found from all of them.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value as Json;

use super::Value;

/// What the values of an attribute are. Any of them may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttributeType {
    /// Text; also what has values of several kinds.
    Text,
    /// Whole numbers that fit 64 bits with a sign.
    Integer,
    /// Numbers.
    Number,
    /// True or false.
    Boolean,
    /// Days, written 2024-05-01.
    Date,
    /// Moments, written 2024-05-01T12:00:00Z or with an offset.
    Timestamp,
    /// Lists of text: a JSON array, or joined by `;` in a table's cell.
    List,
    /// Codes of areas in which a site lies, joined by `;` wherever they are written.
    Codes,
}

impl AttributeType {
    /// The display name.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Date => "a date",
            Self::Timestamp => "a moment in time",
            Self::List => "a list of text",
            Self::Codes => "a list of codes",
        }
    }

    /// A value of the source, which is not null, in this kind.
    pub(super) fn read(self, json: &Json) -> Value<'_> {
        let read = match (self, json) {
            (Self::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
            (Self::Number, Json::Number(number)) => number.as_f64().map(Value::Number),
            (Self::Boolean, Json::Bool(truth)) => Some(Value::Boolean(*truth)),
            (Self::Date, Json::String(text)) => date(text).map(Value::Date),
            (Self::Timestamp, Json::String(text)) => timestamp(text).map(Value::Timestamp),
            (Self::List, Json::Array(items)) => Some(Value::List(items.iter().map(text).collect())),
            _ => None,
        };
        // Values of any other type can be shown as text.
        read.unwrap_or_else(|| Value::Text(text(json)))
    }
}

/// The kind of all those values.
pub(super) fn of_all<'a>(values: impl Iterator<Item = &'a Json>) -> AttributeType {
    let mut kinds = values.map(of_one);
    let Some(mut kind) = kinds.next() else { return AttributeType::Text };
    for other in kinds {
        kind = match (kind, other) {
            (AttributeType::Text, _) => return AttributeType::Text,
            (AttributeType::Integer | AttributeType::Number, AttributeType::Number)
            | (AttributeType::Number, AttributeType::Integer) => AttributeType::Number,
            (one, other) if one == other => one,
            _ => return AttributeType::Text,
        };
    }
    kind
}

fn of_one(json: &Json) -> AttributeType {
    let scalar = |item: &Json| !item.is_array() && !item.is_object();
    match json {
        Json::Bool(_) => AttributeType::Boolean,
        Json::Number(number) if number.is_i64() => AttributeType::Integer,
        Json::Number(_) => AttributeType::Number,
        Json::String(text) if date(text).is_some() => AttributeType::Date,
        Json::String(text) if timestamp(text).is_some() => AttributeType::Timestamp,
        Json::Array(items) if items.iter().all(scalar) => AttributeType::List,
        _ => AttributeType::Text,
    }
}

/// A day as RFC 3339 writes it, and nothing else that jiff would read.
pub(crate) fn date(text: &str) -> Option<Date> {
    let form = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    if form { text.parse().ok() } else { None }
}

/// A moment as RFC 3339 writes it.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let form = text.len() >= 20 && text.is_ascii() && text.as_bytes()[10] == b'T';
    if form { text.parse().ok() } else { None }
}

/// A JSON value as text; the items of a list are joined by `;`.
fn text(json: &Json) -> Cow<'_, str> {
    match json {
        Json::String(text) => Cow::Borrowed(text),
        Json::Null => Cow::Borrowed(""),
        Json::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(text).collect::<Vec<_>>().join(";").into()
        }
        other => other.to_string().into(),
    }
}
