//! `filter`, `sortby`, `properties` and `simplify`, and the queryables.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::ask::{get, get_with};

/// A value as part of a query.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
        out
    })
}

fn codes(answer: &Value) -> Vec<&str> {
    let features = answer["features"].as_array().unwrap_or_else(|| panic!("{answer}"));
    features.iter().map(|feature| feature["id"].as_str().unwrap()).collect()
}

async fn filtered(layer: &str, filter: &str) -> Value {
    get(&format!("/collections/{layer}/items?filter={}", escaped(filter))).await.json()
}

async fn detail(query: &str) -> String {
    let reply = get(&format!("/collections/ward/items?{query}")).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}: {}", reply.text());
    reply.problem();
    reply.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_filter_in_text_selects_features() {
    let answer = filtered("ward", "name = 'Abbey'").await;
    assert_eq!(codes(&answer), ["E05000001"]);
    assert_eq!(answer["numberMatched"], 1);
    let near = "S_INTERSECTS(geometry, POINT(-0.8962 52.2356)) AND area_m2 > 5";
    assert_eq!(codes(&filtered("ward", near).await), ["E05000001"]);
    assert_eq!(codes(&filtered("hall", "lap = 'N4' AND name LIKE 'Sc%'").await), ["H3"]);
}

#[tokio::test]
async fn a_filter_in_json_selects_the_same() {
    let filter = json!({"op": "=", "args": [{"property": "name"}, "Abbey"]}).to_string();
    let path = format!("/collections/ward/items?filter-lang=cql2-json&filter={}", escaped(&filter));
    assert_eq!(codes(&get(&path).await.json()), ["E05000001"]);
}

#[tokio::test]
async fn the_coordinates_of_a_filter_are_of_filter_crs() {
    let filter = escaped("S_CONTAINS(geometry, POINT(475500 260500))");
    let path = format!("/collections/ward/items?filter-crs=EPSG:27700&filter={filter}");
    assert_eq!(codes(&get(&path).await.json()), ["E05000001"]);
    let swapped = escaped("S_CONTAINS(geometry, POINT(52.2356 -0.8962))");
    let crs = escaped("http://www.opengis.net/def/crs/EPSG/0/4326");
    let path = format!("/collections/ward/items?filter-crs={crs}&filter={swapped}");
    assert_eq!(codes(&get(&path).await.json()), ["E05000001"]);
}

#[tokio::test]
async fn points_have_the_areas_that_contain_them() {
    let answer = get("/collections/hall/items?lap=N4&limit=2").await.json();
    assert_eq!(codes(&answer), ["H1", "H2"]);
    assert_eq!(answer["numberMatched"], 3);
    assert_eq!(answer["features"][0]["properties"]["ward"], "E05000001");
    assert_eq!(codes(&get("/collections/hall/items?ward=E05000002").await.json()), [""; 0]);
}

#[tokio::test]
async fn filter_bbox_and_equality_all_hold_together() {
    let filter = escaped("code > 'E'");
    let path = format!("/collections/ward/items?name=Abbey&bbox=-1,52,0,53&filter={filter}");
    assert_eq!(codes(&get(&path).await.json()), ["E05000001"]);
    let elsewhere = format!("/collections/ward/items?bbox=1,52,2,53&filter={filter}");
    assert_eq!(get(&elsewhere).await.json()["numberMatched"], 0);
}

