//! CSV files of sites and addresses with an error, each with the message that a strict catalogue
//! gets.

use std::io::Write;
use std::path::{Path, PathBuf};

use lapwing_boundaries::catalogue::{AddressSpec, Origin, SitesFormat};
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::gazetteer::Address;
use lapwing_boundaries::load::addresses::{load_addresses, read_addresses};
use lapwing_boundaries::load::sites::{load_sites, read_sites};

use super::{by_degrees, by_grid, by_postcode, gp, messages, only_nn1_1ed, source_of};

/// Checks that reading the CSV reports exactly one error, with the expected ending.
fn is_refused(csv: &[u8], format: SitesFormat, expected: &str) {
    let mut report = Report::default();
    let mut source = source_of(format, &[]);
    source.strict = true;
    read_sites(csv, "gp.csv", &source, &gp(), &only_nn1_1ed, &mut report);
    let messages = messages(&report);
    assert!(
        matches!(&messages[..], [one] if one.starts_with("error gp: gp.csv: ") && one.contains(expected)),
        "of {}\nexpected: {expected}\nfound: {}",
        String::from_utf8_lossy(csv),
        messages.join("\n")
    );
}

#[test]
fn mistakes_in_a_row_of_sites_are_reported_with_line_and_column() {
    let head = "code,name,postcode\n";
    let cases = [
        ("A,Hall\n", "feature 0: line 2: the row has 2 columns but the header has 3"),
        (
            "A,Hall, Moulton,NN1 1ED\n",
            "the row has 4 columns but the header has 3: look for an extra comma or quote",
        ),
        ("A,\"Hall,NN1 1ED\nB,Barn,NN1 1ED\n", "feature 0: line 2: the row has 2 columns"),
        (",Hall,NN1 1ED\n", "feature 0, field code: line 2: the row has no code"),
        ("St George,Hall,NN1 1ED\n", "\"St George\" is not a code"),
        ("A;B,Hall,NN1 1ED\n", "\"A;B\" is not a code: a code is 1 to 40 visible ASCII characters"),
        (
            "A,Hall,NN1 1ED\nA,Barn,NN1 1ED\n",
            "feature 1 (A), field code: line 3: the code A is already on line 2: give each site its own",
        ),
        (
            "A,Hall,Northampton\n",
            "feature 0 (A), field postcode: line 2: \"Northampton\" is not a postcode: write it like \"NN1 1ED\"",
        ),
    ];
    for (rows, expected) in cases {
        is_refused(format!("{head}{rows}").as_bytes(), by_postcode(), expected);
    }
}

#[test]
fn mistakes_in_a_header_are_reported_with_the_columns_of_the_file() {
    let cases: [(&[u8], &str); 7] = [
        (b"", "the file is empty: add a header and a row for each site"),
        (b"code;name;postcode\n", "its columns are separated by ';': save it with commas"),
        (
            b"code,name,post_code\n",
            "field postcode: the file has no column \"postcode\"; did you mean \"post_code\"?",
        ),
        (
            b"code,name,address\n",
            "the file has no column \"postcode\"; its columns are code, name, address",
        ),
        (
            b"code,name,postcode,postcode\n",
            "the header has the column \"postcode\" twice: rename one",
        ),
        (
            b"code,Postcode,NAME,name,POSTCODE\n",
            "the header has the column \"postcode\" twice: rename one",
        ),
        (b"\xFF\xFEc\0o\0d\0e\0", "the file is UTF-16: save it as CSV in UTF-8"),
    ];
    for (csv, expected) in cases {
        let mut report = Report::default();
        let source = source_of(by_postcode(), &[]);
        read_sites(csv, "gp.csv", &source, &gp(), &only_nn1_1ed, &mut report);
        let messages = messages(&report);
        assert!(
            messages.iter().any(|one| one.contains(expected)),
            "{expected}\n{}",
            messages.join("\n")
        );
    }
}

