//! The text of every area, written once.

use lapwing_boundaries::atlas::{Atlas, AtlasLayer};
use lapwing_boundaries::geometry::predicate::Position;
use lapwing_boundaries::locate::{Match, MatchBy};

use crate::answers::number;
use crate::answers::text_writer::{Pen, Text, Texts};

/// How the text of an area ends.
const INSIDE: &[u8] = b",\"match\":\"inside\"}";
const ON_BOUNDARY: &[u8] = b",\"match\":\"boundary\"}";
const BY_ADDRESSES: &[u8] = b",\"match\":\"addresses\",\"addresses\":";

/// `{"code":"N4","name":"Northampton 4","match":"inside"}` of every area.
#[derive(Debug)]
pub(super) struct AreaTexts {
    texts: Texts,
    /// Of each layer those of its areas.
    areas: Vec<Vec<Text>>,
}

impl AreaTexts {
    pub(super) fn of(atlas: &Atlas) -> Self {
        let mut texts = Texts::default();
        let mut text = Vec::new();
        let of_layer = |(place, layer): (usize, &AtlasLayer)| {
            let areas = if layer.layer().is_areas() { layer.layer().len() } else { 0 };
            let of_area = |(code, name)| {
                text.clear();
                text.extend_from_slice(b"{\"code\":");
                // Neither memory nor text can fail to be written.
                let _ = serde_json::to_writer(&mut text, code);
                text.extend_from_slice(b",\"name\":");
                let _ = serde_json::to_writer(&mut text, name);
                text.extend_from_slice(INSIDE);
                texts.keep(&text)
            };
            (0..areas).map(|area| atlas.code_and_name(place, area)).map(of_area).collect()
        };
        let areas = atlas.layers().iter().enumerate().map(of_layer).collect();
        Self { texts, areas }
    }

    /// Writes an area that holds the place.
    #[inline]
    pub(super) fn put(&self, pen: &mut Pen, layer: usize, Match { area, by }: Match) {
        let text = self.areas[layer][area];
        match by {
            MatchBy::Position(Position::Inside | Position::Outside) => {
                pen.put_text(&self.texts, text);
            }
            MatchBy::Position(Position::Boundary) => {
                pen.put_text(&self.texts, text.without(0, INSIDE.len()));
                pen.put(ON_BOUNDARY);
            }
            MatchBy::Addresses { count, share } => {
                pen.put_text(&self.texts, text.without(0, INSIDE.len()));
                pen.put(BY_ADDRESSES);
                pen.whole(count as u64);
                pen.put(b",\"share\":");
                number::share(pen, share);
                pen.put(b"}");
            }
        }
    }

    /// `"code":"N4","name":"Northampton 4"`
    pub(super) fn put_names(&self, pen: &mut Pen, layer: usize, area: usize) {
        pen.put_text(&self.texts, self.areas[layer][area].without(1, INSIDE.len()));
    }
}
