//! GeoJSON over a socket: the national layer of 35,672 LSOAs page by page, one page of a box and one
//! of a filter, each against the same bytes ready in memory and sent by bare axum.
//!
//!     cargo bench --bench features
//!
//! Wants `lsoas_ew_2021.geojson.gz` in the folder that `LAPWING_SHARED` names, else in
//! `../shared/data`.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::get;
use jiff::Timestamp;
use lapwing::http::{Limits, run};
use lapwing::state::Live;
use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::fault::Report;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

mod support;

use support::{Ratio, compare};

const CATALOGUE: &str = r#"
title = "England and Wales"
[[layer]]
id = "lsoa"
title = "Lower layer Super Output Areas, 2021"
source = "lsoas_ew_2021.geojson.gz"
code = "LSOA21CD"
name = "LSOA21NM"
resolution = "BSC"
"#;

/// The most features of a page.
const PAGE: usize = 10_000;

fn data() -> PathBuf {
    std::env::var_os("LAPWING_SHARED").map_or_else(|| "../shared/data".into(), PathBuf::from)
}

fn atlas(data: &std::path::Path) -> Atlas {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("catalogue.toml");
    std::fs::write(&file, CATALOGUE).expect("a file");
    let catalogue = Catalogue::read_with_data(&file, data).expect("the catalogue is good");
    let mut report = Report::default();
    let contents = assemble::contents(&catalogue, &mut report, &()).expect("the layer is good");
    Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
}

/// Asks on a connection of its own and returns the body.
fn fetch(address: SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("the service listens");
    // As HTTP 1.0, for a body that is not in chunks.
    write!(stream, "GET {path} HTTP/1.0\r\nhost: bench\r\naccept: application/geo+json\r\n\r\n")
        .expect("the service reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the service answers");
    assert!(answer.starts_with(b"HTTP/1.0 200"), "{}", String::from_utf8_lossy(&answer[..400]));
    let body = answer.windows(4).position(|at| at == b"\r\n\r\n").expect("a head") + 4;
    answer.split_off(body)
}

/// Serves buffers by number, and nothing else.
fn serve_ready(runtime: &Runtime, buffers: Vec<Bytes>) -> SocketAddr {
    let ready = Router::new()
        .route(
            "/{number}",
            get(|State(all): State<Vec<Bytes>>, Path(number): Path<usize>| async move {
                all[number].clone()
            }),
        )
        .with_state(buffers);
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(async move { axum::serve(listener, ready).await });
    address
}

fn main() {
    let data = data();
    if !data.join("lsoas_ew_2021.geojson.gz").exists() {
        println!("SKIPPED: the LSOAs are not at {}", data.display());
        return;
    }
    let atlas = atlas(&data);
    let count = atlas.layers()[0].layer().len();
    let runtime = Runtime::new().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let service = listener.local_addr().expect("an address");
    runtime.spawn(run(listener, Live::with(atlas), Limits::default(), std::future::pending()));

    let items = "/collections/lsoa/items";
    let whole: Vec<String> = (0..count)
        .step_by(PAGE)
        .map(|offset| format!("{items}?limit={PAGE}&offset={offset}"))
        .collect();
    let questions = [
        ("features_whole_vs_ready", whole),
        // Northampton and around.
        ("features_bbox_vs_ready", vec![format!("{items}?bbox=-1.0,52.15,-0.8,52.3&limit=100")]),
        (
            "features_filter_vs_ready",
            vec![format!("{items}?filter=name%20LIKE%20%27West%20Northampton%25%27&limit=100")],
        ),
    ];
    for (name, pages) in questions {
        let bodies: Vec<Bytes> = pages.iter().map(|path| fetch(service, path).into()).collect();
        let bytes: usize = bodies.iter().map(Bytes::len).sum();
        println!("{name}: {bytes} bytes in {} pages", pages.len());
        let ready = serve_ready(&runtime, bodies);
        let send = || -> usize {
            (0..pages.len()).map(|number| fetch(ready, &format!("/{number}")).len()).sum()
        };
        let ours = || -> usize { pages.iter().map(|path| fetch(service, path).len()).sum() };
        assert_eq!(send(), ours(), "both send the same");
        compare(name, Ratio::Cost, 1, send, ours);
    }
}
