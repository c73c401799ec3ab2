//! `/mapit`: MapIt, as mySociety runs it for the United Kingdom.
//!
//! - [`area`]: one area, its geometry, and its relations to others;
//! - [`areas`]: many areas, by id, type or name;
//! - [`postcode`]: a postcode, an outcode, the postcode nearest to a point;
//! - [`point`]: the areas of a point;
//! - [`service_info`]: generations and types.
//!
//! They share the selection of areas ([`area_filter`]) and their output ([`area_json`], [`shape`]).

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use super::query::Query;
use super::{MapItErrorJson, reply};
use crate::features::crs::Crs;
use crate::http::Routes;
use crate::http::error::Problem;

mod area;
mod area_filter;
mod area_json;
mod areas;
mod geometry;
mod point;
mod postcode;
mod relations;
mod service_info;
mod shape;

pub(in crate::http::routes) use area_json::AreaJson;
pub(in crate::http::routes) use geometry::AreaMeasures;
pub(in crate::http::routes) use postcode::{MapItPlace, MapItPostcode};
pub(in crate::http::routes) use service_info::{AreaType, Generation};
pub(in crate::http::routes) use shape::MapItGeometry;

pub(super) fn routes() -> Routes {
    vec![
        ("/mapit/postcode/{postcode}", get(postcode::one)),
        ("/mapit/postcode/partial/{outcode}", get(postcode::partial)),
        ("/mapit/nearest/{srid}/{point}", get(postcode::nearest)),
        ("/mapit/point/{srid}/{point}", get(point::areas)),
        ("/mapit/point/{srid}/{point}/{method}", get(point::boxes)),
        ("/mapit/area/{area}", get(area::one)),
        ("/mapit/area/{area}/{question}", get(area::about)),
        ("/mapit/areas", axum::routing::post(areas::posted)),
        ("/mapit/areas/{areas}", get(areas::many)),
        ("/mapit/areas/{areas}/{question}", get(areas::about)),
        ("/mapit/code/{kind}/{code}", get(area::by_code)),
        ("/mapit/generations", get(service_info::generations)),
        ("/mapit/generations.json", get(service_info::generations)),
        ("/mapit/types", get(service_info::types)),
        ("/mapit/types.json", get(service_info::types)),
    ]
}

/// A successful response.
enum Reply {
    Json(Bytes),
    Shape(Format, Body),
    /// A redirect.
    Found(String),
}

/// An error response.
enum MapItError {
    /// In MapIt's error format.
    Message(StatusCode, String),
    Problem(Problem),
}

impl From<Problem> for MapItError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

type Answer = Result<Reply, MapItError>;

fn malformed(why: impl Into<String>) -> MapItError {
    MapItError::Message(StatusCode::BAD_REQUEST, why.into())
}

fn not_found(why: impl Into<String>) -> MapItError {
    MapItError::Message(StatusCode::NOT_FOUND, why.into())
}

fn json(value: &impl Serialize) -> Answer {
    Ok(Reply::Json(crate::http::blocking::json(value)?))
}

/// Builds the response, as JSONP if the request has a `callback`.
fn respond(query: &Query, answer: Answer) -> Response {
    let callback = query
        .get("callback")
        .filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_$.".contains(&b)));
    let (status, body) = match answer {
        Ok(Reply::Json(body)) => (StatusCode::OK, body),
        Ok(Reply::Shape(format, body)) => {
            return reply::of_type(StatusCode::OK, format.media_type(), body);
        }
        Ok(Reply::Found(address)) => return reply::found(&address),
        Err(MapItError::Problem(problem)) => {
            return axum::response::IntoResponse::into_response(problem);
        }
        Err(MapItError::Message(status, why)) => {
            (status, MapItErrorJson { error: &why, code: status.as_u16() }.text())
        }
    };
    match callback {
        Some(name) => {
            let before = format!("typeof {name} === 'function' && {name}(");
            reply::script(&before, &body, ")")
        }
        None => reply::json(status, body),
    }
}

/// The format that the suffix of a path selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// The attributes of an area.
    Json,
    GeoJson,
    Wkt,
    Kml,
}

impl Format {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Json | Self::GeoJson => reply::JSON,
            Self::Wkt => "text/plain; charset=utf-8",
            Self::Kml => "application/vnd.google-earth.kml+xml; charset=utf-8",
        }
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::Json => ".json",
            Self::GeoJson => ".geojson",
            Self::Wkt => ".wkt",
            Self::Kml => ".kml",
        }
    }
}

/// Splits the last segment of a path into stem and format.
fn split(text: &str) -> Result<(&str, Option<Format>), MapItError> {
    if text.strip_suffix(".html").is_some() {
        return Err(not_found("There are no HTML pages here. Remove .html, or open /map."));
    }
    // `.geojson` before `.json`, which is a suffix of it.
    let formats = [Format::GeoJson, Format::Json, Format::Wkt, Format::Kml];
    let found = formats
        .into_iter()
        .find_map(|format| text.strip_suffix(format.suffix()).map(|stem| (stem, Some(format))));
    Ok(found.unwrap_or((text, None)))
}

/// Like [`split`], for paths that offer JSON only.
fn split_json(text: &str) -> Result<&str, MapItError> {
    match split(text)? {
        (stem, None | Some(Format::Json)) => Ok(stem),
        (_, Some(format)) => {
            Err(not_found(format!("{} is not available here, only JSON.", &format.suffix()[1..])))
        }
    }
}

/// The CRS of an EPSG code, with longitude or easting first, as in MapIt.
fn crs_of(srid: &str) -> Option<Crs> {
    match srid {
        "4326" => Some(Crs::Crs84),
        "27700" => Some(Crs::Epsg27700),
        "3857" => Some(Crs::Epsg3857),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_selects_the_format() {
        let of = |text| split(text).ok();
        assert_eq!(of("105013246"), Some(("105013246", None)));
        assert_eq!(of("1.5,2.json"), Some(("1.5,2", Some(Format::Json))));
        assert_eq!(of("1.geojson"), Some(("1", Some(Format::GeoJson))));
        assert_eq!(of("1.map.html"), None);
        assert!(split_json("1.kml").is_err());
    }
}
