//! `POST /v1/lookup`: bulk lookups.

use std::io::{Read as _, Write as _};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::ask::{Reply, get, post, send, service};
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
async fn only_the_requested_columns_are_added() {
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
        let actual = (reply.status.as_u16(), &*reply.problem());
        assert_eq!(actual, (status, problem), "{path} {content_type} {body}");
    }
}

#[tokio::test]
async fn the_body_needs_a_content_type_and_no_encoding() {
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
async fn a_large_file_comes_back_complete_and_in_order() {
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
async fn bodies_above_the_limit_are_refused_with_and_without_a_content_length() {
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
async fn the_total_size_of_request_bodies_is_limited() {
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
async fn a_gzip_answer_is_one_member_with_the_same_rows() {
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
async fn the_limit_applies_to_the_decompressed_body() {
    let limits = Limits { bulk_body: 2_000_000, body: 100_000, ..Limits::default() };
    let service = router(Live::with(squares::atlas()), limits);
    // Before the answer begins the request is refused; later the answer is aborted. An answer to CSV
    // begins when the first megabyte has been read.
    let blank = " ".repeat(200_000);
    let reply = post_gzip(service.clone(), "application/json", gzip(blank.as_bytes())).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (413, "body-too-large"));
    let rows = format!("postcode\n{}", "NN11AA\n".repeat(500_000));
    let request = Request::post("/v1/lookup?layers=ward")
        .header("content-type", "text/csv")
        .header("content-encoding", "gzip");
    let request = request.body(Body::from(gzip(rows.as_bytes()))).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.into_body().collect().await.is_err(), "it must not look whole");
}

#[tokio::test]
async fn a_body_above_the_memory_limit_is_spooled_to_disk_with_the_same_answer() {
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
    // All bodies are on disk.
    let limits = Limits { bodies: 0, ..Limits::default() };
    let service = router(Live::with(squares::atlas()), limits);
    let request = Request::post("/v1/lookup?layers=ward").header("content-type", "text/csv");
    assert_eq!(send(service, request.body(Body::from(body)).unwrap()).await.body, whole.body);
}

/// A form with one part, as `curl -F` sends it.
fn form(head: &str, content: &[u8]) -> (&'static str, Vec<u8>) {
    let opening = format!("--b0undary\r\nContent-Disposition: form-data; {head}\r\n\r\n");
    let body = [opening.as_bytes(), content, b"\r\n--b0undary--\r\n"].concat();
    ("multipart/form-data; boundary=b0undary", body)
}

#[tokio::test]
async fn a_form_with_one_file_is_answered_as_the_file_is() {
    let rows = "postcode\nNN11AA\nNN1\n";
    let plain = post("/v1/lookup?layers=ward", "text/csv", rows).await;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(rows.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    for (head, content) in [
        ("name=\"file\"; filename=\"in.csv\"\r\nContent-Type: text/csv", rows.as_bytes()),
        (
            "name=\"x\"; filename=\"IN.CSV\"\r\nContent-Type: application/octet-stream",
            rows.as_bytes(),
        ),
        ("name=\"x\"; filename=\"in\"\r\nContent-Type: application/vnd.ms-excel", rows.as_bytes()),
        ("name=\"x\"; filename=\"in.csv.gz\"", &gzip),
    ] {
        let (media_type, body) = form(head, content);
        let reply = post("/v1/lookup?layers=ward", media_type, body).await;
        assert_eq!(reply.status, StatusCode::OK, "{head}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(reply.text(), plain.text(), "{head}");
    }
    let (media_type, body) =
        form("name=\"x\"; filename=\"in.jsonl\"", b"{\"postcode\":\"NN1 1AA\"}");
    let reply = post("/v1/lookup?layers=ward", media_type, body).await;
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    for (head, problem, expected) in [
        ("name=\"layers\"", "invalid-body", "parameters of the URL"),
        ("name=\"x\"; filename=\"in.docx\"", "unsupported-media-type", ".csv or .ndjson"),
    ] {
        let (media_type, body) = form(head, rows.as_bytes());
        let reply = post("/v1/lookup", media_type, body).await;
        assert_eq!(reply.problem(), problem, "{head}");
        assert!(reply.json()["detail"].to_string().contains(expected), "{}", reply.text());
    }
    let (media_type, body) = form("name=\"x\"; filename=\"in.csv\"", rows.as_bytes());
    let cut = body[..body.len() - 20].to_vec();
    let reply = post("/v1/lookup", media_type, cut).await;
    assert_eq!(reply.problem(), "invalid-body");
}

#[tokio::test]
async fn the_answer_says_what_encoding_it_was_read_as() {
    let utf_16: Vec<u8> =
        "\u{feff}postcode\nNN11AA\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (body, encoding) in [
        (b"postcode,a\nNN11AA,b\n".to_vec(), "utf-8"),
        (b"postcode,a\nNN11AA,Zo\xEB\n".to_vec(), "windows-1252"),
        (utf_16, "utf-16"),
    ] {
        let reply = post("/v1/lookup?layers=ward", "application/vnd.ms-excel", body).await;
        assert_eq!(reply.header("lapwing-read-as"), encoding);
        assert!(reply.text().contains(",ok,E05000001"), "{}", reply.text());
    }
    let marked = "\u{feff}{\"postcode\":\"NN1 1AA\"}\n";
    for flat in ["false", "true"] {
        let address = format!("/v1/lookup?layers=ward&flat={flat}");
        let reply = post(&address, "application/x-ndjson", marked).await;
        assert!(reply.text().contains("\"status\":\"ok\""), "{}", reply.text());
    }
    let marked = "\u{feff}{\"postcodes\":[\"NN1 1AA\"]}";
    let reply = post("/v1/lookup?layers=ward", "application/json", marked).await;
    assert_eq!(reply.json()["answers"][0]["status"], "ok");
}

/// For each interface, whether it finds a text as a postcode of the county.
async fn postcode_interfaces(text: &str) -> Vec<(&'static str, bool)> {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let path = encoded.replace('+', "%20");
    let cell = format!("\"{}\"", text.replace('"', "\"\""));
    let line = json!({"postcode": text}).to_string();
    let single = get(&format!("/v1/lookup?postcode={encoded}")).await.status == StatusCode::OK;
    let csv = post("/v1/lookup?add=code", "text/csv", format!("postcode\n{cell}\n")).await;
    let ndjson = post("/v1/lookup", "application/x-ndjson", line.clone()).await;
    let flat = post("/v1/lookup?flat=true", "application/x-ndjson", line).await;
    let document = json!({"postcodes": [text]}).to_string();
    let document = post("/v1/lookup", "application/json", document).await;
    let mapit = get(&format!("/mapit/postcode/{path}")).await;
    let postcodes_io = get(&format!("/postcodes-io/postcodes/{path}")).await;
    // A search also finds the postcodes that begin with the text, so it must find this one only.
    let search = get(&format!("/v1/search?q={encoded}")).await.json();
    let results = search["results"].as_array().unwrap().iter();
    let found: Vec<&Value> = results.filter_map(|result| result.get("postcode")).collect();
    let ok = "\"status\":\"ok\"";
    vec![
        ("lookup", single),
        ("csv", csv.text().contains(",ok,")),
        ("ndjson", ndjson.text().contains(ok)),
        ("flat", flat.text().contains(ok)),
        ("json", document.text().contains(ok)),
        ("mapit", mapit.status == StatusCode::OK),
        ("postcodes.io", postcodes_io.status == StatusCode::OK),
        ("search", found == ["NN1 1AA"]),
    ]
}

#[tokio::test]
async fn every_interface_reads_the_same_texts_as_postcodes() {
    for (text, expected) in [
        ("NN1 1AA", true),
        ("nn11aa", true),
        ("NN1\u{a0}1AA", true),
        ("\u{feff}NN1\u{200b}1AA\u{200e}", true),
        ("NN1-1AA", true),
        ("NN1 \u{2013} 1AA.", true),
        ("(NN1 1AA)", true),
        ("'NN1 1AA", true),
        ("\"NN1 1AA\"", true),
        ("\u{ff2e}\u{ff2e}\u{ff11} 1\u{ff21}\u{ff21}", true),
        ("N N 1 1 A A", true),
        ("NN1 IAA", false),
        ("NN1 1AAA", false),
        ("NN1 1A", false),
        ("x NN1 1AA", false),
        ("\u{d1}N1 1AA", false),
    ] {
        for (interface, is_known) in postcode_interfaces(text).await {
            assert_eq!(is_known, expected, "{text:?} at {interface}");
        }
    }
}

#[tokio::test]
async fn a_mistyped_postcode_is_refused_with_a_suggestion() {
    let reply = get("/v1/lookup?postcode=NN1+IAA").await;
    assert_eq!(reply.problem(), "invalid-postcode");
    assert_eq!(reply.json()["did_you_mean"], "NN1 1AA");
    assert!(reply.json()["detail"].to_string().contains("did you mean NN1 1AA?"));
    assert_eq!(get("/v1/search?q=nn1iaa").await.json()["did_you_mean"], "NN1 1AA");
    let none = get("/v1/lookup?postcode=NN1+IZZ").await;
    assert!(none.json().get("did_you_mean").is_none());
    let rows = "{\"postcode\":\"NN1 IAA\"}";
    let reply = post("/v1/lookup", "application/x-ndjson", rows).await;
    assert!(reply.text().contains("did you mean NN1 1AA?"), "{}", reply.text());
}

#[tokio::test]
async fn swapped_degrees_and_other_units_have_the_same_message_everywhere() {
    for (query, csv, expected) in [
        (
            "lon=52.2355&lat=-0.896",
            "lon,lat\n52.2355,-0.896\n",
            "52.2355 -0.896 is far from Britain; exchanged, they are in Britain",
        ),
        ("lon=475486&lat=260275", "lon,lat\n475486,260275\n", "give them as easting and northing"),
        (
            "easting=-0.896&northing=52.2355",
            "easting,northing\n-0.896,52.2355\n",
            "give them as lon and lat",
        ),
    ] {
        let reply = get(&format!("/v1/lookup?{query}")).await;
        assert!(reply.json()["detail"].to_string().contains(expected), "{}", reply.text());
        let reply = post("/v1/lookup?add=reason", "text/csv", csv).await;
        assert!(reply.text().contains(expected), "{}", reply.text());
    }
}

#[tokio::test]
async fn a_repeated_list_parameter_is_one_list() {
    let rows = "postcode\nNN11AA\n";
    let one = post("/v1/lookup?layers=ward,lap&add=code,name", "text/csv", rows).await;
    let several =
        post("/v1/lookup?layers=ward&layers=lap&add=code&add=name", "text/csv", rows).await;
    assert_eq!(one.status, StatusCode::OK);
    assert_eq!(one.text(), several.text());
    let repeated = post("/v1/lookup?date=2024-05-01&date=2024-05-01", "text/csv", rows).await;
    assert_eq!(repeated.problem(), "repeated-parameter");
}

#[tokio::test]
async fn search_finds_positions_in_any_usual_form() {
    for q in ["475486,+260275", "SP+75486+60275", "SP7548660275", "475,486+260,275"] {
        let result = &get(&format!("/v1/search?q={q}")).await.json()["results"][0];
        assert_eq!(result["kind"], "position", "{q}");
        assert_eq!(result["easting"], 475_486, "{q}");
        assert_eq!(result["northing"], 260_275, "{q}");
    }
    let [a, b] = ["52.2355,-0.896", "-0.896+52.2355"].map(|q| format!("/v1/search?q={q}"));
    let (a, b) = (get(&a).await.json(), get(&b).await.json());
    assert_eq!(a["results"][0], b["results"][0]);
    assert_eq!(a["results"][0]["lon"], -0.896);
}
