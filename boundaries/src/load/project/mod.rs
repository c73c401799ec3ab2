//! Coordinates of any CRS to British National Grid metres, and what is wrong with them.

mod mislabelled;
#[cfg(feature = "proj")]
mod proj;
#[cfg(test)]
mod tests;

use geo::Coord;
use rayon::prelude::*;

use crate::fault::{Fault, FaultKind};
use crate::position::{Accuracy, Bng, InvalidPosition, LngLat};

use self::mislabelled::mislabelled;
use super::crs::Crs;
use super::error::{FileReport, Refusal};
use super::raw::{RawFeature, RawGeometry};

/// A position a person would take for degrees: no place in Britain has such small metres, for
/// the grid's origin lies in the sea south-west of Scilly.
fn looks_like_degrees(at: Coord<f64>) -> bool {
    at.x.abs() <= 180.0 && at.y.abs() <= 180.0
}

/// Projects every feature, in parallel and in place: the same input coordinates give the same
/// output bits, so that shared vertices stay shared.
///
/// A feature with a coordinate that is no place in Britain is reported, once, and taken out: it
/// has no geometry that anything could be said of, and the layer is refused already.
///
/// # Errors
///
/// When the coordinates of the layer cannot belong to the CRS, or the CRS cannot be followed.
pub fn project(
    features: Vec<RawFeature>,
    crs: &Crs,
    report: &mut FileReport<'_>,
) -> Result<Vec<RawFeature>, Refusal> {
    if let Some(refusal) = mislabelled(&features, crs) {
        return Err(refusal);
    }
    let (features, to_bng) = match crs {
        Crs::BritishNationalGrid => (features, ToBng::Grid),
        Crs::Degrees => (features, ToBng::Degrees),
        Crs::WebMercator => (features, ToBng::WebMercator),
        Crs::Other { name, definition } => by_proj(features, name, definition, report)?,
    };
    let done: Vec<(RawFeature, Outcome)> = features
        .into_par_iter()
        .map(|mut feature| {
            let outcome = to_bng.project_feature(&mut feature.geometry);
            (feature, outcome)
        })
        .collect();

    let mut approximate = (0_usize, None);
    let mut kept = Vec::with_capacity(done.len());
    for (feature, outcome) in done {
        approximate.0 += outcome.approximate.0;
        approximate.1 = approximate.1.or(outcome.approximate.1);
        match outcome.fault {
            Some(fault) => {
                report.add(fault.of_feature(feature.index, feature.code.as_deref()));
            }
            None => kept.push(feature),
        }
    }
    if let (count, Some(Coord { x, y })) = approximate {
        let message = format!(
            "{count} coordinates lie outside the OSTN15 grid and were converted by the Helmert approximation, good to about 5 m; the first of them is here"
        );
        report.add(Fault::note(FaultKind::Approximate, message).at(x, y));
    }
    Ok(kept)
}

/// Brings features of a CRS that is not built in to one that is, by PROJ.
#[cfg(feature = "proj")]
fn by_proj(
    features: Vec<RawFeature>,
    name: &str,
    definition: &str,
    report: &mut FileReport<'_>,
) -> Result<(Vec<RawFeature>, ToBng), Refusal> {
    proj::bring_home(features, name, definition, report)
}

/// Without PROJ a CRS that is not built in is refused, with the two ways on.
#[cfg(not(feature = "proj"))]
fn by_proj(
    _: Vec<RawFeature>,
    name: &str,
    _: &str,
    _: &mut FileReport<'_>,
) -> Result<(Vec<RawFeature>, ToBng), Refusal> {
    Err(Refusal::new(
        FaultKind::UnknownCrs,
        format!(
            "the coordinates are in {name}, which is not built in: reproject the file, for example with `ogr2ogr -t_srs EPSG:27700 OUT.gpkg FILE`, or build Lapwing with PROJ (`cargo build --release --features proj`)"
        ),
    ))
}

/// How one feature fared.
#[derive(Default)]
struct Outcome {
    fault: Option<Fault>,
    /// How many coordinates were approximated, and the first of them in BNG metres.
    approximate: (usize, Option<Coord<f64>>),
}

