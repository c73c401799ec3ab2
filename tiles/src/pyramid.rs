//! Export of all tiles as one PMTiles archive (version 3), for static hosting.

use std::cell::RefCell;
use std::io::{Seek, SeekFrom, Write};
use std::ops::RangeInclusive;

use flate2::{Compress, Compression, FlushCompress, Status};
use pmtiles::{PmTilesWriter, TileId, TileType};
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use crate::{MAX_ZOOM, TileCoord, TileSet, TileSource};

/// Tiles encoded at once before they are written: enough to keep every core busy, and about ten
/// megabytes at most.
const BATCH: usize = 1024;

/// Metadata of the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchiveMetadata {
    /// The title.
    pub name: String,
    /// The attribution that every map must show.
    pub attribution: String,
}

/// Statistics of a written archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveStats {
    /// The number of tiles that are not empty.
    pub tiles: u64,
    /// Their compressed size in bytes, counting duplicates.
    pub bytes: u64,
}

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the tiles could not be written: {0}")]
pub struct PyramidError(#[from] pmtiles::PmtError);

/// Compresses bytes with gzip, for a tile sent with `Content-Encoding: gzip`. Equal input gives
/// equal output.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    thread_local! {
        // Initialising the tables takes longer than compressing a small tile.
        static COMPRESSOR: RefCell<Compress> =
            RefCell::new(Compress::new_gzip(Compression::default(), WINDOW_BITS));
    }
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let mut gzipped = Vec::with_capacity(bytes.len() / 2 + 64);
        loop {
            let read = compressor.total_in() as usize;
            let status =
                compressor.compress_vec(&bytes[read..], &mut gzipped, FlushCompress::Finish);
            match status.expect("compressing into memory that grows does not fail") {
                Status::StreamEnd => return gzipped,
                Status::Ok | Status::BufError => gzipped.reserve(bytes.len() / 4 + 64),
            }
        }
    })
}

/// The largest window of deflate, 32 kB.
const WINDOW_BITS: u8 = 15;

impl TileSource {
    /// Writes every tile of some layers and zooms as a PMTiles archive. `progress` receives the
    /// number of tiles done and the total from time to time.
    ///
    /// # Errors
    ///
    /// Fails if writing to `out` fails.
    pub fn write_pmtiles<W: Write + Seek>(
        &self,
        out: W,
        layers: &[usize],
        zooms: RangeInclusive<u8>,
        about: &ArchiveMetadata,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<ArchiveStats, PyramidError> {
        let mut out = HeaderRecorder::new(out);
        let zooms = *zooms.start()..=(*zooms.end()).min(MAX_ZOOM);
        let mut archive = archive(&self.tile_set(layers), &zooms, about).create(&mut out)?;
        let mut tiles: Vec<(TileId, TileCoord)> =
            zooms.flat_map(|zoom| self.tiles(zoom, layers)).filter_map(with_id).collect();
        tiles.sort_unstable();
        let total = tiles.len() as u64;
        let (mut done, mut written) = (0, ArchiveStats { tiles: 0, bytes: 0 });
        for batch in tiles.chunks(BATCH) {
            let encoded: Vec<_> = batch
                .par_iter()
                .map(|&(id, tile)| Some((id, gzip(&self.tile(tile, layers)?))))
                .collect();
            for (id, bytes) in encoded.into_iter().flatten() {
                archive.add_tile(id.into(), &bytes)?;
                written.tiles += 1;
                written.bytes += bytes.len() as u64;
            }
            done += batch.len() as u64;
            progress(done, total);
        }
        archive.finalize()?;
        out.set_leaf_offset().map_err(pmtiles::PmtError::from)?;
        Ok(written)
    }
}

/// Returns a tile with its id on the curve by which PMTiles archives are sorted.
fn with_id(tile: TileCoord) -> Option<(TileId, TileCoord)> {
    let coordinate = pmtiles::TileCoord::new(tile.zoom(), tile.column(), tile.row()).ok()?;
    Some((coordinate.into(), tile))
}

fn archive(set: &TileSet, zooms: &RangeInclusive<u8>, about: &ArchiveMetadata) -> PmTilesWriter {
    let mut archive = PmTilesWriter::new(TileType::Mvt)
        .precompressed(pmtiles::Compression::Gzip)
        .min_zoom(*zooms.start())
        .max_zoom(*zooms.end())
        .metadata(metadata(set, zooms, about).to_string());
    if let (Some([west, south, east, north]), Some(center)) = (set.bounds, set.center()) {
        archive = archive
            .bounds(west, south, east, north)
            .center(center.lon, center.lat)
            .center_zoom(center.zoom.clamp(*zooms.start(), *zooms.end()));
    }
    archive
}

/// A writer that remembers the header of an archive.
///
/// The crate leaves the offset of the leaf directories at 0 if there are none. The specification
/// (version 3, section 3.2) has the leaf directories begin behind the other sections, and
/// `pmtiles verify` refuses an offset of 0.
struct HeaderRecorder<W> {
    out: W,
    position: u64,
    header: [u8; HEADER_BYTES],
}

const HEADER_BYTES: usize = 127;
/// The positions of some numbers in the header, each of eight bytes.
const METADATA_OFFSET: usize = 24;
const METADATA_LENGTH: usize = 32;
const LEAF_OFFSET: usize = 40;
const LEAF_LENGTH: usize = 48;

impl<W: Write + Seek> HeaderRecorder<W> {
    fn new(out: W) -> Self {
        Self { out, position: 0, header: [0; HEADER_BYTES] }
    }

    fn number(&self, at: usize) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|byte| self.header[at + byte]))
    }

    /// Sets the offset of the leaf directories, if there are none, to the end of the metadata.
    fn set_leaf_offset(&mut self) -> std::io::Result<()> {
        if self.number(LEAF_LENGTH) != 0 {
            return Ok(());
        }
        let offset = self.number(METADATA_OFFSET) + self.number(METADATA_LENGTH);
        self.seek(SeekFrom::Start(LEAF_OFFSET as u64))?;
        self.write_all(&offset.to_le_bytes())?;
        self.seek(SeekFrom::End(0))?;
        self.flush()
    }
}

impl<W: Write> Write for HeaderRecorder<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        if let Some(header) = self.header.get_mut(self.position as usize..) {
            for (to, from) in header.iter_mut().zip(&bytes[..written]) {
                *to = *from;
            }
        }
        self.position += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

impl<W: Seek> Seek for HeaderRecorder<W> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.position = self.out.seek(to)?;
        Ok(self.position)
    }
}

/// Returns the JSON metadata that the PMTiles specification (version 3) requires for vector tiles.
fn metadata(set: &TileSet, zooms: &RangeInclusive<u8>, about: &ArchiveMetadata) -> Json {
    let layers: Vec<Json> = set
        .vector_layers
        .iter()
        .map(|layer| {
            let fields: serde_json::Map<String, Json> =
                layer.fields.iter().map(|(name, kind)| (name.clone(), json!(kind))).collect();
            json!({
                "id": layer.id, "fields": fields,
                "minzoom": zooms.start(), "maxzoom": zooms.end(),
            })
        })
        .collect();
    json!({
        "name": about.name, "attribution": about.attribution, "type": "overlay",
        "vector_layers": layers,
    })
}
