//! The Postcode Directory, with the column names of its editions.

use lapwing_boundaries::catalogue::PostcodeFormat;
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::gazetteer::{Month, PostcodeRecord};
use lapwing_boundaries::load::postcodes::read_postcodes;

use super::{messages, postcode};

fn read(csv: &str, format: PostcodeFormat) -> (Vec<PostcodeRecord>, Vec<String>) {
    let mut report = Report::default();
    let records = read_postcodes(csv.as_bytes(), "pc.csv", format, false, &mut report);
    (records, messages(&report))
}

/// The 2025 edition, with some columns that are not used.
const HEADER_2025: &str =
    "pcd7,pcd8,pcds,dointr,doterm,east1m,north1m,gridind,lad25cd,wd25cd,ctry25cd,lat,long\n";

fn row_2025(pcds: &str, doterm: &str, place: &str, wd_ctry: &str, degrees: &str) -> String {
    format!(
        "\"{pcds}\",\"{pcds}\",\"{pcds}\",\"198001\",\"{doterm}\",{place},\"E06000062\",{wd_ctry},{degrees}\n"
    )
}

fn edition_2025(rows: &[String]) -> (Vec<PostcodeRecord>, Vec<String>) {
    read(&format!("{HEADER_2025}{}", rows.concat()), PostcodeFormat::Onspd)
}

#[test]
fn editions_before_and_after_the_renaming_of_columns_give_equal_results() {
    let new = row_2025("NN1 1ED", "", "475486,260275,1", "E05013246,E92000001", "52.2355,-0.8960");
    let old = "PCD,PCD2,PCDS,DOINTR,DOTERM,OSCTY,OSLAUA,OSWARD,OSEAST1M,OSNRTH1M,OSGRDIND,CTRY\n\
               \"NN1 1ED\",\"NN1  1ED\",\"NN1 1ED\",\"198001\",\"\",\"E99999999\",\"E06000062\",\
               \"E05013246\",\"0475486\",\"0260275\",\"1\",\"E92000001\"\n";
    let (from_new, new_messages) = edition_2025(&[new]);
    let (from_old, old_messages) = read(old, PostcodeFormat::Onspd);
    assert_eq!(from_new, from_old);
    assert_eq!((new_messages, old_messages), (vec![], vec![]));
    let record = &from_new[0];
    assert_eq!(record.postcode, postcode("NN1 1ED"));
    assert_eq!(record.positional_quality, 10);
    assert_eq!(record.published_ward.as_ref().unwrap().as_str(), "E05013246");
    assert_eq!(record.position.unwrap().easting(), 475_486.0);
}

#[test]
fn a_terminated_postcode_is_kept_with_its_month() {
    let row = row_2025("NN1 1AA", "201809", "475320,261359,1", "E05008848,E92000001", "52.2,-0.9");
    let (records, messages) = edition_2025(&[row]);
    assert_eq!(records[0].terminated, Some(Month { year: 2018, month: 9 }));
    assert!(records[0].position.is_some() && messages.is_empty());
}

#[test]
fn an_irish_grid_reference_is_never_read_as_a_british_one() {
    // Near Belfast City Hall: Irish Grid 333866 374108 would be north of Liverpool on the British
    // grid; 54.596 N 5.930 W is about 146 km east and 529 km north.
    let rows = [
        row_2025("BT1 5GS", "", "333866,374108,1", "N08000313,N92000002", "54.596,-5.930"),
        row_2025("BT2 7AA", "", "333866,374108,1", "N08000313,N92000002", "99.999999,0.000000"),
    ];
    let (records, messages) = edition_2025(&rows);
    let place = records[0].position.unwrap();
    assert!((place.easting() - 146_000.0).abs() < 2_000.0, "{place:?}");
    assert!((place.northing() - 529_500.0).abs() < 2_000.0, "{place:?}");
    assert_eq!(records[1].position, None);
    assert!(messages[0].contains("2 postcodes of Northern Ireland have an Irish Grid reference"));
    let without_degrees =
        "pcds,doterm,oseast1m,osnrth1m,osgrdind,osward\nBT1 5GS,,333866,374108,1,N08000313\n";
    let (records, _) = read(without_degrees, PostcodeFormat::Onspd);
    assert_eq!(records[0].position, None, "rather nowhere than somewhere else");
}

#[test]
fn a_postcode_without_a_position_is_kept_and_counted() {
    let rows = [
        row_2025("GY1 1AA", "", ",,9", "L99999999,L93000001", "99.999999,0.000000"),
        row_2025("IM1 1AA", "", ",,9", "M99999999,M83000003", "99.999999,0.000000"),
    ];
    let (records, messages) = edition_2025(&rows);
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|r| r.position.is_none() && r.published_ward.is_none()));
    assert_eq!(records[0].positional_quality, 90);
    assert_eq!(messages, ["note pc.csv: 2 postcodes have no position and were kept without one"]);
}

#[test]
fn a_live_record_wins_and_repeats_are_counted() {
    let at = "475320,261359,1";
    let ward = "E05008848,E92000001";
    let rows = [
        row_2025("NN1 1AA", "201809", at, ward, "52.2,-0.9"),
        row_2025("NN1 1AA", "", "475000,261000,1", ward, "52.2,-0.9"),
        row_2025("NN1 1AB", "199912", at, ward, "52.2,-0.9"),
        row_2025("NN1 1AB", "200512", "475001,261001,1", ward, "52.2,-0.9"),
        row_2025("NN1 1AC", "", at, ward, "52.2,-0.9"),
        row_2025("NN1 1AC", "", at, ward, "52.2,-0.9"),
    ];
    let (records, messages) = edition_2025(&rows);
    let found: Vec<_> =
        records.iter().map(|r| (r.position.unwrap().easting(), r.terminated)).collect();
    let later = Some(Month { year: 2005, month: 12 });
    assert_eq!(found, [(475_000.0, None), (475_001.0, later), (475_320.0, None)]);
    assert_eq!(
        messages,
        [
            "note pc.csv: 1 rows repeat another row and were left out",
            "note pc.csv: 2 terminated records were left out because their postcodes are live or were terminated later"
        ]
    );
}

#[test]
fn a_directory_without_wards_is_read_with_a_note() {
    let csv = "pcds,doterm,east1m,north1m,gridind\nNN1 1ED,2018-09,475486,260275,1\n";
    let (records, messages) = read(csv, PostcodeFormat::Onspd);
    assert_eq!(records[0].terminated, Some(Month { year: 2018, month: 9 }));
    assert!(messages[0].starts_with("note pc.csv: field osward: the file has no column osward or wd25cd: published wards are unknown"));
}

#[test]
fn the_latest_ward_column_is_used() {
    let csv = "pcds,doterm,east1m,north1m,gridind,wd23cd,wd25cd,wd24cd\n\
               NN1 1ED,,475486,260275,1,W23,W25,W24\n";
    let (records, _) = read(csv, PostcodeFormat::Onspd);
    assert_eq!(records[0].published_ward.as_ref().unwrap().as_str(), "W25");
}
