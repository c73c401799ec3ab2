//! `/mapit` compared with MapIt: its own tests of its views, applied to the squares, and the rules of
//! its code.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use serde_json::{Value, json};

use crate::ask::{Reply, get, get_with, post, send};
use lapwing_testing::squares;

const ABBEY: &str = "105000001";
const GEORGE: &str = "105000002";
const OLD: &str = "105000009";
const PRIORS: &str = "104000001";

async fn ask(path: &str) -> Reply {
    get(&format!("/mapit{path}")).await
}

async fn answer(path: &str) -> Value {
    let reply = ask(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8", "{path}");
    reply.json()
}

/// The keys of an answer, or the names of its areas.
fn keys(answer: &Value) -> Vec<String> {
    let mut keys: Vec<String> = answer.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

async fn names(path: &str) -> Vec<String> {
    let answer = answer(path).await;
    let mut names: Vec<String> = answer
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, area)| {
            assert_eq!(id, &area["id"].to_string());
            area["name"].as_str().unwrap().to_owned()
        })
        .collect();
    names.sort();
    names
}

/// Status and message of an error, after a check of its form.
async fn error(path: &str) -> (u16, String) {
    status_and_message(&ask(path).await)
}

fn status_and_message(reply: &Reply) -> (u16, String) {
    assert!(reply.header("content-type").starts_with("application/json"), "{}", reply.text());
    assert_eq!(reply.header("cache-control"), "no-store");
    let answer = reply.json();
    assert_eq!(answer["code"], reply.status.as_u16());
    assert_eq!(keys(&answer), ["code", "error"]);
    (reply.status.as_u16(), answer["error"].as_str().unwrap().to_owned())
}

async fn redirect(path: &str) -> String {
    let reply = ask(path).await;
    assert_eq!(reply.status, StatusCode::FOUND, "{path}: {}", reply.text());
    reply.header("location").to_owned()
}

async fn lap() -> String {
    keys(&answer("/areas/LAP").await).remove(0)
}

#[tokio::test]
async fn a_postcode_has_its_areas_and_shortcuts() {
    for text in ["NN1 1AA", "nn11aa", "NN1+1AA.json", "NN1-1.AA"] {
        let found_value = answer(&format!("/postcode/{}", text.replace(' ', "%20"))).await;
        assert_eq!(found_value["postcode"], "NN1 1AA");
        assert_eq!(
            (&found_value["easting"], &found_value["northing"]),
            (&json!(475_500), &json!(260_500))
        );
        assert_eq!(found_value["coordsyst"], "G");
        assert!((found_value["wgs84_lat"].as_f64().unwrap() - 52.237).abs() < 0.01);
        assert_eq!(keys(&found_value["areas"]), [ABBEY.to_owned(), lap().await]);
        let area = json!({
            "id": 105_000_001, "name": "Abbey", "parent_area": null, "type": "WRD",
            "type_name": "Ward", "country": "E", "country_name": "England", "generation_low": 3,
            "generation_high": 3, "codes": {"gss": "E05000001"}, "all_names": {},
        });
        assert_eq!(found_value["areas"][ABBEY], area);
        let lap: u64 = lap().await.parse().unwrap();
        assert_eq!(
            found_value["shortcuts"],
            json!({"ward": 105_000_001, "council": null, "LAP": lap})
        );
        assert_eq!(found_value["areas"][lap.to_string()]["codes"], json!({"lap": "N4"}));
        assert_eq!(found_value["areas"][lap.to_string()]["type"], "LAP");
    }
}

#[tokio::test]
async fn a_postcode_on_another_generation_is_in_the_areas_of_that_time() {
    let then = answer("/postcode/NN11AA?generation=2").await;
    assert_eq!(then["areas"][OLD]["name"], "Old, Town");
    assert!(then["areas"].get(ABBEY).is_none());
    for now in ["0", "nonsense", "3"] {
        let found_value = answer(&format!("/postcode/NN11AA?generation={now}")).await;
        assert_eq!(found_value["areas"][ABBEY]["name"], "Abbey", "{now}");
    }
    assert_eq!(answer("/postcode/NN11AA?generation=99").await["areas"], json!({}));
}

