//! Simplified layers that stay coverages: a boundary shared by two areas is simplified once, so it
//! stays shared, even if the areas are on different pages of an answer.
//!
//! [`lapwing_tiles::coverage::simplify`] simplifies the whole layer at one of a few tolerances, and
//! the result is cached with the snapshot. An area that would nearly vanish keeps its original
//! boundary.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use geo::orient::{Direction, Orient as _};
use geo::{Area as _, BoundingRect, Coord, MapCoords as _, MultiPolygon};
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::layer::Layer;
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_tiles::coverage;

/// The available tolerances in metres. A request between two gets the lower, so that an answer is
/// never coarser than requested.
pub const TOLERANCES_M: [u16; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// The number of simplified layers that are cached, the least recently used being dropped first:
/// all layers of a county at two tolerances; for a country a few hundred megabytes.
const KEPT: usize = 16;

/// The geometry of every area of a layer, in code order, in BNG metres.
pub type Drawing = Arc<Vec<MultiPolygon<f64>>>;

/// The simplified layers of one atlas.
#[derive(Debug, Default)]
pub struct Drawings {
    /// The most recently used last.
    kept: Mutex<Vec<Slot>>,
}

#[derive(Clone, Debug)]
struct Slot {
    layer: usize,
    tolerance_m: u16,
    drawing: Arc<OnceLock<Drawing>>,
}

/// The available tolerance for a requested one in metres; `None` if it is below the smallest.
pub fn tolerance_m(requested: f64) -> Option<u16> {
    TOLERANCES_M.into_iter().rev().find(|&tolerance| f64::from(tolerance) <= requested)
}

impl Drawings {
    /// A layer of the atlas at one of [`TOLERANCES_M`]. The first call simplifies the layer, which
    /// takes seconds for a country; concurrent calls wait for it.
    pub fn of(&self, atlas: &Atlas, layer: usize, tolerance_m: u16) -> Drawing {
        let slot = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let known = kept.iter().position(|s| s.layer == layer && s.tolerance_m == tolerance_m);
            let slot = match known {
                Some(layer_index) => kept.remove(layer_index),
                None => Slot { layer, tolerance_m, drawing: Arc::default() },
            };
            if kept.len() >= KEPT {
                kept.remove(0);
            }
            kept.push(slot.clone());
            slot
        };
        let draw = || Arc::new(simplify(atlas.layers()[layer].layer(), f64::from(tolerance_m)));
        Arc::clone(slot.drawing.get_or_init(draw))
    }
}

/// Simplifies the areas of a layer together.
fn simplify(layer: &Layer, tolerance_m: f64) -> Vec<MultiPolygon<f64>> {
    let degrees: Vec<MultiPolygon<f64>> =
        layer.areas().iter().map(|area| area.geometry().map_coords(to_degrees)).collect();
    // The tolerance is in metres on the ground; a Web Mercator metre is cos(latitude) of one.
    let middle = degrees.iter().filter_map(BoundingRect::bounding_rect).map(|r| r.center().y);
    let (sum, count) = middle.fold((0.0, 0.0), |(sum, count), y| (sum + y, count + 1.0));
    let latitude: f64 = if count > 0.0 { sum / count } else { 0.0 };
    let simple = coverage::simplify(&degrees, tolerance_m / latitude.to_radians().cos());
    layer
        .areas()
        .iter()
        .zip(simple)
        .map(|(area, simple)| {
            let ground = simple.map_coords(onto_grid);
            // A ring of three collinear vertices has no area left.
            let parts = ground.into_iter().filter(|part| part.unsigned_area() > 0.0);
            let parts: Vec<_> = parts.collect();
            if parts.is_empty() {
                return area.geometry().clone();
            }
            // Tiles have the opposite winding order, as their y axis points down.
            MultiPolygon(parts).orient(Direction::Default)
        })
        .collect()
}

fn to_degrees(at: Coord<f64>) -> Coord<f64> {
    // Every coordinate of an atlas was checked when it was read.
    Bng::new(at.x, at.y).map_or(at, |at| {
        let (degrees, _) = at.to_lng_lat();
        Coord { x: degrees.lon(), y: degrees.lat() }
    })
}

