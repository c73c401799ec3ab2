//! NDJSON as flat as CSV: every member of a line's object comes back, then the answer's, named as the
//! columns that CSV adds.
//!
//! A line says its place as a [question](super::ndjson) does; all other members are the caller's own,
//! whatever they are called, but for the names that are added. Empty lines are passed over.
//!
//! As a row of CSV does, a line comes back as it stands. Nothing is kept of a [usual](super::ndjson_fast_path)
//! one but where the object ends; whatever is unusual is read by serde ([`question`]), which also says
//! what is wrong.

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, Chosen};

use super::blocks::{Blocks, CSV_BLOCK, Lines};
use super::input_columns::AskColumns;
use super::line_engine::LineRows;
use super::ndjson_fast_path::Members;
use super::output_columns::{Added, FlatMembers};
use super::{Ask, BulkError, ERROR, Holds, QUERY, Tally};
use crate::answers;

mod batch;
mod question;

/// The engine for flat NDJSON.
#[derive(Debug)]
pub struct FlatRows<A> {
    atlas: A,
    members: Members,
    added: Added<FlatMembers>,
    blocks: Blocks<Lines>,
    tally: Tally,
}

impl<A: Holds> FlatRows<A> {
    /// An engine for one document.
    pub fn new(atlas: A, ask: &Ask, asked: AskColumns) -> Result<Self, BulkError> {
        let AskColumns { by, add } = asked;
        let chosen: Vec<Chosen> = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        let mut taken = add.names(&chosen);
        taken.extend([ERROR, QUERY].map(str::to_owned));
        let added = Added::new(&atlas, &chosen, add);
        Ok(Self {
            atlas,
            members: Members { by, taken, only: None },
            added,
            blocks: Blocks::of(CSV_BLOCK),
            tally: Tally::default(),
        })
    }
}

impl<A: Holds> LineRows for FlatRows<A> {
    fn blocks(&mut self) -> &mut Blocks<Lines> {
        &mut self.blocks
    }

    fn answer(&mut self, out: &mut Vec<Bytes>) {
        let Self { atlas, members, added, blocks, tally } = self;
        let atlas: &Atlas = atlas;
        added.make_ready(atlas, blocks.whole(), tally.rows());
        let (added, members) = (&*added, &*members);
        let answered =
            blocks.answer(out, |block, pen| batch::complete_all(block, pen, members, added, atlas));
        tally.add(answered);
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}
