//! Areas composed of other layers' areas: partnerships and localities made of wards, parts of
//! wards, parishes, or drawn polygons.
//!
//! 1. [`definition`] reads `laps.toml` and reports its problems line by line.
//! 2. `members` resolves the areas that it refers to.
//! 3. `dissolve` merges them into one geometry without gaps, keeping the members' vertices.
//! 4. `claims` checks all areas together: what two of them claim, and what none claims.
//!
//! A composed layer can use layers that were composed before it, such as localities made of
//! partnerships.

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
use crate::validity::noding::NodingError;
use definition::AreaDefinition;
use members::{ResolvedArea, Resolver};

/// Reads the polygons of a file named in a definition, in BNG metres. [`compose`] calls it; see
/// [`crate::load::load_polygons`].
pub type PolygonReader<'a> = dyn FnMut(&Path, &mut Report) -> Option<RawLayer> + 'a;

/// Composes the areas of a definition from areas of other layers.
///
/// Each area gets these properties: `place`, `locality`, `status` and `source` if the definition
/// has them; `members`, the list of whole members as `layer:code`; and, if there are any,
/// `part_members`, the members of which only a part was taken, as `{"member": "layer:code",
/// "share": 0.4}` with the share of the member's m².
///
/// Adds every fault to the report, with the definition's file and the area. Returns `None` if any
/// is an error, such as a missing layer, code or file, or two areas that overlap. A member that no
/// area claims is a note, because published lists are often incomplete; it is an error if `meta` declares
/// the layer complete. Slivers between members are
/// closed up to the largest drawing error of the layers involved.
pub fn compose(
    definition: &Definition,
    layers: &[&Layer],
    meta: LayerMeta,
    read_polygons: &mut PolygonReader<'_>,
    report: &mut Report,
) -> Option<Layer> {
    let mut faults = Report::default();
    let mut resolver = Resolver::new(layers, &meta, read_polygons);
    let mut composed: Vec<(Area, ResolvedArea<'_>)> = Vec::new();
    for (index, area) in definition.areas.iter().enumerate() {
        let mut of_area = Report::default();
        let found = resolver.find(area, &mut of_area);
        let taken = found.and_then(|found| {
            let area = make(area, &found, &mut of_area)?;
            Some((area, found))
        });
        composed.extend(taken);
        for fault in of_area.faults {
            // Faults from the polygon reader already have their own file and feature.
            let of_file = fault.file.is_some();
            faults.add(if of_file {
                fault
            } else {
                fault.of_feature(index, Some(area.code.as_str()))
            });
        }
    }
    // Double and missing claims are only meaningful if every area is there.
    if !faults.has_errors() {
        claims::check(definition, &composed, (&meta, layers), &mut faults);
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

/// Converts the problems of a definition into faults of the layer it defines.
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
    Report { faults: error.problems().iter().map(fault).collect(), ..Report::default() }
}

/// The union of valid geometries, in BNG metres. Fails, with a place, where their boundaries are too
/// close together to be distinguished in floating point.
///
/// ```
/// use geo::{Area, MultiPolygon, Rect, coord};
/// use lapwing_boundaries::compose::union;
/// let square = |x: f64| {
///     let corner = coord! { x: x, y: 0.0 };
///     MultiPolygon::new(vec![Rect::new(corner, corner + coord! { x: 10.0, y: 10.0 }).to_polygon()])
/// };
/// let both = union(&[square(0.0), square(5.0), square(5.0)]).unwrap();
/// assert_eq!(both.unsigned_area(), 150.0);
/// ```
pub fn union(geometries: &[MultiPolygon<f64>]) -> Result<MultiPolygon<f64>, [f64; 2]> {
    let include = vec![(geometries.iter().collect(), None)];
    let operation = dissolve::SetOperation { include, ..dissolve::SetOperation::default() };
    match dissolve::dissolve(&operation, 0.0) {
        Ok((geometry, _)) => Ok(geometry),
        Err(NodingError { at }) => Err([at.x, at.y]),
    }
}

/// Builds one composed area.
fn make(
    definition: &AreaDefinition,
    found: &ResolvedArea<'_>,
    report: &mut Report,
) -> Option<Area> {
    let geometry = match dissolve::dissolve(&found.operation(), found.drawing_error_m) {
        Ok((geometry, closed)) => {
            for sliver in closed {
                let message = if sliver.crumb {
                    "dropped a crumb, thinner than the drawing error, left where the members are cut"
                } else {
                    "filled a gap between the members, thinner than the drawing error"
                };
                let fault = Fault::repaired(FaultKind::SliverClosed, message);
                report.add(fault.at(sliver.at.x, sliver.at.y).with_area(sliver.area_m2));
            }
            geometry
        }
        Err(NodingError { at }) => {
            let message = "the members' boundaries are too close together to be distinguished in floating point: repair the layers they come from";
            report.add(Fault::error(FaultKind::SelfCrossing, message).at(at.x, at.y));
            return None;
        }
    };
    if geometry.0.is_empty() {
        let message = "nothing is left of the members: they do not intersect what they are cut to, or `exclude` removes all of them";
        report.add(Fault::error(FaultKind::EmptyGeometry, message));
        return None;
    }
    if !crate::validity::is_valid(&geometry) {
        let message = "the members do not form a valid area: repair the layers they come from";
        report.add(Fault::error(FaultKind::SelfCrossing, message));
        return None;
    }
    let properties = properties(definition, found, &geometry);
    Some(Area::from_valid(definition.code.clone(), definition.name.clone(), properties, geometry))
}

fn properties(
    definition: &AreaDefinition,
    found: &ResolvedArea<'_>,
    geometry: &MultiPolygon<f64>,
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
    for (member, share) in found.shares(geometry) {
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
