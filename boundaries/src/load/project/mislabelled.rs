//! Detection of coordinates that cannot be in the stated CRS, and of the CRS they look like
//! instead.

use std::ops::RangeInclusive;

use geo::Coord;

use crate::fault::{Fault, FaultKind};
use crate::position::Bng;

use super::super::crs::SourceCrs;
use super::super::error::LoadError;
use super::super::raw::RawFeature;
use super::{for_each_coord, looks_like_degrees};

/// The CRS and axis order that coordinates look like.
#[derive(Clone, Copy, PartialEq)]
enum LooksLike {
    Degrees,
    SwappedDegrees,
    Grid,
    SwappedGrid,
    WebMercator,
    SwappedWebMercator,
}

/// Approximate ranges of Britain with 100 km of sea, as in [`Bng::new`], in the three built-in
/// systems. They do not overlap each other, even with axes swapped, except the grid with the
/// swapped grid; therefore the stated CRS is tested first.
const LONGITUDES: RangeInclusive<f64> = -11.0..=5.0;
const LATITUDES: RangeInclusive<f64> = 48.0..=62.5;
const MERCATOR_X: RangeInclusive<f64> = -1_225_000.0..=557_000.0;
const MERCATOR_Y: RangeInclusive<f64> = 6_100_000.0..=9_000_000.0;

impl LooksLike {
    const ALL: [Self; 6] = [
        Self::Degrees,
        Self::SwappedDegrees,
        Self::Grid,
        Self::SwappedGrid,
        Self::WebMercator,
        Self::SwappedWebMercator,
    ];

    /// Returns true if `at`, read this way, lies in or near Britain.
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

    fn of(crs: &SourceCrs) -> Option<Self> {
        match crs {
            SourceCrs::BritishNationalGrid => Some(Self::Grid),
            SourceCrs::Degrees => Some(Self::Degrees),
            SourceCrs::WebMercator => Some(Self::WebMercator),
            SourceCrs::Other { .. } => None,
        }
    }

    fn description(self) -> &'static str {
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

/// Returns an error if most coordinates lie outside Britain in the stated CRS, but all or nearly
/// all lie in Britain when read another way.
pub(super) fn check_mislabelled(features: &[RawFeature], crs: &SourceCrs) -> Option<LoadError> {
    let stated = LooksLike::of(crs)?;
    let mut counts = [0_usize; LooksLike::ALL.len()];
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
            for (count, look) in counts.iter_mut().zip(LooksLike::ALL) {
                *count += usize::from(look.is_britain(at));
            }
        });
    }
    let (feature, at) = first?;
    if as_stated * 2 > total {
        return None;
    }
    // `max_by_key` returns the last of equals, so reverse: the simpler reading comes first.
    let (count, look) =
        counts.into_iter().zip(LooksLike::ALL).rev().max_by_key(|(count, _)| *count)?;
    // Tolerate one stray coordinate in a hundred. With more of them the guess is wrong.
    if count * 100 < (total - as_stated) * 99 {
        return None;
    }
    let message = format!(
        "the CRS is stated as {crs}, but the coordinates {look}, for example {x} {y}. {remedy}",
        look = look.description(),
        x = at.x,
        y = at.y,
        remedy = "Correct the CRS in the file, `crs` in the catalogue, or the coordinates",
    );
    let fault = Fault::error(FaultKind::MislabelledCrs, message)
        .of_feature(feature.index, feature.code.as_deref())
        .at(at.x, at.y);
    Some(fault.into())
}
