//! `/v1/layers` and `/v1/areas/…`

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::Timestamp;
use jiff::civil::date;
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::layer::{Layer, LayerId};
use serde_json::{Value, json};

use crate::ask::{get, send};
use lapwing_testing::squares;

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
async fn an_area_links_to_its_successors_and_predecessors() {
    let later = get("/v1/areas/ward/E05000001").await.json();
    assert!(later["links"].get("successors").is_none(), "there is no later vintage");
    let link = later["links"]["predecessors"].as_str().unwrap();
    assert_eq!(get(link).await.json()["predecessors"][0]["code"], "E05000009");
    let earlier = get("/v1/areas/ward_2013/E05000009").await.json();
    let link = earlier["links"]["successors"].as_str().unwrap();
    assert_eq!(get(link).await.json()["successors"][0]["code"], "E05000001");
    let alone = get("/v1/areas/lap/N4").await.json();
    assert!(alone["links"].get("predecessors").is_none());
}

/// The squares after wards were redrawn: `ward` is no more in force and `ward_2025` is, with Abbey
/// under its old code and Saint George's under a new one.
fn redrawn() -> Router {
    use lapwing_boundaries::area::Area;
    use lapwing_boundaries::code::AreaCode;
    let mut contents = squares::contents();
    let meta = contents.layers[0].meta().clone();
    let areas = contents.layers[0].areas().to_vec();
    let mut ended = meta.clone();
    ended.vintage.valid_to = Some(date(2025, 5, 1));
    contents.layers[0] = Layer::of_areas(ended, areas.clone());
    let mut next = meta;
    next.id = LayerId::parse("ward_2025").unwrap();
    next.vintage.valid_from = Some(date(2025, 5, 1));
    let again = Area::from_valid(
        AreaCode::parse("E05000022").unwrap(),
        areas[1].name().to_owned(),
        Vec::new(),
        areas[1].geometry().clone(),
    );
    contents.layers.push(Layer::of_areas(next, vec![areas[0].clone(), again]));
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    router(Live::with(atlas), Limits::default())
}

async fn ask(path: &str) -> Value {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let reply = send(redrawn(), request).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    reply.json()
}

#[tokio::test]
async fn the_url_of_an_area_stays_valid_when_its_series_is_redrawn() {
    let used = |answer: &Value| answer["layers"]["ward"]["layer"].clone();
    // A code of today's vintage is looked up there; others still in the layer with that id.
    assert_eq!(used(&ask("/v1/areas/ward/E05000001").await), "ward_2025");
    assert_eq!(used(&ask("/v1/areas/ward/E05000022").await), "ward_2025");
    assert_eq!(used(&ask("/v1/areas/ward/E05000002").await), "ward");
    let overlaps = ask("/v1/areas/ward/E05000002/overlaps?with=lap").await;
    assert_eq!(overlaps["area"]["name"], "Saint George's");
    // The link has the date if the id alone would select another vintage.
    let answer = ask("/v1/areas/ward/E05000001?date=2025-04-30").await;
    assert_eq!(used(&answer), "ward", "the last day");
    assert_eq!(answer["links"]["self"], "/v1/areas/ward/E05000001?date=2025-04-30");
    let again = ask(answer["links"]["self"].as_str().unwrap()).await;
    assert_eq!(used(&again), "ward");
    let link = answer["links"]["successors"].as_str().unwrap();
    assert_eq!(ask(link).await["change"]["kind"], "unchanged");
    assert_eq!(used(&ask("/v1/areas/ward/E05000001?date=2025-05-01").await), "ward_2025");
    // Through three vintages: the next one without a name, any with one.
    let next = ask("/v1/areas/ward_2013/E05000009/successors").await;
    assert_eq!(next["successors"][0]["layer"], "ward");
    let last = ask("/v1/areas/ward_2013/E05000009/successors?to=ward_2025").await;
    assert_eq!(last["successors"][1]["code"], "E05000022");
    let of_code = ask("/v1/areas/ward/E05000001/predecessors?from=2014-01-01").await;
    assert_eq!(of_code["area"]["layer"], "ward_2025", "the latest that has the code");
    assert_eq!(ask("/v1/changes/ward").await["summary"], json!({"recoded": 1, "unchanged": 1}));
    let whole = ask("/v1/changes/ward?from=ward_2013&to=ward_2025").await;
    assert_eq!(whole["summary"], json!({"split": 1}));
}

#[tokio::test]
async fn a_series_on_a_day_links_to_the_vintage() {
    let answer = get("/v1/areas/ward/E05000009?date=2014-07-01").await.json();
    assert_eq!(answer["links"]["self"], "/v1/areas/ward_2013/E05000009");
    assert_eq!(answer["area"]["layer"], "ward");
    assert_eq!(answer["layers"]["ward"]["layer"], "ward_2013");
}

#[tokio::test]
async fn overlaps_are_with_the_requested_layers() {
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
    assert!(answer.get("best_fit_reason").is_none(), "{answer}");
    let all = get("/v1/areas/parish/E04000001/overlaps").await.json();
    assert_eq!(all["best_fit"].as_object().unwrap().keys().collect::<Vec<_>>(), ["ward", "lap"]);
}

#[tokio::test]
async fn missing_data_has_distinct_errors() {
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
async fn the_layers_have_their_provenance() {
    let answer = get("/v1/layers").await.json();
    let ids: Vec<_> =
        answer["layers"].as_array().unwrap().iter().map(|l| l["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["ward", "ward_2013", "lap", "parish", "hall"]);
    assert_eq!(answer["layers"][1]["series"], "ward");
    assert_eq!(answer["layers"][1]["valid_to"], "2021-04-01");
    assert_eq!(answer["layers"][0]["attribution"], "Squares by hand");
}
