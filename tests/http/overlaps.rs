//! `/v1/overlaps`: lookup tables, and submitted polygons.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::ask::{Reply, get, get_with, post};
use lapwing_testing::squares::at;

#[tokio::test]
async fn a_table_comes_as_json_or_csv() {
    let json = get("/v1/overlaps/ward/lap").await;
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(json.json()["rows"][0]["relation"], "within");
    let csv = get_with("/v1/overlaps/ward/lap", &[("accept", "text/csv")]).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"ward_lap.csv\"");
    assert_eq!(csv.text().lines().count(), 3);
    assert_eq!(get("/v1/overlaps/ward/lap?f=csv").await.text(), csv.text());
    assert_eq!(get("/v1/overlaps/ward/lap?f=xml").await.problem(), "invalid-parameter");
    assert_eq!(get("/v1/overlaps/ward/nil").await.problem(), "unknown-layer");
    assert_eq!(get("/v1/overlaps/ward/hall").await.problem(), "wrong-layer-kind");
}

#[tokio::test]
async fn a_table_can_have_a_row_for_every_area() {
    // The wards only touch each other.
    assert_eq!(get("/v1/overlaps/ward/ward").await.json()["rows"], json!([]));
    let all = get("/v1/overlaps/ward/ward?all=true").await.json();
    assert_eq!(all["rows"][1]["from_code"], "E05000002");
    assert_eq!(all["rows"][1]["to_code"], json!(null));
    assert_eq!(all["rows"][1]["best_fit_reason"], "nothing_shared");
    let csv = get("/v1/overlaps/ward/ward?all=true&f=csv").await.text();
    assert!(csv.ends_with("\nE05000002,Saint George's,,,,,,,,,,false,nothing_shared\n"), "{csv}");
    assert_eq!(get("/v1/overlaps/ward/ward?all=false").await.json()["rows"], json!([]));
    assert_eq!(get("/v1/overlaps/ward/ward?all=yes").await.problem(), "invalid-parameter");
}

/// A rectangle in degrees, from its corners in metres of the squares.
fn rectangle([west, south, east, north]: [f64; 4]) -> Value {
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let ring = corners.map(|(x, y)| {
        let (degrees, _) = at(x, y).to_lng_lat();
        json!([degrees.lon(), degrees.lat()])
    });
    json!({"type": "Polygon", "coordinates": [ring]})
}

#[tokio::test]
async fn a_polygon_of_the_callers_own_is_overlapped() {
    let feature = json!({
        "type": "Feature", "properties": {"name": "ours"},
        "geometry": rectangle([500.0, 400.0, 1500.0, 600.0])
    });
    for (content_type, body) in [
        ("application/geo+json", feature.to_string()),
        ("application/json; charset=utf-8", feature["geometry"].to_string()),
    ] {
        let reply = post("/v1/overlaps?with=ward,lap", content_type, body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let answer = reply.json();
        let area = answer["area"]["area_m2"].as_f64().unwrap();
        assert!((area - 200_000.0).abs() < 3.0, "{area}: to the millimetre of projection");
        assert_eq!(answer["overlaps"].as_array().unwrap().len(), 3);
        let share = answer["overlaps"][0]["share_of_area"].as_f64().unwrap();
        assert!((share - 0.5).abs() < 1e-5, "{share}");
        assert_eq!(answer["overlaps"][2]["relation"], "within");
        assert!(answer.get("repaired").is_none());
    }
}

#[tokio::test]
async fn grid_metres_are_accepted_if_declared() {
    let square = json!({"type": "MultiPolygon", "coordinates": [[[
        [475_000, 260_000], [475_100, 260_000], [475_100, 260_100], [475_000, 260_100],
        [475_000, 260_000]
    ]]]});
    let by_parameter =
        post("/v1/overlaps?with=ward&crs=EPSG:27700", "application/json", square.to_string()).await;
    assert_eq!(by_parameter.json()["area"]["area_m2"], 10_000.0);
    let mut named = square.clone();
    named["crs"] = json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}});
    let by_member = post("/v1/overlaps?with=ward", "application/json", named.to_string()).await;
    assert_eq!(by_member.json()["area"]["area_m2"], 10_000.0);
    let both = post("/v1/overlaps?crs=CRS84", "application/json", named.to_string()).await;
    assert_eq!(both.problem(), "conflicting-parameters");
    let unnamed = post("/v1/overlaps?with=ward", "application/json", square.to_string()).await;
    assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unnamed.json()["detail"].to_string().contains("polygon 0, ring 0, vertex 0"));
}

