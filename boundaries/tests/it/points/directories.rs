//! Directories as they are published: every edition is read, and no odd row costs the file.

use std::io::Write as _;
use std::path::Path;

use lapwing_boundaries::catalogue::{AddressSpec, Origin, PostcodeFormat, PostcodeSpec};
use lapwing_boundaries::fault::{Report, RowCounts};
use lapwing_boundaries::gazetteer::{Month, PostcodeRecord};
use lapwing_boundaries::load::addresses::load_addresses;
use lapwing_boundaries::load::postcodes::{load_postcodes, read_postcodes};
use zip::write::SimpleFileOptions;

use super::{messages, postcode};

fn read(csv: &str, format: PostcodeFormat) -> (Vec<PostcodeRecord>, Report) {
    let mut report = Report::default();
    let records = read_postcodes(csv.as_bytes(), "pc.csv", format, false, &mut report);
    (records, report)
}

fn onspd(csv: &str) -> (Vec<PostcodeRecord>, Report) {
    read(csv, PostcodeFormat::Onspd)
}

fn texts(records: &[PostcodeRecord]) -> Vec<String> {
    records.iter().map(|record| record.postcode.to_string()).collect()
}

/// A CSV with these columns and one row, which has these values in some of them.
fn one_row(columns: &str, values: &[(&str, &str)]) -> String {
    let value = |column: &str| values.iter().find(|(name, _)| *name == column).map_or("", |v| v.1);
    let row: Vec<&str> = columns.split(',').map(value).collect();
    format!("{columns}\r\n{}\r\n", row.join(","))
}

#[test]
fn every_edition_of_the_directories_gives_the_same_record() {
    let editions = [
        // The Postcode Directory of 2012, 2024 and 2025; the Lookup of 2015, 2023 and 2025.
        "pcd,pcd2,pcds,dointr,doterm,oscty,oslaua,osward,usertype,oseast1m,osnrth1m,osgrdind,ctry",
        "pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,osgrdind,ctry,lat,long",
        "pcd7,pcd8,pcds,dointr,doterm,cty25cd,ced25cd,lad25cd,wd25cd,parncp25cd,usertype,east1m,north1m,gridind,ctry25cd,lat,long",
        "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa11,cty,laua,ward,ctry",
        "pcd,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,laua,ward,ctry,lat,long",
        "PCD7,PCD8,PCDS,DOINTR,DOTERM,USERTYPE,EAST1M,NORTH1M,GRIDIND,LAD26CD,WD26CD,CTRY26CD",
    ];
    for columns in editions {
        let lower = columns.to_lowercase();
        let mut values = vec![("doterm", "201505"), ("dointr", "198001")];
        for column in lower.split(',') {
            let value = match column {
                "pcd" | "pcd7" | "pcds" => "NN1 1AF",
                "pcd2" | "pcd8" => "NN1  1AF",
                "oseast1m" | "east1m" => "475689",
                "osnrth1m" | "north1m" => "260445",
                "osgrdind" | "gridind" => "1",
                "osward" | "ward" | "wd25cd" | "wd26cd" => "E05013246",
                _ => continue,
            };
            values.push((column, value));
        }
        let csv = one_row(&lower, &values);
        let csv = csv.replacen(&lower, columns, 1);
        let (records, report) = onspd(&csv);
        assert_eq!(messages(&report), [""; 0], "{columns}");
        let record = &records[0];
        let position = record.position.unwrap();
        assert_eq!(record.postcode, postcode("NN1 1AF"));
        assert_eq!((position.easting(), position.northing()), (475_689.0, 260_445.0));
        assert_eq!(record.positional_quality, 10);
        assert_eq!(record.terminated, Some(Month { year: 2015, month: 5 }));
        assert_eq!(record.published_ward.as_ref().unwrap().as_str(), "E05013246", "{columns}");
    }
}

#[test]
fn postcodes_of_unusual_form_are_kept_or_left_out_with_one_note() {
    let csv = "pcds,doterm,east1m,north1m,gridind,wd25cd\n\
               NN1 1ED,,475486,260275,1,E05013246\n\
               GIR 0AA,198906,,,9,\n\
               NPT 1AA,199606,331000,188000,1,\n\
               BX1 1LT,,,,9,\n\
               BF1 3AA,,,,9,\n\
               BFPO 57,,,,9,\n\
               ,,,,9,\n\
               BFPO 801,,,,9,\n\
               XXX,,,,9,\n";
    let (records, report) = onspd(csv);
    assert_eq!(texts(&records), ["BF1 3AA", "BX1 1LT", "GIR 0AA", "NN1 1ED", "NPT 1AA"]);
    assert_eq!(
        messages(&report),
        [
            "note pc.csv: feature 5, field postcode: line 7: \"BFPO 57\" is not a postcode: write it \
             like \"NN1 1ED\"; 4 rows, this and lines 8, 9, 10, were left out",
            "note pc.csv: 3 postcodes have no position and were kept without one"
        ]
    );
    let counts = RowCounts {
        layer: None,
        file: "pc.csv".to_owned(),
        rows: 9,
        kept: 5,
        terminated: 2,
        without_position: 3,
        left_out: 4,
    };
    assert_eq!(report.rows, [counts]);
}

