//! Filter for the catalogue's `within`: leaves out what does not lie inside another layer.

use geo::{BoundingRect as _, Coord, Intersects as _, Rect};
use rayon::prelude::*;

use crate::area::{Area, Site};
use crate::catalogue::Within;
use crate::fault::{Fault, FaultKind};
use crate::geometry::measure::measure_intersection;
use crate::geometry::outline::Outline;
use crate::index::AreaIndex;
use crate::layer::{Layer, LayerMeta};
use crate::load::raw::{RawFeature, RawGeometry};
use crate::position::Bng;

/// The smallest share of an area that must lie inside the layer. Wards, parishes and census areas
/// nest in authorities, so the share is close to 0 or 1 except for drawing differences.
const LEAST_SHARE: f64 = 0.5;

/// The areas of a layer, indexed to filter other layers by location.
pub(crate) struct WithinFilter {
    index: AreaIndex,
    extents: Vec<Rect<f64>>,
}

impl WithinFilter {
    pub(crate) fn of(layer: &Layer) -> Self {
        let extents = layer.areas().iter().map(Area::extent).collect();
        Self { index: AreaIndex::new(layer.areas()), extents }
    }

    /// Returns false if the extent of a raw feature is too far away for the feature to lie inside.
    /// Such features are dropped before their rings are checked, so a fault at the other end of the
    /// country does not refuse a county.
    pub(crate) fn may_contain(&self, feature: &RawFeature, margin_m: f64) -> bool {
        let RawGeometry::Polygons { polygons, .. } = &feature.geometry else {
            let RawGeometry::Point(at) = feature.geometry else { return true };
            return self.is_near(Rect::new(at, at), margin_m);
        };
        let points: Vec<Coord<f64>> =
            polygons.iter().flatten().flatten().copied().filter(|at| is_finite(*at)).collect();
        let extent = geo::MultiPoint::from(points).bounding_rect();
        extent.is_none_or(|extent| self.is_near(extent, 0.0))
    }

    fn is_near(&self, extent: Rect<f64>, margin_m: f64) -> bool {
        let margin = Coord { x: margin_m, y: margin_m };
        let wide = Rect::new(extent.min() - margin, extent.max() + margin);
        self.extents.iter().any(|of_area| of_area.intersects(&wide))
    }

    fn contains_area(&self, area: &Area) -> bool {
        let outline = Outline::new(area.geometry());
        let inside: f64 = self
            .index
            .meeting(area.extent())
            .map(|place| measure_intersection(&outline, &self.index.outlines()[place]).area_m2)
            .sum();
        inside >= LEAST_SHARE * area.area_m2()
    }

    /// Returns true if a position lies inside the layer or within `margin_m` metres of it.
    pub(crate) fn contains(&self, at: Bng, margin_m: f64) -> bool {
        let point = at.coord();
        if !self.is_near(Rect::new(point, point), margin_m) {
            return false;
        }
        !self.index.containing(at).is_empty()
            || margin_m > 0.0 && !self.index.edges_within(at, margin_m).is_empty()
    }

    /// Returns the part of `layer` that lies inside, and a note with the number left out. If
    /// nothing remains, the fault is an error.
    pub(crate) fn filter(&self, layer: &Layer, within: &Within) -> (Layer, Option<Fault>) {
        let meta: LayerMeta = layer.meta().clone();
        let before = layer.len();
        let kept = if layer.is_areas() {
            let areas: Vec<Area> =
                layer.areas().par_iter().filter(|area| self.contains_area(area)).cloned().collect();
            Layer::of_areas(meta, areas)
        } else {
            let is_inside = |site: &&Site| self.contains(site.position, within.margin_m);
            Layer::of_sites(meta, layer.sites().par_iter().filter(is_inside).cloned().collect())
        };
        let what = if layer.is_areas() { "areas" } else { "sites" };
        let fault = left_out(what, before, kept.len(), within);
        (kept, fault.map(|fault| fault.in_layer(&layer.meta().id)))
    }
}

/// Returns a note with the number left out, or an error if nothing is left.
pub(crate) fn left_out(what: &str, before: usize, after: usize, within: &Within) -> Option<Fault> {
    let layer = &within.layer;
    if after == 0 && before > 0 {
        let message = format!(
            "none of the {before} {what} is in {layer}: check `within`, and that both files \
             cover the same place"
        );
        return Some(Fault::error(FaultKind::LeftOut, message));
    }
    let left_out = before - after;
    let margin = match within.margin_m {
        0.0 => String::new(),
        metres => format!(" or within {metres} m of it"),
    };
    (left_out > 0).then(|| {
        let message =
            format!("{left_out} of {before} {what} are not in {layer}{margin} and were left out");
        Fault::note(FaultKind::LeftOut, message)
    })
}

fn is_finite(at: Coord<f64>) -> bool {
    at.x.is_finite() && at.y.is_finite()
}