#[tokio::test]
async fn an_invalid_polygon_is_refused_with_every_fault_and_its_position() {
    let bow_tie = json!({"type": "Polygon", "coordinates": [[
        [-0.9, 52.23], [-0.89, 52.24], [-0.89, 52.23], [-0.9, 52.24], [-0.9, 52.23]
    ]]});
    let reply = post("/v1/overlaps?with=ward", "application/geo+json", bow_tie.to_string()).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.problem(), "invalid-geometry");
    let fault = &reply.json()["faults"][0];
    assert_eq!(fault["kind"], "self_crossing");
    assert_eq!(fault["ring"], json!({"polygon": 0, "ring": 0}));
    let lon = fault["lon_lat"][0].as_f64().unwrap();
    assert!((lon - -0.895).abs() < 1e-5, "{fault}");
}

#[tokio::test]
async fn repairs_are_reported() {
    let mut unclosed = rectangle([0.0, 0.0, 100.0, 100.0]);
    let ring = unclosed["coordinates"][0].as_array_mut().unwrap();
    ring.push(ring[4].clone());
    let reply = post("/v1/overlaps?with=ward", "application/json", unclosed.to_string()).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.json()["repaired"][0]["kind"], "repeated_point");
}

#[tokio::test]
async fn the_error_for_a_body_without_a_polygon_says_what_to_send() {
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (body, status, problem) in [
        ("", 400, "invalid-body"),
        ("{", 400, "invalid-body"),
        (&*nested, 400, "invalid-body"),
        ("[]", 422, "invalid-geometry"),
        (r#"{"type":"Point","coordinates":[0,52]}"#, 422, "invalid-geometry"),
        (r#"{"type":"Feature","geometry":null}"#, 422, "invalid-geometry"),
        (r#"{"type":"Polygon"}"#, 422, "invalid-geometry"),
        (r#"{"type":"Polygon","coordinates":[]}"#, 422, "invalid-geometry"),
        (r#"{"type":"Polygon","coordinates":[[]]}"#, 422, "invalid-geometry"),
        (r#"{"type":"Polygon","coordinates":{}}"#, 422, "invalid-geometry"),
        (r#"{"type":"Polygon","coordinates":[5]}"#, 422, "invalid-geometry"),
        (r#"{"type":"Polygon","coordinates":[[[0]]]}"#, 422, "invalid-geometry"),
        (r#"{"type":"Polygon","coordinates":[[["0","52"]]]}"#, 422, "invalid-geometry"),
        (r#"{"type":"Polygon","coordinates":[[[0,1e999]]]}"#, 400, "invalid-body"),
        (
            r#"{"type":"Polygon","crs":{"properties":{"name":"EPSG:2154"}}}"#,
            422,
            "invalid-geometry",
        ),
    ] {
        let reply = post("/v1/overlaps?with=ward", "application/json", body.to_owned()).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (status, problem), "{shown}");
    }
}

#[tokio::test]
async fn media_types_and_sizes_have_limits() {
    let reply = post("/v1/overlaps?with=ward", "text/plain", "x").await;
    assert_eq!(reply.problem(), "unsupported-media-type");
    let ring: Vec<[f64; 2]> = (0..60_000).map(|i| [-0.9 + f64::from(i) * 1e-7, 52.2]).collect();
    let many = json!({"type": "Polygon", "coordinates": [ring]}).to_string();
    let reply = post("/v1/overlaps?with=ward", "application/json", many).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (413, "body-too-large"));
    assert_eq!(reply.json()["limit_vertices"], 50_000);
    let reply = post("/v1/overlaps?with=ward", "application/json", " ".repeat(3 << 20)).await;
    assert_eq!(reply.problem(), "body-too-large");
}

#[tokio::test]
async fn the_same_ground_has_the_same_answer_in_every_form() {
    let geometry = rectangle([0.0, 0.0, 1000.0, 1000.0]);
    let plain = post("/v1/overlaps?with=ward", "application/json", geometry.to_string()).await;
    assert_eq!(plain.status, StatusCode::OK);
    let feature = json!({"type": "Feature", "properties": {}, "geometry": geometry});
    let nowhere = json!({"type": "Feature", "properties": {}, "geometry": null});
    let mut three = geometry.clone();
    for position in three["coordinates"][0].as_array_mut().unwrap() {
        position.as_array_mut().unwrap().push(json!(12.5));
    }
    let mut clockwise = geometry.clone();
    clockwise["coordinates"][0].as_array_mut().unwrap().reverse();
    let halves = [[0.0, 0.0, 600.0, 1000.0], [400.0, 0.0, 1000.0, 1000.0]]
        .map(|of| json!({"type": "Feature", "properties": {}, "geometry": rectangle(of)}));
    for (form, tolerance) in [
        (feature.clone(), 0.0),
        (json!({"type": "FeatureCollection", "features": [feature]}), 0.0),
        (json!({"type": "FeatureCollection", "features": [feature, nowhere, feature]}), 0.0),
        (json!({"type": "GeometryCollection", "geometries": [geometry]}), 0.0),
        (three, 0.0),
        (clockwise, 0.0),
        // Straight lines in degrees bend on the grid.
        (json!({"type": "FeatureCollection", "features": halves}), 1.0),
    ] {
        let text = form.to_string();
        let reply = post("/v1/overlaps?with=ward", "application/json", text.clone()).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let area = |reply: &Reply| reply.json()["area"]["area_m2"].as_f64().unwrap();
        assert!((area(&reply) - area(&plain)).abs() <= tolerance, "{text}: {}", reply.text());
        if tolerance == 0.0 {
            assert_eq!(reply.json()["overlaps"], plain.json()["overlaps"], "{text}");
        }
    }
    let marked = format!("\u{feff}{geometry}");
    let reply = post("/v1/overlaps?with=ward", "application/geo+json", marked).await;
    assert_eq!(reply.json()["overlaps"], plain.json()["overlaps"]);
}

#[tokio::test]
async fn a_geometry_that_is_no_polygon_is_named_in_the_error() {
    let line = json!({"type": "LineString", "coordinates": [[-0.9, 52.2], [-0.8, 52.3]]});
    let square = rectangle([0.0, 0.0, 100.0, 100.0]);
    let of = |geometry: &Value| json!({"type": "Feature", "properties": {}, "geometry": geometry});
    for (body, expected) in [
        (json!({"type": "FeatureCollection", "features": []}), "no polygon"),
        (
            json!({"type": "FeatureCollection", "features": [of(&square), of(&line)]}),
            "feature 1, has LineString",
        ),
        (
            json!({"type": "GeometryCollection", "geometries": [square, line]}),
            "geometry 1, has LineString",
        ),
        (json!({"rings": [[[1, 2]]], "spatialReference": {"wkid": 27700}}), "Esri JSON"),
        (
            json!({"type": "Polygon", "coordinates": [[[52.2, -0.9], [52.2, -0.8], [52.3, -0.8], [52.2, -0.9]]]}),
            "lon and lat are swapped",
        ),
        (json!({"type": "Polygon", "coordinates": [[[473_911, 258_530]]]}), "with crs=EPSG:27700"),
    ] {
        let reply = post("/v1/overlaps?with=ward", "application/json", body.to_string()).await;
        assert_eq!(reply.problem(), "invalid-geometry", "{body}");
        assert!(reply.json()["detail"].to_string().contains(expected), "{}", reply.text());
    }
}
