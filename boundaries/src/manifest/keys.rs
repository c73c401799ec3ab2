//! One table of a manifest, read key by key.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Manifest, nearest};

/// One table of a manifest, read key by key. Call [`Keys::finish`] after reading all known keys: it
/// refuses the remaining ones as unknown.
pub(crate) struct Keys<'m, 't> {
    manifest: &'m Manifest<'t>,
    /// The table's name in messages, such as `[postcodes]`.
    what: String,
    table: &'m DeTable<'t>,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'m, 't> Keys<'m, 't> {
    pub(crate) fn new(
        manifest: &'m Manifest<'t>,
        what: impl Into<String>,
        table: &'m DeTable<'t>,
        span: Range<usize>,
    ) -> Self {
        Self { manifest, what: what.into(), table, span, known: RefCell::default() }
    }

    /// Returns the byte offset at which the table starts.
    pub(crate) fn offset(&self) -> usize {
        self.span.start
    }

    fn find(&self, key: &'static str) -> Option<&'m Spanned<DeValue<'t>>> {
        self.known.borrow_mut().push(key);
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// Returns true if the key is present, whatever its value.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.find(key).is_some()
    }

    /// Records a problem at the value of `key`, or at the table if the key is missing.
    pub(crate) fn refuse(&self, key: &'static str, message: impl Into<String>) {
        let offset = self.find(key).map_or(self.span.start, |value| value.span().start);
        self.manifest.note(offset, message);
    }

    /// Records a problem if `key` is present although it does not apply here.
    pub(crate) fn forbid(&self, key: &'static str, because: &str) {
        if self.has(key) {
            self.refuse(key, format!("`{key}` does not apply here: {because}; remove it"));
        }
    }

    fn wrong_kind(&self, key: &str, value: &Spanned<DeValue<'t>>, expected: &str) {
        let kind = value.get_ref().type_str();
        let message =
            format!("`{key}` of {} is {} {kind}; write {expected}", self.what, article(kind));
        self.manifest.note(value.span().start, message);
    }

    /// Reads a non-empty string.
    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        let value = self.find(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_kind(key, value, "a string in quotes");
            return None;
        };
        if text.trim().is_empty() {
            self.refuse(key, format!("`{key}` of {} is empty; give it a value", self.what));
            return None;
        }
        Some(text.to_owned())
    }

    /// Reads a required string. `such_as` explains it or gives an example, for the message.
    pub(crate) fn required_text(&self, key: &'static str, such_as: &str) -> Option<String> {
        if !self.has(key) {
            self.manifest
                .note(self.span.start, format!("{} has no `{key}`: add {such_as}", self.what));
        }
        self.text(key)
    }

