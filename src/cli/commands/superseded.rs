//! Notes composed areas whose members have been redrawn, and what became of the members.
//!
//! A partnership made of wards of one vintage does not change when the wards are redrawn: its
//! definition names a layer, and that layer does not change. It may however no longer consist of
//! whole current wards, which matters to anyone who looks up "the wards of the partnership".

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use lapwing_boundaries::area::Area;
use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::catalogue::{Catalogue, LayerSource};
use lapwing_boundaries::change::{Change, Succession};
use lapwing_boundaries::compose::Definition;
use lapwing_boundaries::fault::{Fault, FaultKind, Report};
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::layer::{Layer, LayerId};
use lapwing_boundaries::overlap::{self, OverlapRow, Relation};
use serde_json::Value;

/// The number of areas that a message lists; the rest are counted.
const NAMED: usize = 8;

/// Adds a note for every composed area that is in force on `day` while some of its members are not.
pub(super) fn note(catalogue: &Catalogue, contents: &Contents, day: Date, report: &mut Report) {
    let found = find(catalogue, contents, day);
    let mut nexts: BTreeMap<&LayerId, Option<Next<'_>>> = BTreeMap::new();
    for one in &found {
        let next = || in_force(contents, one.of, day).map(|later| Next::new(one.of, later));
        nexts.entry(&one.of.meta().id).or_insert_with(next);
    }
    // The succession between two vintages is computed once and used for every message.
    let successions: BTreeMap<&LayerId, (&Next<'_>, Succession<'_>)> = nexts
        .iter()
        .filter_map(|(id, next)| next.as_ref().map(|next| (*id, (next, next.succession()))))
        .collect();
    for one in found {
        let message = message(&one, successions.get(&one.of.meta().id));
        let fault = Fault::note(FaultKind::SupersededMember, message);
        let code = one.area.code().as_str();
        report.add(fault.in_layer(one.id).in_file(one.file).of_feature(one.position, Some(code)));
    }
}

/// A composed area in force, with its members of one layer that are no longer in force.
struct Superseded<'a> {
    /// Its layer, the file that defines it, and its position in that file.
    id: &'a LayerId,
    file: String,
    position: usize,
    area: &'a Area,
    /// The layer of the members, and the date on which that layer ended.
    of: &'a Layer,
    ended: Date,
    members: Vec<usize>,
}

fn find<'a>(catalogue: &'a Catalogue, contents: &'a Contents, day: Date) -> Vec<Superseded<'a>> {
    let mut found = Vec::new();
    for spec in &catalogue.layers {
        let LayerSource::Compose(file) = &spec.source else { continue };
        let id = &spec.meta.id;
        let Some(layer) = contents.layers.iter().find(|layer| layer.meta().id == *id) else {
            continue;
        };
        if !layer.meta().vintage.holds_on(day) {
            continue;
        }
        // The same position in the file as in the other faults of the layer.
        let defined = Definition::read(file).map(|definition| definition.areas).unwrap_or_default();
        let file = file.display().to_string();
        for area in layer.areas() {
            let position =
                defined.iter().position(|of| of.code == *area.code()).unwrap_or_default();
            for (of, members) in members(area, contents) {
                let ended = of.meta().vintage.valid_to.filter(|end| *end <= day);
                let Some(ended) = ended else { continue };
                found.push(Superseded {
                    id,
                    file: file.clone(),
                    position,
                    area,
                    of,
                    ended,
                    members,
                });
            }
        }
    }
    found
}

/// The members of a composed area, grouped by layer.
fn members<'a>(area: &Area, contents: &'a Contents) -> Vec<(&'a Layer, Vec<usize>)> {
    let listed = |key: &str| {
        let of_key = area.properties().iter().find(|(name, _)| name == key);
        of_key.and_then(|(_, value)| value.as_array()).into_iter().flatten()
    };
    let whole = listed("members").filter_map(Value::as_str);
    let parts = listed("part_members").filter_map(|part| part["member"].as_str());
    let mut found: Vec<(&Layer, Vec<usize>)> = Vec::new();
    for (id, code) in whole.chain(parts).filter_map(|member| member.split_once(':')) {
        let Some(layer) = contents.layers.iter().find(|layer| layer.meta().id.as_str() == id)
        else {
            continue;
        };
        let Some(position) = layer.area_index(code) else { continue };
        match found.iter_mut().find(|(other, _)| other.meta().id == layer.meta().id) {
            Some((_, indices)) => indices.push(position),
            None => found.push((layer, vec![position])),
        }
    }
    found
}

