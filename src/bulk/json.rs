//! JSON: one document in, one document out.
//!
//! Input: `{"postcodes": […]}` or `{"points": [[lon, lat], …]}`, optionally with `layers` and
//! `date`. Output: `{"answers": […], "layers": {…}, "snapshot": {…}}`. The engine holds the whole
//! input, because `layers` can come last, and writes the answers in steps.

use std::sync::Arc;

use bytes::Bytes;
use lapwing_boundaries::atlas::{ChosenLayer, Day};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::encoding::TextDecoder;
use super::json_row::{self, AnswerSource};
use super::{
    AtlasRef, BulkError, BulkRequest, ROWS_AT_ONCE, ROWS_PER_TASK, RowEngine, RowError, Status,
    Tally, TextEncoding, lng_lat, postcode,
};
use crate::answers::text_writer::TextWriter;
use crate::answers::{self, Place, Prerendered, PrerenderedPlaces};

/// The engine for JSON.
#[derive(Debug)]
pub struct JsonRows<A> {
    atlas: A,
    ask: BulkRequest,
    ready: Arc<Prerendered>,
    body: Vec<u8>,
    decoder: TextDecoder,
    stage: Stage,
    tally: Tally,
}

#[derive(Debug)]
enum Stage {
    /// The document is arriving.
    Reading,
    /// The rows are being answered. The number counts those that have been.
    Answering(Questions, usize),
    Done,
}

#[derive(Debug)]
struct Questions {
    rows: Vec<Box<RawValue>>,
    points: bool,
    chosen: Vec<ChosenLayer>,
    day: Day,
    ready: PrerenderedPlaces,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    postcodes: Option<Vec<Box<RawValue>>>,
    points: Option<Vec<Box<RawValue>>>,
    layers: Option<Vec<String>>,
    date: Option<String>,
}

impl<A: AtlasRef> JsonRows<A> {
    /// Creates an engine for one document. The document can set the layers and the day if `ask`
    /// does not.
    pub fn new(atlas: A, ask: BulkRequest) -> Self {
        Self::with_prerendered(atlas, ask, Arc::default())
    }

    /// Like [`Self::new`], with the prerendered answers of the atlas.
    pub fn with_prerendered(atlas: A, ask: BulkRequest, ready: Arc<Prerendered>) -> Self {
        let (body, stage) = (Vec::new(), Stage::Reading);
        let decoder = TextDecoder::default();
        Self { atlas, ask, ready, body, decoder, stage, tally: Tally::default() }
    }

    fn read(&mut self) -> Result<Questions, BulkError> {
        let refuse = |why: String| BulkError::Document { why };
        self.body.extend(self.decoder.finish());
        let body = std::mem::take(&mut self.body);
        let body = self.decoder.utf8(&body);
        let document: Document =
            serde_json::from_slice(&body).map_err(|error| refuse(error.to_string()))?;
        let (rows, points) = match (document.postcodes, document.points) {
            (Some(postcodes), None) => (postcodes, false),
            (None, Some(points)) => (points, true),
            (Some(_), Some(_)) => {
                return Err(refuse("both postcodes and points are there".to_owned()));
            }
            (None, None) => {
                return Err(refuse("neither postcodes nor points are there".to_owned()));
            }
        };
        let twice = |what| BulkError::GivenTwice { what };
        let layers = match (&self.ask.layers, document.layers) {
            (Some(_), Some(_)) => return Err(twice("layers")),
            (asked, stated) => stated.or(asked.clone()),
        };
        let day = match (self.ask.day, document.date) {
            (Day::Requested(_), Some(_)) => return Err(twice("date")),
            (day, None) => day,
            (Day::Today(_), Some(text)) => {
                answers::read_date(&text).map(Day::Requested).ok_or_else(|| {
                    refuse(format!("the date {text:?} is not written as in 2024-05-01"))
                })?
            }
        };
        let chosen = answers::choose(&self.atlas, layers.as_deref(), day)?;
        let ready = self.ready.places(&self.atlas, &chosen, day);
        Ok(Questions { rows, points, chosen, day, ready })
    }
}

/// Reads the place of one row.
fn place(row: &RawValue, points: bool) -> Result<Place, RowError> {
    if points {
        let [lon, lat]: [f64; 2] = serde_json::from_str(row.get()).map_err(|_| {
            (Status::Invalid, "a point is a list of two numbers, [longitude, latitude]".into())
        })?;
        lng_lat(lon, lat)
    } else {
        let text: String = serde_json::from_str(row.get())
            .map_err(|_| (Status::Invalid, "a postcode is a string, as in \"NN1 1ED\"".into()))?;
        postcode(&text)
    }
}

impl Questions {
    /// Writes rows as JSON, separated by commas.
    fn answer<A: AtlasRef>(&self, atlas: &A, rows: &[Box<RawValue>]) -> Vec<(Vec<u8>, Tally)> {
        rows.par_chunks(ROWS_PER_TASK)
            .map(|rows| {
                let (mut writer, mut tally) = (TextWriter::default(), Tally::default());
                for (at, raw) in rows.iter().enumerate() {
                    if at > 0 {
                        writer.put(b",\n");
                    }
                    let place = place(raw, self.points);
                    if let Ok(place) = place
                        && let known = place.known(atlas)
                        && let Some(status) = json_row::write_prerendered(
                            &mut writer,
                            atlas,
                            (place, known.as_ref()),
                            &self.chosen,
                            &self.ready,
                            None,
                        )
                    {
                        writer.put(b"}");
                        tally.count(status);
                        continue;
                    }
                    let row = json_row::row(atlas, place, &self.chosen, self.day, || Some(raw));
                    tally.count(row.status);
                    json_row::write(&mut writer, &row);
                    writer.put(b"}");
                }
                (writer.written().to_vec(), tally)
            })
            .collect()
    }
}

impl<A: AtlasRef> RowEngine for JsonRows<A> {
    fn push(&mut self, chunk: &[u8]) -> Result<Vec<Bytes>, BulkError> {
        let text = self.decoder.decode(chunk);
        self.body.extend_from_slice(&text);
        Ok(Vec::new())
    }

    fn finish(&mut self) -> Result<Option<Vec<Bytes>>, BulkError> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Reading => {
                let questions = self.read()?;
                self.stage = Stage::Answering(questions, 0);
                Ok(Some(vec![Bytes::from_static(b"{\"answers\":[\n")]))
            }
            Stage::Answering(questions, done) if done < questions.rows.len() => {
                let end = (done + ROWS_AT_ONCE).min(questions.rows.len());
                let mut out = Vec::new();
                let written = questions.answer(&self.atlas, &questions.rows[done..end]);
                for (at, (rows, tally)) in written.into_iter().enumerate() {
                    if done + at > 0 {
                        out.push(Bytes::from_static(b",\n"));
                    }
                    out.push(rows.into());
                    self.tally.add(tally);
                }
                self.stage = Stage::Answering(questions, end);
                Ok(Some(out))
            }
            Stage::Answering(questions, _) => {
                let source = AnswerSource::new(&self.atlas, &questions.chosen, questions.day);
                let members = serde_json::to_vec(&source).unwrap_or_default();
                // Without the opening brace: the members follow the answers.
                let mut out = b"\n],".to_vec();
                out.extend_from_slice(members.get(1..).unwrap_or_default());
                out.push(b'\n');
                Ok(Some(vec![out.into()]))
            }
            Stage::Done => Ok(None),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn encoding(&self) -> TextEncoding {
        self.decoder.encoding()
    }
}
