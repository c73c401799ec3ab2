//! The areas that succeeded one area in another vintage of its layer, or preceded it.

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::change::{Change, ChangeKind, LinkStrength, OverlapPart};
use lapwing_boundaries::layer::LayerId;
use lapwing_boundaries::overlap::Relation;
use serde::Serialize;

use super::common_fields::{Keyed, LayerUsed, SnapshotBlock, layer_used, share, snapshot, tenths};
use super::direction::ChangeDirection;
use super::error::AnswerError;
use super::overlaps::{
    Amount, AskedArea, BestFit, Choice, Fit, NoBestFit, OverlapEntry, Uncovered, best_fit, entry,
    may_fit, named_fit,
};
use super::vintage;

/// The successors or the predecessors of one area.
///
/// The shares of the listed areas, of the omitted slivers and of the uncovered ground add up to 1,
/// unless areas of the other vintage overlap each other.
#[derive(Clone, Debug, Serialize)]
pub struct SuccessionAnswer<'a> {
    /// The requested area, with the id of its layer.
    pub area: AskedArea<'a>,
    /// How the area changed.
    pub change: ChangeWords<'a>,
    /// The areas of the later vintage with its ground, in code order. Absent for predecessors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successors: Option<Vec<PartEntry<'a>>>,
    /// The areas of the earlier vintage with its ground, in code order. Absent for successors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predecessors: Option<Vec<PartEntry<'a>>>,
    /// The one area that the whole area is assigned to. `null` if there is none.
    pub best_fit: Option<BestFit<'a>>,
    /// Why there is none. Absent if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_fit_reason: Option<NoBestFit>,
    /// The omitted slivers, in total.
    pub slivers: Uncovered,
    /// Ground of the area that the other vintage does not cover.
    pub uncovered: Uncovered,
    /// Ground thinner than this, in metres, can be a difference between the drawings.
    pub sliver_tolerance_m: f64,
    /// The two vintages, the earlier one first.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot.
    pub snapshot: SnapshotBlock<'a>,
}

/// A change of an area.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangeWords<'a> {
    /// The kind of change that the drawings prove.
    pub kind: ChangeKind,
    /// True if the drawings decide the kind.
    pub certain: bool,
    /// What else the change can be. Absent if the kind is certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub or: Option<ChangeKind>,
    /// Code of the area that continues this one, or that this one continues: each has more than
    /// half of the other. `null` if there is none.
    pub counterpart: Option<&'a str>,
    /// Ground of the earlier area that the later one lacks, in m². `null` without a counterpart.
    pub lost_m2: Option<f64>,
    /// Ground of the later area that the earlier one lacked, in m². `null` without a counterpart.
    pub gained_m2: Option<f64>,
}

impl<'a> ChangeWords<'a> {
    /// Describes a change whose counterpart is in the layer at `other`.
    pub(super) fn new(atlas: &'a Atlas, other: usize, change: Change) -> Self {
        let others = atlas.layers()[other].layer().areas();
        Self {
            kind: change.kind,
            certain: change.is_certain(),
            or: change.alternative,
            counterpart: change.counterpart.map(|place| others[place].code().as_str()),
            lost_m2: change.lost_m2.map(tenths),
            gained_m2: change.gained_m2.map(tenths),
        }
    }
}

/// An area of the other vintage, and what the two areas share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartEntry<'a> {
    /// The shared ground and postcodes.
    #[serde(flatten)]
    pub overlap: OverlapEntry<'a>,
    /// True if the shared ground is thinner than the error of the drawings. Absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
}

/// Creates the entry of one part. `other` is the layer of the other vintage.
pub(super) fn part_entry<'a>(
    atlas: &'a Atlas,
    other: usize,
    asked: Amount,
    part: &OverlapPart,
) -> PartEntry<'a> {
    let row = &part.row;
    let key = atlas.layers()[other].layer().meta().id.as_str();
    let (place, judged) = ((other, row.to as usize), (row.relation, row.sliver));
    PartEntry {
        overlap: entry(atlas, key, place, [asked, Amount::shared(row)], judged, MEASURED),
        doubtful: part.strength == LinkStrength::Doubtful,
    }
}

