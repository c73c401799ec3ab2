//! Conversion between the British National Grid and WGS84: OSTN15 inside its grid, the Helmert
//! approximation elsewhere.

pub(crate) mod helmert;
pub(crate) mod ostn15;
pub(crate) mod transverse_mercator;
