//! The answer of a row as a JSON object, for JSON and NDJSON.

use std::sync::LazyLock;

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day, PrecomputedAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{RowError, Status, locate};
use crate::answers::sample::{around, json};
use crate::answers::schema::Together;
use crate::answers::text_writer::{ShortText, TextWriter};
use crate::answers::{
    Keyed, LayerUsed, Place, PlaceAnswer, PrerenderedPlaces, SnapshotBlock, layers_used,
    place_answer, snapshot,
};

/// One row of a bulk request.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Row<'a> {
    /// Result of the row. `outside`: the place lies in no area of any layer.
    pub(super) status: Status,
    #[serde(flatten)]
    #[schemars(with = "Option<Together<PlaceAnswer<'a>>>")]
    answer: Option<PlaceAnswer<'a>>,
    #[serde(flatten)]
    refused: Option<Refused<'a>>,
}

/// A row without an answer.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Refused<'a> {
    /// The place as understood; for a row that failed, the input as received, if it is JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "serde_json::Value")]
    query: Option<&'a RawValue>,
    /// Why the row has no answer. Present only if the row failed.
    error: String,
}

/// A row with the identifier that the caller gave it.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct IdentifiedRow<'a> {
    /// The `id` of the input line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "serde_json::Value")]
    pub(super) id: Option<&'a RawValue>,
    #[serde(flatten)]
    pub(super) row: Row<'a>,
}

/// The vintages and the snapshot of the answers: once in a JSON document, in every line of NDJSON.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct AnswerSource<'a> {
    /// The vintage used for each requested layer. Null if none is in force on that day.
    layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    snapshot: SnapshotBlock<'a>,
}

/// One line of an NDJSON response.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "written in parts; the type describes the whole")]
pub(crate) struct Line<'a> {
    #[serde(flatten)]
    row: IdentifiedRow<'a>,
    #[serde(flatten)]
    source: AnswerSource<'a>,
}

/// The areas of many places.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "written in chunks; the type describes the whole")]
pub(crate) struct Document<'a> {
    /// In the order of the request.
    answers: Vec<Row<'a>>,
    #[serde(flatten)]
    source: AnswerSource<'a>,
}

impl<'a> AnswerSource<'a> {
    pub(super) fn new(atlas: &'a Atlas, chosen: &[ChosenLayer], day: Day) -> Self {
        Self { layers: layers_used(atlas, chosen, day), snapshot: snapshot(atlas) }
    }
}

/// Answers one row. `query` returns the text of the row, which a refused row repeats.
pub(super) fn row<'a>(
    atlas: &'a Atlas,
    place: Result<Place, RowError>,
    chosen: &[ChosenLayer],
    day: Day,
    query: impl FnOnce() -> Option<&'a RawValue>,
) -> Row<'a> {
    match place.and_then(|place| locate(atlas, place, chosen)) {
        Ok((status, found)) => {
            Row { status, answer: Some(place_answer(atlas, &found, chosen, day)), refused: None }
        }
        Err((status, reason)) => {
            let refused = Refused { query: query(), error: reason.in_words(atlas) };
            Row { status, answer: None, refused: Some(refused) }
        }
    }
}

/// The facts and the precomputed answer of a postcode.
pub(super) type Known<'a> = (PostcodeFacts, PrecomputedAnswer<'a>);

/// Writes the row of a precomputed postcode or of a position, without its closing brace: the same
/// bytes that [`write`] writes for [`row`]. Returns `None` and writes nothing for any other place,
/// and for a postcode without `known`.
pub(super) fn write_prerendered(
    writer: &mut TextWriter,
    atlas: &Atlas,
    (place, known): (Place, Option<&Known<'_>>),
    chosen: &[ChosenLayer],
    ready: &PrerenderedPlaces,
    id: Option<&[u8]>,
) -> Option<Status> {
    if let Place::Postcode(_) = place {
        let known = known?;
        let status = if known.1.is_outside(ready.layers()) { Status::Outside } else { Status::Ok };
        begin_prerendered(writer, status, id);
        ready.write(writer, known);
        return Some(status);
    }
    let (status, found) = locate(atlas, place, chosen).ok()?;
    begin_prerendered(writer, status, id);
    ready.write_position(writer, &found);
    Some(status)
}

/// The text around the values before the place in a row.
struct RowFragments {
    /// `{"id":`
    id: ShortText,
    /// By status: `"status":"ok",`
    statuses: [ShortText; Status::ALL.len()],
}

static FRAGMENTS: LazyLock<RowFragments> = LazyLock::new(|| {
    let id: &RawValue = serde_json::from_str("7").expect("a number");
    let around = |status: Status| {
        let row = Row { status, answer: None, refused: None };
        let sample = IdentifiedRow { id: Some(id), row };
        let value = json(&status);
        let ([before_id, before_status], _) = around(&sample, ["7", &value]);
        let status = format!("{}{value},", before_status.trim_start_matches(','));
        [before_id, status].map(|text| ShortText::of([text.as_bytes(), b"", b""]))
    };
    RowFragments {
        id: around(Status::Ok)[0],
        statuses: Status::ALL.map(|status| around(status)[1]),
    }
});

fn begin_prerendered(writer: &mut TextWriter, status: Status, id: Option<&[u8]>) {
    let fragments = &*FRAGMENTS;
    if let Some(id) = id {
        writer.put_short_text(&fragments.id);
        writer.put(id);
        writer.put(b",");
    } else {
        writer.put(b"{");
    }
    writer.put_short_text(&fragments.statuses[status as usize]);
}

/// Writes a row without its closing brace. Writing these types to memory cannot fail.
pub(super) fn write(writer: &mut TextWriter, row: &impl Serialize) {
    let _ = serde_json::to_writer(&mut *writer, row);
    writer.truncate_by(1);
}
