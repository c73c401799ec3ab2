//! Postcodes in the folders and zips in which they are published.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use lapwing_boundaries::catalogue::{Origin, PostcodeFormat, PostcodeSpec};
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::load::postcodes::load_postcodes;
use zip::write::SimpleFileOptions;

use super::messages;

const NN: &str = "\"NN1 1ED\",10,475486,260275,\"E92000001\",\"E19000001\",\"E18000004\",\"\",\"E06000062\",\"E05015983\"\n";
const NN_OTHER: &str = "\"NN1 1EE\",10,475487,260275,\"E92000001\",\"E19000001\",\"E18000004\",\"\",\"E06000062\",\"E05015983\"\n";
const AB: &str =
    "\"AB101AB\",90,0,0,\"S92000003\",\"\",\"S08000020\",\"\",\"S12000033\",\"S13002842\"\n";
const HEADERS: &str = "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\nPostcode,Positional_quality_indicator,Eastings,Northings,Country_code,NHS_regional_HA_code,NHS_HA_code,Admin_county_code,Admin_district_code,Admin_ward_code\n";
const ONSPD: &str =
    "pcds,doterm,east1m,north1m,gridind,wd25cd\nNN1 1ED,,475486,260275,1,E05015983\n";

fn load(path: &Path, format: PostcodeFormat) -> (Vec<String>, Vec<String>) {
    let mut report = Report::default();
    let spec = PostcodeSpec {
        path: path.to_owned(),
        format,
        strict: true,
        licence: None,
        attribution: None,
        origin: Origin::default(),
        within: None,
    };
    let records = load_postcodes(&spec, &mut report);
    (records.iter().map(|record| record.postcode.to_string()).collect(), messages(&report))
}

fn zip_of(path: &Path, entries: &[(&str, &str)]) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    for (name, text) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

fn folder_of(root: &Path, entries: &[(&str, &str)]) {
    for (name, text) in entries {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

const CODE_POINT: [(&str, &str); 5] = [
    ("Data/CSV/nn.csv", NN),
    ("Data/CSV/ab.csv", AB),
    ("Doc/Code-Point_Open_Column_Headers.csv", HEADERS),
    ("Doc/licence.txt", "Open Government Licence"),
    ("readme.txt", "Code-Point Open"),
];

#[test]
fn code_point_open_is_read_from_the_published_zip_and_from_its_folders() {
    let root = tempfile::tempdir().unwrap();
    let zip = root.path().join("codepo_gb.zip");
    zip_of(&zip, &CODE_POINT);
    let folder = root.path().join("codepo_gb");
    folder_of(&folder, &CODE_POINT);
    for source in [zip, folder.clone(), folder.join("Data/CSV")] {
        let (postcodes, messages) = load(&source, PostcodeFormat::CodePointOpen);
        assert_eq!(postcodes, ["AB10 1AB", "NN1 1ED"]);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].ends_with("1 postcodes have no position and were kept without one"));
    }
}

#[test]
fn a_copy_with_a_header_is_read() {
    let root = tempfile::tempdir().unwrap();
    folder_of(root.path(), &[("nn.csv", &format!("{HEADERS}{NN}"))]);
    let (postcodes, messages) = load(&root.path().join("nn.csv"), PostcodeFormat::CodePointOpen);
    assert_eq!((postcodes, messages), (vec!["NN1 1ED".to_owned()], vec![]));
}

#[test]
fn a_file_with_four_columns_has_no_published_wards() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("nn.csv.gz");
    let mut gz =
        flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
    gz.write_all(b"NN1 1ED,10,475486,260275\n").unwrap();
    gz.finish().unwrap();
    let (postcodes, messages) = load(root.path(), PostcodeFormat::CodePointOpen);
    assert_eq!((postcodes, messages), (vec!["NN1 1ED".to_owned()], vec![]));
}

#[test]
fn the_directory_is_read_once_although_its_zip_contains_it_twice() {
    let root = tempfile::tempdir().unwrap();
    let zip = root.path().join("ONSPD_AUG_2025.zip");
    let entries = [
        ("Data/ONSPD_AUG_2025_UK.csv", ONSPD),
        ("Data/multi_csv/ONSPD_AUG_2025_UK_NN.csv", ONSPD),
        ("Documents/LAD names and codes.csv", "LAD25CD,LAD25NM\n"),
        ("User Guide/guide.pdf", "%PDF"),
    ];
    zip_of(&zip, &entries);
    let (postcodes, messages) = load(&zip, PostcodeFormat::Onspd);
    assert_eq!(
        (postcodes, messages),
        (vec!["NN1 1ED".to_owned()], vec![]),
        "no repeated row is counted"
    );
    let only_split = root.path().join("split.zip");
    zip_of(&only_split, &entries[1..]);
    assert_eq!(load(&only_split, PostcodeFormat::Onspd).0, ["NN1 1ED"]);
}

#[test]
fn a_contradiction_between_two_files_is_reported_with_both() {
    let root = tempfile::tempdir().unwrap();
    let moved = NN.replace("475486", "475400");
    folder_of(root.path(), &[("a.csv", &format!("{NN_OTHER}{NN}")), ("b.csv", &moved)]);
    let (_, messages) = load(root.path(), PostcodeFormat::CodePointOpen);
    assert_eq!(messages.len(), 1);
    assert!(
        messages[0].ends_with(
            "NN1 1ED has two different records, a.csv line 2 and b.csv line 1: keep one"
        ),
        "{messages:?}"
    );
}

#[test]
fn a_damaged_zip_entry_is_reported_and_the_others_are_read() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("codepo_gb.zip");
    zip_of(&path, &[("Data/CSV/ab.csv", &AB.repeat(50)), ("Data/CSV/nn.csv", NN)]);
    let mut bytes = std::fs::read(&path).unwrap();
    // The data of the first entry starts after its local header and name, at about byte 50.
    bytes[60..70].fill(0xFF);
    std::fs::write(&path, bytes).unwrap();
    let (postcodes, messages) = load(&path, PostcodeFormat::CodePointOpen);
    assert!(postcodes.contains(&"NN1 1ED".to_owned()));
    assert!(
        messages.iter().any(|one| one.starts_with("error ")
            && one.contains("codepo_gb.zip/Data/CSV/ab.csv cannot be read")),
        "{messages:?}"
    );
}
