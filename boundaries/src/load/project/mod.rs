//! Projection of coordinates from any CRS to British National Grid metres.

mod mislabelled;
#[cfg(feature = "proj")]
mod proj;
#[cfg(test)]
mod tests;

use geo::Coord;
use rayon::prelude::*;

use crate::fault::{Fault, FaultKind};
use crate::position::{Accuracy, Bng, InvalidPosition, LngLat};

use self::mislabelled::check_mislabelled;
use super::crs::SourceCrs;
use super::error::{FileReport, LoadError};
use super::raw::{RawFeature, RawGeometry};

/// Returns true if both numbers are small enough to be degrees. No place in Britain has such small
/// eastings and northings: the grid's origin is in the sea south-west of Scilly.
fn looks_like_degrees(at: Coord<f64>) -> bool {
    at.x.abs() <= 180.0 && at.y.abs() <= 180.0
}

/// Projects every feature in parallel and in place. Equal input coordinates give bit-for-bit equal
/// output, so shared vertices stay shared.
///
/// A feature with a coordinate outside Britain is reported once and removed: it has no usable
/// geometry, and the layer is refused anyway.
///
/// # Errors
///
/// Fails if the coordinates cannot be in the CRS, or the CRS is not supported.
pub fn project(
    features: Vec<RawFeature>,
    crs: &SourceCrs,
    report: &mut FileReport<'_>,
) -> Result<Vec<RawFeature>, LoadError> {
    if let Some(error) = check_mislabelled(&features, crs) {
        return Err(error);
    }
    let (features, to_bng) = match crs {
        SourceCrs::BritishNationalGrid => (features, ToBng::Grid),
        SourceCrs::Degrees => (features, ToBng::Degrees),
        SourceCrs::WebMercator => (features, ToBng::WebMercator),
        SourceCrs::Other { name, definition } => by_proj(features, name, definition, report)?,
    };
    let done: Vec<(RawFeature, ProjectionResult)> = features
        .into_par_iter()
        .map(|mut feature| {
            let result = to_bng.project_feature(&mut feature.geometry);
            (feature, result)
        })
        .collect();

    let mut approximate = (0_usize, None);
    let mut kept = Vec::with_capacity(done.len());
    for (feature, result) in done {
        approximate.0 += result.approximate.0;
        approximate.1 = approximate.1.or(result.approximate.1);
        match result.fault {
            Some(fault) => {
                report.add(fault.of_feature(feature.index, feature.code.as_deref()));
            }
            None => kept.push(feature),
        }
    }
    if let (count, Some(Coord { x, y })) = approximate {
        let message = format!(
            "{count} coordinates are outside the OSTN15 grid and were converted by the Helmert approximation, accurate to about 5 m; this is the first"
        );
        report.add(Fault::note(FaultKind::Approximate, message).at(x, y));
    }
    Ok(kept)
}

/// Projects features to a built-in CRS with PROJ.
#[cfg(feature = "proj")]
fn by_proj(
    features: Vec<RawFeature>,
    name: &str,
    definition: &str,
    report: &mut FileReport<'_>,
) -> Result<(Vec<RawFeature>, ToBng), LoadError> {
    proj::to_built_in(features, name, definition, report)
}

/// Refuses a CRS that is not built in, because PROJ is not compiled in.
#[cfg(not(feature = "proj"))]
fn by_proj(
    _: Vec<RawFeature>,
    name: &str,
    _: &str,
    _: &mut FileReport<'_>,
) -> Result<(Vec<RawFeature>, ToBng), LoadError> {
    Err(LoadError::new(
        FaultKind::UnknownCrs,
        format!(
            "the coordinates are in {name}, which needs PROJ: reproject the file, for example with `ogr2ogr -t_srs EPSG:27700 OUT.gpkg FILE`, or build Lapwing with PROJ (`cargo build --release --features proj`)"
        ),
    ))
}

/// The result of projecting one feature.
#[derive(Default)]
struct ProjectionResult {
    fault: Option<Fault>,
    /// The number of approximated coordinates, and the first of them in BNG metres.
    approximate: (usize, Option<Coord<f64>>),
}

/// A projection to British National Grid metres.
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

    /// Projects a geometry in place. On failure the result contains the fault.
    fn project_feature(&self, geometry: &mut RawGeometry) -> ProjectionResult {
        let mut result = ProjectionResult::default();
        let mut not_finite = BadCoordinates::default();
        let mut outside = BadCoordinates::default();
        let mut each =
            |polygon: usize, ring: Option<usize>, at: &mut Coord<f64>| match self.position(*at) {
                Ok((bng, accuracy)) => {
                    *at = bng.coord();
                    if accuracy == Accuracy::Helmert {
                        result.approximate.0 += 1;
                        result.approximate.1.get_or_insert(*at);
                    }
                }
                Err(InvalidPosition::NotFinite) => not_finite.note(polygon, ring, *at),
                Err(_) => outside.note(polygon, ring, *at),
            };
        for_each_coord_mut(geometry, &mut each);
        result.fault = not_finite
            .fault(FaultKind::NonFiniteCoordinate)
            .or_else(|| outside.fault(FaultKind::OutsideBritain));
        result
    }
}

/// The coordinates of one feature that are not in Britain: their number, and the first.
#[derive(Default)]
struct BadCoordinates {
    count: usize,
    first: Option<(usize, Option<usize>, Coord<f64>)>,
}

impl BadCoordinates {
    fn note(&mut self, polygon: usize, ring: Option<usize>, at: Coord<f64>) {
        self.count += 1;
        self.first.get_or_insert((polygon, ring, at));
    }

    fn fault(&self, kind: FaultKind) -> Option<Fault> {
        let (polygon, ring, Coord { x, y }) = self.first?;
        let how_many = match self.count {
            1 => "a coordinate".to_owned(),
            n => format!("{n} coordinates, of which this is the first,"),
        };
        let is = if self.count == 1 { "is" } else { "are" };
        let message = match kind {
            FaultKind::NonFiniteCoordinate => format!(
                "{how_many} {is} not finite ({x} {y}): correct the feature in the file or remove it"
            ),
            _ => format!(
                "{how_many} {is} outside Britain ({x} {y} in the file): correct the feature or remove it from the file"
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

/// Calls `each` for every coordinate with its polygon index and, unless it is a point, its ring
/// index.
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
