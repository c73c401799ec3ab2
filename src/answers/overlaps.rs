//! The overlaps of one area with the areas of other layers, and the best fit.

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::layer::LayerId;
use lapwing_boundaries::overlap::{OverlapRow, Relation, sliver_tolerance_m};
use schemars::JsonSchema;
use serde::Serialize;

use super::common_fields::{Keyed, LayerUsed, SnapshotBlock, layers_used, share, snapshot, tenths};
use super::error::AnswerError;

/// Which overlaps to list in addition to those with shared ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Also list slivers, which are only drawing errors of the boundaries.
    pub slivers: bool,
    /// Also list areas that share a boundary but no ground.
    pub touches: bool,
}

impl Choice {
    pub(super) fn lists(self, relation: Relation, sliver: bool) -> bool {
        (self.slivers || !sliver) && (self.touches || relation != Relation::Touches)
    }

    /// The shared ground as a share of the first area and of the second. A rest that is only a
    /// drawing error is left out with the slivers, so that an area that lies in another has a share
    /// of 1; with the slivers all ground is listed as it is measured.
    pub(super) fn ground_shares(
        self,
        relation: Relation,
        shared_m2: f64,
        [first_m2, second_m2]: [f64; 2],
    ) -> [Option<f64>; 2] {
        let is_all_of =
            |within| !self.slivers && (relation == within || relation == Relation::Equals);
        let of = |is_all, m2| if is_all { Some(1.0) } else { share(shared_m2, m2) };
        [of(is_all_of(Relation::Within), first_m2), of(is_all_of(Relation::Contains), second_m2)]
    }

    /// The ground of an area that a layer does not cover: none if the area lies in one of its areas,
    /// by the same rule.
    pub(super) fn uncovered(
        self,
        requested: Amount,
        m2: f64,
        mut relations: impl Iterator<Item = Relation>,
    ) -> Uncovered {
        let is_inside = |relation| matches!(relation, Relation::Within | Relation::Equals);
        let m2 = if !self.slivers && relations.any(is_inside) { 0.0 } else { m2 };
        Uncovered { m2: tenths(m2), share: share(m2, requested.m2) }
    }
}

/// The overlaps of an area.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Overlaps")]
pub struct OverlapsAnswer<'a> {
    /// The requested area.
    pub area: RequestedArea<'a>,
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
    /// of inaccurate boundaries.
    pub sliver_tolerance_m: f64,
    /// The vintage used for each requested layer. Null if none is in force on that day.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// The requested area.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct RequestedArea<'a> {
    /// Key of its layer: the series or id in the request. Beside its successors or predecessors: the
    /// id of the layer of its vintage.
    pub layer: String,
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Area in m² on the British National Grid.
    pub area_m2: f64,
    /// Number of live postcodes in the area. Absent if the snapshot has no postcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcodes: Option<u32>,
    /// Number of addresses in the area. Absent if the snapshot has no addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<u32>,
}

/// An area that overlaps the requested area or polygon.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Overlap")]
pub struct OverlapEntry<'a> {
    /// Key of the other area's layer: the series or id in the request. In answers about another
    /// vintage: the id of its layer.
    pub layer: String,
    /// Code of the other area.
    pub code: &'a str,
    /// Name of the other area.
    pub name: &'a str,
    /// Relation of the first area to the second.
    pub relation: Relation,
    /// Area of the overlap in m².
    pub shared_m2: f64,
    /// Share of the requested area, 0 to 1. Null if it has no area.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_area: Option<f64>,
    /// Share of the other area, 0 to 1. Null if it has no area.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_other: Option<f64>,
    /// Number of live postcodes in both areas. Absent if the snapshot has no postcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcodes: Option<SharedCount>,
    /// Number of addresses in both areas. Absent if the snapshot has no addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<SharedCount>,
    /// True if the overlap is only an artefact of inaccurate boundaries. Absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sliver: bool,
}

/// Number of postcodes or addresses in both areas.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct SharedCount {
    /// Number in both areas.
    pub shared: u32,
    /// Share of those in the requested or earlier area, 0 to 1. Null if it has none.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_area: Option<f64>,
    /// Share of those in the other area, 0 to 1. Null if it has none.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_other: Option<f64>,
}

/// The one area to which to assign the whole requested area.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct BestFit<'a> {
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Measure by which the best fit was chosen.
    pub by: BestFitBy,
    /// Share of the requested area by that measure, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<f64>,
}

/// Why an area has no best fit in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum NoBestFit {
    /// No area of the layer shares more ground with it than a sliver.
    NothingShared,
    /// The areas that share its ground have none of its postcodes.
    NoWeight,
    /// More of it lies in no area of the layer than in any one of them, or as much.
    MostlyUncovered,
}

