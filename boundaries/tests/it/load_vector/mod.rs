//! Files in GIS formats to raw layers: real ones, ones that GDAL writes, and malformed ones.

mod gdal;
mod malformed;
mod mutations;
mod real;
mod shapefiles;
mod tools;
