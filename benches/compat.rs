//! The routes for clients of MapIt and postcodes.io against `/v1/lookup`: the same postcodes in
//! random order, over connections that are kept.
//!
//!     cargo bench --bench compat

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;

use jiff::Timestamp;
use lapwing::http::{Limits, run};
use lapwing::live::Live;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::demo::{self, WorldSize};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

mod support;

use support::{Ratio, compare};

/// Asked on each connection in a round.
const ASKED: usize = 4000;

/// As many as keep two cores at work, one of them asking.
const CONNECTIONS: usize = 4;

/// Asks for all on a connection of their own, one after the other, and returns how many bytes the
/// bodies have.
fn ask(address: SocketAddr, paths: &[String]) -> usize {
    let mut stream = TcpStream::connect(address).expect("the service listens");
    stream.set_nodelay(true).expect("a socket");
    let mut answers = BufReader::new(stream.try_clone().expect("a socket"));
    let (mut line, mut body, mut bytes) = (String::new(), Vec::new(), 0);
    for path in paths {
        write!(stream, "GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").expect("the service reads");
        let mut length = 0;
        loop {
            line.clear();
            answers.read_line(&mut line).expect("the service answers");
            if let Some(stated) = line.strip_prefix("content-length: ") {
                length = stated.trim().parse().expect("a number");
            }
            assert!(!line.starts_with("HTTP/1.1") || line.starts_with("HTTP/1.1 200"), "{line}");
            if line == "\r\n" {
                break;
            }
        }
        body.resize(length, 0);
        answers.read_exact(&mut body).expect("the service answers");
        bytes += length;
    }
    bytes
}

fn main() {
    let size = WorldSize { postcodes: 100_000, ..WorldSize::of_wards(400) };
    let contents = demo::world(7, &size).into_contents();
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    let live: Vec<String> = atlas
        .all_facts()
        .filter(|record| record.is_live() && record.position.is_some())
        .map(|record| record.postcode.to_string().replace(' ', ""))
        .collect();
    let mut state = 1_u64;
    let mut draw = || {
        // Knuth's MMIX; its high bits are random enough for an order.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        &live[(state >> 33) as usize % live.len()]
    };
    let requested: Vec<Vec<&String>> =
        (0..CONNECTIONS).map(|_| (0..ASKED).map(|_| draw()).collect()).collect();
    let paths = |start: &str| -> Vec<Vec<String>> {
        let of_one =
            |requested: &Vec<&String>| requested.iter().map(|p| format!("{start}{p}")).collect();
        requested.iter().map(of_one).collect()
    };

    let runtime = Runtime::new().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(run(listener, Live::with(atlas), Limits::default(), std::future::pending()));

    let all = |paths: &[Vec<String>]| -> usize {
        thread::scope(|scope| {
            let asking: Vec<_> =
                paths.iter().map(|paths| scope.spawn(move || ask(address, paths))).collect();
            asking.into_iter().map(|one| one.join().expect("it asks")).sum()
        })
    };
    let lookup = paths("/v1/lookup?postcode=");
    let count = CONNECTIONS * ASKED;
    for (name, start) in [
        ("postcodes_io_vs_lookup", "/postcodes-io/postcodes/"),
        ("mapit_vs_lookup", "/mapit/postcode/"),
    ] {
        let ours = paths(start);
        println!(
            "{name}: {} bytes an answer, a lookup {}",
            all(&ours) / count,
            all(&lookup) / count
        );
        compare(name, Ratio::Speed, count, || all(&lookup), || all(&ours));
    }
}
