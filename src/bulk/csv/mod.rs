//! CSV in, CSV out (RFC 4180): every input column comes back, then the answer's.
//!
//! Cells are bytes: those that are not UTF-8 come back as they were. Empty lines are passed over,
//! as CSV readers do. A row that is shorter or longer than the header is `invalid`; it comes back
//! filled up, or cut, to the header's columns.
//!
//! A block of rows without a quote is the usual case: a row is then a line, its cells lie between
//! its commas, and it comes back as it stands. Blocks with quotes are read by `csv_core`.

use csv::ByteRecord;
use csv_core::{ReadRecordResult, Reader};
use lapwing_boundaries::atlas::{Atlas, Chosen};
use memchr::{memchr, memchr_iter, memchr2};

use super::blocks::{BLOCK_BYTES, Blocks, CsvEnds};
use super::columns::{By, PlaceColumns, added, check_names};
use super::write::{cell, cell_of, tenths};
use super::{Ask, BulkError, Holds, RowEngine, Status, Tally, locate};
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
    /// The first bytes, until it is known whether they are a byte order mark.
    start: Option<Vec<u8>>,
    had_bom: bool,
    blocks: Blocks<CsvEnds>,
    ended: bool,
    tally: Tally,
}

#[derive(Debug)]
struct Columns {
    places: PlaceColumns,
    count: usize,
    /// The answer's cells of a row that has none, from the first comma after its status.
    without_answer: Vec<u8>,
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
            start: Some(Vec::new()),
            had_bom: false,
            blocks: Blocks::default(),
            ended: false,
            tally: Tally::default(),
        })
    }

    fn take(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BulkError> {
        for piece in piece.chunks(BLOCK_BYTES) {
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
    fn open(&mut self, out: &mut Vec<u8>) -> Result<(), BulkError> {
        while let Some(line) = self.blocks.take_first() {
            let mut header = None;
            each_row(&line, |cells| header = Some(cells.iter().collect::<ByteRecord>()));
            // A line without a cell is passed over.
            let Some(header) = header else { continue };
            let places = PlaceColumns::find(&header, self.by)?;
            let added = added(&self.chosen);
            check_names(&header, &added)?;
            let without_answer = [&b",".repeat(added.len() - 1)[..], b"\n"].concat();
            self.columns = Some(Columns { places, count: header.len(), without_answer });
            if self.had_bom {
                out.extend_from_slice(BOM);
            }
            for name in &header {
                cell(out, name);
                out.push(b',');
            }
            out.extend_from_slice(added.join(",").as_bytes());
            out.push(b'\n');
            return Ok(());
        }
        Ok(())
    }

    /// Answers the rows that are whole.
    fn answer(&mut self, out: &mut Vec<u8>) {
        let Some(columns) = &self.columns else { return };
        let (atlas, chosen) = (&*self.atlas, &self.chosen);
        let tally =
            self.blocks.answer(out, |block, out| columns.complete_all(block, out, atlas, chosen));
        self.tally.add(tally);
    }
}

impl<A: Holds> RowEngine for CsvRows<A> {
    fn push(&mut self, piece: &[u8]) -> Result<Vec<u8>, BulkError> {
        let mut out = Vec::new();
        let Some(start) = &mut self.start else {
            self.take(piece, &mut out)?;
            return Ok(out);
        };
        start.extend_from_slice(piece);
        if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
            return Err(BulkError::Utf16);
        }
        if start.len() < BOM.len() && BOM.starts_with(start) {
            return Ok(out);
        }
        let start = self.start.take().unwrap_or_default();
        self.had_bom = start.starts_with(BOM);
        self.take(&start[if self.had_bom { BOM.len() } else { 0 }..], &mut out)?;
        Ok(out)
    }

    fn finish(&mut self) -> Result<Option<Vec<u8>>, BulkError> {
        if self.ended {
            return Ok(None);
        }
        self.ended = true;
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

impl Columns {
    /// Writes each row of a block with its answer.
    fn complete_all(
        &self,
        block: &[u8],
        out: &mut Vec<u8>,
        atlas: &Atlas,
        chosen: &[Chosen],
    ) -> Tally {
        let mut tally = Tally::default();
        if memchr(b'"', block).is_none() {
            each_line(block, |line| {
                let places = self.copy(line, out);
                tally.count(self.complete(places, out, atlas, chosen));
            });
        } else {
            each_row(block, |cells| {
                for at in 0..self.count {
                    if at > 0 {
                        out.push(b',');
                    }
                    cell(out, cells.get(at).unwrap_or_default());
                }
                let places = (cells.len() == self.count)
                    .then(|| self.places.at().map(|at| cells.get(at).unwrap_or_default()));
                tally.count(self.complete(places, out, atlas, chosen));
            });
        }
        tally
    }

    /// Copies a line without quotes, filled up or cut to the header's columns, and gives the cells
    /// that say where if it has them all.
    fn copy<'l>(&self, line: &'l [u8], out: &mut Vec<u8>) -> Option<[&'l [u8]; 2]> {
        let mut places: [&[u8]; 2] = [b"", b""];
        let at = self.places.at();
        let mut note = |number: usize, cell: &'l [u8]| {
            for (place, &at) in places.iter_mut().zip(&at) {
                if at == number {
                    *place = cell;
                }
            }
        };
        let (mut start, mut number) = (0, 0);
        for comma in memchr_iter(b',', line) {
            note(number, &line[start..comma]);
            (start, number) = (comma + 1, number + 1);
            if number == self.count {
                out.extend_from_slice(&line[..comma]);
                return None;
            }
        }
        note(number, &line[start..]);
        out.extend_from_slice(line);
        let missing = self.count - number - 1;
        out.resize(out.len() + missing, b',');
        (missing == 0).then_some(places)
    }

    /// Writes the answer's cells after those of the row; `places` are the cells that say where, if
    /// the row is whole.
    fn complete(
        &self,
        places: Option<[&[u8]; 2]>,
        out: &mut Vec<u8>,
        atlas: &Atlas,
        chosen: &[Chosen],
    ) -> Status {
        let answer = places
            .ok_or_else(|| (Status::Invalid, String::new()))
            .and_then(|places| self.places.read(places))
            .and_then(|place| locate(atlas, place, chosen));
        out.push(b',');
        match answer {
            Ok((status, found)) => {
                out.extend_from_slice(status.as_str().as_bytes());
                write_found(out, atlas, chosen, &found);
                status
            }
            Err((status, _)) => {
                out.extend_from_slice(status.as_str().as_bytes());
                out.extend_from_slice(&self.without_answer);
                status
            }
        }
    }
}

fn write_found(out: &mut Vec<u8>, atlas: &Atlas, chosen: &[Chosen], found: &Found) {
    for (chosen, located) in chosen.iter().zip(&found.located) {
        let areas = chosen.layer.zip(located.as_ref()).map(|(layer, located)| {
            located.matches.iter().map(move |matched| atlas.code_and_name(layer, matched.area))
        });
        out.push(b',');
        cell_of(out, areas.clone().into_iter().flatten().map(|(code, _)| code));
        out.push(b',');
        cell_of(out, areas.into_iter().flatten().map(|(_, name)| name));
    }
    out.push(b',');
    out.extend_from_slice(found.level().map_or("", |level| level.as_str()).as_bytes());
    out.push(b',');
    if let Some(distance) = found.boundary_distance_m() {
        tenths(out, distance);
    }
    out.push(b'\n');
}

/// Every line of a block without quotes that has anything in it.
fn each_line<'b>(mut block: &'b [u8], mut take: impl FnMut(&'b [u8])) {
    while !block.is_empty() {
        let end = memchr2(b'\n', b'\r', block).unwrap_or(block.len());
        if end > 0 {
            take(&block[..end]);
        }
        block = block.get(end + 1..).unwrap_or_default();
    }
}

/// The cells of a row, one after the other, and where each ends.
struct Cells<'r> {
    bytes: &'r [u8],
    ends: &'r [usize],
}

