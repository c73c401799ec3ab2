//! The command `lapwing`: its output, its error messages and its exit codes.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use crate::county::{
    atlas, command, lapwing, refusal, snapshot_file, squares_file, stdout_of, write_files,
};
use lapwing_boundaries::snapshot;
use serde_json::Value;

/// The text without the id and the size of the snapshot, which depend on the format version.
fn unnamed(text: &str) -> String {
    let id = crate::county::squares::atlas().id().to_owned();
    let lines = text.lines().filter(|line| !line.starts_with("size "));
    lines.collect::<Vec<_>>().join("\n").replace(&id, "ID")
}

#[test]
fn the_version_names_the_snapshot_format() {
    let expected =
        format!("lapwing {} (snapshot format {})\n", env!("CARGO_PKG_VERSION"), snapshot::FORMAT);
    assert_eq!(stdout_of(&["--version"]), expected);
}

#[test]
fn locate_prints_readable_text() {
    let text =
        |query| unnamed(&stdout_of(&["locate", squares_file(), query, "--date", "2026-11-21"]));
    insta::assert_snapshot!("near_a_boundary", text("nn11ac"));
    insta::assert_snapshot!("terminated", text("NN1 1AD"));
    insta::assert_snapshot!("in_no_area", text("480000,260500"));
}

#[test]
fn what_is_not_known_or_no_longer_in_force_is_said() {
    let args = ["locate", squares_file(), "NN1 1AB", "--layers", "lap,ward_2013"];
    let text = stdout_of(&args);
    for part in [
        "not known: the layer is not complete here  low, 200.0 m from a boundary",
        "\nconfidence low\n",
        "\nthe boundaries of ward_2013 were replaced on 2021-04-01\n",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    let then = stdout_of(&[&args[..], &["--date", "2014-07-01"]].concat());
    assert!(!then.contains("were replaced"), "{then}");
}

#[test]
fn a_table_of_all_areas_has_each_of_them() {
    let table = ["overlaps", squares_file(), "--from", "ward", "--to", "ward"];
    assert_eq!(stdout_of(&table).lines().count(), 1, "the wards only touch");
    let all = stdout_of(&[&table[..], &["--all"]].concat());
    let codes: Vec<&str> = all.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    assert_eq!(codes, ["E05000001", "E05000002"]);
}

#[test]
fn degrees_and_metres_of_one_position_give_the_same_answer() {
    let areas = |query: &str| {
        let text = stdout_of(&["locate", snapshot_file(), query, "--json"]);
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        (answer["areas"].clone(), answer["location"].clone())
    };
    let (by_metres, location) = areas("62301,71490");
    let degrees = format!("{},{}", location["lon"], location["lat"]);
    assert!(degrees.starts_with('-'), "a longitude west of Greenwich is no flag: {degrees}");
    assert_eq!(areas(&degrees).0, by_metres);
    let latitude_first = format!("{}, {}", location["lat"], location["lon"]);
    assert_eq!(areas(&latitude_first).0, by_metres);
}

#[test]
fn a_failed_lookup_has_a_message_and_an_exit_code() {
    let error_of = |query: &str| refusal(&["locate", snapshot_file(), query]);
    let (code, message) = error_of("ZZ1 1AA");
    assert!(code == 1 && message.contains("not among the postcodes"), "{code} {message}");
    let (code, message) = error_of("Porthderowen");
    assert!(code == 2 && message.contains("LON,LAT"), "{code} {message}");
    let (code, message) = error_of("1300000,62301");
    assert!(code == 2 && message.contains("easting and northing are swapped"), "{code} {message}");
}

#[test]
fn the_error_for_a_misspelt_layer_suggests_the_right_one() {
    for args in [
        &["locate", snapshot_file(), "LY1 1AA", "--layers", "wrd"][..],
        &["export", snapshot_file(), "wrd", "-o", "-"],
        &["overlaps", snapshot_file(), "--from", "wrd", "--to", "lap"],
    ] {
        let (code, message) = refusal(args);
        assert_eq!(code, 2, "{args:?}");
        assert_eq!(message, "error: there is no layer \"wrd\"; did you mean \"ward\"?\n");
    }
}

#[test]
fn a_missing_or_wrong_snapshot_is_reported_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (code, message) = refusal(&["inspect", &at("none.lapwing")]);
    assert!(code == 1 && message.contains("lapwing build CATALOGUE -o"), "{message}");

    fs::write(at("text.lapwing"), "hello").unwrap();
    let (code, message) = refusal(&["inspect", &at("text.lapwing")]);
    assert!(code == 1 && message.contains("is not a Lapwing snapshot"), "{message}");

    let whole = fs::read(snapshot_file()).unwrap();
    fs::write(at("cut.lapwing"), &whole[..whole.len() / 2]).unwrap();
    let (code, message) = refusal(&["inspect", &at("cut.lapwing")]);
    assert!(code == 1 && message.contains("cut off"), "{message}");

    fs::write(at("catalogue.toml"), "").unwrap();
    let (code, message) = refusal(&["inspect", &at("catalogue.toml")]);
    assert!(code == 2 && message.contains("is a catalogue"), "{message}");
    let (code, message) = refusal(&["inspect", folder.path().to_str().unwrap()]);
    assert!(code == 2 && message.contains("name the catalogue in it"), "{message}");
}

