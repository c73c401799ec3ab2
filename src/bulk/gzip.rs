//! What is written, as gzip by all cores.
//!
//! The whole is one member (RFC 1952), which any reader of gzip reads. Runs of pieces become blocks
//! of their own in it (RFC 1951), after which an empty stored one makes the next begin with a byte.
//! No block looks back beyond its own run, so runs are compressed side by side.

use std::io;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};
use rayon::prelude::*;

use super::buffer_pool::Buffers;

/// Compressed by deflate, made at no told time by no told system.
const HEAD: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

/// The last block, which is empty.
const LAST_BLOCK: [u8; 2] = [3, 0];

/// Less than this is not packed by itself while there is more: each run costs some bytes, and
/// finds nothing in those before it to shrink by.
const RUN: usize = 32 << 10;

/// Room for what is compressed grows by so much at least; a flush that has less than a few bytes
/// would be done twice.
const ROOM: usize = 1 << 10;

/// Packs pieces into one file of gzip, as many at once as there are cores.
#[derive(Debug)]
pub struct Gzip {
    level: Compression,
    is_begun: bool,
    /// Of all pieces so far.
    sum: Crc,
    /// One for each core; setting one up costs more than a small piece.
    packers: Mutex<Vec<Compress>>,
    buffers: Buffers,
}

impl Gzip {
    /// Begins a file, to be compressed so hard.
    pub fn new(level: Compression) -> Self {
        Self {
            level,
            is_begun: false,
            sum: Crc::new(),
            packers: Mutex::default(),
            buffers: Buffers::default(),
        }
    }

    /// Packs the next pieces, in their order. Small ones are packed together, but all of them end
    /// at a byte, so that a call with little is worth little.
    pub fn pack(&mut self, pieces: &[Bytes]) -> io::Result<Vec<Bytes>> {
        let runs = runs_of(pieces);
        let packed: Vec<(Bytes, Crc)> = if let [run] = runs[..] {
            // A short document is not worth waking anyone.
            vec![self.packed(run)?]
        } else {
            let packed = runs.into_par_iter().with_max_len(1).map(|run| self.packed(run));
            packed.collect::<io::Result<_>>()?
        };
        let mut out = self.begin();
        for (piece, sum) in packed {
            self.sum.combine(&sum);
            out.push(piece);
        }
        Ok(out)
    }

    /// Ends the file.
    pub fn finish(mut self) -> Vec<Bytes> {
        let mut out = self.begin();
        // The length counts to 2³² and begins again, as gzip has it.
        let (sum, length) = (self.sum.sum().to_le_bytes(), self.sum.amount().to_le_bytes());
        out.push([&LAST_BLOCK[..], &sum, &length].concat().into());
        out
    }

    /// The head, once.
    fn begin(&mut self) -> Vec<Bytes> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Vec::new();
        }
        vec![Bytes::from_static(&HEAD)]
    }

    fn packed(&self, run: &[Bytes]) -> io::Result<(Bytes, Crc)> {
        let mut sum = Crc::new();
        for piece in run {
            sum.update(piece);
        }
        let kept = self.packers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut packer = kept.unwrap_or_else(|| Compress::new(self.level, false));
        packer.reset();
        let mut pen = self.buffers.pen();
        let mut done = Ok(());
        pen.with_vec(|out| done = compress(&mut packer, run, out));
        done?;
        self.packers.lock().unwrap_or_else(PoisonError::into_inner).push(packer);
        Ok((self.buffers.piece(pen), sum))
    }
}

/// Cuts pieces into runs of about [`RUN`] bytes at least, without those at the end that are empty.
fn runs_of(pieces: &[Bytes]) -> Vec<&[Bytes]> {
    let (mut runs, mut start, mut length) = (Vec::new(), 0, 0);
    for (at, piece) in pieces.iter().enumerate() {
        length += piece.len();
        if length >= RUN {
            runs.push(&pieces[start..=at]);
            (start, length) = (at + 1, 0);
        }
    }
    if length > 0 {
        runs.push(&pieces[start..]);
    }
    runs
}

/// Appends the pieces of a run, compressed, up to the beginning of a byte.
fn compress(packer: &mut Compress, run: &[Bytes], out: &mut Vec<u8>) -> io::Result<()> {
    for (at, piece) in run.iter().enumerate() {
        let is_last = at + 1 == run.len();
        let flush = if is_last { FlushCompress::Sync } else { FlushCompress::None };
        let mut rest = &piece[..];
        loop {
            out.reserve(rest.len() / 4 + ROOM);
            let before = packer.total_in();
            packer
                .compress_vec(rest, out, flush)
                .map_err(|error| io::Error::other(error.to_string()))?;
            rest = &rest[(packer.total_in() - before) as usize..];
            // With room left over there is nothing more to come.
            if rest.is_empty() && out.len() < out.capacity() {
                break;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use proptest::prelude::*;

    use super::*;

    fn packed(level: u32, batches: &[Vec<Vec<u8>>]) -> Vec<u8> {
        let mut gzip = Gzip::new(Compression::new(level));
        let mut out = Vec::new();
        for pieces in batches {
            let pieces: Vec<Bytes> = pieces.iter().cloned().map(Bytes::from).collect();
            out.extend(gzip.pack(&pieces).unwrap().concat());
        }
        out.extend(gzip.finish().concat());
        out
    }

    /// What a reader of a single member reads, who minds the sum and the length.
    fn read(packed: &[u8]) -> Vec<u8> {
        let mut reader = GzDecoder::new(packed);
        let mut plain = Vec::new();
        reader.read_to_end(&mut plain).unwrap();
        assert!(reader.into_inner().is_empty(), "nothing is left behind the member");
        plain
    }

    proptest! {
        #[test]
        fn pieces_are_one_member_in_their_order(
            batches in proptest::collection::vec(
                proptest::collection::vec(
                    prop_oneof![
                        proptest::collection::vec(any::<u8>(), 0..3000),
                        "[ab]{0,3000}".prop_map(|text| text.repeat(20).into_bytes()),
                    ],
                    0..6,
                ),
                0..5,
            ),
            level in 0_u32..10,
        ) {
            prop_assert_eq!(read(&packed(level, &batches)), batches.concat().concat());
        }
    }

    #[test]
    fn a_piece_that_does_not_shrink_is_kept_whole() {
        // By a linear congruence, whose high bytes have no pattern that deflate finds.
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let piece: Vec<u8> = (0..1 << 20).map(|_| random()).collect();
        let packed = packed(6, &[vec![piece.clone(), piece.clone()]]);
        assert!(packed.len() > 2 * piece.len());
        assert_eq!(read(&packed), piece.repeat(2));
    }
}
