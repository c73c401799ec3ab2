//! The layers as vector tiles.

use std::io::Read as _;

use axum::body::Body;
use axum::http::Request;
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use lapwing_boundaries::atlas::Atlas;
use serde_json::{Value, json};

use crate::ask::{Reply, get, get_with, send, service};
use lapwing_testing::squares;

/// The tile of zoom 11 in which the squares lie.
const TILE: &str = "11/1018/674";

/// A layer of a tile: its name, and the number of its features.
fn layers(tile: &[u8]) -> Vec<(String, usize)> {
    let reader = fast_mvt::MvtReaderRef::new(tile).unwrap();
    let layer = |layer: fast_mvt::MvtLayerRef| (layer.name().to_owned(), layer.features().len());
    reader.layers().map(layer).collect()
}

async fn tilejson(path: &str) -> Value {
    let reply = get_with(path, &[("host", "maps.example:8080")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/json");
    reply.json()
}

/// The address of a tile by the template of a TileJSON.
fn address(tilejson: &Value, tile: &str) -> String {
    let [z, x, y] = tile.split('/').collect::<Vec<_>>()[..] else { panic!("{tile}") };
    let template = tilejson["tiles"][0].as_str().unwrap();
    let template = template.strip_prefix("http://maps.example:8080").unwrap();
    template.replace("{z}", z).replace("{x}", x).replace("{y}", y)
}

fn unzipped(reply: &Reply) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&*reply.body).read_to_end(&mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn a_tile_has_the_requested_layers_with_the_names_of_their_areas() {
    let reply = get(&format!("/tiles/ward,hall/{TILE}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/vnd.mapbox-vector-tile");
    let expected = [("ward", 2), ("ward_label", 2), ("hall", 1)];
    let mut found = layers(&reply.body);
    // At this zoom the names have no room yet.
    found.retain(|(name, _)| name != "ward_label");
    assert_eq!(found, [expected[0], expected[2]].map(|(name, n)| (name.to_owned(), n)));
    let deepest = get("/tiles/ward/14/8151/5394").await;
    assert!(layers(&deepest.body).iter().any(|(name, _)| name == "ward_label"));
}

#[tokio::test]
async fn a_series_gives_the_vintage_of_the_day_under_its_own_name() {
    for (path, count) in [
        (format!("/tiles/ward/{TILE}"), 2),
        (format!("/tiles/ward/{TILE}?date=2014-01-01"), 1),
        (format!("/tiles/ward/{TILE}?date=2022-01-01"), 2),
    ] {
        assert_eq!(layers(&get(&path).await.body)[0], ("ward".to_owned(), count), "{path}");
    }
    let old = get(&format!("/tiles/ward_2013/{TILE}")).await;
    assert_eq!(layers(&old.body)[0], ("ward_2013".to_owned(), 1));
    let problem = get(&format!("/tiles/ward/{TILE}?date=2000-01-01")).await;
    assert_eq!(problem.problem(), "not-in-force");
    // One that is in force goes without those that are not.
    let one = get(&format!("/tiles/ward,lap/{TILE}?date=2000-01-01")).await;
    assert_eq!(layers(&one.body)[0], ("lap".to_owned(), 1));
}

#[tokio::test]
async fn rows_may_have_a_suffix() {
    let plain = get(&format!("/tiles/ward/{TILE}")).await.body;
    for suffix in ["mvt", "pbf"] {
        assert_eq!(get(&format!("/tiles/ward/{TILE}.{suffix}")).await.body, plain, "{suffix}");
    }
}

#[tokio::test]
async fn an_invalid_tile_address_is_not_found() {
    for tile in [
        "15/0/0",
        "0/1/0",
        "0/0/1",
        "0/0/-1",
        "0/+0/0",
        "x/0/0",
        "0/0/0.png",
        "0/0/1e0",
        "99999999999999999999/0/0",
    ] {
        assert_eq!(get(&format!("/tiles/ward/{tile}")).await.problem(), "unknown-tile", "{tile}");
    }
    for layers in ["nil", "ward,nil", "ward,", "Ward", "ward%20", "ward_label"] {
        let problem = get(&format!("/tiles/{layers}/{TILE}")).await;
        assert_eq!(problem.problem(), "unknown-layer", "{layers}");
        assert!(problem.text().contains("hall"), "it names those there are");
    }
    let many = ["ward"; 40].join(",");
    assert_eq!(get(&format!("/tiles/{many}/0/0/0")).await.problem(), "unknown-layer");
    let misspelt = get(&format!("/tiles/ward/{TILE}?datum=2000-01-01")).await;
    assert_eq!(misspelt.problem(), "unknown-parameter");
    assert_eq!(get("/tiles/ward").await.problem(), "unknown-route");
}

#[tokio::test]
async fn an_empty_tile_is_204_no_content() {
    let reply = get("/tiles/ward/11/0/0").await;
    assert_eq!((reply.status.as_u16(), reply.body.len()), (204, 0));
    assert_eq!(reply.header("cache-control"), "public, max-age=60");
    assert!(!reply.header("etag").is_empty());
}

#[tokio::test]
async fn a_tile_is_sent_with_gzip_if_accepted_and_decompressed_otherwise() {
    let path = format!("/tiles/ward,lap/{TILE}");
    let plain = get(&path).await;
    assert_eq!(plain.header("content-encoding"), "");
    let gzip = get_with(&path, &[("accept-encoding", "gzip, deflate, br, zstd")]).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(unzipped(&gzip), plain.body);
    assert_eq!(gzip.header("etag"), plain.header("etag"));
    for reply in [&plain, &gzip] {
        assert_eq!(reply.header("vary").matches("accept-encoding").count(), 1);
    }
    let refused = get_with(&path, &[("accept-encoding", "gzip;q=0")]).await;
    assert_eq!(refused.body, plain.body);
}

#[tokio::test]
async fn tile_urls_of_the_tilejson_are_immutable() {
    let metadata = tilejson("/tiles/ward,lap.json").await;
    let path = address(&metadata, TILE);
    let reply = get(&path).await;
    assert_eq!(reply.status, 200, "{path}");
    assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    let plain = get(&format!("/tiles/ward,lap/{TILE}")).await;
    assert_eq!(plain.header("cache-control"), "public, max-age=60");
    assert_eq!(plain.body, reply.body);
    let tag = plain.header("etag").to_owned();
    let again = get_with(&format!("/tiles/ward,lap/{TILE}"), &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), tag);
}

#[tokio::test]
async fn an_old_version_redirects_to_the_current_one() {
    let metadata = tilejson("/tiles/ward.json?date=2022-01-01").await;
    let path = address(&metadata, TILE);
    let (start, query) = path.split_once('?').unwrap();
    let old = format!("{start}?v=gone&date=2022-01-01");
    let reply = get(&old).await;
    assert_eq!(reply.status.as_u16(), 307);
    assert_eq!(reply.header("location"), format!("?{query}"));
    assert_eq!(reply.header("cache-control"), "public, max-age=60");
    // Another vintage is another version, as is another snapshot.
    let version = |metadata: &Value| {
        let template = metadata["tiles"][0].as_str().unwrap().to_owned();
        template.split("v=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    };
    let before = version(&tilejson("/tiles/ward.json?date=2014-01-01").await);
    assert_ne!(before, version(&metadata));
    assert_eq!(version(&metadata), version(&tilejson("/tiles/ward.json").await));
    let mut other = squares::contents();
    other.title.push('!');
    let other = Atlas::build(other, jiff::Timestamp::UNIX_EPOCH, &());
    let request = Request::get("/tiles/ward.json").body(Body::empty()).unwrap();
    let other = send(router(Live::with(other), Limits::default()), request).await.json();
    assert_ne!(version(&other), version(&metadata));
}

#[tokio::test]
async fn a_reload_evicts_the_tiles_of_the_old_snapshot() {
    let live = Live::with(squares::atlas());
    let service = router(live.clone(), Limits::default());
    let ask = async || {
        let request = Request::get(format!("/tiles/ward/{TILE}")).body(Body::empty()).unwrap();
        send(service.clone(), request).await
    };
    let before = ask().await;
    let mut contents = squares::contents();
    contents.layers.remove(0);
    live.swap(Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &()));
    let after = ask().await;
    assert_eq!(layers(&before.body)[0], ("ward".to_owned(), 2));
    assert_eq!(layers(&after.body)[0], ("ward".to_owned(), 1), "the vintage that is left");
    assert_ne!(before.header("etag"), after.header("etag"));
}

#[tokio::test]
async fn a_tilejson_has_every_required_member() {
    let metadata = tilejson("/tiles/ward,hall.json").await;
    assert_eq!(metadata["tilejson"], "3.0.0");
    assert_eq!((&metadata["minzoom"], &metadata["maxzoom"]), (&json!(0), &json!(14)));
    let ids: Vec<&str> = metadata["vector_layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["ward", "ward_label", "hall"]);
    let fields = json!({"code": "String", "name": "String", "LAD22NM": "String"});
    assert_eq!(metadata["vector_layers"][0]["fields"], fields);
    assert_eq!(metadata["vector_layers"][2]["fields"]["count"], "Number");
    assert_eq!(metadata["vector_layers"][2]["fields"]["seats"], "Number");
    let bounds: [f64; 4] = serde_json::from_value(metadata["bounds"].clone()).unwrap();
    // The corners of the squares by PROJ, by its seven parameters good to 2 m.
    for (ours, proj) in bounds.into_iter().zip([-0.903_232, 52.232_822, -0.873_726, 52.242_086]) {
        assert!((ours - proj).abs() < 0.000_03, "{bounds:?}");
    }
    let center: [f64; 3] = serde_json::from_value(metadata["center"].clone()).unwrap();
    assert!(bounds[0] < center[0] && center[0] < bounds[2] && center[2] == 13.0, "{center:?}");
    let attribution = "Illustrative: this place does not exist | Squares by hand";
    assert_eq!(metadata["attribution"], attribution);
    assert_eq!(metadata["snapshot"]["illustrative"], true);
}

#[tokio::test]
async fn the_urls_of_a_tilejson_are_those_of_the_proxy() {
    let headers = [
        ("host", "10.0.0.7:8080"),
        ("x-forwarded-host", "maps.example.org"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/lapwing"),
    ];
    let reply = get_with("/tiles/ward.json", &headers).await;
    let template = reply.json()["tiles"][0].as_str().unwrap().to_owned();
    assert!(
        template.starts_with("https://maps.example.org/lapwing/tiles/ward/{z}/{x}/{y}?v="),
        "{template}"
    );
    let vary: Vec<_> =
        reply.headers.get_all("vary").iter().map(|v| v.to_str().unwrap().to_owned()).collect();
    assert!(vary.join(",").contains("x-forwarded-host"), "{vary:?}");
}

#[tokio::test]
async fn an_attribution_is_escaped_on_the_map() {
    let mut contents = squares::contents();
    contents.illustrative = false;
    contents.layers.truncate(1);
    let mut meta = contents.layers[0].meta().clone();
    meta.attribution = Some("<script>alert(1)</script> & co".to_owned());
    let areas = contents.layers[0].areas().to_vec();
    contents.layers = vec![lapwing_boundaries::layer::Layer::of_areas(meta, areas)];
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    let request = Request::get("/tiles/ward.json").body(Body::empty()).unwrap();
    let metadata = send(router(Live::with(atlas), Limits::default()), request).await.json();
    assert_eq!(metadata["attribution"], "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co");
}

#[tokio::test]
async fn concurrent_requests_share_one_tile() {
    let service = service();
    let asking = (0..50).map(|_| {
        let service = service.clone();
        tokio::spawn(async move {
            let request = Request::get(format!("/tiles/ward,lap,parish,hall/{TILE}"));
            send(service, request.body(Body::empty()).unwrap()).await.body
        })
    });
    let mut bodies = Vec::new();
    for one in asking.collect::<Vec<_>>() {
        bodies.push(one.await.unwrap());
    }
    assert!(!bodies[0].is_empty() && bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn ogc_api_tiles_leads_from_a_layer_to_its_tiles() {
    let list = tilejson("/collections/ward/tiles").await;
    let tileset = &list["tilesets"][0];
    let here = "http://maps.example:8080";
    let href = |document: &Value, rel: &str| {
        let links = document["links"].as_array().unwrap();
        let link = links.iter().find(|link| link["rel"] == rel).unwrap_or_else(|| panic!("{rel}"));
        link["href"].as_str().unwrap().strip_prefix(here).unwrap().to_owned()
    };
    let metadata = tilejson(&href(tileset, "self")).await;
    assert_eq!(metadata["dataType"], "vector");
    assert_eq!(metadata["layers"][0]["id"], "ward");
    assert_eq!(metadata["layers"][0]["geometryDimension"], 2);
    assert_eq!(metadata["layers"][0]["propertiesSchema"]["properties"]["code"]["type"], "string");
    assert_eq!(metadata["layers"][1]["geometryDimension"], 0, "names are points");
    let limits = &metadata["tileMatrixSetLimits"][11];
    assert_eq!((&limits["minTileRow"], &limits["maxTileCol"]), (&json!(674), &json!(1019)));
    let template = href(&metadata, "item");
    let [z, x, y] = TILE.split('/').collect::<Vec<_>>()[..] else { panic!("{TILE}") };
    let tile = template.replace("{tileMatrix}", z).replace("{tileRow}", y).replace("{tileCol}", x);
    let ours = get(&tile).await;
    assert_eq!(ours.header("content-type"), "application/vnd.mapbox-vector-tile");
    assert_eq!(ours.body, get(&format!("/tiles/ward/{TILE}")).await.body);
    let set =
        tilejson(&href(&metadata, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")).await;
    assert_eq!(set["tileMatrices"][11]["matrixWidth"], 2048);
    assert_eq!(set["uri"], metadata["tileMatrixSetURI"]);
}

#[tokio::test]
async fn ogc_api_tiles_has_all_layers_in_one_tileset() {
    let metadata = tilejson("/tiles/WebMercatorQuad").await;
    let ids: Vec<&str> = metadata["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["id"].as_str().unwrap())
        .collect();
    assert!(["ward", "ward_2013", "lap", "hall"].iter().all(|id| ids.contains(id)), "{ids:?}");
    let reply = get("/tiles/WebMercatorQuad/11/674/1018").await;
    let names: Vec<String> = layers(&reply.body).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"ward_2013".to_owned()), "{names:?}");
    for (path, problem) in [
        ("/collections/nil/tiles", "unknown-layer"),
        ("/collections/nil/tiles/WebMercatorQuad/0/0/0", "unknown-layer"),
        ("/collections/ward/tiles/WebMercatorQuad/15/0/0", "unknown-tile"),
        ("/collections/ward/tiles/WorldCRS84Quad", "unknown-route"),
        ("/tiles/WebMercatorQuad/1/2/0", "unknown-tile"),
        ("/tileMatrixSets/nil", "unknown-route"),
        ("/tiles?f=x", "unknown-parameter"),
    ] {
        assert_eq!(get(path).await.problem(), problem, "{path}");
    }
    assert_eq!(get("/collections/ward/tiles/WebMercatorQuad/11/0/0").await.status.as_u16(), 204);
}
