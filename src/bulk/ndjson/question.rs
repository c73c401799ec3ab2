//! The question of a line, read on the [fast path](crate::bulk::ndjson_fast_path) or by serde.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answers::Place;
use crate::bulk::RowError;
use crate::bulk::ndjson_fast_path::{FastPath, MemberRules, ParsedLine};
use crate::bulk::place_fields::{PlaceFields, Text};

/// The members of a line that the fast path reads.
pub(super) static ID_ONLY: MemberRules =
    MemberRules { by: None, taken: Vec::new(), only: Some("id") };

/// A question.
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
    pub(super) fn place(&self) -> Result<Place, RowError> {
        let Self { lon, lat, easting, northing, .. } = *self;
        let postcode = self.postcode.as_ref();
        PlaceFields { postcode, lon, lat, easting, northing }.place(Text::place)
    }
}

/// Returns the place and the `id` of the line at `start`, and the start of the next line. Returns
/// `None` if the fast path cannot read the line or its place is invalid.
#[inline]
pub(super) fn read_fast<'l>(
    fast_path: &mut FastPath<'l>,
    block: &'l [u8],
    start: usize,
) -> Option<(Place, Option<&'l [u8]>, usize)> {
    let ParsedLine { place, other: [from, to], next, .. } = fast_path.read(start)?;
    // serde reads a null id as no id.
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
        fn the_fast_path_reads_the_question_that_serde_reads(
            lines in proptest::collection::vec(arbitrary::lines(), 1..5)
        ) {
            let block = [&lines[..], &lines[..]].concat().join("\n");
            let mut fast_path = FastPath::of(block.as_bytes(), &ID_ONLY);
            let mut start = 0;
            for line in block.split('\n') {
                if let Some((place, id, next)) = read_fast(&mut fast_path, block.as_bytes(), start) {
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
