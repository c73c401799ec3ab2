//! `/v1/nearest` and `/v1/search`

use crate::ask::get;

#[tokio::test]
async fn the_nearest_points_have_distances_in_metres() {
    let answer = get("/v1/nearest?postcode=NN11AA&layer=hall&limit=3").await.json();
    let read: Vec<_> = answer["nearest"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["code"].as_str().unwrap(), n["distance_m"].as_f64().unwrap()))
        .collect();
    assert_eq!(read, [("H2", 100.0), ("H3", 100.0), ("H1", 693.0)]);
    assert_eq!(get("/v1/nearest?postcode=NN11AA&limit=1").await.json()["nearest"][0]["code"], "H2");
}

#[tokio::test]
async fn names_codes_and_postcodes_are_found() {
    let answer = get("/v1/search?q=abb").await.json();
    assert_eq!(answer["results"][0]["kind"], "area");
    assert_eq!(answer["results"][1]["kind"], "point");
    let postcodes = get("/v1/search?q=nn1%201a&limit=2").await.json();
    assert_eq!(postcodes["results"][0]["postcode"], "NN1 1AA");
    assert_eq!(postcodes["results"].as_array().unwrap().len(), 2);
    let halls = get("/v1/search?q=abb&layer=hall").await.json();
    assert_eq!(halls["results"][0]["code"], "H1");
}

#[tokio::test]
async fn unsupported_queries_are_refused() {
    for (query, problem) in [
        ("nearest?postcode=NN11AA&layer=ward", "wrong-layer-kind"),
        ("nearest?postcode=NN11AA&layer=nil", "unknown-layer"),
        ("nearest?postcode=NN11AA&limit=0", "invalid-parameter"),
        ("nearest?postcode=NN11AA&limit=101", "invalid-parameter"),
        ("nearest?postcode=NN11AA&limit=ten", "invalid-parameter"),
        ("nearest?layer=hall", "missing-parameter"),
        ("search", "missing-parameter"),
        ("search?q=%20", "invalid-parameter"),
        ("search?q=a&layer=nil", "unknown-layer"),
    ] {
        assert_eq!(get(&format!("/v1/{query}")).await.problem(), problem, "{query}");
    }
}
