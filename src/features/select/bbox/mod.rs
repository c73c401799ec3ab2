//! `bbox`: a box in any supported CRS, and the features that intersect it.
//!
//! The box is a rectangle in its own CRS, and a feature is compared as it is written in that CRS:
//! with rounded vertices, joined by straight lines. A client that draws box and answer in one CRS
//! therefore sees exactly the features that intersect the box. Geometries are compared, not
//! extents, and touching counts as intersecting.
//!
//! 1. The box is bounded from outside and inside by rectangles on the grid;
//! 2. the index returns the features whose extents intersect the outer rectangle;
//! 3. those within the inner rectangle are taken; for the others, each edge near the box is tested;
//! 4. if no edge intersects the box, the box is inside or outside the area, which one point
//!    decides.

use geo::{Coord, Intersects as _, Line, Rect};
use lapwing_boundaries::area::Area;
use lapwing_boundaries::atlas::AtlasLayer;
use lapwing_boundaries::geometry::outline::Outline;
use lapwing_boundaries::geometry::predicate::{Position, position_among};
use lapwing_boundaries::position::{Bng, InvalidPosition, LngLat};

use crate::features::crs::Crs;

/// A box. In degrees it may cross the antimeridian, and is then two rectangles.
#[derive(Clone, Debug, PartialEq)]
pub struct Bbox {
    crs: Crs,
    /// Easting or longitude first, in the units of the CRS.
    rects: Vec<Rect<f64>>,
}

/// The numbers are not a box.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidBbox {
    /// There are not four or six numbers.
    #[error(
        "a box has four numbers separated by commas, or six with heights: the lower corner, then the upper corner, in the axis order of the CRS"
    )]
    Form,
    /// Degrees out of range.
    #[error(
        "longitudes must be from -180 to 180 and latitudes from -90 to 90 degrees: check the order of the axes, {0}"
    )]
    NotDegrees(&'static str),
    /// The upper corner is below the lower one.
    #[error(
        "the {0} of the second corner is less than that of the first: write the lower corner first"
    )]
    Reversed(&'static str),
}

/// The maximum distance in metres between a side of the box on the grid and its approximation by
/// chords.
const BEND_M: f64 = 100.0;

/// The number of positions along each side of a box.
const STEPS: usize = 32;

/// A range of degrees that contains the grid, with a margin.
const BRITAIN: [f64; 4] = [-16.0, 47.0, 10.0, 64.0];

impl Bbox {
    /// Parses four or six numbers in the axis order of the CRS. Heights are ignored, as features
    /// have none.
    ///
    /// In degrees, a western side greater than the eastern one crosses the antimeridian (OGC
    /// 17-069r4, section 7.15.3).
    pub fn read(text: &str, crs: Crs) -> Result<Self, InvalidBbox> {
        let numbers: Vec<f64> = text
            .split(',')
            .map(|part| part.trim().parse().ok().filter(|number: &f64| number.is_finite()))
            .collect::<Option<_>>()
            .ok_or(InvalidBbox::Form)?;
        let [first_low, second_low, first_high, second_high] = match numbers[..] {
            [a, b, c, d] => [a, b, c, d],
            [a, b, low, c, d, high] if low <= high => [a, b, c, d],
            [_, _, _, _, _, _] => return Err(InvalidBbox::Reversed("height")),
            _ => return Err(InvalidBbox::Form),
        };
        let [west, south, east, north] = if crs.is_north_first() {
            [second_low, first_low, second_high, first_high]
        } else {
            [first_low, second_low, first_high, second_high]
        };
        if crs.is_degrees() {
            let axes = if crs.is_north_first() { "latitude first" } else { "longitude first" };
            let are_degrees = [west, east].iter().all(|lon| (-180.0..=180.0).contains(lon))
                && [south, north].iter().all(|lat| (-90.0..=90.0).contains(lat));
            if !are_degrees {
                return Err(InvalidBbox::NotDegrees(axes));
            }
        }
        let [low, high] = if crs.is_north_first() { [0, 1] } else { [1, 0] };
        if south > north {
            return Err(InvalidBbox::Reversed(crs.axes()[low]));
        }
        let rect = |west, east| Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north });
        let rects = if west <= east {
            vec![rect(west, east)]
        } else if crs.is_degrees() {
            vec![rect(west, 180.0), rect(-180.0, east)]
        } else {
            return Err(InvalidBbox::Reversed(crs.axes()[high]));
        };
        Ok(Self { crs, rects })
    }

    /// The features of a layer that intersect the box, in code order.
    pub(super) fn indices(&self, layer: &AtlasLayer) -> Vec<usize> {
        let mut indices = Vec::new();
        for &rect in &self.rects {
            let Some(ground) = Ground::of(self.crs, rect) else { continue };
            let meets = Meets { crs: self.crs, rect, ground };
            if layer.layer().is_areas() {
                let areas = layer.layer().areas();
                let outlines = layer.area_index().outlines();
                let near = layer.area_index().meeting(ground.outer);
                indices.extend(near.filter(|&index| meets.area(&areas[index], &outlines[index])));
            } else {
                let near = layer.site_index().within(ground.outer);
                indices.extend(
                    near.filter(|&(_, at)| ground.holds(at) || meets.point(at))
                        .map(|(index, _)| index),
                );
            }
        }
        indices.sort_unstable();
        indices.dedup();
        indices
    }
}

