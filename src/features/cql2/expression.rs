//! An expression with resolved names and checked types.

use std::collections::HashSet;
use std::sync::Arc;

use super::instant::{Instant, TimeRelation};
use super::prepared_geometry::Shape;
use super::relation::Relation;

/// A condition: true, false or unknown for an area or site.
#[derive(Clone, Debug)]
pub(super) enum Predicate {
    Always(bool),
    And(Vec<Predicate>),
    Or(Vec<Predicate>),
    Not(Box<Predicate>),
    /// A boolean attribute.
    Truth(usize),
    /// `IS NULL`.
    AttributeIsNull(usize),
    ScalarIsNull(Scalar),
    Compare(Comparison, Scalar, Scalar),
    Like(Scalar, Scalar),
    Between(Scalar, Scalar, Scalar),
    In(Scalar, Vec<Scalar>),
    /// A text in a list of constants.
    InTexts(Scalar, Arc<HashSet<String>>),
    /// A spatial relation of the area or site to a geometry.
    Spatial(Relation, Arc<Shape>),
    Temporal(TimeRelation, [Scalar; 2], [Scalar; 2]),
    Lists(ListRelation, List, List),
}

/// A single value.
#[derive(Clone, Debug)]
pub(super) enum Scalar {
    Text(String),
    Number(f64),
    Boolean(bool),
    Instant(Instant),
    /// A constant null: `valid_to` of a layer without an end.
    Null,
    Attribute(usize),
    Fold(Fold, Box<Scalar>),
    Arithmetic(Operator, Box<[Scalar; 2]>),
    Predicate(Box<Predicate>),
}

/// A list of values.
#[derive(Clone, Debug)]
pub(super) enum List {
    Constant(Vec<String>),
    Attribute(usize),
}

/// Case or accent folding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Case,
    Accents,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("=", Self::Equal),
        ("<>", Self::NotEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    /// The integer part of the quotient.
    Div,
    Modulo,
    Power,
}

impl Operator {
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("+", Self::Plus),
        ("-", Self::Minus),
        ("*", Self::Times),
        ("/", Self::Over),
        ("div", Self::Div),
        ("%", Self::Modulo),
        ("^", Self::Power),
    ];

    /// The result; `None` if there is none, as for a division by zero.
    pub(super) fn apply(self, a: f64, b: f64) -> Option<f64> {
        let result = match self {
            Self::Plus => a + b,
            Self::Minus => a - b,
            Self::Times => a * b,
            Self::Over => a / b,
            Self::Div => (a / b).trunc(),
            Self::Modulo => a % b,
            Self::Power => a.powf(b),
        };
        result.is_finite().then_some(result)
    }
}

/// A relation between two lists, ignoring order and repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListRelation {
    Contains,
    ContainedBy,
    Equals,
    Overlaps,
}

impl ListRelation {
    pub(super) const ALL: [(&'static str, Self); 4] = [
        ("a_contains", Self::Contains),
        ("a_containedby", Self::ContainedBy),
        ("a_equals", Self::Equals),
        ("a_overlaps", Self::Overlaps),
    ];
}
