//! A caller's polygon: GeoJSON to valid ground on the grid, or every fault of it.

use geo::Coord;
use lapwing_boundaries::fault::{Fault, Severity};
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_boundaries::validity::{Admitted, admit_geometry};
use serde_json::{Value, json};

use super::params::malformed;
use crate::http::error::{Kind, Problem};

/// The coordinates of a polygon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Crs {
    /// Longitude and latitude, as RFC 7946 has them.
    LngLat,
    /// British National Grid metres.
    Bng,
}

impl Crs {
    pub(in crate::http) fn of_parameter(text: &str) -> Result<Self, Problem> {
        Self::of_name(text).ok_or_else(|| {
            malformed("crs", text, "CRS84 (longitude, latitude: without it, too) or EPSG:27700")
        })
    }

    /// `EPSG:27700`, `urn:ogc:def:crs:EPSG::27700`, `http://www.opengis.net/def/crs/EPSG/0/27700`.
    /// GeoJSON has longitude first whatever EPSG:4326 says.
    fn of_name(name: &str) -> Option<Self> {
        let last = name.rsplit([':', '/']).next()?;
        match last.to_ascii_uppercase().as_str() {
            "27700" => Some(Self::Bng),
            "CRS84" | "4326" => Some(Self::LngLat),
            _ => None,
        }
    }
}

/// Reads a Polygon, a MultiPolygon, or a Feature of one.
///
/// The `crs` member of GeoJSON's 2008 edition is heeded, as our own exports in grid metres have it.
pub(in crate::http) fn read(
    body: &[u8],
    asked: Option<Crs>,
    most: usize,
) -> Result<Admitted, Problem> {
    let document: Value = serde_json::from_slice(body).map_err(|error| {
        Problem::new(Kind::InvalidBody, format!("the body is not JSON: {error}"))
    })?;
    let crs = match (asked, stated_crs(&document)?) {
        (Some(asked), Some(stated)) if asked != stated => {
            let detail = "the parameter crs and the member crs of the body name different ones";
            return Err(Problem::new(Kind::ConflictingParameters, detail));
        }
        (asked, stated) => asked.or(stated).unwrap_or(Crs::LngLat),
    };
    let polygons = polygons(&document)?;
    let vertices: usize =
        polygons.iter().filter_map(|rings| rings.as_array()).flatten().map(length).sum();
    if vertices > most {
        let detail =
            format!("the polygon has {vertices} vertices; up to {most} are taken: simplify it");
        return Err(Problem::new(Kind::BodyTooLarge, detail).with("limit_vertices", most));
    }
    let mut read = Vec::with_capacity(polygons.len());
    for (at, polygon) in polygons.iter().enumerate() {
        let rings = polygon.as_array().ok_or_else(|| shape(at, None, "is no list of rings"))?;
        let rings = rings.iter().enumerate().map(|(ring, positions)| {
            let positions = positions
                .as_array()
                .ok_or_else(|| shape(at, Some(ring), "is no list of positions"))?;
            let read = positions.iter().enumerate();
            read.map(|(vertex, position)| coord(position, crs, at, ring, vertex)).collect()
        });
        read.push(rings.collect::<Result<Vec<Vec<Coord<f64>>>, Problem>>()?);
    }
    // How exactly a caller draws is not known: nothing is closed or dropped for being small.
    admit_geometry(read, 0.0).map_err(|faults| refused(&faults, crs))
}

fn length(ring: &Value) -> usize {
    ring.as_array().map_or(0, Vec::len)
}

fn stated_crs(document: &Value) -> Result<Option<Crs>, Problem> {
    let Some(stated) = document.get("crs").filter(|crs| !crs.is_null()) else { return Ok(None) };
    let name = stated.pointer("/properties/name").and_then(Value::as_str);
    name.and_then(Crs::of_name).map(Some).ok_or_else(|| {
        let detail = "the member crs of the body names neither CRS84 nor EPSG:27700: transform it";
        Problem::new(Kind::InvalidGeometry, detail)
    })
}

/// The polygons of a document, each a list of rings.
fn polygons(document: &Value) -> Result<Vec<&Value>, Problem> {
    let kind = |value: &Value| value.get("type").and_then(Value::as_str).unwrap_or("").to_owned();
    let geometry = match kind(document).as_str() {
        "Feature" => document.get("geometry").unwrap_or(&Value::Null),
        _ => document,
    };
    let coordinates = geometry.get("coordinates");
    match (kind(geometry).as_str(), coordinates) {
        ("Polygon", Some(rings)) => Ok(vec![rings]),
        ("MultiPolygon", Some(Value::Array(polygons))) => Ok(polygons.iter().collect()),
        (other, _) => {
            let other = if other.is_empty() { "nothing with a type" } else { other };
            let other: String = other.chars().take(40).collect();
            let detail = format!(
                "the body holds {other}: send one GeoJSON Polygon, MultiPolygon, or Feature of one, with its coordinates"
            );
            Err(Problem::new(Kind::InvalidGeometry, detail))
        }
    }
}

fn shape(polygon: usize, ring: Option<usize>, what: &str) -> Problem {
    let ring = ring.map(|ring| format!(", ring {ring}")).unwrap_or_default();
    Problem::new(Kind::InvalidGeometry, format!("polygon {polygon}{ring} {what}"))
}

fn coord(
    position: &Value,
    crs: Crs,
    polygon: usize,
    ring: usize,
    vertex: usize,
) -> Result<Coord<f64>, Problem> {
    let numbers = || {
        let numbers = position.as_array()?;
        Some((numbers.first()?.as_f64()?, numbers.get(1)?.as_f64()?))
    };
    let place = || format!("polygon {polygon}, ring {ring}, vertex {vertex}");
    let Some((x, y)) = numbers() else {
        let detail = format!("{} is no position: write [longitude, latitude]", place());
        return Err(Problem::new(Kind::InvalidGeometry, detail));
    };
    let at = match crs {
        Crs::Bng => Bng::new(x, y),
        Crs::LngLat => LngLat::new(x, y).and_then(|at| at.to_bng().map(|(at, _)| at)),
    };
    at.map(Bng::coord).map_err(|error| {
        let detail = format!("{}: {error}", place());
        Problem::new(Kind::InvalidGeometry, detail)
    })
}

/// Every fault, each with its place on the grid and, for who drew in degrees, in degrees.
fn refused(faults: &[Fault], crs: Crs) -> Problem {
    let errors: Vec<&str> = faults
        .iter()
        .filter(|fault| fault.severity == Severity::Error)
        .map(|fault| fault.message.as_str())
        .take(3)
        .collect();
    let told: Vec<Value> = faults
        .iter()
        .map(|fault| {
            let mut told = json!(fault);
            let place = fault.at.and_then(|[x, y]| Bng::new(x, y).ok());
            if let (Crs::LngLat, Some(place)) = (crs, place) {
                let (at, _) = place.to_lng_lat();
                told["lon_lat"] = json!([at.lon(), at.lat()]);
            }
            told
        })
        .collect();
    let detail = format!("the polygon is not valid: {}", errors.join("; "));
    Problem::new(Kind::InvalidGeometry, detail).with("faults", told)
}
