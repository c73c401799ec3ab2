//! The areas that succeeded one area in another vintage of its layer, or preceded it.

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::change::{Change, ChangeKind, LinkStrength, OverlapPart};
use lapwing_boundaries::layer::LayerId;
use lapwing_boundaries::overlap::Relation;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

use super::common_fields::{Keyed, LayerUsed, SnapshotBlock, layer_used, share, snapshot, tenths};
use super::direction::ChangeDirection;
use super::error::AnswerError;
use super::overlaps::{
    Amount, BestFit, Choice, Fit, NoBestFit, OverlapEntry, RequestedArea, Uncovered, best_fit,
    entry, may_fit, named_fit,
};
use super::vintage;

/// The successors or the predecessors of one area.
///
/// The shares of the listed areas, of the omitted slivers and of the uncovered ground add up to 1,
/// unless areas of the other vintage overlap each other.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SuccessionAnswer<'a> {
    /// The requested area.
    pub area: RequestedArea<'a>,
    /// How the area changed.
    pub change: ChangeWords<'a>,
    /// Areas of the other vintage, in order of code. Absent for predecessors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successors: Option<Vec<PartEntry<'a>>>,
    /// Areas of the other vintage, in order of code. Absent for successors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predecessors: Option<Vec<PartEntry<'a>>>,
    /// The one area to which to assign the whole requested area. Null if there is none.
    pub best_fit: Option<BestFit<'a>>,
    /// Why there is none. Absent if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_fit_reason: Option<NoBestFit>,
    /// Total of the slivers that are not listed.
    pub slivers: Uncovered,
    /// Part of the area that the other vintage does not cover.
    pub uncovered: Uncovered,
    /// Overlaps thinner than this, in metres, may be artefacts of inaccurate boundaries.
    pub sliver_tolerance_m: f64,
    /// The two vintages, the earlier one first.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// Describes the components of one direction, which have one of the two lists and always have it.
macro_rules! direction {
    ($name:ident, $list:literal, $other:literal, $description:literal) => {
        #[doc = concat!("The schema of an answer about ", $list, ".")]
        pub(crate) enum $name {}

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                in_direction(generator, $list, $other, $description)
            }
        }
    };
}

direction!(Successors, "successors", "predecessors", "What became of an area in a later vintage.");
direction!(
    Predecessors,
    "predecessors",
    "successors",
    "Where an area came from in an earlier vintage."
);

fn in_direction(
    generator: &mut SchemaGenerator,
    list: &str,
    other: &str,
    description: &str,
) -> Schema {
    // The list is always there, so it is no `Option` here.
    let mut entries = generator.subschema_for::<Vec<PartEntry<'_>>>();
    let mut schema = SuccessionAnswer::json_schema(generator);
    schema.insert("description".to_owned(), description.into());
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        members.shift_remove(other);
        entries.insert(
            "description".to_owned(),
            "Areas of the other vintage, in order of code.".into(),
        );
        members.insert(list.to_owned(), entries.into());
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.push(list.into());
    }
    schema
}

/// How the area changed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChangeWords<'a> {
    /// Kind of change that the boundaries show.
    pub kind: ChangeKind,
    /// True if overlaps thinner than the drawing error cannot change the kind.
    pub certain: bool,
    /// The other possible kind, if `certain` is false. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub or: Option<ChangeKind>,
    /// Code of the area that continues this one, or that this one continues: more than half of each
    /// lies in the other. Null if there is none.
    pub counterpart: Option<&'a str>,
    /// Area in m² that belongs to the earlier area but not to the later one. Null without a
    /// counterpart.
    pub lost_m2: Option<f64>,
    /// Area in m² that belongs to the later area but not to the earlier one. Null without a
    /// counterpart.
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
            counterpart: change.counterpart.map(|area| others[area].code().as_str()),
            lost_m2: change.lost_m2.map(tenths),
            gained_m2: change.gained_m2.map(tenths),
        }
    }
}

