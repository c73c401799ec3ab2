//! What a line asks: read by its shape if it is [usual](crate::bulk::ndjson_fast_path), else by serde.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answers::Place;
use crate::bulk::Refusal;
use crate::bulk::ndjson_fast_path::{Line, Members, Usual};
use crate::bulk::place_fields::{Said, Text};

/// The members of a usual line.
pub(super) static USUAL: Members = Members { by: None, taken: Vec::new(), only: Some("id") };

/// One question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question<'a> {
    #[serde(borrow)]
    postcode: Option<Text<'a>>,
    lon: Option<f64>,
    lat: Option<f64>,
    easting: Option<f64>,
    northing: Option<f64>,
    pub(super) layers: Option<Vec<String>>,
    pub(super) date: Option<String>,
    #[serde(borrow)]
    pub(super) id: Option<&'a RawValue>,
}

impl Question<'_> {
    pub(super) fn place(&self) -> Result<Place, Refusal> {
        let Self { lon, lat, easting, northing, .. } = *self;
        let postcode = self.postcode.as_ref();
        Said { postcode, lon, lat, easting, northing }.place(Text::place)
    }
}

/// The place and the `id` of the line that begins there, and where the next one does, if the line is
/// usual and says a place.
#[inline]
pub(super) fn read_usual<'l>(
    usual: &mut Usual<'l>,
    block: &'l [u8],
    start: usize,
) -> Option<(Place, Option<&'l [u8]>, usize)> {
    let Line { place, other: [from, to], next, .. } = usual.read(start)?;
    // As serde reads it, an id that is null is none.
    let id = Some(&block[from..to]).filter(|id| !id.is_empty() && *id != b"null");
    Some((place.ok()?, id, next))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bulk::ndjson_fast_path::arbitrary;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn a_usual_line_asks_what_serde_reads_whatever_came_before(
            lines in proptest::collection::vec(arbitrary::lines(), 1..5)
        ) {
            let block = [&lines[..], &lines[..]].concat().join("\n");
            let mut usual = Usual::of(block.as_bytes(), &USUAL);
            let mut start = 0;
            for line in block.split('\n') {
                if let Some((place, id, next)) = read_usual(&mut usual, block.as_bytes(), start) {
                    let question: Question<'_> = serde_json::from_str(line).unwrap();
                    prop_assert_eq!(Ok(place), question.place());
                    prop_assert_eq!(id, question.id.map(|id| id.get().as_bytes()));
                    prop_assert!(question.layers.is_none() && question.date.is_none());
                    prop_assert_eq!(next, (start + line.len() + 1).min(block.len()));
                }
                start += line.len() + 1;
            }
        }
    }
}
