//! Checks across all composed areas: what two of them claim, and what none claims.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::Definition;
use super::members::ResolvedArea;
use crate::area::Area;
use crate::fault::{Fault, FaultKind, Report};
use crate::geometry::measure::measure_intersection;
use crate::geometry::outline::Outline;
use crate::layer::{Completeness, Layer, LayerMeta};
use crate::validity::coverage;

/// Adds an error for everything claimed twice and a note for every member that no area claims: an
/// error if the composed layer is declared complete.
pub(super) fn check(
    definition: &Definition,
    composed: &[(Area, ResolvedArea<'_>)],
    (meta, layers): (&LayerMeta, &[&Layer]),
    report: &mut Report,
) {
    let reported = members_claimed_twice(composed, report);
    overlapping_areas(composed, &reported, report);
    unclaimed(definition, composed, (meta, layers), report);
}

/// Reports members that two areas take whole. Returns the pairs of areas concerned.
fn members_claimed_twice(
    composed: &[(Area, ResolvedArea<'_>)],
    report: &mut Report,
) -> BTreeSet<(usize, usize)> {
    let mut claims: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, (_, found)) in composed.iter().enumerate().filter(|(_, (_, found))| found.is_plain()) {
        for member in &found.whole {
            claims.entry(member.name()).or_default().push(i);
        }
    }
    let mut reported = BTreeSet::new();
    for (member, claimed_by) in claims.iter().filter(|(_, by)| by.len() > 1) {
        let codes: Vec<&str> = claimed_by.iter().map(|&i| composed[i].0.code().as_str()).collect();
        let (last, first) = (codes[codes.len() - 1], codes[..codes.len() - 1].join(", "));
        let message = format!(
            "{member} is claimed by {first} and {last}: remove it from one, or split it with `within` or `exclude`"
        );
        let found = &composed[claimed_by[0]].1;
        let area_m2 = found.whole.iter().find(|m| m.name() == *member).map(|m| m.area.area_m2());
        let mut fault = Fault::error(FaultKind::ClaimedTwice, message).of_field("include");
        fault.area_m2 = area_m2;
        report.add(fault);
        for (n, &i) in claimed_by.iter().enumerate() {
            reported.extend(claimed_by[n + 1..].iter().map(|&j| (i.min(j), i.max(j))));
        }
    }
    reported
}

/// Reports overlaps of two areas that are larger than a sliver, except pairs already reported.
fn overlapping_areas(
    composed: &[(Area, ResolvedArea<'_>)],
    reported: &BTreeSet<(usize, usize)>,
    report: &mut Report,
) {
    let areas: Vec<Area> = composed.iter().map(|(area, _)| area.clone()).collect();
    let Ok(flaws) = coverage::flaws(&areas) else { return };
    for flaw in flaws.iter().filter(|flaw| flaw.kind == FaultKind::Overlap) {
        let [first, second, ..] = flaw.areas[..] else { continue };
        let error_m = composed[first].1.drawing_error_m.max(composed[second].1.drawing_error_m);
        if reported.contains(&(first, second)) || flaw.is_sliver(error_m) {
            continue;
        }
        let (a, b) = (areas[first].code(), areas[second].code());
        let message = format!(
            "{a} and {b} overlap here: split the overlap with `within`, `exclude` or `intersect`"
        );
        let fault = Fault::error(FaultKind::ClaimedTwice, message);
        report.add(fault.at(flaw.at.x, flaw.at.y).with_area(flaw.area_m2));
    }
}

/// A member counts as claimed if composed areas cover at least this share of it. A smaller overlap
/// comes from drawing differences along a shared boundary.
const CLAIMED_SHARE: f64 = 0.5;

/// Reports the members that no composed area claims although other members of their place are
/// claimed; for a layer that is declared complete, those of every place.
fn unclaimed(
    definition: &Definition,
    composed: &[(Area, ResolvedArea<'_>)],
    (meta, layers): (&LayerMeta, &[&Layer]),
    report: &mut Report,
) {
    let Some(places) = &definition.places else { return };
    let Some(layer) = layers.iter().find(|layer| layer.meta().id == places.layer) else {
        let message =
            format!("`places` names the layer {}, which the catalogue does not have", places.layer);
        report.add(Fault::error(FaultKind::UnknownMember, message).of_field("places"));
        return;
    };
    let place_of = |area: &Area| {
        let value = area.properties().iter().find(|(key, _)| *key == places.field);
        value.and_then(|(_, value)| value.as_str().map(str::to_owned))
    };
    if layer.areas().iter().all(|area| place_of(area).is_none()) {
        let message = format!(
            "`places` names the field {:?}, which no area of {} has as text: add it to the `keep` of that layer",
            places.field, places.layer
        );
        report.add(Fault::error(FaultKind::BadField, message).of_field("places"));
        return;
    }
    let is_complete = meta.complete != Completeness::Unknown;
    let defined: BTreeSet<&str> =
        definition.areas.iter().filter_map(|area| area.place.as_deref()).collect();
    let named: BTreeSet<&str> = composed
        .iter()
        .flat_map(|(_, found)| found.included())
        .filter(|member| member.layer.meta().id == places.layer)
        .map(|member| member.area.code().as_str())
        .collect();
    let outlines: Vec<Outline> =
        composed.iter().map(|(area, _)| Outline::new(area.geometry())).collect();
    for area in layer.areas() {
        let Some(place) = place_of(area) else { continue };
        if !is_complete && !defined.contains(place.as_str()) {
            continue;
        }
        if named.contains(area.code().as_str()) {
            continue;
        }
        let own = Outline::new(area.geometry());
        let claimed: f64 =
            outlines.iter().map(|outline| measure_intersection(&own, outline).area_m2).sum();
        if claimed >= CLAIMED_SHARE * area.area_m2() {
            continue;
        }
        let member = format!("{}:{} ({})", places.layer, area.code(), area.name());
        let fault = if is_complete {
            let message = format!(
                "{member} in {place} is claimed by no area, although the catalogue declares {} complete: claim it, or remove `complete` from the layer",
                meta.id
            );
            Fault::error(FaultKind::Unclaimed, message)
        } else {
            let message = format!(
                "{member} is claimed by no area, although {place} has composed areas: the definition may be incomplete"
            );
            Fault::note(FaultKind::Unclaimed, message)
        };
        report.add(fault.with_area(area.area_m2()));
    }
}
