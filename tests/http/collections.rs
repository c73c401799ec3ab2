//! `/` and `/collections`: the layers as GeoJSON.

use axum::http::StatusCode;

use crate::ask::{get, get_with};

#[tokio::test]
async fn the_landing_page_is_json_or_html_and_its_links_work() {
    let json = get("/").await;
    assert_eq!(json.json()["title"], "Lapwing: Squares");
    for link in json.json()["links"].as_array().unwrap() {
        let address = link["href"].as_str().unwrap();
        assert_eq!(get(address).await.status, StatusCode::OK, "{address}");
    }
    let html = get_with("/", &[("accept", "text/html,*/*;q=0.8")]).await;
    assert!(html.header("content-type").starts_with("text/html"));
    assert!(html.text().contains("does not exist"), "illustrative data say so");
}

#[tokio::test]
async fn every_collection_links_to_its_items() {
    let answer = get("/collections").await.json();
    let collections = answer["collections"].as_array().unwrap();
    assert_eq!(collections.len(), 5);
    for collection in collections {
        let links = collection["links"].as_array().unwrap();
        let items = links.iter().find(|link| link["rel"] == "items").unwrap();
        let reply = get(items["href"].as_str().unwrap()).await;
        assert_eq!(reply.header("content-type"), "application/geo+json");
        assert_eq!(reply.json()["type"], "FeatureCollection");
        assert_eq!(reply.json()["snapshot"]["title"], "Squares");
    }
}

#[tokio::test]
async fn areas_are_wound_and_closed_as_rfc_7946_says() {
    let features = get("/collections/ward/items").await.json();
    assert_eq!(features["features"].as_array().unwrap().len(), 2);
    let ring = features["features"][0]["geometry"]["coordinates"][0][0].clone();
    let ring: Vec<[f64; 2]> = serde_json::from_value(ring).unwrap();
    assert_eq!(ring.first(), ring.last());
    let doubled: f64 = ring.windows(2).map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1]).sum();
    assert!(doubled > 0.0, "counter-clockwise");
}

#[tokio::test]
async fn one_feature_is_found_by_its_code() {
    let hall = get("/collections/hall/items/H1").await.json();
    assert_eq!(hall["type"], "Feature");
    assert_eq!(hall["properties"]["name"], "Abbey Hall");
    assert_eq!(get("/collections/ward/items/E05000002").await.json()["id"], "E05000002");
    for (path, problem) in [
        ("/collections/ward/items/E05000009", "unknown-area"),
        ("/collections/nil", "unknown-layer"),
        ("/collections/nil/items", "unknown-layer"),
        ("/collections/ward/items?bbox=1,2,3,4", "unknown-parameter"),
    ] {
        assert_eq!(get(path).await.problem(), problem, "{path}");
    }
}
