//! JSON: one document in, one document out.
//!
//! In: `{"postcodes": […]}` or `{"points": [[lon, lat], …]}`, and perhaps `layers` and `date`. Out:
//! `{"answers": […], "layers": {…}, "snapshot": {…}}`. The document is held whole, since `layers`
//! may come last; its answers are made and written a batch at a time.

use std::sync::Arc;

use bytes::Bytes;
use lapwing_boundaries::atlas::{Chosen, Day};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json_row::{self, MadeFrom};
use super::{
    Ask, BATCH, BulkError, CHUNK, Holds, Refusal, RowEngine, Status, Tally, lng_lat, postcode,
};
use crate::answers::text_writer::Pen;
use crate::answers::{self, Place, Ready, ReadyPlaces};

/// The engine for JSON.
#[derive(Debug)]
pub struct JsonRows<A> {
    atlas: A,
    ask: Ask,
    ready: Arc<Ready>,
    body: Vec<u8>,
    stage: Stage,
    tally: Tally,
}

#[derive(Debug)]
enum Stage {
    /// The document is coming.
    Reading,
    /// It is being answered, so many rows have been.
    Answering(Questions, usize),
    Done,
}

#[derive(Debug)]
struct Questions {
    rows: Vec<Box<RawValue>>,
    points: bool,
    chosen: Vec<Chosen>,
    day: Day,
    ready: ReadyPlaces,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    postcodes: Option<Vec<Box<RawValue>>>,
    points: Option<Vec<Box<RawValue>>>,
    layers: Option<Vec<String>>,
    date: Option<String>,
}

impl<A: Holds> JsonRows<A> {
    /// An engine for one document, which may choose layers and day if `ask` does not.
    pub fn new(atlas: A, ask: Ask) -> Self {
        Self::with_ready(atlas, ask, Arc::default())
    }

    /// The same with what is ready for lookups of that atlas.
    pub fn with_ready(atlas: A, ask: Ask, ready: Arc<Ready>) -> Self {
        let (body, stage) = (Vec::new(), Stage::Reading);
        Self { atlas, ask, ready, body, stage, tally: Tally::default() }
    }

    fn read(&mut self) -> Result<Questions, BulkError> {
        let refuse = |why: String| BulkError::Document { why };
        let body = std::mem::take(&mut self.body);
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
            (Day::Asked(_), Some(_)) => return Err(twice("date")),
            (day, None) => day,
            (Day::Today(_), Some(text)) => {
                answers::read_date(&text).map(Day::Asked).ok_or_else(|| {
                    refuse(format!("the date {text:?} is not written as in 2024-05-01"))
                })?
            }
        };
        let chosen = answers::choose(&self.atlas, layers.as_deref(), day)?;
        let ready = self.ready.places(&self.atlas, &chosen, day);
        Ok(Questions { rows, points, chosen, day, ready })
    }
}

/// The place of one row; the echo of a refused row is the row itself.
fn place(row: &RawValue, points: bool) -> Result<Place, Refusal> {
    if points {
        let [lon, lat]: [f64; 2] = serde_json::from_str(row.get()).map_err(|_| {
            (Status::Invalid, "a point is a list of two numbers, [longitude, latitude]".to_owned())
        })?;
        lng_lat(lon, lat)
    } else {
        let text: String = serde_json::from_str(row.get())
            .map_err(|_| (Status::Invalid, "a postcode is a text, as in \"NN1 1ED\"".to_owned()))?;
        postcode(&text)
    }
}

impl Questions {
    /// Rows as JSON with commas between them.
    fn answer<A: Holds>(&self, atlas: &A, rows: &[Box<RawValue>]) -> Vec<(Vec<u8>, Tally)> {
        rows.par_chunks(CHUNK)
            .map(|rows| {
                let (mut pen, mut tally) = (Pen::default(), Tally::default());
                for (at, raw) in rows.iter().enumerate() {
                    if at > 0 {
                        pen.put(b",\n");
                    }
                    let place = place(raw, self.points);
                    if let Ok(place) = place
                        && let known = place.known(atlas)
                        && let Some(status) = json_row::write_ready(
                            &mut pen,
                            atlas,
                            (place, known.as_ref()),
                            &self.chosen,
                            &self.ready,
                            None,
                        )
                    {
                        pen.put(b"}");
                        tally.count(status);
                        continue;
                    }
                    let row = json_row::row(atlas, place, &self.chosen, self.day, || Some(raw));
                    tally.count(row.status);
                    json_row::write(&mut pen, &row);
                    pen.put(b"}");
                }
                (pen.written().to_vec(), tally)
            })
            .collect()
    }
}

impl<A: Holds> RowEngine for JsonRows<A> {
    fn push(&mut self, piece: &[u8]) -> Result<Vec<Bytes>, BulkError> {
        self.body.extend_from_slice(piece);
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
                let end = (done + BATCH).min(questions.rows.len());
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
                let made_from = MadeFrom::new(&self.atlas, &questions.chosen);
                let members = serde_json::to_vec(&made_from).unwrap_or_default();
                // Without its opening brace: its members go on after the answers.
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
}
