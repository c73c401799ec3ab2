//! NDJSON: one question per line, one answer per line.
//!
//! A question is an object with `postcode`, or `lon` and `lat`, or `easting` and `northing`, and
//! optionally `layers`, `date` and an `id`, which the answer repeats. Empty lines are skipped. The
//! [fast path](super::ndjson_fast_path) reads lines with a place and at most an `id`; serde reads
//! all others.

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day};
use memchr::memchr;

use super::blocks::{Blocks, LONGEST_LINE, LineEnds, NDJSON_BLOCK};
use super::encoding::{TextDecoder, TextEncoding};
use super::json_row::{self, AnswerSource, IdentifiedRow, Known};
use super::line_engine::LineEngine;
use super::ndjson_fast_path::FastPath;
use super::{AtlasRef, BulkError, BulkRequest, RowError, Status, Tally};
use crate::answers::text_writer::TextWriter;
use crate::answers::{self, Place, Prerendered, PrerenderedPlaces};

mod question;

use question::{ID_ONLY, Question, read_fast};

/// Lines that are answered in one batch, so that their cache misses overlap.
const BATCH_SIZE: usize = 16;

/// The engine for NDJSON.
#[derive(Debug)]
pub struct NdjsonRows<A> {
    atlas: A,
    /// The layers for lines that do not name their own.
    chosen: Vec<ChosenLayer>,
    layers: Option<Vec<String>>,
    day: Day,
    /// The prerendered answers for those layers.
    ready: PrerenderedPlaces,
    /// Holds only the beginning of a line that is too long.
    blocks: Blocks<LineEnds>,
    decoder: TextDecoder,
    /// The end of most answers: their vintages and snapshot.
    source: Vec<u8>,
    tally: Tally,
}

/// A line after reading.
struct ParsedLine<'l> {
    line: &'l [u8],
    place: Result<Place, RowError>,
    /// A JSON value.
    id: Option<&'l [u8]>,
    layers: Layers,
}

/// The layers and the day of a line.
enum Layers {
    /// Those of the request.
    Default,
    /// Those that the line names.
    Own(Vec<ChosenLayer>, Day),
    /// Unknown, because the line cannot be read.
    None,
}

impl<A: AtlasRef> NdjsonRows<A> {
    /// Creates an engine for one document. A line can name other layers or another day.
    pub fn new(atlas: A, ask: &BulkRequest) -> Result<Self, BulkError> {
        Self::with_prerendered(atlas, ask, &Prerendered::default())
    }

    /// Like [`Self::new`], with the prerendered answers of the atlas.
    pub fn with_prerendered(
        atlas: A,
        ask: &BulkRequest,
        ready: &Prerendered,
    ) -> Result<Self, BulkError> {
        let chosen = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        let ready = ready.places(&atlas, &chosen, ask.day);
        let source = tail_of(&AnswerSource::new(&atlas, &chosen, ask.day));
        Ok(Self {
            atlas,
            chosen,
            layers: ask.layers.clone(),
            day: ask.day,
            ready,
            blocks: Blocks::of(NDJSON_BLOCK),
            decoder: TextDecoder::default(),
            source,
            tally: Tally::default(),
        })
    }

