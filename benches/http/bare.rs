//! The plain baselines of `run.sh`, in a process of their own.
//!
//!     bare serve ADDR BYTES      a bare axum route that answers a constant of that size; to POST with
//!                                `bytes=N`, when it has received all, N bytes
//!     bare copy IN.csv           the `csv` crate reads the rows and writes them to memory, nothing
//!                                more, on one thread: prints its seconds
//!     bare copy IN.csv OUT.csv   the same from file to file, brought to the disk: prints nothing

use std::convert::Infallible;
use std::fs::File;
use std::io::{Read, Write};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::RawQuery;
use axum::http::header;
use axum::routing::get;
use futures_util::{StreamExt as _, stream};
use tokio::net::TcpListener;

/// So much of a file is read and written at once, as by `lapwing match`.
const PIECE: usize = 256 << 10;

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", address, size] => serve(address, size.parse().expect("a size in bytes")).await,
        ["copy", file] => copy_in_memory(file),
        ["copy", from, to] => copy_file(from, to),
        _ => {
            eprintln!("usage: bare serve ADDR BYTES | bare copy IN.csv [OUT.csv]");
            std::process::exit(2);
        }
    }
}

async fn serve(address: &str, size: usize) {
    let body = Bytes::from(vec![b'x'; size]);
    let answer = move || {
        let body = body.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], body) }
    };
    let listener = TcpListener::bind(address).await.expect("the address is free");
    let router = Router::new().route("/v1/lookup", get(answer).post(move_bytes));
    axum::serve(listener, router).await.expect("it serves");
}

/// Receives and sends, nothing more.
async fn move_bytes(RawQuery(query): RawQuery, body: Body) -> Body {
    let mut received = body.into_data_stream();
    while let Some(piece) = received.next().await {
        piece.expect("it arrives");
    }
    let query = query.unwrap_or_default();
    let bytes = query.split('&').find_map(|part| part.strip_prefix("bytes="));
    let bytes: usize = bytes.and_then(|bytes| bytes.parse().ok()).expect("bytes=N");
    let piece = Bytes::from(vec![b'x'; PIECE]);
    let pieces = (0..bytes).step_by(PIECE).map(move |from| piece.slice(..PIECE.min(bytes - from)));
    Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>)))
}

fn copy_in_memory(file: &str) {
    let input = std::fs::read(file).expect("the file is there");
    let started = Instant::now();
    let mut writer = csv::Writer::from_writer(Vec::with_capacity(input.len()));
    copy(csv::Reader::from_reader(&*input), &mut writer);
    // Quotes that need not be are not written.
    let written = writer.into_inner().expect("goes to memory").len();
    assert!((input.len() / 2..=input.len()).contains(&written), "{written} bytes");
    println!("{:.3}", started.elapsed().as_secs_f64());
}

fn copy_file(from: &str, to: &str) {
    let file = File::create(to).expect("the file can be made");
    let mut writer = csv::WriterBuilder::new().buffer_capacity(PIECE).from_writer(&file);
    let reader = csv::ReaderBuilder::new().buffer_capacity(PIECE).from_path(from);
    copy(reader.expect("the file is there"), &mut writer);
    drop(writer);
    file.sync_all().expect("it goes to the disk");
}

fn copy<R: Read, W: Write>(mut reader: csv::Reader<R>, writer: &mut csv::Writer<W>) {
    let mut row = csv::ByteRecord::new();
    writer.write_byte_record(reader.byte_headers().expect("is CSV")).expect("can be written");
    while reader.read_byte_record(&mut row).expect("is CSV") {
        writer.write_byte_record(&row).expect("can be written");
    }
    writer.flush().expect("can be written");
}
