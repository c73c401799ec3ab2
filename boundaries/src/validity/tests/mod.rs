//! Tests of validation, one rule each.

mod intersections;
mod layers;
mod nesting;
mod random;
pub(crate) mod real;
mod rings;

use geo::{Coord, MultiPolygon};

use super::admit;
use crate::fault::{Fault, FaultKind, Report, Severity};
use crate::layer::{Completeness, Layer, LayerId, LayerMeta, Resolution, Vintage};
use crate::load::raw::{RawFeature, RawGeometry, RawLayer, RawRing};

fn ring(points: &[(f64, f64)]) -> RawRing {
    points.iter().map(|&(x, y)| Coord { x, y }).collect()
}

fn square(x: f64, y: f64, side: f64) -> RawRing {
    ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)])
}

fn hole(x: f64, y: f64, side: f64) -> RawRing {
    let mut ring = square(x, y, side);
    ring.reverse();
    ring
}

fn meta(resolution: Option<Resolution>) -> LayerMeta {
    LayerMeta {
        id: LayerId::parse("ward").unwrap(),
        series: LayerId::parse("ward").unwrap(),
        title: "Wards".to_owned(),
        vintage: Vintage::default(),
        resolution,
        coverage: false,
        complete: Completeness::Unknown,
        licence: None,
        attribution: None,
        source: "wards.geojson".to_owned(),
    }
}

fn feature(index: usize, code: &str, geometry: RawGeometry) -> RawFeature {
    RawFeature {
        index,
        code: Some(code.to_owned()),
        name: Some(format!("Ward {code}")),
        properties: Vec::new(),
        geometry,
    }
}

fn polygons(polygons: Vec<Vec<RawRing>>) -> RawGeometry {
    RawGeometry::Polygons { polygons, grouped: true }
}

fn ungrouped(rings: Vec<RawRing>) -> RawGeometry {
    RawGeometry::Polygons { polygons: rings.into_iter().map(|r| vec![r]).collect(), grouped: false }
}

fn admitted(features: Vec<RawFeature>, resolution: Option<Resolution>) -> (Option<Layer>, Report) {
    let mut report = Report::default();
    let raw = RawLayer { file: "wards.geojson".to_owned(), features };
    let layer = admit(raw, meta(resolution), &mut report);
    assert_eq!(layer.is_none(), report.has_errors(), "{report:#?}");
    (layer, report)
}

/// The one area of a layer made of one feature, and its faults.
fn one(geometry: RawGeometry) -> (Option<MultiPolygon<f64>>, Vec<Fault>) {
    let (layer, report) = admitted(vec![feature(0, "A", geometry)], None);
    (layer.map(|l| l.areas()[0].geometry().clone()), report.faults)
}

fn summary(faults: &[Fault]) -> Vec<(Severity, FaultKind, Option<[f64; 2]>)> {
    faults.iter().map(|f| (f.severity, f.kind, f.at)).collect()
}
