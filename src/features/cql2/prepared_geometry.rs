//! A geometry of the caller's, on the British National Grid.
//!
//! Its edges are straight in the filter's CRS, so in others than the grid they are cut short
//! enough that none bends by more than 5 cm on the grid. What lies too far from Britain to have a
//! place on the grid is cut off, and it is remembered that there was something.

use std::panic::{AssertUnwindSafe, catch_unwind};

use geo::dimensions::{Dimensions, HasDimensions as _};
use geo::{
    BooleanOps as _, BoundingRect as _, Coord, Geometry, GeometryCollection, LineString,
    MapCoords as _, MultiLineString, MultiPoint, MultiPolygon, Polygon, Rect, Validation as _,
};
use lapwing_boundaries::geometry::outline::Outline;
use lapwing_boundaries::position::Bng;

use super::error::FilterError;
use crate::features::crs::Crs;

/// A geometry on the grid, prepared for tests.
#[derive(Debug)]
pub(super) struct Shape {
    /// The part of it on the grid, in BNG metres; `None` if there is none.
    pub(super) ground: Option<Ground>,
    /// Whether part of it is beyond the grid.
    pub(super) goes_beyond: bool,
    /// Points, lines or polygons.
    pub(super) dimensions: Dimensions,
}

/// The part of a geometry on the grid.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) geometry: Geometry<f64>,
    pub(super) extent: Rect<f64>,
    /// Of a polygon or several.
    pub(super) outline: Option<Outline>,
}

/// The range of degrees in which every position is on the grid, which ends 100 km west of its
/// origin, at 8.8° W at the widest.
const DEGREES: ([f64; 2], [f64; 2]) = ([-8.8, 49.01], [3.4, 61.6]);

/// The longest edge in degrees: at most 1.2 km, which deviates by (1.2 km)² / 8 × 1.9 / 6,360 km.
const STEP_DEGREES: f64 = 0.01;

/// The maximum number of edges after subdivision.
const MOST_VERTICES: usize = 200_000;

impl Shape {
    /// A geometry with coordinates in the axis order of the CRS.
    pub(super) fn new(written: &Geometry<f64>, crs: Crs) -> Result<Self, FilterError> {
        let xy = if crs.is_north_first() {
            written.map_coords(|Coord { x, y }| Coord { x: y, y: x })
        } else {
            written.clone()
        };
        check(&xy)?;
        let dimensions = xy.dimensions();
        let domain = domain(crs);
        let extent = xy.bounding_rect().ok_or_else(empty)?;
        let goes_beyond = !holds(domain, extent);
        let near = if goes_beyond { guarded(|| cut(&xy, domain))? } else { Some(xy) };
        let ground = match near {
            None => None,
            Some(near) => Some(Ground::new(onto_grid(&near, crs)?)?),
        };
        Ok(Self { ground, goes_beyond, dimensions })
    }
}

impl Ground {
    fn new(geometry: Geometry<f64>) -> Result<Self, FilterError> {
        let extent = geometry.bounding_rect().ok_or_else(empty)?;
        let outline = match &geometry {
            Geometry::Polygon(polygon) => Some(Outline::new(&MultiPolygon(vec![polygon.clone()]))),
            Geometry::MultiPolygon(polygons) => Some(Outline::new(polygons)),
            _ => None,
        };
        Ok(Self { geometry, extent, outline })
    }
}

fn empty() -> FilterError {
    FilterError::InvalidLiteral("a geometry of the filter is empty".to_owned())
}

/// Catches a panic of the geometry library on an unforeseen input.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, FilterError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let message = "a geometry of the filter cannot be processed: simplify it";
        FilterError::InvalidLiteral(message.to_owned())
    })
}

/// Fails if a geometry is not valid (OGC 06-103r4, section 6.1.11).
pub(super) fn check(geometry: &Geometry<f64>) -> Result<(), FilterError> {
    // Beyond any supported CRS, and small enough for products of two coordinates.
    const FARTHEST: f64 = 1e9;
    let extent = geometry.bounding_rect().ok_or_else(empty)?;
    let bounds = [extent.min().x, extent.min().y, extent.max().x, extent.max().y];
    if !bounds.iter().all(|bound| bound.abs() <= FARTHEST) {
        let message = format!("a geometry of the filter has coordinates beyond {FARTHEST}");
        return Err(FilterError::InvalidLiteral(message));
    }
    match guarded(|| geometry.check_validation())? {
        Ok(()) => Ok(()),
        Err(fault) => Err(FilterError::InvalidLiteral(format!(
            "a geometry of the filter is not valid: {fault}"
        ))),
    }
}

/// The rectangle of a CRS that maps to the grid, easting or longitude first.
fn domain(crs: Crs) -> Rect<f64> {
    const RADIUS: f64 = 6_378_137.0;
    let mercator = |[lon, lat]: [f64; 2]| Coord {
        x: RADIUS * lon.to_radians(),
        y: RADIUS * lat.to_radians().tan().asinh(),
    };
    let (low, high) = DEGREES;
    match crs {
        Crs::Crs84 | Crs::Epsg4326 => Rect::new(low, high),
        Crs::Epsg3857 => Rect::new(mercator(low), mercator(high)),
        // The range of `Bng` itself.
        Crs::Epsg27700 => Rect::new([-100_000.0, -100_000.0], [800_000.0, 1_350_000.0]),
    }
}

