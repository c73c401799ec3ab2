//! The rows of a block, and the cells in them that say where, by where they stand in it.

use memchr::memchr;

use super::bitmaps::{Marks, Outside, Standing, WIDTH, below};

/// A row, by where it and its cells are in the block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    /// What comes back.
    pub(super) kept: Part,
    /// So many cells of the header's it lacks.
    pub(super) missing: u32,
    /// The cells that say where, without the quotes around them; `None` unless it has as many
    /// cells as the header.
    pub(super) places: Option<[Part; 2]>,
}

/// A part of a block, which is far shorter than 4 GiB.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Part {
    fn new(from: usize, to: usize) -> Self {
        Self { from: from as u32, to: to as u32 }
    }

    /// What stands there.
    #[inline]
    pub(super) fn of(self, block: &[u8]) -> &[u8] {
        &block[self.from as usize..self.to as usize]
    }
}

/// Who takes rows.
pub(super) trait Takes {
    /// A row that has anything in it, whose quotes, if it has any, are as they should be.
    fn line(&mut self, line: Line);

    /// A row with quotes that are not, by where it begins. Gives where the next one does.
    fn odd(&mut self, start: usize) -> usize;
}

/// The commas of a row that have to be found, by their numbers: the first is 1.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// So many cells has a row.
    columns: usize,
    /// Ascending, each once; the last is the one after the last cell of a row that has more.
    numbers: Vec<usize>,
    /// For each of the cells that say where, which of [`Scan::found`] are before and after it.
    around: [[usize; 2]; 2],
}

/// The most commas that have to be found.
const MOST: usize = 5;

/// What is found of a row beside its commas, as if there were one before and one after it.
const BEFORE: usize = MOST;
const AFTER: usize = MOST + 1;

impl Wanted {
    /// Those of rows with so many cells, of which two, or twice the same, say where.
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
        Self { columns, numbers, around }
    }

    /// Finds every row of a block of whole rows.
    pub(super) fn each_line(&self, block: &[u8], takes: &mut impl Takes) {
        let scan = Scan { block, wanted: self, start: 0, commas: 0, next: 0, found: [0; MOST + 2] };
        // Without quotes a third of the work falls away.
        if memchr(b'"', block).is_none() {
            scan.run::<false>(takes);
        } else {
            scan.run::<true>(takes);
        }
    }
}

/// How far a block has been gone through.
struct Scan<'b> {
    block: &'b [u8],
    wanted: &'b Wanted,
    /// Where the row under way begins.
    start: usize,
    /// So many commas it has so far.
    commas: usize,
    /// Of those that are wanted so many have been found, and where.
    next: usize,
    found: [usize; MOST + 2],
}

impl Scan<'_> {
    #[inline]
    fn run<const QUOTES: bool>(mut self, takes: &mut impl Takes) {
        let mut base = 0;
        let mut standing = Standing::default();
        while base < self.block.len() {
            let length = (self.block.len() - base).min(WIDTH);
            let bytes = &self.block[base..base + length];
            let outside = if QUOTES {
                standing.pass(Marks::of(bytes), length)
            } else {
                let Marks { commas, ends, .. } = Marks::of_unquoted(bytes);
                Outside { commas, ends, odd: None }
            };
            let known = outside.odd.map_or(u64::MAX, below);
            self.pass::<QUOTES>(base, outside.commas & known, outside.ends & known, takes);
            base += length;
            if outside.odd.is_some() {
                base = takes.odd(self.start);
                self.begin(base);
                standing = Standing::default();
            }
        }
        if standing == Standing::InQuotes {
            takes.odd(self.start);
        } else {
            self.end::<QUOTES>(self.block.len(), takes);
        }
    }

    /// Goes through the bytes from `base` on whose commas and ends of rows these are.
    #[inline]
    fn pass<const QUOTES: bool>(
        &mut self,
        base: usize,
        mut commas: u64,
        mut ends: u64,
        takes: &mut impl Takes,
    ) {
        while ends != 0 {
            let end = ends.trailing_zeros();
            self.count(base, commas & below(end));
            self.end::<QUOTES>(base + end as usize, takes);
            commas &= !below(end + 1);
            ends &= ends - 1;
        }
        self.count(base, commas);
    }

    /// Counts commas and finds those that are wanted.
    #[inline]
    fn count(&mut self, base: usize, mut commas: u64) {
        let mut passed = self.commas;
        self.commas += commas.count_ones() as usize;
        while let Some(&number) = self.wanted.numbers.get(self.next)
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
    fn end<const QUOTES: bool>(&mut self, end: usize, takes: &mut impl Takes) {
        let (start, cells) = (self.start, self.commas + 1);
        let columns = self.wanted.columns;
        if start < end {
            // Where a comma before the row would be, if it were not at the block's beginning.
            self.found[BEFORE] = start.wrapping_sub(1);
            self.found[AFTER] = end;
            // There may be more cells than the header has.
            let cut = if cells > columns { self.found[self.next - 1] } else { end };
            let places = self.wanted.around.map(|[before, after]| {
                let (from, to) = (self.found[before].wrapping_add(1), self.found[after]);
                let is_quoted = QUOTES && self.block.get(from) == Some(&b'"');
                if is_quoted {
                    Part::new(from + 1, to.saturating_sub(1))
                } else {
                    Part::new(from, to)
                }
            });
            takes.line(Line {
                kept: Part::new(start, cut),
                missing: columns.saturating_sub(cells) as u32,
                places: if cells == columns { Some(places) } else { None },
            });
        }
        self.begin(end + 1);
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

    /// Rows as they are taken: their cells that say where, or what they lack, and what comes back.
    #[derive(Default)]
    struct Taken<'b> {
        block: &'b [u8],
        reader: RowReader,
        /// `None` for an odd row.
        lines: Vec<Option<Line>>,
        rows: Vec<Vec<Vec<u8>>>,
    }

    impl Takes for Taken<'_> {
        fn line(&mut self, line: Line) {
            let mut whole = line.kept.of(self.block).to_vec();
            whole.resize(whole.len() + line.missing as usize, b',');
            let mut reader = RowReader::default();
            let (read, cells) = reader.read(&whole);
            assert_eq!(read, whole.len());
            // Of a row cut to one empty cell nothing is left.
            let cells =
                cells.map_or(vec![Vec::new()], |cells| cells.iter().map(Vec::from).collect());
            self.rows.push(cells);
            self.lines.push(Some(line));
        }

        fn odd(&mut self, start: usize) -> usize {
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
            let mut taken = Taken { block, ..Taken::default() };
            Wanted::of(columns, places).each_line(block, &mut taken);
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
                // Filled up, or cut, to the header's columns.
                let filled = theirs.iter().chain(std::iter::repeat(&b""[..])).take(columns);
                prop_assert!(ours.iter().eq(filled), "{:?} {:?}", ours, theirs);
                prop_assert_eq!(line.places.is_some(), theirs.len() == columns);
                for (of, at) in line.places.iter().flatten().zip(places) {
                    let cell = String::from_utf8(of.of(block).to_vec()).unwrap();
                    let cell = cell.replace("\"\"", "\"");
                    prop_assert_eq!(cell.as_bytes(), &theirs[at]);
                }
            }
        }
    }
}
