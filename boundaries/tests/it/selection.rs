//! `only` and `within`: the features of a file that belong to a catalogue.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::catalogue::{Catalogue, ValuePattern};
use lapwing_boundaries::fault::{Report, Severity};

/// A square with a side of `side` kilometres and its south-west corner `east` and `north` kilometres
/// from 400000 200000.
fn square(code: &str, east: f64, north: f64, side: f64) -> String {
    let ring: Vec<String> = [(0., 0.), (1., 0.), (1., 1.), (0., 1.), (0., 0.)]
        .iter()
        .map(|(x, y)| {
            let (x, y) = (400.0 + east + x * side, 200.0 + north + y * side);
            format!("[{},{}]", x * 1e3, y * 1e3)
        })
        .collect();
    feature(code, &ring.join(","))
}

fn feature(code: &str, ring: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"CD":"{code}","NM":"N"}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
    )
}

fn write(folder: &Path, name: &str, features: &[String]) {
    let text = format!(
        r#"{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":"EPSG:27700"}}}},"features":[{}]}}"#,
        features.join(",")
    );
    fs::write(folder.join(name), text).unwrap();
}

const CATALOGUE: &str = r#"
title = "Squares"
[[layer]]
id = "ward"
title = "Wards"
source = "wards.geojson"
code = "CD"
name = "NM"
within = "authority"
[[layer]]
id = "authority"
title = "Authorities"
source = "authorities.geojson"
code = "CD"
name = "NM"
only = { CD = ["E06000001"] }
[[layer]]
id = "hall"
title = "Halls"
source = "halls.csv"
columns = { code = "code", name = "code", easting = "x", northing = "y" }
within = { layer = "authority", margin_m = 5000 }
[postcodes]
source = "postcodes.csv"
format = "code-point-open"
within = { layer = "authority", margin_m = 5000 }
"#;

/// The authority is ten kilometres wide. Another lies beside it.
fn contents(catalogue: &str) -> (Option<Contents>, Report) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(
        at,
        "authorities.geojson",
        &[square("E06000001", 0., 0., 10.), square("E06000002", 10., 0., 10.)],
    );
    let bow_tie = "[600000,600000],[601000,601000],[601000,600000],[600000,601000],[600000,600000]";
    let wards = [
        square("E05000001", 1., 1., 2.),
        square("E05000002", 8.8, 1., 2.),  // 60 % of it
        square("E05000003", 9.2, 4., 2.),  // 40 % of it
        square("E05000004", 10.0, 7., 2.), // touches
        square("E05000005", 0., 8., 2.),   // inside, on two edges
        feature("E05000006", bow_tie),     // wrong, and far away
    ];
    write(at, "wards.geojson", &wards);
    let places = [("A1", 5.0), ("A2", 10.0), ("A3", 14.9), ("A4", 15.1), ("A5", 300.0)];
    let (mut halls, mut postcodes) = ("code,x,y\n".to_owned(), String::new());
    for (at, (code, east)) in places.iter().enumerate() {
        let (x, y) = (400_000.0 + east * 1e3, 205_000);
        let _ = writeln!(halls, "{code},{x},{y}");
        let _ = writeln!(postcodes, "AA{} 1AA,10,{x},{y},E92000001,,,,E06000001,E05000001", at + 1);
    }
    fs::write(at.join("halls.csv"), halls).unwrap();
    fs::write(at.join("postcodes.csv"), postcodes).unwrap();
    fs::write(at.join("c.toml"), catalogue).unwrap();
    let catalogue = Catalogue::read(&at.join("c.toml")).unwrap();
    let mut report = Report::default();
    let contents = assemble::contents(&catalogue, &mut report, &());
    (contents, report)
}

#[test]
fn features_in_the_authority_are_kept_despite_faults_elsewhere() {
    let (contents, report) = contents(CATALOGUE);
    let told: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    let contents = contents.unwrap_or_else(|| panic!("{told:#?}"));
    let codes = |id: &str| -> Vec<String> {
        let layer = contents.layers.iter().find(|layer| layer.meta().id.as_str() == id).unwrap();
        let areas = layer.areas().iter().map(|area| area.code().to_string());
        areas.chain(layer.sites().iter().map(|site| site.code.to_string())).collect()
    };
    assert_eq!(codes("authority"), ["E06000001"]);
    assert_eq!(codes("ward"), ["E05000001", "E05000002", "E05000005"]);
    assert_eq!(codes("hall"), ["A1", "A2", "A3"]);
    let postcodes: Vec<String> =
        contents.postcodes.iter().map(|r| r.postcode.to_string()).collect();
    assert_eq!(postcodes, ["AA1 1AA", "AA2 1AA", "AA3 1AA"]);
    assert!(report.faults.iter().all(|fault| fault.severity == Severity::Note), "{told:#?}");
    for part in ["areas are not in authority", "sites are not in", "postcodes are not in"] {
        assert!(told.iter().any(|line| line.contains(part)), "{told:#?}");
    }
}

#[test]
fn an_empty_selection_is_refused() {
    for (from, to, told) in [
        ("E06000001", "E06000009", "no feature matches `only`"),
        ("CD = [", "LAD = [", "names the field \"LAD\" in `only`"),
    ] {
        let (contents, report) = contents(&CATALOGUE.replace(from, to));
        let lines: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
        assert!(contents.is_none(), "{lines:#?}");
        assert!(lines.iter().any(|line| line.contains(told)), "{told}: {lines:#?}");
    }
}

#[test]
fn a_trailing_star_matches_any_ending() {
    let text = CATALOGUE.replace("[\"E06000001\"]", "[\"E06*\", \"E07000001\"]");
    let catalogue = Catalogue::parse(text.as_bytes(), Path::new("c.toml"), None).unwrap();
    let debug = format!("{catalogue:?}");
    assert!(debug.contains(&format!("{:?}", ValuePattern::Begins("E06".to_owned()))), "{debug}");
    assert!(ValuePattern::Begins("E06".to_owned()).matches("E06000062"));
    assert!(!ValuePattern::Is("E06".to_owned()).matches("E06000062"));
}

#[test]
fn an_invalid_within_is_refused_with_its_line() {
    let ward = "within = \"authority\"";
    for (to, told) in [
        (
            "within = \"nowhere\"",
            "c.toml:9:10: `within` names the layer nowhere, which the catalogue does not have",
        ),
        (
            "within = \"hall\"",
            "`within` names hall, which is not a layer of areas read from a file",
        ),
        ("within = \"ward\"", "`within` names ward, which has a `within` itself"),
        ("within = { layer = \"authority\", margin = 1 }", "did you mean `margin_m`?"),
        ("within = { layer = \"authority\", margin_m = -1 }", "a whole number from 0 to"),
        ("within = 3", "`within` of layer ward is an integer"),
        ("only = { CD = [] }", "`only` has no value for CD: add one, or remove the field"),
        ("only = { CD = 7 }", "write field names, each with a list of strings"),
        ("only = \"CD\"", "write field names, each with a list of strings"),
        ("sha256 = \"abc\"", "`sha256` must be 64 hexadecimal digits"),
        ("url = []", "`url` is empty: name at least one URL, or remove it"),
        ("url = [\"https://a.example\", \"ftp://b\"]", "\"ftp://b\" is not a URL"),
    ] {
        let text = CATALOGUE.replacen(ward, to, 1);
        let error = Catalogue::parse(text.as_bytes(), Path::new("c.toml"), None).unwrap_err();
        assert!(error.to_string().contains(told), "{to}: {error}");
    }
}
