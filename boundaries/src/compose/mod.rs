//! Areas made of other layers' areas: partnerships and localities out of wards, part-wards,
//! parishes, or a drawing of their own.
//!
//! 1. [`definition`] reads `laps.toml` and says what is wrong in it, line by line;
//! 2. `members` finds the areas that it names;
//! 3. `dissolve` makes one ground of them, without gaps, in the members' own vertices;
//! 4. `claims` looks at all areas together: what two of them claim, what none does.
//!
//! A composed layer may be made of layers that were composed before it (localities of
//! partnerships).

mod claims;
pub mod definition;
mod dissolve;
mod members;
#[cfg(test)]
mod tests;

use std::path::Path;

use geo::MultiPolygon;
use serde_json::Value;

pub use definition::Definition;

use crate::area::{Area, Properties};
use crate::fault::{Fault, FaultKind, Report};
use crate::layer::{Layer, LayerId, LayerMeta};
use crate::load::raw::RawLayer;
use crate::manifest::{ManifestError, Problem};
use crate::validity::noding::Unsettled;
use definition::AreaDefinition;
use members::{Found, Resolver};

/// Reads the polygons of a file that a definition names, in BNG metres, for [`compose`]: see
/// [`crate::load::load_ground`].
pub type PolygonReader<'a> = dyn FnMut(&Path, &mut Report) -> Option<RawLayer> + 'a;

/// Composes the areas of a definition out of areas of other layers.
///
/// The areas carry as properties `place`, `locality`, `status` and `source`, where the definition
/// gives them, `members`, the list of whole members as `layer:code`, and, if there are any,
/// `part_members`, those of which only a part was taken, as `{"member": "layer:code", "share": 0.4}`
/// with the share of the member's m².
///
/// Every fault goes into the report, with the definition's file and the area; `None` when any is an
/// error: a layer, code or file that is not there, ground that two areas claim. What no area claims
/// while its place has areas is a note, because published lists are often incomplete. Slivers
/// between members are closed up to the coarsest drawing error of the layers taken from.
pub fn compose(
    definition: &Definition,
    layers: &[&Layer],
    meta: LayerMeta,
    read_polygons: &mut PolygonReader<'_>,
    report: &mut Report,
) -> Option<Layer> {
    let mut faults = Report::default();
    let mut resolver = Resolver::new(layers, &meta, read_polygons);
    let mut composed: Vec<(Area, Found<'_>)> = Vec::new();
    for (index, area) in definition.areas.iter().enumerate() {
        let mut of_area = Report::default();
        let found = resolver.find(area, &mut of_area);
        let taken = found.and_then(|found| {
            let area = make(area, &found, &mut of_area)?;
            Some((area, found))
        });
        composed.extend(taken);
        for fault in of_area.faults {
            // What the reader of polygons found has its own file and feature.
            let of_file = fault.file.is_some();
            faults.add(if of_file {
                fault
            } else {
                fault.of_feature(index, Some(area.code.as_str()))
            });
        }
    }
    // What is claimed twice or not at all can be told only if every area is there.
    if !faults.has_errors() {
        claims::check(definition, &composed, layers, &mut faults);
    }
    let refused = faults.has_errors();
    let file = definition.file.display().to_string();
    for fault in faults.faults {
        let fault = if fault.file.is_some() { fault } else { fault.in_file(file.clone()) };
        report.add(fault.in_layer(&meta.id));
    }
    let areas = composed.into_iter().map(|(area, _)| area).collect();
    (!refused).then(|| Layer::of_areas(meta, areas))
}

/// What is wrong with a definition, as faults of the layer that it defines.
pub fn faults_of(error: &ManifestError, layer: &LayerId) -> Report {
    let file = error.file().display().to_string();
    let fault = |problem: &Problem| {
        let Problem { line, column, message } = problem;
        let (kind, message) = match line {
            0 => (FaultKind::UnreadableFile, message.clone()),
            _ => (FaultKind::BadField, format!("line {line}, column {column}: {message}")),
        };
        Fault::error(kind, message).in_layer(layer).in_file(file.clone())
    };
    Report { faults: error.problems().iter().map(fault).collect() }
}

/// One composed area.
fn make(definition: &AreaDefinition, found: &Found<'_>, report: &mut Report) -> Option<Area> {
    let ground = match dissolve::ground(&found.recipe(), found.drawing_error_m) {
        Ok((ground, closed)) => {
            for sliver in closed {
                let message = if sliver.crumb {
                    "a crumb, thinner than the drawing error, was left where the members are cut; dropped"
                } else {
                    "the members leave a void between them, thinner than the drawing error; filled"
                };
                let fault = Fault::repaired(FaultKind::SliverClosed, message);
                report.add(fault.at(sliver.at.x, sliver.at.y).with_area(sliver.area_m2));
            }
            ground
        }
        Err(Unsettled { at }) => {
            let message = "the members' boundaries lie closer than numbers can tell apart; mend the layers they come from";
            report.add(Fault::error(FaultKind::SelfCrossing, message).at(at.x, at.y));
            return None;
        }
    };
    if ground.0.is_empty() {
        let message = "nothing is left of the members: they do not meet what they are cut to, or all is taken away";
        report.add(Fault::error(FaultKind::EmptyGeometry, message));
        return None;
    }
    if !crate::validity::is_sound(&ground) {
        let message = "the members do not make a sound area; mend the layers they come from";
        report.add(Fault::error(FaultKind::SelfCrossing, message));
        return None;
    }
    let properties = properties(definition, found, &ground);
    Some(Area::from_valid(definition.code.clone(), definition.name.clone(), properties, ground))
}

fn properties(
    definition: &AreaDefinition,
    found: &Found<'_>,
    ground: &MultiPolygon<f64>,
) -> Properties {
    let mut properties = Properties::new();
    let texts = [
        ("place", &definition.place),
        ("locality", &definition.locality),
        ("status", &definition.status),
        ("source", &definition.source),
    ];
    for (key, text) in texts {
        properties.extend(text.iter().map(|t| (key.to_owned(), Value::from(t.as_str()))));
    }
    let (mut whole, mut parts) = (Vec::new(), Vec::new());
    for (member, share) in found.shares(ground) {
        match share {
            None => whole.push(Value::from(member)),
            Some(share) => parts.push(serde_json::json!({"member": member, "share": share})),
        }
    }
    properties.push(("members".to_owned(), Value::from(whole)));
    if !parts.is_empty() {
        properties.push(("part_members".to_owned(), Value::from(parts)));
    }
    properties
}
