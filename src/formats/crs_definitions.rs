//! Definitions of coordinate reference systems for files.
//!
//! They are those of the EPSG dataset as written by PROJ, in WKT 1 for GeoPackage (OGC 01-009), ESRI
//! WKT for shapefiles and PROJJSON for GeoParquet.

use crate::features::crs::Crs;

/// A CRS as a file defines it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    /// Its number in the EPSG dataset; CRS84 uses 4326, since files put x first anyway.
    pub(super) epsg: i32,
    pub(super) name: &'static str,
    pub(super) wkt: &'static str,
    /// For the `.prj` of a shapefile.
    pub(super) esri_wkt: &'static str,
    #[cfg(feature = "parquet")]
    pub(super) projjson: &'static str,
}

const WGS84: Reference = Reference {
    epsg: 4326,
    name: "WGS 84",
    wkt: include_str!("crs/4326.wkt"),
    esri_wkt: include_str!("crs/4326.esri.wkt"),
    #[cfg(feature = "parquet")]
    projjson: include_str!("crs/4326.json"),
};

const BNG: Reference = Reference {
    epsg: 27700,
    name: "OSGB36 / British National Grid",
    wkt: include_str!("crs/27700.wkt"),
    esri_wkt: include_str!("crs/27700.esri.wkt"),
    #[cfg(feature = "parquet")]
    projjson: include_str!("crs/27700.json"),
};

const WEB_MERCATOR: Reference = Reference {
    epsg: 3857,
    name: "WGS 84 / Pseudo-Mercator",
    wkt: include_str!("crs/3857.wkt"),
    esri_wkt: include_str!("crs/3857.esri.wkt"),
    #[cfg(feature = "parquet")]
    projjson: include_str!("crs/3857.json"),
};

/// Every definition that a GeoPackage may need.
pub(super) const ALL: [Reference; 3] = [WGS84, BNG, WEB_MERCATOR];

pub(super) const fn of(crs: Crs) -> Reference {
    match crs {
        Crs::Crs84 | Crs::Epsg4326 => WGS84,
        Crs::Epsg27700 => BNG,
        Crs::Epsg3857 => WEB_MERCATOR,
    }
}
