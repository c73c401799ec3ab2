//! Gzip compression of the output on all cores.
//!
//! The result is one gzip member (RFC 1952), which every reader supports. Runs of chunks become
//! separate deflate blocks (RFC 1951), each followed by an empty stored block so that the next one
//! starts at a byte. No block refers back beyond its own run, so runs are compressed in parallel.

use std::io;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};
use rayon::prelude::*;

use super::buffer_pool::BufferPool;

/// The gzip header: deflate, no modification time, unknown system.
const HEAD: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

/// The last block, which is empty.
const LAST_BLOCK: [u8; 2] = [3, 0];

/// Smaller chunks are combined into runs of at least this many bytes. Each run costs a few bytes
/// and cannot refer to earlier runs.
const RUN: usize = 32 << 10;

/// The output buffer grows by at least this many bytes. A flush with only a few bytes left would
/// have to be repeated.
const ROOM: usize = 1 << 10;

/// Compresses chunks into one gzip file, in parallel.
#[derive(Debug)]
pub struct Gzip {
    level: Compression,
    is_begun: bool,
    /// The checksum of all chunks so far.
    sum: Crc,
    /// Compressors, at most one per core. Creating one costs more than compressing a small chunk.
    packers: Mutex<Vec<Compress>>,
    buffers: BufferPool,
}

impl Gzip {
    /// Starts a file with this compression level.
    pub fn new(level: Compression) -> Self {
        Self {
            level,
            is_begun: false,
            sum: Crc::new(),
            packers: Mutex::default(),
            buffers: BufferPool::default(),
        }
    }

    /// Compresses the next chunks, in order. Small ones are combined, but the output always ends at
    /// a byte, so calls with little data compress badly.
    pub fn pack(&mut self, chunks: &[Bytes]) -> io::Result<Vec<Bytes>> {
        let runs = runs_of(chunks);
        let packed: Vec<(Bytes, Crc)> = if let [run] = runs[..] {
            // One run is not worth waking another thread for.
            vec![self.packed(run)?]
        } else {
            let packed = runs.into_par_iter().with_max_len(1).map(|run| self.packed(run));
            packed.collect::<io::Result<_>>()?
        };
        let mut out = self.begin();
        for (chunk, sum) in packed {
            self.sum.combine(&sum);
            out.push(chunk);
        }
        Ok(out)
    }

    /// Ends the file.
    pub fn finish(mut self) -> Vec<Bytes> {
        let mut out = self.begin();
        // The length is modulo 2³², as gzip defines it.
        let (sum, length) = (self.sum.sum().to_le_bytes(), self.sum.amount().to_le_bytes());
        out.push([&LAST_BLOCK[..], &sum, &length].concat().into());
        out
    }

    /// Returns the header on the first call.
    fn begin(&mut self) -> Vec<Bytes> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Vec::new();
        }
        vec![Bytes::from_static(&HEAD)]
    }

    fn packed(&self, run: &[Bytes]) -> io::Result<(Bytes, Crc)> {
        let mut sum = Crc::new();
        for chunk in run {
            sum.update(chunk);
        }
        let kept = self.packers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut packer = kept.unwrap_or_else(|| Compress::new(self.level, false));
        packer.reset();
        let mut writer = self.buffers.writer();
        let mut done = Ok(());
        writer.with_vec(|out| done = compress(&mut packer, run, out));
        done?;
        self.packers.lock().unwrap_or_else(PoisonError::into_inner).push(packer);
        Ok((self.buffers.finish(writer), sum))
    }
}

/// Splits chunks into runs of at least about [`RUN`] bytes, without trailing empty chunks.
fn runs_of(chunks: &[Bytes]) -> Vec<&[Bytes]> {
    let (mut runs, mut start, mut length) = (Vec::new(), 0, 0);
    for (at, chunk) in chunks.iter().enumerate() {
        length += chunk.len();
        if length >= RUN {
            runs.push(&chunks[start..=at]);
            (start, length) = (at + 1, 0);
        }
    }
    if length > 0 {
        runs.push(&chunks[start..]);
    }
    runs
}

/// Appends the compressed chunks of a run, up to a byte boundary.
fn compress(packer: &mut Compress, run: &[Bytes], out: &mut Vec<u8>) -> io::Result<()> {
    for (at, chunk) in run.iter().enumerate() {
        let is_last = at + 1 == run.len();
        let flush = if is_last { FlushCompress::Sync } else { FlushCompress::None };
        let mut rest = &chunk[..];
        loop {
            out.reserve(rest.len() / 4 + ROOM);
            let before = packer.total_in();
            packer
                .compress_vec(rest, out, flush)
                .map_err(|error| io::Error::other(error.to_string()))?;
            rest = &rest[(packer.total_in() - before) as usize..];
            // Room is left over, so the compressor has no more output.
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
        for chunks in batches {
            let chunks: Vec<Bytes> = chunks.iter().cloned().map(Bytes::from).collect();
            out.extend(gzip.pack(&chunks).unwrap().concat());
        }
        out.extend(gzip.finish().concat());
        out
    }

    /// Decompresses with a reader of a single member that checks the checksum and the length.
    fn read(packed: &[u8]) -> Vec<u8> {
        let mut reader = GzDecoder::new(packed);
        let mut plain = Vec::new();
        reader.read_to_end(&mut plain).unwrap();
        assert!(reader.into_inner().is_empty(), "nothing is left behind the member");
        plain
    }

    proptest! {
        #[test]
        fn chunks_become_one_gzip_member_in_order(
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
    fn an_incompressible_chunk_is_kept_whole() {
        // A linear congruential generator. Its high bytes have no pattern that deflate could use.
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let chunk: Vec<u8> = (0..1 << 20).map(|_| random()).collect();
        let packed = packed(6, &[vec![chunk.clone(), chunk.clone()]]);
        assert!(packed.len() > 2 * chunk.len());
        assert_eq!(read(&packed), chunk.repeat(2));
    }
}
