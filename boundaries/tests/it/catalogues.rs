//! The catalogues that come with the project.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use lapwing_boundaries::catalogue::{
    Catalogue, LayerSource, PositionColumns, PostcodeFormat, SitesFormat,
};
use lapwing_boundaries::layer::{Completeness, LayerId, LayerMeta, Resolution};

fn northamptonshire(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogues/northamptonshire").join(file)
}

fn parse(text: &str) -> Catalogue {
    Catalogue::parse(text.as_bytes(), Path::new("county/c.toml"), None).unwrap()
}

fn id(text: &str) -> LayerId {
    LayerId::parse(text).unwrap()
}

#[test]
fn the_catalogue_of_the_official_files_is_valid() {
    let catalogue = Catalogue::read(&northamptonshire("catalogue.toml")).unwrap();
    let ids: Vec<&str> = catalogue.layers.iter().map(|layer| layer.meta.id.as_str()).collect();
    assert_eq!(ids, ["ward", "parish", "local_authority", "lsoa", "lap", "gp_practice"]);
    assert!(!catalogue.layer(&id("parish")).unwrap().meta.coverage, "some ground has no parish");
    for layer in &catalogue.layers {
        assert!(layer.meta.licence.is_some() && layer.meta.attribution.is_some());
    }
}

#[test]
fn data_paths_start_in_the_data_folder_and_definitions_in_the_catalogue_folder() {
    let data = Path::new("/somewhere/data");
    let file = northamptonshire("sample.toml");
    let catalogue = Catalogue::read_with_data(&file, data).unwrap();
    assert_eq!(catalogue.folder, file.parent().unwrap());
    assert_eq!(catalogue.data_folder, data);
    assert_eq!(catalogue.postcodes.as_ref().unwrap().path, data.join("codepoint_nn_2025.csv"));
    let source = |layer: &str| &catalogue.layer(&id(layer)).unwrap().source;
    let LayerSource::Vector(wards) = source("ward") else { panic!("wards are a GIS file") };
    assert_eq!(wards.path, data.join("wards_2022.geojson"));
    assert_eq!(wards.keep, ["LAD22CD", "LAD22NM"]);
    assert_eq!(*source("lap"), LayerSource::Compose(northamptonshire("laps.toml")));
}

#[test]
fn two_vintages_of_wards_form_one_series() {
    let catalogue = Catalogue::read(&northamptonshire("sample.toml")).unwrap();
    let meta = |layer: &str| &catalogue.layer(&id(layer)).unwrap().meta;
    assert_eq!(meta("ward_2013").series, id("ward"));
    assert_eq!(meta("ward").series, id("ward"));
    let in_force = |day| {
        let wards = catalogue.layers.iter().filter(|layer| layer.meta.series == id("ward"));
        wards.filter(|layer| layer.meta.vintage.holds_on(day)).map(|l| l.meta.id.as_str()).collect()
    };
    let none: [&str; 0] = [];
    let days: [Vec<&str>; 4] = [
        in_force(date(2014, 7, 1)),
        in_force(date(2021, 3, 31)),
        in_force(date(2021, 4, 1)),
        in_force(date(2025, 5, 1)),
    ];
    assert_eq!(days, [vec!["ward_2013"], vec!["ward_2013"], vec!["ward"], none.to_vec()]);
    assert_eq!(meta("ward").resolution, Some(Resolution::Bsc));
    assert_eq!(meta("gp_practice").resolution, None);
}

#[test]
fn only_layers_that_hold_every_area_are_declared_complete() {
    for file in ["catalogue.toml", "sample.toml"] {
        let catalogue = Catalogue::read(&northamptonshire(file)).unwrap();
        let unknown = |meta: &&LayerMeta| meta.complete == Completeness::Unknown;
        let unknown: Vec<&str> = catalogue
            .layers
            .iter()
            .map(|layer| &layer.meta)
            .filter(unknown)
            .map(|meta| meta.id.as_str())
            .collect();
        assert_eq!(unknown, ["lap", "gp_practice"], "{file}");
    }
}

#[test]
fn a_complete_layer_that_leaves_out_what_is_elsewhere_is_complete_within_its_region() {
    let layer = |id: &str, keys: &str| {
        format!(
            "[[layer]]\nid = \"{id}\"\ntitle = \"t\"\nsource = \"a.gpkg\"\ncode = \"C\"\n{keys}\n"
        )
    };
    let catalogue = parse(&format!(
        "title = \"t\"\n{}{}{}{}",
        layer("district", "complete = true"),
        layer("parish", "complete = true\nwithin = \"district\""),
        layer("lap", "within = \"district\""),
        layer("ward", "complete = false")
    ));
    let complete = |layer: &str| &catalogue.layer(&id(layer)).unwrap().meta.complete;
    assert_eq!(*complete("district"), Completeness::Everywhere);
    assert_eq!(*complete("parish"), Completeness::Within(id("district")));
    assert_eq!(["lap", "ward"].map(complete), [&Completeness::Unknown; 2]);
}

