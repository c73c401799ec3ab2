//! Sockets: accepting connections, and ending well.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::{Service, ServiceBuilder};

use super::patient::Patient;
use super::stack::{metrics_stack, stack};
use super::{Limits, Settings};
use crate::state::Live;

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
    let stack = stack(live.clone(), settings);
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
    let limits = Limits { connections: 64, ..settings.limits.clone() };
    accept(listener, metrics_stack(live, settings), &limits, shutdown, || {}).await
}

/// Accepts connections until `shutdown` is done; then says so by `begin_end`, and finishes.
async fn accept<S>(
    listener: TcpListener,
    stack: S,
    limits: &Limits,
    shutdown: impl Future<Output = ()>,
    begin_end: impl FnOnce(),
) -> io::Result<()>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let stack = ServiceBuilder::new()
        .map_request(|request: Request<Incoming>| request.map(Body::new))
        .service(stack);
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
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file handles, most likely: wait for some to be closed.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let io = TokioIo::new(Patient::new(ready(stream), limits.idle));
        let connection = builder.serve_connection(io, TowerToHyperService::new(stack.clone()));
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection ended early");
            }
            drop(place);
        });
    }
    begin_end();
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(after = ?limits.drain, "requests still under way were cut off");
    }
    Ok(())
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // The time for a request head is also that for the next request on an idle connection.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.idle);
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
