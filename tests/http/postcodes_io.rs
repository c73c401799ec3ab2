//! `/postcodes-io` compared with postcodes.io: its own checks of every endpoint
//! (`bin/test_endpoints.sh` there) and of its rules, applied to the squares.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::ask::{Reply, get, get_with, post};

async fn ask(path: &str) -> Reply {
    get(&format!("/postcodes-io{path}")).await
}

async fn result(path: &str) -> Value {
    let reply = ask(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    let mut answer = reply.json();
    assert_eq!(answer["status"], 200);
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
    answer["result"].take()
}

async fn error(path: &str) -> (u16, String) {
    let reply = ask(path).await;
    status_and_message(&reply)
}

/// Status and message of an error, after a check of its form.
fn status_and_message(reply: &Reply) -> (u16, String) {
    assert!(reply.header("content-type").starts_with("application/json"));
    assert_eq!(reply.header("cache-control"), "no-store");
    let answer = reply.json();
    assert_eq!(answer["status"], reply.status.as_u16());
    (reply.status.as_u16(), answer["error"].as_str().unwrap().to_owned())
}

async fn send(path: &str, body: &Value) -> Reply {
    post(&format!("/postcodes-io{path}"), "application/json", body.to_string()).await
}

fn postcodes_of(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["postcode"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_endpoint_answers_with_the_status_of_the_original() {
    for (path, status) in [
        ("/postcodes/NN11AA", 200),
        ("/postcodes/INVALID123", 404),
        ("/random/postcodes", 200),
        ("/random/postcodes?outcode=NN1", 200),
        ("/random/postcodes?outcode=SW1", 200),
        ("/postcodes?q=NN1&limit=3", 200),
        ("/postcodes/NN11/autocomplete", 200),
        ("/postcodes/NN11AA/nearest", 200),
        ("/postcodes?lon=-0.896&lat=52.236", 200),
        ("/postcodes?lon=-0.896&lat=52.236&limit=5&radius=500", 200),
        ("/postcodes/NN11AA/validate", 200),
        ("/outcodes/NN1", 200),
        ("/outcodes/ZZ99", 404),
        ("/outcodes/NN1/nearest", 200),
        ("/outcodes?lon=-0.896&lat=52.236", 200),
        ("/places?q=London&limit=3", 200),
        ("/random/places", 200),
        ("/terminated_postcodes/NN11AD", 200),
        ("/terminated_postcodes/NN11AA", 404),
        ("/scotland/postcodes/NN11AA", 404),
        ("/ping", 200),
        ("/ready", 200),
    ] {
        let reply = ask(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        assert_eq!(reply.json()["status"], status, "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    }
    for body in [
        json!({"postcodes": ["NN11AA", "M451FJ"]}),
        json!({"geolocations": [
            {"longitude": -0.127, "latitude": 51.507}, {"longitude": -2.298, "latitude": 53.513}
        ]}),
    ] {
        assert_eq!(send("/postcodes", &body).await.status, 200);
    }
}

#[tokio::test]
async fn a_postcode_has_every_field_and_null_for_missing_data() {
    for text in ["NN11AA", "nn1%201aa", "%20NN1%20%201AA%20"] {
        let found_value = result(&format!("/postcodes/{text}")).await;
        let expected = json!({
            "postcode": "NN1 1AA", "quality": 1, "eastings": 475_500, "northings": 260_500,
            "country": "England", "incode": "1AA", "outcode": "NN1", "admin_ward": "Abbey",
            "parish": null, "lap": "North 4", "admin_district": null, "nhs_ha": null,
            "date_of_introduction": null, "lsoa": null, "lsoa21": null,
        });
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&found_value[field], value, "{field}");
        }
        assert_eq!(found_value["codes"]["admin_ward"], "E05000001");
        assert_eq!(found_value["codes"]["lap"], "N4");
        assert_eq!(found_value["codes"]["parish"], json!(null));
        assert_eq!(found_value.as_object().unwrap().len(), 43);
        assert_eq!(found_value["codes"].as_object().unwrap().len(), 30);
    }
    let parish = result("/postcodes/NN11AC").await;
    assert_eq!(
        (&parish["parish"], &parish["codes"]["parish"]),
        (&json!("Priors"), &json!("E04000001"))
    );
}

#[tokio::test]
async fn a_postcode_without_a_position_has_null_for_all_that_depends_on_it() {
    let found_value = result("/postcodes/NN11AE").await;
    assert_eq!(found_value["quality"], 9);
    for field in ["eastings", "northings", "longitude", "latitude", "admin_ward", "country"] {
        assert_eq!(found_value[field], json!(null), "{field}");
    }
    let near = error("/postcodes/NN11AE/nearest").await;
    assert_eq!(near, (400, "Invalid longitude/latitude submitted".to_owned()));
}

#[tokio::test]
async fn outside_every_area_the_names_are_null() {
    let found_value = result("/postcodes/NN69ZZ").await;
    for field in ["admin_ward", "parish", "lap", "country"] {
        assert_eq!(found_value[field], json!(null), "{field}");
    }
}

#[tokio::test]
async fn not_found_errors_use_the_messages_of_the_original() {
    for (path, words) in [
        ("/postcodes/NN1", "Invalid postcode"),
        ("/postcodes/NN1!1AA", "Invalid postcode"),
        ("/postcodes/NN19ZZ", "Postcode not found"),
        ("/postcodes/NN19ZZ/nearest", "Postcode not found"),
        ("/postcodes/x/nearest", "Postcode not found"),
        ("/outcodes/ZZ10", "Outcode not found"),
        ("/outcodes/ZZ10/nearest", "Outcode not found"),
        ("/terminated_postcodes/NN11AA", "Terminated postcode not found"),
        ("/terminated_postcodes/x", "Invalid postcode"),
        ("/scotland/postcodes/NN11AA", "Postcode exists in ONSPD but not in SPD"),
        ("/scotland/postcodes/NN19ZZ", "Postcode not found"),
        ("/scotland/postcodes/x", "Invalid postcode"),
        ("/places/osgb4000000074564391", "Place not found"),
        ("/nothing/here", "Resource not found"),
        ("", "Resource not found"),
    ] {
        assert_eq!(error(path).await, (404, words.to_owned()), "{path}");
    }
    for (path, words) in [
        ("/postcodes", "No postcode query submitted. Remember to include query parameter"),
        ("/postcodes?q=", "No postcode query submitted. Remember to include query parameter"),
        ("/postcodes?q=%20", "No postcode query submitted. Remember to include query parameter"),
        ("/postcodes?lon=-0.9", "No postcode query submitted. Remember to include query parameter"),
        ("/postcodes?lon=bogus&lat=52", "Invalid longitude/latitude submitted"),
        ("/postcodes/lon/-0.9/lat/bogus", "Invalid longitude/latitude submitted"),
        ("/postcodes?lon=-0.9&lat=52&limit=bogus", "Invalid result limit submitted"),
        ("/postcodes?lon=-0.9&lat=52&radius=bogus", "Invalid lookup radius submitted"),
        ("/postcodes/NN11AA/nearest?limit=bogus", "Invalid result limit submitted"),
        ("/postcodes/NN11AA/nearest?radius=bogus", "Invalid lookup radius submitted"),
        ("/outcodes", "Invalid longitude/latitude submitted"),
        ("/outcodes/NN1/nearest?limit=bogus", "Invalid result limit submitted"),
        ("/outcodes/NN1/nearest?radius=bogus", "Invalid lookup radius submitted"),
        ("/places", "No valid query submitted. Remember to include every parameter"),
    ] {
        assert_eq!(error(path).await, (400, words.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_terminated_postcode_is_not_found_and_has_its_end_date() {
    let reply = ask("/postcodes/NN11AD").await;
    assert_eq!(status_and_message(&reply), (404, "Postcode not found".to_owned()));
    let terminated = reply.json()["terminated"].take();
    assert_eq!(terminated["postcode"], "NN1 1AD");
    assert_eq!(
        (&terminated["year_terminated"], &terminated["month_terminated"]),
        (&json!(2019), &json!(7))
    );
    assert_eq!(terminated.as_object().unwrap().len(), 5);
    assert_eq!(result("/terminated_postcodes/nn11ad").await, terminated);
    assert_eq!(result("/postcodes/NN11AD/validate").await, false);
    assert_eq!(result("/postcodes?q=NN11AD").await, json!(null));
}

#[tokio::test]
async fn validate_is_true_for_existing_postcodes() {
    for (text, truth) in [("NN11AA", true), ("nn1%201aa", true), ("NN19ZZ", false), ("x", false)] {
        assert_eq!(result(&format!("/postcodes/{text}/validate")).await, truth, "{text}");
    }
}

#[tokio::test]
async fn postcodes_are_completed_and_found_by_their_beginning() {
    let five = ["NN1 1AA", "NN1 1AB", "NN1 1AC", "NN1 1AE", "NN1 1AF"];
    assert_eq!(result("/postcodes/NN1/autocomplete").await, json!(five));
    assert_eq!(result("/postcodes/nn1%201/autocomplete?limit=2").await, json!(five[..2]));
    assert_eq!(result("/postcodes/NN11AA/autocomplete").await, json!(["NN1 1AA"]), "it alone");
    assert_eq!(result("/postcodes/ZZ/autocomplete").await, json!(null));
    for limit in ["bogus", "0", "-1"] {
        let all = result(&format!("/postcodes/NN1/autocomplete?limit={limit}")).await;
        assert_eq!(all, json!(five), "the default");
    }
    let found = result("/postcodes?q=NN1&limit=2").await;
    assert_eq!(postcodes_of(&found), five[..2]);
    assert_eq!(found[0]["admin_ward"], "Abbey");
    assert_eq!(postcodes_of(&result("/postcodes?query=NN11").await), ["NN11 1AA"]);
    assert_eq!(result("/postcodes?q=ZZ").await, json!(null));
}

#[tokio::test]
async fn the_postcodes_near_a_position_come_nearest_first_with_metres() {
    let at = result("/postcodes/NN11AA").await;
    let (lon, lat) = (&at["longitude"], &at["latitude"]);
    let near = result(&format!("/postcodes?lon={lon}&lat={lat}")).await;
    assert_eq!(postcodes_of(&near), ["NN1 1AA", "NN1 1AF"], "neither terminated nor far");
    assert!(near[0]["distance"].as_f64().unwrap() < 0.1);
    let ten = near[1]["distance"].as_f64().unwrap();
    // 10 m on the grid, whose scale here is 0.9996.
    assert!((ten - 10.004).abs() < 0.1, "{ten}");
    for same in [
        format!("/postcodes?longitude={lon}&latitude={lat}"),
        format!("/postcodes/lon/{lon}/lat/{lat}"),
        format!("/postcodes/lat/{lat}/lon/{lon}"),
    ] {
        assert_eq!(result(&same).await, near, "{same}");
    }
    assert_eq!(postcodes_of(&result("/postcodes/NN11AA/nearest").await), ["NN1 1AA", "NN1 1AF"]);
    let wider = result(&format!("/postcodes?lon={lon}&lat={lat}&radius=900&limit=3")).await;
    assert_eq!(postcodes_of(&wider), ["NN1 1AA", "NN1 1AF", "NN1 1AC"]);
    let zero = result(&format!("/postcodes?lon={lon}&lat={lat}&limit=0")).await;
    assert_eq!(zero, json!(null));
    let most = result(&format!("/postcodes?lon={lon}&lat={lat}&radius=9999999")).await;
    assert!(!postcodes_of(&most).contains(&"NN6 9ZZ"), "no more than 2,000 m");
    let wide = result(&format!("/postcodes?lon={lon}&lat={lat}&widesearch=true")).await;
    assert!(postcodes_of(&wide).contains(&"NN6 9ZZ"), "20 km");
    assert_eq!(result(&format!("/postcodes?lon={lon}&lat={lat}&wideSearch=1")).await, wide);
    for outside in ["lon=0&lat=0", "lon=-3.2&lat=55.9", "lon=500&lat=52", "lon=4&lat=52"] {
        assert_eq!(result(&format!("/postcodes?{outside}")).await, json!(null), "{outside}");
    }
}

#[tokio::test]
async fn many_postcodes_are_answered_in_order() {
    let body = json!({"postcodes": ["nn11ab", "NN19ZZ", "nonsense", 5, "NN1 1AA"]});
    let answer = send("/postcodes", &body).await.json()["result"].take();
    let queries: Vec<&Value> = answer.as_array().unwrap().iter().map(|one| &one["query"]).collect();
    assert_eq!(
        queries,
        ["nn11ab", "NN19ZZ", "nonsense", "NN1 1AA"],
        "what is no text is passed over"
    );
    assert_eq!(answer[0]["result"]["admin_ward"], "Saint George's");
    assert_eq!(answer[1], json!({"query": "NN19ZZ", "result": null}));
    assert_eq!(answer[2]["result"], json!(null));
    assert_eq!(answer[3]["result"], result("/postcodes/NN11AA").await);
    let filtered = send("/postcodes?filter=lap,%20Postcode,nonsense,lap", &body).await;
    assert_eq!(
        filtered.json()["result"][3]["result"].to_string(),
        r#"{"lap":"North 4","postcode":"NN1 1AA"}"#
    );
    let form = "postcodes%5B%5D=NN11AA&postcodes%5B%5D=NN19ZZ";
    let form = post("/postcodes-io/postcodes", "application/x-www-form-urlencoded", form).await;
    assert_eq!(form.json()["result"][0]["result"]["postcode"], "NN1 1AA");
}

#[tokio::test]
async fn many_positions_are_answered_in_order_and_given_back() {
    let at = result("/postcodes/NN11AA").await;
    let (lon, lat) = (&at["longitude"], &at["latitude"]);
    let body = json!({"geolocations": [
        {"longitude": lon, "latitude": lat, "limit": 1, "other": 1},
        {"longitude": 0, "latitude": 0},
        {"longitude": lon.to_string(), "latitude": lat.to_string(), "radius": "900"},
        {"longitude": lon, "latitude": lat, "wideSearch": true},
    ]});
    let answer = send("/postcodes", &body).await.json()["result"].take();
    assert_eq!(answer[0]["query"], json!({"longitude": lon, "latitude": lat, "limit": 1}));
    assert_eq!(postcodes_of(&answer[0]["result"]), ["NN1 1AA"]);
    assert_eq!(answer[1]["result"], json!(null));
    assert_eq!(postcodes_of(&answer[2]["result"]), ["NN1 1AA", "NN1 1AF", "NN1 1AC", "NN11 1AA"]);
    assert!(postcodes_of(&answer[3]["result"]).contains(&"NN6 9ZZ"));
    let common = send("/postcodes?limit=1&filter=postcode,distance", &body).await.json();
    assert_eq!(common["result"][2]["query"]["limit"], "1");
    assert_eq!(common["result"][2]["result"], json!([{"postcode": "NN1 1AA"}]));
}

#[tokio::test]
async fn bodies_without_a_list_get_the_messages_of_the_original() {
    let many = |count: usize| vec!["NN11AA"; count];
    let places = |count: usize| vec![json!({"longitude": 0, "latitude": 0}); count];
    for (body, words) in [
        (
            json!({"postcodes": many(101)}),
            "Too many postcodes submitted. Up to 100 postcodes can be bulk requested at a time",
        ),
        (
            json!({"geolocations": places(101)}),
            "Too many locations submitted. Up to 100 locations can be bulk requested at a time",
        ),
        (
            json!({"postcodes": "NN11AA"}),
            "Invalid data submitted. You need to provide a JSON array",
        ),
        (
            json!({"geolocations": {"0": 1}}),
            "Invalid data submitted. You need to provide a JSON array",
        ),
        (json!({"geolocations": [{"longitude": 0}]}), "Invalid longitude/latitude submitted"),
        (json!({"geolocations": [5]}), "Invalid longitude/latitude submitted"),
        (
            json!({"geolocations": [{"longitude": 0, "latitude": 0, "limit": "x"}]}),
            "Invalid result limit submitted",
        ),
        (
            json!({"geolocations": [{"longitude": 0, "latitude": 0, "radius": "x"}]}),
            "Invalid lookup radius submitted",
        ),
    ] {
        assert_eq!(status_and_message(&send("/postcodes", &body).await), (400, words.to_owned()));
    }
    assert_eq!(send("/postcodes", &json!({"postcodes": many(100)})).await.status, 200);
    for (body, content_type, words) in [
        ("{}", "application/json", "Invalid JSON query submitted. \n"),
        ("[]", "application/json", "Invalid JSON query submitted. \n"),
        ("", "application/json", "Invalid JSON query submitted. \n"),
        (r#"{"postcodes": null}"#, "application/json", "Invalid JSON query submitted. \n"),
        (r#"{"postcodes": ["NN11AA"]}"#, "text/plain", "Invalid JSON query submitted. \n"),
        ("{", "application/json", "Invalid JSON submitted.\n"),
        ("5", "application/json", "Invalid JSON submitted.\n"),
    ] {
        let (status, error) =
            status_and_message(&post("/postcodes-io/postcodes", content_type, body).await);
        assert!(status == 400 && error.starts_with(words), "{body}: {error}");
    }
    let large = "x".repeat(200_000);
    let (status, _) =
        status_and_message(&post("/postcodes-io/postcodes", "application/json", large).await);
    assert_eq!(status, 413);
}

#[tokio::test]
async fn a_callback_makes_a_script_with_status_200_whatever_the_answer() {
    let reply = ask("/ping?callback=foo").await;
    assert!(reply.header("content-type").starts_with("text/javascript"));
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    let script = r#"/**/ typeof foo === 'function' && foo({"status":200,"result":"pong"});"#;
    assert_eq!(reply.text(), script);
    let reply = ask("/postcodes/x?callback=a%3Cscript%3Eb").await;
    assert_eq!(reply.status, 200);
    let script = r#"/**/ typeof ascriptb === 'function' && ascriptb({"status":404,"error":"Invalid postcode"});"#;
    assert_eq!(reply.text(), script);
}

#[tokio::test]
async fn an_outcode_has_its_centre_and_its_areas() {
    let found_value = result("/outcodes/nn1").await;
    assert_eq!(found_value["outcode"], "NN1");
    assert_eq!(found_value["eastings"], 475_923, "the mean of four: 922.5");
    assert_eq!(found_value["admin_ward"], json!(["Abbey", "Saint George's"]));
    assert_eq!(found_value["parish"], json!(["Priors"]));
    assert_eq!(found_value["lap"], json!(["North 4"]));
    assert_eq!(found_value["admin_district"], json!([]));
    assert_eq!(found_value["country"], json!(["England"]));
    let names = |list: &Value| -> Vec<String> {
        let all = list.as_array().unwrap();
        all.iter().map(|one| one["outcode"].as_str().unwrap().to_owned()).collect()
    };
    let near = result("/outcodes/NN1/nearest").await;
    assert_eq!(names(&near), ["NN1", "NN11", "NN6"]);
    assert_eq!(names(&result("/outcodes/NN1/nearest?radius=1000").await), ["NN1", "NN11"]);
    assert_eq!(names(&result("/outcodes/NN1/nearest?limit=1").await), ["NN1"]);
    let (lon, lat) = (&found_value["longitude"], &found_value["latitude"]);
    assert_eq!(
        names(&result(&format!("/outcodes?lon={lon}&lat={lat}&limit=2")).await),
        ["NN1", "NN11"]
    );
    assert_eq!(result("/outcodes?lon=0&lat=0").await, json!(null));
}

#[tokio::test]
async fn a_random_postcode_is_live_and_not_cached() {
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let reply = ask("/random/postcodes?outcode=nn1").await;
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("etag"), "");
        seen.insert(reply.json()["result"]["postcode"].as_str().unwrap().to_owned());
    }
    let all: Vec<&str> = seen.iter().map(String::as_str).collect();
    let live = ["NN1 1AA", "NN1 1AB", "NN1 1AC", "NN1 1AE", "NN1 1AF"];
    assert!(all.len() > 1 && all.iter().all(|one| live.contains(one)), "{all:?}");
    assert_eq!(result("/random/postcodes?outcode=SW1").await, json!(null));
    assert_ne!(result("/random/postcodes").await["postcode"], "NN1 1AD");
}

#[tokio::test]
async fn place_and_scottish_postcode_lookups_find_nothing() {
    assert_eq!(result("/places?q=Castle").await, json!([]));
    assert_eq!(result("/places?query=Castle").await, json!([]));
    assert_eq!(result("/random/places").await, json!(null));
}

#[tokio::test]
async fn unknown_parameters_and_accept_headers_are_ignored() {
    let plain = result("/postcodes/NN11AA").await;
    assert_eq!(result("/postcodes/NN11AA?colour=red&layers=x&layers=y").await, plain);
    let image = [("accept", "image/png")];
    let reply = get_with("/postcodes-io/postcodes/NN11AA", &image).await;
    assert_eq!(reply.json()["result"], plain);
}

#[tokio::test]
async fn a_response_is_revalidated_and_a_wrong_method_refused() {
    let reply = ask("/postcodes/NN11AA").await;
    let tag = [("if-none-match", reply.header("etag"))];
    let again = get_with("/postcodes-io/postcodes/NN11AA", &tag).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let wrong = post("/postcodes-io/postcodes/NN11AA", "application/json", "{}").await;
    assert_eq!(status_and_message(&wrong).0, 405);
    let long = ask(&format!("/postcodes?q={}", "x".repeat(9000))).await;
    assert_eq!(status_and_message(&long).0, 414);
}
