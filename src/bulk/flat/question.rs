//! Lines of flat NDJSON, read by serde.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answers::Place;
use crate::bulk::blocks::LONGEST_LINE;
use crate::bulk::ndjson_fast_path::MemberRules;
use crate::bulk::place_fields::PlaceFields;
use crate::bulk::{RowError, Status};

/// A line after reading.
pub(super) struct Question<'l> {
    /// What the output repeats: the object without its closing brace and the white space before it.
    /// `None` if the answer cannot follow it.
    pub(super) members: Option<&'l [u8]>,
    /// The line, if it is JSON whose members the output cannot repeat.
    pub(super) query: Option<&'l RawValue>,
    pub(super) place: Result<Place, RowError>,
}

/// The name of a member, which can have escapes.
#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'l> Question<'l> {
    /// Reads a line without white space around it.
    pub(super) fn read(line: &'l [u8], allowed: &MemberRules) -> Self {
        let query = || serde_json::from_slice(line).ok();
        let refused = |why: String, query: Option<&'l RawValue>| Self {
            members: None,
            query,
            place: Err((Status::Invalid, why.into())),
        };
        // Error positions count from the start of the line, not of the document.
        let in_line =
            |error: serde_json::Error| error.to_string().replace("line 1 column", "column");
        if line.len() > LONGEST_LINE {
            return refused(format!("the line is longer than {LONGEST_LINE} bytes"), None);
        }
        if line.first() != Some(&b'{') {
            return refused("not an object: write {\"postcode\":\"NN1 1ED\"}".to_owned(), query());
        }
        let names = match serde_json::from_slice::<HashMap<Name<'_>, &RawValue>>(line) {
            Ok(names) => names,
            Err(error) => return refused(format!("not an object: {}", in_line(error)), None),
        };
        let is_taken = |name: &&String| names.contains_key(&Name(Cow::Borrowed(name.as_str())));
        if let Some(name) = allowed.taken.iter().find(is_taken) {
            return refused(
                format!("the answer adds a member {name:?}: rename the member of the line"),
                query(),
            );
        }
        let place = match PlaceFields::read(line, allowed.by) {
            Err(error) => Err((Status::Invalid, in_line(error).into())),
            Ok(fields) => fields.place(|text| text.place()),
        };
        let members = line[..line.len() - 1].trim_ascii_end();
        Self { members: Some(members), query: None, place }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bulk::input_columns::PlaceColumns;
    use crate::bulk::ndjson_fast_path::{FastPath, arbitrary};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn the_fast_path_reads_the_place_that_serde_reads(
            lines in proptest::collection::vec(arbitrary::lines(), 1..5),
            by in proptest::option::of(proptest::sample::select(
                vec![PlaceColumns::Postcode, PlaceColumns::LngLat, PlaceColumns::Bng],
            )),
            is_ended: bool,
        ) {
            let allowed = MemberRules { by, taken: vec!["status".to_owned()], only: None };
            let mut block = [&lines[..], &lines[..]].concat().join("\n");
            if is_ended {
                block.push('\n');
            }
            let block = block.as_bytes();
            let (mut fast_path, mut start) = (FastPath::of(block, &allowed), 0);
            while start < block.len() {
                let end = memchr::memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at);
                let line = &block[start..end];
                if let Some(read) = fast_path.read(start) {
                    let question = Question::read(line.trim_ascii(), &allowed);
                    prop_assert_eq!(read.place, question.place.map_err(|(status, _)| status));
                    prop_assert_eq!(Some(&block[start..read.end]), question.members);
                    prop_assert_eq!(read.next, (end + 1).min(block.len()));
                }
                start = end + 1;
            }
        }
    }
}
