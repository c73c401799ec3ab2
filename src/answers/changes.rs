//! The changes of all areas of a layer from one vintage to another.

use std::collections::BTreeMap;

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::change::{Change, ChangeKind, LinkStrength, OverlapPart};
use lapwing_boundaries::overlap::Relation;
use schemars::JsonSchema;
use serde::Serialize;

use super::common_fields::{Keyed, LayerUsed, SnapshotBlock, share, snapshot, tenths};
use super::error::AnswerError;
use super::overlaps::{Amount, SharedCount, Uncovered};
use super::succession::{ChangeWords, best_part, both_used, part_entry};
use super::vintage;

/// How the areas of a layer changed between two vintages.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Changes")]
pub struct ChangesAnswer<'a> {
    /// Series to which both vintages belong.
    pub series: String,
    /// Id of the layer of the earlier vintage.
    pub from: &'a str,
    /// Id of the layer of the later vintage.
    pub to: &'a str,
    /// Number of changes of each kind, certain or not.
    pub summary: BTreeMap<&'static str, usize>,
    /// Number of changes with `certain` false.
    pub uncertain: usize,
    /// All areas of the earlier vintage in order of code, then the new areas of the later vintage in
    /// order of code.
    pub changes: Vec<AreaChange<'a>>,
    /// Overlaps thinner than this, in metres, may be artefacts of inaccurate boundaries.
    pub sliver_tolerance_m: f64,
    /// The two vintages, the earlier one first.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// How one area changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct AreaChange<'a> {
    /// The kind of change, and whether it is certain.
    #[serde(flatten)]
    pub change: ChangeWords<'a>,
    /// An area of the earlier vintage. Null if the area is new in the later one.
    pub from: Option<NamedArea<'a>>,
    /// Areas of the later vintage, in order of code, without slivers.
    pub to: Vec<SharedPlace<'a>>,
    /// Total of the slivers that are not listed.
    pub slivers: Uncovered,
    /// Part of the area that the other vintage does not cover.
    pub uncovered: Uncovered,
}

/// An area with its name.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct NamedArea<'a> {
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Area in m² on the British National Grid.
    pub area_m2: f64,
}

/// An area of the later vintage.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct SharedPlace<'a> {
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Area of the overlap in m². 0 for a new area.
    pub shared_m2: f64,
    /// Share of the earlier area, 0 to 1. Null if it has no area.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_from: Option<f64>,
    /// Share of the later area, 0 to 1. Null if it has no area.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_to: Option<f64>,
    /// Number of live postcodes in both areas. Absent if the snapshot has no postcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcodes: Option<SharedCount>,
    /// True if the whole earlier area is assigned to this one.
    pub best_fit: bool,
    /// True if the overlap is thinner than the drawing error and may be an artefact of inaccurate
    /// boundaries.
    pub doubtful: bool,
}

fn named(atlas: &Atlas, layer: usize, area: usize) -> NamedArea<'_> {
    let area = &atlas.layers()[layer].layer().areas()[area];
    NamedArea { code: area.code().as_str(), name: area.name(), area_m2: tenths(area.area_m2()) }
}

/// Lists the changes of a series, which is named by itself or by one of its vintages. `from` and
/// `to` name the vintages by id or by a day. The default is the vintage of the day and the one
/// before it.
pub fn changes<'a>(
    atlas: &'a Atlas,
    layer: &str,
    from: Option<&str>,
    to: Option<&str>,
    day: Day,
) -> Result<ChangesAnswer<'a>, AnswerError> {
    let (series, earlier, later) = vintage::of_series(atlas, layer, from, to, day)?;
    let between = atlas.succession(earlier, later);
    let found = between.all();
    let mut changes: Vec<AreaChange<'a>> = found
        .changes
        .iter()
        .enumerate()
        .map(|(area, change)| {
            let parts = between.successors_of(area);
            let m2 = between.abandoned_m2(area);
            of_earlier(atlas, (earlier, area), later, *change, &parts, m2)
        })
        .collect();
    let mut has_source = vec![false; found.origins.len()];
    for area in 0..found.changes.len() {
        for part in between.successors_of(area) {
            has_source[part.row.to as usize] |= part.strength != LinkStrength::None;
        }
    }
    for (area, origin) in found.origins.iter().enumerate() {
        if origin.kind == ChangeKind::Created || !has_source[area] {
            let m2 = between.newly_covered_m2(area);
            changes.push(of_later(atlas, earlier, (later, area), *origin, m2));
        }
    }
    let mut summary = BTreeMap::new();
    for change in &changes {
        *summary.entry(change.change.kind.as_str()).or_default() += 1;
    }
    let id = |layer: usize| atlas.layers()[layer].layer().meta().id.as_str();
    Ok(ChangesAnswer {
        series: series.to_string(),
        from: id(earlier),
        to: id(later),
        summary,
        uncertain: changes.iter().filter(|change| !change.change.certain).count(),
        changes,
        sliver_tolerance_m: between.tolerance_m(),
        layers: both_used(atlas, [earlier, later], between.tolerance_m(), day),
        snapshot: snapshot(atlas),
    })
}

