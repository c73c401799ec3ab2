//! Caching: ETag, Cache-Control, compression, and CORS.

use std::io::Read as _;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use lapwing::http::{Limits, router};
use lapwing::live::Live;

use crate::ask::{Reply, get, get_with, send, service};
use lapwing_testing::squares;

#[tokio::test]
async fn a_matching_etag_gets_304() {
    let path = "/v1/lookup?postcode=NN11AA";
    let first = get(path).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    assert_eq!(first.header("cache-control"), "public, max-age=60");
    for condition in [&tag, "*, \"x\"", &format!("\"other\", {tag}"), tag.trim_start_matches("W/")]
    {
        let again = get_with(path, &[("if-none-match", condition)]).await;
        let expected = if condition.contains('*') { 200 } else { 304 };
        assert_eq!(again.status.as_u16(), expected, "{condition}");
        assert_eq!(again.header("etag"), tag);
        assert_eq!(again.body.is_empty(), expected == 304);
    }
}

#[tokio::test]
async fn an_etag_depends_on_query_format_and_snapshot() {
    let tag = async |path: &str, accept: &str| {
        get_with(path, &[("accept", accept)]).await.header("etag").to_owned()
    };
    let base = tag("/v1/overlaps/ward/lap", "application/json").await;
    assert_eq!(base, tag("/v1/overlaps/ward/lap", "application/json").await);
    assert_ne!(base, tag("/v1/overlaps/ward/lap", "text/csv").await);
    assert_ne!(base, tag("/v1/overlaps/lap/ward", "application/json").await);
    let mut other = squares::contents();
    other.title.push('!');
    let other = lapwing_boundaries::atlas::Atlas::build(other, jiff::Timestamp::UNIX_EPOCH, &());
    let request = Request::get("/v1/overlaps/ward/lap").header("accept", "application/json");
    let service = router(Live::with(other), Limits::default());
    let reply = send(service, request.body(Body::empty()).unwrap()).await;
    assert_ne!(base, reply.header("etag"));
}

#[tokio::test]
async fn errors_and_health_are_never_cached() {
    let unknown = get("/v1/lookup?postcode=NN19ZZ").await;
    assert_eq!((unknown.header("etag"), unknown.header("cache-control")), ("", "no-store"));
    assert_eq!(get("/health/ready").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let request = Request::head("/v1/lookup?postcode=NN11AA").body(Body::empty()).unwrap();
    let head = send(service(), request).await;
    let get = get("/v1/lookup?postcode=NN11AA").await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    for name in ["etag", "content-type", "link"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    // The server sets the length of a complete body. For HEAD the route must set it.
    assert_eq!(head.header("content-length"), get.body.len().to_string());
}

fn unzipped(reply: &Reply) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*reply.body).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn responses_are_compressed_as_the_client_prefers() {
    let plain = get("/v1/layers").await;
    let gzip = get_with("/v1/layers", &[("accept-encoding", "gzip")]).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(unzipped(&gzip), plain.text());
    assert_eq!(gzip.header("etag"), plain.header("etag"), "a weak tag is of all encodings");
    let vary: Vec<_> =
        gzip.headers.get_all("vary").iter().map(|v| v.to_str().unwrap().to_owned()).collect();
    assert!(vary.iter().any(|v| v.contains("accept-encoding")), "{vary:?}");
    let br = get_with("/v1/layers", &[("accept-encoding", "br, gzip")]).await;
    assert_eq!(br.header("content-encoding"), "br");
    assert!(br.body.len() < plain.body.len() / 2);
}

#[tokio::test]
async fn a_small_response_is_compressed_if_that_saves_a_packet() {
    let long = "/v1/layers";
    let plain = get(long).await;
    assert!(plain.body.len() > 1024);
    let gzip = get_with(long, &[("accept-encoding", "gzip, deflate")]).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gzip.header("content-length"), gzip.body.len().to_string());
    assert!(gzip.body.len() < plain.body.len() / 2);
    // The same compressor again.
    for _ in 0..3 {
        let again = get_with(long, &[("accept-encoding", "gzip")]).await;
        assert_eq!(unzipped(&again), plain.text());
    }
    let short = "/v1/lookup?postcode=NN19ZZ";
    for (path, coding) in [(short, "gzip"), (short, "br"), (long, "gzip;q=0"), (long, "identity")] {
        let reply = get_with(path, &[("accept-encoding", coding)]).await;
        assert_eq!(reply.header("content-encoding"), "", "{path} {coding}");
        assert!(reply.body.starts_with(b"{"), "{path} {coding}");
    }
    let head = Request::head(long).header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    let head = send(service(), head).await;
    assert_eq!(head.header("content-length"), plain.body.len().to_string());
}

