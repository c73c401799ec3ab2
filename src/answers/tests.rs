use geo::polygon;
use jiff::civil::date;
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;
use serde::Serialize;
use serde_json::{Value, json};

use super::squares::{TODAY, at, atlas, with_addresses};
use super::*;

fn of(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).unwrap()
}

fn postcode(text: &str) -> Place {
    Place::Postcode(Postcode::parse(text).unwrap())
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

fn ask(atlas: &Atlas, place: Place) -> Value {
    of(&lookup(atlas, place, None, TODAY).unwrap())
}

#[test]
fn a_lookup_returns_one_area_of_each_series_with_its_confidence() {
    let atlas = atlas();
    let answer = ask(&atlas, postcode("nn11aa"));
    assert_eq!(answer["query"], json!({"postcode": "NN1 1AA"}));
    assert_eq!(
        answer["areas"],
        json!({
            "ward": [{"code": "E05000001", "name": "Abbey", "match": "inside"}],
            "lap": [{"code": "N4", "name": "North 4", "match": "inside"}],
            "parish": [],
        })
    );
    assert_eq!(
        answer["confidence"],
        json!({
            "level": "high", "boundary_distance_m": 300.0, "threshold_m": 50.0, "by": "position",
            "layers": {
                "ward": {"level": "high", "boundary_distance_m": 500.0, "threshold_m": 50.0},
                "lap": {"level": "high", "boundary_distance_m": 500.0, "threshold_m": 50.0},
                "parish": {"level": "high", "boundary_distance_m": 300.0, "threshold_m": 50.0},
            },
            "near": [],
        })
    );
    assert_eq!(
        answer["layers"]["ward"],
        json!({"layer": "ward", "valid_from": "2021-04-01", "valid_to": null, "resolution": "BFC"})
    );
    assert_eq!(
        answer["snapshot"],
        json!({
            "id": atlas.id(), "title": "Squares", "built": "2023-11-14T22:13:20Z",
            "illustrative": true
        })
    );
}

#[test]
fn grid_metres_keep_the_precision_of_their_source() {
    let atlas = atlas();
    let text = |place| serde_json::to_string(&lookup(&atlas, place, None, TODAY).unwrap()).unwrap();
    let whole = text(postcode("NN1 1AA"));
    assert!(whole.contains(r#""easting":475500,"northing":260500,"positional_quality":10"#));
    assert!(text(Place::Bng(at(0.25, 1.0))).contains(r#""easting":475000.25,"northing":260001"#));
}

#[test]
fn degrees_and_grid_metres_of_one_position_agree() {
    let atlas = atlas();
    let (degrees, _) = at(500.0, 500.0).to_lng_lat();
    let by_degrees = ask(&atlas, Place::LngLat(degrees));
    let by_grid = ask(&atlas, Place::Bng(at(500.0, 500.0)));
    assert_eq!(by_degrees["areas"], by_grid["areas"]);
    assert_eq!(by_degrees["location"]["lon"], by_grid["location"]["lon"]);
    assert_eq!(by_degrees["location"]["easting"], json!(475_500));
    assert!(by_grid["location"].get("positional_quality").is_none());
    assert!(by_grid["location"].get("accuracy").is_none());
}

#[test]
fn a_position_outside_the_ostn15_grid_is_marked_approximate() {
    let answer = ask(&atlas(), Place::Bng(Bng::new(-50_000.0, 100_000.0).unwrap()));
    assert_eq!(answer["location"]["accuracy"], "helmert");
    assert_eq!(answer["areas"]["ward"], json!([]), "no area there is an answer");
}

#[test]
fn a_point_near_a_boundary_lists_the_other_candidates() {
    let answer = ask(&atlas(), Place::Bng(at(970.0, 100.0)));
    let confidence = &answer["confidence"];
    assert_eq!(confidence["level"], "near_boundary");
    assert_eq!(confidence["boundary_distance_m"], 30.0);
    assert_eq!(confidence["threshold_m"], 50.0);
    assert_eq!(confidence["layers"]["lap"]["level"], "high");
    let near = json!([{
        "layer": "ward", "code": "E05000002", "name": "Saint George's", "distance_m": 30.0
    }]);
    assert_eq!(confidence["near"], near);
}

#[test]
fn a_point_on_a_boundary_is_in_both_areas_in_code_order() {
    let answer = ask(&atlas(), Place::Bng(at(1000.0, 100.0)));
    let wards = answer["areas"]["ward"].as_array().unwrap();
    let read: Vec<_> = wards.iter().map(|w| (&w["code"], &w["match"])).collect();
    let boundary = json!("boundary");
    let (first, second) = (json!("E05000001"), json!("E05000002"));
    assert_eq!(read, [(&first, &boundary), (&second, &boundary)]);
}

#[test]
fn addresses_show_how_a_postcode_is_split() {
    let answer = ask(&with_addresses(), postcode("NN1 1AC"));
    assert_eq!(
        answer["areas"]["ward"],
        json!([
            {"code": "E05000001", "name": "Abbey", "match": "addresses", "addresses": 2,
             "share": 0.666_666_667},
            {"code": "E05000002", "name": "Saint George's", "match": "addresses", "addresses": 1,
             "share": 0.333_333_333},
        ])
    );
    let confidence = &answer["confidence"];
    assert_eq!((&confidence["by"], &confidence["split"]), (&json!("addresses"), &json!(true)));
    assert_eq!(confidence["level"], "low");
    let laps = names(&["lap"]);
    let atlas = with_addresses();
    let laps = of(&lookup(&atlas, postcode("NN1 1AC"), Some(&laps), TODAY).unwrap());
    assert_eq!(laps["confidence"]["split"], false);
    assert_eq!(laps["confidence"]["level"], "high");
}

#[test]
fn a_terminated_postcode_has_its_last_location_and_the_month() {
    let answer = ask(&atlas(), postcode("NN1 1AD"));
    assert_eq!(answer["terminated"], "2019-07");
    assert_eq!(answer["areas"]["ward"][0]["code"], "E05000001");
}

#[test]
fn errors_say_what_to_change() {
    let atlas = atlas();
    let sentence = |place, layers: Option<&[&str]>| {
        let layers = layers.map(names);
        lookup(&atlas, place, layers.as_deref(), TODAY).unwrap_err().to_string()
    };
    assert_eq!(
        sentence(postcode("NN1 9ZZ"), None),
        "NN1 9ZZ is not among the postcodes of this snapshot: check it, or use a position"
    );
    assert!(sentence(postcode("NN1 1AE"), None).contains("gives it no position"));
    let dublin = Place::LngLat(LngLat::new(30.0, 53.0).unwrap());
    assert!(sentence(dublin, None).contains("outside the British National Grid"));
    assert_eq!(
        sentence(postcode("NN1 1AA"), Some(&["wards"])),
        "there is no layer \"wards\": the layers here are ward, lap, parish, ward_2013"
    );
    assert!(sentence(postcode("NN1 1AA"), Some(&["hall"])).contains("a layer of points"));
}

#[test]
fn a_day_without_a_vintage_is_null_and_not_an_empty_list() {
    let atlas = atlas();
    let on = |day, layers: &[&str]| {
        of(&lookup(&atlas, postcode("NN1 1AA"), Some(&names(layers)), day).unwrap())
    };
    let day = Day::Requested(date(2000, 1, 1));
    let before = on(day, &["ward", "parish"]);
    assert_eq!(before["query"], json!({"postcode": "NN1 1AA", "date": "2000-01-01"}));
    assert_eq!(before["areas"], json!({"ward": null, "parish": []}));
    assert_eq!(before["layers"]["ward"], json!(null));
    assert_eq!(before["confidence"]["layers"]["ward"], json!(null));
    assert_eq!(on(day, &["ward"])["confidence"], json!(null));

    let old = on(Day::Requested(date(2014, 7, 1)), &["ward"]);
    assert_eq!(old["areas"]["ward"][0]["code"], "E05000009");
    assert_eq!(old["layers"]["ward"]["layer"], "ward_2013");
    let named = on(TODAY, &["ward_2013"]);
    assert_eq!(named["areas"]["ward_2013"][0]["code"], "E05000009");
}

#[test]
fn an_area_has_its_measures_and_the_areas_that_contain_it() {
    let atlas = atlas();
    let answer = of(&area(&atlas, "ward", "E05000001", TODAY).unwrap());
    let area_block = &answer["area"];
    assert_eq!(area_block["area_m2"], 1_000_000.0);
    assert_eq!(area_block["perimeter_m"], 4_000.0);
    assert_eq!(area_block["postcodes"], 3, "live ones with a position");
    assert_eq!(area_block["extent"], json!([475_000, 260_000, 476_000, 261_000]));
    assert_eq!(area_block["properties"], json!({"LAD22NM": "West"}));
    assert!(area_block.get("addresses").is_none());
    assert_eq!(
        answer["parents"],
        json!({"lap": [{"code": "N4", "name": "North 4", "relation": "within"}]})
    );
}

#[test]
fn the_bounding_box_contains_the_area() {
    let extent = geo::Rect::new((20_000.0, 5_000.0), (655_000.0, 1_220_000.0));
    let [west, south, east, north] = super::area::degrees_around(extent);
    for i in 0..=997 {
        let part = f64::from(i) / 997.0;
        let (x, y) = (20_000.0 + 635_000.0 * part, 5_000.0 + 1_215_000.0 * part);
        for (x, y) in [(x, 5_000.0), (x, 1_220_000.0), (20_000.0, y), (655_000.0, y)] {
            let (at, _) = Bng::new(x, y).unwrap().to_lng_lat();
            assert!((west..=east).contains(&at.lon()), "{at:?}");
            assert!((south..=north).contains(&at.lat()), "{at:?}");
        }
    }
}

#[test]
fn the_error_for_an_unknown_code_names_the_layers_that_have_it() {
    let error = area(&atlas(), "ward", "E05000009", TODAY).unwrap_err();
    assert_eq!(error.to_string(), "ward has no area E05000009: it is in ward_2013");
    let error = area(&atlas(), "ward", "e05000001", TODAY).unwrap_err();
    assert!(error.to_string().contains("codes are written"), "{error}");
    let error = area(&atlas(), "ward", "E05000001", Day::Requested(date(2000, 1, 1))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no vintage of ward is in force on 2000-01-01: use another date, or none"
    );
}

fn overlaps_of(layer: &str, code: &str, with: &[&str], choice: Choice) -> Value {
    let with = names(with);
    of(&overlaps(&atlas(), layer, code, Some(&with), TODAY, choice).unwrap())
}

#[test]
fn overlaps_have_ground_postcodes_best_fit_and_uncovered_ground() {
    let answer = overlaps_of("ward", "E05000002", &["lap", "parish"], Choice::default());
    assert_eq!(
        answer["area"],
        json!({"layer": "ward", "code": "E05000002", "name": "Saint George's",
               "area_m2": 1_000_000.0, "postcodes": 2})
    );
    assert_eq!(
        answer["overlaps"][0],
        json!({"layer": "lap", "code": "N4", "name": "North 4", "relation": "partial",
               "shared_m2": 500_000.0, "share_of_area": 0.5, "share_of_other": 0.333_333_333,
               "postcodes": {"shared": 1, "share_of_area": 0.5, "share_of_other": 0.25}})
    );
    assert_eq!(answer["overlaps"][1]["code"], "E04000001");
    assert_eq!(
        answer["best_fit"],
        json!({"lap": null, "parish": null}),
        "half of its postcodes are in no LAP that is known, and none is in the parish"
    );
    assert_eq!(
        answer["best_fit_reason"],
        json!({"lap": "mostly_uncovered", "parish": "no_weight"})
    );
    let fits = overlaps_of("ward", "E05000001", &["lap"], Choice::default());
    assert_eq!(
        fits["best_fit"],
        json!({"lap": {"code": "N4", "name": "North 4", "by": "postcodes", "share": 1.0}})
    );
    assert!(fits.get("best_fit_reason").is_none(), "{fits}");
    assert_eq!(
        answer["uncovered"],
        json!({"lap": {"m2": 500_000.0, "share": 0.5}, "parish": {"m2": 900_000.0, "share": 0.9}})
    );
    assert_eq!(answer["sliver_tolerance_m"], 20.0, "the coarsest of the layers asked");
    assert_eq!(answer["layers"]["lap"]["sliver_tolerance_m"], 1.0);
    assert_eq!(answer["layers"]["parish"]["sliver_tolerance_m"], 20.0);
    assert_eq!(answer["layers"]["ward"]["layer"], "ward");
}

#[test]
fn areas_that_only_touch_are_listed_on_request() {
    let neighbours =
        |choice| overlaps_of("ward", "E05000001", &["ward"], choice)["overlaps"].clone();
    assert_eq!(neighbours(Choice::default()), json!([]));
    let touching = neighbours(Choice { touches: true, ..Choice::default() });
    assert_eq!(touching[0]["relation"], "touches");
    assert_eq!(touching[0]["shared_m2"], 0.0);
}

#[test]
fn slivers_are_listed_on_request_and_are_never_the_best_fit() {
    use super::squares::contents;
    let mut contents = contents();
    // The LAP reaches 5 m into the second parish, drawn to 20 m.
    let parish = polygon![
        (x: 476_495.0, y: 260_000.0), (x: 477_500.0, y: 260_000.0),
        (x: 477_500.0, y: 261_000.0), (x: 476_495.0, y: 261_000.0)
    ];
    let parish = lapwing_boundaries::area::Area::from_valid(
        lapwing_boundaries::code::AreaCode::parse("E04000002").unwrap(),
        "East".to_owned(),
        vec![],
        geo::MultiPolygon::new(vec![parish]),
    );
    let meta = contents.layers[3].meta().clone();
    contents.layers[3] = lapwing_boundaries::layer::Layer::of_areas(meta, vec![parish]);
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    let ask = |choice| {
        let with = names(&["parish"]);
        of(&overlaps(&atlas, "lap", "N4", Some(&with), TODAY, choice).unwrap())
    };
    let plain = ask(Choice::default());
    assert_eq!(plain["overlaps"], json!([]));
    assert_eq!(plain["best_fit"]["parish"], json!(null));
    assert_eq!(plain["best_fit_reason"], json!({"parish": "nothing_shared"}));
    let all = ask(Choice { slivers: true, ..Choice::default() });
    assert_eq!(all["overlaps"][0]["sliver"], true);
    assert_eq!(all["overlaps"][0]["shared_m2"], 5_000.0);
    assert_eq!(all["best_fit"]["parish"], json!(null));
}

#[test]
fn the_best_fit_is_by_postcodes_then_ground_then_code_and_never_by_addresses() {
    use super::overlaps::{Amount, BestFitBy, best_fit};
    let amount = |m2, postcodes, addresses| Amount { m2, postcodes, addresses };
    let requested = amount(10.0, 4, 8);
    let fit = |requested: Amount, candidates: &[(usize, Amount)]| {
        let covered = candidates.iter().map(|(_, shared)| shared.postcodes).sum();
        best_fit(requested, candidates, covered, || 1.0)
    };
    let by_postcodes = [(3, amount(9.0, 1, 7)), (5, amount(1.0, 3, 1))];
    assert_eq!(fit(requested, &by_postcodes), Ok((5, BestFitBy::Postcodes, Some(0.75))));
    let tie_on_postcodes = [(3, amount(1.0, 2, 0)), (5, amount(2.0, 2, 0))];
    assert_eq!(fit(requested, &tie_on_postcodes).unwrap().0, 5, "the most ground");
    let tie = [(3, amount(2.0, 0, 0)), (5, amount(2.0, 0, 0))];
    let empty = amount(10.0, 0, 0);
    assert_eq!(fit(empty, &tie), Ok((3, BestFitBy::Area, Some(0.2))), "the first code");
}

#[test]
fn a_best_fit_has_some_weight_and_more_than_lies_in_no_area() {
    use super::overlaps::{Amount, NoBestFit, best_fit};
    let amount = |m2, postcodes| Amount { m2, postcodes, addresses: 0 };
    let requested = amount(10.0, 10);
    let by = |shared: &[u32]| {
        let candidates: Vec<_> = shared.iter().map(|&n| (n as usize, amount(5.0, n))).collect();
        best_fit(requested, &candidates, shared.iter().sum(), || 0.0).map(|(place, ..)| place)
    };
    assert_eq!(by(&[]), Err(NoBestFit::NothingShared));
    assert_eq!(by(&[0]), Err(NoBestFit::NoWeight), "ground alone is no weight if it has postcodes");
    assert_eq!(by(&[5]), Err(NoBestFit::MostlyUncovered), "as many lie in no area");
    assert_eq!(by(&[6]), Ok(6));
    assert_eq!(by(&[4, 3]), Ok(4), "more than the three in no area");
    let ground = |uncovered_m2| {
        let candidates = [(7, amount(4.0, 0))];
        best_fit(amount(10.0, 0), &candidates, 0, || uncovered_m2).map(|(place, ..)| place)
    };
    assert_eq!((ground(6.0), ground(3.9)), (Err(NoBestFit::MostlyUncovered), Ok(7)));
}

#[test]
fn a_submitted_copy_of_an_area_has_the_answer_of_that_area() {
    let atlas = with_addresses();
    let ward = atlas.layers()[0].layer().areas()[0].geometry().clone();
    let with = names(&["lap", "parish"]);
    let choice = Choice::default();
    let own = of(&overlaps_of_polygon(&atlas, &ward, Some(&with), TODAY, choice).unwrap());
    let same = of(&overlaps(&atlas, "ward", "E05000001", Some(&with), TODAY, choice).unwrap());
    for part in ["overlaps", "best_fit", "uncovered"] {
        assert_eq!(own[part], same[part], "{part}");
    }
    assert_eq!(own["area"], json!({"area_m2": 1_000_000.0, "postcodes": 3, "addresses": 2}));
}

fn table_as_csv(from: &str, to: &str, choice: Choice, all: bool) -> String {
    let atlas = atlas();
    let csv = table(&atlas, from, to, TODAY, choice, all).unwrap().into_csv(&atlas);
    String::from_utf8(csv.collect::<Vec<_>>().concat()).unwrap()
}

#[test]
fn the_table_has_a_row_for_each_pair_in_json_and_in_csv() {
    let atlas = atlas();
    let choice = Choice::default();
    assert_eq!(
        table_as_csv("ward", "lap", choice, false),
        "from_code,from_name,to_code,to_name,relation,shared_m2,share_of_from,share_of_to,\
         postcodes,postcode_share_of_from,postcode_share_of_to,best_fit,best_fit_reason\n\
         E05000001,Abbey,N4,North 4,within,1000000,1,0.666666667,3,1,0.75,true,\n\
         E05000002,Saint George's,N4,North 4,partial,500000,0.5,0.333333333,1,0.5,0.25,false,mostly_uncovered\n"
    );
    let pieces = table(&atlas, "ward", "lap", TODAY, choice, false).unwrap().into_json(&atlas);
    let json: Value = serde_json::from_slice(&pieces.collect::<Vec<_>>().concat()).unwrap();
    assert_eq!(json["from"], "ward");
    assert_eq!(json["sliver_tolerance_m"], 1.0);
    assert_eq!(json["rows"].as_array().unwrap().len(), 2);
    assert_eq!(json["rows"][1]["share_of_to"], 0.333_333_333);
    assert_eq!(json["rows"][1]["best_fit_reason"], "mostly_uncovered");
    assert_eq!(json["rows"][0]["best_fit_reason"], json!(null));
    assert_eq!(json["snapshot"]["title"], "Squares");
}

#[test]
fn a_table_of_all_areas_has_a_row_for_one_without_a_counterpart() {
    // The wards only touch each other.
    let choice = Choice::default();
    assert_eq!(table_as_csv("ward", "ward", choice, false).lines().count(), 1);
    let all = table_as_csv("ward", "ward", choice, true);
    let rows: Vec<&str> = all.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "E05000001,Abbey,,,,,,,,,,false,nothing_shared",
            "E05000002,Saint George's,,,,,,,,,,false,nothing_shared",
        ]
    );
    let touching = Choice { touches: true, ..choice };
    let same = [false, true].map(|all| table_as_csv("ward", "ward", touching, all));
    assert_eq!(same[0], same[1], "areas with a row get no other");
    let atlas = atlas();
    let json = table(&atlas, "ward", "ward", TODAY, choice, true).unwrap().into_json(&atlas);
    let json: Value = serde_json::from_slice(&json.collect::<Vec<_>>().concat()).unwrap();
    assert_eq!(json["rows"][0]["to_code"], json!(null));
    assert_eq!(json["rows"][1]["from_code"], "E05000002");
}

#[test]
fn a_rest_that_is_only_a_drawing_error_is_no_part() {
    use lapwing_boundaries::layer::{Layer, LayerMeta, Resolution};
    let mut contents = super::squares::contents();
    // A LAP that is drawn to 200 m: 15 m of the first ward lie outside it.
    let lap = &contents.layers[2];
    let meta = LayerMeta { resolution: Some(Resolution::Bsc), ..lap.meta().clone() };
    let ring = polygon![
        (x: 475_015.0, y: 260_000.0), (x: 476_500.0, y: 260_000.0),
        (x: 476_500.0, y: 261_000.0), (x: 475_015.0, y: 261_000.0)
    ];
    let code = lap.areas()[0].code().clone();
    let geometry = geo::MultiPolygon::new(vec![ring]);
    let lap =
        lapwing_boundaries::area::Area::from_valid(code, "North 4".to_owned(), vec![], geometry);
    contents.layers[2] = Layer::of_areas(meta, vec![lap]);
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    let laps = names(&["lap"]);
    let ask =
        |choice| of(&overlaps(&atlas, "ward", "E05000001", Some(&laps), TODAY, choice).unwrap());
    let plain = ask(Choice::default());
    assert_eq!(plain["overlaps"][0]["relation"], "within");
    assert_eq!(plain["overlaps"][0]["share_of_area"], 1.0);
    assert_eq!(plain["overlaps"][0]["shared_m2"], 985_000.0, "ground is as measured");
    assert_eq!(plain["uncovered"]["lap"], json!({"m2": 0.0, "share": 0.0}));
    let measured = ask(Choice { slivers: true, ..Choice::default() });
    assert_eq!(measured["overlaps"][0]["share_of_area"], 0.985);
    assert_eq!(measured["uncovered"]["lap"], json!({"m2": 15_000.0, "share": 0.015}));
}

#[test]
fn an_answer_from_old_boundaries_says_since_when_they_are_old() {
    use super::squares::contents;
    // The newest wards end before today, and there are no newer ones.
    let mut contents = contents();
    let wards = contents.layers[0].areas().to_vec();
    let mut meta = contents.layers[0].meta().clone();
    meta.vintage.valid_to = Some(date(2025, 5, 1));
    contents.layers[0] = lapwing_boundaries::layer::Layer::of_areas(meta, wards);
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    let answer = ask(&atlas, postcode("NN1 1AA"));
    assert_eq!(answer["layers"]["ward"]["superseded_since"], "2025-05-01");
    assert!(answer["layers"]["lap"].get("superseded_since").is_none());
    let then = Day::Requested(date(2024, 5, 1));
    let answer = of(&lookup(&atlas, postcode("NN1 1AA"), None, then).unwrap());
    assert!(answer["layers"]["ward"].get("superseded_since").is_none());
    let answer = of(&area(&atlas, "ward", "E05000001", TODAY).unwrap());
    assert_eq!(answer["layers"]["ward"]["superseded_since"], "2025-05-01");
}

#[test]
fn addresses_and_slivers_add_columns_at_the_end_of_the_table() {
    let atlas = with_addresses();
    let choice = Choice { slivers: true, ..Choice::default() };
    let csv = table(&atlas, "ward", "lap", TODAY, choice, false).unwrap().into_csv(&atlas);
    let csv = String::from_utf8(csv.collect::<Vec<_>>().concat()).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].ends_with(
        ",best_fit,best_fit_reason,addresses,address_share_of_from,address_share_of_to,sliver"
    ));
    assert!(lines[1].ends_with(",true,,2,1,0.666666667,false"), "{}", lines[1]);
}

#[test]
fn the_nearest_points_come_first_and_the_code_decides_between_equals() {
    let atlas = atlas();
    let answer = of(&nearest(&atlas, postcode("NN1 1AA"), None, 2, TODAY).unwrap());
    let read: Vec<_> = answer["nearest"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["code"].as_str().unwrap(), n["distance_m"].as_f64().unwrap()))
        .collect();
    assert_eq!(read, [("H2", 100.0), ("H3", 100.0)]);
    assert_eq!(answer["nearest"][0]["easting"], 475_500);
    assert_eq!(answer["nearest"][0]["properties"], json!({"seats": 80}));
    let one = of(&nearest(&atlas, postcode("NN1 1AA"), None, 1, TODAY).unwrap());
    assert_eq!(one["nearest"][0]["code"], "H2");
    let halls = names(&["ward"]);
    let error = nearest(&atlas, postcode("NN1 1AA"), Some(&halls), 1, TODAY).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ward is a layer of areas and has no points: the layers of points are hall"
    );
}

