//! An expression whose names are looked up and whose kinds fit.

use std::collections::HashSet;
use std::sync::Arc;

use super::instant::{Instant, TimeRelation};
use super::prepared_geometry::Shape;
use super::relation::Relation;

/// What is true, false or unknown of an area or site.
#[derive(Clone, Debug)]
pub(super) enum Predicate {
    Always(bool),
    And(Vec<Predicate>),
    Or(Vec<Predicate>),
    Not(Box<Predicate>),
    /// The boolean attribute.
    Truth(usize),
    /// Whether the attribute has no value.
    AttributeIsNull(usize),
    ScalarIsNull(Scalar),
    Compare(Comparison, Scalar, Scalar),
    Like(Scalar, Scalar),
    Between(Scalar, Scalar, Scalar),
    In(Scalar, Vec<Scalar>),
    /// Whether the text is one of many constants.
    InTexts(Scalar, Arc<HashSet<String>>),
    /// Whether the area or site stands so to the shape.
    Spatial(Relation, Arc<Shape>),
    Temporal(TimeRelation, [Scalar; 2], [Scalar; 2]),
    Lists(ListRelation, List, List),
}

/// What gives a single value.
#[derive(Clone, Debug)]
pub(super) enum Scalar {
    Text(String),
    Number(f64),
    Boolean(bool),
    Instant(Instant),
    /// Nothing, known beforehand: the layer's own `valid_to`, where it has none.
    Null,
    Attribute(usize),
    Fold(Fold, Box<Scalar>),
    Arithmetic(Operator, Box<[Scalar; 2]>),
    Predicate(Box<Predicate>),
}

/// Many values.
#[derive(Clone, Debug)]
pub(super) enum List {
    Constant(Vec<String>),
    Attribute(usize),
}

/// What makes texts alike that differ in case or accents.
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
    /// The whole part of the quotient.
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

    /// The result; `None` where there is none, as of a division by zero.
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

/// How one list stands to another, order and repetition set aside.
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