/// One rectangle of a box with its rectangles on the grid.
#[derive(Clone, Copy, Debug)]
struct Meets {
    crs: Crs,
    rect: Rect<f64>,
    ground: Ground,
}

impl Meets {
    fn point(&self, at: Coord<f64>) -> bool {
        self.written(at).is_some_and(|at| self.rect.intersects(&at))
    }

    fn area(&self, area: &Area, outline: &Outline) -> bool {
        let (low, high) = (area.extent().min(), area.extent().max());
        if self.ground.holds(low) && self.ground.holds(high) {
            return true;
        }
        // The end of an edge is usually the start of the next.
        let mut last: Option<(Coord<f64>, Option<Coord<f64>>)> = None;
        let mut any_near = false;
        for edge in area.edges() {
            if !self.ground.is_near(edge) {
                continue;
            }
            any_near = true;
            let start = match last {
                Some((at, written)) if at == edge.start => written,
                _ => self.written(edge.start),
            };
            let end = self.written(edge.end);
            last = Some((edge.end, end));
            let (Some(start), Some(end)) = (start, end) else { continue };
            if self.rect.intersects(&Line::new(start, end)) {
                return true;
            }
        }
        // An edge that is straight on the grid is slightly curved in another CRS, and vice versa,
        // which matters only near the box.
        let middle = self.written(self.ground.middle).filter(|_| any_near);
        let position = middle.map_or_else(
            || outline.position(self.ground.middle),
            |middle| position_among(self.written_edges(area), middle),
        );
        position != Position::Outside
    }

    fn written_edges(&self, area: &Area) -> impl Iterator<Item = Line<f64>> {
        area.edges()
            .filter_map(|edge| Some(Line::new(self.written(edge.start)?, self.written(edge.end)?)))
    }

    /// A position on the grid as written in the CRS, easting or longitude first.
    fn written(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        let [x, y] = self.crs.xy(Bng::new(at.x, at.y).ok()?);
        let unit = 10_u32.pow(self.crs.decimals() as u32);
        let unit = f64::from(unit);
        Some(Coord { x: (x * unit).round() / unit, y: (y * unit).round() / unit })
    }
}

/// The rectangles on the grid for a rectangle of a CRS, BNG metres.
#[derive(Clone, Copy, Debug)]
struct Ground {
    /// Contains all of it.
    outer: Rect<f64>,
    /// Is contained in it; `None` if it is too thin or too skewed to tell.
    inner: Option<Rect<f64>>,
    /// A position in it.
    middle: Coord<f64>,
}

