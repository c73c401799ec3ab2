//! The attributes of a layer as typed columns, for every format but JSON.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Selection;
use crate::features::attributes::{self, Value};

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellType {
    /// Text; lists as well, joined by `;`.
    Text,
    Integer,
    Number,
    Truth,
    Day,
    Moment,
}

/// A value of a column, or none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Text(String),
    Integer(i64),
    Number(f64),
    Truth(bool),
    Day(Date),
    Moment(Timestamp),
}

/// The types of the columns of a selection.
pub(super) fn kinds(selection: &Selection<'_>) -> Vec<CellType> {
    let attributes = selection.schema.attributes();
    selection.attributes.iter().map(|&at| kind_of(attributes[at].kind)).collect()
}

const fn kind_of(kind: attributes::AttributeType) -> CellType {
    match kind {
        attributes::AttributeType::Text
        | attributes::AttributeType::List
        | attributes::AttributeType::Codes => CellType::Text,
        attributes::AttributeType::Integer => CellType::Integer,
        attributes::AttributeType::Number => CellType::Number,
        attributes::AttributeType::Boolean => CellType::Truth,
        attributes::AttributeType::Date => CellType::Day,
        attributes::AttributeType::Timestamp => CellType::Moment,
    }
}

/// The cells of an area or site, one per column, in the type of the column.
pub(super) fn cells(selection: &Selection<'_>, index: usize) -> Vec<Cell> {
    let (schema, atlas) = (selection.schema, selection.atlas);
    let cell = |&at: &usize| match schema.value(atlas, index, at) {
        Value::Null => Cell::Null,
        Value::Integer(number) => Cell::Integer(number),
        Value::Number(number) => Cell::Number(number),
        Value::Boolean(truth) => Cell::Truth(truth),
        Value::Date(day) => Cell::Day(day),
        Value::Timestamp(moment) => Cell::Moment(moment),
        text => Cell::Text(text.cell()),
    };
    selection.attributes.iter().map(cell).collect()
}

/// The names of the columns. An attribute is written as `source_NAME` if the format reserves its
/// name (`taken`), or if it differs from an earlier column only in case, which SQL does not
/// distinguish.
pub(super) fn names(selection: &Selection<'_>, taken: &[&str]) -> Vec<String> {
    let attributes = selection.schema.attributes();
    apart(selection.attributes.iter().map(|&at| attributes[at].name.as_str()), taken)
}

fn apart<'n>(names: impl Iterator<Item = &'n str>, taken: &[&str]) -> Vec<String> {
    let mut used: std::collections::HashSet<String> =
        taken.iter().map(|name| name.to_lowercase()).collect();
    names
        .map(|name| {
            let mut name = name.to_owned();
            while !used.insert(name.to_lowercase()) {
                name.insert_str(0, "source_");
            }
            name
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_in_any_case_is_numbered() {
        let names = ["code", "FID", "geom", "Code", "source_geom"];
        assert_eq!(
            apart(names.into_iter(), &["fid", "geom"]),
            ["code", "source_FID", "source_geom", "source_Code", "source_source_geom"]
        );
    }
}