#[tokio::test]
async fn a_postcode_without_a_position_has_no_areas_and_a_terminated_one_its_last() {
    let unlocated = answer("/postcode/NN11AE").await;
    assert_eq!(unlocated, json!({"postcode": "NN1 1AE", "areas": {}}));
    let last = answer("/postcode/NN11AD").await;
    assert_eq!(last["areas"][ABBEY]["name"], "Abbey");
}

#[tokio::test]
async fn errors_use_the_messages_of_the_original() {
    for (path, status, words) in [
        ("/postcode/NN1", 400, "Postcode 'NN1' is not valid."),
        ("/postcode/nn1_x", 400, "Postcode 'NN1X' is not valid."),
        ("/postcode/NN19ZZ", 404, "No Postcode matches the given query."),
        ("/postcode/partial/x!", 400, "Partial postcode 'X!' is not valid."),
        ("/postcode/partial/ZZ9", 404, "Postcode not found"),
        ("/nearest/84/0,0.json", 400, "Point outside the area geometry"),
        ("/nearest/4326/4,52.json", 404, "No postcode found near 4,52 (4326)"),
        ("/point/84/0,0", 400, "Point outside the area geometry"),
        ("/point/4326/0,100", 400, "Point outside the area geometry"),
        ("/area/1", 404, "No Area matches the given query."),
        ("/area/99999999999999999999", 404, "No Area matches the given query."),
        ("/area/E05999999", 404, "No Area matches the given query."),
        ("/area/nil", 400, "Bad area ID specified"),
        ("/area/nil/covers", 400, "Bad area ID specified"),
        ("/area/105000001.geojson?simplify_tolerance=a", 400, "Badly specified tolerance"),
        ("/area/105000001.geojson?simplify_tolerance=-1", 400, "Badly specified tolerance"),
        ("/areas/105000001.geojson?simplify_tolerance=a", 400, "Badly specified tolerance"),
        ("/areas/99999.geojson", 404, "No areas found"),
        ("/areas/LAP?generation=x", 400, "Bad generation specified"),
        ("/areas/LAP?min_generation=x", 400, "Bad min_generation specified"),
        ("/code/gss/E05999999", 404, "No areas were found that matched code gss = E05999999."),
        ("/code/ons/E05000001", 404, "No areas were found that matched code ons = E05000001."),
    ] {
        assert_eq!(error(path).await, (status, words.to_owned()), "{path}");
    }
    for (path, status, word) in [
        ("/postcode/NN11AA.html", 404, "HTML"),
        ("/area/105000001/covers.map.html", 404, "HTML"),
        ("/area/105000001/nil", 404, "children"),
        ("/area/2154/105000001.geojson", 400, "srid 2154"),
        ("/area/27700/105000001", 404, ".geojson"),
        ("/areas/1,2.wkt", 404, "WKT"),
        ("/point/27700/475500", 400, "two numbers"),
        ("/point/27700/1e3,2", 400, "two numbers"),
        ("/point/27700/1,2/circle", 404, "box"),
        ("/nothing", 404, "/api"),
    ] {
        let (found_value, words) = error(path).await;
        assert!(found_value == status && words.contains(word), "{path}: {found_value} {words}");
    }
    assert_eq!(status_and_message(&post("/mapit/areas", "text/plain", "URL=LAP").await).0, 400);
    let wrong = post("/mapit/postcode/NN11AA", "text/plain", "").await;
    assert_eq!(status_and_message(&wrong).0, 405);
}

#[tokio::test]
async fn a_partial_postcode_is_the_centre_of_its_postcodes() {
    let found_value = answer("/postcode/partial/nn1").await;
    assert_eq!(
        (&found_value["postcode"], &found_value["easting"]),
        (&json!("NN1"), &json!(475_923))
    );
    assert_eq!(answer("/postcode/partial/NN11AA").await, found_value, "a whole one is cut");
    assert_eq!(answer("/postcode/partial/NN1.json").await, found_value);
}

#[tokio::test]
async fn the_postcode_nearest_to_a_point_has_its_distance_in_whole_metres() {
    let found_value = answer("/nearest/27700/475500,260507").await["postcode"].take();
    assert_eq!(
        (&found_value["postcode"], &found_value["distance"]),
        (&json!("NN1 1AF"), &json!(3))
    );
    let degrees =
        format!("/nearest/4326/{},{}.json", found_value["wgs84_lon"], found_value["wgs84_lat"]);
    assert_eq!(answer(&degrees).await["postcode"]["distance"], 0);
}