#[test]
fn one_odd_row_never_costs_the_file() {
    let header = "pcds,doterm,east1m,north1m,gridind,wd25cd\n";
    let good = "NN1 1ED,,475486,260275,1,E05013246\n";
    for (odd, words) in [
        ("NN1 1EE,,475486,260275,0,\n", "\"0\" is not a positional quality"),
        ("NN1 1EE,1999,475486,260275,1,\n", "\"1999\" is not a month"),
        ("NN1 1EE,,475486,2602750,1,\n", "is outside the British National Grid"),
        ("NN1 1EE,,475486,260275,1,,,more\n", "look for an extra comma or quote"),
    ] {
        let (records, report) = onspd(&format!("{header}{odd}{good}"));
        assert_eq!(texts(&records), ["NN1 1ED"], "{odd}");
        let messages = messages(&report);
        assert_eq!(messages.len(), 1);
        assert!(
            messages[0].contains(words) && messages[0].ends_with("the row was left out"),
            "{messages:?}"
        );
    }
    // An unreadable ward is no reason to lose the postcode.
    let (records, report) = onspd(&format!("{header}NN1 1ED,,475486,260275,1,no ward\n"));
    assert_eq!(records[0].published_ward, None);
    assert!(messages(&report)[0].ends_with("the value was ignored"), "{:?}", messages(&report));
    let (records, report) = read(
        "NN1 1ED,10,475486\nNN1 1EE,10,475487,260275\nNN1 1EF,15,475487,260275\n",
        PostcodeFormat::CodePointOpen,
    );
    assert_eq!(texts(&records), ["NN1 1EE"]);
    assert!(!report.has_errors(), "{:?}", messages(&report));
}

#[test]
fn a_file_of_which_no_row_can_be_used_is_refused() {
    let csv = "pcds,doterm,east1m,north1m,gridind\nA,,1,1,1\nB,,1,1,1\n";
    let (records, report) = onspd(csv);
    assert!(records.is_empty() && report.has_errors());
    assert!(messages(&report).iter().any(|one| one.contains("none of the 2 rows can be read")));
}

#[test]
fn rows_that_end_early_and_numbers_with_decimals_are_read() {
    let (records, report) = onspd(
        "pcds,doterm,east1m,north1m,gridind,wd25cd,lat,long\n\
         NN1 1ED,201505.0,475486.0,260275.0,1.0\n",
    );
    assert_eq!(messages(&report), [""; 0]);
    assert_eq!(records[0].terminated, Some(Month { year: 2015, month: 5 }));
    assert_eq!(records[0].position.unwrap().easting(), 475_486.0);
}

#[test]
fn an_extract_without_quality_and_termination_is_read_with_notes() {
    let (records, report) = onspd("pcd7,lad25cd,east1m,north1m\nNN1 1ED,E06000062,475486,260275\n");
    assert_eq!(records[0].positional_quality, 10);
    let messages = messages(&report);
    assert!(messages[0].contains("no column gridind or osgrdind: every position is taken as"));
    assert!(messages[1].contains("no column doterm: every postcode is taken as live"));
    let (records, _) = onspd("postcode,latitude,longitude\nNN1 1ED,52.235518,-0.896042\n");
    assert!((records[0].position.unwrap().easting() - 475_486.0).abs() < 0.5, "by degrees alone");
}

/// A row of gridall: 42 columns and no header.
fn gridall(postcode: &str, doterm: &str, ward: &str, quality: &str, at: [&str; 2]) -> String {
    let mut row = vec![""; 42];
    let country = if ward.starts_with('N') { "N92000002" } else { "E92000001" };
    (row[0], row[1], row[2], row[3], row[9]) = (postcode, postcode, "198001", doterm, ward);
    (row[11], row[12], row[36], row[37]) = (quality, country, at[0], at[1]);
    row.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",") + "\r\n"
}

#[test]
fn gridall_is_read_without_a_header() {
    let csv = [
        gridall("NN1 1ED", "", "E05013246", "1", ["475486", "260275"]),
        gridall("NN1 1AF", "201505", "E05013246", "1", ["475689", "260445"]),
        gridall("GY1 1AA", "", "L99999999", "9", ["", ""]),
        gridall("BT16 2FG", "", "N08000320", "1", ["346000", "373000"]),
        gridall("GIR 0AA", "", "E99999999", "9", ["", ""]),
    ]
    .concat();
    let (records, report) = onspd(&csv);
    assert_eq!(texts(&records), ["BT16 2FG", "GIR 0AA", "GY1 1AA", "NN1 1AF", "NN1 1ED"]);
    assert_eq!(records[0].position, None, "an Irish Grid reference is no British one");
    assert_eq!(records[3].terminated, Some(Month { year: 2015, month: 5 }));
    assert_eq!(records[4].published_ward.as_ref().unwrap().as_str(), "E05013246");
    assert_eq!(report.rows[0].rows, 5);
    assert!(!report.has_errors(), "{:?}", messages(&report));
}

