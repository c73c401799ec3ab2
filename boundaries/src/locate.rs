//! Point to areas, and how sure the answer is.

use std::collections::BTreeMap;

use crate::cells::LayerCells;
use crate::gazetteer::Address;
use crate::geometry::predicate::Position;
use crate::index::AreaIndex;
use crate::layer::LayerMeta;
use crate::position::Bng;

/// A postcode's centroid may lie this far from the homes it stands for, metres, so an answer
/// nearer to a boundary than this is not safe however well the boundary is drawn.
pub const NEAR_M: f64 = 50.0;

/// From this positional quality on a postcode's position is a guess (50: from neighbouring
/// postcodes, 60: from its sector).
pub const POOR_QUALITY: u8 = 50;

/// How sure an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// No boundary is near.
    High,
    /// A boundary is nearer than the position or its own drawing can be trusted.
    NearBoundary,
    /// The position is a guess, or the postcode is known to be split.
    Low,
}

impl Level {
    /// The word used in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::NearBoundary => "near_boundary",
            Self::Low => "low",
        }
    }
}

/// One area that an answer names, by its place in the layer's code order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The area.
    pub area: usize,
    /// On what ground it is named.
    pub by: MatchBy,
}

/// On what ground an area is named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MatchBy {
    /// It holds the position.
    Position(Position),
    /// It holds so many of the postcode's addresses, and that share of them.
    Addresses {
        /// How many.
        count: usize,
        /// 0 to 1.
        share: f64,
    },
}

/// What one layer answers for a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The areas, in code order; none where the layer has no area there.
    pub matches: Vec<Match>,
    /// Metres to the nearest boundary of the layer; `None` for a layer without areas.
    pub boundary_distance_m: Option<f64>,
    /// Closer than this, in metres, is near.
    pub near_m: f64,
    /// Areas that the answer does not name but whose boundary is near, in code order, with the
    /// distance in metres.
    pub near: Vec<(usize, f64)>,
    /// How sure the answer is.
    pub level: Level,
}

/// Whatever knows the areas of one layer: its cells, or the trees that they are tested against.
pub trait Ground {
    /// Calls `visit` with every area that holds `at`, in code order, and whether `at` lies inside
    /// or on its boundary.
    fn holders(&self, at: Bng, visit: impl FnMut(usize, Position));

    /// Metres to the nearest boundary; `None` for a layer without areas.
    fn boundary_distance_m(&self, at: Bng) -> Option<f64>;

    /// The areas with a boundary within so many metres, each with its distance, in code order.
    fn edges_within(&self, at: Bng, reach_m: f64) -> Vec<(usize, f64)>;
}

impl Ground for AreaIndex {
    fn holders(&self, at: Bng, mut visit: impl FnMut(usize, Position)) {
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

impl Ground for LayerCells<'_> {
    fn holders(&self, at: Bng, mut visit: impl FnMut(usize, Position)) {
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

/// Closer than this to a boundary of the layer, in metres, an answer is not safe.
pub fn near_threshold_m(layer: &LayerMeta) -> f64 {
    NEAR_M.max(layer.drawing_error_m())
}

/// The areas of a layer at a position, and how near its boundaries are.
pub fn locate(layer: &LayerMeta, ground: &impl Ground, at: Bng) -> Located {
    let mut matches = Vec::new();
    ground.holders(at, |area, position| {
        matches.push(Match { area, by: MatchBy::Position(position) });
    });
    with_holders(layer, ground, at, matches)
}

/// The same where the areas are known already.
pub(crate) fn with_holders(
    layer: &LayerMeta,
    ground: &impl Ground,
    at: Bng,
    matches: Vec<Match>,
) -> Located {
    let near_m = near_threshold_m(layer);
    let boundary_distance_m = ground.boundary_distance_m(at);
    let is_near = boundary_distance_m.is_some_and(|distance| distance < near_m);
    let named = |area: usize| matches.iter().any(|m| m.area == area);
    let near = if is_near {
        ground.edges_within(at, near_m).into_iter().filter(|(area, _)| !named(*area)).collect()
    } else {
        Vec::new()
    };
    let level = if is_near { Level::NearBoundary } else { Level::High };
    Located { matches, boundary_distance_m, near_m, near, level }
}

/// The same for a postcode whose addresses are known: they say which areas hold it and how it is
/// split, and only the drawing of the boundary is left to doubt.
///
/// # Panics
///
/// When there is no address.
pub fn locate_addresses(layer: &LayerMeta, ground: &impl Ground, addresses: &[Address]) -> Located {
    assert!(!addresses.is_empty(), "a postcode without addresses is located by its position");
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut nowhere = 0;
    for address in addresses {
        let mut is_nowhere = true;
        ground.holders(address.position, |area, _| {
            is_nowhere = false;
            *counts.entry(area).or_default() += 1;
        });
        nowhere += usize::from(is_nowhere);
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
        .filter_map(|address| Some((address, ground.boundary_distance_m(address.position)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let near_m = layer.drawing_error_m();
    let boundary_distance_m = nearest.map(|(_, distance)| distance);
    let is_near = boundary_distance_m.is_some_and(|distance| distance < near_m);
    let near = match nearest {
        Some((address, _)) if is_near => ground
            .edges_within(address.position, near_m)
            .into_iter()
            .filter(|(area, _)| !counts.contains_key(area))
            .collect(),
        _ => Vec::new(),
    };
    let split = counts.len() > 1 || (nowhere > 0 && nowhere < all);
    let level = match (split, is_near) {
        (true, _) => Level::Low,
        (false, true) => Level::NearBoundary,
        (false, false) => Level::High,
    };
    Located { matches, boundary_distance_m, near_m, near, level }
}
