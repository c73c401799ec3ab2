//! NDJSON: one question a line, one answer a line.
//!
//! A question is an object with `postcode`, or `lon` and `lat`, or `easting` and `northing`, and
//! perhaps `layers`, `date`, and an `id` that comes back. Empty lines are passed over.

use std::borrow::Cow;

use lapwing_boundaries::atlas::{Atlas, Chosen, Day};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::rows::{self, MadeFrom};
use super::{
    Ask, BATCH, BulkError, CHUNK, Holds, Refusal, RowEngine, Status, Tally, bng, lng_lat, postcode,
};
use crate::answers::{self, Place};

/// No question is longer; a line that is, is `invalid` and not kept.
const LONGEST_LINE: usize = 64 << 10;

/// The engine for NDJSON.
#[derive(Debug)]
pub struct NdjsonRows<A> {
    atlas: A,
    /// For lines that do not choose themselves.
    chosen: Vec<Chosen>,
    layers: Option<Vec<String>>,
    day: Day,
    /// The line under way; of one too long, only its beginning.
    line: Vec<u8>,
    batch: Vec<Vec<u8>>,
    ended: bool,
    tally: Tally,
}

/// One question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question<'a> {
    postcode: Option<String>,
    lon: Option<f64>,
    lat: Option<f64>,
    easting: Option<f64>,
    northing: Option<f64>,
    layers: Option<Vec<String>>,
    date: Option<String>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

impl Question<'_> {
    fn place(&self) -> Result<Place, Refusal> {
        let degrees = (self.lon, self.lat);
        let metres = (self.easting, self.northing);
        match (&self.postcode, degrees, metres) {
            (Some(text), (None, None), (None, None)) => postcode(text),
            (None, (Some(lon), Some(lat)), (None, None)) => lng_lat(lon, lat),
            (None, (None, None), (Some(easting), Some(northing))) => bng(easting, northing),
            _ => {
                let why = "give one of postcode, lon and lat, or easting and northing";
                Err((Status::Invalid, why.to_owned()))
            }
        }
    }
}

impl<A: Holds> NdjsonRows<A> {
    /// An engine for one document; lines may choose other layers or another day.
    pub fn new(atlas: A, ask: &Ask) -> Result<Self, BulkError> {
        let chosen = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        Ok(Self {
            atlas,
            chosen,
            layers: ask.layers.clone(),
            day: ask.day,
            line: Vec::new(),
            batch: Vec::with_capacity(BATCH),
            ended: false,
            tally: Tally::default(),
        })
    }

    fn keep(&mut self, part: &[u8]) {
        let room = (LONGEST_LINE + 1).saturating_sub(self.line.len());
        self.line.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.line);
        if !line.trim_ascii().is_empty() {
            self.batch.push(line);
        }
        if self.batch.len() == BATCH {
            self.answer(out);
        }
    }

    fn answer(&mut self, out: &mut Vec<u8>) {
        let lines = std::mem::take(&mut self.batch);
        let this = &*self;
        let made_from = MadeFrom::new(&this.atlas, &this.chosen);
        let written: Vec<(Vec<u8>, Tally)> = lines
            .par_chunks(CHUNK)
            .map(|lines| {
                let (mut out, mut tally) = (Vec::new(), Tally::default());
                for line in lines {
                    tally.count(this.answer_line(line, &made_from, &mut out));
                    out.push(b'\n');
                }
                (out, tally)
            })
            .collect();
        for (lines, tally) in written {
            out.extend(lines);
            self.tally.add(tally);
        }
    }

    fn answer_line(&self, line: &[u8], made_from: &MadeFrom<'_>, out: &mut Vec<u8>) -> Status {
        let atlas: &Atlas = &self.atlas;
        let query = || serde_json::from_slice(line).ok();
        let read = if line.len() > LONGEST_LINE {
            Err(format!("the line is longer than {LONGEST_LINE} bytes"))
        } else {
            serde_json::from_slice::<Question<'_>>(line)
                // Of the line, not of the document.
                .map_err(|error| error.to_string().replace("line 1 column", "column"))
        };
        let (mut row, own) = match read {
            Err(why) => {
                let refused = Err((Status::Invalid, format!("not a question: {why}")));
                (rows::row(atlas, refused, &[], self.day, query), None)
            }
            Ok(question) => {
                let (place, own) = match self.choose(&question) {
                    Ok(own) => (question.place(), own),
                    Err(refusal) => (Err(refusal), None),
                };
                let (chosen, day) = match &own {
                    None => (&self.chosen, self.day),
                    Some((chosen, day)) => (chosen, *day),
                };
                let mut row = rows::row(atlas, place, chosen, day, query);
                row.id = question.id;
                (row, own)
            }
        };
        row.made_from = Some(match own {
            None => Cow::Borrowed(made_from),
            Some((chosen, _)) => Cow::Owned(MadeFrom::new(atlas, &chosen)),
        });
        rows::write(out, &row);
        row.status
    }

    /// The layers and day of a line that chooses itself.
    fn choose(&self, question: &Question<'_>) -> Result<Option<(Vec<Chosen>, Day)>, Refusal> {
        if question.layers.is_none() && question.date.is_none() {
            return Ok(None);
        }
        let day = match &question.date {
            None => self.day,
            Some(text) => answers::read_date(text).map(Day::Asked).ok_or_else(|| {
                (Status::Invalid, format!("{text:?} is no date: write it as in 2024-05-01"))
            })?,
        };
        let names = question.layers.as_deref().or(self.layers.as_deref());
        let chosen = answers::choose(&self.atlas, names, day)
            .map_err(|error| (Status::Invalid, error.to_string()))?;
        Ok(Some((chosen, day)))
    }
}

impl<A: Holds> RowEngine for NdjsonRows<A> {
    fn push(&mut self, piece: &[u8]) -> Result<Vec<u8>, BulkError> {
        let mut out = Vec::new();
        let mut parts = piece.split(|&byte| byte == b'\n');
        if let Some(first) = parts.next() {
            self.keep(first);
        }
        for part in parts {
            self.end_line(&mut out);
            self.keep(part);
        }
        Ok(out)
    }

    fn finish(&mut self) -> Result<Option<Vec<u8>>, BulkError> {
        if self.ended {
            return Ok(None);
        }
        self.ended = true;
        let mut out = Vec::new();
        self.end_line(&mut out);
        self.answer(&mut out);
        Ok(Some(out))
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}
