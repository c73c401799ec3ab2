//! CSV in, CSV out (RFC 4180): all input columns, followed by those of the answer.
//!
//! Cells are bytes, so cells that are not UTF-8 are repeated unchanged. Empty lines are skipped, as
//! CSV readers do. A row that is shorter or longer than the header is `invalid`. The output pads or
//! cuts it to the number of columns in the header.
//!
//! The output repeats a row unchanged. [`scan`] finds the ends of rows and the cells with the
//! place, and looks at nothing else. `csv_core` reads only rows with malformed quotes, which are
//! written again with correct quotes ([`fallback`]).

use bytes::Bytes;
use csv::ByteRecord;
use lapwing_boundaries::atlas::{Chosen, Day};

use super::blocks::{Blocks, CSV_BLOCK};
use super::csv_cell::cell;
use super::input_columns::{ColumnOptions, HeaderColumns, check_names};
use super::output_columns::{AnswerColumns, CsvFormat};
use super::{AtlasRef, BulkError, BulkRequest, RowEngine, Tally};
use crate::answers;

mod batch;
mod fallback;
mod row_ends;
mod scan;
mod structural_bitmaps;

use fallback::RowReader;
use row_ends::CsvRowEnds;
use scan::CellFinder;

/// A longer row, in bytes, has an unclosed quote.
const LONGEST_ROW: usize = 1 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";
/// The byte order marks of UTF-16, which is refused.
const UTF_16: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// The engine for CSV.
#[derive(Debug)]
pub struct CsvRows<A> {
    atlas: A,
    chosen: Vec<Chosen>,
    day: Day,
    asked: ColumnOptions,
    columns: Option<Columns>,
    /// The first bytes, until it is known whether they are a byte order mark.
    start: Option<Vec<u8>>,
    had_bom: bool,
    blocks: Blocks<CsvRowEnds>,
    tally: Tally,
}

#[derive(Debug)]
struct Columns {
    places: HeaderColumns,
    count: usize,
    finder: CellFinder,
    added: AnswerColumns<CsvFormat>,
}

impl<A: AtlasRef> CsvRows<A> {
    /// Creates an engine for one file.
    pub fn new(atlas: A, ask: &BulkRequest, asked: ColumnOptions) -> Result<Self, BulkError> {
        let chosen = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        Ok(Self {
            atlas,
            chosen,
            day: ask.day,
            asked,
            columns: None,
            start: Some(Vec::new()),
            had_bom: false,
            blocks: Blocks::of(CSV_BLOCK),
            tally: Tally::default(),
        })
    }

    fn take(&mut self, chunk: &[u8], out: &mut Vec<Bytes>) -> Result<(), BulkError> {
        for chunk in chunk.chunks(CSV_BLOCK) {
            self.blocks.hold(chunk);
            if self.columns.is_none() {
                self.open(out)?;
            }
            if self.blocks.unfinished_row().len() > LONGEST_ROW {
                self.answer(out);
                // Count the header and the row itself.
                let row = self.tally.rows() + 1 + u64::from(self.columns.is_some());
                return Err(BulkError::RowTooLong { row, limit: LONGEST_ROW });
            }
            if self.columns.is_some() && self.blocks.is_full() {
                self.answer(out);
            }
        }
        Ok(())
    }

    /// Reads the header when it is complete, and writes the header of the output.
    fn open(&mut self, out: &mut Vec<Bytes>) -> Result<(), BulkError> {
        while let Some(line) = self.blocks.take_first() {
            let mut reader = RowReader::default();
            // Skip empty lines.
            let (_, Some(cells)) = reader.read(&line) else { continue };
            let header: ByteRecord = cells.iter().collect();
            let places = HeaderColumns::find(&header, self.asked.by)?;
            let names = self.asked.add.names(&self.chosen);
            check_names(&header, &names)?;
            let added = AnswerColumns::new(&self.atlas, &self.chosen, self.asked.add, self.day);
            let finder = CellFinder::of(header.len(), places.at());
            self.columns = Some(Columns { places, count: header.len(), finder, added });
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

    /// Answers all whole rows.
    fn answer(&mut self, out: &mut Vec<Bytes>) {
        let Some(columns) = &mut self.columns else { return };
        let atlas = &*self.atlas;
        let postcodes = if columns.places.are_postcodes() { self.tally.rows() } else { 0 };
        columns.added.prepare(atlas, self.blocks.whole(), postcodes);
        let columns = &*columns;
        let tally = self
            .blocks
            .answer(out, |block, writer| batch::complete_all(block, writer, columns, atlas));
        self.tally.add(tally);
    }
}

impl<A: AtlasRef> RowEngine for CsvRows<A> {
    fn push(&mut self, chunk: &[u8]) -> Result<Vec<Bytes>, BulkError> {
        let mut out = Vec::new();
        let Some(start) = &mut self.start else {
            self.take(chunk, &mut out)?;
            return Ok(out);
        };
        start.extend_from_slice(chunk);
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
        if self.blocks.is_finished() {
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
