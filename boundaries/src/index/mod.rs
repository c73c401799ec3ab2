//! Spatial indexes: R-trees of bounding boxes and edges, and a packed tree of points.

use std::sync::OnceLock;

use geo::{Coord, Rect};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Line, Rectangle};
use rstar::{AABB, PointDistance as _, RTree};

use crate::area::Area;
use crate::geometry::outline::Outline;
use crate::geometry::predicate::Position;
use crate::position::Bng;

mod points;

pub use points::PointIndex;

type Extent = GeomWithData<Rectangle<[f64; 2]>, u32>;
type Edge = GeomWithData<Line<[f64; 2]>, u32>;

/// An index of the areas of one layer for point queries. Areas are identified by their index in code
/// order.
#[derive(Debug)]
pub struct AreaIndex {
    outlines: Vec<Outline>,
    extents: RTree<Extent>,
    /// Built when a distance is first queried. An atlas queries its cell index instead.
    edges: OnceLock<RTree<Edge>>,
}

/// Returns the smallest rectangle that contains both.
pub fn around(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    Rect::new(
        [a.min().x.min(b.min().x), a.min().y.min(b.min().y)],
        [a.max().x.max(b.max().x), a.max().y.max(b.max().y)],
    )
}

fn envelope(rect: Rect<f64>) -> AABB<[f64; 2]> {
    AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y])
}

fn xy(at: Bng) -> [f64; 2] {
    [at.easting(), at.northing()]
}

impl AreaIndex {
    /// Indexes the areas of a layer.
    pub fn new(areas: &[Area]) -> Self {
        let extents = (0..).zip(areas).map(|(index, area)| {
            let (min, max) = (area.extent().min(), area.extent().max());
            Extent::new(Rectangle::from_corners([min.x, min.y], [max.x, max.y]), index)
        });
        Self {
            outlines: areas.par_iter().map(|area| Outline::new(area.geometry())).collect(),
            extents: RTree::bulk_load(extents.collect()),
            edges: OnceLock::new(),
        }
    }

    fn edges(&self) -> &RTree<Edge> {
        self.edges.get_or_init(|| {
            let edges = (0..).zip(&self.outlines).flat_map(|(index, outline)| {
                outline.edges.iter().map(move |edge| {
                    let ends = [[edge.start.x, edge.start.y], [edge.end.x, edge.end.y]];
                    Edge::new(Line::new(ends[0], ends[1]), index)
                })
            });
            RTree::bulk_load(edges.collect())
        })
    }

    /// The areas whose bounding box intersects `rect` (BNG metres), in no particular order.
    pub fn meeting(&self, rect: Rect<f64>) -> impl Iterator<Item = usize> + '_ {
        self.extents.locate_in_envelope_intersecting(envelope(rect)).map(|e| e.data as usize)
    }

    /// The boundaries of the areas, in code order.
    pub fn outlines(&self) -> &[Outline] {
        &self.outlines
    }

    /// The areas that contain `at`, in code order, and whether it is inside or on the boundary.
    pub fn containing(&self, at: Bng) -> Vec<(usize, Position)> {
        let point: Coord<f64> = at.coord();
        let mut found: Vec<_> = self
            .extents
            .locate_all_at_point(xy(at))
            .map(|extent| extent.data as usize)
            .map(|index| (index, self.outlines[index].position(point)))
            .filter(|(_, position)| *position != Position::Outside)
            .collect();
        found.sort_unstable_by_key(|(index, _)| *index);
        found
    }

    /// The distance from `at` to the nearest edge of any area, in metres; `None` for a layer without
    /// areas.
    pub fn boundary_distance_m(&self, at: Bng) -> Option<f64> {
        let nearest = self.edges().nearest_neighbor(xy(at))?;
        Some(nearest.geom().distance_2(&xy(at)).sqrt())
    }

    /// The areas with an edge within `reach_m` metres of `at`, with the distance to the nearest edge in
    /// metres, in code order.
    pub fn edges_within(&self, at: Bng, reach_m: f64) -> Vec<(usize, f64)> {
        let mut near: Vec<(usize, f64)> = self
            .edges()
            .locate_within_distance(xy(at), reach_m * reach_m)
            .map(|edge| (edge.data as usize, edge.geom().distance_2(&xy(at)).sqrt()))
            .collect();
        near.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        near.dedup_by_key(|(index, _)| *index);
        near
    }
}
