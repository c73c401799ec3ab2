//! Names and codes by their beginning.

use std::collections::HashSet;

use crate::layer::Layer;

/// Every area and site of every layer, findable by the beginning of its code or of any word of its
/// name.
#[derive(Debug, Default)]
pub struct SearchIndex {
    /// Folded text from some word on, and what it names; in order.
    entries: Vec<(Box<str>, Found)>,
}

/// An area or site, by the places of its layer and of itself in code order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Found {
    /// The layer.
    pub layer: u32,
    /// The area or site.
    pub place: u32,
    /// 0 where the code or the whole name begins so, else which word of the name does.
    pub word: u16,
}

/// A text as it is compared: lower case, letters without their accents, and every run of anything
/// else as one space. `St. George` and `st george` are one.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match base_letter(c) {
            // Apostrophes join: King's Heath is found as kings heath.
            '\'' | '\u{2019}' => {}
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.is_empty() || folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The letter under the accents of British place names: Welsh circumflexes, Gaelic graves, and
/// the accents of borrowed names.
fn base_letter(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' => 'w',
        'ŷ' | 'ỳ' | 'ý' | 'ÿ' => 'y',
        'ç' => 'c',
        'ñ' => 'n',
        c => c,
    }
}

impl SearchIndex {
    /// Indexes the codes and names of layers.
    pub fn new<'a>(layers: impl Iterator<Item = &'a Layer>) -> Self {
        let mut entries = Vec::new();
        for (layer, content) in (0..).zip(layers) {
            let areas = content.areas().iter().map(|area| (area.code(), area.name()));
            let sites = content.sites().iter().map(|site| (&site.code, site.name.as_str()));
            for (place, (code, name)) in (0..).zip(areas.chain(sites)) {
                entries.push((fold(code.as_str()).into(), Found { layer, place, word: 0 }));
                let name = fold(name);
                let starts = name.match_indices(' ').map(|(space, _)| space + 1);
                for (word, start) in (0..).zip(std::iter::once(0).chain(starts)) {
                    if start < name.len() {
                        entries.push((name[start..].into(), Found { layer, place, word }));
                    }
                }
            }
        }
        entries.sort_unstable();
        Self { entries }
    }

    /// What begins with `text`: exact matches first, then whole names before later words, then in
    /// order of the text; each area or site once.
    pub fn find(&self, text: &str, limit: usize) -> Vec<Found> {
        self.find_where(text, limit, |_| true)
    }

    /// The same among what `wanted` lets pass.
    pub fn find_where(
        &self,
        text: &str,
        limit: usize,
        wanted: impl Fn(&Found) -> bool,
    ) -> Vec<Found> {
        let text = fold(text);
        if text.is_empty() {
            return Vec::new();
        }
        let start = self.entries.partition_point(|(key, _)| **key < *text);
        let mut hits: Vec<&(Box<str>, Found)> = self.entries[start..]
            .iter()
            .take_while(|(key, _)| key.starts_with(&text))
            .filter(|(_, found)| wanted(found))
            .collect();
        // The entries are in order of text already, and the sort keeps what it does not compare.
        hits.sort_by_key(|(key, found)| (**key != *text, found.word));
        let mut seen = HashSet::new();
        hits.into_iter()
            .map(|(_, found)| *found)
            .filter(|found| seen.insert((found.layer, found.place)))
            .take(limit)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_matter() {
        assert_eq!(fold("  St. George "), "st george");
        assert_eq!(fold("King's Heath"), "kings heath");
        assert_eq!(
            fold("Llanbedr-y-Cennin, Pen-y-Bont ar Ogŵr"),
            "llanbedr y cennin pen y bont ar ogwr"
        );
        assert_eq!(fold("…"), "");
    }
}
