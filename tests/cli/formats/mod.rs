//! Files of layers, read back: by the crate's own loaders, which share no code with the writers, by
//! the libraries of the formats, and by GDAL if it is installed.

mod csv;
mod flatgeobuf;
mod gdal;
mod geopackage;
#[cfg(feature = "parquet")]
mod parquet;
mod same;
mod shapefile;
mod world;
