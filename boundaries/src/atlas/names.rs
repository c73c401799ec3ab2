//! The codes and names of a layer's features, stored apart from their geometry.

use super::Atlas;
use crate::layer::Layer;
use crate::storage::mmap::Numbers;
use crate::storage::sections::{Opened, Sections};

/// The code and name of each area or site, concatenated.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: Numbers<u8>,
    /// The start of each code and each name in `text`, alternating, and finally the length of `text`.
    starts: Numbers<u32>,
}

impl Names {
    pub(super) fn of(layer: &Layer) -> Self {
        let (mut text, mut starts) = (Vec::new(), vec![0]);
        let areas = layer.areas().iter().map(|area| (area.code(), area.name()));
        let sites = layer.sites().iter().map(|site| (&site.code, site.name.as_str()));
        for (code, name) in areas.chain(sites) {
            for part in [code.as_str(), name] {
                text.extend_from_slice(part.as_bytes());
                starts.push(u32::try_from(text.len()).expect("less than 4 GiB of names"));
            }
        }
        Self { text: text.into(), starts: starts.into() }
    }

    pub(super) fn store<'a>(&'a self, layer: usize, sections: &mut Sections<'a>) {
        sections.put(&format!("names.{layer}.text"), &self.text);
        sections.put(&format!("names.{layer}.starts"), &self.starts);
    }

    pub(super) fn open(opened: &Opened, layer: usize, count: usize) -> Option<Self> {
        let names = Self {
            text: opened.numbers(&format!("names.{layer}.text"))?,
            starts: opened.numbers(&format!("names.{layer}.starts"))?,
        };
        (names.starts.len() == 2 * count + 1).then_some(names)
    }

    fn part(&self, at: usize) -> &str {
        let (start, end) = (self.starts[at] as usize, self.starts[at + 1] as usize);
        std::str::from_utf8(&self.text[start..end]).unwrap_or_default()
    }
}

impl Atlas {
    /// The code and name of an area or site, by the index of its layer and its own. Does not decode the
    /// geometry of the layer.
    pub fn code_and_name(&self, layer: usize, index: usize) -> (&str, &str) {
        let names = &self.layers[layer].names;
        (names.part(2 * index), names.part(2 * index + 1))
    }
}
