//! Real files with a few corrupted bytes, thousands of times: every reader accepts or refuses them
//! and never panics. The seed is printed; `LAPWING_SEED` sets it, `LAPWING_ROUNDS` the number of
//! rounds.
//!
//! Corruption targets counts, offsets and sizes: they become 0, 1, -1 and the largest numbers.

use std::fs;
use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lapwing_boundaries::catalogue::VectorSource;
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::layer::LayerId;
use lapwing_boundaries::load::crs::from_wkt;
use lapwing_boundaries::load::error::{FileReport, LoadError};
use lapwing_boundaries::load::fields::FieldPicker;
use lapwing_boundaries::load::raw::Unprojected;
use lapwing_boundaries::load::{flatgeobuf, geojson, geopackage, shapefile, wkb};

use super::tools::{shared, source};
use lapwing_testing::random::Random;

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Corrupts one to four places, mostly near the start, where the headers are.
fn spoil(bytes: &mut Vec<u8>, random: &mut Random) {
    const NUMBERS: [u32; 8] =
        [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fff0, 0x0fff_ffff];
    for _ in 0..=random.below(4) {
        let within = if random.below(2) == 0 { bytes.len() } else { bytes.len().min(200) };
        let at = random.below(within);
        match random.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = random.next() as u8,
            2 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            3 => bytes.insert(at.min(bytes.len()), random.next() as u8),
            _ => {
                let number = NUMBERS[random.below(NUMBERS.len())];
                let number =
                    if random.below(2) == 0 { number.to_le_bytes() } else { number.to_be_bytes() };
                let at = at & !3;
                if let Some(bytes_at) = bytes.get_mut(at..at + 4) {
                    bytes_at.copy_from_slice(&number);
                }
            }
        }
    }
}

/// Passes corrupted copies of the bytes to a reader.
fn survive(what: &str, original: &[u8], rounds: u64, reader: impl Fn(&[u8])) {
    let seed = from_environment("LAPWING_SEED", 20_261_121);
    let usual = lapwing_testing::rounds(rounds as usize / 4, rounds as usize) as u64;
    let rounds = from_environment("LAPWING_ROUNDS", usual);
    eprintln!("{what}: {rounds} rounds of seed {seed}");
    reader(original);
    let mut random = Random(seed);
    for round in 0..rounds {
        let mut bytes = original.to_vec();
        spoil(&mut bytes, &mut random);
        let result = catch_unwind(AssertUnwindSafe(|| reader(&bytes)));
        assert!(result.is_ok(), "{what} panicked in round {round} of LAPWING_SEED={seed}");
    }
}

fn with_fields<T>(
    read: impl FnOnce(&mut FieldPicker<'_>, &mut FileReport<'_>) -> Result<T, LoadError>,
) -> Result<T, LoadError> {
    let source: VectorSource = source("w", "WD13CD", "WD13NM");
    let (layer, mut report) = (LayerId::parse("ward").unwrap(), Report::default());
    let mut fields = FieldPicker::of(&source);
    read(&mut fields, &mut FileReport::new(&layer, "w", &mut report))
}