fn found(text: &str, layers: Option<&[&str]>, limit: usize) -> Vec<String> {
    let layers = layers.map(names);
    let answer = of(&search(&atlas(), text, layers.as_deref(), limit, TODAY).unwrap());
    let word = |hit: &Value| {
        ["code", "postcode"].iter().find_map(|key| hit.get(key)?.as_str().map(str::to_owned))
    };
    answer["results"].as_array().unwrap().iter().filter_map(word).collect()
}

#[test]
fn names_codes_and_postcodes_are_found_by_prefix() {
    assert_eq!(found("abb", None, 10), ["E05000001", "H1"]);
    assert_eq!(found("georges", None, 10), ["E05000002"], "a later word, an apostrophe");
    assert_eq!(found("E0500000", None, 2), ["E05000001", "E05000002"]);
    assert_eq!(found("nn1 1a", None, 3), ["NN1 1AA", "NN1 1AB", "NN1 1AC"]);
    assert_eq!(found("NN11AA", None, 10), ["NN1 1AA"]);
    assert_eq!(found("NN11", None, 10).last().unwrap(), "NN11 1AA", "both readings");
    assert_eq!(found("NN11 ", None, 10).len(), 7, "white space around is nothing");
    assert_eq!(found("nn11 1", None, 10), ["NN11 1AA"]);
    assert_eq!(found("NN6", None, 10), ["NN6 9ZZ"]);
    assert!(found("ß", None, 10).is_empty() && found("NN1-", None, 10).is_empty());
}

