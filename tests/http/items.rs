//! `/collections/{layer}/items`: selection, paging and formats.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::ask::{Reply, get, get_with};

const CRS: &str = "http://www.opengis.net/def/crs";

fn ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let answer = reply.json();
    let features = answer["features"].as_array().unwrap();
    assert_eq!(answer["numberReturned"], features.len());
    features.iter().map(|feature| feature["id"].as_str().unwrap().to_owned()).collect()
}

async fn found(query: &str) -> Vec<String> {
    ids(&get(&format!("/collections/{query}")).await)
}

fn href(document: &Value, rel: &str) -> Option<String> {
    let links = document["links"].as_array().unwrap();
    let link = links.iter().find(|link| link["rel"] == rel)?;
    Some(link["href"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn plain_clients_get_geojson_and_the_snapshot() {
    let reply = get("/collections/ward/items").await;
    assert_eq!(reply.header("content-type"), "application/geo+json");
    let answer = reply.json();
    assert_eq!(answer["type"], "FeatureCollection");
    assert_eq!(answer["snapshot"]["title"], "Squares");
    assert_eq!(answer["numberMatched"], 2);
    assert!(answer["timeStamp"].as_str().unwrap().ends_with('Z'));
    let json = get_with("/collections/ward/items", &[("accept", "application/json")]).await;
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(json.json()["features"], answer["features"]);
}

#[tokio::test]
async fn areas_are_wound_and_closed_as_rfc_7946_says() {
    let features = get("/collections/ward/items").await.json();
    let ring = features["features"][0]["geometry"]["coordinates"][0][0].clone();
    let ring: Vec<[f64; 2]> = serde_json::from_value(ring).unwrap();
    assert_eq!(ring.first(), ring.last());
    let doubled: f64 = ring.windows(2).map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1]).sum();
    assert!(doubled > 0.0, "counter-clockwise");
}

#[tokio::test]
async fn the_bbox_of_an_answer_is_that_of_its_coordinates() {
    let answer = get("/collections/ward/items").await.json();
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for feature in answer["features"].as_array().unwrap() {
        let rings = feature["geometry"]["coordinates"][0][0].clone();
        for [lon, lat] in serde_json::from_value::<Vec<[f64; 2]>>(rings).unwrap() {
            bounds =
                [bounds[0].min(lon), bounds[1].min(lat), bounds[2].max(lon), bounds[3].max(lat)];
        }
    }
    assert_eq!(answer["bbox"], json!(bounds));
    let none = get("/collections/ward/items?code=nil").await.json();
    assert_eq!(none.get("bbox"), None, "nothing has no bounds");
}

#[tokio::test]
async fn pages_follow_each_other_by_their_links_and_carry_every_parameter() {
    let mut address = "/collections/hall/items?limit=1&seats=80".to_owned();
    let mut seen = Vec::new();
    loop {
        let reply = get(&address).await;
        seen.extend(ids(&reply));
        let answer = reply.json();
        assert_eq!(answer["numberMatched"], 3);
        let Some(next) = href(&answer, "next") else { break };
        assert!(next.contains("limit=1") && next.contains("seats=80"), "{next}");
        assert!(reply.headers.get_all("link").iter().any(|l| l.to_str().unwrap().contains(&next)));
        let back = href(&get(&next).await.json(), "prev").unwrap();
        assert_eq!(ids(&get(&back).await), ids(&reply), "there and back");
        address = next;
    }
    assert_eq!(seen, ["H1", "H2", "H3"]);
    let beyond = get("/collections/hall/items?offset=99&limit=2").await;
    assert!(ids(&beyond).is_empty());
    let back = href(&beyond.json(), "prev").unwrap();
    assert_eq!(found(back.strip_prefix("/collections/").unwrap()).await, ["H2", "H3"]);
}

#[tokio::test]
async fn a_limit_above_the_maximum_becomes_the_maximum_and_an_invalid_one_is_refused() {
    assert_eq!(found("hall/items?limit=10001").await.len(), 3);
    assert_eq!(found("hall/items?limit=99999999999999999999").await.len(), 3);
    for query in
        ["limit=0", "limit=-1", "limit=", "limit=1.5", "limit=ten", "offset=-1", "offset=x"]
    {
        let reply = get(&format!("/collections/hall/items?{query}")).await;
        assert_eq!(reply.problem(), "invalid-parameter", "{query}");
        assert_eq!(reply.json()["parameter"], query.split('=').next().unwrap());
    }
}

#[tokio::test]
async fn a_box_chooses_by_geometry_in_the_crs_of_the_box() {
    let bng = format!("bbox-crs={CRS}/EPSG/0/27700");
    let first = ["E05000001"];
    assert_eq!(found(&format!("ward/items?bbox=475100,260100,475200,260200&{bng}")).await, first);
    let both = format!("ward/items?bbox=475900,260100,476000,260200&{bng}");
    assert_eq!(found(&both).await.len(), 2, "one is only touched");
    // 475500 260500 in degrees.
    assert_eq!(found("ward/items?bbox=-0.8961,52.2375,-0.8951,52.2380").await, first);
    assert_eq!(found("ward/items?bbox=-0.8961,52.2375,-5,-0.8951,52.2380,100").await, first);
    let degrees = format!("bbox-crs={CRS}/EPSG/0/4326");
    assert_eq!(
        found(&format!("ward/items?bbox=52.2375,-0.8961,52.2380,-0.8951&{degrees}")).await,
        first
    );
    assert_eq!(found("ward/items?bbox=177,52,0,53").await.len(), 2, "over the antimeridian");
    assert_eq!(found("ward/items?bbox=-180,-90,180,90").await.len(), 2, "the world");
    assert!(found("ward/items?bbox=-180,85,180,90").await.is_empty(), "the pole");
}

#[tokio::test]
async fn a_time_chooses_by_the_vintage_of_the_layer() {
    let now = "ward/items?datetime=2022-01-01T12:00:00Z";
    assert_eq!(found(now).await.len(), 2);
    assert!(found("ward_2013/items?datetime=2022-01-01").await.is_empty());
    assert_eq!(found("ward_2013/items?datetime=../2014-01-01").await.len(), 1);
    assert_eq!(found("ward_2013/items?datetime=2020-01-01/..").await.len(), 1);
    assert!(found("ward_2013/items?datetime=2021-04-01/2022-01-01").await.is_empty());
    assert_eq!(found("lap/items?datetime=1066-10-14").await.len(), 1, "of no stated time: always");
}

#[tokio::test]
async fn every_attribute_is_a_parameter() {
    assert_eq!(found("ward/items?name=Abbey").await, ["E05000001"]);
    assert_eq!(found("ward/items?name=Saint%20George's&code=E05000002").await, ["E05000002"]);
    assert!(found("ward/items?name=Abbey&code=E05000002").await.is_empty());
    assert_eq!(found("ward/items?area_m2=1000000").await.len(), 2);
    assert_eq!(found("hall/items?seats=80.0").await.len(), 3);
    assert_eq!(found("hall/items?lap=N4").await, ["H1", "H2", "H3"], "points know their areas");
    let reply = get("/collections/hall/items?seats=many").await;
    assert_eq!(reply.problem(), "invalid-parameter");
    assert!(reply.json()["detail"].as_str().unwrap().contains("a whole number"));
    assert_eq!(get("/collections/hall/items?seats=80.5").await.problem(), "invalid-parameter");
}

#[tokio::test]
async fn bad_values_are_refused_with_the_parameter_named() {
    for (query, parameter) in [
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,x", "bbox"),
        ("bbox=0,53,1,52", "bbox"),
        ("bbox=0,0,200,1", "bbox"),
        ("bbox=1,2,3,4&bbox-crs=EPSG:2154", "bbox-crs"),
        ("datetime=then", "datetime"),
        ("datetime=2024-01-01/2023-01-01", "datetime"),
        ("datetime=../..", "datetime"),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/9999", "crs"),
        ("f=kml", "f"),
    ] {
        let reply = get(&format!("/collections/ward/items?{query}")).await;
        assert_eq!(reply.problem(), "invalid-parameter", "{query}");
        assert_eq!(reply.json()["parameter"], parameter, "{query}");
    }
    for (path, problem) in [
        ("/collections/ward/items?colour=red", "unknown-parameter"),
        ("/collections/ward/items?seats=80", "unknown-parameter"),
        ("/collections/ward/items?limit=1&limit=2", "repeated-parameter"),
        ("/collections/ward/items?bbox-crs=EPSG:27700", "missing-parameter"),
        ("/collections/nil/items", "unknown-layer"),
        ("/collections/ward/items/E05000009", "unknown-area"),
        ("/collections/ward/items/E05000001?bbox=1,2,3,4", "unknown-parameter"),
    ] {
        assert_eq!(get(path).await.problem(), problem, "{path}");
    }
    let reply = get_with("/collections/ward/items", &[("accept", "image/png")]).await;
    assert_eq!(reply.problem(), "not-acceptable");
}

#[tokio::test]
async fn coordinates_are_in_the_requested_crs_and_the_header_names_it() {
    let first = |reply: &Reply| -> [f64; 2] {
        let at = &reply.json()["features"][0]["geometry"]["coordinates"];
        serde_json::from_value(at.clone()).unwrap()
    };
    let plain = get("/collections/hall/items").await;
    assert_eq!(plain.header("content-crs"), format!("<{CRS}/OGC/1.3/CRS84>"));
    let [lon, lat] = first(&plain);
    let swapped = get(&format!("/collections/hall/items?crs={CRS}/EPSG/0/4326")).await;
    assert_eq!(swapped.header("content-crs"), format!("<{CRS}/EPSG/0/4326>"));
    assert_eq!(first(&swapped), [lat, lon]);
    let metres = get(&format!("/collections/hall/items?crs={CRS}/EPSG/0/27700")).await;
    assert_eq!(first(&metres), [475_010.0, 260_010.0]);
    assert_eq!(metres.json()["bbox"], json!([475_010, 260_010, 475_500, 260_600]));
    let mercator = get(&format!("/collections/hall/items?crs={CRS}/EPSG/0/3857")).await;
    let [x, y] = first(&mercator);
    assert!((x - lon.to_radians() * 6_378_137.0).abs() < 0.02, "{x}");
    assert!((y - lat.to_radians().tan().asinh() * 6_378_137.0).abs() < 0.04, "{y}");
    let one = get(&format!("/collections/hall/items/H1?crs={CRS}/EPSG/0/27700")).await;
    assert_eq!(one.header("content-crs"), format!("<{CRS}/EPSG/0/27700>"));
    assert_eq!(one.json()["geometry"]["coordinates"], json!([475_010, 260_010]));
}

#[tokio::test]
async fn a_feature_is_found_by_its_code_and_links_to_its_collection() {
    let hall = get("/collections/hall/items/H1").await.json();
    assert_eq!(hall["type"], "Feature");
    assert_eq!(hall["properties"]["name"], "Abbey Hall");
    assert_eq!(href(&hall, "self").unwrap(), "/collections/hall/items/H1");
    assert_eq!(href(&hall, "collection").unwrap(), "/collections/hall");
    assert_eq!(href(&hall, "alternate").unwrap(), "/collections/hall/items/H1?f=html");
    let ward = get("/collections/ward/items/E05000002").await.json();
    assert_eq!(ward["id"], "E05000002");
    assert_eq!(ward["bbox"].as_array().unwrap().len(), 4);
    assert_eq!(href(&ward, "related").unwrap(), "/v1/areas/ward/E05000002");
}