impl Ground {
    /// `None` if it is far from Britain.
    fn of(crs: Crs, rect: Rect<f64>) -> Option<Self> {
        if crs == Crs::Epsg27700 {
            let middle = rect.center();
            return Some(Self { outer: rect, inner: Some(rect), middle });
        }
        let (low, high) = (rect.min(), rect.max());
        let [west, south] = degrees(crs, low);
        let [east, north] = degrees(crs, high);
        let [west, south] = [west.max(BRITAIN[0]), south.max(BRITAIN[1])];
        let [east, north] = [east.min(BRITAIN[2]), north.min(BRITAIN[3])];
        if west > east || south > north {
            return None;
        }
        let lons = |step: usize| west + (east - west) * step as f64 / STEPS as f64;
        let lats = |step: usize| south + (north - south) * step as f64 / STEPS as f64;
        let side = |at: &dyn Fn(usize) -> [f64; 2]| -> Vec<Coord<f64>> {
            (0..=STEPS).map(|step| on_grid(at(step))).collect()
        };
        let southern = side(&|step| [lons(step), south]);
        let northern = side(&|step| [lons(step), north]);
        let western = side(&|step| [west, lats(step)]);
        let eastern = side(&|step| [east, lats(step)]);
        let all = || [&southern, &northern, &western, &eastern].into_iter().flatten();
        let least = |of: &dyn Fn(&Coord<f64>) -> f64| all().map(of).fold(f64::INFINITY, f64::min);
        let most =
            |of: &dyn Fn(&Coord<f64>) -> f64| all().map(of).fold(f64::NEG_INFINITY, f64::max);
        let outer = Rect::new(
            Coord { x: least(&|c| c.x) - BEND_M, y: least(&|c| c.y) - BEND_M },
            Coord { x: most(&|c| c.x) + BEND_M, y: most(&|c| c.y) + BEND_M },
        );
        let highest = |side: &[Coord<f64>], of: &dyn Fn(&Coord<f64>) -> f64| {
            side.iter().map(of).fold(f64::NEG_INFINITY, f64::max) + BEND_M
        };
        let lowest = |side: &[Coord<f64>], of: &dyn Fn(&Coord<f64>) -> f64| {
            side.iter().map(of).fold(f64::INFINITY, f64::min) - BEND_M
        };
        let inner_low = Coord { x: highest(&western, &|c| c.x), y: highest(&southern, &|c| c.y) };
        let inner_high = Coord { x: lowest(&eastern, &|c| c.x), y: lowest(&northern, &|c| c.y) };
        let is_thick = inner_low.x < inner_high.x && inner_low.y < inner_high.y;
        let inner = is_thick.then(|| Rect::new(inner_low, inner_high));
        let middle = on_grid([f64::midpoint(west, east), f64::midpoint(south, north)]);
        Some(Self { outer, inner, middle })
    }

    fn holds(&self, at: Coord<f64>) -> bool {
        self.inner.is_some_and(|inner| inner.intersects(&at))
    }

    fn is_near(&self, edge: Line<f64>) -> bool {
        let (low, high) = (self.outer.min(), self.outer.max());
        edge.start.x.min(edge.end.x) <= high.x
            && edge.start.x.max(edge.end.x) >= low.x
            && edge.start.y.min(edge.end.y) <= high.y
            && edge.start.y.max(edge.end.y) >= low.y
    }
}

/// The radius of the sphere of Web Mercator.
const RADIUS_M: f64 = 6_378_137.0;

/// A corner in degrees, longitude first, possibly out of range.
fn degrees(crs: Crs, at: Coord<f64>) -> [f64; 2] {
    if crs.is_degrees() {
        return [at.x, at.y];
    }
    [(at.x / RADIUS_M).to_degrees(), (at.y / RADIUS_M).sinh().atan().to_degrees()]
}

/// Degrees to grid coordinates around Britain, extrapolated beyond the grid.
fn on_grid([lon, lat]: [f64; 2]) -> Coord<f64> {
    match LngLat::new(lon, lat).and_then(LngLat::to_bng) {
        Ok((at, _)) => at.coord(),
        Err(InvalidPosition::OutsideGrid { easting, northing }) => {
            Coord { x: easting, y: northing }
        }
        // Not around Britain, to which degrees are cut before.
        Err(_) => Coord { x: f64::NAN, y: f64::NAN },
    }
}

#[cfg(test)]
mod tests;