#[test]
fn inspect_describes_a_snapshot() {
    insta::assert_snapshot!(unnamed(&stdout_of(&["inspect", squares_file()])));
    let json: Value =
        serde_json::from_str(&stdout_of(&["inspect", snapshot_file(), "--json"])).unwrap();
    assert_eq!(json["id"], atlas().id());
    assert_eq!(json["layers"].as_array().unwrap().len(), atlas().layers().len());
    assert_eq!(json["bytes"], fs::metadata(snapshot_file()).unwrap().len());
}

#[test]
fn lyonesse_names_the_demonstration_county() {
    let named: Value =
        serde_json::from_str(&stdout_of(&["inspect", "lyonesse", "--json"])).unwrap();
    assert_eq!(named["id"], atlas().id());
    let other: Value =
        serde_json::from_str(&stdout_of(&["inspect", "lyonesse", "--json", "--seed", "2"]))
            .unwrap();
    assert_ne!(other["id"], atlas().id());
}

#[test]
fn the_lookup_table_has_one_row_per_pair_and_is_equal_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let table = ["overlaps", snapshot_file(), "--from", "parish", "--to", "lap"];
    let csv = stdout_of(&table);
    let head = "from_code,from_name,to_code,to_name,relation,shared_m2,share_of_from,share_of_to,\
                postcodes,postcode_share_of_from,postcode_share_of_to,best_fit,best_fit_reason,";
    assert!(csv.starts_with(head), "{}", csv.lines().next().unwrap());

    let json = stdout_of(&[&table[..], &["--format", "json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), csv.lines().count() - 1);

    let file = folder.path().join("parish_to_lap.csv.gz");
    stdout_of(&[&table[..], &["-o", file.to_str().unwrap()]].concat());
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(&file).unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!(text, csv);

    // Each parish of Lyonesse is completely in LAPs.
    let mut shares: std::collections::BTreeMap<&str, f64> = std::collections::BTreeMap::new();
    for row in rows {
        *shares.entry(row["from_code"].as_str().unwrap()).or_default() +=
            row["share_of_from"].as_f64().unwrap();
    }
    for (code, sum) in shares {
        assert!((sum - 1.0).abs() < 1e-6, "{code}: {sum}");
    }
}

#[test]
fn an_exported_layer_has_each_area_once_in_both_forms() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    stdout_of(&["export", snapshot_file(), "ward", "-o", &file("w.geojson")]);
    let json: Value = serde_json::from_slice(&fs::read(file("w.geojson")).unwrap()).unwrap();
    assert_eq!(json["features"].as_array().unwrap().len(), 40);
    assert_eq!(json["illustrative"], true);

    stdout_of(&["export", snapshot_file(), "ward", "-o", &file("w.csv"), "--wkt"]);
    let mut rows = csv::Reader::from_path(file("w.csv")).unwrap();
    let header: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header[..2], ["code", "name"]);
    assert_eq!(header.last().unwrap(), "wkt");
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    for (row, feature) in rows.iter().zip(json["features"].as_array().unwrap()) {
        assert_eq!(row[0], *feature["id"].as_str().unwrap());
        assert!(row[header.len() - 1].starts_with("MULTIPOLYGON (((-"));
    }
    assert_eq!(rows.len(), 40);
}

