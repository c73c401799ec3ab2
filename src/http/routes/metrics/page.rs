//! `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::text::{Text, Type};
use super::{LATENCY_US, METHODS, Metrics, OfRoute, process};
use crate::bulk::Status;
use crate::http::routes::health::fresh;
use crate::http::{AppState, Routes};

/// The Prometheus text format.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Served on the main address, or on its own.
pub(in crate::http) fn routes() -> Routes {
    vec![("/metrics", get(page))]
}

async fn page(State(app): State<AppState>, headers: HeaderMap) -> Response {
    // A client of OpenMetrics says so in Accept; any other gets the Prometheus format.
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let open_metrics =
        accepted.into_iter().any(|accept| accept.contains("application/openmetrics-text"));
    let mut text = Text::new(open_metrics);
    app.metrics.write(&mut text);
    write_snapshot(&app, &mut text);
    write_process(&mut text);
    let form = if open_metrics { OPEN_METRICS } else { PROMETHEUS };
    fresh(([(header::CONTENT_TYPE, form)], text.finish()).into_response())
}

impl Metrics {
    fn write(&self, text: &mut Text) {
        let routes = || self.inner.routes.iter().enumerate();
        // A route without requests is omitted.
        let was_requested = |index: usize| {
            let all = self.inner.shards.iter();
            all.flat_map(|shard| &shard.routes[index].latency).any(|class| class.load(Relaxed) > 0)
        };
        let sum = |index: usize, of: &dyn Fn(&OfRoute) -> &AtomicU64| {
            self.sum(|shard| of(&shard.routes[index]))
        };
        let name = "lapwing_http_requests_total";
        text.family(name, Type::Counter, "Requests, by route, method and status class.");
        for (index, route) in routes().filter(|(index, _)| was_requested(*index)) {
            for (at, method) in METHODS.iter().enumerate() {
                for (class, status) in ["1xx", "2xx", "3xx", "4xx", "5xx"].iter().enumerate() {
                    let count = sum(index, &|of| &of.answers[at][class]);
                    if count > 0 {
                        let labels = [("route", *route), ("method", *method), ("status", *status)];
                        text.sample(name, &labels, count as f64);
                    }
                }
            }
        }
        let help =
            "Time from receiving a request head to the end of its response, by route, in seconds.";
        text.family("lapwing_http_request_duration_seconds", Type::Histogram, help);
        for (index, route) in routes().filter(|(index, _)| was_requested(*index)) {
            let mut up_to = 0;
            for class in 0..=LATENCY_US.len() {
                up_to += sum(index, &|of| &of.latency[class]);
                let end = LATENCY_US.get(class).map(|&end| (end as f64 / 1e6).to_string());
                let labels = [("route", *route), ("le", end.as_deref().unwrap_or("+Inf"))];
                text.sample("lapwing_http_request_duration_seconds_bucket", &labels, up_to as f64);
            }
            let labels = [("route", *route)];
            let seconds = sum(index, &|of| &of.latency_us) as f64 / 1e6;
            text.sample("lapwing_http_request_duration_seconds_sum", &labels, seconds);
            text.sample("lapwing_http_request_duration_seconds_count", &labels, up_to as f64);
        }
        let name = "lapwing_http_response_bytes_total";
        text.family(name, Type::Counter, "Bytes of response bodies as sent, by route.");
        for (index, route) in routes().filter(|(index, _)| was_requested(*index)) {
            text.sample(name, &[("route", *route)], sum(index, &|of| &of.bytes) as f64);
        }
        let in_flight = self.inner.shards.iter().map(|shard| shard.in_flight.load(Relaxed));
        let in_flight: i64 = in_flight.sum();
        let help = "Requests in flight, including this one.";
        text.single("lapwing_http_requests_in_flight", Type::Gauge, help, in_flight as f64);

        let name = "lapwing_bulk_rows_total";
        text.family(name, Type::Counter, "Rows of bulk requests, by status.");
        for (at, status) in Status::ALL.map(Status::as_str).iter().enumerate() {
            text.sample(name, &[("status", status)], self.sum(|s| &s.bulk_rows[at]) as f64);
        }
        // A tile may be added between the two reads: in this order hits are never negative.
        let made = self.sum(|shard| &shard.tiles_made);
        let was_requested = self.sum(|shard| &shard.tiles_asked);
        let name = "lapwing_tile_cache_requests_total";
        text.family(name, Type::Counter, "Tile requests, by whether the tile was in the cache.");
        text.sample(name, &[("result", "hit")], was_requested.saturating_sub(made) as f64);
        text.sample(name, &[("result", "miss")], made as f64);
    }
}

fn write_snapshot(app: &AppState, text: &mut Text) {
    let version = env!("CARGO_PKG_VERSION");
    text.family("lapwing_build_info", Type::Gauge, "The program's version.");
    text.sample("lapwing_build_info", &[("version", version)], 1.0);
    let ready = f64::from(u8::from(app.live.is_ready()));
    text.single(
        "lapwing_ready",
        Type::Gauge,
        "1 if the service is ready, as in /health/ready.",
        ready,
    );
    if let Some(served) = app.live.served() {
        let atlas = served.atlas();
        let built = atlas.built().as_millisecond() as f64 / 1e3;
        text.family("lapwing_snapshot_info", Type::Gauge, "The snapshot that answers.");
        let labels = [("id", atlas.id()), ("title", atlas.title())];
        text.sample("lapwing_snapshot_info", &labels, 1.0);
        let help = "Build time of the snapshot, in seconds since 1970.";
        text.single("lapwing_snapshot_built_timestamp_seconds", Type::Gauge, help, built);
        let bytes = served.tiles().cache(app.limits.tile_cache as u64).bytes() as f64;
        let help = "Memory of the tile cache in bytes.";
        text.single("lapwing_tile_cache_bytes", Type::Gauge, help, bytes);
    }
    if let Some(reloads) = &app.reloads {
        let counts = reloads.counts();
        let name = "lapwing_reloads_total";
        text.family(name, Type::Counter, "Reloads, by how they ended.");
        for (result, count) in [
            ("reloaded", counts.swapped),
            ("unchanged", counts.unchanged),
            ("failed", counts.failed),
        ] {
            text.sample(name, &[("result", result)], count as f64);
        }
        if let Some(last) = reloads.last() {
            let help = "1 if the last reload succeeded, 0 if it failed.";
            let ok = f64::from(u8::from(last.outcome.is_ok()));
            text.single("lapwing_last_reload_successful", Type::Gauge, help, ok);
            let help = "Time of the last reload, in seconds since 1970.";
            let at = last.at.as_millisecond() as f64 / 1e3;
            text.single("lapwing_last_reload_timestamp_seconds", Type::Gauge, help, at);
        }
    }
}

/// With the standard names of process metrics.
fn write_process(text: &mut Text) {
    for (name, kind, help, value) in [
        (
            "process_resident_memory_bytes",
            Type::Gauge,
            "Resident memory of the process in bytes.",
            process::resident_bytes(),
        ),
        (
            "process_cpu_seconds_total",
            Type::Counter,
            "Seconds of processors used.",
            process::cpu_seconds(),
        ),
        ("process_open_fds", Type::Gauge, "Open files and sockets.", process::open_files()),
    ] {
        if let Some(value) = value {
            text.single(name, kind, help, value);
        }
    }
}
