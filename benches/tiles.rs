//! Vector tiles over a socket: made anew and from the cache, each against the same bytes ready in
//! memory and sent by bare axum; and the whole pyramid of the national wards as one archive.
//!
//!     cargo bench --bench tiles
//!
//! Wants `wards_uk_2022.geojson.gz` in the folder that `LAPWING_SHARED` names, else in
//! `../shared/data`.

use std::io::Cursor;
use std::time::Instant;

use axum::body::Bytes;
use lapwing::http::{Limits, run};
use lapwing::live::Live;
use lapwing::tile_layers::{Selection, input_layer};
use lapwing_boundaries::atlas::Atlas;
use lapwing_tiles::pyramid::{ArchiveMetadata, gzip};
use lapwing_tiles::{TileCoord, TileSource};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

#[path = "support/ask.rs"]
mod ask;
#[path = "support/country.rs"]
mod country;
mod support;

use ask::{fetch, serve_ready};
use country::{atlas_of, data};
use support::{Ratio, compare};

const WARDS: &str = "wards_uk_2022.geojson.gz";

/// Tiles are kept as gzip and sent as they are.
const HEADER: &str = "accept-encoding: gzip";

/// Zooms at which a map shows wards; at each, some tiles with anything in them.
const ZOOMS: [u8; 4] = [6, 8, 10, 12];
const TILES_OF_A_ZOOM: usize = 25;

fn wards() -> Atlas {
    atlas_of(&data(), WARDS, "ward", "WD22")
}

fn main() {
    if !data().join(WARDS).exists() {
        println!("SKIPPED: the wards are not at {}", data().display());
        return;
    }
    let atlas = wards();
    let source = TileSource::prepare(vec![input_layer(&atlas, 0)]).expect("the layer is good");
    pyramid(&source);
    serve(&atlas, &source);
}

/// Every tile of every zoom, compressed, into an archive in memory.
fn pyramid(source: &TileSource) {
    for last in [10, 12, 14] {
        let start = Instant::now();
        let mut archive = Cursor::new(Vec::new());
        let written = source
            .write_pmtiles(&mut archive, &[0], 0..=last, &ArchiveMetadata::default(), |_, _| ())
            .expect("memory can be written to");
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "pyramid of zooms 0 to {last}: {} tiles, {} bytes in {seconds:.1} s, {:.0} tiles a second",
            written.tiles,
            written.bytes,
            written.tiles as f64 / seconds
        );
    }
}

fn serve(atlas: &Atlas, source: &TileSource) {
    let layers = Selection::all(atlas).expect("one layer");
    let version = layers.version(atlas);
    let tiles: Vec<TileCoord> = ZOOMS
        .iter()
        .flat_map(|&zoom| {
            let all = source.tiles(zoom, &[0]);
            let step = all.len().div_ceil(TILES_OF_A_ZOOM).max(1);
            all.into_iter().step_by(step)
        })
        .collect();
    let bodies: Vec<Bytes> = tiles
        .iter()
        .map(|&tile| gzip(&source.tile(tile, &[0]).unwrap_or_default()).into())
        .collect();
    let bytes: usize = bodies.iter().map(Bytes::len).sum();
    println!("{} tiles of {bytes} bytes together", tiles.len());

    let runtime = Runtime::new().expect("a runtime");
    let ready = serve_ready(&runtime, bodies);
    let service = |kept: usize| {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let limits = Limits { tile_cache: kept, ..Limits::default() };
        let live = Live::with(wards());
        runtime.spawn(run(listener, live, limits, std::future::pending()));
        address
    };
    let paths: Vec<String> = tiles
        .iter()
        .map(|tile| {
            format!("/tiles/ward/{}/{}/{}?v={version}", tile.zoom(), tile.column(), tile.row())
        })
        .collect();
    let send = || -> usize {
        (0..paths.len()).map(|number| fetch(ready, &format!("/{number}"), HEADER).len()).sum()
    };
    for (name, kept) in [("tile_cold_vs_ready", 0), ("tile_cached_vs_ready", 64 << 20)] {
        let address = service(kept);
        let ours =
            || -> usize { paths.iter().map(|path| fetch(address, path, HEADER).len()).sum() };
        assert_eq!(send(), ours(), "both send the same");
        compare(name, Ratio::Cost, paths.len(), send, ours);
    }
}