#[test]
fn an_export_in_grid_metres_builds_equal_areas() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = write_files(atlas(), folder.path());
    let built = folder.path().join("again.lapwing");
    let output = lapwing(&["build", catalogue.to_str().unwrap(), "-o", built.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let again = snapshot::read(&built).unwrap();
    assert!(again.all_records().eq(atlas().all_records()));
    assert_eq!(again.addresses().len(), atlas().addresses().len());
    assert_eq!(again.layers().len(), atlas().layers().len());
    for (from, (first, second)) in atlas().layers().iter().zip(again.layers()).enumerate() {
        let (first, second) = (first.layer(), second.layer());
        assert_eq!(first.len(), second.len(), "{}", first.meta().id);
        for (a, b) in first.areas().iter().zip(second.areas()) {
            assert_eq!((a.code(), a.name()), (b.code(), b.name()));
            assert!((a.area_m2() - b.area_m2()).abs() < 1e-6, "{}", a.code());
        }
        for (to, other) in atlas().layers().iter().enumerate() {
            if first.is_areas() && other.layer().is_areas() {
                let pairs = |rows: &[lapwing_boundaries::overlap::OverlapRow]| {
                    rows.iter().map(|r| (r.from, r.to, r.relation)).collect::<Vec<_>>()
                };
                assert_eq!(
                    pairs(atlas().overlap_rows(from, to)),
                    pairs(again.overlap_rows(from, to))
                );
            }
        }
    }
}

/// A catalogue of one layer with a bow tie, a duplicate code and a valid square.
fn bad_county(folder: &Path) -> String {
    let ring = |x: u32, points: [[u32; 2]; 4]| {
        let mut ring: Vec<[u32; 2]> = points.iter().map(|[a, b]| [x + a, 260_000 + b]).collect();
        ring.push(ring[0]);
        serde_json::json!({"type": "Polygon", "coordinates": [ring]})
    };
    let square = [[0, 0], [900, 0], [900, 900], [0, 900]];
    let bow_tie = [[0, 0], [900, 900], [900, 0], [0, 900]];
    let features: Vec<Value> = [("W1", 475_000, square), ("W2", 477_000, bow_tie), ("W1", 479_000, square)]
        .into_iter()
        .map(|(code, x, points)| {
            serde_json::json!({"type": "Feature", "properties": {"code": code}, "geometry": ring(x, points)})
        })
        .collect();
    let wards = serde_json::json!({"type": "FeatureCollection", "features": features});
    fs::write(folder.join("wards.geojson"), wards.to_string()).unwrap();
    let catalogue = folder.join("catalogue.toml");
    let text = "title = \"Bad\"\n[[layer]]\nid = \"ward\"\ntitle = \"Wards\"\n\
                source = \"wards.geojson\"\ncode = \"code\"\ncrs = \"EPSG:27700\"\n";
    fs::write(&catalogue, text).unwrap();
    catalogue.to_str().unwrap().to_owned()
}

#[test]
fn check_reports_every_fault_with_its_position_and_each_layer_on_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = bad_county(folder.path());
    let report = folder.path().join("faults.json");
    let output = lapwing(&["check", &catalogue, "--report", report.to_str().unwrap(), "--quiet"]);
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.last(), Some(&"ward: 2 errors"), "{printed}");
    for (heading, position) in [
        ("ward: error duplicate_code (1)", "wards.geojson: feature 2 (W1): "),
        ("ward: error self_crossing (1)", "feature 1 (W2), polygon 0, ring 0, at 477450 260450: "),
    ] {
        let at = lines.iter().position(|line| *line == heading).expect(heading);
        assert!(lines[at + 1].contains(position), "{printed}");
    }

    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let kinds: Vec<&str> = report["faults"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|fault| fault["severity"] == "error")
        .map(|fault| fault["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.contains(&"self_crossing") && kinds.contains(&"duplicate_code"), "{kinds:?}");
    assert_eq!(report["errors"], kinds.len());
    assert_eq!(report["layers"][0]["id"], "ward");
}

#[test]
fn published_wards_are_compared_with_those_located() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = write_files(atlas(), folder.path());
    let postcodes = folder.path().join("postcodes.csv");
    let text = fs::read_to_string(&postcodes).unwrap();
    let check = || {
        let printed = stdout_of(&["check", catalogue.to_str().unwrap(), "--postcodes", "-q"]);
        let line = printed.lines().find(|line| line.starts_with("published wards against ward:"));
        (line.expect("a comparison").to_owned(), printed)
    };
    let published = atlas()
        .all_records()
        .filter(|record| record.published_ward.is_some() && record.position.is_some())
        .count();
    let (line, _) = check();
    assert!(
        line.contains(&format!("of {published} postcodes {published} agree, 0 differ")),
        "{line}"
    );

    // One postcode gets the code of another ward, another one an unknown code.
    let ward = |line: &str| line.rsplit(',').next().unwrap().to_owned();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let first = (1..lines.len()).find(|&at| !ward(&lines[at]).is_empty()).unwrap();
    let mine = ward(&lines[first]);
    let other =
        lines[1..].iter().map(|line| ward(line)).find(|w| !w.is_empty() && *w != mine).unwrap();
    lines[first] = lines[first].replace(&mine, &other);
    let last = (1..lines.len())
        .rev()
        .find(|&at| ward(&lines[at]) == other && !lines[at].contains(",9,"))
        .unwrap();
    lines[last] = lines[last].replace(&other, "X05999999");
    fs::write(&postcodes, lines.join("\n") + "\n").unwrap();
    let (line, printed) = check();
    assert!(
        line.contains(&format!("{} agree, 1 differ, 1 have one of 1 codes", published - 2)),
        "{line}"
    );
    assert!(printed.contains(&format!("published {other}, located {mine}, ")), "{printed}");
}

