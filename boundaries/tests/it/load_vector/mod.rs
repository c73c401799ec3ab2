//! Loading of GIS files: real ones, ones written by GDAL, and malformed ones.

mod gdal;
mod malformed;
mod mutations;
mod published;
mod real;
mod shapefiles;
mod tools;
