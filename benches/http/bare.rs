//! A bare axum route that answers a constant of a given size: what a lookup over HTTP is held
//! against by `run.sh`.
//!
//!     bare ADDR BYTES

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::routing::get;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(address), Some(Ok(bytes))) = (args.next(), args.next().map(|size| size.parse()))
    else {
        eprintln!("usage: bare ADDR BYTES");
        std::process::exit(2);
    };
    let body = Bytes::from(vec![b'x'; bytes]);
    let answer = move || {
        let body = body.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], body) }
    };
    let listener = TcpListener::bind(address).await.expect("the address is free");
    let router = Router::new().route("/v1/lookup", get(answer));
    axum::serve(listener, router).await.expect("it serves");
}
