//! Valid sites.

use lapwing_boundaries::area::Site;
use lapwing_boundaries::catalogue::{EPRACCUR_PROPERTIES, SitesFormat};
use lapwing_boundaries::fault::{FaultKind, Report, Severity};
use lapwing_boundaries::load::sites::read_sites;
use serde_json::{Value, json};

use super::{by_degrees, by_grid, by_postcode, gp, messages, only_nn1_1ed, source_of};

fn read(csv: &[u8], format: SitesFormat, keep: &[&str]) -> (Vec<Site>, Report) {
    let mut report = Report::default();
    let source = source_of(format, keep);
    let sites = read_sites(csv, "gp.csv", &source, &gp(), &only_nn1_1ed, &mut report);
    (sites, report)
}

/// A record of epraccur with these of its 27 columns, counted from 1; the others are empty.
fn epraccur(cells: &[(usize, &str)]) -> String {
    let mut row = vec![""; 27];
    for (column, text) in [(2, "NAME"), (10, "NN1 1ED"), (13, "A"), (26, "4")].iter().chain(cells) {
        row[column - 1] = text;
    }
    row.join(",") + "\r\n"
}

#[test]
fn the_three_ways_to_give_a_position_are_equivalent() {
    let places = [
        read(b"code,name,postcode\nA,Hall,nn11ed\n", by_postcode(), &[]),
        read(b"code,name,x,y\nA,Hall,475486,260275\n", by_grid(), &[]),
        read(b"code,name,lon,lat\nA,Hall,-0.896042,52.235518\n", by_degrees(), &[]),
    ];
    for (sites, report) in &places {
        assert_eq!(messages(report), [""; 0]);
        assert_eq!((sites[0].code.as_str(), sites[0].name.as_str()), ("A", "Hall"));
        assert!(sites[0].position.distance_m(places[0].0[0].position) < 0.1);
    }
}

#[test]
fn a_csv_from_a_spreadsheet_is_read_as_intended() {
    let csv = b"\xEF\xBB\xBFcode,name,postcode,note\r\n\
        \"A\",\"The \"\"Old\"\" Surgery,\r\nMoulton\", NN1 1ED ,\r\n\
        \r\n,,,\r\nB,Second,NN1 1ED,open\r\n";
    let (sites, report) = read(csv, by_postcode(), &["note"]);
    assert_eq!(sites[0].name, "The \"Old\" Surgery,\r\nMoulton");
    assert_eq!(sites[0].properties, [("note".to_owned(), Value::Null)]);
    assert_eq!(sites[1].properties, [("note".to_owned(), json!("open"))]);
    assert_eq!(messages(&report), ["note gp: gp.csv: 1 blank rows were left out"]);
}

#[test]
fn latin_1_is_read_with_a_note() {
    let (sites, report) = read(b"code,name,postcode\nA,Caf\xE9,NN1 1ED\n", by_postcode(), &[]);
    assert_eq!(sites[0].name, "Café");
    assert_eq!(report.count(Severity::Note), 1);
    assert!(
        messages(&report)[0]
            .contains("1 rows are not UTF-8 and were read as Windows-1252 (Latin-1)")
    );
}

#[test]
fn a_site_without_a_known_position_is_left_out_and_reported() {
    let csv = b"code,name,postcode\nA,Hall,NN9 9ZZ\nB,Barn,\nC,Church,NN1 1ED\n";
    let (sites, report) = read(csv, by_postcode(), &[]);
    assert_eq!(sites.len(), 1);
    assert_eq!(
        messages(&report),
        [
            "note gp: gp.csv: feature 0 (A), field postcode: line 2: NN9 9ZZ is missing from \
             the catalogue's postcodes or has no position there: the site was left out",
            "note gp: gp.csv: feature 1 (B), field postcode: line 3: the row has no postcode: the \
             site was left out"
        ]
    );
}

#[test]
fn a_position_outside_the_ostn15_grid_is_taken_and_flagged() {
    let (sites, report) = read(b"code,name,lon,lat\nA,Rig,-8.5,53.0\n", by_degrees(), &[]);
    assert_eq!(sites.len(), 1);
    assert_eq!(report.faults[0].kind, FaultKind::Approximate);
}

#[test]
fn a_closed_practice_is_left_out_by_default() {
    let csv = [
        epraccur(&[(1, "A1")]),
        epraccur(&[(1, "C1"), (12, "20200331"), (13, "C")]),
        epraccur(&[(1, "D1"), (13, "D")]),
        epraccur(&[(1, "P1"), (13, "P")]),
        epraccur(&[(1, "X1"), (12, "20200331")]),
    ]
    .concat();
    let format = || SitesFormat::OdsEpraccur { settings: None };
    let (sites, report) = read(csv.as_bytes(), format(), &[]);
    assert_eq!(sites.len(), 1);
    assert_eq!(
        messages(&report),
        ["note gp: gp.csv: 4 closed, dormant or proposed practices were left out; \
             include_closed = true includes them"]
    );
    let mut source = source_of(format(), &["status", "close_date"]);
    source.include_closed = true;
    let mut report = Report::default();
    let sites = read_sites(csv.as_bytes(), "gp.csv", &source, &gp(), &only_nn1_1ed, &mut report);
    assert_eq!((sites.len(), report.faults.len()), (5, 0));
    let closed = &sites[1].properties;
    assert_eq!(closed[0], ("status".to_owned(), json!("C")));
    assert_eq!(closed[1], ("close_date".to_owned(), json!("2020-03-31")));
}

#[test]
fn prescribing_settings_select_the_gp_practices() {
    let csv = [
        epraccur(&[(1, "GP")]),
        epraccur(&[(1, "PRISON"), (26, "25")]),
        epraccur(&[(1, "NONE"), (26, "")]),
    ]
    .concat();
    let format = SitesFormat::OdsEpraccur { settings: Some(vec![4]) };
    let (sites, report) = read(csv.as_bytes(), format, &["prescribing_setting"]);
    assert_eq!(sites.len(), 1);
    assert_eq!(sites[0].properties, [("prescribing_setting".to_owned(), json!(4))]);
    let note = "note gp: gp.csv: 2 records of other prescribing settings were left out";
    assert_eq!(messages(&report), [note]);
}

#[test]
fn every_property_of_a_practice_is_read_from_its_column() {
    let csv = epraccur(&[
        (1, "K83002"),
        (5, "FOREST GATE"),
        (7, "CORBY"),
        (11, "19740401"),
        (15, "78H"),
        (18, "01536 204154"),
    ]);
    let format = SitesFormat::OdsEpraccur { settings: None };
    let (sites, _) = read(csv.as_bytes(), format, &EPRACCUR_PROPERTIES);
    let found: serde_json::Map<String, Value> = sites[0].properties.iter().cloned().collect();
    let expected = json!({
        "address": "FOREST GATE, CORBY", "postcode": "NN1 1ED", "telephone": "01536 204154",
        "prescribing_setting": 4, "status": "A", "open_date": "1974-04-01", "close_date": null,
        "commissioner": "78H"
    });
    assert_eq!(Value::Object(found), expected);
}
