//! Tests of composition, one rule each, on a board of squares.

mod claims;
mod geometry;
mod real;

use std::path::Path;

use geo::Coord;

use super::{Definition, compose};
use crate::fault::Report;
use crate::layer::{Layer, LayerId, LayerMeta, Resolution};
use crate::load::raw::{RawFeature, RawGeometry, RawLayer, RawRing};
use crate::validity::admit;

fn ring(points: &[(f64, f64)]) -> RawRing {
    points.iter().map(|&(x, y)| Coord { x, y }).collect()
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> RawRing {
    let (right, top) = (x + width, y + height);
    ring(&[(x, y), (right, y), (right, top), (x, top), (x, y)])
}

fn meta(id: &str, resolution: Option<Resolution>) -> LayerMeta {
    LayerMeta {
        resolution,
        coverage: true,
        source: format!("{id}.geojson"),
        ..LayerMeta::new(LayerId::parse(id).unwrap())
    }
}

fn layer_of(id: &str, resolution: Option<Resolution>, areas: Vec<(&str, Vec<RawRing>)>) -> Layer {
    let features = areas
        .into_iter()
        .enumerate()
        .map(|(index, (code, rings))| RawFeature {
            index,
            code: Some(code.to_owned()),
            name: Some(format!("{id} {code}")),
            properties: vec![("LAD".to_owned(), serde_json::json!("West"))],
            geometry: RawGeometry::Polygons { polygons: vec![rings], grouped: true },
        })
        .collect();
    let mut report = Report::default();
    let raw = RawLayer { file: format!("{id}.geojson"), features };
    admit(raw, meta(id, resolution), &mut report).unwrap_or_else(|| panic!("{report:?}"))
}

/// Wards `W00` to `W33`: a board of 4 by 4 squares of 100 m, named by column and row.
fn wards() -> Layer {
    let codes: Vec<(String, RawRing)> = (0..16)
        .map(|i| {
            let (column, row) = (i % 4, i / 4);
            let square = rectangle(f64::from(column) * 100., f64::from(row) * 100., 100., 100.);
            (format!("W{column}{row}"), square)
        })
        .collect();
    layer_of("ward", None, codes.iter().map(|(c, r)| (c.as_str(), vec![r.clone()])).collect())
}

/// Parishes across the wards: `P1` is the southern 150 m, `P2` a block in the middle.
fn parishes() -> Layer {
    layer_of(
        "parish",
        None,
        vec![
            ("P1", vec![rectangle(0., 0., 400., 150.)]),
            ("P2", vec![rectangle(150., 150., 100., 100.)]),
        ],
    )
}

fn composed_of(toml: &str, layers: &[&Layer]) -> (Option<Layer>, Report) {
    composed_as(toml, layers, meta("lap", None))
}

fn composed_as(toml: &str, layers: &[&Layer], meta: LayerMeta) -> (Option<Layer>, Report) {
    let definition = Definition::parse(toml.as_bytes(), Path::new("county/laps.toml"))
        .unwrap_or_else(|e| panic!("{e}"));
    let mut report = Report::default();
    let mut read = |path: &Path, _: &mut Report| {
        (path == Path::new("county/drawn.geojson")).then(|| RawLayer {
            file: "drawn.geojson".to_owned(),
            features: vec![RawFeature {
                index: 0,
                code: None,
                name: None,
                properties: Vec::new(),
                geometry: RawGeometry::Polygons {
                    polygons: vec![vec![rectangle(0., 0., 50., 50.)]],
                    grouped: true,
                },
            }],
        })
    };
    let layer = compose(&definition, layers, meta, &mut read, &mut report);
    assert_eq!(layer.is_none(), report.has_errors(), "{report:#?}");
    (layer, report)
}

fn area(code: &str, rest: &str) -> String {
    format!("[[area]]\ncode = \"{code}\"\nname = \"Area {code}\"\n{rest}\n")
}

fn property<'a>(layer: &'a Layer, key: &str) -> Option<&'a serde_json::Value> {
    layer.areas()[0].properties().iter().find(|(k, _)| k == key).map(|(_, v)| v)
}