#[tokio::test]
async fn a_point_is_in_its_areas() {
    assert_eq!(names("/point/27700/475500,260500").await, ["Abbey", "North 4"]);
    assert_eq!(names("/point/27700/475900,260500.json").await, ["Abbey", "North 4", "Priors"]);
    assert_eq!(names("/point/27700/475900,260500?type=CPC,LAP").await, ["North 4", "Priors"]);
    assert_eq!(names("/point/27700/475900,260500?type=CPC&colour=red").await, ["Priors"]);
    assert_eq!(names("/point/27700/475900,260500?generation=2&type=WRD").await, ["Old, Town"]);
    let both = names("/point/27700/475900,260500?min_generation=1&type=WRD").await;
    assert_eq!(both, ["Abbey", "Old, Town"]);
    assert_eq!(names("/point/27700/475900,260500?min_generation=-1&type=WRD").await, both);
    assert_eq!(names("/point/27700/475900,260500?country=W").await, Vec::<String>::new());
    let on_boundary = names("/point/27700/476000,260100?type=WRD").await;
    assert_eq!(on_boundary, ["Abbey", "Saint George's"], "both");
    let at = answer("/postcode/NN11AA").await;
    let (lon, lat) = (&at["wgs84_lon"], &at["wgs84_lat"]);
    assert_eq!(names(&format!("/point/4326/{lon},{lat}")).await, ["Abbey", "North 4"]);
    for far in ["4326/0,0", "4326/4,52", "27700/0,0", "3857/0,0"] {
        assert_eq!(answer(&format!("/point/{far}")).await, json!({}), "{far}");
    }
}

#[tokio::test]
async fn other_orders_of_a_point_lead_to_the_east_first() {
    assert_eq!(redirect("/point/latlon/51.5,-3.5.json").await, "/mapit/point/4326/-3.5,51.5.json");
    assert_eq!(redirect("/point/osgb/475500,260500").await, "/mapit/point/27700/475500,260500");
    assert_eq!(redirect("/point/latlon/1,2?type=LAP").await, "/mapit/point/4326/2,1?type=LAP");
    assert_eq!(redirect("/point/latlon/1,2/box").await, "/mapit/point/4326/2,1/box");
    let host = [("host", "example.org"), ("x-forwarded-prefix", "/areas")];
    let reply = get_with("/mapit/point/latlon/1,2", &host).await;
    assert_eq!(reply.header("location"), "http://example.org/areas/mapit/point/4326/2,1");
}

#[tokio::test]
async fn an_area_is_found_by_its_number_and_by_its_code() {
    assert_eq!(answer("/area/105000001").await["name"], "Abbey");
    assert_eq!(answer("/area/105000001.json").await["codes"]["gss"], "E05000001");
    assert_eq!(answer("/area/105000009").await["generation_high"], 2, "what was, too");
    assert_eq!(redirect("/area/E05000001").await, "/mapit/area/105000001");
    let kept = redirect("/area/E05000001.geojson?simplify_tolerance=0.001").await;
    assert_eq!(kept, "/mapit/area/105000001.geojson?simplify_tolerance=0.001");
    assert_eq!(redirect("/area/N4").await, format!("/mapit/area/{}", lap().await));
    assert_eq!(redirect("/code/gss/E05000001").await, "/mapit/area/105000001");
    assert_eq!(redirect("/code/gss/E05000001.json").await, "/mapit/area/105000001.json");
    assert_eq!(redirect("/code/lap/N4").await, format!("/mapit/area/{}", lap().await));
    assert_eq!(redirect("/code/gss/E05000009?generation=2").await, "/mapit/area/105000009");
    assert_eq!(error("/code/gss/E05000009").await.0, 404, "not in force");
}

