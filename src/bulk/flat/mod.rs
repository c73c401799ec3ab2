//! Flat NDJSON: the members of each input object, followed by the members of its answer, which have
//! the names of the CSV columns.
//!
//! A line holds its place as a [question](super::ndjson) does. All other members belong to the
//! caller and can have any name except those of the answer. Empty lines are skipped.
//!
//! As in CSV, the output repeats a line unchanged. The [fast path](super::ndjson_fast_path) only
//! finds the end of the object. serde reads all other lines ([`question`]) and reports errors.

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, ChosenLayer};

use super::blocks::{Blocks, CSV_BLOCK, LineEnds};
use super::encoding::{TextDecoder, TextEncoding};
use super::input_columns::ColumnOptions;
use super::line_engine::LineEngine;
use super::ndjson_fast_path::MemberRules;
use super::output_columns::{AnswerColumns, FlatJsonFormat};
use super::output_columns::{ERROR, QUERY};
use super::{AtlasRef, BulkError, BulkRequest, Tally};
use crate::answers;

mod batch;
mod question;
mod schema;

pub(crate) use schema::FlatLine;

/// The engine for flat NDJSON.
#[derive(Debug)]
pub struct FlatRows<A> {
    atlas: A,
    members: MemberRules,
    added: AnswerColumns<FlatJsonFormat>,
    blocks: Blocks<LineEnds>,
    decoder: TextDecoder,
    tally: Tally,
}

impl<A: AtlasRef> FlatRows<A> {
    /// Creates an engine for one document.
    #[expect(clippy::needless_pass_by_value, reason = "as the engine of CSV")]
    pub fn new(atlas: A, ask: &BulkRequest, asked: ColumnOptions) -> Result<Self, BulkError> {
        let ColumnOptions { by, add, .. } = asked;
        let chosen: Vec<ChosenLayer> = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        let mut taken = add.names(&chosen);
        taken.extend([ERROR, QUERY].map(str::to_owned));
        let added = AnswerColumns::new(&atlas, &chosen, add, ask.day);
        Ok(Self {
            atlas,
            members: MemberRules { by, taken, only: None },
            added,
            blocks: Blocks::of(CSV_BLOCK),
            decoder: TextDecoder::default(),
            tally: Tally::default(),
        })
    }
}

impl<A: AtlasRef> LineEngine for FlatRows<A> {
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
        let Self { atlas, members, added, blocks, decoder, tally } = self;
        let atlas: &Atlas = atlas;
        added.prepare(atlas, blocks.whole(), tally.rows());
        let (added, members, decoder) = (&*added, &*members, &*decoder);
        let answered = blocks.answer(out, |block, writer| {
            batch::complete_all(&decoder.utf8(block), writer, members, added, atlas)
        });
        tally.add(answered);
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}
