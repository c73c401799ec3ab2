//! All composed areas together: what two of them claim, and what none does.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::Definition;
use super::members::Found;
use crate::area::Area;
use crate::fault::{Fault, FaultKind, Report};
use crate::geometry::measure::measure_intersection;
use crate::geometry::outline::Outline;
use crate::layer::Layer;
use crate::validity::coverage;

/// Reports what is claimed twice, as errors, and what is not claimed at all, as notes.
pub(super) fn check(
    definition: &Definition,
    composed: &[(Area, Found<'_>)],
    layers: &[&Layer],
    report: &mut Report,
) {
    let told = members_claimed_twice(composed, report);
    ground_claimed_twice(composed, &told, report);
    unclaimed(definition, composed, layers, report);
}

/// A member that two areas take whole.
fn members_claimed_twice(
    composed: &[(Area, Found<'_>)],
    report: &mut Report,
) -> BTreeSet<(usize, usize)> {
    let mut claims: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, (_, found)) in composed.iter().enumerate().filter(|(_, (_, found))| found.is_plain()) {
        for member in &found.whole {
            claims.entry(member.name()).or_default().push(i);
        }
    }
    let mut told = BTreeSet::new();
    for (member, claimed_by) in claims.iter().filter(|(_, by)| by.len() > 1) {
        let codes: Vec<&str> = claimed_by.iter().map(|&i| composed[i].0.code().as_str()).collect();
        let (last, first) = (codes[codes.len() - 1], codes[..codes.len() - 1].join(", "));
        let message = format!(
            "{member} is claimed by {first} and {last}: take it out of one, or give each its part with `within` or `exclude`"
        );
        let found = &composed[claimed_by[0]].1;
        let area_m2 = found.whole.iter().find(|m| m.name() == *member).map(|m| m.area.area_m2());
        let mut fault = Fault::error(FaultKind::ClaimedTwice, message).of_field("include");
        fault.area_m2 = area_m2;
        report.add(fault);
        for (n, &i) in claimed_by.iter().enumerate() {
            told.extend(claimed_by[n + 1..].iter().map(|&j| (i.min(j), i.max(j))));
        }
    }
    told
}

/// Ground that two areas cover, beyond a sliver, where they are not known to claim one member.
fn ground_claimed_twice(
    composed: &[(Area, Found<'_>)],
    told: &BTreeSet<(usize, usize)>,
    report: &mut Report,
) {
    let areas: Vec<Area> = composed.iter().map(|(area, _)| area.clone()).collect();
    let Ok(flaws) = coverage::flaws(&areas) else { return };
    for flaw in flaws.iter().filter(|flaw| flaw.kind == FaultKind::Overlap) {
        let [first, second, ..] = flaw.areas[..] else { continue };
        let error_m = composed[first].1.drawing_error_m.max(composed[second].1.drawing_error_m);
        if told.contains(&(first, second)) || flaw.is_sliver(error_m) {
            continue;
        }
        let (a, b) = (areas[first].code(), areas[second].code());
        let message = format!(
            "{a} and {b} claim the same ground here: give each its part with `within`, `exclude` or `intersect`"
        );
        let fault = Fault::error(FaultKind::ClaimedTwice, message);
        report.add(fault.at(flaw.at.x, flaw.at.y).with_area(flaw.area_m2));
    }
}

/// Less than half of an area's ground claimed is not claimed: its neighbour's drawing reached over.
const CLAIMED_SHARE: f64 = 0.5;

/// Members of a place that has composed areas, claimed by none of them.
fn unclaimed(
    definition: &Definition,
    composed: &[(Area, Found<'_>)],
    layers: &[&Layer],
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
            "`places` names the field {:?}, which no area of {} has as a text: add it to the `keep` of that layer",
            places.field, places.layer
        );
        report.add(Fault::error(FaultKind::BadField, message).of_field("places"));
        return;
    }
    let defined: BTreeSet<&str> =
        definition.areas.iter().filter_map(|area| area.place.as_deref()).collect();
    let named: BTreeSet<&str> = composed
        .iter()
        .flat_map(|(_, found)| found.included())
        .filter(|member| member.layer.meta().id == places.layer)
        .map(|member| member.area.code().as_str())
        .collect();
    let grounds: Vec<Outline> =
        composed.iter().map(|(area, _)| Outline::new(area.geometry())).collect();
    for area in layer.areas() {
        let Some(place) = place_of(area).filter(|place| defined.contains(place.as_str())) else {
            continue;
        };
        if named.contains(area.code().as_str()) {
            continue;
        }
        let own = Outline::new(area.geometry());
        let claimed: f64 =
            grounds.iter().map(|ground| measure_intersection(&own, ground).area_m2).sum();
        if claimed >= CLAIMED_SHARE * area.area_m2() {
            continue;
        }
        let message = format!(
            "{}:{} ({}) is claimed by no area, though its place, {place}, has some: the definition is incomplete",
            places.layer,
            area.code(),
            area.name()
        );
        let fault = Fault::note(FaultKind::Unclaimed, message);
        report.add(fault.with_area(area.area_m2()));
    }
}