impl NoBestFit {
    /// The reason as answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NothingShared => "nothing_shared",
            Self::NoWeight => "no_weight",
            Self::MostlyUncovered => "mostly_uncovered",
        }
    }
}

/// The measure of a best fit. Addresses are not used: a file of addresses can cover a part of the
/// place only, and a few known doors would outvote all postcodes elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum BestFitBy {
    /// The most shared live postcodes, if the area has any.
    Postcodes,
    /// Otherwise the most shared ground.
    Area,
}

/// Part of the requested area that no area of the layer covers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Uncovered {
    /// Area in m².
    pub m2: f64,
    /// Share of the requested area, 0 to 1. Null if it has no area.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<f64>,
}

/// Amounts of ground, of live postcodes and of addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Amount {
    pub(super) m2: f64,
    pub(super) postcodes: u32,
    pub(super) addresses: u32,
}

impl Amount {
    pub(super) fn of_area(atlas: &Atlas, layer: usize, area: usize) -> Self {
        Self {
            m2: atlas.layers()[layer].layer().areas()[area].area_m2(),
            postcodes: atlas.postcodes_in(layer, area),
            addresses: atlas.addresses_in(layer, area),
        }
    }

    pub(super) fn shared(row: &OverlapRow) -> Self {
        Self { m2: row.shared_m2, postcodes: row.postcodes, addresses: row.addresses }
    }

    fn by(self, by: BestFitBy) -> f64 {
        match by {
            BestFitBy::Postcodes => f64::from(self.postcodes),
            BestFitBy::Area => self.m2,
        }
    }

    /// The counts and shares of this amount in both areas. `count` selects what is counted.
    fn counted(self, requested: Self, other: Self, count: fn(Self) -> u32) -> SharedCount {
        let of = |whole: Self| share(f64::from(count(self)), f64::from(count(whole)));
        SharedCount { shared: count(self), share_of_area: of(requested), share_of_other: of(other) }
    }
}

/// The best fit of an area: its index in the layer, the measure that decided, and the share.
pub(super) type Fit = (usize, BestFitBy, Option<f64>);

/// Returns the best fit of the candidates, which are in code order. A tie goes to the most ground,
/// then to the first code.
///
/// The best fit must have some of what is measured, and more of it than lies in no area of the layer.
/// `covered_postcodes` are those of the requested area in any area of the layer, and `uncovered_m2`
/// returns its ground in none.
pub(super) fn best_fit(
    requested: Amount,
    candidates: &[(usize, Amount)],
    covered_postcodes: u32,
    uncovered_m2: impl FnOnce() -> f64,
) -> Result<Fit, NoBestFit> {
    let by = if requested.postcodes > 0 { BestFitBy::Postcodes } else { BestFitBy::Area };
    let better = |a: &Amount, b: &Amount| (a.by(by), a.m2) > (b.by(by), b.m2);
    let (area_index, shared) = candidates
        .iter()
        .copied()
        .reduce(|best, next| if better(&next.1, &best.1) { next } else { best })
        .ok_or(NoBestFit::NothingShared)?;
    if shared.by(by) <= 0.0 {
        return Err(NoBestFit::NoWeight);
    }
    let rest = match by {
        BestFitBy::Postcodes => f64::from(requested.postcodes.saturating_sub(covered_postcodes)),
        BestFitBy::Area => uncovered_m2(),
    };
    if shared.by(by) <= rest {
        return Err(NoBestFit::MostlyUncovered);
    }
    Ok((area_index, by, share(shared.by(by), requested.by(by))))
}

/// The best fit of an area of layer `from` in layer `to`.
pub(super) fn best_fit_in(
    atlas: &Atlas,
    (from, area): (usize, usize),
    to: usize,
    requested: Amount,
) -> Result<Fit, NoBestFit> {
    let rows = atlas.overlaps_of(from, area, to);
    let candidates: Vec<_> = rows
        .iter()
        .filter(|row| may_fit(row.relation, row.sliver))
        .map(|row| (row.to as usize, Amount::shared(row)))
        .collect();
    let covered = rows.iter().map(|row| row.postcodes).sum();
    best_fit(requested, &candidates, covered, || atlas.uncovered_m2(from, area, to))
}

/// True if an overlap can be a best fit: it has ground and is not a sliver.
pub(super) fn may_fit(relation: Relation, sliver: bool) -> bool {
    relation != Relation::Touches && !sliver
}

