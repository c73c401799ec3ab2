//! CSV in, CSV out (RFC 4180): every input column comes back, then the answer's.
//!
//! Cells are bytes: those that are not UTF-8 come back as they were. Empty lines are passed over,
//! as CSV readers do. A row that is shorter or longer than the header is `invalid`; it comes back
//! filled up, or cut, to the header's columns.

use csv::{ByteRecord, Writer};
use csv_core::{ReadRecordResult, Reader};
use lapwing_boundaries::atlas::{Atlas, Chosen};
use rayon::prelude::*;

use super::columns::{By, PlaceColumns, added, check_names};
use super::{Ask, BATCH, BulkError, CHUNK, Holds, RowEngine, Status, Tally, locate};
use crate::answers::{self, Found};

/// A row of more bytes than this has a quote left open.
const LONGEST_ROW: usize = 1 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The engine for CSV.
#[derive(Debug)]
pub struct CsvRows<A> {
    atlas: A,
    chosen: Vec<Chosen>,
    by: Option<By>,
    columns: Option<Columns>,
    splitter: Splitter,
    batch: Vec<ByteRecord>,
    tally: Tally,
}

#[derive(Debug)]
struct Columns {
    places: PlaceColumns,
    count: usize,
}

impl<A: Holds> CsvRows<A> {
    /// An engine for one file; `by` chooses the columns where there are several ways to say where.
    pub fn new(atlas: A, ask: &Ask, by: Option<By>) -> Result<Self, BulkError> {
        let chosen = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        Ok(Self {
            atlas,
            chosen,
            by,
            columns: None,
            splitter: Splitter::new(),
            batch: Vec::with_capacity(BATCH),
            tally: Tally::default(),
        })
    }

    /// Takes in the rows that are whole by now; at the end of the input, the last one too.
    fn take(&mut self, mut piece: &[u8], at_end: bool) -> Result<Vec<u8>, BulkError> {
        let mut out = Vec::new();
        while let Some(row) = self.splitter.next(&mut piece, at_end)? {
            let Some(columns) = &self.columns else {
                out.extend(self.open(&row)?);
                continue;
            };
            debug_assert!(columns.count > 0);
            self.batch.push(row);
            if self.batch.len() == BATCH {
                self.answer(&mut out);
            }
        }
        Ok(out)
    }

    /// Reads the header and writes the one of the answer.
    fn open(&mut self, header: &ByteRecord) -> Result<Vec<u8>, BulkError> {
        let places = PlaceColumns::find(header, self.by)?;
        let added = added(&self.chosen);
        check_names(header, &added)?;
        self.columns = Some(Columns { places, count: header.len() });
        let mut written = header.clone();
        for name in &added {
            written.push_field(name.as_bytes());
        }
        let bom = if self.splitter.had_bom { BOM } else { b"" };
        Ok([bom, &lines(std::iter::once(&written))].concat())
    }

    /// Answers the rows of the batch, on all cores, in their order.
    fn answer(&mut self, out: &mut Vec<u8>) {
        let Some(columns) = &self.columns else { return };
        let (atlas, chosen) = (&*self.atlas, &self.chosen);
        let written: Vec<(Vec<u8>, Tally)> = self
            .batch
            .par_chunks_mut(CHUNK)
            .map(|rows| {
                let mut tally = Tally::default();
                for row in &mut *rows {
                    tally.count(columns.complete(row, atlas, chosen));
                }
                (lines(rows.iter()), tally)
            })
            .collect();
        for (lines, tally) in written {
            out.extend(lines);
            self.tally.add(tally);
        }
        self.batch.clear();
    }
}

impl<A: Holds> RowEngine for CsvRows<A> {
    fn push(&mut self, piece: &[u8]) -> Result<Vec<u8>, BulkError> {
        let Some(piece) = self.splitter.after_bom(piece)? else { return Ok(Vec::new()) };
        self.take(&piece, false)
    }

