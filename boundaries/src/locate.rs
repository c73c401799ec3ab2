//! The areas at a point, and the confidence of the answer.

use std::collections::BTreeMap;

use crate::cells::LayerCells;
use crate::confidence::{Basis, ConfidenceLevel, Coverage, Evidence, Ground, LayerTrust};
use crate::gazetteer::Address;
use crate::geometry::predicate::Position;
use crate::index::AreaIndex;
use crate::layer::LayerMeta;
use crate::position::Bng;

/// One area of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The index of the area in code order.
    pub area: usize,
    /// The reason why it is in the answer.
    pub by: MatchBy,
}

/// The reason why an area is in an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MatchBy {
    /// It contains the position.
    Position(Position),
    /// It contains some or all of the postcode's addresses.
    Addresses {
        /// The number of addresses in the area.
        count: usize,
        /// The share of the postcode's addresses, from 0 to 1.
        share: f64,
    },
}

/// The answer of one layer for a position or postcode.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The areas, in code order; empty if the layer has none there.
    pub matches: Vec<Match>,
    /// Metres to the nearest boundary of the layer; `None` for a layer without areas.
    pub boundary_distance_m: Option<f64>,
    /// An answer closer than this to a boundary, in metres, is uncertain.
    pub threshold_m: f64,
    /// Other areas whose boundary is near, in code order, with the distance in metres.
    pub near: Vec<(usize, f64)>,
    /// The number of the postcode's addresses that are in no area of the layer; 0 if the answer is not
    /// based on addresses.
    pub unassigned: usize,
    /// True if the addresses of the postcode are in several areas of the layer, or some in none.
    pub is_split: bool,
    /// Whether the layer answers for the place.
    pub coverage: Coverage,
    /// The confidence level.
    pub level: ConfidenceLevel,
}

impl Located {
    /// How far the answer can be trusted.
    pub fn trust(&self) -> LayerTrust {
        let boundary_distance_m = self.boundary_distance_m.unwrap_or(f64::INFINITY);
        LayerTrust { level: self.level, coverage: self.coverage, boundary_distance_m }
    }
}

/// Point queries on the areas of one layer. Implemented by the cell index, and by the R-trees that it
/// is tested against.
pub trait AreaLocator {
    /// Calls `visit` with every area that contains `at`, in code order, and whether `at` is inside it
    /// or on its boundary.
    fn for_each_containing(&self, at: Bng, visit: impl FnMut(usize, Position));

    /// The distance to the nearest boundary, in metres; `None` for a layer without areas.
    fn boundary_distance_m(&self, at: Bng) -> Option<f64>;

    /// The areas with a boundary within `reach_m` metres of `at`, with the distance, in code order.
    fn edges_within(&self, at: Bng, reach_m: f64) -> Vec<(usize, f64)>;
}

impl AreaLocator for AreaIndex {
    fn for_each_containing(&self, at: Bng, mut visit: impl FnMut(usize, Position)) {
        for (area, position) in self.containing(at) {
            visit(area, position);
        }
    }

    fn boundary_distance_m(&self, at: Bng) -> Option<f64> {
        self.boundary_distance_m(at)
    }

    fn edges_within(&self, at: Bng, reach_m: f64) -> Vec<(usize, f64)> {
        self.edges_within(at, reach_m)
    }
}

impl AreaLocator for LayerCells<'_> {
    fn for_each_containing(&self, at: Bng, mut visit: impl FnMut(usize, Position)) {
        self.cells.locate(at, |layer, area, position| {
            if layer == self.layer {
                visit(area, position);
            }
        });
    }

    fn boundary_distance_m(&self, at: Bng) -> Option<f64> {
        self.cells.boundary_distance_m(self.layer, at)
    }

    fn edges_within(&self, at: Bng, reach_m: f64) -> Vec<(usize, f64)> {
        self.cells.edges_within(self.layer, at, reach_m)
    }
}

/// Locates a position in a layer.
pub fn locate(layer: &LayerMeta, areas: &impl AreaLocator, at: Bng, ground: Ground) -> Located {
    let mut matches = Vec::new();
    areas.for_each_containing(at, |area, position| {
        matches.push(Match { area, by: MatchBy::Position(position) });
    });
    with_matches(layer, areas, at, matches, ground)
}

/// Like [`locate`], for areas that were found already.
pub(crate) fn with_matches(
    layer: &LayerMeta,
    areas: &impl AreaLocator,
    at: Bng,
    matches: Vec<Match>,
    ground: Ground,
) -> Located {
    let threshold_m = Basis::Position.threshold_m(layer);
    let boundary_distance_m = areas.boundary_distance_m(at);
    let distance = boundary_distance_m.unwrap_or(f64::INFINITY);
    let evidence = Evidence {
        boundary_distance_m: distance,
        threshold_m,
        is_split: false,
        is_estimate: false,
        coverage: ground.coverage(!matches.is_empty(), distance),
    };
    let named = |area: usize| matches.iter().any(|m| m.area == area);
    let near = if evidence.is_near() {
        areas.edges_within(at, threshold_m).into_iter().filter(|(area, _)| !named(*area)).collect()
    } else {
        Vec::new()
    };
    Located {
        matches,
        boundary_distance_m,
        threshold_m,
        near,
        unassigned: 0,
        is_split: false,
        coverage: evidence.coverage,
        level: evidence.level(),
    }
}

/// Locates a postcode by its addresses. They determine its areas and whether it is split, so the only
/// uncertainty left is the accuracy of the boundaries.
///
/// # Panics
///
/// Panics if there are no addresses.
pub fn locate_addresses(
    layer: &LayerMeta,
    areas: &impl AreaLocator,
    addresses: &[Address],
    ground: Ground,
) -> Located {
    assert!(!addresses.is_empty(), "a postcode without addresses is located by its position");
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut unassigned = 0;
    for address in addresses {
        let mut is_nowhere = true;
        areas.for_each_containing(address.position, |area, _| {
            is_nowhere = false;
            *counts.entry(area).or_default() += 1;
        });
        unassigned += usize::from(is_nowhere);
    }
    let all = addresses.len();
    let matches: Vec<_> = counts
        .iter()
        .map(|(&area, &count)| {
            let share = count as f64 / all as f64;
            Match { area, by: MatchBy::Addresses { count, share } }
        })
        .collect();

    let nearest = addresses
        .iter()
        .filter_map(|address| Some((address, areas.boundary_distance_m(address.position)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let threshold_m = Basis::Addresses.threshold_m(layer);
    let boundary_distance_m = nearest.map(|(_, distance)| distance);
    let distance = boundary_distance_m.unwrap_or(f64::INFINITY);
    let is_split = counts.len() > 1 || (unassigned > 0 && unassigned < all);
    let evidence = Evidence {
        boundary_distance_m: distance,
        threshold_m,
        is_split,
        is_estimate: false,
        coverage: ground.coverage(unassigned == 0, distance),
    };
    let near = match nearest {
        Some((address, _)) if evidence.is_near() => areas
            .edges_within(address.position, threshold_m)
            .into_iter()
            .filter(|(area, _)| !counts.contains_key(area))
            .collect(),
        _ => Vec::new(),
    };
    Located {
        matches,
        boundary_distance_m,
        threshold_m,
        near,
        unassigned,
        is_split,
        coverage: evidence.coverage,
        level: evidence.level(),
    }
}
