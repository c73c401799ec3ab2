//! A submitted polygon: parses GeoJSON to a valid geometry on the National Grid, or returns every
//! fault.

use geo::Coord;
use lapwing_boundaries::fault::{Fault, FaultKind, RingRef, Severity};
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_boundaries::validity::{Admitted, admit_geometry};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::params::malformed;
use crate::http::error::{Problem, ProblemKind};

/// The coordinate reference system of a submitted polygon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum PolygonCrs {
    /// Longitude and latitude in degrees (RFC 7946).
    LngLat,
    /// British National Grid, metres.
    Bng,
}

impl PolygonCrs {
    pub(in crate::http) fn of_parameter(text: &str) -> Result<Self, Problem> {
        Self::of_name(text).ok_or_else(|| {
            malformed("crs", text, "CRS84 (longitude, latitude; the default) or EPSG:27700")
        })
    }

    /// Parses `EPSG:27700`, `urn:ogc:def:crs:EPSG::27700` or
    /// `http://www.opengis.net/def/crs/EPSG/0/27700`. EPSG:4326 is read with the longitude first,
    /// as in GeoJSON.
    fn of_name(name: &str) -> Option<Self> {
        let last = name.rsplit([':', '/']).next()?;
        match last.to_ascii_uppercase().as_str() {
            "27700" => Some(Self::Bng),
            "CRS84" | "4326" => Some(Self::LngLat),
            _ => None,
        }
    }
}

/// Parses a Polygon, a MultiPolygon, or a Feature of one.
///
/// The `crs` member of GeoJSON 2008 is respected, as our own exports in grid metres have it.
pub(in crate::http) fn read(
    body: &[u8],
    requested: Option<PolygonCrs>,
    most: usize,
) -> Result<Admitted, Problem> {
    let document: Value = serde_json::from_slice(body).map_err(|error| {
        Problem::new(ProblemKind::InvalidBody, format!("the body is not JSON: {error}"))
    })?;
    let crs = match (requested, stated_crs(&document)?) {
        (Some(requested), Some(stated)) if requested != stated => {
            let detail = "the parameter crs and the member crs of the body differ";
            return Err(Problem::new(ProblemKind::ConflictingParameters, detail));
        }
        (requested, stated) => requested.or(stated).unwrap_or(PolygonCrs::LngLat),
    };
    let polygons = polygons(&document)?;
    let vertices: usize =
        polygons.iter().filter_map(|rings| rings.as_array()).flatten().map(length).sum();
    if vertices > most {
        let detail =
            format!("the polygon has {vertices} vertices; the limit is {most}: simplify it");
        return Err(Problem::new(ProblemKind::BodyTooLarge, detail).with("limit_vertices", most));
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
    // The resolution of a submitted polygon is unknown: nothing is closed or dropped for being
    // small.
    admit_geometry(read, 0.0).map_err(|faults| refused(&faults, crs))
}

fn length(ring: &Value) -> usize {
    ring.as_array().map_or(0, Vec::len)
}

fn stated_crs(document: &Value) -> Result<Option<PolygonCrs>, Problem> {
    let Some(stated) = document.get("crs").filter(|crs| !crs.is_null()) else { return Ok(None) };
    let name = stated.pointer("/properties/name").and_then(Value::as_str);
    name.and_then(PolygonCrs::of_name).map(Some).ok_or_else(|| {
        let detail =
            "the member crs of the body is neither CRS84 nor EPSG:27700: transform the polygon";
        Problem::new(ProblemKind::InvalidGeometry, detail)
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
                "the body has {other}: send one GeoJSON Polygon, MultiPolygon, or Feature of one, with coordinates"
            );
            Err(Problem::new(ProblemKind::InvalidGeometry, detail))
        }
    }
}

fn shape(polygon: usize, ring: Option<usize>, what: &str) -> Problem {
    let ring = ring.map(|ring| format!(", ring {ring}")).unwrap_or_default();
    Problem::new(ProblemKind::InvalidGeometry, format!("polygon {polygon}{ring} {what}"))
}

fn coord(
    position: &Value,
    crs: PolygonCrs,
    polygon: usize,
    ring: usize,
    vertex: usize,
) -> Result<Coord<f64>, Problem> {
    let numbers = || {
        let numbers = position.as_array()?;
        Some((numbers.first()?.as_f64()?, numbers.get(1)?.as_f64()?))
    };
    let vertex_name = || format!("polygon {polygon}, ring {ring}, vertex {vertex}");
    let Some((x, y)) = numbers() else {
        let detail = format!("{} is not a position: write [longitude, latitude]", vertex_name());
        return Err(Problem::new(ProblemKind::InvalidGeometry, detail));
    };
    let at = match crs {
        PolygonCrs::Bng => Bng::new(x, y),
        PolygonCrs::LngLat => LngLat::new(x, y).and_then(|at| at.to_bng().map(|(at, _)| at)),
    };
    at.map(Bng::coord).map_err(|error| {
        let detail = format!("{}: {error}", vertex_name());
        Problem::new(ProblemKind::InvalidGeometry, detail)
    })
}

/// A fault of a geometry and its position.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
pub(in crate::http) struct PolygonFault<'f> {
    /// `note`: harmless. `repaired`: fixed automatically. `error`: the geometry is rejected.
    severity: Severity,
    /// Kind of fault.
    #[schemars(with = "String")]
    kind: FaultKind,
    /// The ring at fault. Indices start at 0; ring 0 is the exterior ring.
    #[serde(skip_serializing_if = "Option::is_none")]
    ring: Option<RingRef>,
    /// Easting and northing in metres (EPSG:27700).
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<[f64; 2]>,
    /// Area concerned, in m².
    #[serde(skip_serializing_if = "Option::is_none")]
    area_m2: Option<f64>,
    /// What is wrong and how to fix it.
    message: &'f str,
    /// Longitude and latitude in degrees (WGS84) of the same position.
    #[serde(skip_serializing_if = "Option::is_none")]
    lon_lat: Option<[f64; 2]>,
}

impl<'f> PolygonFault<'f> {
    fn new(fault: &'f Fault, crs: PolygonCrs) -> Self {
        // A submitted polygon comes from no layer, file, feature or field.
        let Fault { severity, kind, ring, at, area_m2, ref message, .. } = *fault;
        let place = at.and_then(|[x, y]| Bng::new(x, y).ok());
        let lon_lat = place.filter(|_| crs == PolygonCrs::LngLat).map(|place| {
            let (at, _) = place.to_lng_lat();
            [at.lon(), at.lat()]
        });
        Self { severity, kind, ring, at, area_m2, message, lon_lat }
    }

    /// A fault with its position on the grid only.
    pub(in crate::http) fn on_grid(fault: &'f Fault) -> Self {
        Self::new(fault, PolygonCrs::Bng)
    }
}

/// All faults, with their positions on the grid and, for a polygon in degrees, in degrees.
fn refused(faults: &[Fault], crs: PolygonCrs) -> Problem {
    let errors: Vec<&str> = faults
        .iter()
        .filter(|fault| fault.severity == Severity::Error)
        .map(|fault| fault.message.as_str())
        .take(3)
        .collect();
    let listed: Vec<Value> =
        faults.iter().map(|fault| json!(PolygonFault::new(fault, crs))).collect();
    let detail = format!("the polygon is not valid: {}", errors.join("; "));
    Problem::new(ProblemKind::InvalidGeometry, detail).with("faults", listed)
}