#[tokio::test]
async fn cached_responses_with_links_vary_by_public_url() {
    let mut linked = 0;
    for path in [
        "/v1/layers",
        "/v1/lookup?postcode=NN11AA",
        "/v1/areas/ward/E05000001",
        "/v1/areas/ward/E05000001/overlaps?with=lap",
        "/v1/overlaps/ward/lap",
        "/v1/search?q=w",
        "/collections",
        "/collections/ward/items",
        "/tiles/ward.json",
        "/api",
        "/mapit/generations",
        "/postcodes-io/postcodes/NN11AA",
    ] {
        let reply = get_with(path, &[("host", "strange.example")]).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        let vary: Vec<_> =
            reply.headers.get_all("vary").iter().map(|v| v.to_str().unwrap().to_owned()).collect();
        let vary = vary.join(", ");
        assert!(vary.contains("origin"), "{path}: {vary}");
        if reply.text().contains("strange.example") {
            linked += 1;
            assert!(vary.contains("x-forwarded-host"), "{path}: {vary}");
            let elsewhere = get_with(path, &[("host", "other.example")]).await;
            assert_ne!(reply.header("etag"), elsewhere.header("etag"), "{path}");
        }
    }
    assert!(linked >= 4, "{linked}");
}

/// All headers except the date.
fn without_time(text: &str) -> String {
    let Some((before, after)) = text.split_once("\"timeStamp\":\"") else { return text.to_owned() };
    format!("{before}{}", after.split_once('"').unwrap().1)
}

#[tokio::test]
async fn compressed_streams_are_complete() {
    for path in ["/v1/overlaps/ward/lap", "/v1/overlaps/ward/lap?f=csv", "/collections/ward/items"]
    {
        let plain = get(path).await;
        let gzip = get_with(path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(gzip.header("content-encoding"), "gzip", "{path}");
        assert_eq!(without_time(&unzipped(&gzip)), without_time(&plain.text()), "{path}");
        let br = get_with(path, &[("accept-encoding", "br")]).await;
        assert_eq!(br.header("content-encoding"), "br", "{path}");
    }
    let rows = format!("postcode\n{}", "NN11AA\n".repeat(5000));
    let request = Request::post("/v1/lookup?layers=ward")
        .header("content-type", "text/csv")
        .header("accept-encoding", "gzip");
    let reply = send(service(), request.body(Body::from(rows)).unwrap()).await;
    assert_eq!(unzipped(&reply).matches("ok,E05000001").count(), 5000);
}

#[tokio::test]
async fn any_origin_is_allowed_by_cors() {
    let reply = get_with("/v1/layers", &[("origin", "https://example.org")]).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert!(reply.header("access-control-expose-headers").contains("etag"));
    let preflight = Request::options("/v1/lookup")
        .header("origin", "https://example.org")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let reply = send(service(), preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.header("access-control-allow-methods").contains("POST"));
    assert!(reply.header("access-control-allow-headers").contains("content-type"));
    let problem = get_with("/v1/lookup", &[("origin", "https://example.org")]).await;
    assert_eq!(problem.header("access-control-allow-origin"), "*", "problems can be read too");
}