fn parts() -> Option<shapefile::Parts> {
    let path = shared("wards_2013_bng.shp.zip")?;
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut part = |suffix: &str| {
        let mut bytes = Vec::new();
        zip.by_name(&format!("wards_2013_bng.{suffix}")).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    Some(shapefile::Parts {
        shp: part("shp"),
        shx: Some(part("shx")),
        dbf: Some(part("dbf")),
        prj: Some(part("prj")),
        cpg: Some(part("cpg")),
    })
}

#[test]
fn mutated_geojson_does_not_panic() {
    let Some(path) = shared("wards_2013.geojson") else { return };
    let bytes = fs::read(path).unwrap();
    // A few features suffice: the reader handles each independently.
    let start = &bytes[..bytes.len().min(12_000)];
    let end = start.iter().rposition(|b| *b == b'\n').unwrap();
    let text = [start[..end].trim_ascii_end().strip_suffix(b",").unwrap(), b"]}"].concat();
    let read = |bytes: &[u8]| with_fields(|f, r| geojson::read(bytes, f, r));
    assert!(read(&text).unwrap().features.len() > 3);
    survive("GeoJSON", &text, 2_000, |bytes| drop(read(bytes)));
    let features = text.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{ \"type\""));
    let features: Vec<&[u8]> =
        features.map(|line| line.trim_ascii_end().strip_suffix(b",").unwrap_or(line)).collect();
    let sequence = features[..features.len() - 1].join(&b"\n"[..]);
    assert!(read(&sequence).unwrap().features.len() > 2);
    survive("GeoJSON sequence", &sequence, 500, |bytes| drop(read(bytes)));
}

#[test]
fn mutated_flatgeobuf_does_not_panic() {
    let Some(path) = shared("wards_2013.fgb") else { return };
    let bytes = fs::read(path).unwrap();
    let read = |bytes: &[u8]| with_fields(|f, r| flatgeobuf::read(bytes, f, r));
    assert_eq!(read(&bytes).unwrap().features.len(), 146);
    survive("FlatGeobuf", &bytes, 1_500, |bytes| drop(read(bytes)));
}

#[test]
fn mutated_shapefiles_do_not_panic() {
    let Some(parts) = parts() else { return };
    let read = |parts: &shapefile::Parts| -> Result<Unprojected, LoadError> {
        with_fields(|f, r| shapefile::read(parts, None, f, r))
    };
    assert_eq!(read(&parts).unwrap().features.len(), 146);
    survive(".shp with .shx", &parts.shp.clone(), 1_000, |bytes| {
        drop(read(&shapefile::Parts { shp: bytes.to_vec(), ..parts.clone() }));
    });
    survive(".shp alone", &parts.shp.clone(), 1_000, |bytes| {
        drop(read(&shapefile::Parts { shp: bytes.to_vec(), shx: None, ..parts.clone() }));
    });
    survive(".shx", parts.shx.as_ref().unwrap(), 1_000, |bytes| {
        drop(read(&shapefile::Parts { shx: Some(bytes.to_vec()), ..parts.clone() }));
    });
    survive(".dbf", parts.dbf.as_ref().unwrap(), 1_000, |bytes| {
        drop(read(&shapefile::Parts { dbf: Some(bytes.to_vec()), ..parts.clone() }));
    });
    survive(".prj", parts.prj.as_ref().unwrap(), 5_000, |bytes| {
        drop(from_wkt(&String::from_utf8_lossy(bytes), "the .prj"));
    });
}

#[test]
fn mutated_geopackage_geometries_do_not_panic() {
    let Some(path) = shared("wards_2013_bng.gpkg") else { return };
    let database =
        rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
            .unwrap();
    let mut statement = database.prepare("SELECT geom FROM wards_2013 LIMIT 20").unwrap();
    let blobs: Vec<Vec<u8>> =
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    for blob in blobs {
        geopackage::geometry(&blob).unwrap();
        survive("GeoPackage geometry", &blob, 500, |bytes| drop(geopackage::geometry(bytes)));
        // These geometries have a two-dimensional envelope.
        survive("well-known binary", &blob[40..], 500, |bytes| drop(wkb::read(bytes)));
    }
}

#[test]
fn mutated_geopackages_do_not_panic() {
    let Some(path) = shared("wards_2013_bng.gpkg") else { return };
    let folder = tempfile::tempdir().unwrap();
    let spoilt = folder.path().join("spoilt.gpkg");
    let bytes = fs::read(path).unwrap();
    survive("GeoPackage", &bytes, 150, |bytes| {
        fs::write(&spoilt, bytes).unwrap();
        drop(super::tools::load(&source(&spoilt, "WD13CD", "WD13NM")));
    });
}
