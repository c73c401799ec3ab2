//! `POST /v1/lookup`: many places at once.

use std::io::{Read as _, Write as _};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use serde_json::json;
use tower::ServiceExt as _;

use crate::ask::{Reply, post, send, service};
use lapwing_testing::squares;

#[tokio::test]
async fn each_format_is_answered_in_kind() {
    let csv = post("/v1/lookup?layers=ward", "text/csv", "postcode\nNN11AA\nNN1\n").await;
    assert_eq!(csv.status, StatusCode::OK);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(
        csv.text(),
        "postcode,status,ward_code,ward_name,confidence,boundary_distance_m,coverage,unassigned,superseded_since\n\
         NN11AA,ok,E05000001,Abbey,high,500,,,\nNN1,invalid,,,,,,,\n"
    );
    let json = json!({"postcodes": ["NN1 1AA"], "layers": ["ward"]}).to_string();
    let json = post("/v1/lookup", "application/json", json).await;
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(json.json()["answers"][0]["areas"]["ward"][0]["code"], "E05000001");
    let ndjson = "{\"postcode\":\"NN1 1AA\"}\n{\"lon\":1}\n";
    let ndjson =
        post("/v1/lookup?layers=lap&date=2024-05-01", "application/x-ndjson", ndjson).await;
    assert_eq!(ndjson.header("content-type"), "application/x-ndjson");
    assert_eq!(ndjson.text().lines().count(), 2);
    assert!(ndjson.text().contains("\"date\":\"2024-05-01\""));
}

#[tokio::test]
async fn flat_ndjson_is_answered_as_csv_is() {
    let lines = "{\"id\":7,\"postcode\":\"NN1 1AA\"}\n{\"lon\":1}\n";
    let reply = post("/v1/lookup?layers=ward&flat=true", "application/x-ndjson", lines).await;
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    assert_eq!(
        reply.text().lines().next(),
        Some(
            "{\"id\":7,\"postcode\":\"NN1 1AA\",\"status\":\"ok\",\"ward_code\":\"E05000001\",\
             \"ward_name\":\"Abbey\",\"confidence\":\"high\",\"boundary_distance_m\":500,\
             \"coverage\":null,\"unassigned\":null,\"superseded_since\":null}"
        )
    );
    assert_eq!(reply.text().lines().count(), 2);
    let documents = post("/v1/lookup?layers=ward&flat=false", "application/x-ndjson", lines).await;
    assert!(documents.text().contains("\"areas\""));
    let csv = post("/v1/lookup?layers=ward&flat=true", "text/csv", "postcode\nNN11AA\n").await;
    assert_eq!(csv.status, StatusCode::OK);
}

#[tokio::test]
async fn only_the_columns_that_are_asked_for_are_added() {
    let reply = post("/v1/lookup?layers=ward&add=code", "text/csv", "postcode\nNN11AA\n").await;
    assert_eq!(reply.text(), "postcode,status,ward_code\nNN11AA,ok,E05000001\n");
    let path = "/v1/lookup?layers=ward&flat=true&add=confidence,code";
    let reply = post(path, "application/x-ndjson", "{\"postcode\":\"NN11AA\"}").await;
    assert_eq!(
        reply.text(),
        "{\"postcode\":\"NN11AA\",\"status\":\"ok\",\"ward_code\":\"E05000001\",\
         \"confidence\":\"high\"}\n"
    );
}

const TWICE: &str = r#"{"postcodes": [], "layers": ["lap"]}"#;

