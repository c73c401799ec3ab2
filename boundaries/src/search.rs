//! Prefix search over names and codes.

use std::collections::HashSet;

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

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

/// Normalises a text for comparison: lower case, without accents, `&` as `and`, and with one space for
/// each run of other characters. `St. George` and `st george` are equal, and so are `Tŷ Gŵyn` and
/// `ty gwyn`.
pub fn fold(text: &str) -> String {
    fold_with(text, false)
}

/// Folds a text with the words around a hyphen as one word: `Pen-y-Bont` as `penybont`.
fn fold_joined(text: &str) -> Option<String> {
    text.contains(is_hyphen).then(|| fold_with(text, true))
}

fn fold_with(text: &str, join_hyphens: bool) -> String {
    let mut folded = String::with_capacity(text.len());
    // Decomposed, accents are characters of their own.
    for c in text.nfd().flat_map(char::to_lowercase) {
        match c {
            // Apostrophes are dropped, so that King's Heath is found as kings heath.
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2BC}' | '\u{B4}' | '`'
            | '\u{2032}' => {}
            c if is_combining_mark(c) => {}
            c if join_hyphens && is_hyphen(c) => {}
            '&' => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
                folded.push_str("and ");
            }
            'ø' => folded.push('o'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.is_empty() || folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

const fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2212}')
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
                for name in std::iter::once(fold(name)).chain(fold_joined(name)) {
                    let start = put(&name);
                    let starts = name.match_indices(' ').map(|(space, _)| space + 1);
                    for (word, begins) in (0..).zip(std::iter::once(0).chain(starts)) {
                        if begins < name.len() {
                            entries.push([start + begins as u32, layer, index, word]);
                        }
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
        let mut hits: Vec<(bool, SearchHit)> = Vec::new();
        for text in std::iter::once(fold(text)).chain(fold_joined(text)) {
            if text.is_empty() {
                continue;
            }
            let text = text.as_bytes();
            let (entries, _) = self.entries.as_chunks::<ENTRY>();
            let key = |entry: &[u32; ENTRY]| text_at(&self.text, entry[0]);
            let start = entries.partition_point(|entry| key(entry) < text);
            let of_text = entries[start..]
                .iter()
                .take_while(|entry| key(entry).starts_with(text))
                .map(|entry| {
                    let &[_, layer, index, word] = entry;
                    (key(entry) != text, SearchHit { layer, index, word: word as u16 })
                })
                .filter(|(_, found)| is_included(found));
            hits.extend(of_text);
        }
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

    #[test]
    fn ways_to_write_a_name_do_not_matter() {
        for (one, other) in [
            ("Mynydd Isa & Bach", "mynydd isa and bach"),
            ("Abington&Phippsville", "Abington and Phippsville"),
            ("St George\u{2019}s", "st george's"),
            ("Cae\u{2BC}r Bryn", "caer bryn"),
            ("T\u{177} G\u{175}yn", "ty gwyn"),
            ("Ty\u{302} Gw\u{302}yn", "T\u{177} G\u{175}yn"),
            ("Ynys M\u{f4}n", "ynys mon"),
            ("Stow\u{2011}on\u{2013}the-Wold", "Stow on the Wold"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert_ne!(fold("Sand"), fold("S&"), "only the sign itself is a word");
    }
}
