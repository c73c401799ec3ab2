//! Lyonesse as a snapshot, and as the files and catalogue of a real county.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use lapwing::features::attributes::Schema;
use lapwing::features::crs::Crs;
use lapwing::formats::geojson::FeatureCollection;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::demo;
use lapwing_boundaries::layer::Layer;
use lapwing_boundaries::snapshot;
pub(crate) use lapwing_testing::squares;

#[cfg(unix)]
pub(crate) mod service;

/// The command, without the settings of the environment.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lapwing"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LAPWING_") {
            command.env_remove(name);
        }
    }
    command.args(args);
    command
}

/// Runs the command.
pub(crate) fn lapwing(args: &[&str]) -> Output {
    command(args).output().expect("lapwing starts")
}

/// Runs the command, which must succeed, and returns stdout.
pub(crate) fn stdout_of(args: &[&str]) -> String {
    let output = lapwing(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8 on stdout")
}

/// Runs the command and returns its exit code and stderr.
pub(crate) fn refusal(args: &[&str]) -> (i32, String) {
    let output = lapwing(args);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8 on stderr");
    (output.status.code().expect("an exit code"), stderr)
}

/// Lyonesse of seed 1.
pub(crate) fn atlas() -> &'static Atlas {
    static ATLAS: OnceLock<Atlas> = OnceLock::new();
    ATLAS.get_or_init(|| {
        let contents = demo::lyonesse(1).into_contents();
        Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
    })
}

/// Lyonesse as a snapshot file, one for each test binary.
pub(crate) fn snapshot_file() -> &'static str {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| write_snapshot(atlas(), "lyonesse")).to_str().expect("a UTF-8 path")
}

/// The squares as a snapshot file, one for each test binary.
pub(crate) fn squares_file() -> &'static str {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| write_snapshot(&squares::atlas(), "squares")).to_str().expect("UTF-8")
}

fn write_snapshot(atlas: &Atlas, name: &str) -> PathBuf {
    // Each test binary has its own file, and overwrites it on the next run.
    let binary = std::env::current_exe().expect("the test's own path");
    let binary = binary.file_name().expect("a name").to_string_lossy().into_owned();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{binary}.lapwing"));
    snapshot::write(atlas, &path).expect("the snapshot is written");
    path
}

/// Writes a county's files and its catalogue, and returns the catalogue.
pub(crate) fn write_files(atlas: &Atlas, folder: &Path) -> PathBuf {
    let mut catalogue = format!("title = {:?}\n", atlas.title());
    for (layer_index, indexed) in atlas.layers().iter().enumerate() {
        let layer = indexed.layer();
        let id = layer.meta().id.as_str();
        let written = if layer.is_areas() {
            let indices = 0..layer.len();
            let schema = Arc::new(Schema::of(atlas, layer_index));
            let pieces = FeatureCollection::new(atlas, schema, indices, Crs::Epsg27700);
            fs::write(folder.join(format!("{id}.geojson")), pieces.collect::<Vec<_>>().concat())
        } else {
            fs::write(folder.join(format!("{id}.csv")), sites_csv(layer))
        };
        written.expect("a layer is written");
        write_layer(&mut catalogue, layer);
    }
    fs::write(folder.join("postcodes.csv"), postcodes_csv(atlas)).expect("postcodes are written");
    catalogue.push_str("[postcodes]\nsource = \"postcodes.csv\"\nformat = \"onspd\"\n");
    let mut addresses = "uprn,postcode,easting,northing\n".to_owned();
    for address in atlas.addresses() {
        let (x, y) = (address.position.easting(), address.position.northing());
        // Lyonesse's UPRNs have a digit more than real ones.
        let uprn = address.uprn % 1_000_000_000_000;
        let _ = writeln!(addresses, "{uprn},{},{x},{y}", address.postcode);
    }
    fs::write(folder.join("addresses.csv"), addresses).expect("addresses are written");
    catalogue.push_str("[addresses]\nsource = \"addresses.csv\"\n");
    let path = folder.join("catalogue.toml");
    fs::write(&path, catalogue).expect("the catalogue is written");
    path
}

fn write_layer(catalogue: &mut String, layer: &Layer) {
    let meta = layer.meta();
    let id = meta.id.as_str();
    let _ = writeln!(catalogue, "[[layer]]\nid = {id:?}\ntitle = {:?}", meta.title);
    if meta.series != meta.id {
        let _ = writeln!(catalogue, "vintage_of = {:?}", meta.series.as_str());
    }
    for (key, day) in [("valid_from", meta.vintage.valid_from), ("valid_to", meta.vintage.valid_to)]
    {
        if let Some(day) = day {
            let _ = writeln!(catalogue, "{key} = {day}");
        }
    }
    if !layer.is_areas() {
        let _ = writeln!(
            catalogue,
            "source = \"{id}.csv\"\n[layer.columns]\ncode = \"code\"\nname = \"name\"\n\
             easting = \"easting\"\nnorthing = \"northing\"\n"
        );
        return;
    }
    let _ = writeln!(
        catalogue,
        "source = \"{id}.geojson\"\ncode = \"code\"\nname = \"name\"\ncoverage = {}",
        meta.coverage
    );
    if let Some(resolution) = meta.resolution {
        let _ = writeln!(catalogue, "resolution = {:?}", resolution.as_str());
    }
    catalogue.push('\n');
}

fn sites_csv(layer: &Layer) -> Vec<u8> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(["code", "name", "easting", "northing"]).expect("a header");
    for site in layer.sites() {
        let (x, y) = (site.position.easting(), site.position.northing());
        let row = [site.code.to_string(), site.name.clone(), x.to_string(), y.to_string()];
        rows.write_record(row).expect("a row");
    }
    rows.into_inner().expect("memory")
}

/// Postcodes in the format of the ONS Postcode Directory.
fn postcodes_csv(atlas: &Atlas) -> String {
    let mut rows = "pcds,doterm,oseast1m,osnrth1m,osgrdind,osward\n".to_owned();
    for record in atlas.all_records() {
        let ended = record.terminated.map(|m| format!("{:04}{:02}", m.year, m.month));
        let at = record.position.map(|p| (p.easting().to_string(), p.northing().to_string()));
        let (x, y) = at.unwrap_or_default();
        let ward = record.published_ward.as_ref().map(ToString::to_string);
        let _ = writeln!(
            rows,
            "{},{},{x},{y},{},{}",
            record.postcode,
            ended.unwrap_or_default(),
            record.positional_quality / 10,
            ward.unwrap_or_default()
        );
    }
    rows
}