#[test]
fn an_invalid_position_is_reported_with_a_likely_cause() {
    let grid = |x, y| format!("code,name,x,y\nA,Hall,{x},{y}\n");
    let cases = [
        (grid("east", "260275"), "feature 0 (A), field x, y: line 2: \"east\" is not a number"),
        (grid("\"475,486\"", "260275"), "\"475,486\" is not a number: write it without commas"),
        (grid("475486", ""), "one of the two coordinates is empty: give both or neither"),
        (grid("NaN", "260275"), "a coordinate is not a finite number"),
        (grid("1e999", "260275"), "a coordinate is not a finite number"),
        (grid("4754860", "260275"), "4754860 260275 is outside the British National Grid"),
        (
            grid("-0.896", "52.235"),
            "the values are not metres; if they are degrees, give them as lon and lat",
        ),
    ];
    for (csv, expected) in cases {
        is_refused(csv.as_bytes(), by_grid(), expected);
    }
    let degrees = |lon, lat| format!("code,name,lon,lat\nA,Hall,{lon},{lat}\n");
    let cases = [
        (
            degrees("52.235", "-0.896"),
            "exchanged, they are in Britain: check whether lon and lat are swapped",
        ),
        (
            degrees("475486", "260275"),
            "if they are metres of the British National Grid, give them as easting and northing",
        ),
        (degrees("2.35", "148.86"), "2.35 148.86 is not a longitude and a latitude"),
        (degrees("151.2", "-33.9"), "outside the British National Grid"),
    ];
    for (csv, expected) in cases {
        is_refused(csv.as_bytes(), by_degrees(), expected);
    }
}

#[test]
fn a_file_that_is_not_epraccur_is_reported() {
    let format = || SitesFormat::OdsEpraccur { settings: None };
    is_refused(b"K83002,LAKESIDE,NN1 1ED\n", format(), "the row has 3 columns but epraccur has 27");
    let header = vec!["Organisation Code"; 27].join(",");
    is_refused(
        header.as_bytes(),
        format(),
        "\"Organisation Code\" is not a status: column 13 of epraccur has A, C, D or P; remove the header line",
    );
    let mut row = vec![""; 27];
    (row[0], row[9], row[12]) = ("K83002", "NN1 1ED", "X");
    let second = format!("{}\n", row.join(","));
    (row[0], row[12]) = ("K83003", "A");
    let csv = format!("{}\n{second}", row.join(","));
    is_refused(
        csv.as_bytes(),
        format(),
        "feature 1 (K83002), field status: line 2: \"X\" is not a status: column 13 of epraccur has A, C, D or P",
    );
}

#[test]
fn a_missing_file_is_reported_with_its_full_path() {
    let mut report = Report::default();
    let mut source = source_of(by_grid(), &[]);
    source.path = PathBuf::from("/nowhere/gp.csv");
    assert!(load_sites(&source, &gp(), &only_nn1_1ed, &mut report).is_empty());
    load_addresses(&address_spec(Path::new("/nowhere/uprn.csv")), &mut report);
    let messages = messages(&report);
    assert_eq!(
        messages[0],
        "error gp: gp.csv: /nowhere/gp.csv does not exist: download it, or correct `source` in the catalogue"
    );
    assert!(messages[1].contains("/nowhere/uprn.csv does not exist"));
}

#[test]
fn a_damaged_gzip_file_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gp.csv.gz");
    std::fs::write(&path, b"\x1f\x8b\x08 no more").unwrap();
    let mut report = Report::default();
    let mut source = source_of(by_grid(), &[]);
    source.path = path;
    load_sites(&source, &gp(), &only_nn1_1ed, &mut report);
    assert!(
        messages(&report)[0].contains("gp.csv.gz: the file cannot be read after line"),
        "{:?}",
        messages(&report)
    );
}

