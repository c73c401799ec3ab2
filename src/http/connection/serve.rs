//! Accepts connections and shuts down gracefully.

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

use super::idle_timeout::{ConnectionState, IdleTimeout};
use super::worker_threads::WorkerThreads;
use crate::http::middleware::HttpService;
use crate::http::{Limits, Settings};
use crate::live::Live;

/// Serves until `shutdown` completes, then finishes the requests in progress.
///
/// From then on `/health/ready` has status 503, no connection is accepted, and idle ones are closed.
/// Requests still in progress after [`Limits::drain`] are aborted.
pub async fn run(
    listener: TcpListener,
    live: Live,
    settings: impl Into<Settings>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let settings = settings.into();
    let limits = settings.limits.clone();
    let stack = HttpService::new(live.clone(), settings);
    accept(listener, stack, &limits, shutdown, || {
        live.drain();
        tracing::info!("shutting down: finishing the requests in progress");
    })
    .await
}

/// Serves `/metrics` and nothing else until `shutdown` completes. `settings` are those of the
/// service.
pub async fn serve_metrics(
    listener: TcpListener,
    live: Live,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let limits = Limits { connections: 64, threads: 1, ..settings.limits.clone() };
    accept(listener, HttpService::of_metrics(live, settings), &limits, shutdown, || {}).await
}

/// Accepts connections until `shutdown` completes, then calls `begin_end` and waits for the requests
/// in progress.
async fn accept(
    listener: TcpListener,
    stack: HttpService,
    limits: &Limits,
    shutdown: impl Future<Output = ()>,
    begin_end: impl FnOnce(),
) -> io::Result<()> {
    let threads = WorkerThreads::start(limits.threads)?;
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(limits.connections));
    let builder = builder(limits);
    let mut shutdown = pin!(shutdown);
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&permits).acquire_owned() => permit.map_err(io::Error::other)?,
            () = &mut shutdown => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let given = accepted.and_then(|(stream, _)| {
            let (builder, stack, idle) = (builder.clone(), stack.clone(), limits.idle);
            let watcher = graceful.watcher();
            threads.spawn(with_nodelay(stream), async move |stream| {
                serve(stream, builder, stack, idle, watcher).await;
                drop(permit);
            })
        });
        if let Err(error) = given {
            // Most likely out of file descriptors: wait for some to be closed.
            tracing::warn!(%error, "cannot accept a connection");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    begin_end();
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(after = ?limits.drain, "requests still in progress were aborted");
    }
    Ok(())
}

/// Serves one connection until it closes.
async fn serve(
    stream: TcpStream,
    builder: Builder<TokioExecutor>,
    stack: HttpService,
    idle: Duration,
    watcher: Watcher,
) {
    let state = Arc::<ConnectionState>::default();
    let io = TokioIo::new(IdleTimeout::new(stream, idle, Arc::clone(&state)));
    let service = service_fn(move |request: Request<Incoming>| {
        let in_progress = state.request(request.version() == Version::HTTP_2);
        // Avoids an allocation for an empty body.
        let request =
            request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) });
        stack.answer(request, Some(in_progress))
    });
    let connection = watcher.watch(builder.serve_connection(io, service).into_owned());
    if let Err(error) = connection.await {
        tracing::debug!(error, "a connection ended early");
    }
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // Head and body in one buffer: for a small response, copying costs less than a vectored write.
    builder.http1().writev(false);
    // For HTTP/1, `IdleTimeout` limits the wait for a request head.
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.idle)
        .keep_alive_timeout(limits.idle)
        .max_concurrent_streams(100);
    builder
}

/// Disables Nagle's algorithm, so that small responses are sent at once.
fn with_nodelay(stream: TcpStream) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    stream
}
