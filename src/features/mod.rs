//! What OGC API - Features needs of a layer: its attributes, the selection of features by extent,
//! date and CQL2 filter, their order, and output coordinate reference systems.

pub mod attributes;
pub mod cql2;
pub mod crs;
pub mod generalise;
pub mod select;
