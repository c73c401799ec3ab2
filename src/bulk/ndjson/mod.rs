//! NDJSON: one question a line, one answer a line.
//!
//! A question is an object with `postcode`, or `lon` and `lat`, or `easting` and `northing`, and
//! perhaps `layers`, `date`, and an `id` that comes back. Empty lines are passed over. Lines that have
//! no more than an `id` beside a place are [usual](super::ndjson_fast_path), all others are read by serde.

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, Chosen, Day};
use memchr::memchr;

use super::blocks::{Blocks, LONGEST_LINE, Lines, NDJSON_BLOCK};
use super::json_row::{self, Known, MadeFrom};
use super::line_engine::LineRows;
use super::ndjson_fast_path::Usual;
use super::{Ask, BulkError, Holds, Refusal, Status, Tally};
use crate::answers::text_writer::Pen;
use crate::answers::{self, Place, Ready, ReadyPlaces};

mod question;

use question::{Question, USUAL, read_usual};

/// So many lines are answered together, so that what memory is slow to give is waited for once for
/// all of them.
const TOGETHER: usize = 16;

/// The engine for NDJSON.
#[derive(Debug)]
pub struct NdjsonRows<A> {
    atlas: A,
    /// For lines that do not choose themselves.
    chosen: Vec<Chosen>,
    layers: Option<Vec<String>>,
    day: Day,
    /// What the answers of most are put together from.
    ready: ReadyPlaces,
    /// Of a line too long only the beginning.
    blocks: Blocks<Lines>,
    /// The ends of most answers, which tell what they were made from.
    made_from: Vec<u8>,
    tally: Tally,
}

/// A line as it was read.
struct Asked<'l> {
    line: &'l [u8],
    place: Result<Place, Refusal>,
    /// A value in JSON.
    id: Option<&'l [u8]>,
    layers: Layers,
}

/// The layers that answer a line, and the day.
enum Layers {
    /// Those of most.
    Usual,
    /// Its own.
    Own(Vec<Chosen>, Day),
    /// It could not be read.
    None,
}

impl<A: Holds> NdjsonRows<A> {
    /// An engine for one document; lines may choose other layers or another day.
    pub fn new(atlas: A, ask: &Ask) -> Result<Self, BulkError> {
        Self::with_ready(atlas, ask, &Ready::default())
    }

    /// The same with what is ready for lookups of that atlas.
    pub fn with_ready(atlas: A, ask: &Ask, ready: &Ready) -> Result<Self, BulkError> {
        let chosen = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        let ready = ready.places(&atlas, &chosen, ask.day);
        let made_from = tail_of(&MadeFrom::new(&atlas, &chosen));
        Ok(Self {
            atlas,
            chosen,
            layers: ask.layers.clone(),
            day: ask.day,
            ready,
            blocks: Blocks::of(NDJSON_BLOCK),
            made_from,
            tally: Tally::default(),
        })
    }

