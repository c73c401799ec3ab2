//! The JSON of every area, written once.

use lapwing_boundaries::atlas::{Atlas, AtlasLayer};
use lapwing_boundaries::geometry::predicate::Position;
use lapwing_boundaries::locate::{Match, MatchBy};

use crate::answers::AreaMatch;
use crate::answers::number;
use crate::answers::sample::around;
use crate::answers::text_writer::{StoredText, TextStore, TextWriter};

/// `{"code":"N4","name":"Northampton 4","match":"inside"}` for every area, which is an
/// [`AreaMatch`] as serde writes it, and the other ways in which that text can end.
#[derive(Debug)]
pub(super) struct AreaFragments {
    texts: TextStore,
    /// For each layer, one for each area.
    areas: Vec<Vec<StoredText>>,
    /// Length of `,"match":"inside"}`
    inside_length: usize,
    /// `,"match":"boundary"}`
    on_boundary: StoredText,
    /// `,"match":"addresses","addresses":`, `,"share":` and `}`
    by_addresses: [StoredText; 3],
}

/// Every area is kept with this ending.
const INSIDE: MatchBy = MatchBy::Position(Position::Inside);

/// Code and name of a sample.
pub(super) const NAMES: (&str, &str) = ("C", "N");

/// `"code":"C","name":"N"`, as it is in a sample.
pub(super) fn sample_names() -> String {
    let ([before, between], _) = around(&AreaMatch::new(NAMES, INSIDE), NAMES_JSON);
    let [code, name] = NAMES_JSON;
    format!("{}{code}{between}{name}", before.trim_start_matches('{'))
}

/// [`NAMES`] as JSON.
const NAMES_JSON: [&str; 2] = ["\"C\"", "\"N\""];

impl AreaFragments {
    pub(super) fn new(atlas: &Atlas) -> Self {
        let mut texts = TextStore::default();
        let mut text = Vec::new();
        let of_layer = |(place, layer): (usize, &AtlasLayer)| {
            let areas = if layer.layer().is_areas() { layer.layer().len() } else { 0 };
            let of_area = |names| {
                text.clear();
                // Writing text to memory cannot fail.
                let _ = serde_json::to_writer(&mut text, &AreaMatch::new(names, INSIDE));
                texts.keep(&text)
            };
            (0..areas).map(|area| atlas.code_and_name(place, area)).map(of_area).collect()
        };
        let areas = atlas.layers().iter().enumerate().map(of_layer).collect();
        let (_, inside) = around(&AreaMatch::new(NAMES, INSIDE), NAMES_JSON);
        let on_boundary = AreaMatch::new(NAMES, MatchBy::Position(Position::Boundary));
        let (_, on_boundary) = around(&on_boundary, NAMES_JSON);
        let by_addresses = AreaMatch::new(NAMES, MatchBy::Addresses { count: 2, share: 0.5 });
        let [code, name] = NAMES_JSON;
        let ([_, _, count, share], end) = around(&by_addresses, [code, name, "2", "0.5"]);
        Self {
            areas,
            inside_length: inside.len(),
            on_boundary: texts.keep(on_boundary.as_bytes()),
            by_addresses: [count, share, end].map(|text| texts.keep(text.as_bytes())),
            texts,
        }
    }

    /// Writes an area of the answer.
    #[inline]
    pub(super) fn put(&self, writer: &mut TextWriter, layer: usize, Match { area, by }: Match) {
        let text = self.areas[layer][area];
        match by {
            MatchBy::Position(Position::Inside | Position::Outside) => {
                writer.put_stored(&self.texts, text);
            }
            MatchBy::Position(Position::Boundary) => {
                writer.put_stored(&self.texts, text.without(0, self.inside_length));
                writer.put_stored(&self.texts, self.on_boundary);
            }
            MatchBy::Addresses { count, share } => {
                let [before_count, before_share, end] = self.by_addresses;
                writer.put_stored(&self.texts, text.without(0, self.inside_length));
                writer.put_stored(&self.texts, before_count);
                writer.integer(count as u64);
                writer.put_stored(&self.texts, before_share);
                number::share(writer, share);
                writer.put_stored(&self.texts, end);
            }
        }
    }

    /// Writes the members of an area that give its code and name: `"code":"N4","name":"Northampton 4"`.
    pub(super) fn put_names(&self, writer: &mut TextWriter, layer: usize, area: usize) {
        writer.put_stored(&self.texts, self.areas[layer][area].without(1, self.inside_length));
    }
}
