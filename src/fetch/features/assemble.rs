//! Pages to one GeoJSON file: the same bytes for the same features, in whatever pages they came.

use std::io::{BufWriter, Write};

use super::super::error::FetchError;
use super::pages::Pages;
use super::responses::PageFeature;

/// The `crs` member of GeoJSON 2008, which states what RFC 7946 would take for degrees.
const GRID: &str = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}},"#;

/// Writes the features in the order of their codes, one a line, and returns how many there are.
pub(super) fn write(pages: &Pages, out: &mut impl Write) -> Result<u64, FetchError> {
    let Some(degrees) = pages.in_degrees() else {
        return Err(FetchError::permanent("the pages are in different CRSs"));
    };
    let mut features: Vec<&PageFeature> = pages.all().collect();
    features.sort_by(|a, b| (&a.code, &a.json).cmp(&(&b.code, &b.json)));
    let mut out = BufWriter::new(out);
    let crs = if degrees { "" } else { GRID };
    let result = (|| {
        write!(out, "{{\"type\":\"FeatureCollection\",{crs}\"features\":[")?;
        for (at, feature) in features.iter().enumerate() {
            out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            out.write_all(feature.json.as_bytes())?;
        }
        out.write_all(b"\n]}\n")?;
        out.flush()
    })();
    result.map_err(|error: std::io::Error| {
        FetchError::Local(format!("the pages cannot be put together: {error}"))
    })?;
    Ok(features.len() as u64)
}
