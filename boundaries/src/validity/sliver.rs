//! What is too thin or too small to be ground that someone drew.

/// Without a stated resolution nothing is known of a drawing's error; less ground than this, in m²,
/// changes no answer about a place.
pub(crate) const SPECK_M2: f64 = 1.0;

/// Whether a piece of ground is thinner than the drawing error: 2 × area / perimeter is the width
/// of a long strip, and half the radius of a disc.
pub(crate) fn is_thin(area_m2: f64, perimeter_m: f64, drawing_error_m: f64) -> bool {
    2.0 * area_m2 < drawing_error_m * perimeter_m
}

/// Whether a piece of ground is no more than the drawing's own error.
pub(crate) fn is_sliver(area_m2: f64, perimeter_m: f64, drawing_error_m: f64) -> bool {
    area_m2 < SPECK_M2 || is_thin(area_m2, perimeter_m, drawing_error_m)
}