/// An area of the other vintage that overlaps the requested area.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PartEntry<'a> {
    /// The shared ground and postcodes.
    #[serde(flatten)]
    pub overlap: OverlapEntry<'a>,
    /// True if the overlap is thinner than the drawing error and may be an artefact of inaccurate
    /// boundaries. Absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
}

/// Creates the entry of one part. `other` is the layer of the other vintage.
pub(super) fn part_entry<'a>(
    atlas: &'a Atlas,
    other: usize,
    requested: Amount,
    part: &OverlapPart,
) -> PartEntry<'a> {
    let row = &part.row;
    let key = atlas.layers()[other].layer().meta().id.as_str();
    let (area, judged) = ((other, row.to as usize), (row.relation, row.sliver));
    PartEntry {
        overlap: entry(atlas, key, area, [requested, Amount::shared(row)], judged, MEASURED),
        doubtful: part.strength == LinkStrength::Doubtful,
    }
}

/// The shares of a change are as measured: `slivers` and `uncovered` have the rest.
const MEASURED: Choice = Choice { slivers: true, touches: true };

/// The best fit among the parts of an area, with the ground that none of them has.
pub(super) fn best_part(
    requested: Amount,
    parts: &[OverlapPart],
    uncovered_m2: f64,
) -> Result<Fit, NoBestFit> {
    let fit = parts.iter().filter(|part| may_fit(part.row.relation, part.row.sliver));
    let candidates: Vec<_> =
        fit.map(|part| (part.row.to as usize, Amount::shared(&part.row))).collect();
    let covered = parts.iter().map(|part| part.row.postcodes).sum();
    best_fit(requested, &candidates, covered, || uncovered_m2)
}

/// Describes both vintages, with the tolerance of their comparison.
pub(super) fn both_used(
    atlas: &Atlas,
    [earlier, later]: [usize; 2],
    tolerance_m: f64,
    day: Day,
) -> Keyed<Option<LayerUsed>> {
    let used = |layer: usize| {
        let id: LayerId = atlas.layers()[layer].layer().meta().id.clone();
        let used =
            LayerUsed { sliver_tolerance_m: Some(tolerance_m), ..layer_used(atlas, layer, day) };
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
    let requested = Amount::of_area(atlas, here, index);
    let listed = |part: &&OverlapPart| {
        part.row.relation != Relation::Touches && (slivers || !part.row.sliver)
    };
    let entries: Vec<_> =
        parts.iter().filter(listed).map(|part| part_entry(atlas, there, requested, part)).collect();
    let left_out: f64 =
        parts.iter().filter(|part| part.row.sliver && !slivers).map(|p| p.row.shared_m2).sum();
    let of_requested = |m2: f64| Uncovered { m2: tenths(m2), share: share(m2, requested.m2) };
    let area = &atlas.layers()[here].layer().areas()[index];
    let fit = best_part(requested, &parts, uncovered_m2);
    let (successors, predecessors) =
        if is_forward { (Some(entries), None) } else { (None, Some(entries)) };
    Ok(SuccessionAnswer {
        area: RequestedArea {
            layer: atlas.layers()[here].layer().meta().id.to_string(),
            code: area.code().as_str(),
            name: area.name(),
            area_m2: tenths(requested.m2),
            postcodes: (atlas.postcode_count() > 0).then_some(requested.postcodes),
            addresses: (atlas.address_count() > 0).then_some(requested.addresses),
        },
        change: ChangeWords::new(atlas, there, change),
        successors,
        predecessors,
        best_fit: fit.ok().map(|fit| named_fit(atlas, there, fit)),
        best_fit_reason: fit.err(),
        slivers: of_requested(left_out),
        uncovered: of_requested(uncovered_m2),
        sliver_tolerance_m: between.tolerance_m(),
        layers: both_used(atlas, [earlier, later], between.tolerance_m(), day),
        snapshot: snapshot(atlas),
    })
}
