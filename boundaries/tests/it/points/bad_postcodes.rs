//! Postcode files with an error, each with the message that a strict catalogue gets.

use std::path::{Path, PathBuf};

use lapwing_boundaries::catalogue::{Origin, PostcodeFormat, PostcodeSpec};
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::load::postcodes::{load_postcodes, read_postcodes};

use super::messages;

fn each_is_refused(cases: &[(&str, &str)], format: PostcodeFormat) {
    for (csv, expected) in cases {
        let mut report = Report::default();
        read_postcodes(csv.as_bytes(), "pc.csv", format, true, &mut report);
        let messages = messages(&report);
        assert!(
            messages.iter().any(|one| one.starts_with("error pc.csv: ") && one.contains(expected)),
            "of {csv}\nexpected: {expected}\nfound: {}",
            messages.join("\n")
        );
    }
}

#[test]
fn mistakes_in_code_point_open_are_reported_with_line_and_column() {
    let cases = [
        ("", "the file contains no postcodes: check `source` and `format`"),
        ("NN1 1ED,10,475486\n", "line 1 has 3 columns, but Code-Point Open has 10"),
        ("pcd,pcd2,pcds\n", "for the Postcode Directory write format = \"onspd\""),
        (
            "NN1 1ED,10,475486,260275\nNN1 1EE,10,475486\n",
            "feature 1: line 2: the row has 3 columns, but Code-Point Open has 10",
        ),
        ("NN1,10,475486,260275\n", "feature 0, field postcode: line 1: \"NN1\" is not a postcode"),
        (
            "NN1 1ED,15,475486,260275\n",
            "feature 0 (NN1 1ED), field positional quality: line 1: \"15\" is not a positional quality",
        ),
        (
            "NN1 1ED,,475486,260275\n",
            "\"\" is not a positional quality: use 10, 20, 30, 40, 50, 60, 80 or 90",
        ),
        (
            "NN1 1ED,10,4754860,260275\n",
            "field easting, northing: line 1: 4754860 260275 is outside the British National Grid",
        ),
        ("NN1 1ED,10,-0.89,52.23\n", "the values are not metres"),
        ("NN1 1ED,10,475486,x\n", "\"x\" is not a number"),
        (
            "NN1 1ED,10,475486,260275,E,E,E,,E,no ward\n",
            "field ward: line 1: \"no ward\" is not a code",
        ),
        (
            "NN1 1ED,10,475486,260275\nNN1  1ED,10,475486,260276\n",
            "NN1 1ED has two different records, pc.csv line 1 and pc.csv line 2: keep one",
        ),
    ];
    each_is_refused(&cases, PostcodeFormat::CodePointOpen);
}

#[test]
fn mistakes_in_the_postcode_directory_are_reported_with_line_and_column() {
    let row = |cells: &str| format!("pcds,doterm,east1m,north1m,gridind,wd25cd\n{cells}\n");
    let rows = [
        (
            row("NN1 1ED,,475486,260275,1"),
            "feature 0: line 2: the row has 5 columns but the header has 6",
        ),
        (row("NN1,,475486,260275,1,E05015983"), "\"NN1\" is not a postcode"),
        (
            row("NN1 1ED,,475486,260275,0,E05015983"),
            "field gridind: line 2: \"0\" is not a positional quality: use 1 to 9",
        ),
        (
            row("NN1 1ED,1999,475486,260275,1,E05015983"),
            "field doterm: line 2: \"1999\" is not a month: write it like 202306",
        ),
        (row("NN1 1ED,202313,475486,260275,1,E05015983"), "\"202313\" is not a month"),
        (
            row("NN1 1ED,,475486,2602750,1,E05015983"),
            "field east1m, north1m: line 2: 475486 2602750 is outside",
        ),
        (row("NN1 1ED,,475486,,1,E05015983"), "one of the two coordinates is empty"),
        (
            row("NN1 1ED,,475486,260275,1,E05 15983"),
            "field ward: line 2: \"E05 15983\" is not a code",
        ),
    ];
    let cases: Vec<(&str, &str)> =
        rows.iter().map(|(csv, expected)| (csv.as_str(), *expected)).collect();
    each_is_refused(&cases, PostcodeFormat::Onspd);
    let headers = [
        (
            "code,doterm,east1m,north1m,gridind\n",
            "field pcds: the file has no column pcds, pcd or postcode; its columns are code, doterm",
        ),
        (
            "pcds,doterm,a,b,gridind\n",
            "field east1m: the file has no column east1m, oseast1m or easting, nor long and lat",
        ),
        (
            "NN1 1ED,10,475486,260275\n",
            "add the header; for Code-Point Open write format = \"code-point-open\"",
        ),
    ];
    each_is_refused(&headers, PostcodeFormat::Onspd);
}

fn load(path: &Path) -> Vec<String> {
    let mut report = Report::default();
    let spec = PostcodeSpec {
        path: path.to_owned(),
        format: PostcodeFormat::CodePointOpen,
        strict: false,
        licence: None,
        attribution: None,
        origin: Origin::default(),
        within: None,
    };
    assert!(load_postcodes(&spec, &mut report).is_empty());
    messages(&report)
}

#[test]
fn a_source_that_cannot_be_opened_is_reported_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("codepo_gb.zip");
    assert!(load(&PathBuf::from("/nowhere/nn.csv"))[0].contains("/nowhere/nn.csv does not exist"));
    assert!(load(&zip)[0].contains("codepo_gb.zip does not exist"));
    assert!(load(folder.path())[0].contains("contains no CSV: name the file itself"));
    std::fs::write(&zip, b"PK no zip").unwrap();
    assert!(load(&zip)[0].contains("is not a readable zip"));
}

#[test]
fn a_mistake_in_every_row_of_a_national_file_is_listed_up_to_a_limit() {
    let csv = "NN1,10,475486,260275\n".repeat(5000);
    let mut report = Report::default();
    read_postcodes(csv.as_bytes(), "pc.csv", PostcodeFormat::CodePointOpen, true, &mut report);
    let messages = messages(&report);
    assert_eq!(messages.len(), 1001);
    assert_eq!(messages[1000], "error pc.csv: 4000 more rows have the fault invalid_postcode");
}
