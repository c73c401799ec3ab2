//! `/v1/areas/…/successors`, `/predecessors` and `/v1/changes`.

use axum::http::StatusCode;
use serde_json::json;

use crate::ask::{get, get_with};

#[tokio::test]
async fn an_area_has_its_successors_with_shares() {
    let reply = get("/v1/areas/ward_2013/E05000009/successors").await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let answer = reply.json();
    assert_eq!(answer["area"]["layer"], "ward_2013");
    assert_eq!(answer["change"]["kind"], "split");
    assert_eq!(answer["change"]["certain"], true);
    let successors = answer["successors"].as_array().unwrap();
    assert_eq!(successors.len(), 2);
    assert_eq!(successors[0]["layer"], "ward");
    assert_eq!(successors[0]["code"], "E05000001");
    assert_eq!(successors[0]["relation"], "contains");
    assert_eq!(successors[0]["share_of_area"], 0.5);
    assert_eq!(successors[0]["share_of_other"], 1.0);
    // NN1 1AA, NN1 1AC and NN1 1AF of five; NN1 1AB and NN11 1AA are in the other.
    assert_eq!(successors[0]["postcodes"]["share_of_area"], 0.6);
    assert_eq!(answer["best_fit"]["code"], "E05000001");
    assert_eq!(answer["uncovered"], json!({"m2": 0.0, "share": 0.0}));
    assert_eq!(answer["layers"]["ward_2013"]["valid_to"], "2021-04-01");
    assert_eq!(answer["layers"]["ward"]["valid_from"], "2021-04-01");
    assert_eq!(answer["sliver_tolerance_m"], 20.0);
}

#[tokio::test]
async fn an_area_has_its_predecessors() {
    let answer = get("/v1/areas/ward/E05000002/predecessors").await.json();
    assert_eq!(answer["area"]["layer"], "ward");
    assert_eq!(answer["change"]["kind"], "split", "it is a part of what was split");
    let predecessors = answer["predecessors"].as_array().unwrap();
    assert_eq!(predecessors.len(), 1);
    assert_eq!(predecessors[0]["code"], "E05000009");
    assert_eq!(predecessors[0]["relation"], "within");
    assert!(answer.get("successors").is_none());
}

#[tokio::test]
async fn a_code_of_an_earlier_vintage_is_found_by_the_series() {
    let by_id = get("/v1/areas/ward_2013/E05000009/successors").await;
    for other in [
        "/v1/areas/ward/E05000009/successors",
        "/v1/areas/ward/E05000009/successors?to=ward",
        "/v1/areas/ward/E05000009/successors?to=2024-05-01",
        "/v1/areas/ward_2013/E05000009/successors?to=2021-04-01",
    ] {
        assert_eq!(get(other).await.text(), by_id.text(), "{other}");
    }
    // On a day on which it was in force, the earlier vintage is not superseded.
    let then = get("/v1/areas/ward/E05000009/successors?date=2014-01-01").await.text();
    let superseded = "\"superseded_since\":\"2021-04-01\",";
    assert!(by_id.text().contains(superseded) && !then.contains(superseded), "{then}");
    assert_eq!(then, by_id.text().replace(superseded, ""));
}

#[tokio::test]
async fn incomparable_vintages_are_refused() {
    for (address, problem, word) in [
        ("ward/E05000001/successors", "no-other-vintage", "latest"),
        ("ward_2013/E05000009/predecessors", "no-other-vintage", "earliest"),
        ("lap/N4/successors", "no-other-vintage", "latest"),
        ("ward_2013/E05000009/successors?to=lap", "invalid-parameter", "ward_2013, ward"),
        ("ward_2013/E05000009/successors?to=ward_2013", "invalid-parameter", "later"),
        ("ward/E05000001/successors?to=ward_2013", "invalid-parameter", "later"),
        ("ward/E05000001/predecessors?from=2000-01-01", "not-in-force", "2000-01-01"),
        ("ward/E05000009/successors?date=2024-01-01", "unknown-area", "ward_2013"),
        ("ward/nil/successors", "unknown-area", "no area nil"),
        ("nil/E05000001/successors", "unknown-layer", "ward_2013"),
        ("hall/H1/successors", "wrong-layer-kind", "points"),
        ("ward/E05000001/successors?from=ward_2013", "unknown-parameter", "to, date"),
    ] {
        let reply = get(&format!("/v1/areas/{address}")).await;
        assert_eq!(reply.problem(), problem, "{address}");
        let detail = reply.json()["detail"].to_string();
        assert!(detail.contains(word), "{address}: {detail}");
    }
}

#[tokio::test]
async fn the_changes_of_a_layer_come_as_json_or_csv() {
    let reply = get("/v1/changes/ward?from=ward_2013&to=ward").await;
    assert_eq!(reply.header("content-type"), "application/json");
    let answer = reply.json();
    assert_eq!((&answer["from"], &answer["to"]), (&json!("ward_2013"), &json!("ward")));
    assert_eq!(answer["summary"], json!({"split": 1}));
    assert_eq!(answer["uncertain"], 0);
    let change = &answer["changes"][0];
    assert_eq!(change["kind"], "split");
    assert_eq!(change["from"]["code"], "E05000009");
    assert_eq!(change["to"][1]["code"], "E05000002");
    assert_eq!(change["to"][1]["share_of_from"], 0.5);
    let csv = get("/v1/changes/ward?f=csv").await;
    assert_eq!(
        csv.text(),
        "kind,certain,or,from_code,from_name,to_code,to_name,shared_m2,share_of_from,share_of_to,\
         doubtful,postcodes,postcode_share_of_from,postcode_share_of_to,best_fit,counterpart,\
         lost_m2,gained_m2,slivers_m2,uncovered_m2\n\
         split,true,,E05000009,\"Old, Town\",E05000001,Abbey,1000000,0.5,1,false,3,0.6,1,true,,,,0,0\n\
         split,true,,E05000009,\"Old, Town\",E05000002,Saint George's,1000000,0.5,1,false,2,0.4,1,\
         false,,,,0,0\n"
    );
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"ward_2013_ward_changes.csv\""
    );
    let accepted = get_with("/v1/changes/ward", &[("accept", "text/csv")]).await;
    assert_eq!(accepted.text(), csv.text());
    // However the two vintages are named.
    for query in ["", "?from=2014-01-01", "?to=2024-05-01", "?to=ward", "?date=2024-05-01"] {
        let named = get(&format!("/v1/changes/ward{query}")).await;
        assert_eq!(named.json()["changes"], answer["changes"], "{query}");
    }
}

#[tokio::test]
async fn changes_need_two_vintages_of_one_series() {
    for (address, problem) in [
        ("ward?from=ward&to=ward_2013", "invalid-parameter"),
        ("ward?from=ward&to=ward", "invalid-parameter"),
        ("ward?from=lap", "invalid-parameter"),
        ("ward?from=ward", "no-other-vintage"),
        ("ward?to=ward_2013", "no-other-vintage"),
        ("ward?date=2014-01-01", "no-other-vintage"),
        ("ward?from=2000-01-01", "not-in-force"),
        ("ward?date=2000-01-01", "not-in-force"),
        ("lap", "no-other-vintage"),
        ("nil", "unknown-layer"),
        ("hall", "wrong-layer-kind"),
        ("ward?f=xml", "invalid-parameter"),
        ("ward?slivers=include", "unknown-parameter"),
    ] {
        let reply = get(&format!("/v1/changes/{address}")).await;
        assert_eq!(reply.problem(), problem, "{address}");
    }
}