#[tokio::test]
async fn pages_of_a_filter_are_linked() {
    let filter = escaped("lap = 'N4'");
    let path = format!("/collections/hall/items?limit=2&sortby=-name&filter={filter}");
    let first = get(&path).await.json();
    assert_eq!(codes(&first), ["H3", "H2"]);
    let next = first["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
    let second = get(next.unwrap()["href"].as_str().unwrap()).await.json();
    assert_eq!(codes(&second), ["H1"]);
}

#[tokio::test]
async fn an_invalid_filter_is_refused_by_name() {
    for (query, words) in [
        ("filter=nmae%3D%27a%27", &["filter", "nmae", "area_m2"][..]),
        ("filter=name%3D5", &["filter", "\"name\"", "text"]),
        ("filter=name%3D", &["filter", "character 6"]),
        ("filter=Foo(name)%3D1", &["filter", "foo"]),
        ("filter=", &["filter", "empty"]),
        ("filter=true&filter-lang=sql", &["filter-lang", "cql2-json"]),
        ("filter=true&filter-lang=cql2-json&filter-crs=EPSG:1", &["filter-crs", "EPSG:1"]),
        ("filter=%7B&filter-lang=cql2-json", &["filter", "not JSON"]),
        ("filter-lang=cql2-text", &["filter-lang", "add filter as well"]),
        ("filter-crs=EPSG:27700", &["filter-crs", "add filter as well"]),
        ("sortby=nmae", &["sortby", "nmae"]),
        ("sortby=", &["sortby"]),
        ("properties=name,nmae", &["properties", "nmae"]),
        ("simplify=-1", &["simplify", "metres"]),
        ("simplify=coarse", &["simplify", "metres"]),
        ("simplify=inf", &["simplify", "metres"]),
    ] {
        let message = detail(query).await;
        for word in words {
            assert!(message.contains(word), "{query}: {message} lacks {word}");
        }
    }
}

#[tokio::test]
async fn features_are_sorted_by_several_keys() {
    let sorted = |keys| async move {
        let answer = get(&format!("/collections/hall/items?sortby={keys}")).await.json();
        codes(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(sorted("-code").await, ["H3", "H2", "H1"]);
    assert_eq!(sorted("seats,-name").await, ["H3", "H2", "H1"]);
    assert_eq!(sorted("+name").await, ["H1", "H2", "H3"]);
    assert_eq!(sorted("%2Bname").await, ["H1", "H2", "H3"]);
}

#[tokio::test]
async fn only_the_requested_properties_are_returned() {
    let answer = get("/collections/ward/items?properties=name,LAD22NM").await.json();
    assert_eq!(answer["features"][0]["properties"], json!({"name": "Abbey", "LAD22NM": "West"}));
    assert_eq!(answer["features"][0]["id"], "E05000001");
    let one = get("/collections/hall/items/H1?properties=lap").await.json();
    assert_eq!(one["properties"], json!({"lap": "N4"}));
}

#[tokio::test]
async fn simplified_areas_match_their_neighbours_on_other_pages() {
    let whole = get("/collections/ward/items?simplify=120").await.json();
    let second = get("/collections/ward/items?simplify=100&limit=1&offset=1").await.json();
    assert_eq!(whole["features"][1]["geometry"], second["features"][0]["geometry"]);
    let one = get("/collections/ward/items/E05000002?simplify=100").await.json();
    assert_eq!(whole["features"][1]["geometry"], one["geometry"]);
    let ring = |answer: &Value| {
        let ring = answer["geometry"]["coordinates"][0][0].clone();
        serde_json::from_value::<Vec<[f64; 2]>>(ring).unwrap()
    };
    let doubled = |ring: &[[f64; 2]]| -> f64 {
        ring.windows(2).map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1]).sum()
    };
    assert!(doubled(&ring(&one)) > 0.0, "counter-clockwise");
    let points = get("/collections/hall/items?simplify=100").await.json();
    assert_eq!(codes(&points).len(), 3, "points are as they are");
}

#[tokio::test]
async fn queryables_are_a_json_schema_of_the_filterable_properties() {
    let reply = get("/collections/hall/queryables").await;
    assert_eq!(reply.header("content-type"), "application/schema+json");
    let schema = reply.json();
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["additionalProperties"], false);
    assert!(schema["$id"].as_str().unwrap().ends_with("/collections/hall/queryables"));
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties["seats"]["type"], "integer");
    assert_eq!(properties["geometry"]["format"], "geometry-point");
    assert_eq!(properties["valid_from"]["format"], "date");
    // Every queryable can be used in a filter.
    for name in properties.keys() {
        let filter = escaped(&format!("{name} IS NULL"));
        let reply = get(&format!("/collections/hall/items?filter={filter}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{name}: {}", reply.text());
    }
    let page = get_with("/collections/hall/queryables", &[("accept", "text/html")]).await;
    assert!(page.text().contains("<code>seats</code>"));
    assert_eq!(get("/collections/nil/queryables").await.problem(), "unknown-layer");
    let collection = get("/collections/hall").await.json();
    let links = collection["links"].as_array().unwrap();
    let rel = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
    let link = links.iter().find(|link| link["rel"] == rel).expect("a link to them");
    assert_eq!(get(link["href"].as_str().unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_area_links_to_its_overlaps_and_to_the_points_within_it() {
    let lap = get("/collections/lap/items/N4").await.json();
    let hrefs: Vec<&str> = lap["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["href"].as_str().unwrap())
        .collect();
    for path in ["/v1/areas/lap/N4", "/v1/areas/lap/N4/overlaps", "/collections/hall/items?lap=N4"]
    {
        let href = hrefs.iter().find(|href| href.ends_with(path));
        let href = href.unwrap_or_else(|| panic!("{path} in {hrefs:?}"));
        assert_eq!(get(href).await.status, StatusCode::OK, "{href}");
    }
    let area = get("/v1/areas/ward_2013/E05000009?date=2015-01-01").await.json();
    assert_eq!(area["links"]["points"]["hall"], "/collections/hall/items?ward_2013=E05000009");
    let points = get(area["links"]["points"]["hall"].as_str().unwrap()).await.json();
    assert_eq!(points["numberMatched"], 3);
}
