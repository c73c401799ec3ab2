//! Projection of other CRSs with PROJ.
//!
//! The module first asks PROJ for a transformation to the National Grid and uses it if it is exact,
//! as it is for any CRS on the OSGB36 datum. Otherwise PROJ converts to WGS84 and OSTN15 does the
//! rest: without the OSTN15 grid file PROJ would silently use a Helmert transformation, accurate to
//! 2 m. The report states the operation that PROJ used and its accuracy.

use std::sync::Mutex;

use geo::Coord;
use proj::Proj;

use crate::fault::{Fault, FaultKind};

use super::super::error::{FileReport, LoadError};
use super::super::raw::{RawFeature, RawGeometry};
use super::{BadCoordinates, ToBng, for_each_coord};

/// The `proj` crate tears down PROJ's global state when a transformation is dropped, which is only
/// safe while no other thread uses PROJ.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The operation that PROJ chose, as PROJ describes it, and its accuracy.
#[derive(Clone, Debug, PartialEq)]
struct Operation {
    description: String,
    /// Metres. Negative if PROJ does not know.
    accuracy_m: f64,
}

impl Operation {
    /// PROJ chooses the operation at the first coordinate, so call this after a conversion.
    fn chosen_by(proj: &Proj) -> Self {
        let info = proj.proj_info();
        Self { description: info.description.unwrap_or_default(), accuracy_m: info.accuracy }
    }

    /// Returns true if the operation ignores the difference between the datums.
    fn is_ballpark(&self) -> bool {
        self.description.contains("Ballpark")
    }

    fn is_exact(&self) -> bool {
        self.accuracy_m == 0.0 && !self.is_ballpark()
    }
}

/// Projects features to the National Grid or to degrees, in place.
///
/// # Errors
///
/// Fails if PROJ does not know the CRS, or has no transformation that respects the datum.
pub(super) fn to_built_in(
    features: Vec<RawFeature>,
    name: &str,
    definition: &str,
    report: &mut FileReport<'_>,
) -> Result<(Vec<RawFeature>, ToBng), LoadError> {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let refuse = |message: String| LoadError::new(FaultKind::UnknownCrs, message);
    let transformation = |target: &str| {
        Proj::new_known_crs(definition, target, None)
            .map_err(|error| refuse(format!("PROJ cannot convert from {name}: {error}")))
    };
    let Some(first) = first_coordinate(&features) else { return Ok((features, ToBng::Grid)) };

    let direct = transformation("EPSG:27700")?;
    let exact =
        direct.convert((first.x, first.y)).is_ok() && Operation::chosen_by(&direct).is_exact();
    let (proj, to_bng) =
        if exact { (direct, ToBng::Grid) } else { (transformation("EPSG:4326")?, ToBng::Degrees) };

    let mut operations: Vec<Operation> = Vec::new();
    let mut kept = Vec::with_capacity(features.len());
    for mut feature in features {
        let mut outside = BadCoordinates::default();
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
            "PROJ has no accurate transformation from {name}, only {:?}, which may be wrong by hundreds of metres: reproject the file with a tool that has the required grids",
            ballpark.description
        )));
    }
    for Operation { description, accuracy_m } in operations.iter().filter(|o| !o.is_exact()) {
        let good = if *accuracy_m < 0.0 {
            "of unknown accuracy".to_owned()
        } else {
            format!("accurate to about {accuracy_m} m")
        };
        let message =
            format!("the coordinates were converted from {name} by PROJ ({description}), {good}");
        report.add(Fault::note(FaultKind::Approximate, message));
    }
    Ok((kept, to_bng))
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

/// Converts every finite coordinate. Others are reported later.
fn convert(proj: &Proj, geometry: &mut RawGeometry, outside: &mut BadCoordinates) {
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