fn of_whole(m2: f64, whole: Amount) -> Uncovered {
    Uncovered { m2: tenths(m2), share: share(m2, whole.m2) }
}

fn of_earlier<'a>(
    atlas: &'a Atlas,
    (earlier, area): (usize, usize),
    later: usize,
    change: Change,
    parts: &[OverlapPart],
    uncovered_m2: f64,
) -> AreaChange<'a> {
    let requested = Amount::of_area(atlas, earlier, area);
    let best = best_part(requested, parts, uncovered_m2).ok().map(|(area_index, ..)| area_index);
    let listed = |part: &&OverlapPart| !part.row.sliver && part.row.relation != Relation::Touches;
    let shared_area = |part: &OverlapPart| {
        let entry = part_entry(atlas, later, requested, part);
        SharedPlace {
            code: entry.overlap.code,
            name: entry.overlap.name,
            shared_m2: entry.overlap.shared_m2,
            share_of_from: entry.overlap.share_of_area,
            share_of_to: entry.overlap.share_of_other,
            postcodes: entry.overlap.postcodes,
            best_fit: best == Some(part.row.to as usize),
            doubtful: entry.doubtful,
        }
    };
    let left_out = parts.iter().filter(|part| part.row.sliver);
    AreaChange {
        change: ChangeWords::new(atlas, later, change),
        from: Some(named(atlas, earlier, area)),
        to: parts.iter().filter(listed).map(shared_area).collect(),
        slivers: of_whole(left_out.map(|part| part.row.shared_m2).sum(), requested),
        uncovered: of_whole(uncovered_m2, requested),
    }
}

fn of_later(
    atlas: &Atlas,
    earlier: usize,
    (later, area): (usize, usize),
    origin: Change,
    new_m2: f64,
) -> AreaChange<'_> {
    let whole = Amount::of_area(atlas, later, area);
    let NamedArea { code, name, .. } = named(atlas, later, area);
    AreaChange {
        change: ChangeWords::new(atlas, earlier, origin),
        from: None,
        to: vec![SharedPlace {
            code,
            name,
            shared_m2: 0.0,
            share_of_from: None,
            share_of_to: Some(0.0),
            postcodes: None,
            best_fit: false,
            doubtful: false,
        }],
        slivers: of_whole((whole.m2 - new_m2).max(0.0), whole),
        uncovered: of_whole(new_m2, whole),
    }
}

/// The columns of the CSV form. It has a row for each pair of areas, and one for each area without
/// a counterpart.
pub const CHANGE_COLUMNS: [&str; 20] = [
    "kind",
    "certain",
    "or",
    "from_code",
    "from_name",
    "to_code",
    "to_name",
    "shared_m2",
    "share_of_from",
    "share_of_to",
    "doubtful",
    "postcodes",
    "postcode_share_of_from",
    "postcode_share_of_to",
    "best_fit",
    "counterpart",
    "lost_m2",
    "gained_m2",
    "slivers_m2",
    "uncovered_m2",
];

impl ChangesAnswer<'_> {
    /// Writes the changes as CSV.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory cannot fail, and every record has as many cells as the header.
        let _ = writer.write_record(CHANGE_COLUMNS);
        for change in &self.changes {
            for row in change.rows() {
                let _ = writer.write_record(row);
            }
        }
        writer.into_inner().unwrap_or_default()
    }
}

fn cell<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

impl AreaChange<'_> {
    fn rows(&self) -> Vec<[String; CHANGE_COLUMNS.len()]> {
        if self.to.is_empty() {
            return vec![self.row(None)];
        }
        self.to.iter().map(|shared_area| self.row(Some(shared_area))).collect()
    }

    fn row(&self, shared_area: Option<&SharedPlace<'_>>) -> [String; CHANGE_COLUMNS.len()] {
        let ChangeWords { kind, certain, or, counterpart, lost_m2, gained_m2 } = &self.change;
        // A new area shares no ground.
        let shared = shared_area.filter(|_| self.from.is_some());
        let postcodes = shared.and_then(|shared_area| shared_area.postcodes);
        [
            kind.as_str().to_owned(),
            certain.to_string(),
            cell(or.map(ChangeKind::as_str)),
            cell(self.from.map(|area| area.code)),
            cell(self.from.map(|area| area.name)),
            cell(shared_area.map(|shared_area| shared_area.code)),
            cell(shared_area.map(|shared_area| shared_area.name)),
            cell(shared.map(|shared_area| shared_area.shared_m2)),
            cell(shared.and_then(|shared_area| shared_area.share_of_from)),
            cell(shared.and_then(|shared_area| shared_area.share_of_to)),
            cell(shared.map(|shared_area| shared_area.doubtful)),
            cell(postcodes.map(|count| count.shared)),
            cell(postcodes.and_then(|count| count.share_of_area)),
            cell(postcodes.and_then(|count| count.share_of_other)),
            cell(shared.map(|shared_area| shared_area.best_fit)),
            cell(*counterpart),
            cell(*lost_m2),
            cell(*gained_m2),
            self.slivers.m2.to_string(),
            self.uncovered.m2.to_string(),
        ]
    }
}