#[test]
fn a_refused_build_leaves_the_old_snapshot_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = bad_county(folder.path());
    let old = folder.path().join("county.lapwing");
    fs::copy(snapshot_file(), &old).unwrap();
    let (code, message) = refusal(&["build", &catalogue, "-o", old.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(message.contains("self_crossing") && message.contains("duplicate_code"), "{message}");
    assert!(message.contains("is unchanged"), "{message}");
    assert_eq!(fs::read(&old).unwrap(), fs::read(snapshot_file()).unwrap());
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("partial")), "{names:?}");
}

#[test]
fn every_error_of_a_catalogue_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("catalogue.toml");
    fs::write(&catalogue, "titel = \"X\"\n[[layer]]\nid = \"Ward\"\n").unwrap();
    let report = folder.path().join("faults.json");
    let args = ["check", catalogue.to_str().unwrap(), "--report", report.to_str().unwrap()];
    let (code, message) = refusal(&args);
    assert_eq!(code, 1);
    assert!(message.contains("catalogue.toml:1:1: `titel`"), "{message}");
    assert!(message.contains("catalogue.toml:3:"), "{message}");
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["catalogue_problems"].as_array().unwrap().len(), report["errors"]);
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let mut child = command(&["export", snapshot_file(), "parish", "-o", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 100];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
}

#[test]
fn wrong_usage_has_exit_code_two() {
    for args in [
        &["locat"][..],
        &["build", "catalogue.toml"],
        &["build", "catalogue.toml", "-o", "-"],
        &["build", "catalogue.toml", "-o", "/dev/null"],
        &["export", snapshot_file(), "ward", "-o", "ward.shp"],
        &["export", snapshot_file(), "ward", "-o", "ward.geojson", "--wkt"],
        &["export", snapshot_file(), "ward", "-o", "ward.gpkg.gz"],
        &["export", snapshot_file(), "ward", "-o", "ward.gpkg", "--format", "nil"],
        &["export", snapshot_file(), "ward", "-o", "-", "--crs", "EPSG:2154"],
    ] {
        let (code, message) = refusal(args);
        assert_eq!(code, 2, "{args:?}: {message}");
        assert!(message.starts_with("error: "), "{message}");
    }
}