#[test]
fn a_zip_with_exactly_one_csv_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, entries: &[&str]| {
        let path = folder.path().join(name);
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        for entry in entries {
            zip.start_file(*entry, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(b"code,name,x,y\nA,Hall,475486,260275\n").unwrap();
        }
        zip.finish().unwrap();
        let mut report = Report::default();
        let mut source = source_of(by_grid(), &[]);
        source.path = path;
        (load_sites(&source, &gp(), &only_nn1_1ed, &mut report).len(), messages(&report))
    };
    assert_eq!(read("epraccur.zip", &["epraccur.csv", "epraccur.pdf"]), (1, vec![]));
    let (_, messages) = read("two.zip", &["a.csv", "b.csv"]);
    assert!(
        messages[0].ends_with("the zip contains 2 CSV files: unpack it and name the one to use")
    );
    std::fs::write(folder.path().join("none.zip"), b"no zip").unwrap();
    let mut report = Report::default();
    let mut source = source_of(by_grid(), &[]);
    source.path = folder.path().join("none.zip");
    load_sites(&source, &gp(), &only_nn1_1ed, &mut report);
    assert!(super::messages(&report)[0].contains("none.zip cannot be read: "));
}

fn address_spec(path: &Path) -> AddressSpec {
    let [uprn, postcode, easting, northing] =
        ["UPRN", "postcode", "X_COORDINATE", "Y_COORDINATE"].map(|name| Some(name.to_owned()));
    let path = path.to_owned();
    AddressSpec {
        path,
        uprn,
        postcode,
        easting,
        northing,
        strict: true,
        licence: None,
        attribution: None,
        origin: Origin::default(),
        within: None,
    }
}

fn addresses(rows: &str) -> (Vec<Address>, Vec<String>) {
    let csv = format!("UPRN,postcode,X_COORDINATE,Y_COORDINATE\n{rows}");
    let mut report = Report::default();
    let spec = address_spec(Path::new("uprn.csv"));
    let found = read_addresses(csv.as_bytes(), "uprn.csv", &spec, &mut report);
    (found, messages(&report))
}

#[test]
fn addresses_are_sorted_by_postcode() {
    let (found, messages) = addresses(
        "2,NN2 6LS,475001.5,260001\n10,NN1 1ED,475003,260003\n9,nn11ed,475002,260002\n\
         10,NN1 1ED,475003,260003\n11,,475003,260003\n12,NN1 1ED,0,0\n",
    );
    let order: Vec<_> = found.iter().map(|a| (a.postcode.to_string(), a.uprn)).collect();
    let expected = [("NN1 1ED", 9), ("NN1 1ED", 10), ("NN2 6LS", 2)];
    assert_eq!(order, expected.map(|(postcode, uprn)| (postcode.to_owned(), uprn)));
    assert!((found[2].position.easting() - 475_001.5).abs() < 1e-9);
    assert_eq!(
        messages,
        [
            "note uprn.csv: 2 rows without a postcode or position were left out",
            "note uprn.csv: 1 rows repeat another row and were left out"
        ]
    );
}

#[test]
fn mistakes_in_a_row_of_addresses_are_reported() {
    let cases = [
        (
            ",NN1 1ED,475003,260003\n",
            "error uprn.csv: feature 0, field UPRN: line 2: the row has no UPRN",
        ),
        (
            "1234567890123,NN1 1ED,475003,260003\n",
            "\"1234567890123\" is not a UPRN: use a number of up to 12 digits",
        ),
        ("0,NN1 1ED,475003,260003\n", "\"0\" is not a UPRN"),
        (
            "7,NN1,475003,260003\n",
            "feature 0 (7), field postcode: line 2: \"NN1\" is not a postcode",
        ),
        ("7,NN1 1ED,475003\n", "the row has 3 columns but the header has 4"),
        (
            "7,NN1 1ED,475003,north\n",
            "field X_COORDINATE, Y_COORDINATE: line 2: \"north\" is not a number",
        ),
        ("7,NN1 1ED,1,1\n7,NN1 1ED,1,1\n", "1 1 is in the sea at the corner of the grid"),
        (
            "7,NN1 1ED,475003,260003\n7,NN1 1ED,475004,260003\n",
            "the UPRN 7 is on lines 2 and 3 with different values: keep one",
        ),
    ];
    for (rows, expected) in cases {
        let (_, messages) = addresses(rows);
        assert!(
            messages.iter().any(|one| one.contains(expected)),
            "{expected}\n{}",
            messages.join("\n")
        );
    }
}