/// Rounds to the millimetre, like every snapshot, so that shared positions stay equal.
fn onto_grid(at: Coord<f64>) -> Coord<f64> {
    let rounded = |metres: f64| (metres * 1000.0).round() / 1000.0;
    let placed = LngLat::new(at.x, at.y).and_then(LngLat::to_bng);
    placed.map_or(at, |(at, _)| Coord { x: rounded(at.easting()), y: rounded(at.northing()) })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use geo::Validation as _;
    use lapwing_boundaries::demo;

    use super::*;

    fn lyonesse() -> Atlas {
        Atlas::build(demo::lyonesse(5).into_contents(), jiff::Timestamp::UNIX_EPOCH, &())
    }

    fn vertices(drawing: &[MultiPolygon<f64>]) -> usize {
        use geo::CoordsIter as _;
        drawing.iter().map(MultiPolygon::coords_count).sum()
    }

    #[test]
    fn a_tolerance_between_two_is_rounded_down() {
        assert_eq!(tolerance_m(0.5), None);
        assert_eq!(tolerance_m(1.0), Some(1));
        assert_eq!(tolerance_m(99.9), Some(50));
        assert_eq!(tolerance_m(1e9), Some(1000));
        assert_eq!(tolerance_m(f64::NAN), None);
    }

    #[test]
    fn neighbours_keep_one_boundary_and_every_area_stays_valid() {
        let atlas = lyonesse();
        let layer_index = atlas.layer_index("ward").unwrap();
        let layer = atlas.layers()[layer_index].layer();
        assert!(layer.meta().coverage, "wards tile the county");
        let drawings = Drawings::default();
        let before: Vec<_> = layer.areas().iter().map(|a| a.geometry().clone()).collect();
        let mut last = vertices(&before);
        for tolerance in [20, 200, 1000] {
            let drawing = drawings.of(&atlas, layer_index, tolerance);
            let count = vertices(&drawing);
            assert!(count < last, "{tolerance} m: {count} of {last}");
            last = count;
            // In a coverage an edge is met once each way, or once at the county's edge: the edges
            // that are met once make the county's outline, whose ground is that of all areas.
            let mut met: HashMap<[u64; 4], i32> = HashMap::new();
            let mut outline = 0.0;
            for (area, ground) in layer.areas().iter().zip(drawing.iter()) {
                assert!(ground.is_valid(), "{} at {tolerance} m", area.code());
                assert!(ground.unsigned_area() > 0.0);
                for edge in lapwing_boundaries::geometry::predicate::edges_of(ground) {
                    let (a, b) = (edge.start, edge.end);
                    let key = |a: Coord<f64>, b: Coord<f64>| {
                        [a.x.to_bits(), a.y.to_bits(), b.x.to_bits(), b.y.to_bits()]
                    };
                    if let Some(count) = met.get_mut(&key(b, a)) {
                        *count -= 1;
                    } else {
                        *met.entry(key(a, b)).or_default() += 1;
                    }
                }
            }
            for (key, _) in met.iter().filter(|(_, count)| **count > 0) {
                let [ax, ay, bx, by] = key.map(f64::from_bits);
                outline += (ax * by - bx * ay) / 2.0;
            }
            let ground: f64 = drawing.iter().map(geo::Area::unsigned_area).sum();
            assert!((ground - outline).abs() < 1.0, "{tolerance} m: {ground} {outline}");
        }
    }

    #[test]
    fn a_drawing_is_cached_and_the_oldest_is_evicted() {
        let atlas = lyonesse();
        let layer_index = atlas.layer_index("lap").unwrap();
        let drawings = Drawings::default();
        let first = drawings.of(&atlas, layer_index, 100);
        assert!(Arc::ptr_eq(&first, &drawings.of(&atlas, layer_index, 100)));
        for (layer, tolerance) in
            (0..3).flat_map(|layer| TOLERANCES_M.map(|tolerance| (layer, tolerance)))
        {
            if atlas.layers()[layer].layer().is_areas() {
                drawings.of(&atlas, layer, tolerance);
            }
        }
        assert!(drawings.kept.lock().unwrap().len() <= KEPT);
        assert!(!Arc::ptr_eq(&first, &drawings.of(&atlas, layer_index, 100)), "it was let go");
    }

    #[test]
    fn an_area_smaller_than_the_tolerance_stays_visible() {
        let mut contents = crate::answers::squares::contents();
        contents.layers.truncate(1);
        let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
        let drawing = Drawings::default().of(&atlas, 0, 1000);
        assert_eq!(drawing.len(), 2);
        assert!(drawing.iter().all(|ground| ground.unsigned_area() > 100_000.0));
    }
}
