//! `GET /v1/lookup`

use axum::http::StatusCode;
use serde_json::json;

use crate::ask::get;

#[tokio::test]
async fn a_postcode_in_any_writing_is_answered() {
    for text in ["NN11AA", "nn1%201aa", "NN1+1AA"] {
        let reply = get(&format!("/v1/lookup?postcode={text}&layers=ward,lap")).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("content-type"), "application/json");
        let answer = reply.json();
        assert_eq!(answer["query"], json!({"postcode": "NN1 1AA"}));
        assert_eq!(answer["areas"]["ward"][0]["name"], "Abbey");
        assert_eq!(answer["confidence"]["level"], "high");
        assert_eq!(answer["snapshot"]["illustrative"], true);
        let members: Vec<&String> = answer.as_object().unwrap().keys().collect();
        let order = ["query", "location", "areas", "confidence", "layers", "snapshot"];
        assert_eq!(members, order);
    }
}

#[tokio::test]
async fn degrees_and_grid_metres_are_answered() {
    let by_grid = get("/v1/lookup?easting=475500&northing=260500").await.json();
    assert_eq!(by_grid["areas"]["ward"][0]["code"], "E05000001");
    let (lon, lat) = (&by_grid["location"]["lon"], &by_grid["location"]["lat"]);
    let by_degrees = get(&format!("/v1/lookup?lon={lon}&lat={lat}")).await.json();
    assert_eq!(by_degrees["areas"], by_grid["areas"]);
    assert_eq!(&by_degrees["query"]["lon"], lon);
}

#[tokio::test]
async fn a_place_in_no_area_is_an_answer() {
    let reply = get("/v1/lookup?lon=-3.2&lat=55.95").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.json()["areas"], json!({"ward": [], "lap": [], "parish": []}));
    assert_eq!(reply.json()["confidence"]["coverage"], "outside");
    assert_eq!(reply.json()["confidence"]["level"], "low");
}

#[tokio::test]
async fn an_area_that_is_not_known_is_not_answered_as_none() {
    let answer = get("/v1/lookup?postcode=NN11AB").await.json();
    assert_eq!(answer["areas"]["lap"], json!([]));
    let confidence = &answer["confidence"];
    assert_eq!(
        (&confidence["level"], &confidence["coverage"]),
        (&json!("low"), &json!("incomplete"))
    );
    assert_eq!(confidence["layers"]["lap"]["coverage"], "incomplete");
    assert_eq!(confidence["layers"]["parish"]["level"], "high", "no parish is an answer");
    assert!(confidence["layers"]["parish"].get("coverage").is_none());
}

#[tokio::test]
async fn a_date_picks_the_vintage() {
    let answer = get("/v1/lookup?postcode=NN11AA&layers=ward&date=2014-07-01").await.json();
    assert_eq!(answer["areas"]["ward"][0]["code"], "E05000009");
    assert_eq!(answer["layers"]["ward"]["layer"], "ward_2013");
    let before = get("/v1/lookup?postcode=NN11AA&layers=ward&date=2000-01-01").await.json();
    assert_eq!(before["areas"]["ward"], json!(null));
}

#[tokio::test]
async fn each_error_in_a_query_has_its_own_problem_type() {
    for (query, status, problem) in [
        ("", 400, "missing-parameter"),
        ("postcode=NN11AA&lon=1&lat=52", 400, "conflicting-parameters"),
        ("lon=1&lat=52&easting=475500&northing=260500", 400, "conflicting-parameters"),
        ("lon=1", 400, "missing-parameter"),
        ("northing=1", 400, "missing-parameter"),
        ("lon=1,5&lat=52", 400, "invalid-parameter"),
        ("lon=nan&lat=52", 400, "invalid-parameter"),
        ("lon=1&lat=inf", 400, "invalid-parameter"),
        ("lon=181&lat=52", 400, "invalid-parameter"),
        ("lon=52.2&lat=-0.9", 400, "outside-britain"),
        ("easting=4755000&northing=260500", 400, "outside-britain"),
        ("postcode=NN1", 400, "invalid-postcode"),
        ("postcode=NN19ZZ", 404, "unknown-postcode"),
        ("postcode=NN11AE", 404, "postcode-without-position"),
        ("postcode=NN11AA&layers=wards", 404, "unknown-layer"),
        ("postcode=NN11AA&layers=hall", 404, "wrong-layer-kind"),
        ("postcode=NN11AA&layers=", 400, "invalid-parameter"),
        ("postcode=NN11AA&date=2014", 400, "invalid-parameter"),
        ("postcode=NN11AA&date=2014-02-30", 400, "invalid-parameter"),
        ("postcode=NN11AA&layer=ward", 400, "unknown-parameter"),
        ("postcode=NN11AA&postcode=NN11AB", 400, "repeated-parameter"),
    ] {
        let reply = get(&format!("/v1/lookup?{query}")).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (status, problem), "{query}");
    }
}

#[tokio::test]
async fn the_error_for_an_unknown_parameter_lists_the_parameters() {
    let problem = get("/v1/lookup?postcode=NN11AA&layer=ward").await.json();
    assert_eq!(problem["parameter"], "layer");
    let known = json!(["postcode", "lon", "lat", "easting", "northing", "layers", "date"]);
    assert_eq!(problem["known"], known);
}

#[tokio::test]
async fn the_error_for_a_position_outside_britain_says_where_it_is_or_the_bounds() {
    let rome = get("/v1/lookup?lon=12.5&lat=41.9").await.json()["detail"].to_string();
    assert!(rome.contains("12.5 41.9 is far from Britain"), "{rome}");
    let east = get("/v1/lookup?easting=900000&northing=1500000").await.json()["detail"].to_string();
    assert!(east.contains("eastings go from -100000 to 800000"), "{east}");
}
