//! CSV in, CSV out (RFC 4180): every input column comes back, then the answer's.
//!
//! Cells are bytes: those that are not UTF-8 come back as they were. Empty lines are passed over,
//! as CSV readers do. A row that is shorter or longer than the header is `invalid`; it comes back
//! filled up, or cut, to the header's columns.
//!
//! A row comes back as it stands: [`scan`] finds where rows begin and end and the cells that say
//! where, and nothing else of them is looked at. Only a row whose quotes are not what they should be
//! is read by `csv_core`, which is told never to refuse one, and written anew ([`fallback`]).

use bytes::Bytes;
use csv::ByteRecord;
use lapwing_boundaries::atlas::Chosen;

use super::blocks::{Blocks, CSV_BLOCK};
use super::csv_cell::cell;
use super::input_columns::{AskColumns, PlaceColumns, check_names};
use super::output_columns::{Added, Cells};
use super::{Ask, BulkError, Holds, RowEngine, Tally};
use crate::answers;

mod batch;
mod bitmaps;
mod fallback;
mod row_ends;
mod scan;

use fallback::RowReader;
use row_ends::CsvEnds;
use scan::Wanted;

/// A row of more bytes than this has a quote left open.
const LONGEST_ROW: usize = 1 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";
/// Those of UTF-16, which is refused.
const UTF_16: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// The engine for CSV.
#[derive(Debug)]
pub struct CsvRows<A> {
    atlas: A,
    chosen: Vec<Chosen>,
    asked: AskColumns,
    columns: Option<Columns>,
    /// The first bytes, until it is known whether they are a byte order mark.
    start: Option<Vec<u8>>,
    had_bom: bool,
    blocks: Blocks<CsvEnds>,
    tally: Tally,
}

#[derive(Debug)]
struct Columns {
    places: PlaceColumns,
    count: usize,
    wanted: Wanted,
    added: Added<Cells>,
}

impl<A: Holds> CsvRows<A> {
    /// An engine for one file.
    pub fn new(atlas: A, ask: &Ask, asked: AskColumns) -> Result<Self, BulkError> {
        let chosen = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        Ok(Self {
            atlas,
            chosen,
            asked,
            columns: None,
            start: Some(Vec::new()),
            had_bom: false,
            blocks: Blocks::of(CSV_BLOCK),
            tally: Tally::default(),
        })
    }

    fn take(&mut self, piece: &[u8], out: &mut Vec<Bytes>) -> Result<(), BulkError> {
        for piece in piece.chunks(CSV_BLOCK) {
            self.blocks.hold(piece);
            if self.columns.is_none() {
                self.open(out)?;
            }
            if self.blocks.under_way().len() > LONGEST_ROW {
                self.answer(out);
                // The header and the row itself are counted, too.
                let row = self.tally.rows() + 1 + u64::from(self.columns.is_some());
                return Err(BulkError::RowTooLong { row, limit: LONGEST_ROW });
            }
            if self.columns.is_some() && self.blocks.is_full() {
                self.answer(out);
            }
        }
        Ok(())
    }

    /// Reads the header, once it is there, and writes the one of the answer.
    fn open(&mut self, out: &mut Vec<Bytes>) -> Result<(), BulkError> {
        while let Some(line) = self.blocks.take_first() {
            let mut reader = RowReader::default();
            // A line without a cell is passed over.
            let (_, Some(cells)) = reader.read(&line) else { continue };
            let header: ByteRecord = cells.iter().collect();
            let places = PlaceColumns::find(&header, self.asked.by)?;
            let names = self.asked.add.names(&self.chosen);
            check_names(&header, &names)?;
            let added = Added::new(&self.atlas, &self.chosen, self.asked.add);
            let wanted = Wanted::of(header.len(), places.at());
            self.columns = Some(Columns { places, count: header.len(), wanted, added });
            let mut line = if self.had_bom { BOM.to_vec() } else { Vec::new() };
            for name in &header {
                cell(&mut line, name);
                line.push(b',');
            }
            line.extend_from_slice(names.join(",").as_bytes());
            line.push(b'\n');
            out.push(line.into());
            return Ok(());
        }
        Ok(())
    }

    /// Answers the rows that are whole.
    fn answer(&mut self, out: &mut Vec<Bytes>) {
        let Some(columns) = &mut self.columns else { return };
        let atlas = &*self.atlas;
        let postcodes = if columns.places.are_postcodes() { self.tally.rows() } else { 0 };
        columns.added.make_ready(atlas, self.blocks.whole(), postcodes);
        let columns = &*columns;
        let tally =
            self.blocks.answer(out, |block, pen| batch::complete_all(block, pen, columns, atlas));
        self.tally.add(tally);
    }
}

impl<A: Holds> RowEngine for CsvRows<A> {
    fn push(&mut self, piece: &[u8]) -> Result<Vec<Bytes>, BulkError> {
        let mut out = Vec::new();
        let Some(start) = &mut self.start else {
            self.take(piece, &mut out)?;
            return Ok(out);
        };
        start.extend_from_slice(piece);
        if UTF_16.iter().any(|mark| start.starts_with(mark)) {
            return Err(BulkError::Utf16);
        }
        let begins = |mark: &[u8]| start.len() < mark.len() && mark.starts_with(start);
        if begins(BOM) || UTF_16.into_iter().any(begins) {
            return Ok(out);
        }
        let start = self.start.take().unwrap_or_default();
        self.had_bom = start.starts_with(BOM);
        self.take(&start[if self.had_bom { BOM.len() } else { 0 }..], &mut out)?;
        Ok(out)
    }

    fn finish(&mut self) -> Result<Option<Vec<Bytes>>, BulkError> {
        if self.blocks.have_ended() {
            return Ok(None);
        }
        let mut out = Vec::new();
        let start = self.start.take().unwrap_or_default();
        self.take(&start, &mut out)?;
        self.blocks.end();
        if self.columns.is_none() {
            self.open(&mut out)?;
        }
        if self.columns.is_none() {
            return Err(BulkError::NoHeader);
        }
        self.answer(&mut out);
        Ok(Some(out))
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}