/// The way from a CRS to British National Grid metres.
enum ToBng {
    Grid,
    Degrees,
    WebMercator,
}

impl ToBng {
    fn position(&self, at: Coord<f64>) -> Result<(Bng, Accuracy), InvalidPosition> {
        match self {
            Self::Grid => {
                let bng = Bng::new(at.x, at.y)?;
                if looks_like_degrees(at) {
                    return Err(InvalidPosition::OutsideGrid { easting: at.x, northing: at.y });
                }
                Ok((bng, Accuracy::Ostn15))
            }
            Self::Degrees => LngLat::new(at.x, at.y)?.to_bng(),
            Self::WebMercator => LngLat::from_web_mercator(at.x, at.y)?.to_bng(),
        }
    }

    /// Projects a geometry in place. If it cannot be, the outcome holds the fault.
    fn project_feature(&self, geometry: &mut RawGeometry) -> Outcome {
        let mut outcome = Outcome::default();
        let mut not_finite: Trouble = Trouble::default();
        let mut outside: Trouble = Trouble::default();
        let mut each =
            |polygon: usize, ring: Option<usize>, at: &mut Coord<f64>| match self.position(*at) {
                Ok((bng, accuracy)) => {
                    *at = bng.coord();
                    if accuracy == Accuracy::Helmert {
                        outcome.approximate.0 += 1;
                        outcome.approximate.1.get_or_insert(*at);
                    }
                }
                Err(InvalidPosition::NotFinite) => not_finite.note(polygon, ring, *at),
                Err(_) => outside.note(polygon, ring, *at),
            };
        for_each_coord_mut(geometry, &mut each);
        outcome.fault = not_finite
            .fault(FaultKind::NonFiniteCoordinate)
            .or_else(|| outside.fault(FaultKind::OutsideBritain));
        outcome
    }
}

/// Coordinates of one feature that are no place in Britain: how many, and the first.
#[derive(Default)]
struct Trouble {
    count: usize,
    first: Option<(usize, Option<usize>, Coord<f64>)>,
}

impl Trouble {
    fn note(&mut self, polygon: usize, ring: Option<usize>, at: Coord<f64>) {
        self.count += 1;
        self.first.get_or_insert((polygon, ring, at));
    }

    fn fault(&self, kind: FaultKind) -> Option<Fault> {
        let (polygon, ring, Coord { x, y }) = self.first?;
        let how_many = match self.count {
            1 => "a coordinate".to_owned(),
            n => format!("{n} coordinates, this the first of them,"),
        };
        let is = if self.count == 1 { "is" } else { "are" };
        let message = match kind {
            FaultKind::NonFiniteCoordinate => format!(
                "{how_many} {is} not a finite number ({x} {y}): the feature is left out, mend it at its source"
            ),
            _ => format!(
                "{how_many} {is} outside Britain ({x} {y} as the file has it): the feature is left out, mend it or take it out of the file"
            ),
        };
        let fault = Fault::error(kind, message).at(x, y);
        Some(match ring {
            Some(ring) => fault.of_ring(polygon, ring),
            None => fault,
        })
    }
}

fn for_each_coord(geometry: &RawGeometry, mut each: impl FnMut(Coord<f64>)) {
    match geometry {
        RawGeometry::Empty | RawGeometry::Other(_) => {}
        RawGeometry::Point(at) => each(*at),
        RawGeometry::Polygons { polygons, .. } => {
            polygons.iter().flatten().flatten().for_each(|at| each(*at));
        }
    }
}

/// Every coordinate, with the number of its polygon and, unless it is a point, of its ring.
fn for_each_coord_mut(
    geometry: &mut RawGeometry,
    each: &mut impl FnMut(usize, Option<usize>, &mut Coord<f64>),
) {
    match geometry {
        RawGeometry::Empty | RawGeometry::Other(_) => {}
        RawGeometry::Point(at) => each(0, None, at),
        RawGeometry::Polygons { polygons, .. } => {
            for (p, polygon) in polygons.iter_mut().enumerate() {
                for (r, ring) in polygon.iter_mut().enumerate() {
                    for at in ring {
                        each(p, Some(r), at);
                    }
                }
            }
        }
    }
}
