//! The codes and names of a layer's areas, apart from their ground.

use super::Atlas;
use crate::layer::Layer;
use crate::mapped::Numbers;
use crate::snapshot::sections::{Opened, Sections};

/// Code and name of each area, one after the other.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: Numbers<u8>,
    /// Where each begins, two an area; one more at the end.
    starts: Numbers<u32>,
}

impl Names {
    pub(super) fn of(layer: &Layer) -> Self {
        let (mut text, mut starts) = (Vec::new(), vec![0]);
        for area in layer.areas() {
            for part in [area.code().as_str(), area.name()] {
                text.extend_from_slice(part.as_bytes());
                starts.push(u32::try_from(text.len()).expect("less than 4 GiB of names"));
            }
        }
        Self { text: text.into(), starts: starts.into() }
    }

    pub(super) fn store(&self, layer: usize, sections: &mut Sections) {
        sections.put(&format!("names.{layer}.text"), &self.text);
        sections.put(&format!("names.{layer}.starts"), &self.starts);
    }

    pub(super) fn open(opened: &Opened, layer: usize, areas: usize) -> Option<Self> {
        let names = Self {
            text: opened.numbers(&format!("names.{layer}.text"))?,
            starts: opened.numbers(&format!("names.{layer}.starts"))?,
        };
        (names.starts.len() == 2 * areas + 1).then_some(names)
    }

    fn part(&self, at: usize) -> &str {
        let (start, end) = (self.starts[at] as usize, self.starts[at + 1] as usize);
        std::str::from_utf8(&self.text[start..end]).unwrap_or_default()
    }
}

impl Atlas {
    /// The code and the name of an area, without reading its ground.
    pub fn code_and_name(&self, layer: usize, area: usize) -> (&str, &str) {
        let names = &self.layers[layer].names;
        (names.part(2 * area), names.part(2 * area + 1))
    }
}
