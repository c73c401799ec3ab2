//! Any other CRS, by PROJ.
//!
//! PROJ is asked for the way to the National Grid first, and that is taken if it is exact, as it
//! is for whatever else stands on the datum OSGB36. Otherwise PROJ only goes as far as WGS84, and
//! OSTN15 does the rest: PROJ without the OSTN15 grid file would silently take a Helmert
//! transformation of 2 m there. What PROJ itself did is said in the report, with its accuracy.

use std::sync::Mutex;

use geo::Coord;
use proj::Proj;

use crate::fault::{Fault, FaultKind};

use super::super::error::{FileReport, Refusal};
use super::super::raw::{RawFeature, RawGeometry};
use super::{ToBng, Trouble, for_each_coord};

/// The crate tears down PROJ's global state whenever a transformation is dropped, which PROJ
/// allows only while no other thread uses it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The operation that PROJ chose, in its own words, and how good it says that is.
#[derive(Clone, Debug, PartialEq)]
struct Operation {
    description: String,
    /// Metres; below zero if PROJ does not know.
    accuracy_m: f64,
}

impl Operation {
    /// PROJ chooses among several ways at the first coordinate, and says only then.
    fn chosen_by(proj: &Proj) -> Self {
        let info = proj.proj_info();
        Self { description: info.description.unwrap_or_default(), accuracy_m: info.accuracy }
    }

    /// A way that leaves out the difference between the datums, for want of a better.
    fn is_ballpark(&self) -> bool {
        self.description.contains("Ballpark")
    }

    fn is_exact(&self) -> bool {
        self.accuracy_m == 0.0 && !self.is_ballpark()
    }
}

/// Brings features to the National Grid or to degrees, in place.
///
/// # Errors
///
/// When PROJ does not know the CRS, or no way from it that minds the datum.
pub(super) fn bring_home(
    features: Vec<RawFeature>,
    name: &str,
    definition: &str,
    report: &mut FileReport<'_>,
) -> Result<(Vec<RawFeature>, ToBng), Refusal> {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let refuse = |message: String| Refusal::new(FaultKind::UnknownCrs, message);
    let way = |target: &str| {
        Proj::new_known_crs(definition, target, None)
            .map_err(|error| refuse(format!("PROJ cannot convert from {name}: {error}")))
    };
    let Some(first) = first_coordinate(&features) else { return Ok((features, ToBng::Grid)) };

    let direct = way("EPSG:27700")?;
    let exact =
        direct.convert((first.x, first.y)).is_ok() && Operation::chosen_by(&direct).is_exact();
    let (proj, home) =
        if exact { (direct, ToBng::Grid) } else { (way("EPSG:4326")?, ToBng::Degrees) };

    let mut operations: Vec<Operation> = Vec::new();
    let mut kept = Vec::with_capacity(features.len());
    for mut feature in features {
        let mut outside = Trouble::default();
        convert(&proj, &mut feature.geometry, &mut outside);
        let operation = Operation::chosen_by(&proj);
        if !operations.contains(&operation) {
            operations.push(operation);
        }
        match outside.fault(FaultKind::OutsideBritain) {
            Some(fault) => report.add(fault.of_feature(feature.index, feature.code.as_deref())),
            None => kept.push(feature),
        }
    }
    if let Some(ballpark) = operations.iter().find(|operation| operation.is_ballpark()) {
        return Err(refuse(format!(
            "PROJ knows no accurate way from {name}, only {:?}, which may be hundreds of metres out: reproject the file with a tool that has the grids for it",
            ballpark.description
        )));
    }
    for Operation { description, accuracy_m } in operations.iter().filter(|o| !o.is_exact()) {
        let good = if *accuracy_m < 0.0 {
            "of unknown accuracy".to_owned()
        } else {
            format!("good to about {accuracy_m} m")
        };
        let message =
            format!("the coordinates were converted from {name} by PROJ ({description}), {good}");
        report.add(Fault::note(FaultKind::Approximate, message));
    }
    Ok((kept, home))
}

fn first_coordinate(features: &[RawFeature]) -> Option<Coord<f64>> {
    let mut first = None;
    for feature in features {
        for_each_coord(&feature.geometry, |at| {
            if first.is_none() && at.x.is_finite() && at.y.is_finite() {
                first = Some(at);
            }
        });
        if first.is_some() {
            break;
        }
    }
    first
}

/// Converts every finite coordinate; those that are not finite are found later.
fn convert(proj: &Proj, geometry: &mut RawGeometry, outside: &mut Trouble) {
    let mut each = |polygon: usize, ring: Option<usize>, at: &mut Coord<f64>| {
        if !at.x.is_finite() || !at.y.is_finite() {
            return;
        }
        match proj.convert((at.x, at.y)) {
            Ok((x, y)) => *at = Coord { x, y },
            Err(_) => outside.note(polygon, ring, *at),
        }
    };
    super::for_each_coord_mut(geometry, &mut each);
}
