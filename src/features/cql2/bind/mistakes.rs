//! The errors of binding, and the names that CQL2 defines.

use super::super::ast::{Node, shown};
use super::super::error::FilterError;
use super::super::expression::{Comparison, ListRelation};
use super::super::instant::TimeRelation;
use super::super::relation::Relation;
use super::named;
use super::scalar::Sort;

/// The error for a comparison of values of different sorts.
pub(super) fn do_not_compare(a: &Node, sort: Sort, b: &Node, other: Sort) -> FilterError {
    FilterError::WrongType(format!(
        "{} is {} and cannot be compared with {}, which is {}{}",
        a.words(),
        sort.words(),
        b.words(),
        other.words(),
        match (sort, other) {
            (Sort::Instant, Sort::Text) | (Sort::Text, Sort::Instant) => {
                ": write a date as DATE('2024-05-01')"
            }
            (Sort::Text, Sort::Number) | (Sort::Number, Sort::Text) => {
                ": write a text in single quotes and a number without"
            }
            _ => "",
        }
    ))
}

/// Returns whether this is a supported function or operator of CQL2.
pub(super) fn is_known(name: &str) -> bool {
    const OTHERS: [&str; 9] =
        ["and", "or", "not", "isnull", "like", "between", "in", "casei", "accenti"];
    OTHERS.contains(&name)
        || named(&Comparison::ALL, name).is_some()
        || named(&super::super::expression::Operator::ALL, name).is_some()
        || named(&Relation::ALL, name).is_some()
        || named(&TimeRelation::ALL, name).is_some()
        || named(&ListRelation::ALL, name).is_some()
}

/// The error for a function that does not exist.
pub(super) fn unknown_function(name: &str) -> FilterError {
    FilterError::UnknownFunction {
        name: shown(name),
        advice: "the functions are CASEI, ACCENTI, DATE, TIMESTAMP, INTERVAL, and those of CQL2 that begin with S_, T_ and A_".to_owned(),
    }
}
