//! What became of one area in another vintage of its layer, or where it came from.

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::change::{Change, ChangeKind, LinkStrength, OverlapPart};
use lapwing_boundaries::layer::LayerId;
use lapwing_boundaries::overlap::Relation;
use serde::Serialize;

use super::common_fields::{Keyed, LayerUsed, SnapshotBlock, layer_used, share, snapshot, tenths};
use super::error::AnswerError;
use super::overlaps::{
    Amount, AskedArea, BestFit, OverlapEntry, Uncovered, entry, may_fit, named_best_fit,
};
use super::vintage::{self, Towards};

/// The successors or the predecessors of one area.
///
/// Of the shares of the area, those listed, that of the slivers left out and that of the uncovered
/// ground sum to 1, where the areas of the other vintage do not overlap one another.
#[derive(Clone, Debug, Serialize)]
pub struct SuccessionAnswer<'a> {
    /// The area asked about, its layer by own id.
    pub area: AskedArea<'a>,
    /// What became of it, or how it came about.
    pub change: ChangeWords<'a>,
    /// The areas of the later vintage that have its ground, in code order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successors: Option<Vec<PartEntry<'a>>>,
    /// The areas of the earlier vintage that its ground comes from, in code order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predecessors: Option<Vec<PartEntry<'a>>>,
    /// The one that it is assigned to as a whole.
    pub best_fit: Option<BestFit<'a>>,
    /// The slivers that are not listed, together.
    pub slivers: Uncovered,
    /// The ground of the area that the other vintage does not cover.
    pub uncovered: Uncovered,
    /// Ground thinner than this, in metres, may be the drawings' difference.
    pub sliver_tolerance_m: f64,
    /// The two vintages, the earlier first.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot.
    pub snapshot: SnapshotBlock<'a>,
}

/// A change, in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangeWords<'a> {
    /// What the drawings prove.
    pub kind: ChangeKind,
    /// Whether the drawings can tell.
    pub certain: bool,
    /// What else it may be, where they cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub or: Option<ChangeKind>,
    /// The code of the area in which it goes on, or went on: each has more than half of the other.
    pub counterpart: Option<&'a str>,
    /// The ground of the earlier of the two that the later has not; `null` without a counterpart.
    pub lost_m2: Option<f64>,
    /// The ground of the later that the earlier had not.
    pub gained_m2: Option<f64>,
}

impl<'a> ChangeWords<'a> {
    /// The words for a change whose counterpart is in the layer at `other`.
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

/// An area of the other vintage, and what the two share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartEntry<'a> {
    /// What they share.
    #[serde(flatten)]
    pub overlap: OverlapEntry<'a>,
    /// `true` where the shared ground is thinner than the drawings' error, else absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
}

/// One part put into words; `other` is the layer of the other vintage.
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
        overlap: entry(atlas, key, place, asked, Amount::shared(row), judged),
        doubtful: part.strength == LinkStrength::Doubtful,
    }
}

/// The candidates for a best fit among the parts of an area.
pub(super) fn candidates(parts: &[OverlapPart]) -> Vec<(usize, Amount)> {
    let fit = parts.iter().filter(|part| may_fit(part.row.relation, part.row.sliver));
    fit.map(|part| (part.row.to as usize, Amount::shared(&part.row))).collect()
}

/// The two vintages by own id, with the tolerance at which they are compared.
pub(super) fn both_used(
    atlas: &Atlas,
    [earlier, later]: [usize; 2],
    tolerance_m: f64,
) -> Keyed<Option<LayerUsed>> {
    let used = |place: usize| {
        let id: LayerId = atlas.layers()[place].layer().meta().id.clone();
        let used = LayerUsed { sliver_tolerance_m: Some(tolerance_m), ..layer_used(atlas, place) };
        (id, Some(used))
    };
    [earlier, later].into_iter().map(used).collect()
}

/// The areas of another vintage that have the ground of an area, or had it. `target` is the other
/// vintage's own id or a day; without it, the next one, or the one before.
pub fn succession<'a>(
    atlas: &'a Atlas,
    layer: &str,
    code: &str,
    target: Option<&str>,
    day: Day,
    slivers: bool,
    towards: Towards,
) -> Result<SuccessionAnswer<'a>, AnswerError> {
    let (here, index, there) = vintage::of_area(atlas, layer, code, target, day, towards)?;
    let is_forward = towards == Towards::Successors;
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
        best_fit: named_best_fit(atlas, there, asked, &candidates(&parts)),
        slivers: of_asked(left_out),
        uncovered: of_asked(uncovered_m2),
        sliver_tolerance_m: between.tolerance_m(),
        layers: both_used(atlas, [earlier, later], between.tolerance_m()),
        snapshot: snapshot(atlas),
    })
}