/// The shares of a change are as measured: `slivers` and `uncovered` have the rest.
const MEASURED: Choice = Choice { slivers: true, touches: true };

/// The best fit among the parts of an area, with the ground that none of them has.
pub(super) fn best_part(
    asked: Amount,
    parts: &[OverlapPart],
    uncovered_m2: f64,
) -> Result<Fit, NoBestFit> {
    let fit = parts.iter().filter(|part| may_fit(part.row.relation, part.row.sliver));
    let candidates: Vec<_> =
        fit.map(|part| (part.row.to as usize, Amount::shared(&part.row))).collect();
    let covered = parts.iter().map(|part| part.row.postcodes).sum();
    best_fit(asked, &candidates, covered, || uncovered_m2)
}

/// Describes both vintages, with the tolerance of their comparison.
pub(super) fn both_used(
    atlas: &Atlas,
    [earlier, later]: [usize; 2],
    tolerance_m: f64,
    day: Day,
) -> Keyed<Option<LayerUsed>> {
    let used = |place: usize| {
        let id: LayerId = atlas.layers()[place].layer().meta().id.clone();
        let used =
            LayerUsed { sliver_tolerance_m: Some(tolerance_m), ..layer_used(atlas, place, day) };
        (id, Some(used))
    };
    [earlier, later].into_iter().map(used).collect()
}

/// Lists the areas of another vintage that have, or had, the ground of an area. `target` names the
/// other vintage by id or by a day. The default is the next vintage, or the one before.
pub fn succession<'a>(
    atlas: &'a Atlas,
    layer: &str,
    code: &str,
    target: Option<&str>,
    day: Day,
    slivers: bool,
    direction: ChangeDirection,
) -> Result<SuccessionAnswer<'a>, AnswerError> {
    let (here, index, there) = vintage::of_area(atlas, layer, code, target, day, direction)?;
    let is_forward = direction == ChangeDirection::Successors;
    let [earlier, later] = if is_forward { [here, there] } else { [there, here] };
    let between = atlas.succession(earlier, later);
    let (change, parts, uncovered_m2) = if is_forward {
        (between.change_of(index), between.successors_of(index), between.abandoned_m2(index))
    } else {
        (between.origin_of(index), between.predecessors_of(index), between.newly_covered_m2(index))
    };
    let asked = Amount::of_area(atlas, here, index);
    let listed = |part: &&OverlapPart| {
        part.row.relation != Relation::Touches && (slivers || !part.row.sliver)
    };
    let entries: Vec<_> =
        parts.iter().filter(listed).map(|part| part_entry(atlas, there, asked, part)).collect();
    let left_out: f64 =
        parts.iter().filter(|part| part.row.sliver && !slivers).map(|p| p.row.shared_m2).sum();
    let of_asked = |m2: f64| Uncovered { m2: tenths(m2), share: share(m2, asked.m2) };
    let area = &atlas.layers()[here].layer().areas()[index];
    let fit = best_part(asked, &parts, uncovered_m2);
    let (successors, predecessors) =
        if is_forward { (Some(entries), None) } else { (None, Some(entries)) };
    Ok(SuccessionAnswer {
        area: AskedArea {
            layer: atlas.layers()[here].layer().meta().id.to_string(),
            code: area.code().as_str(),
            name: area.name(),
            area_m2: tenths(asked.m2),
            postcodes: (atlas.postcode_count() > 0).then_some(asked.postcodes),
            addresses: (atlas.address_count() > 0).then_some(asked.addresses),
        },
        change: ChangeWords::new(atlas, there, change),
        successors,
        predecessors,
        best_fit: fit.ok().map(|fit| named_fit(atlas, there, fit)),
        best_fit_reason: fit.err(),
        slivers: of_asked(left_out),
        uncovered: of_asked(uncovered_m2),
        sliver_tolerance_m: between.tolerance_m(),
        layers: both_used(atlas, [earlier, later], between.tolerance_m(), day),
        snapshot: snapshot(atlas),
    })
}
