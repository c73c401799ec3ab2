//! `/v1/layers` and `/v1/areas/…`

use axum::http::StatusCode;
use serde_json::json;

use crate::ask::get;

#[tokio::test]
async fn an_area_links_to_its_overlaps_its_geometry_and_its_licence() {
    let reply = get("/v1/areas/ward/E05000001").await;
    let answer = reply.json();
    assert_eq!(answer["area"]["name"], "Abbey");
    assert_eq!(answer["parents"]["lap"][0]["code"], "N4");
    for link in ["self", "overlaps", "feature", "layers"] {
        let address = answer["links"][link].as_str().unwrap();
        assert_eq!(get(address).await.status, StatusCode::OK, "{address}");
    }
    assert_eq!(reply.header("link"), "</v1/layers>; rel=\"describedby\"");
}

#[tokio::test]
async fn a_series_on_a_day_links_to_the_vintage() {
    let answer = get("/v1/areas/ward/E05000009?date=2014-07-01").await.json();
    assert_eq!(answer["links"]["self"], "/v1/areas/ward_2013/E05000009");
    assert_eq!(answer["area"]["layer"], "ward");
    assert_eq!(answer["layers"]["ward"]["layer"], "ward_2013");
}

#[tokio::test]
async fn overlaps_are_those_with_the_layers_asked() {
    let answer = get("/v1/areas/parish/E04000001/overlaps?with=ward").await.json();
    let shares: Vec<_> = answer["overlaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (o["code"].as_str().unwrap(), o["share_of_area"].as_f64().unwrap()))
        .collect();
    assert_eq!(shares, [("E05000001", 0.5), ("E05000002", 0.5)]);
    assert_eq!(answer["best_fit"]["ward"]["code"], "E05000001", "it has the one postcode");
    assert_eq!(answer["uncovered"], json!({"ward": {"m2": 0.0, "share": 0.0}}));
    let all = get("/v1/areas/parish/E04000001/overlaps").await.json();
    assert_eq!(all["best_fit"].as_object().unwrap().keys().collect::<Vec<_>>(), ["ward", "lap"]);
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    for (path, status, problem) in [
        ("ward/E05009999", 404, "unknown-area"),
        ("ward/E05000009", 404, "unknown-area"),
        ("county/E05000001", 404, "unknown-layer"),
        ("hall/H1", 404, "wrong-layer-kind"),
        ("ward/E05000001?date=2000-01-01", 404, "not-in-force"),
        ("ward/E05000001?layers=lap", 400, "unknown-parameter"),
        ("ward/E05000001/overlaps?with=nil", 404, "unknown-layer"),
        ("ward/E05000001/overlaps?slivers=yes", 400, "invalid-parameter"),
        ("ward/E05000001/shape", 404, "unknown-route"),
    ] {
        let reply = get(&format!("/v1/areas/{path}")).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (status, problem), "{path}");
    }
}

#[tokio::test]
async fn the_layers_tell_their_provenance() {
    let answer = get("/v1/layers").await.json();
    let ids: Vec<_> =
        answer["layers"].as_array().unwrap().iter().map(|l| l["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["ward", "ward_2013", "lap", "parish", "hall"]);
    assert_eq!(answer["layers"][1]["series"], "ward");
    assert_eq!(answer["layers"][1]["valid_to"], "2021-04-01");
    assert_eq!(answer["layers"][0]["attribution"], "Squares by hand");
}
