//! Sockets: accepting connections, and ending well.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::{Request, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::idle_timeout::{Doing, Patient};
use super::worker_threads::Threads;
use super::write_coalescing::Gathering;
use crate::http::middleware::Stack;
use crate::http::{Limits, Settings};
use crate::live::Live;

/// Serves until `shutdown` is done, then finishes the requests under way.
///
/// From that moment `/health/ready` says 503, no connection is accepted, and idle ones are closed.
/// What is still under way after [`Limits::drain`] is cut off.
pub async fn run(
    listener: TcpListener,
    live: Live,
    settings: impl Into<Settings>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let settings = settings.into();
    let limits = settings.limits.clone();
    let stack = Stack::new(live.clone(), settings);
    accept(listener, stack, &limits, shutdown, || {
        live.drain();
        tracing::info!("shutting down: finishing the requests under way");
    })
    .await
}

/// Serves the counters of a service, and nothing else, until `shutdown` is done. `settings` are
/// those of the service.
pub async fn serve_metrics(
    listener: TcpListener,
    live: Live,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let limits = Limits { connections: 64, threads: 1, ..settings.limits.clone() };
    accept(listener, Stack::of_metrics(live, settings), &limits, shutdown, || {}).await
}

/// Accepts connections until `shutdown` is done; then says so by `begin_end`, and finishes.
async fn accept(
    listener: TcpListener,
    stack: Stack,
    limits: &Limits,
    shutdown: impl Future<Output = ()>,
    begin_end: impl FnOnce(),
) -> io::Result<()> {
    let threads = Threads::start(limits.threads)?;
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    let builder = builder(limits);
    let mut shutdown = pin!(shutdown);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.map_err(io::Error::other)?,
            () = &mut shutdown => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let given = accepted.and_then(|(stream, _)| {
            let (builder, stack, idle) = (builder.clone(), stack.clone(), limits.idle);
            let watcher = graceful.watcher();
            threads.give(ready(stream), async move |stream| {
                serve(stream, builder, stack, idle, watcher).await;
                drop(place);
            })
        });
        if let Err(error) = given {
            // Out of file handles, most likely: wait for some to be closed.
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    begin_end();
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(after = ?limits.drain, "requests still under way were cut off");
    }
    Ok(())
}

/// Serves one connection to its end.
async fn serve(
    stream: TcpStream,
    builder: Builder<TokioExecutor>,
    stack: Stack,
    idle: Duration,
    watcher: Watcher,
) {
    let doing = Arc::<Doing>::default();
    let io = TokioIo::new(Patient::new(Gathering::new(stream), idle, Arc::clone(&doing)));
    let service = service_fn(move |request: Request<Incoming>| {
        let under_way = doing.request(request.version() == Version::HTTP_2);
        // A body that is empty need not be kept in a box.
        let request =
            request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) });
        stack.answer(request, Some(under_way))
    });
    let connection = watcher.watch(builder.serve_connection(io, service).into_owned());
    if let Err(error) = connection.await {
        tracing::debug!(error, "a connection ended early");
    }
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // For HTTP/1 the socket itself sees to it that no head of a request is waited for too long.
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.idle)
        .keep_alive_timeout(limits.idle)
        .max_concurrent_streams(100);
    builder
}

/// Small answers leave at once, instead of waiting to be joined to a next one.
fn ready(stream: TcpStream) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a socket keeps its delay");
    }
    stream
}