    /// Reads a line with serde.
    fn read<'l>(&self, line: &'l [u8]) -> ParsedLine<'l> {
        let read = if line.len() > LONGEST_LINE {
            Err(format!("the line is longer than {LONGEST_LINE} bytes"))
        } else {
            serde_json::from_slice::<Question<'_>>(line)
                // Error positions count from the start of the line, not of the document.
                .map_err(|error| error.to_string().replace("line 1 column", "column"))
        };
        match read {
            Err(why) => {
                let place = Err((Status::Invalid, format!("not a question: {why}").into()));
                // The layers that the line would have named are unknown.
                ParsedLine { line, place, id: None, layers: Layers::None }
            }
            Ok(question) => {
                let (place, layers) = match self.choose(&question) {
                    Ok(Some((chosen, day))) => (question.place(), Layers::Own(chosen, day)),
                    Ok(None) => (question.place(), Layers::Default),
                    Err(refusal) => (Err(refusal), Layers::Default),
                };
                let id = question.id.map(|id| id.get().as_bytes());
                ParsedLine { line, place, id, layers }
            }
        }
    }

    /// Reads the line at `start` and returns it with the start of the next one. Returns `None` for
    /// an empty line.
    #[inline]
    fn read_next<'l>(
        &self,
        fast_path: &mut FastPath<'l>,
        block: &'l [u8],
        start: usize,
    ) -> (Option<ParsedLine<'l>>, usize) {
        if let Some((place, id, next)) = read_fast(fast_path, block, start) {
            let line = &block[start..next];
            return (
                Some(ParsedLine { line, place: Ok(place), id, layers: Layers::Default }),
                next,
            );
        }
        let end = memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at);
        let line = &block[start..end];
        ((!line.trim_ascii().is_empty()).then(|| self.read(line)), end + 1)
    }

    /// Writes the answers of at most [`BATCH_SIZE`] lines.
    fn write(&self, lines: &mut Vec<ParsedLine<'_>>, writer: &mut TextWriter, tally: &mut Tally) {
        let postcodes = std::array::from_fn(|at| match lines.get(at)? {
            ParsedLine {
                place: Ok(Place::Postcode(postcode)), layers: Layers::Default, ..
            } => Some(*postcode),
            _ => None,
        });
        let known = self.atlas.precomputed_batch_in_full::<BATCH_SIZE>(&postcodes);
        for (at, asked) in lines.drain(..).enumerate() {
            tally.count(self.write_one(asked, known.facts_and_answer(at).as_ref(), writer));
        }
    }

    fn write_one(
        &self,
        asked: ParsedLine<'_>,
        known: Option<&Known<'_>>,
        writer: &mut TextWriter,
    ) -> Status {
        let ParsedLine { line, place, id, layers } = asked;
        let (atlas, ready): (&Atlas, _) = (&self.atlas, &self.ready);
        if let (Ok(place), Layers::Default) = (&place, &layers)
            && let Some(status) =
                json_row::write_prerendered(writer, atlas, (*place, known), &self.chosen, ready, id)
        {
            writer.put(&self.source);
            return status;
        }
        let (chosen, day): (&[ChosenLayer], _) = match &layers {
            Layers::None => (&[], self.day),
            Layers::Default => (&self.chosen, self.day),
            Layers::Own(chosen, day) => (chosen, *day),
        };
        let query = || serde_json::from_slice(line).ok();
        let row = json_row::row(atlas, place, chosen, day, query);
        let status = row.status;
        let id = id.and_then(|id| serde_json::from_slice(id).ok());
        json_row::write(writer, &IdentifiedRow { id, row });
        match layers {
            Layers::None | Layers::Default => writer.put(&self.source),
            Layers::Own(chosen, day) => {
                writer.put(&tail_of(&AnswerSource::new(atlas, &chosen, day)));
            }
        }
        status
    }

    /// The layers and the day that a line names, or `None` if it names neither.
    fn choose(&self, question: &Question<'_>) -> Result<Option<(Vec<ChosenLayer>, Day)>, RowError> {
        if question.layers.is_none() && question.date.is_none() {
            return Ok(None);
        }
        let day = match &question.date {
            None => self.day,
            Some(text) => answers::read_date(text).map(Day::Requested).ok_or_else(|| {
                (
                    Status::Invalid,
                    format!("{text:?} is not a date: write it as in 2024-05-01").into(),
                )
            })?,
        };
        let names = question.layers.as_deref().or(self.layers.as_deref());
        let chosen = answers::choose(&self.atlas, names, day)
            .map_err(|error| (Status::Invalid, error.to_string().into()))?;
        Ok(Some((chosen, day)))
    }
}

impl<A: AtlasRef> LineEngine for NdjsonRows<A> {
    fn blocks(&mut self) -> &mut Blocks<LineEnds> {
        &mut self.blocks
    }

    fn decoder(&mut self) -> &mut TextDecoder {
        &mut self.decoder
    }

    fn encoding(&self) -> TextEncoding {
        self.decoder.encoding()
    }

    fn answer(&mut self, out: &mut Vec<Bytes>) {
        let mut blocks = std::mem::replace(&mut self.blocks, Blocks::of(NDJSON_BLOCK));
        let this = &*self;
        let tally = blocks.answer(out, |block, writer| {
            let block = &*this.decoder.utf8(block);
            let (mut tally, mut start) = (Tally::default(), 0);
            let mut waiting = Vec::with_capacity(BATCH_SIZE);
            let mut fast_path = FastPath::of(block, &ID_ONLY);
            while start < block.len() {
                let (asked, next) = this.read_next(&mut fast_path, block, start);
                waiting.extend(asked);
                start = next;
                if waiting.len() == BATCH_SIZE || start >= block.len() {
                    this.write(&mut waiting, writer, &mut tally);
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
fn tail_of(source: &AnswerSource<'_>) -> Vec<u8> {
    let members = serde_json::to_vec(source).unwrap_or_default();
    let mut tail = b",".to_vec();
    tail.extend_from_slice(members.get(1..).unwrap_or_default());
    tail.push(b'\n');
    tail
}