#[tokio::test]
async fn a_document_that_cannot_be_read_is_refused_before_the_answer_begins() {
    for (path, content_type, body, status, problem) in [
        ("", "text/csv", "name\nx\n", 400, "invalid-body"),
        ("", "text/csv", "", 400, "invalid-body"),
        ("", "application/json", "{", 400, "invalid-body"),
        ("?layers=ward", "application/json", TWICE, 400, "conflicting-parameters"),
        ("", "application/json", "{\"postcodes\":[],\"layers\":[\"nil\"]}", 404, "unknown-layer"),
        ("?layers=nil", "text/csv", "postcode\n", 404, "unknown-layer"),
        ("?layers=hall", "application/x-ndjson", "{}", 404, "wrong-layer-kind"),
        ("?by=name", "text/csv", "postcode\n", 400, "invalid-parameter"),
        ("?by=bng", "application/json", "{}", 400, "conflicting-parameters"),
        ("?by=bng", "application/x-ndjson", "{}", 400, "conflicting-parameters"),
        ("?add=code", "application/json", "{}", 400, "conflicting-parameters"),
        ("?add=code", "application/x-ndjson", "{}", 400, "conflicting-parameters"),
        ("?add=codes", "text/csv", "postcode\n", 400, "invalid-parameter"),
        ("?add=", "text/csv", "postcode\n", 400, "invalid-parameter"),
        ("?flat=true", "application/json", "{}", 400, "conflicting-parameters"),
        ("?flat=yes", "application/x-ndjson", "{}", 400, "invalid-parameter"),
        ("?postcode=NN11AA", "text/csv", "postcode\n", 400, "unknown-parameter"),
        ("", "text/plain", "postcode\n", 415, "unsupported-media-type"),
    ] {
        let reply = post(&format!("/v1/lookup{path}"), content_type, body).await;
        let told = (reply.status.as_u16(), &*reply.problem());
        assert_eq!(told, (status, problem), "{path} {content_type} {body}");
    }
}

#[tokio::test]
async fn the_body_must_say_what_it_is_and_be_plain() {
    let request = Request::post("/v1/lookup").body(Body::from("postcode\n")).unwrap();
    assert_eq!(send(service(), request).await.problem(), "unsupported-media-type");
    let request = Request::post("/v1/lookup")
        .header("content-type", "text/csv")
        .header("content-encoding", "br");
    let reply = send(service(), request.body(Body::from("postcode\n")).unwrap()).await;
    assert_eq!(reply.problem(), "unsupported-media-type");
    let request = Request::post("/v1/lookup")
        .header("content-type", "text/csv")
        .header("accept", "application/json");
    let reply = send(service(), request.body(Body::from("postcode\n")).unwrap()).await;
    assert_eq!(reply.problem(), "not-acceptable");
}

#[tokio::test]
async fn a_large_file_comes_back_whole_and_in_order() {
    let row = |n: usize| format!("NN1 1A{},{n}\n", ["A", "B"][n % 2]);
    let rows: Vec<String> = (0..30_000).map(row).collect();
    let body = format!("postcode,n\n{}", rows.concat());
    let reply = post("/v1/lookup?layers=ward", "text/csv", body).await;
    let text = reply.text();
    assert_eq!(text.lines().count(), 30_001);
    for (n, line) in text.lines().skip(1).enumerate() {
        let code = ["E05000001", "E05000002"][n % 2];
        assert!(line.contains(&format!(",{n},ok,{code},")), "{line}");
    }
}

#[tokio::test]
async fn bodies_larger_than_the_limit_are_refused_whether_or_not_they_say_so() {
    let limits = Limits { bulk_body: 1000, ..Limits::default() };
    let service = router(Live::with(squares::atlas()), limits);
    let large = "x".repeat(1001);
    let stated = Body::from(large.clone());
    let pieces = large
        .into_bytes()
        .chunks(100)
        .map(|c| Ok::<_, std::io::Error>(c.to_vec()))
        .collect::<Vec<_>>();
    let unstated = Body::from_stream(futures_util::stream::iter(pieces));
    for body in [stated, unstated] {
        let request = Request::post("/v1/lookup").header("content-type", "text/csv");
        let reply = send(service.clone(), request.body(body).unwrap()).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (413, "body-too-large"));
        assert_eq!(reply.json()["limit_bytes"], 1000);
    }
}

