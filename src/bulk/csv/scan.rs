//! Finds the rows of a block, and in each row the cells with the place, as offsets into the block.

use memchr::memchr;

use super::structural_bitmaps::{QuoteState, StructuralBitmaps, Unquoted, WIDTH, below};

/// A row and its cells, as spans of the block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowSpan {
    /// The part that the output repeats.
    pub(super) kept: Span,
    /// The number of cells that the row lacks, compared with the header.
    pub(super) missing: u32,
    /// The number of cells.
    pub(super) cells: u32,
    /// The end of the row, before its line ending.
    pub(super) end: u32,
    /// The cells with the place, without quotes around them. Empty where the row has no such cell.
    pub(super) places: [Span; 2],
}

/// A part of a block. Blocks are far smaller than 4 GiB.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Span {
    fn new(from: usize, to: usize) -> Self {
        Self { from: from as u32, to: to as u32 }
    }

    /// The bytes of the span.
    #[inline]
    pub(super) fn of(self, block: &[u8]) -> &[u8] {
        &block[self.from as usize..self.to as usize]
    }
}

/// Receives the rows of a block.
pub(super) trait RowSink {
    /// Receives a row that is not empty and has no malformed quotes.
    fn row(&mut self, line: RowSpan);

    /// Receives the start of a row with malformed quotes. Returns the start of the next row.
    fn malformed(&mut self, start: usize) -> usize;
}

/// The commas to find in a row, by number. The first one is 1.
#[derive(Clone, Debug)]
pub(super) struct CellFinder {
    /// The number of cells in a row.
    columns: usize,
    /// Ascending and distinct. The last one is the comma after the last cell, in a row with too
    /// many cells.
    numbers: Vec<usize>,
    /// For each cell with a place, the indices in [`Scan::found`] of the commas before and after
    /// it.
    around: [[usize; 2]; 2],
    /// The numbers of the cells with a place, from 0.
    places: [usize; 2],
}

/// The largest number of commas to find.
const MOST: usize = 5;

/// Indices in [`Scan::found`] of virtual commas before and after a row.
const BEFORE: usize = MOST;
const AFTER: usize = MOST + 1;

impl CellFinder {
    /// Finds two cells, which can be the same one, in rows with this many columns.
    pub(super) fn of(columns: usize, places: [usize; 2]) -> Self {
        let mut numbers: Vec<usize> = places
            .into_iter()
            .flat_map(|at| [at, at + 1])
            .chain([columns])
            .filter(|&number| number > 0)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let comma = |number: usize| match number {
            0 => BEFORE,
            number if number == columns => AFTER,
            number => numbers.binary_search(&number).unwrap_or(AFTER),
        };
        let around = places.map(|at| [comma(at), comma(at + 1)]);
        Self { columns, numbers, around, places }
    }

    /// Finds every row of a block of whole rows.
    pub(super) fn each_row(&self, block: &[u8], sink: &mut impl RowSink) {
        let scan = Scan { block, finder: self, start: 0, commas: 0, next: 0, found: [0; MOST + 2] };
        // Without quotes there is a third less work.
        if memchr(b'"', block).is_none() {
            scan.run::<false>(sink);
        } else {
            scan.run::<true>(sink);
        }
    }
}

/// The state of a scan.
struct Scan<'b> {
    block: &'b [u8],
    finder: &'b CellFinder,
    /// Start of the current row.
    start: usize,
    /// Commas in the current row so far.
    commas: usize,
    /// How many of the wanted commas have been found, and where.
    next: usize,
    found: [usize; MOST + 2],
}

