//! What JSON and NDJSON have in common: a row's answer as an object.

use lapwing_boundaries::atlas::{Atlas, Chosen, Day};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Refusal, Status, locate};
use crate::answers::{
    Keyed, LayerUsed, Place, PlaceAnswer, ReadyPlaces, SnapshotBlock, layers_used, place_answer,
    snapshot,
};

/// One row's answer.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    /// The caller's own name for the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a RawValue>,
    pub(super) status: Status,
    #[serde(flatten)]
    pub(super) answer: Option<PlaceAnswer<'a>>,
    #[serde(flatten)]
    pub(super) refused: Option<Refused<'a>>,
}

/// A row without an answer.
#[derive(Serialize)]
pub(super) struct Refused<'a> {
    /// The row as it came, where it is JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<&'a RawValue>,
    pub(super) error: String,
}

/// What answers were made from: once in a document, or in every line.
#[derive(Serialize)]
pub(super) struct MadeFrom<'a> {
    pub(super) layers: Keyed<Option<LayerUsed>>,
    pub(super) snapshot: SnapshotBlock<'a>,
}

impl<'a> MadeFrom<'a> {
    pub(super) fn new(atlas: &'a Atlas, chosen: &[Chosen]) -> Self {
        Self { layers: layers_used(atlas, chosen), snapshot: snapshot(atlas) }
    }
}

/// Answers one row; `query` gives its text, where it must be given back.
pub(super) fn row<'a>(
    atlas: &'a Atlas,
    place: Result<Place, Refusal>,
    chosen: &[Chosen],
    day: Day,
    query: impl FnOnce() -> Option<&'a RawValue>,
) -> Row<'a> {
    match place.and_then(|place| locate(atlas, place, chosen)) {
        Ok((status, found)) => Row {
            id: None,
            status,
            answer: Some(place_answer(atlas, &found, chosen, day)),
            refused: None,
        },
        Err((status, error)) => {
            Row { id: None, status, answer: None, refused: Some(Refused { query: query(), error }) }
        }
    }
}

/// Appends the row of a known postcode but for its closing brace, put together from ready parts:
/// the bytes that [`write`] writes of [`row`]. Any other place is left to them, with `None`.
pub(super) fn write_ready(
    out: &mut Vec<u8>,
    atlas: &Atlas,
    place: Place,
    ready: &ReadyPlaces,
    id: Option<&RawValue>,
) -> Option<Status> {
    let Place::Postcode(postcode) = place else { return None };
    let known = atlas.known(postcode)?;
    out.push(b'{');
    if let Some(id) = id {
        out.extend_from_slice(b"\"id\":");
        out.extend_from_slice(id.get().as_bytes());
        out.push(b',');
    }
    let status = if known.1.is_nowhere() { Status::Outside } else { Status::Ok };
    out.extend_from_slice(match status {
        Status::Outside => b"\"status\":\"outside\",",
        _ => b"\"status\":\"ok\",",
    });
    ready.write(out, &known);
    Some(status)
}

/// Appends a row. Neither memory nor these types can fail to be written.
pub(super) fn write(out: &mut Vec<u8>, row: &Row<'_>) {
    let _ = serde_json::to_writer(out, row);
}
