//! A small county that is hard to write: names with special characters, properties named like the
//! columns of a format, values of every type and nulls, holes and parts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use geo::{MultiPolygon, polygon};
use jiff::Timestamp;
use jiff::civil::date;
use lapwing::features::attributes::Schema;
use lapwing::features::crs::Crs;
use lapwing::formats::{self, Format, Selection};
use lapwing_boundaries::area::{Area, Properties, Site};
use lapwing_boundaries::atlas::{Atlas, Contents};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Resolution, Vintage};
use lapwing_boundaries::position::Bng;
use serde_json::{Value, json};

pub(crate) const AREAS: usize = 0;
pub(crate) const SITES: usize = 1;

pub(crate) const NAMES: [&str; 4] =
    ["Saint \"George's\", upper", "two\nlines;\r\nand 'more'", "Ynys Môn – 威尔士 🦢", ""];

pub(crate) fn meta(id: &str, title: &str) -> LayerMeta {
    LayerMeta {
        id: LayerId::parse(id).unwrap(),
        series: LayerId::parse(id).unwrap(),
        title: title.to_owned(),
        vintage: Vintage { valid_from: Some(date(2021, 4, 1)), valid_to: None },
        resolution: Some(Resolution::Bgc),
        coverage: false,
        complete: Completeness::Unknown,
        licence: Some("OGL-UK-3.0".to_owned()),
        attribution: Some("Drawn by \"hand\" & <heart>".to_owned()),
        source: "nowhere".to_owned(),
    }
}

/// Properties of every type; those of the second area are null, and the third lacks some.
fn kept(at: usize) -> Properties {
    let own = |key: &str, value: Value| (key.to_owned(), value);
    match at {
        1 => vec![own("fid", Value::Null), own("count", Value::Null)],
        2 => vec![own("wkt", json!("no geometry")), own("share", json!(0.1 + 0.2))],
        _ => vec![
            own("fid", json!(format!("F{at}"))),
            own("geometry", json!("square, more or less")),
            own("geom", json!("g")),
            own("bbox", json!(false)),
            own("wkt", json!("POINT (0 0)")),
            own("Code", json!("upper")),
            own("count", json!(9_007_199_254_740_993_u64 + at as u64)),
            own("share", json!(-1.5e-300)),
            own("whole", json!(at)),
            own("opened", json!("1948-07-05")),
            own("seen", json!("2026-11-21T19:00:00.250Z")),
            own("mixed", if at == 0 { json!("x") } else { json!(1) }),
            own("list", json!(["a", "b, c"])),
            own("empty", Value::Null),
        ],
    }
}

/// Coordinates to the millimetre, as those of a snapshot are.
pub(crate) fn ground(at: usize) -> MultiPolygon<f64> {
    let (x, y) = (475_000.125 + 1_000.0 * at as f64, 260_000.001);
    let square = polygon!(
        exterior: [(x: x, y: y), (x: x + 900.0, y: y + 0.007), (x: x + 900.0, y: y + 900.0), (x: x, y: y + 900.0)],
        interiors: [
            [(x: x + 100.0, y: y + 100.0), (x: x + 100.0, y: y + 200.0), (x: x + 200.0, y: y + 200.0)],
            [(x: x + 300.0, y: y + 100.0), (x: x + 300.0, y: y + 200.0), (x: x + 400.0, y: y + 200.0)],
        ],
    );
    let island = polygon![
        (x: x, y: y + 950.0), (x: x + 50.0, y: y + 950.0), (x: x + 50.0, y: y + 999.999)
    ];
    MultiPolygon::new(if at == 0 { vec![square, island] } else { vec![square] })
}

pub(crate) fn atlas() -> Atlas {
    let areas = (0..4)
        .map(|at| {
            let code = AreaCode::parse(&format!("E0500000{at}")).unwrap();
            Area::from_valid(code, NAMES[at].to_owned(), kept(at), ground(at))
        })
        .collect();
    let sites = (0..4)
        .map(|at| Site {
            code: AreaCode::parse(&format!("H{at}")).unwrap(),
            name: NAMES[at].to_owned(),
            position: Bng::new(475_010.5 + 700.0 * at as f64, 260_020.25).unwrap(),
            properties: kept(at),
        })
        .collect();
    let contents = Contents {
        title: "Awkward".to_owned(),
        layers: vec![
            Layer::of_areas(meta("ward", "Wards, \"awkward\" ones"), areas),
            Layer::of_sites(meta("hall", "Halls"), sites),
        ],
        ..Contents::default()
    };
    Atlas::build(contents, Timestamp::from_second(1_700_000_000).unwrap(), &())
}

pub(crate) fn schema(atlas: &Atlas, layer: usize) -> Arc<Schema> {
    Arc::new(Schema::of(atlas, layer))
}

/// Some of a layer in a format.
pub(crate) fn bytes_of(
    atlas: &Atlas,
    layer: usize,
    indices: &[usize],
    format: Format,
    crs: Crs,
) -> Vec<u8> {
    let schema = schema(atlas, layer);
    let selection = Selection::new(atlas, &schema, indices, crs);
    let mut bytes = Vec::new();
    formats::write(format, &selection, &mut bytes, &()).unwrap();
    bytes
}

/// All of a layer in a format.
pub(crate) fn whole(atlas: &Atlas, layer: usize, format: Format, crs: Crs) -> Vec<u8> {
    let indices: Vec<usize> = (0..atlas.layers()[layer].layer().len()).collect();
    bytes_of(atlas, layer, &indices, format, crs)
}

/// The bytes as a file in a folder.
pub(crate) fn file(folder: &Path, format: Format, bytes: &[u8]) -> PathBuf {
    let path = folder.join(format!("layer.{}", format.suffix()));
    std::fs::write(&path, bytes).unwrap();
    path
}
