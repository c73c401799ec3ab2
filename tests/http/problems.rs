//! Whatever goes wrong leaves as `application/problem+json`.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use lapwing::http::{Limits, ProblemKind, router};
use lapwing::live::Live;

use crate::ask::{get, get_with, send, service};
use lapwing_testing::squares;

#[tokio::test]
async fn an_unknown_address_is_a_problem() {
    let reply = get("/v2/lookup?postcode=NN11AA").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(reply.problem(), "unknown-route");
    let detail = reply.json()["detail"].to_string();
    assert!(detail.contains("/v2/lookup") && !detail.contains("NN11AA"), "{detail}");
}

#[tokio::test]
async fn an_unsupported_method_lists_the_supported_ones() {
    let request = Request::delete("/v1/search?q=a").body(Body::empty()).unwrap();
    let reply = send(service(), request).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.problem(), "method-not-allowed");
    assert_eq!(reply.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_path_that_is_not_utf_8_is_refused() {
    let reply = get("/v1/areas/ward/%FF").await;
    assert_eq!((reply.status, &*reply.problem()), (StatusCode::BAD_REQUEST, "refused"));
}

#[tokio::test]
async fn a_url_too_long_is_refused() {
    let reply = get(&format!("/v1/search?q={}", "a".repeat(9000))).await;
    assert_eq!((reply.status, &*reply.problem()), (StatusCode::URI_TOO_LONG, "url-too-long"));
}

#[tokio::test]
async fn an_unsupported_format_is_not_acceptable() {
    let reply = get_with("/v1/lookup?postcode=NN11AA", &[("accept", "image/png")]).await;
    assert_eq!((reply.status, &*reply.problem()), (StatusCode::NOT_ACCEPTABLE, "not-acceptable"));
    assert_eq!(reply.json()["available"][0], "application/json");
}

#[tokio::test]
async fn every_problem_has_a_page_at_its_type() {
    for kind in ProblemKind::ALL {
        let page = get(&format!("/problems/{}", kind.slug())).await;
        assert_eq!(page.status, StatusCode::OK, "{kind:?}");
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.text().contains(kind.title()), "{kind:?}");
    }
    assert_eq!(get("/problems/nil").await.problem(), "unknown-route");
}

#[tokio::test]
async fn a_valid_request_id_of_the_client_is_returned_and_an_invalid_one_is_not() {
    let theirs = get_with("/health/live", &[("x-request-id", "trace-7.a")]).await;
    assert_eq!(theirs.header("x-request-id"), "trace-7.a");
    let odd = get_with("/v1/lookup", &[("x-request-id", "a b\"")]).await;
    assert_eq!(odd.problem(), "missing-parameter");
    assert_eq!(odd.header("x-request-id").len(), 32);
    let (one, other) = (get("/health/live").await, get("/health/live").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn without_a_snapshot_the_service_is_live_but_not_ready() {
    let live = Live::new();
    let service = router(live.clone(), Limits::default());
    let ask = async |path: &str| {
        send(service.clone(), Request::get(path).body(Body::empty()).unwrap()).await
    };
    assert_eq!(ask("/health/live").await.status, StatusCode::OK);
    for path in ["/health/ready", "/v1/lookup?postcode=NN11AA", "/v1/layers", "/"] {
        let reply = ask(path).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(reply.problem(), "not-ready");
        assert!(!reply.header("retry-after").is_empty());
    }
    live.swap(squares::atlas());
    let ready = ask("/health/ready").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.json()["snapshot"]["title"], "Squares");
    live.drain();
    assert_eq!(ask("/health/ready").await.problem(), "not-ready");
    assert_eq!(ask("/v1/layers").await.status, StatusCode::OK, "what comes is still answered");
}

#[tokio::test]
async fn requests_above_the_limit_get_503_with_retry_after() {
    let limits = Limits { requests_at_once: 0, ..Limits::default() };
    let service = router(Live::with(squares::atlas()), limits);
    let ask = async |path: &str| {
        send(service.clone(), Request::get(path).body(Body::empty()).unwrap()).await
    };
    let reply = ask("/v1/layers").await;
    assert_eq!(reply.problem(), "overloaded");
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(ask("/health/live").await.status, StatusCode::OK, "health is asked under load");
    let lookup = ask("/v1/lookup?easting=1500&northing=1500").await;
    assert_eq!(lookup.status, StatusCode::OK, "a lookup waits for nothing");
}

#[tokio::test]
async fn a_slow_request_is_cancelled() {
    // A search waits for a thread for work, of which there is none.
    let answer = std::time::Duration::from_millis(20);
    let limits = Limits { answer, work_at_once: 0, ..Limits::default() };
    let service = router(Live::with(squares::atlas()), limits);
    let request = Request::get("/v1/search?q=a").body(Body::empty()).unwrap();
    let reply = send(service, request).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (503, "took-too-long"));
    assert_eq!(reply.header("retry-after"), "10");
}
