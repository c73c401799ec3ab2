//! Slivers: areas too thin or too small to be intended.

/// The size below which an area is ignored if no resolution is stated, in m². An area this small
/// changes no answer about a place.
pub(crate) const SPECK_M2: f64 = 1.0;

/// Returns true if an area is thinner than the drawing error. 2 × area / perimeter is the width of
/// a long strip, and the radius of a disc.
pub(crate) fn is_thin(area_m2: f64, perimeter_m: f64, drawing_error_m: f64) -> bool {
    2.0 * area_m2 < drawing_error_m * perimeter_m
}

/// Returns true if an area is within the drawing error.
pub(crate) fn is_sliver(area_m2: f64, perimeter_m: f64, drawing_error_m: f64) -> bool {
    area_m2 < SPECK_M2 || is_thin(area_m2, perimeter_m, drawing_error_m)
}
