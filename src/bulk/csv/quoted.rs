//! Rows with quotes, read by `csv_core`.

use csv_core::{ReadRecordResult, Reader};

/// The cells of a row, one after the other, and where each ends.
pub(super) struct Cells<'r> {
    bytes: &'r [u8],
    ends: &'r [usize],
}

impl<'r> Cells<'r> {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&'r [u8]> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        Some(&self.bytes[start..*self.ends.get(at)?])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'r [u8]> {
        (0..self.len()).filter_map(|at| self.get(at))
    }
}

/// Every row of a block of whole rows.
pub(super) fn each_row(block: &[u8], mut take: impl FnMut(&Cells<'_>)) {
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