fn zip_of(path: &Path, entries: &[(&str, &str)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, text) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

const ONSPD: &str =
    "pcds,doterm,east1m,north1m,gridind,wd25cd\nNN1 1ED,,475486,260275,1,E05013246\n";

fn load(path: &Path) -> (Vec<String>, Report) {
    let mut report = Report::default();
    let spec = PostcodeSpec {
        path: path.to_owned(),
        format: PostcodeFormat::Onspd,
        strict: false,
        licence: None,
        attribution: None,
        origin: Origin::default(),
        within: None,
    };
    (texts(&load_postcodes(&spec, &mut report)), report)
}

#[test]
fn tables_beside_the_directory_are_not_read() {
    let root = tempfile::tempdir().unwrap();
    for (name, data) in [
        ("nspl.zip", "Data/NSPL_NOV_2025_UK.csv"),
        ("nhspd.zip", "NHSPD_NOV_2025/Data/gridall.csv"),
        ("plain.zip", "postcodes.csv"),
        ("gz.zip", "ONSPD.CSV"),
    ] {
        let zip = root.path().join(name);
        zip_of(
            &zip,
            &[
                (data, ONSPD),
                ("Documents/LA_UA names and codes.csv", "LAD25CD,LAD25NM\nE06000062,West\n"),
                ("Data/lookup.csv", "LAD25CD,LAD25NM\nE06000062,West\n"),
                ("__MACOSX/Data/._onspd.csv", "\u{0}\u{5}\u{16}\u{7}"),
            ],
        );
        let (postcodes, report) = load(&zip);
        assert_eq!(postcodes, ["NN1 1ED"], "{name}: {:?}", messages(&report));
        assert!(!report.has_errors());
    }
}

#[test]
fn a_source_is_what_its_bytes_say() {
    let root = tempfile::tempdir().unwrap();
    let zipped = root.path().join("onspd.csv");
    zip_of(&zipped, &[("Data/ONSPD.csv", ONSPD)]);
    assert_eq!(load(&zipped).0, ["NN1 1ED"], "a zip without the suffix");
    let gzipped = root.path().join("gz.csv");
    let file = std::fs::File::create(&gzipped).unwrap();
    let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    gz.write_all(ONSPD.as_bytes()).unwrap();
    gz.finish().unwrap();
    assert_eq!(load(&gzipped).0, ["NN1 1ED"], "gzip without the suffix");
    for (bytes, words) in [
        (&b"<!DOCTYPE html><html>"[..], "an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        (b"%PDF-1.4", "a PDF document"),
    ] {
        for name in ["page.csv", "page.zip", "page.csv.gz"] {
            let path = root.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let messages = messages(&load(&path).1);
            assert!(messages[0].contains(words), "{name} {messages:?}");
        }
    }
    let workbook = root.path().join("onspd.xlsx");
    zip_of(&workbook, &[("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>")]);
    assert!(messages(&load(&workbook).1)[0].contains("a workbook of Excel: save the sheet as CSV"));
}

#[test]
fn the_uprn_directory_is_read_from_its_regions() {
    let root = tempfile::tempdir().unwrap();
    let zip = root.path().join("ONSUD_NOV_2025.zip");
    let header = "UPRN,GRIDGB1E,GRIDGB1N,PCDS,CTY25CD,LAD25CD,WD25CD\n";
    let region = |rows: &str| format!("{header}{rows}");
    let midlands = region("15000001,475486,260275,NN1 1ED,,,\n15000002,475490,260280,,,,\n");
    let wales = region("10000001,331000,188000,NPT 1AA,,,\n10000002,331000,188000,CF1,,,\n");
    zip_of(
        &zip,
        &[
            ("Data/ONSUD_NOV_2025_EM.csv", &midlands),
            ("Data/ONSUD_NOV_2025_WA.csv", &wales),
            ("Documents/Names.csv", "LAD25CD\n"),
        ],
    );
    let spec = AddressSpec {
        path: zip,
        uprn: None,
        postcode: None,
        easting: None,
        northing: None,
        strict: false,
        licence: None,
        attribution: None,
        origin: Origin::default(),
        within: None,
    };
    let mut report = Report::default();
    let found = load_addresses(&spec, &mut report);
    let found: Vec<_> = found.iter().map(|a| (a.uprn, a.postcode.to_string())).collect();
    assert_eq!(found, [(15_000_001, "NN1 1ED".to_owned()), (10_000_001, "NPT 1AA".to_owned())]);
    assert!(!report.has_errors(), "{:?}", messages(&report));
    let counts = &report.rows[0];
    assert_eq!((counts.rows, counts.kept, counts.left_out), (4, 2, 2));
}
