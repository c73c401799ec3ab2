//! Coordinates that cannot belong to the CRS that is stated, and what they look like instead.

use std::ops::RangeInclusive;

use geo::Coord;

use crate::fault::{Fault, FaultKind};
use crate::position::Bng;

use super::super::crs::Crs;
use super::super::error::Refusal;
use super::super::raw::RawFeature;
use super::{for_each_coord, looks_like_degrees};

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
pub(super) fn mislabelled(features: &[RawFeature], crs: &Crs) -> Option<Refusal> {
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
    // Of equals the last is taken; reversed, that is the plainest.
    let (count, look) = counts.into_iter().zip(Look::ALL).rev().max_by_key(|(count, _)| *count)?;
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
