//! `/downloads`: whole layers as files.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, ok};
use crate::features::crs::Crs;
use crate::formats::Format;
use crate::http::error::ProblemKind;
use crate::http::routes::ogc::formats::OF_ITEMS;

pub(super) fn paths() -> Members {
    let content: Vec<(&str, Value)> =
        Format::ALL.iter().map(|format| (format.media_type(), content(*format))).collect();
    let download = Operation {
        tag: "features",
        id: "download",
        summary: "Whole layer as a file, or a byte range of it",
        parameters: &["file", "fileCrs"],
        ok: ok("The file.", &content),
        problems: vec![
            ProblemKind::UnknownRoute,
            ProblemKind::UnknownLayer,
            ProblemKind::InvalidParameter,
            ProblemKind::RangeNotSatisfiable,
        ],
    };
    let (method, mut download) = download.get();
    let responses = &mut download["responses"];
    responses["200"]["headers"] = headers();
    responses["206"] = responses["200"].clone();
    responses["206"]["description"] = json!("The byte range in `Range`.");
    build::paths([("/downloads/{file}", vec![(method, download)])])
}

fn content(format: Format) -> Value {
    if format.is_text() {
        json!({"type": "string"})
    } else {
        json!({"type": "string", "format": "binary"})
    }
}

fn headers() -> Value {
    let text =
        |description: &str| json!({"description": description, "schema": {"type": "string"}});
    json!({
        "ETag": text("Strong validator made from the bytes of the file, for `If-Range` and \
            `If-None-Match`."),
        "Last-Modified": text("Time at which the snapshot was built."),
        "Accept-Ranges": text("Always `bytes`."),
        "Content-Disposition": text("Suggested file name."),
        "Content-Crs": text("CRS of the coordinates, in angle brackets."),
    })
}

/// Parameters of downloads, by reference name.
pub(super) fn parameters() -> Vec<(&'static str, Value)> {
    let suffixes: Vec<&str> = Format::ALL.iter().map(|format| format.suffix()).collect();
    let suffixes = suffixes.join("|").replace('.', r"\.");
    let pattern = format!(r"^[a-z][a-z0-9_]*\.({suffixes})$");
    let file = json!({
        "name": "file", "in": "path", "required": true,
        "description": "The id of a layer, a dot and the extension of a format: `geojson`, `csv` \
            (geometry as WKT), `fgb` (FlatGeobuf with its index), `gpkg` (GeoPackage), `shp.zip` \
            (Shapefile: names are cut to 10 bytes and texts to 254; a text file in the zip lists \
            what was cut) or `parquet` (GeoParquet).",
        "schema": {"type": "string", "pattern": pattern},
        "example": "ward.gpkg",
    });
    let crs = json!({
        "name": "crs", "in": "query",
        "description": "CRS of the coordinates. GeoJSON has the axis order of the CRS; the other \
            formats always have east or longitude first.",
        "schema": {
            "type": "string",
            "enum": Crs::ALL.iter().flat_map(|crs| [crs.name(), crs.uri()]).collect::<Vec<_>>(),
            "default": Crs::Crs84.name(),
        },
        "example": Crs::Epsg27700.name(),
    });
    vec![("file", file), ("fileCrs", crs)]
}

/// Values of `f` for features.
pub(super) fn item_formats() -> Vec<&'static str> {
    OF_ITEMS.iter().flat_map(|format| format.names()).copied().collect()
}

/// The file formats in which features are available: media type and content.
pub(super) fn contents() -> impl Iterator<Item = (&'static str, Value)> {
    Format::ALL
        .iter()
        .filter(|format| **format != Format::GeoJson)
        .map(|format| (format.media_type(), json!({"schema": content(*format)})))
}

/// Values of `f` for tables.
pub(super) fn table_formats() -> Value {
    let mut words = vec!["json", "csv"];
    if cfg!(feature = "parquet") {
        words.push("parquet");
    }
    json!(words)
}
