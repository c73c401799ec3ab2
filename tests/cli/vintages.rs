//! Several vintages of a layer on the command line: what `check` reports about partnerships of
//! redrawn wards and unknown published codes, and what `changes` writes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::county::{lapwing, refusal, stdout_of};
use serde_json::{Value, json};

/// A ward: code, name, and how far east it begins and ends; all are 1,000 m from south to north.
type Strip = (&'static str, &'static str, u32, u32);

const WARDS_2021: [Strip; 4] = [
    ("A1", "Abbey", 0, 1000),
    ("B1", "Brook", 1000, 2000),
    ("C1", "Castle", 2000, 3000),
    ("D1", "Dell", 3000, 4000),
];
/// The line between Brook and Castle has moved 200 m west, and Dell has a new name.
const WARDS_2025: [Strip; 4] = [
    ("A1", "Abbey", 0, 1000),
    ("B2", "Brook", 1000, 1800),
    ("C2", "Castle", 1800, 3000),
    ("D1", "Dale", 3000, 4000),
];

const LAPS: &str = r#"
[[area]]
code = "L1"
name = "West"
include = [ { layer = "ward", codes = ["A1", "B1"] } ]
[[area]]
code = "L2"
name = "East"
include = [ { layer = "ward", codes = ["D1"] } ]
"#;

fn write_wards(folder: &Path, name: &str, wards: &[Strip]) {
    let feature = |&(code, name, west, east): &Strip| {
        let (west, east) = (475_000 + west, 475_000 + east);
        let ring =
            [[west, 260_000], [east, 260_000], [east, 261_000], [west, 261_000], [west, 260_000]];
        json!({
            "type": "Feature", "properties": {"code": code, "name": name},
            "geometry": {"type": "Polygon", "coordinates": [ring]}
        })
    };
    let features: Vec<Value> = wards.iter().map(feature).collect();
    let collection = json!({"type": "FeatureCollection", "features": features});
    fs::write(folder.join(name), collection.to_string()).unwrap();
}

const EARLIER: &str = r#"
title = "Strips"
[[layer]]
id = "ward"
title = "Wards of 2021"
source = "wards_2021.geojson"
code = "code"
name = "name"
crs = "EPSG:27700"
valid_from = 2021-04-01
valid_to = 2025-05-01
resolution = "BFC"
coverage = true
[[layer]]
id = "lap"
title = "Partnerships"
compose = "laps.toml"
resolution = "BFC"
"#;

const LATER: &str = r#"
[[layer]]
id = "ward_2025"
title = "Wards of 2025"
vintage_of = "ward"
source = "wards_2025.geojson"
code = "code"
name = "name"
crs = "EPSG:27700"
valid_from = 2025-05-01
resolution = "BFC"
coverage = true
"#;

/// The county before and after its wards were redrawn.
fn write_county(folder: &Path, laps: &str, redrawn: bool) -> PathBuf {
    write_wards(folder, "wards_2021.geojson", &WARDS_2021);
    write_wards(folder, "wards_2025.geojson", &WARDS_2025);
    fs::write(folder.join("laps.toml"), laps).unwrap();
    let catalogue = folder.join(if redrawn { "redrawn.toml" } else { "catalogue.toml" });
    fs::write(&catalogue, EARLIER.to_owned() + if redrawn { LATER } else { "" }).unwrap();
    catalogue
}

fn superseded(catalogue: &Path, date: &str) -> Vec<String> {
    let printed = stdout_of(&["check", catalogue.to_str().unwrap(), "-q", "--date", date]);
    printed.lines().filter(|line| line.contains("made of")).map(str::to_owned).collect()
}

