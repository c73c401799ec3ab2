//! Through a real socket: deadlines, clients that stop, and shutdown.

use std::time::{Duration, Instant};

use lapwing::http::{Limits, run};
use lapwing::live::Live;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use lapwing_testing::squares;

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
    live: Live,
}

async fn start(limits: Limits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let live = Live::with(squares::atlas());
    let serving = live.clone();
    let task = tokio::spawn(async move {
        run(listener, serving, limits, async {
            let _ = stopped.await;
        })
        .await
    });
    Server { address, stop, task, live }
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end, too.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The head of a bulk request, whose body of `length` bytes is to follow.
fn head(length: usize) -> String {
    format!(
        "POST /v1/lookup?layers=ward HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\n\
         connection: close\r\ncontent-length: {length}\r\n\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_too_slowly_is_cut_off() {
    let limits = Limits {
        body_grace: Duration::from_millis(300),
        body_bytes_a_second: 1000,
        ..Limits::default()
    };
    let server = start(limits).await;
    let started = Instant::now();
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    slow.write_all(head(10_000).as_bytes()).await.unwrap();
    let (mut reading, mut writing) = slow.into_split();
    let dripping = tokio::spawn(async move {
        // 20 bytes a second: never idle, never done.
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut reply = String::new();
    let _ = reading.read_to_string(&mut reply).await;
    dripping.abort();
    assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
    assert!(reply.contains("/problems/body-too-slow"), "{reply}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_above_the_minimum_rate_is_accepted() {
    let limits = Limits {
        body_grace: Duration::from_millis(300),
        body_bytes_a_second: 1000,
        ..Limits::default()
    };
    let server = start(limits).await;
    let body = format!("postcode\n{}", "NN11AA\n".repeat(300));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head(body.len()).as_bytes()).await.unwrap();
    for piece in body.as_bytes().chunks(100) {
        stream.write_all(piece).await.unwrap();
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let reply = read_all(&mut stream).await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    assert_eq!(reply.matches("ok,E05000001").count(), 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_finishes_current_requests_and_accepts_no_new_ones() {
    let server = start(Limits::default()).await;
    let body = format!("postcode\n{}", "NN11AA\n".repeat(20_000));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let (first, second) = body.split_at(body.len() / 2);
    stream.write_all(head(body.len()).as_bytes()).await.unwrap();
    stream.write_all(first.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.send(()).unwrap();
    while !server.live.is_draining() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(TcpStream::connect(server.address).await.is_err(), "nothing new is taken");
    stream.write_all(second.as_bytes()).await.unwrap();
    let reply = read_all(&mut stream).await;
    assert!(reply.starts_with("HTTP/1.1 200"));
    assert_eq!(reply.matches("ok,E05000001").count(), 20_000);
    server.task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_has_a_time_limit() {
    let limits = Limits { drain: Duration::from_millis(200), ..Limits::default() };
    let server = start(limits).await;
    let mut stuck = TcpStream::connect(server.address).await.unwrap();
    stuck.write_all(head(1000).as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), server.task).await;
    ended.unwrap().unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_disconnected() {
    let limits = Limits { idle: Duration::from_millis(300), ..Limits::default() };
    let server = start(limits).await;
    let body = format!("postcode\n{}", "NN11AA\n".repeat(400_000));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head(body.len()).as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    // The answer, some 14 MB, is more than the sockets hold.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let reply = read_all(&mut stream).await;
    assert!(reply.matches("ok,E05000001").count() < 400_000, "cut off");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_request_head_times_out() {
    let limits = Limits { idle: Duration::from_millis(200), ..Limits::default() };
    let server = start(limits).await;
    let started = Instant::now();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /v1/layers HTTP/1.1\r\nhost").await.unwrap();
    read_all(&mut stream).await;
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed_and_one_at_work_is_not() {
    let limits = Limits { idle: Duration::from_millis(200), ..Limits::default() };
    let server = start(limits).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // A body that takes three times as long as an idle connection may.
    let body = format!("postcode\n{}", "NN11AA\n".repeat(60));
    let head = head(body.len()).replace("connection: close\r\n", "");
    stream.write_all(head.as_bytes()).await.unwrap();
    for piece in body.as_bytes().chunks(20) {
        stream.write_all(piece).await.unwrap();
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let started = Instant::now();
    let reply = read_all(&mut stream).await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    assert_eq!(reply.matches("ok,E05000001").count(), 60);
    assert!(started.elapsed() < Duration::from_secs(5), "then it is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_thread_serves_many_connections() {
    for threads in [1, 3] {
        let server = start(Limits { threads, ..Limits::default() }).await;
        let asking = (0..20).map(|_| async {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            // Two at once, of which the last ends the connection.
            let request = "GET /v1/lookup?postcode=NN11AA HTTP/1.1\r\nhost: x\r\n";
            let both = format!("{request}\r\n{request}connection: close\r\n\r\n");
            stream.write_all(both.as_bytes()).await.unwrap();
            read_all(&mut stream).await
        });
        for reply in futures_util::future::join_all(asking).await {
            assert_eq!(reply.matches("HTTP/1.1 200").count(), 2, "{reply}");
            assert_eq!(reply.matches("\"postcode\":\"NN1 1AA\"").count(), 2, "{reply}");
        }
        server.stop.send(()).unwrap();
        server.task.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_under_load_never_fails_a_request() {
    let server = start(Limits::default()).await;
    let live = server.live.clone();
    let swapping = tokio::task::spawn_blocking(move || {
        for _ in 0..20 {
            live.swap(squares::with_addresses());
            live.swap(squares::atlas());
        }
    });
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut sent = 0;
    while !swapping.is_finished() || sent < 50 {
        let request = b"GET /v1/lookup?postcode=NN11AA&layers=ward HTTP/1.1\r\nhost: x\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut reply = vec![0; 4096];
        let read = stream.read(&mut reply).await.unwrap();
        let reply = String::from_utf8_lossy(&reply[..read]).into_owned();
        assert!(reply.starts_with("HTTP/1.1 200") && reply.contains("E05000001"), "{reply}");
        sent += 1;
    }
}
