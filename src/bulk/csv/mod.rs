//! CSV in, CSV out (RFC 4180): all input columns, followed by those of the answer.
//!
//! The answer is UTF-8 with commas, whatever the input was ([`start`], [`super::encoding`]). Empty
//! lines are skipped, as CSV readers do. A row that is shorter than the header is filled with empty
//! cells: spreadsheets leave out those at its end. Longer rows widen the table, with columns without
//! a name.
//!
//! The output repeats a row unchanged. [`scan`] finds the ends of rows and the cells with the
//! place, and looks at nothing else. `csv_core` reads only rows with malformed quotes, which are
//! written again with correct quotes ([`fallback`]).

use bytes::Bytes;
use lapwing_boundaries::atlas::{ChosenLayer, Day};

use super::blocks::{Blocks, CSV_BLOCK};
use super::csv_cell::cell;
use super::encoding::{BOM, TextDecoder, TextEncoding};
use super::input_columns::{ColumnOptions, HeaderColumns, free_names};
use super::output_columns::{AnswerColumns, CsvFormat};
use super::{AtlasRef, BulkError, BulkRequest, RowEngine, Tally};
use crate::answers;

mod batch;
mod fallback;
mod row_ends;
mod scan;
mod start;
mod structural_bitmaps;

use row_ends::CsvRowEnds;
use scan::CellFinder;
use start::{Rewriter, Start};

/// A longer row, in bytes, has an unclosed quote.
const LONGEST_ROW: usize = 1 << 20;

/// The input, in bytes, from which the header and the separator are decided. The largest row fits.
const START: usize = LONGEST_ROW;

/// The engine for CSV.
#[derive(Debug)]
pub struct CsvRows<A> {
    atlas: A,
    chosen: Vec<ChosenLayer>,
    day: Day,
    asked: ColumnOptions,
    columns: Option<Columns>,
    decoder: TextDecoder,
    /// The beginning of the file, until the header is read from it.
    start: Option<Vec<u8>>,
    /// Changes other separators to commas.
    rewriter: Option<Rewriter>,
    blocks: Blocks<CsvRowEnds>,
    tally: Tally,
}

#[derive(Debug)]
struct Columns {
    places: HeaderColumns,
    /// The number of columns in the header.
    named: usize,
    /// The number of columns in the output, before those of the answer.
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
            decoder: TextDecoder::default(),
            start: Some(Vec::new()),
            rewriter: None,
            blocks: Blocks::of(CSV_BLOCK),
            tally: Tally::default(),
        })
    }

    /// Takes decoded text.
    fn read(&mut self, text: &[u8], out: &mut Vec<Bytes>) -> Result<(), BulkError> {
        let Some(start) = &mut self.start else { return self.rows(text, false, out) };
        let (first, rest) = text.split_at(text.len().min(START - start.len()));
        start.extend_from_slice(first);
        if start.len() < START {
            return Ok(());
        }
        self.open(false, out)?;
        self.rows(rest, false, out)
    }

    /// Reads the header, writes the header of the output, and takes the rows after it.
    fn open(&mut self, is_whole: bool, out: &mut Vec<Bytes>) -> Result<(), BulkError> {
        let Some(mut text) = self.start.take() else { return Ok(()) };
        // The last line may end in the middle of a character.
        let end = memchr::memrchr(b'\n', &text).map_or(text.len(), |at| at + 1);
        let unfinished = if is_whole { Vec::new() } else { text.split_off(end) };
        let text = self.decoder.utf8(&text);
        let Some(start) = start::read(&text, is_whole, &self.asked)? else {
            return Err(BulkError::RowTooLong { row: 1, limit: LONGEST_ROW });
        };
        let Start { separator, header, rows_at, places, width } = start;
        let names = free_names(&header, self.asked.add.names(&self.chosen));
        let added = AnswerColumns::new(&self.atlas, &self.chosen, self.asked.add, self.day);
        let finder = CellFinder::of(width, places.at());
        let mut line = if self.decoder.had_mark() { BOM.to_vec() } else { Vec::new() };
        for at in 0..width {
            cell(&mut line, header.get(at).map_or(b"", Vec::as_slice));
            line.push(b',');
        }
        line.extend_from_slice(names.join(",").as_bytes());
        line.push(b'\n');
        out.push(line.into());
        self.columns = Some(Columns { places, named: header.len(), count: width, finder, added });
        self.rewriter = (separator != b',').then(|| Rewriter::new(separator));
        self.rows(&text[rows_at..], false, out)?;
        self.rows(&unfinished, false, out)
    }

    /// Takes rows.
    fn rows(&mut self, text: &[u8], is_last: bool, out: &mut Vec<Bytes>) -> Result<(), BulkError> {
        let Some(rewriter) = &mut self.rewriter else { return self.take(text, out) };
        let text = rewriter.push(text, is_last);
        let is_too_long = rewriter.unfinished_row() > LONGEST_ROW;
        self.take(&text, out)?;
        if is_too_long { Err(self.too_long(out)) } else { Ok(()) }
    }

    /// Takes rows with commas.
    fn take(&mut self, text: &[u8], out: &mut Vec<Bytes>) -> Result<(), BulkError> {
        for chunk in text.chunks(CSV_BLOCK) {
            self.blocks.hold(chunk);
            if self.blocks.unfinished_row().len() > LONGEST_ROW {
                return Err(self.too_long(out));
            }
            if self.blocks.is_full() {
                self.answer(out);
            }
        }
        Ok(())
    }

    fn too_long(&mut self, out: &mut Vec<Bytes>) -> BulkError {
        self.answer(out);
        // Count the header and the row itself.
        BulkError::RowTooLong { row: self.tally.rows() + 2, limit: LONGEST_ROW }
    }

    /// Answers all whole rows.
    fn answer(&mut self, out: &mut Vec<Bytes>) {
        let Some(columns) = &mut self.columns else { return };
        let atlas = &*self.atlas;
        let postcodes = if columns.places.are_postcodes() { self.tally.rows() } else { 0 };
        columns.added.prepare(atlas, self.blocks.whole(), postcodes);
        let (columns, decoder) = (&*columns, &self.decoder);
        let tally = self.blocks.answer(out, |block, writer| {
            batch::complete_all(&decoder.utf8(block), writer, columns, atlas)
        });
        self.tally.add(tally);
    }
}

impl<A: AtlasRef> RowEngine for CsvRows<A> {
    fn push(&mut self, chunk: &[u8]) -> Result<Vec<Bytes>, BulkError> {
        let mut out = Vec::new();
        let text = self.decoder.decode(chunk);
        self.read(&text, &mut out)?;
        Ok(out)
    }

    fn finish(&mut self) -> Result<Option<Vec<Bytes>>, BulkError> {
        if self.blocks.is_finished() {
            return Ok(None);
        }
        let mut out = Vec::new();
        let rest = self.decoder.finish();
        self.read(&rest, &mut out)?;
        self.open(true, &mut out)?;
        self.rows(b"", true, &mut out)?;
        self.blocks.end();
        self.answer(&mut out);
        Ok(Some(out))
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn encoding(&self) -> TextEncoding {
        self.decoder.encoding()
    }
}
