//! Names and codes by their beginning.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::layer::Layer;
use crate::storage::mmap::Numbers;
use crate::storage::sections::{Opened, Sections};

/// Ends a text: no folded text has it.
const END: u8 = 0;

/// How many words an entry has: where its text begins, layer, place, and which word of the name.
const ENTRY: usize = 4;

/// Every area and site of every layer, findable by the beginning of its code or of any word of its
/// name. Flat arrays, used where they lie.
#[derive(Debug, Default)]
pub struct SearchIndex {
    /// Folded codes and names, each with [`END`] behind it.
    text: Numbers<u8>,
    /// [`ENTRY`] words each, in the order of the text from there on.
    entries: Numbers<u32>,
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

/// The text that begins at a place.
fn text_at(text: &[u8], start: u32) -> &[u8] {
    let rest = &text[start as usize..];
    &rest[..rest.iter().position(|&byte| byte == END).unwrap_or(rest.len())]
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
            for (place, (code, name)) in (0_u32..).zip(areas.chain(sites)) {
                entries.push([put(&fold(code.as_str())), layer, place, 0]);
                let name = fold(name);
                let start = put(&name);
                let starts = name.match_indices(' ').map(|(space, _)| space + 1);
                for (word, begins) in (0..).zip(std::iter::once(0).chain(starts)) {
                    if begins < name.len() {
                        entries.push([start + begins as u32, layer, place, word]);
                    }
                }
            }
        }
        entries.par_sort_unstable_by(|a, b| {
            text_at(&text, a[0]).cmp(text_at(&text, b[0])).then_with(|| a[1..].cmp(&b[1..]))
        });
        Self { text: text.into(), entries: entries.into_flattened().into() }
    }

    /// Puts the arrays into a snapshot.
    pub(crate) fn store<'a>(&'a self, sections: &mut Sections<'a>) {
        sections.put("search.text", &self.text);
        sections.put("search.entries", &self.entries);
    }

    /// The arrays of a snapshot, where they lie; `None` where they do not fit together.
    pub(crate) fn open(opened: &Opened) -> Option<Self> {
        let index = Self {
            text: opened.numbers("search.text")?,
            entries: opened.numbers("search.entries")?,
        };
        index.entries.len().is_multiple_of(ENTRY).then_some(index)
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
        let text = text.as_bytes();
        let (entries, _) = self.entries.as_chunks::<ENTRY>();
        let key = |entry: &[u32; ENTRY]| text_at(&self.text, entry[0]);
        let start = entries.partition_point(|entry| key(entry) < text);
        let mut hits: Vec<(bool, Found)> = entries[start..]
            .iter()
            .take_while(|entry| key(entry).starts_with(text))
            .map(|entry| {
                let &[_, layer, place, word] = entry;
                (key(entry) != text, Found { layer, place, word: word as u16 })
            })
            .filter(|(_, found)| wanted(found))
            .collect();
        // The entries are in order of text already, and the sort keeps what it does not compare.
        hits.sort_by_key(|(is_longer, found)| (*is_longer, found.word));
        let mut seen = HashSet::new();
        hits.into_iter()
            .map(|(_, found)| found)
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
