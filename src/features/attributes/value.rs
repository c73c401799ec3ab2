//! The value of an attribute.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use lapwing_boundaries::code::AreaCode;

#[cfg(doc)]
use super::AttributeType;

/// One value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value: missing in the source, or the site is in no area.
    Null,
    /// Of [`AttributeType::Text`].
    Text(Cow<'a, str>),
    /// Of [`AttributeType::Integer`].
    Integer(i64),
    /// Of [`AttributeType::Number`].
    Number(f64),
    /// Of [`AttributeType::Boolean`].
    Boolean(bool),
    /// Of [`AttributeType::Date`].
    Date(Date),
    /// Of [`AttributeType::Timestamp`].
    Timestamp(Timestamp),
    /// Of [`AttributeType::List`].
    List(Vec<Cow<'a, str>>),
    /// Of [`AttributeType::Codes`], in order, at least one.
    Codes(Vec<&'a AreaCode>),
}

impl Value<'_> {
    /// The text of a table cell: empty for no value, several values joined by `;`.
    pub fn cell(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => text.as_ref().to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(truth) => truth.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Timestamp(moment) => moment.to_string(),
            Self::List(items) => items.join(";"),
            Self::Codes(codes) => {
                codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(";")
            }
        }
    }
}
