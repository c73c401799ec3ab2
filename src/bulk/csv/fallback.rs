//! Rows with malformed quotes, read as `csv_core` reads them.

use csv_core::{ReadRecordResult, Reader};

/// The cells of a row: their bytes and where each ends.
pub(super) struct Cells<'r> {
    bytes: &'r [u8],
    ends: &'r [usize],
}

impl<'r> Cells<'r> {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&'r [u8]> {
        let end = *self.ends.get(at)?;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        Some(&self.bytes[start..end])
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &'r [u8]> {
        (0..self.len()).filter_map(|at| self.get(at))
    }
}

/// Reads single rows. Its buffers are allocated for the first row.
#[derive(Debug, Default)]
pub(super) struct RowReader {
    reader: Option<Box<Reader>>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl RowReader {
    /// Reads the first row. Returns the number of bytes it occupies, including the line ending, and
    /// its cells, or `None` if there are only empty lines.
    pub(super) fn read(&mut self, rows: &[u8]) -> (usize, Option<Cells<'_>>) {
        let Self { reader, bytes, ends } = self;
        let reader = reader.get_or_insert_with(|| {
            bytes.resize(1 << 10, 0);
            ends.resize(1 << 6, 0);
            // `Reader::default` has no transition table.
            let mut reader = Box::new(Reader::new());
            // Skip the start state, in which the reader would drop a byte order mark.
            let _ = reader.read_record(b"\n", bytes, ends);
            reader
        });
        let (mut rest, mut filled, mut ended) = (rows, 0, 0);
        loop {
            let (result, read, wrote, cells) =
                reader.read_record(rest, &mut bytes[filled..], &mut ends[ended..]);
            rest = &rest[read..];
            filled += wrote;
            ended += cells;
            let row = match result {
                // The next call has no input left, which the reader takes for the end.
                ReadRecordResult::InputEmpty => continue,
                ReadRecordResult::OutputFull => {
                    bytes.resize(bytes.len() * 2, 0);
                    continue;
                }
                ReadRecordResult::OutputEndsFull => {
                    ends.resize(ends.len() * 2, 0);
                    continue;
                }
                ReadRecordResult::Record => {
                    Some(Cells { bytes: &bytes[..filled], ends: &ends[..ended] })
                }
                ReadRecordResult::End => None,
            };
            return (rows.len() - rest.len(), row);
        }
    }
}