fn holds(outer: Rect<f64>, inner: Rect<f64>) -> bool {
    outer.min().x <= inner.min().x
        && outer.min().y <= inner.min().y
        && inner.max().x <= outer.max().x
        && inner.max().y <= outer.max().y
}

/// The part of a geometry in a rectangle.
fn cut(geometry: &Geometry<f64>, domain: Rect<f64>) -> Option<Geometry<f64>> {
    let frame = MultiPolygon(vec![domain.to_polygon()]);
    let of_lines = |lines: &[LineString<f64>]| {
        let inside = frame.clip(&MultiLineString(lines.to_vec()), false);
        (!inside.0.is_empty()).then(|| inside.into())
    };
    let of_polygons = |polygons: MultiPolygon<f64>| {
        let inside = frame.intersection(&polygons);
        (!inside.0.is_empty()).then(|| inside.into())
    };
    let meets = |at: Coord<f64>| holds(domain, Rect::new(at, at));
    match geometry {
        Geometry::Point(point) => meets(point.0).then(|| (*point).into()),
        Geometry::MultiPoint(points) => {
            let near: Vec<_> = points.iter().filter(|point| meets(point.0)).copied().collect();
            (!near.is_empty()).then(|| MultiPoint(near).into())
        }
        Geometry::LineString(line) => of_lines(std::slice::from_ref(line)),
        Geometry::MultiLineString(lines) => of_lines(&lines.0),
        Geometry::Polygon(polygon) => of_polygons(MultiPolygon(vec![polygon.clone()])),
        Geometry::MultiPolygon(polygons) => of_polygons(polygons.clone()),
        Geometry::GeometryCollection(members) => {
            let near: Vec<_> = members.iter().filter_map(|member| cut(member, domain)).collect();
            (!near.is_empty()).then_some(Geometry::GeometryCollection(GeometryCollection(near)))
        }
        // The parsers produce no other types.
        Geometry::Line(_) | Geometry::Rect(_) | Geometry::Triangle(_) => None,
    }
}

fn onto_grid(near: &Geometry<f64>, crs: Crs) -> Result<Geometry<f64>, FilterError> {
    if crs == Crs::Epsg27700 {
        return Ok(near.clone());
    }
    let mut left = MOST_VERTICES;
    let step = match crs {
        Crs::Epsg3857 => STEP_DEGREES * 111_319.0,
        _ => STEP_DEGREES,
    };
    let finer = with_short_edges(near, step, &mut left)?;
    finer.try_map_coords(|Coord { x, y }| {
        crs.bng_of_xy([x, y]).map(Bng::coord).map_err(|error| {
            FilterError::InvalidLiteral(format!(
                "a geometry of the filter cannot be projected: {error}"
            ))
        })
    })
}

/// Subdivides edges so that none is longer than `step` on either axis.
fn with_short_edges(
    geometry: &Geometry<f64>,
    step: f64,
    left: &mut usize,
) -> Result<Geometry<f64>, FilterError> {
    let mut polygon = |polygon: &Polygon<f64>| -> Result<Polygon<f64>, FilterError> {
        let shell = short_edges(polygon.exterior(), step, left)?;
        let holes = polygon.interiors().iter().map(|hole| short_edges(hole, step, left));
        Ok(Polygon::new(shell, holes.collect::<Result<_, _>>()?))
    };
    Ok(match geometry {
        Geometry::Polygon(one) => polygon(one)?.into(),
        Geometry::MultiPolygon(many) => {
            MultiPolygon(many.iter().map(polygon).collect::<Result<_, _>>()?).into()
        }
        Geometry::LineString(line) => short_edges(line, step, left)?.into(),
        Geometry::MultiLineString(lines) => {
            let lines = lines.iter().map(|line| short_edges(line, step, left));
            MultiLineString(lines.collect::<Result<_, _>>()?).into()
        }
        Geometry::GeometryCollection(members) => {
            let members = members.iter().map(|member| with_short_edges(member, step, left));
            Geometry::GeometryCollection(GeometryCollection(members.collect::<Result<_, _>>()?))
        }
        other => other.clone(),
    })
}

fn short_edges(
    line: &LineString<f64>,
    step: f64,
    left: &mut usize,
) -> Result<LineString<f64>, FilterError> {
    let mut cut: Vec<Coord<f64>> = line.0.first().copied().into_iter().collect();
    for edge in line.lines() {
        let longest = edge.dx().abs().max(edge.dy().abs());
        let pieces = (longest / step).ceil().max(1.0) as usize;
        *left = left.checked_sub(pieces).ok_or_else(|| {
            let message = "the edges of the filter's geometries are too long to be subdivided: use fewer and shorter edges";
            FilterError::TooLarge(message.to_owned())
        })?;
        cut.extend((1..pieces).map(|piece| {
            let part = piece as f64 / pieces as f64;
            Coord { x: edge.start.x + edge.dx() * part, y: edge.start.y + edge.dy() * part }
        }));
        cut.push(edge.end);
    }
    Ok(LineString(cut))
}