#[test]
fn every_form_of_source_is_recognised_by_its_name_and_keys() {
    let catalogue = parse(
        r#"
        title = "Every form"
        [[layer]]
        id = "ward"
        title = "Wards"
        source = "county.GPKG#wards of 2022"
        url = "https://example.org/wards.gpkg"
        code = "CODE"
        crs = "EPSG:27700"
        [[layer]]
        id = "parish"
        title = "Parishes"
        source = "no#1.shp"
        code = "CODE"
        [[layer]]
        id = "hall"
        title = "Halls"
        source = "halls.csv"
        columns = { code = "id", name = "name", easting = "X", northing = "Y" }
        keep = ["opened"]
        [[layer]]
        id = "clinic"
        title = "Clinics"
        source = "/data/clinics.CSV"
        columns = { code = "id", name = "name", lon = "lon", lat = "lat" }
        [[layer]]
        id = "prescriber"
        title = "Prescribers"
        source = "epraccur.csv"
        format = "ods-epraccur"
        include_closed = true
        [postcodes]
        source = "ONSPD_AUG_2025.zip"
        format = "onspd"
        [addresses]
        source = "osopenuprn.csv"
        columns = { uprn = "UPRN", easting = "X_COORDINATE", northing = "Y_COORDINATE" }
        "#,
    );
    let source = |layer: &str| catalogue.layer(&id(layer)).unwrap().source.clone();
    let LayerSource::Vector(wards) = source("ward") else { panic!() };
    assert_eq!(wards.path, Path::new("county/county.GPKG"));
    assert_eq!(wards.table.as_deref(), Some("wards of 2022"));
    let origin = &catalogue.layer(&id("ward")).unwrap().origin;
    assert_eq!(origin.urls, ["https://example.org/wards.gpkg"], "kept for a fetch");
    let LayerSource::Vector(parishes) = source("parish") else { panic!() };
    assert_eq!((parishes.path.as_path(), parishes.table), (Path::new("county/no#1.shp"), None));
    let LayerSource::Sites(halls) = source("hall") else { panic!() };
    let SitesFormat::Columns { position, .. } = halls.format else { panic!() };
    assert_eq!(position, PositionColumns::EastingNorthing("X".into(), "Y".into()));
    let LayerSource::Sites(clinics) = source("clinic") else { panic!() };
    assert_eq!(clinics.path, Path::new("/data/clinics.CSV"), "an absolute path stays");
    let LayerSource::Sites(prescribers) = source("prescriber") else { panic!() };
    assert_eq!(prescribers.format, SitesFormat::OdsEpraccur { settings: None });
    assert!(prescribers.include_closed && prescribers.keep.contains(&"address".to_owned()));
    assert_eq!(catalogue.postcodes.unwrap().format, PostcodeFormat::Onspd);
    let addresses = catalogue.addresses.unwrap();
    assert_eq!((addresses.uprn.as_deref(), addresses.postcode), (Some("UPRN"), None));
    assert_eq!(addresses.northing.as_deref(), Some("Y_COORDINATE"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_accepted() {
    let text = "\u{feff}title = \"T\"\r\n[[layer]]\r\nid = \"w\"\r\ntitle = \"W\"\r\n\
                source = \"w.fgb\"\r\ncode = \"CD\"\r\n";
    assert_eq!(parse(text).layers.len(), 1);
}

/// The wards of each partnership match the names in the definition's comments.
#[test]
fn only_the_two_published_partnerships_are_defined() {
    let text = std::fs::read_to_string(northamptonshire("laps.toml")).unwrap();
    let laps: toml::Table = text.parse().unwrap();
    let members = |area: &toml::Value| -> Vec<String> {
        let codes = area["include"][0]["codes"].as_array().unwrap();
        codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
    };
    let areas = laps["area"].as_array().unwrap();
    let codes: Vec<&str> = areas.iter().map(|area| area["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["N4", "DSN4"]);
    assert_eq!(members(&areas[0]), ["E05013239", "E05013246", "E05013247", "E05013264"]);
    assert_eq!(members(&areas[1]), ["E05013245", "E05013250", "E05013255", "E05013268"]);
    let data = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let Ok(wards) = std::fs::read_to_string(data.join("wards_2022.geojson")) else {
        eprintln!("SKIPPED: the wards are not at {}; set LAPWING_SHARED", data.display());
        return;
    };
    // A comment with another ward than its code would mislead the next editor.
    let wards: serde_json::Value = serde_json::from_str(&wards).unwrap();
    for ward in wards["features"].as_array().unwrap() {
        let ward = &ward["properties"];
        let code = ward["WD22CD"].as_str().unwrap();
        let mut lines = text.lines().filter(|line| line.contains(code));
        if let Some(line) = lines.next() {
            assert!(line.ends_with(&format!("# {}", ward["WD22NM"].as_str().unwrap())), "{line}");
            assert_eq!(ward["LAD22NM"], "West Northamptonshire");
        }
    }
}
