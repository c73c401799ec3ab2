//! `/metrics`: counters by route, never by path, in the Prometheus format.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use lapwing::http::{Settings, router};
use lapwing::live::Live;
use lapwing::live::reload::{Cause, Reloads};

use crate::ask::{Reply, send, service};
use lapwing_testing::squares;

async fn ask(service: &Router, method: &str, path: &str) -> Reply {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    send(service.clone(), request).await
}

/// The samples of a page by name and labels, after a check of its form: every sample belongs to the
/// family declared before it, and none is repeated.
fn samples(page: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let (mut family, mut kind) = (String::new(), String::new());
    let mut families = Vec::new();
    for line in page.lines().filter(|line| *line != "# EOF") {
        if let Some(help) = line.strip_prefix("# HELP ") {
            help.split(' ').next().unwrap().clone_into(&mut family);
            assert!(!families.contains(&family), "{family} is told twice");
            families.push(family.clone());
        } else if let Some(values) = line.strip_prefix("# TYPE ") {
            let (name, of) = values.split_once(' ').unwrap();
            assert_eq!(name, family);
            of.clone_into(&mut kind);
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let plain = name.split('{').next().unwrap();
            let rest = plain.strip_prefix(&*family).unwrap_or_else(|| panic!("{line} in {family}"));
            let allowed: &[&str] = match &*kind {
                "histogram" => &["_bucket", "_sum", "_count"],
                "counter" => &["", "_total"],
                _ => &[""],
            };
            assert!(allowed.contains(&rest), "{line} is a {kind}");
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(samples.insert(name.to_owned(), value).is_none(), "{name} stands twice");
        }
    }
    samples
}

#[tokio::test]
async fn requests_are_counted_by_route_method_and_class_and_never_by_path() {
    let service = service();
    for _ in 0..3 {
        ask(&service, "GET", "/v1/lookup?postcode=NN11AA").await;
    }
    ask(&service, "GET", "/v1/areas/ward/SECRET").await;
    ask(&service, "BREW", "/secret").await;
    let reply = ask(&service, "GET", "/metrics").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(reply.header("cache-control"), "no-store");
    let page = reply.text();
    assert!(!page.to_lowercase().contains("secret") && !page.contains("NN1"), "{page}");
    let values = samples(&page);
    let count = |route: &str, method: &str, status: &str| {
        let labels = format!("{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}");
        values.get(&format!("lapwing_http_requests_total{labels}")).copied()
    };
    assert_eq!(count("/v1/lookup", "GET", "2xx"), Some(3.0));
    assert_eq!(count("/v1/areas/{layer}/{code}", "GET", "4xx"), Some(1.0));
    assert_eq!(count("none", "other", "4xx"), Some(1.0));
    assert_eq!(count("/v1/layers", "GET", "2xx"), None, "it was not asked");
    assert_eq!(values["lapwing_http_requests_in_flight"], 1.0, "this one");
    let of_lookup = |what: &str| {
        values[&format!("lapwing_http_request_duration_seconds_{what}{{route=\"/v1/lookup\"}}")]
    };
    assert_eq!(of_lookup("count"), 3.0);
    assert!(of_lookup("sum") > 0.0);
    let mut last = 0.0;
    let starts = "lapwing_http_request_duration_seconds_bucket{route=\"/v1/lookup\",le=\"";
    let mut classes: Vec<(f64, f64)> = values
        .iter()
        .filter_map(|(name, count)| {
            let end = name.strip_prefix(starts)?.trim_end_matches("\"}");
            Some((end.parse().unwrap(), *count))
        })
        .collect();
    classes.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, count) in &classes {
        assert!(*count >= last, "each class holds those below it");
        last = *count;
    }
    assert_eq!(classes.last(), Some(&(f64::INFINITY, 3.0)));
    let bytes = values["lapwing_http_response_bytes_total{route=\"/v1/lookup\"}"];
    let body = ask(&service, "GET", "/v1/lookup?postcode=NN11AA").await.body;
    assert_eq!(bytes, 3.0 * body.len() as f64);
}

#[tokio::test]
async fn rows_tiles_and_the_process_have_metrics() {
    let service = service();
    let rows = "postcode\nNN11AA\nNN11AB\nNN19ZZ\nx\nNN69ZZ\n";
    let request = Request::post("/v1/lookup").header("content-type", "text/csv");
    send(service.clone(), request.body(Body::from(rows)).unwrap()).await;
    for _ in 0..3 {
        ask(&service, "GET", "/tiles/ward/11/1018/674").await;
    }
    let values = samples(&ask(&service, "GET", "/metrics").await.text());
    for (status, count) in [("ok", 2.0), ("not_found", 1.0), ("invalid", 1.0), ("outside", 1.0)] {
        let name = format!("lapwing_bulk_rows_total{{status=\"{status}\"}}");
        assert_eq!(values[&name], count, "{status}");
    }
    assert_eq!(values["lapwing_tile_cache_requests_total{result=\"miss\"}"], 1.0);
    assert_eq!(values["lapwing_tile_cache_requests_total{result=\"hit\"}"], 2.0);
    assert!(values["lapwing_tile_cache_bytes"] > 0.0);
    assert_eq!(values["lapwing_ready"], 1.0);
    let id = squares::atlas().id().to_owned();
    assert_eq!(values[&format!("lapwing_snapshot_info{{id=\"{id}\",title=\"Squares\"}}")], 1.0);
    assert_eq!(values["lapwing_snapshot_built_timestamp_seconds"], 1_700_000_000.0);
    if cfg!(target_os = "linux") {
        assert!(values["process_resident_memory_bytes"] > 1e6);
    }
}

#[tokio::test]
async fn reloads_are_counted_by_outcome() {
    let live = Live::with(squares::atlas());
    let reloads = Reloads::fixed(live.clone(), "the squares never change");
    let settings = Settings { reloads: Some(reloads.clone()), ..Settings::default() };
    let service = router(live, settings);
    let values = samples(&ask(&service, "GET", "/metrics").await.text());
    assert_eq!(values["lapwing_reloads_total{result=\"failed\"}"], 0.0);
    assert!(!values.contains_key("lapwing_last_reload_successful"), "there was none");
    reloads.reload(Cause::Signal).await.unwrap_err();
    let values = samples(&ask(&service, "GET", "/metrics").await.text());
    assert_eq!(values["lapwing_reloads_total{result=\"failed\"}"], 1.0);
    assert_eq!(values["lapwing_last_reload_successful"], 0.0);
    assert!(values["lapwing_last_reload_timestamp_seconds"] > 1.7e9);
}

#[tokio::test]
async fn openmetrics_is_sent_if_accepted() {
    let request = Request::get("/metrics")
        .header("accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    let reply = send(service(), request.body(Body::empty()).unwrap()).await;
    assert!(
        reply.header("content-type").starts_with("application/openmetrics-text; version=1.0.0")
    );
    let page = reply.text();
    assert!(page.ends_with("# EOF\n") && page.contains("# TYPE lapwing_http_requests counter\n"));
    samples(&page);
}

#[tokio::test]
async fn counters_with_their_own_listener_are_not_here() {
    let settings = Settings { metrics_apart: true, ..Settings::default() };
    let service = router(Live::with(squares::atlas()), settings);
    assert_eq!(ask(&service, "GET", "/metrics").await.problem(), "unknown-route");
}
