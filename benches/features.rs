//! GeoJSON over a socket: the national layer of 35,672 LSOAs page by page, one page of a box and one
//! of a filter, each against the same bytes ready in memory and sent by bare axum.
//!
//!     cargo bench --bench features
//!
//! Wants `lsoas_ew_2021.geojson.gz` in the folder that `LAPWING_SHARED` names, else in
//! `../shared/data`.

use axum::body::Bytes;
use lapwing::http::{Limits, run};
use lapwing::live::Live;
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

const LSOAS: &str = "lsoas_ew_2021.geojson.gz";

const HEADER: &str = "accept: application/geo+json";

/// The most features of a page.
const PAGE: usize = 10_000;

fn main() {
    let data = data();
    if !data.join(LSOAS).exists() {
        println!("SKIPPED: the LSOAs are not at {}", data.display());
        return;
    }
    let atlas = atlas_of(&data, LSOAS, "lsoa", "LSOA21");
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
        let bodies: Vec<Bytes> =
            pages.iter().map(|path| fetch(service, path, HEADER).into()).collect();
        let bytes: usize = bodies.iter().map(Bytes::len).sum();
        println!("{name}: {bytes} bytes in {} pages", pages.len());
        let ready = serve_ready(&runtime, bodies);
        let send = || -> usize {
            (0..pages.len()).map(|number| fetch(ready, &format!("/{number}"), HEADER).len()).sum()
        };
        let ours =
            || -> usize { pages.iter().map(|path| fetch(service, path, HEADER).len()).sum() };
        assert_eq!(send(), ours(), "both send the same");
        compare(name, Ratio::Cost, 1, send, ours);
    }
}
