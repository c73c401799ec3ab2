//! The abstract syntax tree of CQL2, the same for text and JSON. Names are not resolved and types
//! not checked yet.

use geo::Geometry;

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A boolean.
    Boolean(bool),
    /// A date, as written.
    Date(String),
    /// A timestamp, as written.
    Timestamp(String),
    /// An interval. An open end is the text `..`; any other text is a date or a timestamp.
    Interval(Box<[Node; 2]>),
    /// A geometry in the CRS of the filter and its axis order, without heights.
    Geometry(Geometry<f64>),
    /// A property.
    Property(String),
    /// A list.
    List(Vec<Node>),
    /// An operator or function with its arguments. The name is in lower case, as in CQL2 JSON. `a
    /// NOT LIKE b` is `not(like(a, b))`, `-a` is `-1 * a`, and `and` and `or` have two or more
    /// arguments.
    Call(String, Vec<Node>),
}

impl Node {
    /// An operator or function.
    pub(super) fn call(name: &str, args: impl Into<Vec<Self>>) -> Self {
        Self::Call(name.to_owned(), args.into())
    }

    /// A description for error messages.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Text(text) => format!("the text '{}'", shown(text)),
            Self::Number(number) => format!("the number {number}"),
            Self::Boolean(truth) => format!("the boolean {truth}"),
            Self::Date(text) => format!("the date '{}'", shown(text)),
            Self::Timestamp(text) => format!("the timestamp '{}'", shown(text)),
            Self::Interval(_) => "an interval".to_owned(),
            Self::Geometry(_) => "a geometry".to_owned(),
            Self::Property(name) => format!("the property {:?}", shown(name)),
            Self::List(_) => "a list".to_owned(),
            Self::Call(name, _) => format!("the result of {}", shown(name)),
        }
    }
}

/// A text of the client, shortened for an error message.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
