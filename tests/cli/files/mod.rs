//! Files of publishers and councils, as the commands read them and speak of them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::county::{lapwing, refusal, stdout_of};

/// Two wards in British National Grid metres.
const WARDS: &str = "code,name,wkt\n\
    E05000001,Pen-y-Bont & Isa,\"POLYGON ((470000 255000, 480000 255000, 480000 265000, 470000 265000, 470000 255000))\"\n\
    E05000002,St George\u{2019}s Tw\u{302}r,\"POLYGON ((480000 255000, 490000 255000, 490000 265000, 480000 265000, 480000 255000))\"\n";

const DIRECTORY: &str = "pcd7,pcds,doterm,east1m,north1m,gridind,wd26cd\r\n\
    NN1 1ED,NN1 1ED,,475486,260275,1,E05000001\r\n\
    NN1 1AF,NN1 1AF,201505,475689,260445,1,E05000001\r\n\
    GIR 0AA,GIR 0AA,,,,9,E99999999\r\n\
    BFPO 57,BFPO 57,,,,9,\r\n";

const HALLS: &str = "\u{feff}ref,hall,post code\r\n\
    H1,Good Hall,NN1 1ED\r\n\
    \r\n\
    H2,Oh Hall,NN1 OAA\r\n";

/// A catalogue of these files, with `strict` in the tables that take it.
fn catalogue(folder: &Path, strict: bool) -> String {
    fs::write(folder.join("wards.csv"), WARDS).unwrap();
    fs::write(folder.join("ONSPD.csv"), DIRECTORY).unwrap();
    fs::write(folder.join("halls.csv"), HALLS).unwrap();
    let strict = if strict { "strict = true\n" } else { "" };
    let text = format!(
        "title = \"T\"\n\
         [[layer]]\nid = \"ward\"\ntitle = \"Wards\"\nsource = \"wards.csv\"\ncode = \"code\"\nname = \"name\"\n\
         [[layer]]\nid = \"hall\"\ntitle = \"Halls\"\nsource = \"halls.csv\"\n\
         columns = {{ code = \"ref\", name = \"hall\", postcode = \"post code\" }}\n{strict}\
         [postcodes]\nsource = \"ONSPD.csv\"\nformat = \"onspd\"\n{strict}"
    );
    let path = folder.join("c.toml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn odd_rows_are_left_out_counted_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = catalogue(folder.path(), false);
    let report = folder.path().join("faults.json");
    let args = ["check", &catalogue, "-q", "--report", report.to_str().unwrap()];
    let text = stdout_of(&args);
    for line in [
        "  halls.csv: 2 rows: 1 kept, 1 left out",
        "  ONSPD.csv: 4 rows: 3 kept (1 terminated, 1 without a position), 1 left out",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    assert!(text.contains("line 4: \"NN1 OAA\" is not a postcode"), "{text}");
    assert!(text.contains("line 5: \"BFPO 57\" is not a postcode"), "{text}");
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["rows"][0]["left_out"], 1);
    assert_eq!(report["errors"], 0);
}

#[test]
fn strict_tables_make_odd_rows_errors() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = catalogue(folder.path(), true);
    let output = lapwing(&["check", &catalogue, "-q"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("error invalid_postcode (1)\n"), "errors come first: {text}");
    let of_hall = text.find("\nhall: error invalid_postcode (1)\n").expect("the hall's error");
    assert!(text.find("\nnote ").is_some_and(|note| of_hall < note), "{text}");
}

#[test]
fn a_published_county_is_built_and_its_places_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = catalogue(folder.path(), false);
    let snapshot = folder.path().join("c.lapwing");
    let snapshot = snapshot.to_str().unwrap();
    let output = lapwing(&["build", &catalogue, "-o", snapshot]);
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{talk}");
    assert!(talk.contains("ONSPD.csv: 4 rows: 3 kept (1 terminated, 1 without"), "{talk}");
    let text = stdout_of(&["locate", snapshot, "NN1 1ED"]);
    assert!(text.contains("E05000001"), "{text}");
    let (_, message) = refusal(&["locate", snapshot, "GIR 0AA"]);
    assert!(message.contains("GIR 0AA is a postcode, but its source gives it no position"));

    let atlas = lapwing_boundaries::snapshot::read(Path::new(snapshot)).unwrap();
    for text in [
        "penybont",
        "Pen y bont",
        "pen-y-bont and isa",
        "St George's",
        "st georges t\u{175}r",
        "ST GEORGE\u{2019}S TWR",
    ] {
        assert_eq!(atlas.search().find(text, 5).len(), 1, "{text}");
    }
}

#[test]
fn check_prints_a_few_faults_of_each_kind_and_writes_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = catalogue(folder.path(), false);
    let rows: Vec<String> = (0..40).map(|at| format!("B{at},Hall,TBC\n")).collect();
    let rows = rows.concat();
    fs::write(folder.path().join("halls.csv"), format!("{HALLS}{rows}")).unwrap();
    let text = stdout_of(&["check", &catalogue, "-q"]);
    assert_eq!(text.matches("is not a postcode").count(), 5 + 1, "{text}");
    assert!(text.contains("  and 36 more of this kind\n"), "{text}");
    assert!(text.contains("`--report FILE` writes every fault as JSON"), "{text}");
    let report = folder.path().join("faults.json");
    stdout_of(&["check", &catalogue, "-q", "--report", report.to_str().unwrap()]);
    let report = fs::read_to_string(report).unwrap();
    assert_eq!(report.matches("is not a postcode").count(), 41 + 1);
}
