//! `new`, `fetch` and `build` of Northamptonshire from mock publishers that serve the shared files
//! give the same snapshot as a build from these files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::snapshot;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::county::{command, lapwing};
use crate::mock_publishers::Standin;
use crate::mock_publishers::faults::Fault;
use crate::mock_publishers::files::PlainFile;
use crate::mock_publishers::services::{Feature, Service};

const ZIP: &str =
    "api.os.uk/downloads/v1/products/CodePointOpen/downloads?area=GB&format=CSV&redirect";
const SIGNED: &str = "omseprd1stdstordownload.example/CodePointOpen/codepo_gb.zip";
const PRACTICES: &str = "www.odsdatasearchandexport.nhs.uk/api/getReport?report=epraccur";

/// The folder of the shared files; `None`, with a message, if it does not exist.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("LAPWING_SHARED").map_or(beside, PathBuf::from);
    if folder.join("wards_uk_2022.geojson.gz").exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {} has no shared files; set LAPWING_SHARED", folder.display());
    None
}

fn read_features(path: &Path) -> Vec<Value> {
    let mut text = String::new();
    let file = File::open(path).unwrap();
    if path.extension().is_some_and(|suffix| suffix == "gz") {
        flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        { file }.read_to_string(&mut text).unwrap();
    }
    let mut layer: Value = serde_json::from_str(&text).unwrap();
    let Value::Array(features) = layer["features"].take() else { panic!("no features") };
    features
}

/// A national layer in which the county's areas are those of the county's file: the national file
/// has the same drawing, rounded to five decimals.
fn national(shared: &Path, country: &str, county: &str, code: &str) -> Service {
    let of_county = read_features(&shared.join(county));
    let fields: Vec<String> =
        of_county[0]["properties"].as_object().unwrap().keys().cloned().collect();
    let mut by_code: BTreeMap<String, Value> = BTreeMap::new();
    for mut feature in read_features(&shared.join(country)) {
        for field in &fields {
            if feature["properties"].get(field).is_none() {
                feature["properties"][field] = Value::Null;
            }
        }
        by_code.insert(feature["properties"][code].as_str().unwrap().to_owned(), feature);
    }
    for feature in of_county {
        by_code.insert(feature["properties"][code].as_str().unwrap().to_owned(), feature);
    }
    // Features far from the county are outside its extent. Leaving them out saves their projection.
    let near = |feature: &&Value| {
        let [lon, lat, ..] = numbers(&feature["geometry"])[..] else { return false };
        (-2.5..0.5).contains(&lon) && (51.0..53.5).contains(&lat)
    };
    Service::new(by_code.values().filter(near).map(Feature::from_geojson).collect())
}

/// There are no parishes among the shared files: squares, of which every third has no parish.
fn parishes() -> Vec<(Value, f64, f64)> {
    let mut squares = Vec::new();
    for row in 0..20 {
        for column in 0..22 {
            let at = row * 22 + column;
            let kind = if at % 3 == 0 { "E43" } else { "E04" };
            let code = format!("{kind}{at:06}");
            let properties = json!({"PARNCP23CD": code, "PARNCP23NM": format!("Square {at}")});
            let (x, y) = (f64::from(column) * 4e3, f64::from(row) * 4e3);
            squares.push((properties, 445e3 + x, 225e3 + y));
        }
    }
    squares
}

const SIDE: f64 = 4e3;

fn parishes_as_file() -> Value {
    let features: Vec<Value> = parishes()
        .into_iter()
        .map(|(properties, x, y)| {
            let ring = [[x, y], [x + SIDE, y], [x + SIDE, y + SIDE], [x, y + SIDE], [x, y]];
            let geometry = json!({"type": "Polygon", "coordinates": [ring]});
            json!({"type": "Feature", "properties": properties, "geometry": geometry})
        })
        .collect();
    json!({
        "type": "FeatureCollection", "features": features,
        "crs": {"type": "name", "properties": {"name": "EPSG:27700"}}
    })
}

