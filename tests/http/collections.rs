//! `/collections` as JSON and HTML.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::ask::{get, get_with};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn link<'a>(document: &'a Value, rel: &str, media_type: &str) -> &'a str {
    let links = document["links"].as_array().unwrap();
    let found = links.iter().find(|link| link["rel"] == rel && link["type"] == media_type);
    found.unwrap_or_else(|| panic!("{rel} as {media_type} in {links:#?}"))["href"].as_str().unwrap()
}

#[tokio::test]
async fn the_landing_page_is_json_or_html_and_its_links_work() {
    let json = get("/").await.json();
    assert_eq!(json["title"], "Lapwing: Squares");
    for link in json["links"].as_array().unwrap() {
        let address = link["href"].as_str().unwrap();
        assert_eq!(get(address).await.status, StatusCode::OK, "{address}");
    }
    for (rel, media_type, path) in [
        ("service-desc", "application/vnd.oai.openapi+json;version=3.0", "/api"),
        ("service-doc", "text/html", "/api?f=html"),
        ("conformance", "application/json", "/conformance"),
        ("data", "application/json", "/collections"),
        ("alternate", "text/html", "/?f=html"),
    ] {
        assert_eq!(link(&json, rel, media_type), path);
    }
    let html = get_with("/", &[("accept", BROWSER)]).await;
    assert!(html.header("content-type").starts_with("text/html"));
    assert!(html.text().contains("does not exist"), "illustrative data say so");
}

#[tokio::test]
async fn links_start_with_the_requested_host() {
    let reply = get_with("/collections", &[("host", "maps.example.org")]).await;
    let document = reply.json();
    assert_eq!(
        link(&document["collections"][0], "items", "application/geo+json"),
        "http://maps.example.org/collections/ward/items"
    );
    let headers = [
        ("host", "inner"),
        ("x-forwarded-host", "example.org"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/maps"),
    ];
    let reply = get_with("/collections", &headers).await;
    let this = "https://example.org/maps/collections";
    assert_eq!(link(&reply.json(), "self", "application/json"), this);
    let vary = reply.headers.get_all("vary").iter();
    let mut vary = vary.map(|value| value.to_str().unwrap());
    assert!(vary.any(|value| value.contains("x-forwarded-host")), "caches keep them apart");
    let other = get_with("/collections", &[("host", "inner")]).await;
    assert_ne!(reply.header("etag"), other.header("etag"));
}

#[tokio::test]
async fn conformance_names_the_classes_of_parts_one_and_two() {
    let classes = get("/conformance").await.json()["conformsTo"].clone();
    for class in
        ["features-1/1.0/conf/core", "features-1/1.0/conf/geojson", "features-2/1.0/conf/crs"]
    {
        let uri = format!("http://www.opengis.net/spec/ogcapi-{class}");
        assert!(classes.as_array().unwrap().contains(&json!(uri)), "{uri}");
    }
}

#[tokio::test]
async fn a_collection_has_its_extent_dates_resolution_and_licence() {
    let ward = get("/collections/ward_2013").await.json();
    assert_eq!(ward["title"], "Squares: ward_2013");
    assert_eq!(ward["attribution"], "Squares by hand");
    assert_eq!(ward["licence"], "OGL-UK-3.0");
    assert_eq!(ward["resolution"], "BGC");
    assert_eq!(ward["count"], 1);
    let interval = &ward["extent"]["temporal"]["interval"][0];
    assert_eq!(*interval, json!(["2013-05-02T00:00:00Z", "2021-04-01T00:00:00Z"]));
    assert!(link(&ward, "license", "text/html").contains("open-government-licence"));
    let crs = ward["crs"].as_array().unwrap();
    assert_eq!(crs[0], "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    assert_eq!(crs.len(), 4);
    assert_eq!(ward["storageCrs"], "http://www.opengis.net/def/crs/EPSG/0/27700");
    let lap = get("/collections/lap").await.json();
    assert_eq!(lap["extent"].get("temporal"), None, "nothing is said of its time");
}

#[tokio::test]
async fn the_extent_of_a_collection_contains_its_features_tightly() {
    for layer in ["ward", "parish", "hall"] {
        let extent = get(&format!("/collections/{layer}")).await.json()["extent"].clone();
        let box_of = |value: &Value| serde_json::from_value::<[f64; 4]>(value.clone()).unwrap();
        let [west, south, east, north] = box_of(&extent["spatial"]["bbox"][0]);
        let features = get(&format!("/collections/{layer}/items")).await.json();
        let [w, s, e, n] = box_of(&features["bbox"]);
        assert!(west <= w && south <= s && e <= east && n <= north, "{layer}");
        let most = 0.001;
        assert!(w - west < most && s - south < most && east - e < most && north - n < most);
    }
}

#[tokio::test]
async fn a_format_is_chosen_by_f_then_by_accept() {
    for path in ["/", "/conformance", "/collections", "/collections/ward", "/api"] {
        let html = get_with(path, &[("accept", BROWSER)]).await;
        assert!(html.header("content-type").starts_with("text/html"), "{path}");
        let separator = if path.contains('?') { '&' } else { '?' };
        let json = get_with(&format!("{path}{separator}f=json"), &[("accept", BROWSER)]).await;
        assert_eq!(json.header("content-type"), "application/json", "{path}");
        let refused = get(&format!("{path}{separator}f=pdf")).await;
        assert_eq!(refused.problem(), "invalid-parameter", "{path}");
        let refused = get_with(path, &[("accept", "image/png")]).await;
        assert_eq!(refused.status, StatusCode::NOT_ACCEPTABLE, "{path}");
    }
    let accept = "application/vnd.oai.openapi+json;version=3.0";
    assert_eq!(get_with("/api", &[("accept", accept)]).await.header("content-type"), accept);
}

#[tokio::test]
async fn unknown_names_are_refused() {
    for (path, problem) in [
        ("/?x=1", "unknown-parameter"),
        ("/conformance?x=1", "unknown-parameter"),
        ("/collections?limit=1", "unknown-parameter"),
        ("/collections/nil", "unknown-layer"),
        ("/collections/ward?f=json&f=json", "repeated-parameter"),
    ] {
        assert_eq!(get(path).await.problem(), problem, "{path}");
    }
}