#[tokio::test]
async fn a_shape_comes_in_every_format() {
    let shape = answer(&format!("/area/{PRIORS}.geojson")).await;
    assert_eq!(shape["type"], "Polygon");
    assert_eq!(keys(&shape), ["coordinates", "type"]);
    let many = answer(&format!("/areas/{PRIORS},{ABBEY},1.geojson")).await;
    assert_eq!(many["type"], "FeatureCollection");
    assert_eq!(many["features"].as_array().unwrap().len(), 2);
    assert_eq!(many["features"][0]["geometry"], shape);
    assert_eq!(many["features"][0]["properties"], answer(&format!("/area/{PRIORS}")).await);
    let metres = answer(&format!("/area/27700/{PRIORS}.geojson")).await;
    assert_eq!(metres["coordinates"][0][0], json!([475_800, 260_200]));
    assert_eq!(answer(&format!("/area/27700/{PRIORS}.json")).await, metres);
    let wkt = ask(&format!("/area/{PRIORS}.wkt")).await;
    assert!(wkt.text().starts_with("POLYGON ((475800.000 260200.000, "), "{}", wkt.text());
    assert_eq!(wkt.header("content-type"), "text/plain; charset=utf-8");
    assert!(ask(&format!("/area/4326/{PRIORS}.wkt")).await.text().starts_with("POLYGON ((-0.8"));
    let kml = ask(&format!("/areas/{PRIORS},{GEORGE}.kml")).await;
    assert!(kml.header("content-type").starts_with("application/vnd.google-earth.kml+xml"));
    assert!(kml.text().contains("<kml") && kml.text().contains("<name>Priors</name>"));
    assert!(ask(&format!("/area/{ABBEY}.kml")).await.text().contains("<coordinates>-0.9"));
}

#[tokio::test]
async fn a_simpler_shape_has_no_more_vertices_and_stays() {
    let count = |shape: &Value| shape["coordinates"][0].as_array().unwrap().len();
    let whole = answer(&format!("/area/{PRIORS}.geojson")).await;
    for tolerance in ["0", "0.0001", "1"] {
        let path = format!("/area/{PRIORS}.geojson?simplify_tolerance={tolerance}");
        let simple = answer(&path).await;
        assert!((4..=count(&whole)).contains(&count(&simple)), "{tolerance}");
    }
}

#[tokio::test]
async fn an_area_is_measured() {
    let measured = answer(&format!("/area/{PRIORS}/geometry")).await;
    let expected = json!({
        "parts": 1, "srid_en": 27700, "area": 200_000.0, "min_e": 475_800.0, "min_n": 260_200.0,
        "max_e": 476_200.0, "max_n": 260_700.0, "centre_e": 476_000.0, "centre_n": 260_450.0,
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&measured[member], value, "{member}");
    }
    assert!((measured["centre_lat"].as_f64().unwrap() - 52.236).abs() < 0.01);
    assert_eq!(measured.as_object().unwrap().len(), 15);
    let many = answer(&format!("/areas/{PRIORS},1/geometry")).await;
    assert_eq!(many, json!({PRIORS: measured, "1": {}}));
    assert_eq!(answer(&format!("/area/{ABBEY}/example_postcode")).await, "NN1 1AA");
    assert_eq!(answer(&format!("/area/{PRIORS}/example_postcode.json")).await, "NN1 1AC");
}

#[tokio::test]
async fn relations_between_areas_follow_their_geometry() {
    for (question, found) in [
        ("105000001/touches", &["Saint George's"][..]),
        ("105000001/overlaps", &["Priors"]),
        ("105000001/covered", &["North 4"]),
        ("105000001/covers", &[]),
        ("105000001/coverlaps", &["Priors"]),
        ("105000001/intersects", &["North 4", "Priors", "Saint George's"]),
        ("105000001/intersects?type=CPC,LAP", &["North 4", "Priors"]),
        ("105000002/overlaps", &["North 4", "Priors"]),
        ("104000001/overlaps.json", &["Abbey", "Saint George's"]),
        ("104000001/covered", &["North 4"]),
        ("105000001/children", &[]),
        // Areas of the past are compared with current ones, unless a generation is requested.
        ("105000009/covers?type=WRD", &["Abbey", "Saint George's"]),
        ("105000009/overlaps", &[]),
        ("105000009/covers", &["Abbey", "North 4", "Priors", "Saint George's"]),
        ("104000001/covered?generation=2", &["North 4", "Old, Town"]),
    ] {
        assert_eq!(names(&format!("/area/{question}")).await, found, "{question}");
    }
    let drawn = answer(&format!("/area/{ABBEY}/overlaps.geojson")).await;
    assert_eq!(drawn["features"][0]["properties"]["name"], "Priors");
    assert_eq!(error(&format!("/area/{ABBEY}/children.geojson")).await.0, 404, "there are none");
}