#[tokio::test]
async fn bodies_of_all_requests_together_have_a_limit_and_give_it_back() {
    let limits = Limits { bodies: 4096, spool: 8192, ..Limits::default() };
    let service = router(Live::with(squares::atlas()), limits);
    let body = format!("postcode\n{}", "NN11AA\n".repeat(500));
    for _ in 0..5 {
        let request = Request::post("/v1/lookup").header("content-type", "text/csv");
        let reply = send(service.clone(), request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(reply.status, StatusCode::OK);
    }
    let request = Request::post("/v1/lookup").header("content-type", "text/csv");
    let reply = send(service, request.body(Body::from(body.repeat(5))).unwrap()).await;
    assert_eq!(reply.problem(), "overloaded");
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

async fn post_gzip(service: axum::Router, content_type: &str, body: Vec<u8>) -> Reply {
    let request = Request::post("/v1/lookup?layers=ward")
        .header("content-type", content_type)
        .header("content-encoding", "gzip");
    send(service, request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_gzipped_body_is_answered_as_the_plain_one_is() {
    let csv = format!("postcode\n{}", "NN11AA\nx\n".repeat(5_000));
    let ndjson = "{\"postcode\":\"NN1 1AA\"}\n".repeat(500);
    let json = "{\"postcodes\":[\"NN11AA\"]}".to_owned();
    for (content_type, body) in
        [("text/csv", csv), ("application/x-ndjson", ndjson), ("application/json", json)]
    {
        let plain = post("/v1/lookup?layers=ward", content_type, body.clone()).await;
        let zipped = post_gzip(service(), content_type, gzip(body.as_bytes())).await;
        assert_eq!((zipped.status, zipped.body), (plain.status, plain.body), "{content_type}");
    }
    let reply = post_gzip(service(), "text/csv", b"postcode\nNN11AA\n".to_vec()).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (400, "invalid-body"));
}

#[tokio::test]
async fn who_takes_gzip_gets_one_member_of_it_with_the_same_rows() {
    let csv = format!("postcode\n{}", "NN11AA\nx\n".repeat(50_000));
    let ndjson = "{\"postcode\":\"NN1 1AA\"}\n".repeat(500);
    let json = "{\"postcodes\":[\"NN11AA\"]}".to_owned();
    for (content_type, body) in
        [("text/csv", csv), ("application/x-ndjson", ndjson), ("application/json", json)]
    {
        let plain = post("/v1/lookup?layers=ward", content_type, body.clone()).await;
        let request = Request::post("/v1/lookup?layers=ward")
            .header("content-type", content_type)
            .header("accept-encoding", "gzip, deflate, br");
        let packed = send(service(), request.body(Body::from(body)).unwrap()).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        let vary = packed.headers.get_all("vary").iter();
        assert!(vary.into_iter().any(|names| names == "accept-encoding"));
        let mut reader = flate2::read::GzDecoder::new(&packed.body[..]);
        let mut rows = Vec::new();
        reader.read_to_end(&mut rows).unwrap();
        assert!(reader.into_inner().is_empty(), "nothing stands behind the member");
        assert_eq!(rows, plain.body, "{content_type}");
        assert!(packed.body.len() < plain.body.len());
    }
}

#[tokio::test]
async fn what_is_packed_small_is_limited_when_it_is_unpacked() {
    let limits = Limits { bulk_body: 100_000, body: 100_000, ..Limits::default() };
    let service = router(Live::with(squares::atlas()), limits);
    // Before the answer begins it is refused; after that, all that is left is to break off.
    let blank = " ".repeat(200_000);
    let reply = post_gzip(service.clone(), "application/json", gzip(blank.as_bytes())).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (413, "body-too-large"));
    let rows = format!("postcode\n{}", "NN11AA\n".repeat(100_000));
    let request = Request::post("/v1/lookup?layers=ward")
        .header("content-type", "text/csv")
        .header("content-encoding", "gzip");
    let request = request.body(Body::from(gzip(rows.as_bytes()))).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.into_body().collect().await.is_err(), "it must not look whole");
}

#[tokio::test]
async fn a_body_that_memory_does_not_hold_waits_on_disk_and_is_answered_the_same() {
    let row = |n: usize| format!("NN1 1A{},{n}\n", ["A", "B"][n % 2]);
    let rows: Vec<String> = (0..400_000).map(row).collect();
    let body = format!("postcode,n\n{}", rows.concat());
    assert!(body.len() > 5 << 20);
    let whole = post("/v1/lookup?layers=ward", "text/csv", body.clone()).await;
    assert_eq!(whole.status, StatusCode::OK);
    let text = whole.text();
    assert_eq!(text.lines().count(), 400_001);
    for (n, line) in text.lines().skip(1).enumerate() {
        assert!(line.contains(&format!(",{n},ok,{}", ["E05000001", "E05000002"][n % 2])), "{line}");
    }
    // Nothing in memory, all on disk.
    let limits = Limits { bodies: 0, ..Limits::default() };
    let service = router(Live::with(squares::atlas()), limits);
    let request = Request::post("/v1/lookup?layers=ward").header("content-type", "text/csv");
    assert_eq!(send(service, request.body(Body::from(body)).unwrap()).await.body, whole.body);
}
