//! The formats of a resource: by `f=`, else by `Accept`, else the default.

use axum::http::HeaderMap;

use super::queryables::SCHEMA;
use crate::formats as files;
use crate::http::error::{Problem, ProblemKind};
use crate::http::request::negotiate::{CSV, GEOJSON, HTML, JSON, negotiate};
use crate::http::request::params::Params;

/// A format. Items have more formats than documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Format {
    /// JSON.
    Json,
    /// GeoJSON (RFC 7946).
    GeoJson,
    /// An HTML page.
    Html,
    /// The OpenAPI document.
    OpenApi,
    /// The JSON Schema of queryables.
    Schema,
    /// A file format for a GIS.
    File(files::Format),
}

/// The formats of documents.
pub(in crate::http) const OF_DOCUMENTS: [Format; 2] = [Format::Json, Format::Html];

/// The formats of items.
pub(in crate::http) const OF_FEATURES: [Format; 2] = [Format::GeoJson, Format::Html];

/// The formats of a page of items.
pub(in crate::http) const OF_ITEMS: &[Format] = &[
    Format::GeoJson,
    Format::Html,
    Format::File(files::Format::Csv),
    Format::File(files::Format::FlatGeobuf),
    Format::File(files::Format::GeoPackage),
    Format::File(files::Format::Shapefile),
    #[cfg(feature = "parquet")]
    Format::File(files::Format::Parquet),
];

impl Format {
    /// Its name for `f=`.
    pub(in crate::http) const fn name(self) -> &'static str {
        match self {
            Self::Json | Self::GeoJson | Self::OpenApi | Self::Schema => "json",
            Self::Html => "html",
            Self::File(file) => file.name(),
        }
    }

    /// Its names for `f=`, the preferred one first.
    pub(in crate::http) const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Json | Self::OpenApi | Self::Schema => &["json"],
            Self::GeoJson => &["json", "geojson"],
            Self::Html => &["html"],
            Self::File(files::Format::GeoJson) => &["geojson"],
            Self::File(files::Format::Csv) => &["csv"],
            Self::File(files::Format::FlatGeobuf) => &["fgb", "flatgeobuf"],
            Self::File(files::Format::GeoPackage) => &["gpkg", "geopackage"],
            Self::File(files::Format::Shapefile) => &["shp", "shapefile"],
            #[cfg(feature = "parquet")]
            Self::File(files::Format::Parquet) => &["parquet", "geoparquet"],
        }
    }

    /// Its media types, the preferred one first.
    pub(in crate::http) const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Json => &[JSON],
            Self::GeoJson => &[GEOJSON, JSON],
            Self::Html => &[HTML],
            Self::File(files::Format::GeoJson) => &[GEOJSON],
            Self::File(files::Format::Csv) => &[CSV],
            Self::File(files::Format::FlatGeobuf) => &["application/flatgeobuf"],
            Self::File(files::Format::GeoPackage) => &["application/geopackage+sqlite3"],
            Self::File(files::Format::Shapefile) => &["application/zip"],
            #[cfg(feature = "parquet")]
            Self::File(files::Format::Parquet) => &["application/vnd.apache.parquet"],
            Self::OpenApi => &[JSON, "application/vnd.oai.openapi+json"],
            Self::Schema => &[SCHEMA, JSON],
        }
    }

    /// Its media type.
    pub(in crate::http) const fn media_type(self) -> &'static str {
        self.media_types()[0]
    }

    /// Its title, for use after "as".
    pub(in crate::http) const fn title(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::GeoJson => "GeoJSON",
            Self::Html => "a page",
            Self::File(file) => file.title(),
            Self::OpenApi => "OpenAPI",
            Self::Schema => "JSON Schema",
        }
    }
}

/// The chosen format and its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct ChosenFormat {
    pub(in crate::http) format: Format,
    pub(in crate::http) media_type: &'static str,
}

impl ChosenFormat {
    /// Chooses among those `offered`. Fails with 400 if `f` names none of them, and with 406 if
    /// `Accept` excludes all.
    pub(in crate::http) fn of(
        params: &Params,
        headers: &HeaderMap,
        offered: &[Format],
    ) -> Result<Self, Problem> {
        if let Some(name) = params.get("f") {
            let named = offered.iter().find(|format| format.names().contains(&name));
            return named
                .map(|&format| Self { format, media_type: format.media_type() })
                .ok_or_else(|| {
                    let names: Vec<&str> =
                        offered.iter().flat_map(|format| format.names()).copied().collect();
                    let shown: String = name.chars().take(40).collect();
                    let detail =
                        format!("f={shown} is not available here: use {}", names.join(" or "));
                    Problem::new(ProblemKind::InvalidParameter, detail).with("parameter", "f")
                });
        }
        let types: Vec<&'static str> =
            offered.iter().flat_map(|format| format.media_types()).copied().collect();
        let media_type = negotiate(headers, &types)?;
        let format = offered.iter().find(|format| format.media_types().contains(&media_type));
        // The media type is one of this format.
        Ok(Self { format: *format.unwrap_or(&offered[0]), media_type })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_same_media_type_and_name_everywhere() {
        for &file in files::Format::ALL {
            let format = Format::File(file);
            assert_eq!(format.media_type(), file.media_type());
            assert_eq!(format.name(), format.names()[0]);
        }
    }
}
