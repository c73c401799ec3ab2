//! `/map`: its security policy, caching, and results as text.

use std::io::Read as _;

use axum::body::Body;
use axum::http::Request;
use lapwing::http::{Basemap, Limits, Settings, router};
use lapwing::live::Live;

use crate::ask::{Reply, get, get_with, send};
use lapwing_testing::squares;

/// The URLs of assets in the page; empty in a program built without the page.
fn assets(page: &str) -> Vec<String> {
    let names = page.split("/map/assets/").skip(1);
    let names: Vec<String> = names
        .map(|rest| rest.split('"').next().unwrap())
        .map(|name| format!("/map/assets/{name}"))
        .collect();
    if names.is_empty() {
        eprintln!("SKIPPED: this program was built without the map page");
    }
    names
}

async fn answer(query: &str) -> String {
    let reply = get(&format!("/map?{query}")).await;
    assert_eq!(reply.status, 200);
    reply.text()
}

#[tokio::test]
async fn the_page_loads_nothing_from_other_hosts() {
    let page = get("/map").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    for word in ["http", "unsafe", "blob: *", " * "] {
        assert!(!policy.contains(word), "{word} in {policy}");
    }
    let text = page.text();
    for attribute in ["src=\"http", "href=\"http", "src=\"//", "href=\"//"] {
        assert!(!text.contains(attribute), "{attribute}");
    }
}

#[tokio::test]
async fn any_page_may_frame_it() {
    let page = get("/map?embed=1").await;
    assert!(page.header("content-security-policy").ends_with("frame-ancestors *"));
    assert_eq!(page.header("x-frame-options"), "");
}

#[tokio::test]
async fn the_base_map_of_the_operator_is_allowed_and_attributed() {
    let basemap = Basemap::new("https://t.example:8443/{z}/{x}/{y}.png", "Chart makers").unwrap();
    let settings = Settings { basemap: Some(basemap), ..Settings::default() };
    let service = router(Live::with(squares::atlas()), settings);
    let page = send(service, Request::get("/map").body(Body::empty()).unwrap()).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("connect-src 'self' https://t.example:8443;"), "{policy}");
    if !assets(&page.text()).is_empty() {
        assert!(page.text().contains("Chart makers"));
    }
}

fn unpacked(reply: &Reply) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&*reply.body).read_to_end(&mut plain).unwrap();
    plain
}

#[tokio::test]
async fn assets_are_immutable_and_precompressed() {
    let page = get("/map").await.text();
    for address in assets(&page) {
        let plain = get(&address).await;
        assert_eq!(plain.status, 200, "{address}");
        assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(plain.header("x-content-type-options"), "nosniff");
        assert_eq!(plain.header("vary"), "accept-encoding");
        let script = address.rsplit_once('.').is_some_and(|(_, suffix)| suffix == "js");
        let expected = if script { "text/javascript" } else { "text/css" };
        assert_eq!(plain.header("content-type"), format!("{expected}; charset=utf-8"));

        let gzip = get_with(&address, &[("accept-encoding", "gzip")]).await;
        assert_eq!(gzip.header("content-encoding"), "gzip");
        assert_eq!(unpacked(&gzip), plain.body);
        let brotli = get_with(&address, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!(brotli.header("content-encoding"), "br");
        assert!(brotli.body.len() < gzip.body.len());
        let refused = get_with(&address, &[("accept-encoding", "br;q=0")]).await;
        assert_eq!((refused.header("content-encoding"), &refused.body), ("", &plain.body));
    }
    assert_eq!(get("/map/assets/page.js").await.problem(), "unknown-route");
    assert_eq!(get("/map/assets/..%2F..%2FCargo.toml").await.problem(), "unknown-route");
}

#[tokio::test]
async fn the_page_is_revalidated() {
    let page = get("/map").await;
    assert_eq!(page.header("cache-control"), "no-cache");
    let tag = page.header("etag").to_owned();
    let again = get_with("/map", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_ne!(get("/map?q=NN11AA").await.header("etag"), tag, "its answer in words is another");
}

#[tokio::test]
async fn the_licences_of_bundled_packages_are_served() {
    if assets(&get("/map").await.text()).is_empty() {
        assert_eq!(get("/map/licences").await.problem(), "unknown-route");
        return;
    }
    let licences = get("/map/licences").await;
    assert_eq!(licences.header("content-type"), "text/plain; charset=utf-8");
    for part in ["maplibre-gl 6.", "Redistributions in binary form", "earcut", "pbf"] {
        assert!(licences.text().contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_postcode_is_answered_without_a_script() {
    let page = answer("q=nn1+1aa").await;
    assert!(page.contains("Confidence"), "{page}");
    assert!(page.contains("/map?q=ward%2FE05000001"), "{page}");
    assert!(page.contains("value=\"nn1 1aa\""), "the field keeps the question");
}

#[tokio::test]
async fn an_area_that_is_not_known_is_never_called_sure() {
    let unknown = answer("q=NN1+1AB").await;
    assert!(unknown.contains("not known: we do not hold the squares: lap here"), "{unknown}");
    assert!(!unknown.contains("sure"), "{unknown}");
    let outside = answer("q=NN6+9ZZ").await;
    let at = |text: &str| outside.find(text).unwrap_or_else(|| panic!("{text} in {outside}"));
    assert!(at("Outside the area that this service covers.") < at("not covered"));
    let old = answer("q=ward_2013/E05000009").await;
    assert!(old.contains("These boundaries were replaced on 1 April 2021."), "{old}");
    assert!(old.contains("Its land is now in <a href=\"/map?q=ward%2FE05000001\">"), "{old}");
    assert!(answer("q=e0500").await.contains("ward_2013, replaced on 1 April 2021"));
}

#[tokio::test]
async fn a_point_an_area_and_a_name_are_answered_without_a_script() {
    let at = get("/v1/lookup?postcode=NN11AA").await.json()["location"].clone();
    assert!(answer(&format!("q={},{}", at["lon"], at["lat"])).await.contains("E05000001"));
    assert!(answer("q=ward/E05000001").await.contains("<table>"));
    assert!(answer("q=e0500").await.contains("E05000001"));
    assert!(answer("q=zzzz").await.contains("Nothing begins with"));
}

#[tokio::test]
async fn the_page_shows_the_error_of_a_query() {
    assert!(answer("q=NN1+9ZZ").await.contains("is not among the postcodes"));
    assert!(answer("q=ward/nil").await.contains("has no area nil"));
    assert!(answer("q=nil/E05000001").await.contains("there is no layer"));
    assert!(answer("q=0,91").await.contains("<p>"));
    assert!(answer("q=NN1+1AA&date=soon").await.contains("is not a date"));
}

#[tokio::test]
async fn a_query_is_escaped_in_html() {
    for hostile in ["<script>alert(1)</script>", "\"><b>", "ward/<b>", "{answer}", "1,<b>"] {
        let query: String = form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let page = answer(&format!("q={query}&date={query}")).await;
        assert!(!page.contains("<script>alert") && !page.contains("<b>"), "{page}");
        assert!(!page.contains("value=\"\">"), "{page}");
    }
}

#[tokio::test]
async fn the_page_is_served_before_the_data_are_ready() {
    let service = router(Live::new(), Limits::default());
    let page = send(service, Request::get("/map?q=a").body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("The data are still loading"));
}