    fn finish(&mut self) -> Result<Option<Vec<u8>>, BulkError> {
        if self.splitter.ended {
            return Ok(None);
        }
        let held = std::mem::take(&mut self.splitter.start);
        let mut out = self.take(&held, false)?;
        out.extend(self.take(&[], true)?);
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

/// Rows as CSV; memory does not fail, and every row has the header's length.
fn lines<'a>(rows: impl Iterator<Item = &'a ByteRecord>) -> Vec<u8> {
    let mut writer = Writer::from_writer(Vec::new());
    for row in rows {
        let _ = writer.write_byte_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

impl Columns {
    /// Adds the answer's cells to a row.
    fn complete(&self, row: &mut ByteRecord, atlas: &Atlas, chosen: &[Chosen]) -> Status {
        let answer = if row.len() == self.count {
            self.places.read(row).and_then(|place| locate(atlas, place, chosen))
        } else {
            Err((Status::Invalid, String::new()))
        };
        row.truncate(self.count);
        while row.len() < self.count {
            row.push_field(b"");
        }
        match answer {
            Ok((status, found)) => {
                row.push_field(status.as_str().as_bytes());
                write_found(row, atlas, chosen, &found);
                status
            }
            Err((status, _)) => {
                row.push_field(status.as_str().as_bytes());
                for _ in 0..chosen.len() * 2 + 2 {
                    row.push_field(b"");
                }
                status
            }
        }
    }
}

fn write_found(row: &mut ByteRecord, atlas: &Atlas, chosen: &[Chosen], found: &Found<'_>) {
    let (mut codes, mut names) = (String::new(), String::new());
    for (chosen, located) in chosen.iter().zip(&found.located) {
        codes.clear();
        names.clear();
        if let Some((layer, located)) = chosen.layer.zip(located.as_ref()) {
            let areas = atlas.layers()[layer].layer().areas();
            for (at, matched) in located.matches.iter().enumerate() {
                if at > 0 {
                    codes.push(';');
                    names.push(';');
                }
                codes.push_str(areas[matched.area].code().as_str());
                names.push_str(areas[matched.area].name());
            }
        }
        row.push_field(codes.as_bytes());
        row.push_field(names.as_bytes());
    }
    row.push_field(found.level().map_or("", |level| level.as_str()).as_bytes());
    let distance = found.boundary_distance_m().map(|d| d.to_string()).unwrap_or_default();
    row.push_field(distance.as_bytes());
}

/// Splits bytes into rows, wherever they are cut.
#[derive(Debug)]
struct Splitter {
    reader: Reader,
    /// The cells of the row under way, one after the other, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    filled: usize,
    ended_cells: usize,
    /// The first bytes, until it is known whether they are a byte order mark.
    start: Vec<u8>,
    started: bool,
    had_bom: bool,
    ended: bool,
    rows: u64,
}

impl Splitter {
    fn new() -> Self {
        Self {
            // Its `default` has no table to read by.
            reader: Reader::new(),
            cells: vec![0; 1024],
            ends: vec![0; 32],
            filled: 0,
            ended_cells: 0,
            start: Vec::new(),
            started: false,
            had_bom: false,
            ended: false,
            rows: 0,
        }
    }

    /// The piece without a byte order mark before it; `None` while that is not known.
    fn after_bom(&mut self, piece: &[u8]) -> Result<Option<Vec<u8>>, BulkError> {
        if self.started {
            return Ok(Some(piece.to_vec()));
        }
        self.start.extend_from_slice(piece);
        if self.start.starts_with(b"\xFF\xFE") || self.start.starts_with(b"\xFE\xFF") {
            return Err(BulkError::Utf16);
        }
        if self.start.len() < BOM.len() && BOM.starts_with(&self.start) {
            return Ok(None);
        }
        self.started = true;
        let start = std::mem::take(&mut self.start);
        self.had_bom = start.starts_with(BOM);
        Ok(Some(start[if self.had_bom { BOM.len() } else { 0 }..].to_vec()))
    }

    /// The next whole row, or `None` when the piece is used up, or at the end there is none.
    fn next(&mut self, piece: &mut &[u8], at_end: bool) -> Result<Option<ByteRecord>, BulkError> {
        loop {
            if piece.is_empty() && !at_end {
                return Ok(None);
            }
            let (result, read, wrote, ended) = self.reader.read_record(
                piece,
                &mut self.cells[self.filled..],
                &mut self.ends[self.ended_cells..],
            );
            *piece = &piece[read..];
            self.filled += wrote;
            self.ended_cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    if self.cells.len() >= LONGEST_ROW {
                        let (row, limit) = (self.rows + 1, LONGEST_ROW);
                        return Err(BulkError::RowTooLong { row, limit });
                    }
                    self.cells.resize((self.cells.len() * 2).min(LONGEST_ROW), 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::Record => {
                    self.rows += 1;
                    let mut row =
                        ByteRecord::with_capacity(self.filled + 256, self.ended_cells + 16);
                    let mut start = 0;
                    for &end in &self.ends[..self.ended_cells] {
                        row.push_field(&self.cells[start..end]);
                        start = end;
                    }
                    (self.filled, self.ended_cells) = (0, 0);
                    return Ok(Some(row));
                }
                ReadRecordResult::End => {
                    self.ended = true;
                    return Ok(None);
                }
            }
        }
    }
}