#[tokio::test]
async fn areas_are_found_by_ids_types_and_name_prefix() {
    assert_eq!(names("/areas/105000001,105000009,5").await, ["Abbey", "Old, Town"]);
    assert_eq!(names("/areas/WRD").await, ["Abbey", "Saint George's"]);
    assert_eq!(names("/areas/WRD,CPC.json").await, ["Abbey", "Priors", "Saint George's"]);
    assert_eq!(names("/areas/WRD?generation=2").await, ["Old, Town"]);
    assert_eq!(names("/areas/UTA").await, Vec::<String>::new());
    assert_eq!(names("/areas/saint%20g").await, ["Saint George's"]);
    assert_eq!(names("/areas/a?type=CPC").await, Vec::<String>::new());
    let drawn = answer("/areas/WRD.geojson").await;
    assert_eq!(drawn["features"].as_array().unwrap().len(), 2);
    let form = "application/x-www-form-urlencoded";
    for (body, count) in [
        ("URL=WRD", 2),
        ("URL=/105000001,105000002", 2),
        ("URL=WRD%2CCPC&generation=2", 2),
        ("URL=saint+george", 1),
        ("URL=105000001/geometry", 1),
    ] {
        let reply = post("/mapit/areas", form, body).await;
        assert_eq!(reply.json().as_object().unwrap().len(), count, "{body}");
    }
    let drawn = post("/mapit/areas", form, "URL=27700/105000001.geojson").await.json();
    assert_eq!(drawn["features"][0]["geometry"]["coordinates"][0][0], json!([475_000, 260_000]));
    let nothing = status_and_message(&post("/mapit/areas", form, "").await);
    assert_eq!(nothing, (400, "No content specified".to_owned()));
}

#[tokio::test]
async fn generations_and_types_are_listed() {
    let generations = answer("/generations").await;
    assert_eq!(keys(&generations), ["1", "2", "3"]);
    let second = json!({
        "id": 2, "active": true, "created": "2013-05-02T00:00:00Z",
        "description": "From 2013-05-02: Squares: ward_2013; Squares: lap; Squares: parish",
    });
    assert_eq!(generations["2"], second);
    assert_eq!(answer("/generations.json").await, generations);
    assert_eq!(keys(&answer("/types").await), ["CPC", "LAP", "WRD"]);
    assert_eq!(answer("/types.json").await["CPC"]["description"], "Civil parish/community");
}

#[tokio::test]
async fn a_callback_makes_a_script_with_status_200() {
    let reply = ask("/area/1?callback=foo.bar").await;
    assert_eq!(reply.status, StatusCode::OK);
    let script = r#"typeof foo.bar === 'function' && foo.bar({"error":"No Area matches the given query.","code":404})"#;
    assert_eq!(reply.text(), script);
    // With `nosniff`, browsers run a script only with the media type of a script.
    assert_eq!(reply.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    let reply = ask("/area/1?callback=foo(1)").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND, "what is no name is passed over");
    assert_eq!(
        redirect("/area/E05000001?callback=foo").await,
        "/mapit/area/105000001?callback=foo"
    );
}

#[tokio::test]
async fn with_addresses_a_postcode_is_in_the_areas_of_all_of_them() {
    let service = router(Live::with(squares::with_addresses()), Limits::default());
    let request = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let found_value = send(service.clone(), request("/mapit/postcode/NN11AC")).await.json();
    assert!(
        found_value["areas"].get(ABBEY).is_some() && found_value["areas"].get(GEORGE).is_some()
    );
    assert_eq!(found_value["shortcuts"]["ward"], 105_000_001, "two of three are there");
    let found_value = send(service, request("/postcodes-io/postcodes/NN11AC")).await.json();
    assert_eq!(found_value["result"]["admin_ward"], "Abbey");
}

#[tokio::test]
async fn without_a_snapshot_both_return_their_own_error() {
    let service = router(Live::new(), Limits::default());
    let request = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let reply = send(service.clone(), request("/mapit/area/1")).await;
    assert_eq!(status_and_message(&reply).0, 503);
    assert_eq!(reply.header("retry-after"), "2");
    let reply = send(service, request("/postcodes-io/postcodes/NN11AA")).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["status"]), (503, &json!(503)));
}
