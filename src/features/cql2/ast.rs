//! An expression as it was written, the same for CQL2's text and JSON: names are not looked up
//! yet, and kinds not checked.

use geo::Geometry;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A day, as it was written.
    Date(String),
    /// A moment, as it was written.
    Timestamp(String),
    /// From one instant to another. An open end is the text `..`; a text is a date or a moment.
    Interval(Box<[Node; 2]>),
    /// A geometry in the filter's CRS and its axis order; heights are left out.
    Geometry(Geometry<f64>),
    /// The value of a property.
    Property(String),
    /// A list.
    List(Vec<Node>),
    /// An operator or function, its name in lower case as CQL2 JSON writes it, and what it is
    /// applied to. `a NOT LIKE b` is `not(like(a, b))`, `-a` is `-1 * a`, and `and` and `or` have
    /// two or more arguments.
    Call(String, Vec<Node>),
}

impl Node {
    /// An operator or function.
    pub(super) fn call(name: &str, args: impl Into<Vec<Self>>) -> Self {
        Self::Call(name.to_owned(), args.into())
    }

    /// What it is, for people.
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

/// A text of the caller's, not too long for an answer.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