    /// Reads `true` or `false`.
    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.find(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_kind(key, value, "true or false, without quotes");
        }
        flag
    }

    /// Reads a TOML date (without quotes).
    pub(crate) fn date(&self, key: &'static str) -> Option<Date> {
        let value = self.find(key)?;
        let Some(datetime) = value.get_ref().as_datetime() else {
            self.wrong_kind(key, value, "a date without quotes, like 2021-04-01");
            return None;
        };
        let day = match (datetime.date, datetime.time) {
            (Some(day), None) => {
                let year = i16::try_from(day.year).unwrap_or(i16::MAX);
                Date::new(year, day.month.cast_signed(), day.day.cast_signed()).ok()
            }
            _ => None,
        };
        if day.is_none() {
            self.refuse(key, format!("`{key}` must be a date without a time, like 2021-04-01"));
        }
        day
    }

    /// Reads a string or a list of strings.
    pub(crate) fn text_or_texts(&self, key: &'static str) -> Option<Vec<String>> {
        if self.find(key)?.get_ref().is_array() {
            self.texts(key)
        } else {
            self.text(key).map(|text| vec![text])
        }
    }

    /// Returns true if the key holds a table.
    pub(crate) fn is_table(&self, key: &'static str) -> bool {
        self.find(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// Reads a table with arbitrary keys, each holding a string or a list of strings.
    pub(crate) fn lists_by_name(&self, key: &'static str) -> Vec<(String, Vec<String>)> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let expected =
            "field names, each with a list of strings, like { LAD22CD = [\"E06000061\"] }";
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_kind(key, value, expected);
            return Vec::new();
        };
        let text = |value: &Spanned<DeValue<'t>>| {
            let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty());
            if text.is_none() {
                self.wrong_kind(key, value, expected);
            }
            text.map(str::to_owned)
        };
        let mut lists = Vec::new();
        for (name, value) in table {
            let list = match value.get_ref().as_array() {
                Some(items) => items.iter().filter_map(text).collect(),
                None => text(value).into_iter().collect(),
            };
            lists.push((name.get_ref().to_string(), list));
        }
        lists
    }

    /// Reads a list of non-empty, distinct strings.
    pub(crate) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let value = self.find(key)?;
        let expected = "a list of strings, like [\"LAD22CD\", \"LAD22NM\"]";
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_kind(key, value, expected);
            return None;
        };
        let mut texts: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_str() {
                None => self.wrong_kind(key, item, expected),
                Some(text) if text.trim().is_empty() => {
                    let message =
                        format!("`{key}` of {} contains an empty string; remove it", self.what);
                    self.manifest.note(item.span().start, message);
                }
                Some(text) if texts.iter().any(|other| other == text) => {
                    let message =
                        format!("`{key}` of {} names {text:?} twice; remove one", self.what);
                    self.manifest.note(item.span().start, message);
                }
                Some(text) => texts.push(text.to_owned()),
            }
        }
        Some(texts)
    }

    /// Reads a list of whole numbers from 0 to 65535.
    pub(crate) fn numbers(&self, key: &'static str) -> Option<Vec<u16>> {
        let value = self.find(key)?;
        let expected = "a list of whole numbers, like [4]";
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_kind(key, value, expected);
            return None;
        };
        let mut numbers = Vec::with_capacity(items.len());
        for item in items {
            let number = item.get_ref().as_integer();
            match number.and_then(|n| u16::from_str_radix(n.as_str(), n.radix()).ok()) {
                Some(number) => numbers.push(number),
                None => self.wrong_kind(key, item, expected),
            }
        }
        Some(numbers)
    }

    /// Reads a whole number in a range.
    pub(crate) fn whole_number(
        &self,
        key: &'static str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        let value = self.find(key)?;
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let expected = format!("a whole number from {} to {}", range.start(), range.end());
            self.wrong_kind(key, value, &expected);
        }
        number
    }

    /// Reads a table, written `[key]` or `key = { … }`.
    pub(crate) fn table(&self, key: &'static str, what: &str) -> Option<Keys<'m, 't>> {
        let value = self.find(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_kind(key, value, "a table");
            return None;
        };
        Some(Keys::new(self.manifest, what, table, value.span()))
    }

    /// Reads the tables of `[[key]]`, in file order.
    pub(crate) fn tables(&self, key: &'static str) -> Vec<Keys<'m, 't>> {
        let expected = format!("each one under double brackets: [[{key}]]");
        self.list_of_tables(key, &format!("[[{key}]]"), &expected)
    }

    /// Reads the tables of `key = [ { … }, { … } ]`, in file order. Messages call each table `what`
    /// and show `wanted` as the expected form.
    pub(crate) fn list_of_tables(
        &self,
        key: &'static str,
        what: &str,
        expected: &str,
    ) -> Vec<Keys<'m, 't>> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_kind(key, value, expected);
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Keys::new(self.manifest, what, table, item.span())),
                None => self.wrong_kind(key, item, expected),
            }
        }
        tables
    }

    /// Sets the table's name in messages.
    pub(crate) fn call(&mut self, what: impl Into<String>) {
        self.what = what.into();
    }

    /// Records a problem for every key that was never read.
    pub(crate) fn finish(self) {
        let known = self.known.into_inner();
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let hint = match nearest(name, &known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the known keys are {}", list_of(&known)),
            };
            let message = format!("`{name}` is not a key of {}; {hint}", self.what);
            self.manifest.note(key.span().start, message);
        }
    }
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['a', 'i']) { "an" } else { "a" }
}

fn list_of(known: &[&str]) -> String {
    let mut names: Vec<&str> = known.to_vec();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
