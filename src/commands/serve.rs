//! `lapwing serve`: answers over HTTP, from the first moment to the last.
//!
//! 1. The socket is bound, so that a taken port is told at once;
//! 2. the service listens, not ready yet (`/health/ready` says 503), while the snapshot is opened
//!    or the catalogue built;
//! 3. it answers; SIGHUP opens the same source again and swaps it in, or changes nothing;
//! 4. SIGTERM or SIGINT: what is under way is finished.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lapwing::http::{self, Settings};
use lapwing::state::Live;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::snapshot;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::failure::Failure;
use super::log;
use super::progress::Teller;
use super::source::{self, Kind};
use super::{build, gather};
use crate::cli::{DEMO_WORDS, SourceArgs};
use crate::config::{self, LogFormat, ServeArgs};

pub(super) fn run(args: &ServeArgs, quiet: bool) -> Result<(), Failure> {
    let limits = args.limits.limits().map_err(Failure::Usage)?;
    let settings = Settings { limits, basemap: args.basemap()? };
    let _log = log::start(args.log, &args.log_level)?;
    for (name, meant) in config::misspelt_variables() {
        tracing::warn!("{name} in the environment is no option; is {meant} meant?");
    }
    let opening = Opening {
        source: args.source.clone().unwrap_or_else(|| PathBuf::from(DEMO_WORDS[0])),
        data: args.data.clone(),
        seed: args.seed,
        quiet: quiet || args.log == LogFormat::Json,
    };
    // What is not there is told before anything is started.
    source::kind_of(&opening.source)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Refused(format!("no threads to serve with: {error}")))?;
    let result = runtime.block_on(serve(args, opening, settings));
    // A build that is still going on is not waited for.
    runtime.shutdown_background();
    result
}

async fn serve(args: &ServeArgs, opening: Opening, settings: Settings) -> Result<(), Failure> {
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::Refused(format!(
            "{} cannot be listened on: {error}; choose another with --listen",
            args.listen
        ))
    })?;
    let address = listener.local_addr().unwrap_or(args.listen);
    let live = Live::new();
    let (failed, failure) = oneshot::channel();
    let opening = Arc::new(opening);
    let first = tokio::spawn({
        let (opening, live, json) =
            (Arc::clone(&opening), live.clone(), args.log == LogFormat::Json);
        async move {
            match open(&opening).await {
                Ok(atlas) => {
                    tell_ready(&atlas, address, json);
                    live.swap(atlas);
                }
                // Nobody listens any more once shutdown has begun.
                Err(error) => drop(failed.send(error)),
            }
        }
    });
    let reloading = reload_on_hangup(opening, live.clone())?;
    let stopped = stop_signal()?;

    let mut refused = None;
    let shutdown = async {
        tokio::select! {
            () = stopped => {}
            Ok(error) = failure => refused = Some(error),
        }
    };
    let served = http::run(listener, live, settings, shutdown).await;
    first.abort();
    reloading.abort();
    match refused {
        Some(failure) => Err(failure),
        None => served.map_err(|error| Failure::Refused(format!("serving ended: {error}"))),
    }
}

/// What is served, and how it is opened.
#[derive(Debug)]
struct Opening {
    source: PathBuf,
    data: Option<PathBuf>,
    seed: u64,
    quiet: bool,
}

/// Opens it, on a thread where it may take its time.
async fn open(opening: &Arc<Opening>) -> Result<Atlas, Failure> {
    let opening = Arc::clone(opening);
    let opened = tokio::task::spawn_blocking(move || opening.open()).await;
    opened.unwrap_or_else(|_| Err(Failure::Refused("opening it failed unexpectedly".to_owned())))
}

impl Opening {
    fn open(&self) -> Result<Atlas, Failure> {
        match source::kind_of(&self.source)? {
            Kind::Lyonesse => Ok(source::lyonesse(self.seed)),
            Kind::Snapshot => snapshot::read(&self.source).map_err(Failure::refused),
            Kind::Catalogue => self.build(&self.source),
        }
    }

    fn build(&self, catalogue: &Path) -> Result<Atlas, Failure> {
        let progress = Teller::new(self.quiet);
        let sources = SourceArgs { data: self.data.clone(), report: None };
        let gathered = gather::gather(catalogue, &sources, &progress)?;
        progress.finish();
        let contents =
            gather::contents_or_refusal(gathered, &sources, "nothing is served", self.quiet)?;
        Ok(Atlas::build(contents, build::now(), &progress))
    }
}

/// Says where it answers, and one line to try.
fn tell_ready(atlas: &Atlas, address: SocketAddr, json: bool) {
    let host = match address {
        // An address for all of them cannot be asked.
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    let url = format!("http://{host}:{}", address.port());
    let example = format!("{url}{}", example_of(atlas));
    if json {
        tracing::info!(url, example, snapshot = atlas.id(), title = atlas.title(), "ready");
    } else {
        eprintln!("{}, snapshot {}: {url}", atlas.title(), atlas.id());
        eprintln!("try: curl '{example}'");
    }
}

/// A question that this atlas can answer.
fn example_of(atlas: &Atlas) -> String {
    let mut live = atlas.postcodes().iter();
    if let Some(record) = live.find(|r| r.terminated.is_none() && r.position.is_some()) {
        let postcode = record.postcode;
        return format!("/v1/lookup?postcode={}{}", postcode.outward(), postcode.inward());
    }
    let mut areas = atlas.layers().iter().map(lapwing_boundaries::atlas::AtlasLayer::layer);
    match areas.find_map(|layer| Some((layer, layer.areas().first()?))) {
        Some((layer, area)) => format!("/v1/areas/{}/{}", layer.meta().id, area.code()),
        None => "/v1/layers".to_owned(),
    }
}

fn no_signals(error: impl std::fmt::Display) -> Failure {
    Failure::Refused(format!("signals cannot be heard: {error}"))
}

/// Done when the service is told to stop.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Done when the service is told to stop.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// At each SIGHUP the source is opened again. What cannot be opened changes nothing.
#[cfg(unix)]
fn reload_on_hangup(
    opening: Arc<Opening>,
    live: Live,
) -> Result<tokio::task::JoinHandle<()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup()).map_err(no_signals)?;
    Ok(tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match open(&opening).await {
                Ok(atlas) => {
                    tracing::info!(snapshot = atlas.id(), title = atlas.title(), "reloaded");
                    live.swap(atlas);
                }
                Err(failure) => tracing::error!("not reloaded, all is as it was: {failure}"),
            }
        }
    }))
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
fn reload_on_hangup(
    _opening: Arc<Opening>,
    _live: Live,
) -> Result<tokio::task::JoinHandle<()>, Failure> {
    Ok(tokio::spawn(std::future::pending()))
}
