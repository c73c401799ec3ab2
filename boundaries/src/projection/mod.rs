//! Conversion between British National Grid and WGS84: the OSTN15 grid where it covers a point, the
//! Helmert approximation elsewhere.

pub(crate) mod helmert;
pub(crate) mod ostn15;
pub(crate) mod transverse_mercator;
