//! Coordinates of any CRS to British National Grid metres, and what is wrong with them.

use std::ops::RangeInclusive;

use geo::Coord;
use rayon::prelude::*;

use crate::fault::{Fault, FaultKind};
use crate::position::{Accuracy, Bng, InvalidPosition, LngLat};

use super::crs::Crs;
use super::raw::{RawFeature, RawGeometry};
use super::unprojected::{FileReport, Refusal};

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
    let to_bng = ToBng::new(crs)?;
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
    fn new(crs: &Crs) -> Result<Self, Refusal> {
        match crs {
            Crs::BritishNationalGrid => Ok(Self::Grid),
            Crs::Degrees => Ok(Self::Degrees),
            Crs::WebMercator => Ok(Self::WebMercator),
            Crs::Other { name, .. } => Err(Refusal::new(
                FaultKind::UnknownCrs,
                format!(
                    "the coordinates are in {name}, which is not built in: reproject the file, for example with `ogr2ogr -t_srs EPSG:27700 out.gpkg in`"
                ),
            )),
        }
    }

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

/// What coordinates look like, whatever is said of them.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    Degrees,
    SwappedDegrees,
    Grid,
    SwappedGrid,
    WebMercator,
    SwappedWebMercator,
}

/// Britain and 100 km of sea around it, as [`Bng::new`] has it, roughly, in the three built-in
/// systems. They do not overlap, nor does any of them overlap another with its axes swapped,
/// but for the grid with itself, which is asked as stated first.
const LONGITUDES: RangeInclusive<f64> = -11.0..=5.0;
const LATITUDES: RangeInclusive<f64> = 48.0..=62.5;
const MERCATOR_X: RangeInclusive<f64> = -1_225_000.0..=557_000.0;
const MERCATOR_Y: RangeInclusive<f64> = 6_100_000.0..=9_000_000.0;

impl Look {
    const ALL: [Self; 6] = [
        Self::Degrees,
        Self::SwappedDegrees,
        Self::Grid,
        Self::SwappedGrid,
        Self::WebMercator,
        Self::SwappedWebMercator,
    ];

    /// Whether a coordinate that looks like this lies in or near Britain.
    fn is_britain(self, at: Coord<f64>) -> bool {
        let swapped = Coord { x: at.y, y: at.x };
        match self {
            Self::Degrees => LONGITUDES.contains(&at.x) && LATITUDES.contains(&at.y),
            Self::Grid => Bng::new(at.x, at.y).is_ok() && !looks_like_degrees(at),
            Self::WebMercator => MERCATOR_X.contains(&at.x) && MERCATOR_Y.contains(&at.y),
            Self::SwappedDegrees => Self::Degrees.is_britain(swapped),
            Self::SwappedGrid => Self::Grid.is_britain(swapped),
            Self::SwappedWebMercator => Self::WebMercator.is_britain(swapped),
        }
    }

    fn of(crs: &Crs) -> Option<Self> {
        match crs {
            Crs::BritishNationalGrid => Some(Self::Grid),
            Crs::Degrees => Some(Self::Degrees),
            Crs::WebMercator => Some(Self::WebMercator),
            Crs::Other { .. } => None,
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Degrees => "look like longitude and latitude in degrees (EPSG:4326)",
            Self::SwappedDegrees => {
                "look like degrees with latitude first: longitude must come first"
            }
            Self::Grid => "look like British National Grid metres (EPSG:27700)",
            Self::SwappedGrid => {
                "look like British National Grid metres with the northing first: the easting must come first"
            }
            Self::WebMercator => "look like Web Mercator metres (EPSG:3857)",
            Self::SwappedWebMercator => "look like Web Mercator metres with y first",
        }
    }
}

/// Refuses a layer of which most coordinates lie outside Britain as its CRS has it, while all of
/// them, or nearly, lie in Britain if they are read in another way.
fn mislabelled(features: &[RawFeature], crs: &Crs) -> Option<Refusal> {
    let stated = Look::of(crs)?;
    let mut counts = [0_usize; Look::ALL.len()];
    let (mut total, mut as_stated, mut first) = (0_usize, 0_usize, None);
    for feature in features {
        for_each_coord(&feature.geometry, |at| {
            if !at.x.is_finite() || !at.y.is_finite() {
                return;
            }
            total += 1;
            if stated.is_britain(at) {
                as_stated += 1;
                return;
            }
            first.get_or_insert((feature, at));
            for (count, look) in counts.iter_mut().zip(Look::ALL) {
                *count += usize::from(look.is_britain(at));
            }
        });
    }
    let (feature, at) = first?;
    if as_stated * 2 > total {
        return None;
    }
    let (count, look) = counts.into_iter().zip(Look::ALL).max_by_key(|(count, _)| *count)?;
    // One stray in a hundred is a bad feature; more of them, and the guess itself is bad.
    if count * 100 < (total - as_stated) * 99 {
        return None;
    }
    let message = format!(
        "the coordinates are said to be {crs}, but {look}: {x} {y}, for example. {remedy}",
        look = look.advice(),
        x = at.x,
        y = at.y,
        remedy = "Mend the CRS that the file states, or `crs` in the catalogue, or the file's coordinates",
    );
    let fault = Fault::error(FaultKind::MislabelledCrs, message)
        .of_feature(feature.index, feature.code.as_deref())
        .at(at.x, at.y);
    Some(fault.into())
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