    /// Reads a line.
    fn read<'l>(&self, line: &'l [u8]) -> Asked<'l> {
        let read = if line.len() > LONGEST_LINE {
            Err(format!("the line is longer than {LONGEST_LINE} bytes"))
        } else {
            serde_json::from_slice::<Question<'_>>(line)
                // Of the line, not of the document.
                .map_err(|error| error.to_string().replace("line 1 column", "column"))
        };
        match read {
            Err(why) => {
                let place = Err((Status::Invalid, format!("not a question: {why}")));
                // It is not known which layers it would have asked for.
                Asked { line, place, id: None, layers: Layers::None }
            }
            Ok(question) => {
                let (place, layers) = match self.choose(&question) {
                    Ok(Some((chosen, day))) => (question.place(), Layers::Own(chosen, day)),
                    Ok(None) => (question.place(), Layers::Usual),
                    Err(refusal) => (Err(refusal), Layers::Usual),
                };
                let id = question.id.map(|id| id.get().as_bytes());
                Asked { line, place, id, layers }
            }
        }
    }

    /// Reads the line that begins there, and gives where the next one does; nothing of an empty one.
    #[inline]
    fn read_next<'l>(
        &self,
        usual: &mut Usual<'l>,
        block: &'l [u8],
        start: usize,
    ) -> (Option<Asked<'l>>, usize) {
        if let Some((place, id, next)) = read_usual(usual, block, start) {
            let line = &block[start..next];
            return (Some(Asked { line, place: Ok(place), id, layers: Layers::Usual }), next);
        }
        let end = memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at);
        let line = &block[start..end];
        ((!line.trim_ascii().is_empty()).then(|| self.read(line)), end + 1)
    }

    /// Writes the answers to lines, of which there are at most [`TOGETHER`].
    fn write(&self, lines: &mut Vec<Asked<'_>>, pen: &mut Pen, tally: &mut Tally) {
        let postcodes = std::array::from_fn(|at| match lines.get(at)? {
            Asked { place: Ok(Place::Postcode(postcode)), layers: Layers::Usual, .. } => {
                Some(*postcode)
            }
            _ => None,
        });
        let known = self.atlas.precomputed_batch_in_full::<TOGETHER>(&postcodes);
        for (at, asked) in lines.drain(..).enumerate() {
            tally.count(self.write_one(asked, known.facts_and_answer(at).as_ref(), pen));
        }
    }

    fn write_one(&self, asked: Asked<'_>, known: Option<&Known<'_>>, pen: &mut Pen) -> Status {
        let Asked { line, place, id, layers } = asked;
        let (atlas, ready): (&Atlas, _) = (&self.atlas, &self.ready);
        if let (Ok(place), Layers::Usual) = (&place, &layers)
            && let Some(status) =
                json_row::write_ready(pen, atlas, (*place, known), &self.chosen, ready, id)
        {
            pen.put(&self.made_from);
            return status;
        }
        let (chosen, day): (&[Chosen], _) = match &layers {
            Layers::None => (&[], self.day),
            Layers::Usual => (&self.chosen, self.day),
            Layers::Own(chosen, day) => (chosen, *day),
        };
        let query = || serde_json::from_slice(line).ok();
        let mut row = json_row::row(atlas, place, chosen, day, query);
        row.id = id.and_then(|id| serde_json::from_slice(id).ok());
        json_row::write(pen, &row);
        match layers {
            Layers::None | Layers::Usual => pen.put(&self.made_from),
            Layers::Own(chosen, _) => pen.put(&tail_of(&MadeFrom::new(atlas, &chosen))),
        }
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

impl<A: Holds> LineRows for NdjsonRows<A> {
    fn blocks(&mut self) -> &mut Blocks<Lines> {
        &mut self.blocks
    }

    fn answer(&mut self, out: &mut Vec<Bytes>) {
        let mut blocks = std::mem::replace(&mut self.blocks, Blocks::of(NDJSON_BLOCK));
        let this = &*self;
        let tally = blocks.answer(out, |block, pen| {
            let (mut tally, mut start) = (Tally::default(), 0);
            let mut waiting = Vec::with_capacity(TOGETHER);
            let mut usual = Usual::of(block, &USUAL);
            while start < block.len() {
                let (asked, next) = this.read_next(&mut usual, block, start);
                waiting.extend(asked);
                start = next;
                if waiting.len() == TOGETHER || start >= block.len() {
                    this.write(&mut waiting, pen, &mut tally);
                }
            }
            tally
        });
        self.tally.add(tally);
        self.blocks = blocks;
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}

/// The last members of an answer, from the comma before them to the end of the line.
fn tail_of(made_from: &MadeFrom<'_>) -> Vec<u8> {
    let members = serde_json::to_vec(made_from).unwrap_or_default();
    let mut tail = b",".to_vec();
    tail.extend_from_slice(members.get(1..).unwrap_or_default());
    tail.push(b'\n');
    tail
}
