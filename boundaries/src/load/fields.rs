//! The fields that the catalogue asks for, picked out of each feature.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::area::Properties;
use crate::catalogue::{Only, VectorSource};
use crate::fault::{Fault, FaultKind};

use super::error::FileReport;

/// Picks the code, the name and the fields to keep, and remembers which fields the file has.
#[derive(Debug)]
pub struct Fields<'a> {
    code: &'a str,
    name: Option<&'a str>,
    keep: &'a [String],
    only: &'a [Only],
    /// The places of the features that `only` leaves out.
    left_out: RefCell<HashSet<usize>>,
    /// Every field seen, in the order first seen.
    seen: Vec<String>,
}

/// What was picked out of one feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picked {
    /// The text of the code field.
    pub code: Option<String>,
    /// The text of the name field.
    pub name: Option<String>,
    /// The fields to keep, in the catalogue's order.
    pub properties: Properties,
}

impl<'a> Fields<'a> {
    /// The fields that the catalogue names for this source.
    pub fn of(source: &'a VectorSource) -> Self {
        Self {
            code: &source.code,
            name: source.name.as_deref(),
            keep: &source.keep,
            only: &source.only,
            left_out: RefCell::default(),
            seen: Vec::new(),
        }
    }

    /// Whether the catalogue asks for that field.
    pub fn wants(&self, field: &str) -> bool {
        field == self.code
            || Some(field) == self.name
            || self.keep.iter().any(|k| k == field)
            || self.only.iter().any(|only| only.field == field)
    }

    /// Notes that the file has that field.
    pub fn saw(&mut self, field: &str) {
        if !self.seen.iter().any(|seen| seen == field) {
            self.seen.push(field.to_owned());
        }
    }

    /// Picks out of the values that one feature has for the wanted fields. A code or name that
    /// is neither text, number nor boolean is a fault of the feature.
    pub fn pick(
        &self,
        index: usize,
        values: &[(String, Value)],
        report: &mut FileReport<'_>,
    ) -> Picked {
        let value = |field: &str| values.iter().rfind(|(name, _)| name == field).map(|(_, v)| v);
        let is_chosen = |only: &Only| {
            let text = match value(&only.field) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number_text(number),
                _ => return false,
            };
            only.values.iter().any(|wish| wish.is_met_by(&text))
        };
        if !self.only.iter().all(is_chosen) {
            self.left_out.borrow_mut().insert(index);
        }
        let code = self.text(index, None, self.code, value(self.code), report);
        let name =
            self.name.and_then(|name| self.text(index, code.as_deref(), name, value(name), report));
        let properties = self
            .keep
            .iter()
            .map(|field| (field.clone(), value(field).cloned().unwrap_or(Value::Null)))
            .collect();
        Picked { code, name, properties }
    }

    fn text(
        &self,
        index: usize,
        code: Option<&str>,
        field: &str,
        value: Option<&Value>,
        report: &mut FileReport<'_>,
    ) -> Option<String> {
        match value? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Number(number) => Some(number_text(number)),
            Value::Array(_) | Value::Object(_) => {
                let what = if field == self.code { "code" } else { "name" };
                report.add(
                    Fault::error(
                        FaultKind::BadField,
                        format!("the {what} is a list or an object; it must be text or a number"),
                    )
                    .of_feature(index, code)
                    .of_field(field),
                );
                None
            }
        }
    }

    /// Whether the feature at that place of the file, having been picked of, meets `only`.
    pub fn chose(&self, index: usize) -> bool {
        !self.left_out.borrow().contains(&index)
    }

    /// Reports, once each, the wanted fields that no feature has. Returns false if the code is
    /// among them, for without codes there is no layer.
    pub fn report_missing(&self, report: &mut FileReport<'_>) -> bool {
        let has = |field: &str| self.seen.iter().any(|seen| seen == field);
        let mut wanted: Vec<(&str, &str)> = vec![("code", self.code)];
        wanted.extend(self.name.map(|name| ("name", name)));
        wanted.extend(self.keep.iter().map(|field| ("keep", field.as_str())));
        wanted.extend(self.only.iter().map(|only| ("only", only.field.as_str())));
        for (key, field) in wanted.iter().filter(|(_, field)| !has(field)) {
            let message = format!(
                "the catalogue names {field:?} under `{key}`, but the file has no such field: {}",
                self.what_there_is(field)
            );
            report.add(Fault::error(FaultKind::BadField, message).of_field(*field));
        }
        has(self.code)
    }

    /// `did you mean "WD22CD"? It has WD22CD, WD22NM`.
    fn what_there_is(&self, field: &str) -> String {
        /// Enough to recognise a file by; census files have hundreds of fields.
        const MOST_LISTED: usize = 40;
        if self.seen.is_empty() {
            return "it has no fields at all".to_owned();
        }
        let mut list = self.seen.iter().take(MOST_LISTED).cloned().collect::<Vec<_>>().join(", ");
        if self.seen.len() > MOST_LISTED {
            let _ = write!(list, " and {} more", self.seen.len() - MOST_LISTED);
        }
        match nearest(field, &self.seen) {
            Some(near) => format!("did you mean {near:?}? It has {list}"),
            None => format!("it has {list}"),
        }
    }
}