#[test]
fn check_reports_partnerships_made_of_redrawn_wards() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = write_county(folder.path(), LAPS, true);
    let printed = superseded(&catalogue, "2026-01-01");
    assert_eq!(printed.len(), 2, "{printed:?}");
    assert!(
        printed[0].ends_with(
            "laps.toml: feature 0 (L1): made of 2 areas of ward, which was in force until \
             2025-05-01; in ward_2025 they are: 1 moved_boundary, 1 unchanged; B1 Brook \
             (moved_boundary): 80.0 % in B2 Brook, 20.0 % in C2 Castle; it is 2 whole areas of \
             ward_2025 and parts of C2 Castle (16.7 % of it)"
        ),
        "{}",
        printed[0]
    );
    assert!(
        printed[1].ends_with("in ward_2025 they are: 1 renamed; it is 1 whole area of ward_2025"),
        "{}",
        printed[1]
    );
    // The last day of the old wards, and the first of the new.
    assert_eq!(superseded(&catalogue, "2025-04-30"), Vec::<String>::new());
    assert_eq!(superseded(&catalogue, "2025-05-01").len(), 2);
    let alone = write_county(folder.path(), LAPS, false);
    let printed = superseded(&alone, "2026-01-01");
    assert!(printed[0].contains("the catalogue has no later vintage"), "{printed:?}");
}

#[test]
fn a_partnership_of_one_vintage_is_unchanged_when_wards_are_redrawn() {
    let folder = tempfile::tempdir().unwrap();
    let exported = |redrawn: bool| {
        let catalogue = write_county(folder.path(), LAPS, redrawn);
        let snapshot = folder.path().join("county.lapwing");
        let snapshot = snapshot.to_str().unwrap();
        let built = lapwing(&["build", catalogue.to_str().unwrap(), "-q", "-o", snapshot]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        // In the area that Brook lost to Castle.
        let at = |date: &str| {
            let args = ["locate", snapshot, "476900,260500", "--json", "--date", date];
            serde_json::from_str::<Value>(&stdout_of(&args)).unwrap()["areas"].clone()
        };
        let laps = stdout_of(&["export", snapshot, "lap", "-o", "-", "--format", "csv", "--wkt"]);
        (laps, at("2025-04-30"), at("2025-05-01"))
    };
    let (before, ..) = exported(false);
    let (after, old_day, new_day) = exported(true);
    assert_eq!(before, after);
    assert_eq!(old_day["ward"][0]["code"], "B1");
    assert_eq!(new_day["ward"][0]["code"], "C2");
    assert_eq!(old_day["lap"][0]["code"], "L1");
    assert_eq!(new_day["lap"][0]["code"], "L1", "the partnership is what it was");
}

#[test]
fn a_code_of_another_vintage_is_refused_with_the_layer_that_has_it() {
    let folder = tempfile::tempdir().unwrap();
    for (code, hint) in [
        ("C2", "it is a code of ward_2025, in force from 2025-05-01: name that layer"),
        ("E05999999", "it may be from another vintage"),
    ] {
        let laps = LAPS.replace("\"D1\"", &format!("{code:?}"));
        let catalogue = write_county(folder.path(), &laps, true);
        let output = lapwing(&["check", catalogue.to_str().unwrap(), "-q"]);
        assert_eq!(output.status.code(), Some(1));
        let printed = String::from_utf8(output.stdout).unwrap();
        let fault = format!("feature 1 (L2), field include: the layer ward has no area {code}; ");
        let line = printed.lines().find(|line| line.contains(&fault)).expect("the fault");
        assert!(line.contains(hint), "{line}");
    }
}

#[test]
fn vintages_of_one_series_in_force_on_one_day_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = write_county(folder.path(), LAPS, true);
    let text = fs::read_to_string(&catalogue).unwrap();
    fs::write(&catalogue, text.replace("valid_to = 2025-05-01", "valid_to = 2025-05-02")).unwrap();
    let (code, message) = refusal(&["check", catalogue.to_str().unwrap(), "-q"]);
    assert_eq!(code, 1);
    assert!(message.contains("in force at the same time"), "{message}");
}