impl Scan<'_> {
    #[inline]
    fn run<const QUOTES: bool>(mut self, sink: &mut impl RowSink) {
        let mut base = 0;
        let mut state = QuoteState::default();
        while base < self.block.len() {
            let length = (self.block.len() - base).min(WIDTH);
            let bytes = &self.block[base..base + length];
            let unquoted = if QUOTES {
                state.pass(StructuralBitmaps::of(bytes), length)
            } else {
                let StructuralBitmaps { commas, ends, .. } =
                    StructuralBitmaps::without_quotes(bytes);
                Unquoted { commas, ends, malformed: None }
            };
            let known = unquoted.malformed.map_or(u64::MAX, below);
            self.pass::<QUOTES>(base, unquoted.commas & known, unquoted.ends & known, sink);
            base += length;
            if unquoted.malformed.is_some() {
                base = sink.malformed(self.start);
                self.begin(base);
                state = QuoteState::default();
            }
        }
        if state == QuoteState::InQuotes {
            sink.malformed(self.start);
        } else {
            self.end::<QUOTES>(self.block.len(), sink);
        }
    }

    /// Scans the bytes from `base` on, given the bitmaps of their commas and row ends.
    #[inline]
    fn pass<const QUOTES: bool>(
        &mut self,
        base: usize,
        mut commas: u64,
        mut ends: u64,
        sink: &mut impl RowSink,
    ) {
        while ends != 0 {
            let end = ends.trailing_zeros();
            self.count(base, commas & below(end));
            self.end::<QUOTES>(base + end as usize, sink);
            commas &= !below(end + 1);
            ends &= ends - 1;
        }
        self.count(base, commas);
    }

    /// Counts commas and stores the offsets of the wanted ones.
    #[inline]
    fn count(&mut self, base: usize, mut commas: u64) {
        let mut passed = self.commas;
        self.commas += commas.count_ones() as usize;
        while let Some(&number) = self.finder.numbers.get(self.next)
            && number <= self.commas
        {
            for _ in passed + 1..number {
                commas &= commas - 1;
            }
            passed = number - 1;
            self.found[self.next] = base + commas.trailing_zeros() as usize;
            self.next += 1;
        }
    }

    #[inline]
    fn end<const QUOTES: bool>(&mut self, end: usize, sink: &mut impl RowSink) {
        let (start, cells) = (self.start, self.commas + 1);
        let columns = self.finder.columns;
        if start < end {
            // The offset of the virtual comma before the row. It wraps at the beginning of the
            // block.
            self.found[BEFORE] = start.wrapping_sub(1);
            self.found[AFTER] = end;
            // The row can have more cells than the header.
            let cut = if cells > columns { self.found[self.next - 1] } else { end };
            let places = if cells == columns {
                self.finder.around.map(|[before, after]| {
                    let (from, to) = (self.found[before].wrapping_add(1), self.found[after]);
                    self.inside::<QUOTES>(from, to)
                })
            } else {
                self.finder.places.map(|at| self.cell_of_uneven_row::<QUOTES>(at, end))
            };
            sink.row(RowSpan {
                kept: Span::new(start, cut),
                missing: columns.saturating_sub(cells) as u32,
                cells: cells as u32,
                end: end as u32,
                places,
            });
        }
        self.begin(end + 1);
    }

    /// The part of a cell without quotes around it.
    #[inline]
    fn inside<const QUOTES: bool>(&self, from: usize, to: usize) -> Span {
        if QUOTES && self.block.get(from) == Some(&b'"') && from < to {
            Span::new(from + 1, to.saturating_sub(1))
        } else {
            Span::new(from, to)
        }
    }

    /// A cell of a row with more or fewer cells than the header. Empty if the row ends before it.
    #[cold]
    fn cell_of_uneven_row<const QUOTES: bool>(&self, at: usize, end: usize) -> Span {
        // All commas up to the end of the row have been counted.
        let comma = |number: usize| {
            let found = self.finder.numbers.binary_search(&number).ok();
            found.filter(|_| number <= self.commas).map(|place| self.found[place])
        };
        if at > self.commas {
            return Span::new(end, end);
        }
        let from = if at == 0 { Some(self.start) } else { comma(at).map(|comma| comma + 1) };
        match from {
            Some(from) => self.inside::<QUOTES>(from, comma(at + 1).unwrap_or(end)),
            None => Span::new(end, end),
        }
    }

    #[inline]
    fn begin(&mut self, start: usize) {
        (self.start, self.commas, self.next) = (start, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bulk::csv::fallback::RowReader;

    /// Collects rows: the found spans, and their cells.
    #[derive(Default)]
    struct CollectedRows<'b> {
        block: &'b [u8],
        reader: RowReader,
        /// `None` for a row with malformed quotes.
        lines: Vec<Option<RowSpan>>,
        rows: Vec<Vec<Vec<u8>>>,
    }

    impl RowSink for CollectedRows<'_> {
        fn row(&mut self, line: RowSpan) {
            let mut whole = line.kept.of(self.block).to_vec();
            whole.resize(whole.len() + line.missing as usize, b',');
            let mut reader = RowReader::default();
            let (read, cells) = reader.read(&whole);
            assert_eq!(read, whole.len());
            // A row that is cut to one empty cell is empty.
            let cells =
                cells.map_or(vec![Vec::new()], |cells| cells.iter().map(Vec::from).collect());
            self.rows.push(cells);
            self.lines.push(Some(line));
        }

        fn malformed(&mut self, start: usize) -> usize {
            let (read, cells) = self.reader.read(&self.block[start..]);
            let cells = cells.expect("a row");
            self.rows.push(cells.iter().map(<[u8]>::to_vec).collect());
            self.lines.push(None);
            start + read
        }
    }

    proptest! {
        #[test]
        fn rows_are_those_of_csv_core(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "a", ",", ",", "\n", "\r\n", "\"", "\"b\"", "\"b\"", ",\"c\",", "\"d,e\"\n",
                    "\"f\"\"g\"", "long enough for more than sixty-four bytes together",
                ]),
                0..120,
            ),
            columns in 1_usize..6, first in 0_usize..6, second in 0_usize..6,
        ) {
            let text = parts.concat();
            let block = text.as_bytes();
            let places = [first % columns, second % columns];
            let mut taken = CollectedRows { block, ..CollectedRows::default() };
            CellFinder::of(columns, places).each_row(block, &mut taken);
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false).flexible(true).from_reader(block);
            let rows: Vec<csv::ByteRecord> = reader.byte_records().map(Result::unwrap).collect();
            prop_assert_eq!(taken.rows.len(), rows.len());
            for ((line, ours), theirs) in taken.lines.iter().zip(&taken.rows).zip(&rows) {
                let Some(line) = line else {
                    prop_assert_eq!(ours.len(), theirs.len());
                    prop_assert!(ours.iter().eq(theirs));
                    continue;
                };
                // Padded or cut to the number of columns in the header.
                let filled = theirs.iter().chain(std::iter::repeat(&b""[..])).take(columns);
                prop_assert!(ours.iter().eq(filled), "{:?} {:?}", ours, theirs);
                prop_assert_eq!(line.cells as usize, theirs.len());
                for (of, at) in line.places.iter().zip(places) {
                    let cell = String::from_utf8(of.of(block).to_vec()).unwrap();
                    let cell = cell.replace("\"\"", "\"");
                    prop_assert_eq!(cell.as_bytes(), theirs.get(at).unwrap_or_default());
                }
            }
        }
    }
}
