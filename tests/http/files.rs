//! `/downloads`: layers as files, complete and by ranges.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use lapwing::formats::Format;
use lapwing::http::{Limits, router};
use lapwing::live::Live;

use crate::ask::{get, get_with, send, service};
use lapwing_testing::squares;

#[tokio::test]
async fn a_collection_links_to_its_files_and_every_link_is_that_file() {
    let collection = get("/collections/hall").await.json();
    let links: Vec<_> = collection["links"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|link| link["rel"] == "enclosure")
        .collect();
    assert_eq!(links.len(), Format::ALL.len());
    for link in links {
        let reply = get(link["href"].as_str().unwrap()).await;
        assert_eq!(reply.status, StatusCode::OK);
        let essence = reply.header("content-type").split(';').next().unwrap().to_owned();
        assert_eq!(link["type"], essence);
        let name = reply.header("content-disposition").to_owned();
        assert!(name.starts_with("attachment; filename=\"hall."), "{name}");
        assert_eq!(reply.header("content-length"), reply.body.len().to_string());
        assert_eq!(reply.header("accept-ranges"), "bytes");
        assert_eq!(reply.header("last-modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert!(reply.header("etag").starts_with('"'), "a strong tag");
    }
}

#[tokio::test]
async fn every_file_begins_as_its_format_does() {
    for (file, start) in [
        ("ward.geojson", &b"{\"type\":\"FeatureCollection\""[..]),
        ("ward.csv", b"code,name,"),
        ("ward.fgb", b"fgb\x03fgb"),
        ("ward.gpkg", b"SQLite format 3\0"),
        ("ward.shp.zip", b"PK\x03\x04"),
        #[cfg(feature = "parquet")]
        ("ward.parquet", b"PAR1"),
    ] {
        let reply = get(&format!("/downloads/{file}?crs=EPSG:27700")).await;
        assert!(reply.body.starts_with(start), "{file}");
        let crs = "<http://www.opengis.net/def/crs/EPSG/0/27700>";
        assert_eq!(reply.header("content-crs"), crs);
        let (_, suffix) = file.split_once('.').unwrap();
        let name = format!("attachment; filename=\"ward_27700.{suffix}\"");
        assert_eq!(reply.header("content-disposition"), name);
    }
}

#[tokio::test]
async fn consecutive_ranges_are_the_file() {
    // One service, so that all ranges are of the same file.
    let service = service();
    let ask = async |range: Option<String>, if_range: Option<&str>| {
        let mut request = Request::get("/downloads/ward.fgb");
        if let Some(range) = range {
            request = request.header("range", range);
        }
        if let Some(tag) = if_range {
            request = request.header("if-range", tag);
        }
        send(service.clone(), request.body(Body::empty()).unwrap()).await
    };
    let whole = ask(None, None).await;
    let (length, tag) = (whole.body.len(), whole.header("etag").to_owned());
    let mut bytes = Vec::new();
    for start in (0..length).step_by(100) {
        let range = format!("bytes={start}-{}", start + 99);
        let part = ask(Some(range), Some(&tag)).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.header("etag"), tag);
        let last = (start + 99).min(length - 1);
        assert_eq!(part.header("content-range"), format!("bytes {start}-{last}/{length}"));
        assert_eq!(part.header("content-length"), part.body.len().to_string());
        bytes.extend_from_slice(&part.body);
    }
    assert_eq!(bytes, whole.body);
    let other = ask(Some("bytes=0-9".to_owned()), Some("\"other\"")).await;
    assert_eq!((other.status, other.body.len()), (StatusCode::OK, length));
    let several = ask(Some("bytes=0-1,5-6".to_owned()), None).await;
    assert_eq!((several.status, several.body.len()), (StatusCode::OK, length));
    let beyond = ask(Some(format!("bytes={length}-")), None).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.problem(), "range-not-satisfiable");
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let request = Request::head("/downloads/ward.gpkg").body(Body::empty()).unwrap();
    let head = send(service(), request).await;
    let get = get("/downloads/ward.gpkg").await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    for name in ["content-length", "etag", "last-modified", "accept-ranges", "content-type"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
        assert!(!head.header(name).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_matching_etag_of_a_download_gets_304() {
    let path = "/downloads/ward.fgb";
    let first = get(path).await;
    let again = get_with(path, &[("if-none-match", first.header("etag"))]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(again.header("etag"), first.header("etag"));
    let since = get_with(path, &[("if-modified-since", first.header("last-modified"))]).await;
    assert_eq!(since.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn equal_snapshots_give_equal_files() {
    for format in Format::ALL {
        let path = format!("/downloads/ward.{}", format.suffix());
        let (one, other) = (get(&path).await, get(&path).await);
        assert_eq!(one.body, other.body, "{path}");
        assert_eq!(one.header("etag"), other.header("etag"), "{path}");
    }
}

#[tokio::test]
async fn compressed_formats_and_ranges_are_not_compressed() {
    let both = [("accept-encoding", "gzip, br")];
    for file in ["ward.fgb", "ward.gpkg", "ward.shp.zip"] {
        let reply = get_with(&format!("/downloads/{file}"), &both).await;
        assert_eq!(reply.header("content-encoding"), "", "{file}");
        assert!(!reply.header("content-length").is_empty(), "{file}");
    }
    let text = get_with("/downloads/ward.csv", &both).await;
    assert_eq!(text.header("content-encoding"), "br");
    assert!(text.header("etag").starts_with("W/"), "the tag is of all encodings");
    let ranged = get_with("/downloads/ward.csv", &[both[0], ("range", "bytes=0-99")]).await;
    assert_eq!(ranged.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!((ranged.header("content-encoding"), ranged.body.len()), ("", 100));
}

#[tokio::test]
async fn concurrent_requests_share_one_file() {
    let service = router(Live::with(squares::atlas()), Limits::default());
    let requested: Vec<_> = (0..20)
        .map(|_| {
            let request = Request::get("/downloads/ward.gpkg").body(Body::empty()).unwrap();
            tokio::spawn(send(service.clone(), request))
        })
        .collect();
    let mut tags = std::collections::BTreeSet::new();
    for reply in requested {
        tags.insert(reply.await.unwrap().header("etag").to_owned());
    }
    assert_eq!(tags.len(), 1, "{tags:?}");
}

#[tokio::test]
async fn an_unknown_file_is_a_problem_that_lists_the_files() {
    for (path, problem) in [
        ("/downloads/nil.gpkg", "unknown-layer"),
        ("/downloads/ward.shp", "unknown-route"),
        ("/downloads/ward", "unknown-route"),
        ("/downloads/ward.GPKG", "unknown-route"),
        ("/downloads/ward.gpkg?crs=EPSG:2154", "invalid-parameter"),
        ("/downloads/ward.gpkg?bbox=1,2,3,4", "unknown-parameter"),
    ] {
        assert_eq!(get(path).await.problem(), problem, "{path}");
    }
    let detail = get("/downloads/ward.shp").await.json()["detail"].to_string();
    assert!(detail.contains("ward.gpkg") && detail.contains("ward.shp.zip"), "{detail}");
}

#[cfg(feature = "parquet")]
#[tokio::test]
async fn a_lookup_table_is_available_as_parquet() {
    let requested = get("/v1/overlaps/ward/lap?f=parquet").await;
    let accept = [("accept", "application/vnd.apache.parquet")];
    let negotiated = get_with("/v1/overlaps/ward/lap", &accept).await;
    for reply in [&requested, &negotiated] {
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("content-type"), "application/vnd.apache.parquet");
        assert_eq!(
            reply.header("content-disposition"),
            "attachment; filename=\"ward_lap.parquet\""
        );
        assert!(reply.body.starts_with(b"PAR1") && reply.body.ends_with(b"PAR1"));
    }
    assert_eq!(requested.body, negotiated.body);
}

/// The features of a FlatGeobuf, as its header counts them, and the names of its columns.
fn flatgeobuf(bytes: &[u8]) -> (u64, Vec<String>) {
    let mut cursor = std::io::Cursor::new(bytes);
    let reader = flatgeobuf::FgbReader::open(&mut cursor).unwrap();
    let header = reader.header();
    let names = header.columns().unwrap().iter().map(|column| column.name().to_owned());
    (header.features_count(), names.collect())
}

#[tokio::test]
async fn the_selected_features_are_available_in_every_format_by_f_or_accept() {
    for (name, media_type, suffix) in [
        ("csv", "text/csv", "csv"),
        ("fgb", "application/flatgeobuf", "fgb"),
        ("flatgeobuf", "application/flatgeobuf", "fgb"),
        ("gpkg", "application/geopackage+sqlite3", "gpkg"),
        ("shp", "application/zip", "shp.zip"),
        ("shapefile", "application/zip", "shp.zip"),
        #[cfg(feature = "parquet")]
        ("parquet", "application/vnd.apache.parquet", "parquet"),
    ] {
        let requested = get(&format!("/collections/hall/items?f={name}&limit=2")).await;
        let accept = [("accept", media_type)];
        let negotiated = get_with("/collections/hall/items?limit=2", &accept).await;
        for reply in [&requested, &negotiated] {
            assert_eq!(reply.status, StatusCode::OK, "{name}");
            assert_eq!(reply.header("content-type").split(';').next(), Some(media_type));
            let file = format!("attachment; filename=\"hall.{suffix}\"");
            assert_eq!(reply.header("content-disposition"), file);
            assert_eq!(reply.header("ogc-numbermatched"), "3");
            assert_eq!(reply.header("ogc-numberreturned"), "2");
            let links: Vec<_> = reply.headers.get_all("link").iter().collect();
            let next =
                |link: &&&axum::http::HeaderValue| link.to_str().unwrap().contains("\"next\"");
            assert!(links.iter().any(|link| next(&link)), "{links:?}");
        }
        assert_eq!(requested.body, negotiated.body, "{name}");
    }
}

#[tokio::test]
async fn a_file_has_what_the_request_selects_in_its_crs() {
    let path = "/collections/ward/items?f=fgb&code=E05000002&properties=name&crs=\
                http://www.opengis.net/def/crs/EPSG/0/27700";
    let reply = get(path).await;
    assert_eq!(flatgeobuf(&reply.body), (1, vec!["name".to_owned()]));
    assert_eq!(reply.header("content-crs"), "<http://www.opengis.net/def/crs/EPSG/0/27700>");
    let csv = get("/collections/hall/items?f=csv&sortby=-code&properties=code").await.text();
    let codes: Vec<&str> = csv.lines().skip(1).map(|line| &line[..2]).collect();
    assert_eq!(codes, ["H3", "H2", "H1"]);
    assert!(csv.starts_with("code,easting,northing,lon,lat,wkt\n"), "{csv}");
}

#[tokio::test]
async fn an_empty_selection_is_a_complete_file() {
    let reply = get("/collections/ward/items?f=fgb&code=nil").await;
    let (count, columns) = flatgeobuf(&reply.body);
    assert_eq!(count, 0);
    assert!(columns.contains(&"area_m2".to_owned()));
    for name in [
        "gpkg",
        "shp",
        "csv",
        #[cfg(feature = "parquet")]
        "parquet",
    ] {
        let reply = get(&format!("/collections/ward/items?f={name}&code=nil")).await;
        assert_eq!((reply.status, reply.body.is_empty()), (StatusCode::OK, false), "{name}");
        assert_eq!(reply.header("ogc-numbermatched"), "0");
    }
}
