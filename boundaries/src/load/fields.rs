//! Selection of the fields that the catalogue needs from each feature.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::area::Properties;
use crate::catalogue::{Only, VectorSource};
use crate::fault::{Fault, FaultKind};
use crate::text::composed;

use super::error::FileReport;

/// Picks the code, the name and the fields to keep, and records which fields the file has.
#[derive(Debug)]
pub struct FieldPicker<'a> {
    code: &'a str,
    name: Option<&'a str>,
    keep: &'a [String],
    only: &'a [Only],
    /// The indexes of the features that `only` leaves out.
    left_out: RefCell<HashSet<usize>>,
    /// Every field of the file, in order of appearance.
    seen: Vec<String>,
}

/// The fields picked from one feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picked {
    /// The text of the code field.
    pub code: Option<String>,
    /// The text of the name field.
    pub name: Option<String>,
    /// The fields to keep, in catalogue order.
    pub properties: Properties,
}

impl<'a> FieldPicker<'a> {
    /// Creates a picker for the fields that the catalogue names.
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

    /// Returns true if the catalogue names this field.
    pub fn wants(&self, field: &str) -> bool {
        field == self.code
            || Some(field) == self.name
            || self.keep.iter().any(|k| k == field)
            || self.only.iter().any(|only| only.field == field)
    }

    /// Records that the file has this field.
    pub fn saw(&mut self, field: &str) {
        if !self.seen.iter().any(|seen| seen == field) {
            self.seen.push(field.to_owned());
        }
    }

    /// Picks the fields of one feature from `values`. A code or name that is not text, a number or
    /// a boolean is a fault of the feature.
    pub fn pick(
        &self,
        index: usize,
        values: &[(String, Value)],
        report: &mut FileReport<'_>,
    ) -> Picked {
        let values: Vec<(&str, Value)> =
            values.iter().map(|(name, value)| (name.as_str(), composed_value(value))).collect();
        let value = |field: &str| values.iter().rfind(|(name, _)| *name == field).map(|(_, v)| v);
        let is_chosen = |only: &Only| {
            let text = match value(&only.field) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number_text(number),
                _ => return false,
            };
            only.values.iter().any(|pattern| pattern.matches(&text))
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
                        format!("the {what} is a list or an object: use text or a number"),
                    )
                    .of_feature(index, code)
                    .of_field(field),
                );
                None
            }
        }
    }

    /// Returns true if the feature with this index meets `only`. Call after [`FieldPicker::pick`].
    pub fn chose(&self, index: usize) -> bool {
        !self.left_out.borrow().contains(&index)
    }

    /// Reports each field that the catalogue names and no feature has. Returns false if the code
    /// field is missing, because a layer needs codes.
    pub fn report_missing(&self, report: &mut FileReport<'_>) -> bool {
        let has = |field: &str| self.seen.iter().any(|seen| seen == field);
        let mut wanted: Vec<(&str, &str)> = vec![("code", self.code)];
        wanted.extend(self.name.map(|name| ("name", name)));
        wanted.extend(self.keep.iter().map(|field| ("keep", field.as_str())));
        wanted.extend(self.only.iter().map(|only| ("only", only.field.as_str())));
        for (key, field) in wanted.iter().filter(|(_, field)| !has(field)) {
            let message = format!(
                "the catalogue names the field {field:?} in `{key}`, but the file does not have it: {}",
                self.fields_found(field)
            );
            report.add(Fault::error(FaultKind::BadField, message).of_field(*field));
        }
        has(self.code)
    }

    /// Lists the fields of the file: `did you mean "WD22CD"? It has WD22CD, WD22NM`.
    fn fields_found(&self, field: &str) -> String {
        /// The number of fields listed. Census files have hundreds.
        const MOST_LISTED: usize = 40;
        if self.seen.is_empty() {
            return "it has no fields".to_owned();
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

/// Returns a value with its text in composed form.
fn composed_value(value: &Value) -> Value {
    match value {
        Value::String(text) => composed(text).into(),
        other => other.clone(),
    }
}

/// Formats a number for a code or name: whole numbers without `.0`.
fn number_text(number: &serde_json::Number) -> String {
    /// Above this, `f64` does not represent every whole number.
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

/// Returns the field closest to `wanted`: equal except for case, cut to its first ten characters
/// (as in a shapefile), or at an edit distance of at most a third of its length.
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

/// Returns the Levenshtein distance.
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
            encoding: None,
            only: Vec::new(),
        }
    }

    fn with_report<T>(test: impl FnOnce(&mut FileReport<'_>) -> T) -> (T, Report) {
        let (layer, mut report) = (LayerId::parse("ward").unwrap(), Report::default());
        let result = test(&mut FileReport::new(&layer, "wards.geojson", &mut report));
        (result, report)
    }

    #[test]
    fn whole_numbers_become_text_without_a_decimal_point_and_kept_fields_keep_their_type() {
        let source = source("id", "name", &["n", "absent", "yes"]);
        let values =
            [("id", json!(7.0)), ("name", json!(12)), ("n", json!(7.5)), ("yes", json!(true))]
                .map(|(k, v)| (k.to_owned(), v));
        let (picked, report) = with_report(|r| FieldPicker::of(&source).pick(0, &values, r));
        assert_eq!(picked.code.as_deref(), Some("7"));
        assert_eq!(picked.name.as_deref(), Some("12"));
        let kept: Vec<_> = picked.properties.into_iter().map(|(_, v)| v).collect();
        assert_eq!(kept, [json!(7.5), json!(null), json!(true)]);
        assert_eq!(report.faults, []);
    }

    #[test]
    fn a_missing_field_is_one_error_that_suggests_the_closest() {
        let source = source("WD22CD", "wd22nm", &["population"]);
        let mut fields = FieldPicker::of(&source);
        fields.saw("WD22CD");
        fields.saw("WD22NM");
        fields.saw("WD22CD");
        let (has_code, report) = with_report(|r| fields.report_missing(r));
        assert!(has_code);
        assert_eq!(
            report.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "ward: wards.geojson: field wd22nm: the catalogue names the field \"wd22nm\" in `name`, but the file does not have it: did you mean \"WD22NM\"? It has WD22CD, WD22NM",
                "ward: wards.geojson: field population: the catalogue names the field \"population\" in `keep`, but the file does not have it: it has WD22CD, WD22NM",
            ]
        );
    }

    #[test]
    fn a_list_as_code_is_a_fault_of_its_feature() {
        let source = source("id", "name", &[]);
        let (picked, report) =
            with_report(|r| FieldPicker::of(&source).pick(3, &[("id".into(), json!([1]))], r));
        assert_eq!(picked.code, None);
        assert_eq!(report.faults[0].feature.as_ref().unwrap().index, 3);
        assert_eq!(report.faults[0].field.as_deref(), Some("id"));
    }

    #[test]
    fn a_field_name_truncated_by_a_shapefile_is_suggested() {
        let fields = ["LAD22NAME", "LOCALAUTHO"].map(String::from);
        assert_eq!(nearest("LocalAuthorityName", &fields), Some("LOCALAUTHO"));
        assert_eq!(nearest("population", &fields), None);
    }

    #[test]
    fn edit_distance_is_the_levenshtein_distance() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
    }
}