#[test]
fn changes_are_written_as_csv_or_json_between_any_two_vintages() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = write_county(folder.path(), LAPS, true);
    let snapshot = folder.path().join("county.lapwing");
    let snapshot = snapshot.to_str().unwrap();
    stdout_of(&["build", catalogue.to_str().unwrap(), "-q", "-o", snapshot]);
    let csv = stdout_of(&["changes", snapshot, "--layer", "ward", "--to", "ward_2025"]);
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 6, "{csv}");
    assert!(rows[1].starts_with("unchanged,true,,A1,Abbey,A1,Abbey,1000000,1,1,false"), "{csv}");
    assert!(rows[2].starts_with("moved_boundary,true,,B1,Brook,B2,Brook,800000,0.8,1,"), "{csv}");
    assert!(rows[3].starts_with("moved_boundary,true,,B1,Brook,C2,Castle,200000,0.2,"), "{csv}");
    assert!(rows[4].contains("C1,Castle,C2,Castle"), "{csv}");
    assert!(rows[5].starts_with("renamed,true,,D1,Dell,D1,Dale"), "{csv}");
    // The suffix determines the format, and both formats have the same content.
    let file = folder.path().join("changes.json");
    stdout_of(&["changes", snapshot, "--layer", "ward_2025", "-o", file.to_str().unwrap()]);
    let printed: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(printed["summary"], json!({"moved_boundary": 2, "renamed": 1, "unchanged": 1}));
    assert_eq!(printed["changes"][1]["lost_m2"], 200_000.0);
    let (code, message) = refusal(&["changes", snapshot, "--layer", "lap"]);
    assert!(code == 2 && message.contains("none before it"), "{code} {message}");
}

/// The real sample; `None`, with a message, if it does not exist.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if folder.join("wards_2022.geojson").exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: the real sample data are not at {}", folder.display());
    None
}

#[test]
fn published_wards_of_2025_are_reported_as_unknown_codes() {
    let Some(data) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("boundaries/catalogues/northamptonshire/sample.toml");
    let check = |catalogue: &Path| {
        let (catalogue, data) = (catalogue.to_str().unwrap(), data.to_str().unwrap());
        let args = ["check", catalogue, "--data", data, "--postcodes", "-q", "--report"];
        let printed = stdout_of(&[&args[..], &[report.to_str().unwrap()]].concat());
        let report: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
        (printed, report["published_wards"].clone())
    };
    // The counts of the file itself, without Lapwing: the ward is the last of ten columns.
    let counts = |name: &str| {
        let text = fs::read_to_string(data.join(name)).unwrap();
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for line in text.lines() {
            let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
            let has_position = cells[2] != "0" && cells[1] != "90";
            if has_position && !cells[9].is_empty() {
                *counts.entry(cells[9].to_owned()).or_default() += 1;
            }
        }
        counts
    };
    let published = counts("codepoint_nn_2025.csv");
    let (printed, found) = check(&catalogue);
    assert_eq!(found["unknown"]["codes"].as_array().unwrap().len(), published.len());
    assert_eq!(found["unknown"]["postcodes"], published.values().sum::<usize>());
    for code in found["unknown"]["codes"].as_array().unwrap() {
        let (code, count) = (code["code"].as_str().unwrap(), code["postcodes"].as_u64().unwrap());
        assert_eq!(published[code] as u64, count);
        assert!(printed.contains(&format!("\n  {code}: {count} postcode")), "{code} in {printed}");
    }
    assert_eq!(found["layers"], json!([]), "no layer has any of them");

    // The file of 2014 publishes the wards of 2013, which a layer has; those beyond the county it
    // has not.
    let text = fs::read_to_string(&catalogue).unwrap();
    let text = text.replace("codepoint_nn_2025.csv", "codepoint_nn_2014.csv");
    let laps = catalogue.with_file_name("laps.toml");
    let earlier = folder.path().join("earlier.toml");
    fs::write(&earlier, text.replace("laps.toml", laps.to_str().unwrap())).unwrap();
    let (_, found) = check(&earlier);
    assert_eq!(found["layers"][0]["layer"], "ward_2013");
    let of_layer = &found["layers"][0];
    let known =
        of_layer["agree"].as_u64().unwrap() + of_layer["differ"].as_array().unwrap().len() as u64;
    let unknown = found["unknown"]["postcodes"].as_u64().unwrap();
    assert_eq!(known + unknown, counts("codepoint_nn_2014.csv").values().sum::<usize>() as u64);
    assert_eq!(known, 15_548);
}
