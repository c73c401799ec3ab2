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
        summary: "A whole layer as a file, or a range of its bytes",
        parameters: &["file", "fileCrs"],
        ok: ok("The file, or the part that `Range` asks for.", &content),
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
    responses["206"]["description"] = json!("The part that `Range` asks for.");
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
        "ETag": text("Strong, made of the file's bytes: for `If-Range` and `If-None-Match`."),
        "Last-Modified": text("When the snapshot was built."),
        "Accept-Ranges": text("`bytes`"),
        "Content-Disposition": text("A name for the file."),
        "Content-Crs": text("The CRS of the coordinates."),
    })
}

/// The parameters of files.
pub(super) fn parameters() -> Vec<(&'static str, Value)> {
    let suffixes: Vec<&str> = Format::ALL.iter().map(|format| format.suffix()).collect();
    let pattern = format!(r"^[a-z][a-z0-9_]*\.({})$", suffixes.join("|"));
    let file = json!({
        "name": "file", "in": "path", "required": true,
        "description": "A layer's own id, a dot and the suffix of a format: `geojson`, `csv` (with \
    the geometry as WKT), `fgb` (FlatGeobuf with its index), `gpkg` (GeoPackage) or `parquet` \
    (GeoParquet).",
        "schema": {"type": "string", "pattern": pattern},
        "example": "ward.gpkg",
    });
    let crs = json!({
        "name": "crs", "in": "query",
        "description": "The CRS of the coordinates. GeoJSON keeps the CRS's own axis order; in the \
    other formats the east comes first.",
        "schema": {
            "type": "string",
            "enum": Crs::ALL.iter().flat_map(|crs| [crs.name(), crs.uri()]).collect::<Vec<_>>(),
            "default": Crs::Crs84.name(),
        },
        "example": Crs::Epsg27700.name(),
    });
    vec![("file", file), ("fileCrs", crs)]
}

/// The words of `f` for features.
pub(super) fn of_items() -> Vec<&'static str> {
    OF_ITEMS.iter().flat_map(|format| format.names()).copied().collect()
}

/// The files that features come as, by media type.
pub(super) fn contents() -> impl Iterator<Item = (&'static str, Value)> {
    Format::ALL
        .iter()
        .filter(|format| **format != Format::GeoJson)
        .map(|format| (format.media_type(), json!({"schema": content(*format)})))
}

/// The words of `f` for tables.
pub(super) fn of_tables() -> Value {
    let mut words = vec!["json", "csv"];
    if cfg!(feature = "parquet") {
        words.push("parquet");
    }
    json!(words)
}