/// The vintage of the same series that is in force on `day`, or else the latest later one.
fn in_force<'a>(contents: &'a Contents, layer: &Layer, day: Date) -> Option<&'a Layer> {
    let later = || {
        contents.layers.iter().filter(|other| {
            other.is_areas()
                && other.meta().series == layer.meta().series
                && other.meta().vintage.valid_from >= layer.meta().vintage.valid_to
        })
    };
    later()
        .find(|other| other.meta().vintage.holds_on(day))
        .or_else(|| later().max_by_key(|other| other.meta().vintage.valid_from))
}

/// A vintage and its successor.
struct Next<'a> {
    earlier: &'a Layer,
    later: &'a Layer,
    later_index: AreaIndex,
    rows: Vec<OverlapRow>,
}

impl<'a> Next<'a> {
    fn new(earlier: &'a Layer, later: &'a Layer) -> Self {
        let earlier_index = AreaIndex::new(earlier.areas());
        let later_index = AreaIndex::new(later.areas());
        let rows = overlap::pairs((earlier, &earlier_index), (later, &later_index));
        Self { earlier, later, later_index, rows }
    }

    fn succession(&self) -> Succession<'_> {
        let side = |layer: &'a Layer| (layer, layer.meta().coverage);
        Succession::new(side(self.earlier), side(self.later), &self.rows)
    }
}

fn message(one: &Superseded<'_>, next: Option<&(&Next<'_>, Succession<'_>)>) -> String {
    let &Superseded { area, of, ended, ref members, .. } = one;
    let id = &of.meta().id;
    let mut text = format!(
        "made of {} of {id}, which was in force until {ended}",
        counted(members.len(), "area", "areas")
    );
    let Some((next, succession)) = next else {
        text.push_str("; the catalogue has no later vintage, so their successors are unknown");
        return text;
    };
    let changes: Vec<(usize, Change)> =
        members.iter().map(|&position| (position, succession.change_of(position))).collect();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, change) in &changes {
        *kinds.entry(change.kind.as_str()).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let later = next.later;
    // Writing to a String does not fail.
    let _ = write!(text, "; in {} they are: {}", later.meta().id, kinds.join(", "));
    let moved: Vec<_> =
        changes.iter().filter(|(_, change)| !change.kind.is_same_ground()).collect();
    for (position, change) in moved.iter().take(NAMED) {
        let member = &next.earlier.areas()[*position];
        let mut parts = succession.successors_of(*position);
        parts.retain(|part| !part.row.sliver && part.row.relation != Relation::Touches);
        parts.sort_by(|a, b| b.row.shared_m2.total_cmp(&a.row.shared_m2));
        let parts = parts.iter().take(NAMED).map(|part| {
            let other = &later.areas()[part.row.to as usize];
            let share = part.row.shared_m2 / member.area_m2() * 100.0;
            format!("{share:.1} % in {} {}", other.code(), other.name())
        });
        let parts: Vec<String> = parts.collect();
        let doubt = if change.is_certain() { "" } else { ", within the drawing error" };
        let _ = write!(
            text,
            "; {} {} ({}{doubt}): {}",
            member.code(),
            member.name(),
            change.kind.as_str(),
            if parts.is_empty() { "in none".to_owned() } else { parts.join(", ") }
        );
    }
    if moved.len() > NAMED {
        let _ = write!(text, "; and {} more that changed", moved.len() - NAMED);
    }
    text.push_str(&outline(area, of, next));
    text
}

/// Describes whether the composed area consists of whole areas of the later vintage.
fn outline(area: &Area, layer: &Layer, next: &Next<'_>) -> String {
    let meta = layer.meta().clone();
    let alone = Layer::of_areas(meta, vec![area.clone()]);
    let index = AreaIndex::new(alone.areas());
    let rows = overlap::pairs((&alone, &index), (next.later, &next.later_index));
    let inside = |row: &&OverlapRow| matches!(row.relation, Relation::Contains | Relation::Equals);
    let whole = rows.iter().filter(inside).count();
    let cut: Vec<&OverlapRow> = rows
        .iter()
        .filter(|row| matches!(row.relation, Relation::Partial | Relation::Within) && !row.sliver)
        .collect();
    let id = &next.later.meta().id;
    if cut.is_empty() {
        return format!("; it is {} of {id}", counted(whole, "whole area", "whole areas"));
    }
    let named = cut.iter().take(NAMED).map(|row| {
        let other = &next.later.areas()[row.to as usize];
        let share = row.shared_m2 / other.area_m2() * 100.0;
        format!("{} {} ({share:.1} % of it)", other.code(), other.name())
    });
    let named: Vec<String> = named.collect();
    let more = cut.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "; it is {} of {id} and parts of {}{more}",
        counted(whole, "whole area", "whole areas"),
        named.join(", ")
    )
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
