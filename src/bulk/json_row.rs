//! What JSON and NDJSON have in common: a row's answer as an object.

use std::sync::LazyLock;

use lapwing_boundaries::atlas::{Atlas, Chosen, Day, PrecomputedAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Refusal, Status, locate};
use crate::answers::sample::{around, json};
use crate::answers::text_writer::{Pen, Short};
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

/// What is known of a postcode.
pub(super) type Known<'a> = (PostcodeFacts, PrecomputedAnswer<'a>);

/// Writes the row of a known postcode or a position but for its closing brace, put together from
/// ready parts: the bytes that [`write`] writes of [`row`]. Any other place is left to them, with
/// `None`; so is a postcode of which nothing is given in `known`.
pub(super) fn write_ready(
    pen: &mut Pen,
    atlas: &Atlas,
    (place, known): (Place, Option<&Known<'_>>),
    chosen: &[Chosen],
    ready: &ReadyPlaces,
    id: Option<&[u8]>,
) -> Option<Status> {
    if let Place::Postcode(_) = place {
        let known = known?;
        let status = if known.1.is_outside(ready.layers()) { Status::Outside } else { Status::Ok };
        begin_ready(pen, status, id);
        ready.write(pen, known);
        return Some(status);
    }
    let (status, found) = locate(atlas, place, chosen).ok()?;
    begin_ready(pen, status, id);
    ready.write_position(pen, &found);
    Some(status)
}

/// The text around the values before the place in a [`Row`].
struct RowFragments {
    /// `{"id":`
    id: Short,
    /// By status: `"status":"ok",`
    statuses: [Short; Status::ALL.len()],
}

static FRAGMENTS: LazyLock<RowFragments> = LazyLock::new(|| {
    let id: &RawValue = serde_json::from_str("7").expect("a number");
    let around = |status: Status| {
        let sample = Row { id: Some(id), status, answer: None, refused: None };
        let value = json(&status);
        let ([before_id, before_status], _) = around(&sample, ["7", &value]);
        let status = format!("{}{value},", before_status.trim_start_matches(','));
        [before_id, status].map(|text| Short::of([text.as_bytes(), b"", b""]))
    };
    RowFragments {
        id: around(Status::Ok)[0],
        statuses: Status::ALL.map(|status| around(status)[1]),
    }
});

fn begin_ready(pen: &mut Pen, status: Status, id: Option<&[u8]>) {
    let fragments = &*FRAGMENTS;
    if let Some(id) = id {
        pen.put_short(&fragments.id);
        pen.put(id);
        pen.put(b",");
    } else {
        pen.put(b"{");
    }
    pen.put_short(&fragments.statuses[status as usize]);
}

/// Writes a row but for its closing brace. Neither memory nor these types can fail to be written.
pub(super) fn write(pen: &mut Pen, row: &Row<'_>) {
    let _ = serde_json::to_writer(&mut *pen, row);
    pen.take_back(1);
}
