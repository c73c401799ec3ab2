//! Leaving out what does not lie on the ground of another layer: the catalogue's `within`.

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

/// An area lies on the ground of others if at least this share of its own does. Wards, parishes
/// and census areas nest in authorities, so that all of them or nothing does but for the two
/// drawings' error.
const LEAST_SHARE: f64 = 0.5;

/// The ground of a layer.
pub(crate) struct Ground {
    index: AreaIndex,
    extents: Vec<Rect<f64>>,
}

impl Ground {
    pub(crate) fn of(layer: &Layer) -> Self {
        let extents = layer.areas().iter().map(Area::extent).collect();
        Self { index: AreaIndex::new(layer.areas()), extents }
    }

    /// Whether a raw feature's extent comes near enough that it could lie on the ground. What does
    /// not is left out before its rings are looked at: a fault at the other end of the country
    /// refuses no county.
    pub(crate) fn may_hold(&self, feature: &RawFeature, margin_m: f64) -> bool {
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

    fn holds_area(&self, area: &Area) -> bool {
        let outline = Outline::new(area.geometry());
        let held: f64 = self
            .index
            .meeting(area.extent())
            .map(|place| measure_intersection(&outline, &self.index.outlines()[place]).area_m2)
            .sum();
        held >= LEAST_SHARE * area.area_m2()
    }

    /// Whether a position is on the ground, or within the margin of it. Metres.
    pub(crate) fn holds(&self, at: Bng, margin_m: f64) -> bool {
        let point = at.coord();
        if !self.is_near(Rect::new(point, point), margin_m) {
            return false;
        }
        !self.index.containing(at).is_empty()
            || margin_m > 0.0 && !self.index.edges_within(at, margin_m).is_empty()
    }

    /// The layer with what lies on the ground alone, and a note of how much was left out; an error
    /// if nothing remains.
    pub(crate) fn choose(&self, layer: &Layer, within: &Within) -> (Layer, Option<Fault>) {
        let meta: LayerMeta = layer.meta().clone();
        let before = layer.len();
        let chosen = if layer.is_areas() {
            let areas: Vec<Area> =
                layer.areas().par_iter().filter(|area| self.holds_area(area)).cloned().collect();
            Layer::of_areas(meta, areas)
        } else {
            let holds = |site: &&Site| self.holds(site.position, within.margin_m);
            Layer::of_sites(meta, layer.sites().par_iter().filter(holds).cloned().collect())
        };
        let what = if layer.is_areas() { "areas" } else { "sites" };
        let fault = left_out(what, before, chosen.len(), within);
        (chosen, fault.map(|fault| fault.in_layer(&layer.meta().id)))
    }
}

/// What to say of so many left out.
pub(crate) fn left_out(what: &str, before: usize, after: usize, within: &Within) -> Option<Fault> {
    let ground = &within.layer;
    if after == 0 && before > 0 {
        let message = format!(
            "none of the {before} {what} lies in {ground}: is `within` right, and are both files \
             of the same place?"
        );
        return Some(Fault::error(FaultKind::LeftOut, message));
    }
    let gone = before - after;
    let margin = match within.margin_m {
        0.0 => String::new(),
        metres => format!(" or within {metres} m of it"),
    };
    (gone > 0).then(|| {
        let message =
            format!("{gone} of {before} {what} do not lie in {ground}{margin} and were left out");
        Fault::note(FaultKind::LeftOut, message)
    })
}

fn is_finite(at: Coord<f64>) -> bool {
    at.x.is_finite() && at.y.is_finite()
}
