//! `lapwing serve`: answers over HTTP, from the first moment to the last.
//!
//! 1. The socket is bound, so that a taken port is told at once;
//! 2. the service listens, not ready yet (`/health/ready` says 503), while the snapshot is opened
//!    or the catalogue built;
//! 3. it answers; SIGHUP, `POST /admin/reload` or a changed file ([`watch`]) open the same source
//!    again and swap it in, or change nothing;
//! 4. SIGTERM or SIGINT: what is under way is finished.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use lapwing::http::{self, Admin, Settings};
use lapwing::live::Live;
use lapwing::live::reload::Reloads;
use lapwing_boundaries::atlas::Atlas;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

use self::opening::Opening;
use self::watch::Looks;
use super::failure::Failure;
use super::log;
use super::source::{self, DEMO_WORDS, Kind};
use crate::cli::config::{self, LogFormat, ServeArgs};

mod opening;
mod signals;
mod watch;

/// So many connections that come at once wait to be accepted. Those beyond ask again after a
/// second; the system takes fewer if it is told so (`net.core.somaxconn`).
const WAITING: u32 = 4096;

pub(super) fn run(args: &ServeArgs, quiet: bool) -> Result<(), Failure> {
    let limits = args.limits.limits().map_err(Failure::Usage)?;
    let token = args.admin_token()?;
    let _log = log::start(args.log, &args.log_level)?;
    for (name, meant) in config::misspelt_variables() {
        tracing::warn!("{name} in the environment is no option; is {meant} meant?");
    }
    let opening = Opening {
        source: args.source.clone().unwrap_or_else(|| PathBuf::from(DEMO_WORDS[0])),
        data: args.data.clone(),
        seed: args.seed,
        quiet: quiet || args.log == LogFormat::Json,
        watched: args.watch,
    };
    // What is not there is told before anything is started.
    let kind = source::kind_of(&opening.source)?;
    if kind == Kind::Lyonesse && args.watch {
        let told = "--watch has no file to watch: Lyonesse is made by the program";
        return Err(Failure::Usage(told.to_owned()));
    }
    let live = Live::new();
    let opening = Arc::new(opening);
    let reloads = reloads_of(kind, &opening, &live);
    let admin = token.map(|token| Admin { token, reloads: reloads.clone() });
    let basemap = args.basemap()?;
    let settings = Settings {
        limits,
        basemap,
        admin,
        reloads: Some(reloads.clone()),
        metrics_apart: args.metrics_listen.is_some(),
        ..Settings::default()
    };
    let service = Service { live, opening, reloads, settings };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Refused(format!("no threads to serve with: {error}")))?;
    let result = runtime.block_on(serve(args, service));
    // A build that is still going on is not waited for.
    runtime.shutdown_background();
    result
}

/// What is served, and how.
struct Service {
    live: Live,
    opening: Arc<Opening>,
    reloads: Reloads,
    settings: Settings,
}

fn reloads_of(kind: Kind, opening: &Arc<Opening>, live: &Live) -> Reloads {
    if kind == Kind::Lyonesse {
        let why = "Lyonesse is made by the program: there is no file to open again";
        return Reloads::fixed(live.clone(), why);
    }
    let opening = Arc::clone(opening);
    Reloads::new(live.clone(), move || opening.open().map_err(|failure| failure.to_string()))
}

async fn serve(args: &ServeArgs, service: Service) -> Result<(), Failure> {
    let Service { live, opening, reloads, settings } = service;
    let listener = listen(args.listen, "--listen")?;
    let for_metrics = match args.metrics_listen {
        Some(address) => Some(listen(address, "--metrics-listen")?),
        None => None,
    };
    let address = listener.local_addr().unwrap_or(args.listen);
    let (failed, failure) = oneshot::channel();
    // Taken before anything can ask for a reload.
    let turn = reloads.hold().await;
    let first = tokio::spawn({
        let (opening, reloads, live) = (Arc::clone(&opening), reloads.clone(), live.clone());
        let (json, watched) = (args.log == LogFormat::Json, args.watch);
        async move {
            let looks = watched.then(|| Looks::at(&opening));
            match open(&opening).await {
                Ok(atlas) => {
                    tell_ready(&atlas, address, json);
                    live.swap(atlas);
                }
                // Nobody listens any more once shutdown has begun.
                Err(error) => return drop(failed.send(error)),
            }
            drop(turn);
            if let Some(looks) = looks {
                watch::watch(opening, reloads, looks).await;
            }
        }
    });
    let reloading = signals::reload_on_hangup(reloads)?;
    let stopped = signals::stop()?;
    let metrics = for_metrics.map(|listener| {
        if let Ok(address) = listener.local_addr() {
            tracing::info!("metrics: http://{address}/metrics");
        }
        // They are told to the last.
        let never = std::future::pending();
        tokio::spawn(http::serve_metrics(listener, live.clone(), settings.clone(), never))
    });

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
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    match refused {
        Some(failure) => Err(failure),
        None => served.map_err(|error| Failure::Refused(format!("serving ended: {error}"))),
    }
}

fn listen(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    let listen = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        // Or a service that is started again would have to wait for the system to forget the
        // connections of the one before.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(WAITING)
    };
    listen().map_err(|error| {
        Failure::Refused(format!(
            "{address} cannot be listened on: {error}; choose another with {option}"
        ))
    })
}

/// Opens it, on a thread where it may take its time.
async fn open(opening: &Arc<Opening>) -> Result<Atlas, Failure> {
    let opening = Arc::clone(opening);
    let opened = tokio::task::spawn_blocking(move || opening.open()).await;
    opened.unwrap_or_else(|_| Err(Failure::Refused("opening it failed unexpectedly".to_owned())))
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

/// A question that this atlas can answer, found without reading what lookups do not need.
fn example_of(atlas: &Atlas) -> String {
    let mut all = atlas.all_facts();
    if let Some(facts) = all.find(|of| of.is_live() && of.position.is_some()) {
        let postcode = facts.postcode;
        return format!("/v1/lookup?postcode={}{}", postcode.outward(), postcode.inward());
    }
    let layers = atlas.layers().iter().map(lapwing_boundaries::atlas::AtlasLayer::layer);
    let mut areas = layers.enumerate().filter(|(_, layer)| layer.is_areas() && !layer.is_empty());
    match areas.next() {
        Some((place, layer)) => {
            format!("/v1/areas/{}/{}", layer.meta().id, atlas.code_and_name(place, 0).0)
        }
        None => "/v1/layers".to_owned(),
    }
}
