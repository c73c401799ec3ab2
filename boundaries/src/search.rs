//! Prefix search over names and codes.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::layer::Layer;
use crate::storage::mmap::Numbers;
use crate::storage::sections::{Opened, Sections};

/// The terminator of a text. It does not occur in folded text.
const END: u8 = 0;

/// The length of an entry: start of its text, layer, index in the layer, and number of the word.
const ENTRY: usize = 4;

/// An index of the areas and sites of all layers by prefixes of their codes and of each word of their
/// names. A sorted list of suffixes in flat arrays, used in place in a snapshot.
#[derive(Debug, Default)]
pub struct SearchIndex {
    /// Folded codes and names, each followed by [`END`].
    text: Numbers<u8>,
    /// Entries of [`ENTRY`] numbers, sorted by the text from their start.
    entries: Numbers<u32>,
}

/// An area or site that matches a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SearchHit {
    /// The index of the layer.
    pub layer: u32,
    /// The index of the area or site in code order.
    pub index: u32,
    /// 0 if the code or the whole name starts with the text; otherwise the number of the word of the
    /// name that does.
    pub word: u16,
}

/// The text from `start` to its terminator.
fn text_at(text: &[u8], start: u32) -> &[u8] {
    let rest = &text[start as usize..];
    &rest[..rest.iter().position(|&byte| byte == END).unwrap_or(rest.len())]
}

/// Normalises a text for comparison: lower case, without accents, and with one space for each run of
/// other characters. `St. George` and `st george` are equal.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match base_letter(c) {
            // Apostrophes are dropped, so that King's Heath is found as kings heath.
            '\'' | '\u{2019}' => {}
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.is_empty() || folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Strips the accents of British place names: Welsh circumflexes, Gaelic graves, and those of foreign
/// names.
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
        let (mut text, mut entries) = (Vec::new(), Vec::new());
        let mut put = |folded: &str| {
            let start = u32::try_from(text.len()).expect("less than 4 GiB of names");
            text.extend_from_slice(folded.as_bytes());
            text.push(END);
            start
        };
        for (layer, content) in (0..).zip(layers) {
            let areas = content.areas().iter().map(|area| (area.code(), area.name()));
            let sites = content.sites().iter().map(|site| (&site.code, site.name.as_str()));
            for (index, (code, name)) in (0_u32..).zip(areas.chain(sites)) {
                entries.push([put(&fold(code.as_str())), layer, index, 0]);
                let name = fold(name);
                let start = put(&name);
                let starts = name.match_indices(' ').map(|(space, _)| space + 1);
                for (word, begins) in (0..).zip(std::iter::once(0).chain(starts)) {
                    if begins < name.len() {
                        entries.push([start + begins as u32, layer, index, word]);
                    }
                }
            }
        }
        entries.par_sort_unstable_by(|a, b| {
            text_at(&text, a[0]).cmp(text_at(&text, b[0])).then_with(|| a[1..].cmp(&b[1..]))
        });
        Self { text: text.into(), entries: entries.into_flattened().into() }
    }

    /// Adds the arrays to the sections of a snapshot.
    pub(crate) fn store<'a>(&'a self, sections: &mut Sections<'a>) {
        sections.put("search.text", &self.text);
        sections.put("search.entries", &self.entries);
    }

    /// Opens the arrays of a snapshot in place. Returns `None` if they are inconsistent.
    pub(crate) fn open(opened: &Opened) -> Option<Self> {
        let index = Self {
            text: opened.numbers("search.text")?,
            entries: opened.numbers("search.entries")?,
        };
        index.entries.len().is_multiple_of(ENTRY).then_some(index)
    }

    /// Returns up to `limit` areas and sites that match `text`, each once: exact matches first, then
    /// those where the whole name starts with it, then those where a later word does; within these in
    /// order of the text.
    pub fn find(&self, text: &str, limit: usize) -> Vec<SearchHit> {
        self.find_where(text, limit, |_| true)
    }

    /// Like [`Self::find`], for areas and sites that satisfy `wanted`.
    pub fn find_where(
        &self,
        text: &str,
        limit: usize,
        is_included: impl Fn(&SearchHit) -> bool,
    ) -> Vec<SearchHit> {
        let text = fold(text);
        if text.is_empty() {
            return Vec::new();
        }
        let text = text.as_bytes();
        let (entries, _) = self.entries.as_chunks::<ENTRY>();
        let key = |entry: &[u32; ENTRY]| text_at(&self.text, entry[0]);
        let start = entries.partition_point(|entry| key(entry) < text);
        let mut hits: Vec<(bool, SearchHit)> = entries[start..]
            .iter()
            .take_while(|entry| key(entry).starts_with(text))
            .map(|entry| {
                let &[_, layer, index, word] = entry;
                (key(entry) != text, SearchHit { layer, index, word: word as u16 })
            })
            .filter(|(_, found)| is_included(found))
            .collect();
        // The sort is stable, so equal keys keep the order of the text.
        hits.sort_by_key(|(is_longer, found)| (*is_longer, found.word));
        let mut seen = HashSet::new();
        hits.into_iter()
            .map(|(_, found)| found)
            .filter(|found| seen.insert((found.layer, found.index)))
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
