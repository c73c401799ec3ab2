//! Asking over a socket, and bare axum as the plain baseline.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Asks on a connection of its own, with one more header, and returns the body.
pub(crate) fn fetch(address: SocketAddr, path: &str, header: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("the service listens");
    // As HTTP 1.0, for a body that is not in chunks.
    write!(stream, "GET {path} HTTP/1.0\r\nhost: bench\r\n{header}\r\n\r\n")
        .expect("the service reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the service answers");
    assert!(
        answer.starts_with(b"HTTP/1.0 200"),
        "{}",
        String::from_utf8_lossy(&answer[..answer.len().min(400)])
    );
    let body = answer.windows(4).position(|at| at == b"\r\n\r\n").expect("a head") + 4;
    answer.split_off(body)
}

/// Serves buffers by number, and nothing else.
pub(crate) fn serve_ready(runtime: &Runtime, buffers: Vec<Bytes>) -> SocketAddr {
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