/// A number as people write it in a code: whole numbers without `.0`.
fn number_text(number: &serde_json::Number) -> String {
    /// Beyond this, `f64` cannot tell whole numbers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(x) if !number.is_i64() && !number.is_u64() => {
            if x.fract() == 0.0 && x.abs() <= EXACT {
                format!("{}", x as i64)
            } else {
                format!("{x}")
            }
        }
        _ => number.to_string(),
    }
}

/// The field most like the one wanted, if any is like it: equal but for case, its first ten
/// letters (all that a shapefile keeps of a name), or a third of its letters or fewer away.
fn nearest<'f>(wanted: &str, fields: &'f [String]) -> Option<&'f str> {
    let wanted = wanted.to_lowercase();
    let cut = |field: &&String| field.len() == 10 && wanted.starts_with(&field.to_lowercase());
    if let Some(field) = fields.iter().find(cut) {
        return Some(field);
    }
    let (distance, field) = fields
        .iter()
        .map(|field| (edit_distance(&wanted, &field.to_lowercase()), field))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= wanted.chars().count() / 3).then_some(field)
}

/// How many letters must be put in, taken out or changed (Levenshtein's distance).
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::Report;
    use crate::layer::LayerId;

    fn source(code: &str, name: &str, keep: &[&str]) -> VectorSource {
        VectorSource {
            path: "wards.geojson".into(),
            table: None,
            code: code.into(),
            name: Some(name.into()),
            keep: keep.iter().map(|&k| k.into()).collect(),
            crs: None,
            only: Vec::new(),
        }
    }

    fn with_report<T>(test: impl FnOnce(&mut FileReport<'_>) -> T) -> (T, Report) {
        let (layer, mut report) = (LayerId::parse("ward").unwrap(), Report::default());
        let result = test(&mut FileReport::new(&layer, "wards.geojson", &mut report));
        (result, report)
    }

    #[test]
    fn numbers_become_text_without_a_point_and_kept_fields_keep_their_kind() {
        let source = source("id", "name", &["n", "absent", "yes"]);
        let values =
            [("id", json!(7.0)), ("name", json!(12)), ("n", json!(7.5)), ("yes", json!(true))]
                .map(|(k, v)| (k.to_owned(), v));
        let (picked, report) = with_report(|r| Fields::of(&source).pick(0, &values, r));
        assert_eq!(picked.code.as_deref(), Some("7"));
        assert_eq!(picked.name.as_deref(), Some("12"));
        let kept: Vec<_> = picked.properties.into_iter().map(|(_, v)| v).collect();
        assert_eq!(kept, [json!(7.5), json!(null), json!(true)]);
        assert_eq!(report.faults, []);
    }

    #[test]
    fn a_field_that_no_feature_has_is_one_error_that_suggests_the_nearest() {
        let source = source("WD22CD", "wd22nm", &["population"]);
        let mut fields = Fields::of(&source);
        fields.saw("WD22CD");
        fields.saw("WD22NM");
        fields.saw("WD22CD");
        let (has_code, report) = with_report(|r| fields.report_missing(r));
        assert!(has_code);
        assert_eq!(
            report.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "ward: wards.geojson: field wd22nm: the catalogue names \"wd22nm\" under `name`, but the file has no such field: did you mean \"WD22NM\"? It has WD22CD, WD22NM",
                "ward: wards.geojson: field population: the catalogue names \"population\" under `keep`, but the file has no such field: it has WD22CD, WD22NM",
            ]
        );
    }

    #[test]
    fn a_code_that_is_a_list_is_a_fault_of_its_feature() {
        let source = source("id", "name", &[]);
        let (picked, report) =
            with_report(|r| Fields::of(&source).pick(3, &[("id".into(), json!([1]))], r));
        assert_eq!(picked.code, None);
        assert_eq!(report.faults[0].feature.as_ref().unwrap().index, 3);
        assert_eq!(report.faults[0].field.as_deref(), Some("id"));
    }

    #[test]
    fn a_name_that_a_shapefile_cut_is_suggested() {
        let fields = ["LAD22NAME", "LOCALAUTHO"].map(String::from);
        assert_eq!(nearest("LocalAuthorityName", &fields), Some("LOCALAUTHO"));
        assert_eq!(nearest("population", &fields), None);
    }

    #[test]
    fn distances_are_levenshteins() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
    }
}