#[test]
fn areas_in_force_are_found_before_those_that_were_replaced() {
    let ask = |day, limit| {
        of(&search(&atlas(), "E0500000", None, limit, day).unwrap())["results"].clone()
    };
    let today = ask(TODAY, 10);
    let read: Vec<_> =
        (0..3).map(|at| (&today[at]["code"], today[at].get("superseded_since"))).collect();
    let [first, second, old] = ["E05000001", "E05000002", "E05000009"].map(|code| json!(code));
    assert_eq!(read, [(&first, None), (&second, None), (&old, Some(&json!("2021-04-01")))]);
    assert_eq!(ask(TODAY, 2).as_array().unwrap().len(), 2);
    let then = ask(Day::Requested(date(2014, 7, 1)), 10);
    assert!(then[2].get("superseded_since").is_none(), "{then}");
}

#[test]
fn a_search_can_be_limited_to_layers() {
    assert_eq!(found("abb", Some(&["hall"]), 10), ["H1"]);
    assert_eq!(found("old", Some(&["ward"]), 10), ["E05000009"], "all vintages of a series");
    let error = search(&atlas(), "a", Some(&names(&["nil"])), 1, TODAY).unwrap_err();
    assert!(matches!(error, AnswerError::UnknownLayer { .. }));
}

#[test]
fn layers_have_their_provenance_and_no_path_of_the_builder() {
    let atlas = atlas();
    let answer = of(&layers(&atlas));
    assert_eq!(answer["layers"][0]["licence"], "OGL-UK-3.0");
    assert_eq!(answer["layers"][4]["kind"], "points");
    assert_eq!(answer["postcodes"]["count"], 8);
    assert_eq!(answer["postcodes"]["live"], 7);
    assert_eq!(answer["addresses"], json!(null));
    assert!(!answer.to_string().contains("secret"));
}