/// Code-Point Open as Ordnance Survey packs it: the county's file, another area's, and documents.
fn code_point_open(shared: &Path) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let far = "\"AB10 1AA\",10,394235,806529,\"S92000003\",\"\",\"S08000020\",\"\",\"S12000033\",\
               \"S13002842\"\n";
    for (name, bytes) in [
        ("Doc/Code-Point_Open_Column_Headers.csv", b"PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\n".to_vec()),
        ("Doc/licence.txt", b"Open Government Licence".to_vec()),
        ("Data/CSV/ab.csv", far.as_bytes().to_vec()),
        ("Data/CSV/nn.csv", fs::read(shared.join("codepoint_nn_2025.csv")).unwrap()),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn publish(shared: &Path) -> Standin {
    let publishers = Standin::start();
    let put = |name: &str, service: Service| publishers.put_service(name, service);
    put(
        "Wards_December_2022_Boundaries_UK_BGC",
        national(shared, "wards_uk_2022.geojson.gz", "wards_2022.geojson", "WD22CD"),
    );
    put(
        "Local_Authority_Districts_May_2024_Boundaries_UK_BGC",
        national(
            shared,
            "local_authorities_uk_2024.geojson.gz",
            "local_authorities_2024.geojson",
            "LAD24CD",
        ),
    );
    let mut lsoas = national(shared, "lsoas_ew_2021.geojson.gz", "lsoas_2021.geojson", "LSOA21CD");
    lsoas.most_a_page = 300;
    put("Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5", lsoas);
    let squares = parishes();
    let squares =
        squares.iter().map(|(properties, x, y)| Feature::square(properties, *x, *y, SIDE));
    put(
        "Parishes_and_Non_Civil_Parished_Areas_December_2023_Boundaries_EW_BGC",
        Service::new(squares.collect()),
    );
    let signed = format!("{}/{SIGNED}", publishers.address);
    publishers.put_file(ZIP, PlainFile::redirect(&signed));
    publishers.put_file(SIGNED, PlainFile::new(code_point_open(shared), "cpo"));
    let practices = fs::read(shared.join("epraccur_northamptonshire.csv")).unwrap();
    publishers.put_file(PRACTICES, PlainFile::new(practices, "ods"));
    publishers
}

/// Builds a catalogue and opens what was built.
fn build(catalogue: &Path, more: &[&str]) -> Atlas {
    let out = catalogue.with_extension("lapwing");
    let (catalogue, file) = (catalogue.to_str().unwrap(), out.to_str().unwrap());
    let output = lapwing(&[&["--quiet", "build", catalogue, "-o", file], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    snapshot::read(&out).unwrap()
}

#[test]
fn new_fetch_and_build_give_the_snapshot_of_the_shared_files() {
    let Some(shared) = shared() else { return };
    let publishers = publish(&shared);
    let folder = tempfile::tempdir().unwrap();
    let county = folder.path().join("county");
    let catalogue = county.join("catalogue.toml");
    assert!(lapwing(&["new", "northamptonshire", "-o", county.to_str().unwrap()]).status.success());

    // Killed during the transfer of the zip, before everything else.
    let fetch = || {
        let mut command = command(&["fetch", catalogue.to_str().unwrap(), "--wait", "0.01"]);
        command.args(["--mirror", &publishers.address]).env_remove("http_proxy");
        command
    };
    publishers.fault(SIGNED, 1, Fault::Slow(8192, Duration::from_millis(10)));
    let mut child = fetch().stderr(Stdio::null()).spawn().unwrap();
    let part = county.join("data/.codepo_gb.zip.part");
    let is_begun = || fs::metadata(&part).is_ok_and(|found| found.len() > 30_000);
    let mut tries = 0;
    while !is_begun() {
        tries += 1;
        assert!(tries < 12_000, "the zip is never begun");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!county.join("data/codepo_gb.zip").exists(), "no half file under a final name");

    // Then every transfer fails once, the practices change, and pages are limited.
    publishers.take_requests();
    for name in ["wards_2022_12.geojson", "lsoas_2021.geojson", "epraccur.csv"] {
        fs::remove_file(county.join("data").join(name)).unwrap();
    }
    publishers.fault("Wards_December_2022", 1, Fault::ErrorBody(500));
    publishers.fault("resultOffset=300", 1, Fault::BreakAfter(10_000));
    publishers.fault("returnCountOnly", 1, Fault::Status(503, Some("0")));
    publishers.fault(SIGNED, 1, Fault::BreakAfter(100_000));
    publishers.fault(PRACTICES, 1, Fault::CutTo(0));
    let output = fetch().output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "an empty file is refused: {stderr}");
    assert!(stderr.contains("epraccur.csv") && stderr.contains("empty file"), "{stderr}");
    let output = fetch().output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let requests = publishers.take_requests();
    let resumed = requests.iter().filter(|requests| requests.status == 206).count();
    assert!(resumed >= 2, "the zip was gone on with: {resumed}");
    assert!(requests.iter().any(|requests| requests.address.contains("resultOffset=600")), "pages");

    let fetched = build(&catalogue, &[]);

    // The shared files under the names of the catalogue.
    let direct = folder.path().join("direct/data");
    fs::create_dir_all(&direct).unwrap();
    for (name, from) in [
        ("wards_2022_12.geojson", "wards_2022.geojson"),
        ("local_authorities_2024.geojson", "local_authorities_2024.geojson"),
        ("lsoas_2021.geojson", "lsoas_2021.geojson"),
        ("epraccur.csv", "epraccur_northamptonshire.csv"),
    ] {
        fs::write(direct.join(name), fs::read(shared.join(from)).unwrap()).unwrap();
    }
    fs::write(direct.join("parishes_2023.geojson"), parishes_as_file().to_string()).unwrap();
    fs::write(direct.join("codepo_gb.zip"), code_point_open(&shared)).unwrap();
    let data = folder.path().join("direct");
    let from_files = build(&catalogue, &["--data", data.to_str().unwrap()]);
    assert_eq!(fetched.id(), from_files.id(), "the same snapshot");

    same_as_the_sample(&fetched, &shared, folder.path());
}

/// Compares each layer with that of the catalogue of the shared files, which has no selection.
fn same_as_the_sample(fetched: &Atlas, shared: &Path, folder: &Path) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("boundaries/catalogues/northamptonshire/sample.toml");
    let file = folder.join("sample.lapwing");
    let output = lapwing(&[
        "--quiet",
        "build",
        sample.to_str().unwrap(),
        "--data",
        shared.to_str().unwrap(),
        "-o",
        file.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sample = snapshot::read(&file).unwrap();
    let layer = |atlas: &'_ Atlas, id: &str| {
        let layer = atlas.layer_index(id).unwrap();
        atlas.layers()[layer].layer().clone()
    };
    for (id, more) in [("ward", 0), ("local_authority", 0), ("lap", 0), ("lsoa", 1)] {
        let (ours, theirs) = (layer(fetched, id), layer(&sample, id));
        // An LSOA of Harborough that only extends across the county boundary is not in the county.
        assert_eq!(ours.len() + more, theirs.len(), "{id}");
        for area in ours.areas() {
            let other = &theirs.areas()[theirs.area_index(area.code().as_str()).unwrap()];
            assert_eq!(area.name(), other.name());
            assert_eq!(area.geometry(), other.geometry(), "{id} {}", area.code());
        }
    }
    assert_eq!(layer(fetched, "gp_practice").sites(), layer(&sample, "gp_practice").sites());
    let parishes = layer(fetched, "parish");
    assert!(parishes.len() > 50 && parishes.areas().iter().all(|a| a.code().as_str() < "E05"));
    let unparished = layer(fetched, "non_civil_parished_area");
    assert!(unparished.areas().iter().all(|area| area.code().as_str().starts_with("E43")));
    // Every postcode of the county, and those within 5 km of it.
    let theirs: BTreeMap<_, _> = sample.all_records().map(|r| (r.postcode, r)).collect();
    assert!(fetched.all_records().all(|record| theirs[&record.postcode] == record));
    let in_county = |atlas: &Atlas| {
        let index = AreaIndex::new(layer(atlas, "ward").areas());
        let held = |at| !index.containing(at).is_empty();
        atlas.all_facts().filter(|r| r.position.is_some_and(held)).count()
    };
    assert_eq!(in_county(fetched), in_county(&sample));
}

#[test]
fn the_national_wards_are_the_countys_rounded_to_five_decimals() {
    let Some(shared) = shared() else { return };
    let country = read_features(&shared.join("wards_uk_2022.geojson.gz"));
    let by_code: BTreeMap<&str, &Value> = country
        .iter()
        .map(|feature| (feature["properties"]["WD22CD"].as_str().unwrap(), feature))
        .collect();
    let county = read_features(&shared.join("wards_2022.geojson"));
    for ward in &county {
        let code = ward["properties"]["WD22CD"].as_str().unwrap();
        let (mine, theirs) = (numbers(&ward["geometry"]), numbers(&by_code[code]["geometry"]));
        assert_eq!(mine.len(), theirs.len(), "{code}: vertex for vertex");
        for (mine, theirs) in mine.iter().zip(theirs) {
            assert!((mine - theirs).abs() <= 1e-5, "{code}: {mine} {theirs}");
        }
    }
    assert_eq!(county.len(), 57);
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        // An area that was generalised away is an empty collection.
        Value::Object(members) => members.get("coordinates").map_or(Vec::new(), numbers),
        other => other.as_f64().into_iter().collect(),
    }
}