impl<'r> Cells<'r> {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, at: usize) -> Option<&'r [u8]> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        Some(&self.bytes[start..*self.ends.get(at)?])
    }

    fn iter(&self) -> impl Iterator<Item = &'r [u8]> {
        (0..self.len()).filter_map(|at| self.get(at))
    }
}

/// Every row of a block of whole rows.
fn each_row(block: &[u8], mut take: impl FnMut(&Cells<'_>)) {
    // Its `default` has no table to read by.
    let mut reader = Reader::new();
    // No row is longer than its block. A row has at most a cell more than it has bytes.
    let mut bytes = vec![0; block.len() + 1];
    let mut ends = vec![0; 64];
    // A byte order mark within a file is none: past its beginning the reader leaves it be.
    let _ = reader.read_record(b"\n", &mut bytes, &mut ends);
    let (mut rest, mut filled, mut ended) = (block, 0, 0);
    loop {
        let (result, read, wrote, cells) =
            reader.read_record(rest, &mut bytes[filled..], &mut ends[ended..]);
        rest = &rest[read..];
        filled += wrote;
        ended += cells;
        match result {
            // Asked once more with nothing left, it takes that for the end.
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => bytes.resize(bytes.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            ReadRecordResult::Record => {
                take(&Cells { bytes: &bytes[..filled], ends: &ends[..ended] });
                (filled, ended) = (0, 0);
            }
            ReadRecordResult::End => return,
        }
    }
}
