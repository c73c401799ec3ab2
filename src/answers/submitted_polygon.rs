//! The overlaps of a polygon that the caller submits.

use geo::{Area as _, BoundingRect as _, MultiPolygon};
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::geometry::predicate::{Position, position_in};
use lapwing_boundaries::overlap;
use lapwing_boundaries::position::Bng;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::common_fields::{Keyed, LayerUsed, SnapshotBlock, layers_used, snapshot, tenths};
use super::error::AnswerError;
use super::overlaps::{
    Amount, BestFit, Choice, Fits, NoBestFit, OverlapEntry, Uncovered, best_fit, entry, may_fit,
};

/// The overlaps of a submitted polygon.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PolygonAnswer<'a> {
    /// The submitted polygon.
    pub area: RequestedPolygon,
    /// The overlaps, in order of layer, then of code.
    pub overlaps: Vec<OverlapEntry<'a>>,
    /// Best-fit area by layer. Null if there is none, for the reason in `best_fit_reason`, or if no
    /// vintage is in force.
    pub best_fit: Keyed<Option<BestFit<'a>>>,
    /// Why a layer that is in force has no best fit, by layer. Absent if each has one.
    #[serde(skip_serializing_if = "Keyed::is_empty")]
    pub best_fit_reason: Keyed<NoBestFit>,
    /// Uncovered part by layer. Null if no vintage is in force.
    pub uncovered: Keyed<Option<Uncovered>>,
    /// Largest sliver tolerance of the layers, in metres: overlaps thinner than this may be artefacts
    /// of inaccurate boundaries. The submitted polygon is taken as exact.
    pub sliver_tolerance_m: f64,
    /// The vintage used for each requested layer. Null if none is in force on that day.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// A submitted polygon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct RequestedPolygon {
    /// Area in m² on the British National Grid.
    pub area_m2: f64,
    /// Number of live postcodes in the area. Absent if the snapshot has no postcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcodes: Option<u32>,
    /// Number of addresses in the area. Absent if the snapshot has no addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<u32>,
}

/// Lists the overlaps of a valid polygon, in BNG metres, with the named layers or with one layer of
/// each series.
pub fn overlaps_of_polygon<'a>(
    atlas: &'a Atlas,
    ground: &MultiPolygon<f64>,
    with: Option<&[String]>,
    day: Day,
    choice: Choice,
) -> Result<PolygonAnswer<'a>, AnswerError> {
    let chosen = super::choose(atlas, with, day)?;
    let postcodes: Vec<Bng> =
        atlas.postcodes_within(ground).into_iter().filter_map(|record| record.position).collect();
    let addresses = addresses_within(atlas, ground);
    let requested = Amount {
        m2: ground.unsigned_area(),
        postcodes: postcodes.len() as u32,
        addresses: addresses.len() as u32,
    };

    let mut entries = Vec::new();
    let mut fits = Fits::default();
    let mut uncovered = Keyed(Vec::new());
    let mut layers = layers_used(atlas, &chosen, day);
    let mut coarsest_m = 0.0_f64;
    for (other, (_, used)) in chosen.iter().zip(&mut layers.0) {
        let Some((to, used)) = other.layer.zip(used.as_mut()) else {
            fits.add(atlas, &other.key, None);
            uncovered.0.push((other.key.clone(), None));
            continue;
        };
        let indexed = &atlas.layers()[to];
        let tolerance_m = indexed.layer().meta().drawing_error_m();
        used.sliver_tolerance_m = Some(tolerance_m);
        coarsest_m = coarsest_m.max(tolerance_m);

        let of_postcodes = count_by_area(atlas, to, &postcodes);
        let of_addresses = count_by_area(atlas, to, &addresses);
        let found = overlap::overlaps_with_polygon(ground, indexed.layer(), indexed.area_index());
        let shared: Vec<(usize, Amount, overlap::Overlap)> = found
            .into_iter()
            .map(|(area_index, overlap)| {
                let (postcodes, addresses) = (of_postcodes[area_index], of_addresses[area_index]);
                (area_index, Amount { m2: overlap.shared_m2, postcodes, addresses }, overlap)
            })
            .collect();
        let listed = shared.iter().filter(|(_, _, o)| choice.lists(o.relation, o.sliver));
        entries.extend(listed.map(|&(area_index, shared, overlap)| {
            let judged = (overlap.relation, overlap.sliver);
            entry(atlas, other.key.as_str(), (to, area_index), [requested, shared], judged, choice)
        }));
        let candidates: Vec<_> = shared
            .iter()
            .filter(|(_, _, o)| may_fit(o.relation, o.sliver))
            .map(|&(area_index, shared, _)| (area_index, shared))
            .collect();
        let m2 = if atlas.is_disjoint(to) {
            (requested.m2 - shared.iter().map(|(_, amount, _)| amount.m2).sum::<f64>()).max(0.0)
        } else {
            let areas = indexed.layer().areas();
            let covering = shared.iter().map(|(area_index, ..)| areas[*area_index].geometry());
            overlap::uncovered_m2(ground, covering)
        };
        let covered = shared.iter().map(|(_, amount, _)| amount.postcodes).sum();
        let fit = best_fit(requested, &candidates, covered, || m2);
        fits.add(atlas, &other.key, Some((to, fit)));
        let rest = choice.uncovered(requested, m2, shared.iter().map(|(_, _, o)| o.relation));
        uncovered.0.push((other.key.clone(), Some(rest)));
    }
    Ok(PolygonAnswer {
        area: RequestedPolygon {
            area_m2: tenths(requested.m2),
            postcodes: (atlas.postcode_count() > 0).then_some(requested.postcodes),
            addresses: (atlas.address_count() > 0).then_some(requested.addresses),
        },
        overlaps: entries,
        best_fit: fits.best,
        best_fit_reason: fits.reasons,
        uncovered,
        sliver_tolerance_m: coarsest_m,
        layers,
        snapshot: snapshot(atlas),
    })
}

/// The addresses in a geometry, including its boundary.
fn addresses_within(atlas: &Atlas, ground: &MultiPolygon<f64>) -> Vec<Bng> {
    let Some(extent) = ground.bounding_rect() else { return Vec::new() };
    let in_extent = |at: Bng| {
        (extent.min().x..=extent.max().x).contains(&at.easting())
            && (extent.min().y..=extent.max().y).contains(&at.northing())
    };
    atlas
        .addresses()
        .par_iter()
        .map(|address| address.position)
        .filter(|&at| in_extent(at))
        .filter(|at| position_in(ground, at.coord()) != Position::Outside)
        .collect()
}

/// For each area of a layer, the number of points in it.
fn count_by_area(atlas: &Atlas, layer: usize, points: &[Bng]) -> Vec<u32> {
    let indexed = &atlas.layers()[layer];
    let areas = indexed.layer().areas();
    let held: Vec<Vec<usize>> = points
        .par_iter()
        .map(|&at| indexed.area_index().containing(at).into_iter().map(|(a, _)| a).collect())
        .collect();
    let mut counts = vec![0; areas.len()];
    for area in held.into_iter().flatten() {
        counts[area] += 1;
    }
    counts
}