/// Creates the entry of one overlap.
pub(super) fn entry<'a>(
    atlas: &'a Atlas,
    key: &str,
    (layer, area): (usize, usize),
    [requested, shared]: [Amount; 2],
    (relation, sliver): (Relation, bool),
    choice: Choice,
) -> OverlapEntry<'a> {
    let other = Amount::of_area(atlas, layer, area);
    let area = &atlas.layers()[layer].layer().areas()[area];
    let postcodes = || shared.counted(requested, other, |amount| amount.postcodes);
    let addresses = || shared.counted(requested, other, |amount| amount.addresses);
    let [share_of_area, share_of_other] =
        choice.ground_shares(relation, shared.m2, [requested.m2, other.m2]);
    OverlapEntry {
        layer: key.to_owned(),
        code: area.code().as_str(),
        name: area.name(),
        relation,
        shared_m2: tenths(shared.m2),
        share_of_area,
        share_of_other,
        postcodes: (atlas.postcode_count() > 0).then(postcodes),
        addresses: (atlas.address_count() > 0).then(addresses),
        sliver,
    }
}

/// Names the area of a best fit.
pub(super) fn named_fit(atlas: &Atlas, layer: usize, (area_index, by, share): Fit) -> BestFit<'_> {
    let (code, name) = atlas.code_and_name(layer, area_index);
    BestFit { code, name, by, share }
}

/// The best fit in each layer, and why some have none.
#[derive(Debug, Default)]
pub(super) struct Fits<'a> {
    pub(super) best: Keyed<Option<BestFit<'a>>>,
    pub(super) reasons: Keyed<NoBestFit>,
}

impl<'a> Fits<'a> {
    /// Adds a layer; `None` if no vintage of it is in force on the day.
    pub(super) fn add(
        &mut self,
        atlas: &'a Atlas,
        key: &LayerId,
        found: Option<(usize, Result<Fit, NoBestFit>)>,
    ) {
        let best = found.and_then(|(layer, fit)| match fit {
            Ok(fit) => Some(named_fit(atlas, layer, fit)),
            Err(reason) => {
                self.reasons.0.push((key.clone(), reason));
                None
            }
        });
        self.best.0.push((key.clone(), best));
    }
}

/// Lists the overlaps of one area with the named layers, or with all series except its own.
pub fn overlaps<'a>(
    atlas: &'a Atlas,
    layer: &str,
    code: &str,
    with: Option<&[String]>,
    day: Day,
    choice: Choice,
) -> Result<OverlapsAnswer<'a>, AnswerError> {
    let (key, from, index) = super::choose_area(atlas, layer, code, day)?;
    let from_layer = atlas.layers()[from].layer();
    let area = &from_layer.areas()[index];
    let requested = Amount::of_area(atlas, from, index);
    let mut chosen = super::choose(atlas, with, day)?;
    if with.is_none() {
        chosen.retain(|c| c.layer != Some(from));
    }

    let mut entries = Vec::new();
    let mut fits = Fits::default();
    let mut uncovered = Keyed(Vec::new());
    let mut layers = layers_used(atlas, &chosen, day);
    let mut coarsest_m = 0.0_f64;
    for ((other, to), (_, used)) in chosen.iter().map(|c| (&c.key, c.layer)).zip(&mut layers.0) {
        let Some((to, used)) = to.zip(used.as_mut()) else {
            fits.add(atlas, other, None);
            uncovered.0.push((other.clone(), None));
            continue;
        };
        let tolerance_m = sliver_tolerance_m(from_layer, atlas.layers()[to].layer());
        used.sliver_tolerance_m = Some(tolerance_m);
        coarsest_m = coarsest_m.max(tolerance_m);

        let rows = atlas.overlaps_of(from, index, to);
        let listed = rows.iter().filter(|row| choice.lists(row.relation, row.sliver));
        entries.extend(listed.map(|row| {
            let shared = Amount::shared(row);
            let judged = (row.relation, row.sliver);
            let area = (to, row.to as usize);
            entry(atlas, other.as_str(), area, [requested, shared], judged, choice)
        }));
        fits.add(atlas, other, Some((to, best_fit_in(atlas, (from, index), to, requested))));
        let m2 = atlas.uncovered_m2(from, index, to);
        let rest = choice.uncovered(requested, m2, rows.iter().map(|row| row.relation));
        uncovered.0.push((other.clone(), Some(rest)));
    }
    if layers.get(key.key.as_str()).is_none() {
        layers.0.insert(0, layers_used(atlas, std::slice::from_ref(&key), day).0.remove(0));
    }
    Ok(OverlapsAnswer {
        area: RequestedArea {
            layer: key.key.to_string(),
            code: area.code().as_str(),
            name: area.name(),
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
