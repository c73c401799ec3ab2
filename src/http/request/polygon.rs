//! A submitted polygon: parses GeoJSON to a valid geometry on the National Grid, or returns every
//! fault.

use geo::Coord;
use lapwing_boundaries::compose::union;
use lapwing_boundaries::fault::{Fault, FaultKind, RingRef, Severity};
use lapwing_boundaries::position::{Bng, InvalidPosition, LngLat};
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

/// Parses the polygons of a GeoJSON document of any kind. Several features, or several geometries
/// of a collection, are one ground: their union.
///
/// The `crs` member of GeoJSON 2008 is respected, as our own exports in grid metres have it.
pub(in crate::http) fn read(
    body: &[u8],
    requested: Option<PolygonCrs>,
    most: usize,
) -> Result<Admitted, Problem> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
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
    let parts = parts(&document)?;
    let rings = parts.iter().flat_map(|part| &part.polygons).filter_map(|rings| rings.as_array());
    let vertices: usize = rings.flatten().map(length).sum();
    if vertices > most {
        let detail =
            format!("the polygon has {vertices} vertices; the limit is {most}: simplify it");
        return Err(Problem::new(ProblemKind::BodyTooLarge, detail).with("limit_vertices", most));
    }
    let mut admitted: Vec<Admitted> =
        parts.iter().map(|part| part.read(crs)).collect::<Result<_, Problem>>()?;
    if admitted.len() == 1 {
        return Ok(admitted.remove(0));
    }
    let (geometries, faults): (Vec<_>, Vec<_>) =
        admitted.into_iter().map(|Admitted { geometry, faults }| (geometry, faults)).unzip();
    let geometry = union(&geometries).map_err(|[x, y]| {
        let detail = format!(
            "the boundaries of the features are too close together near easting {x:.1}, northing \
             {y:.1}: send their union, or one feature at a time"
        );
        Problem::new(ProblemKind::InvalidGeometry, detail)
    })?;
    Ok(Admitted { geometry, faults: faults.concat() })
}

/// The polygons of one geometry, each a list of rings.
struct Part<'d> {
    /// The words before the position of a fault: `feature 3, `.
    label: String,
    polygons: Vec<&'d Value>,
}

impl Part<'_> {
    fn read(&self, crs: PolygonCrs) -> Result<Admitted, Problem> {
        let mut read = Vec::with_capacity(self.polygons.len());
        for (at, polygon) in self.polygons.iter().enumerate() {
            let rings =
                polygon.as_array().ok_or_else(|| self.shape(at, None, "is no list of rings"))?;
            let rings = rings.iter().enumerate().map(|(ring, positions)| {
                let positions = positions
                    .as_array()
                    .ok_or_else(|| self.shape(at, Some(ring), "is no list of positions"))?;
                let read = positions.iter().enumerate();
                read.map(|(vertex, position)| {
                    let vertex_name =
                        || format!("{}polygon {at}, ring {ring}, vertex {vertex}", self.label);
                    coord(position, crs, vertex_name)
                })
                .collect()
            });
            read.push(rings.collect::<Result<Vec<Vec<Coord<f64>>>, Problem>>()?);
        }
        // The resolution of a submitted polygon is unknown: nothing is closed or dropped for being
        // small.
        admit_geometry(read, 0.0).map_err(|faults| refused(&faults, crs, &self.label))
    }

    fn shape(&self, polygon: usize, ring: Option<usize>, what: &str) -> Problem {
        let ring = ring.map(|ring| format!(", ring {ring}")).unwrap_or_default();
        let detail = format!("{}polygon {polygon}{ring} {what}", self.label);
        Problem::new(ProblemKind::InvalidGeometry, detail)
    }
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

/// The geometries of a document.
fn parts(document: &Value) -> Result<Vec<Part<'_>>, Problem> {
    let mut parts = Vec::new();
    collect(document, "", &mut parts)?;
    if parts.is_empty() {
        let detail = "the collection has no polygon: send at least one";
        return Err(Problem::new(ProblemKind::InvalidGeometry, detail));
    }
    Ok(parts)
}

/// Adds the geometries of a feature, a geometry or a collection. JSON that can be parsed is not
/// nested too deeply for this.
fn collect<'d>(value: &'d Value, label: &str, parts: &mut Vec<Part<'d>>) -> Result<(), Problem> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or("");
    let members = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
    match (kind, value.get("coordinates")) {
        ("FeatureCollection", _) => {
            for (at, feature) in members("features").enumerate() {
                // A feature without a geometry has no ground (RFC 7946, section 3.2).
                if feature.get("geometry").is_some_and(|geometry| !geometry.is_null()) {
                    collect(feature, &format!("feature {at}, "), parts)?;
                }
            }
            Ok(())
        }
        ("Feature", _) => collect(value.get("geometry").unwrap_or(&Value::Null), label, parts),
        ("GeometryCollection", _) => members("geometries")
            .enumerate()
            .try_for_each(|(at, one)| collect(one, &format!("{label}geometry {at}, "), parts)),
        ("Polygon", Some(rings)) => {
            parts.push(Part { label: label.to_owned(), polygons: vec![rings] });
            Ok(())
        }
        ("MultiPolygon", Some(Value::Array(polygons))) => {
            let polygons = polygons.iter().collect();
            parts.push(Part { label: label.to_owned(), polygons });
            Ok(())
        }
        _ if value.get("rings").is_some() => {
            let detail = "the body is Esri JSON: export it as GeoJSON";
            Err(Problem::new(ProblemKind::InvalidGeometry, detail))
        }
        (other, _) => {
            let other = if other.is_empty() { "nothing with a type" } else { other };
            let other: String = other.chars().take(40).collect();
            let label = if label.is_empty() { "the body " } else { label };
            let detail = format!(
                "{label}has {other}: send GeoJSON polygons with coordinates, alone or in features \
                 and collections"
            );
            Err(Problem::new(ProblemKind::InvalidGeometry, detail))
        }
    }
}

fn coord(
    position: &Value,
    crs: PolygonCrs,
    vertex_name: impl Fn() -> String,
) -> Result<Coord<f64>, Problem> {
    let numbers = || {
        let numbers = position.as_array()?;
        Some((numbers.first()?.as_f64()?, numbers.get(1)?.as_f64()?))
    };
    let Some((x, y)) = numbers() else {
        let detail = format!("{} is not a position: write [longitude, latitude]", vertex_name());
        return Err(Problem::new(ProblemKind::InvalidGeometry, detail));
    };
    let at = match crs {
        PolygonCrs::Bng => Bng::given(x, y),
        PolygonCrs::LngLat => LngLat::given(x, y).and_then(|at| {
            let far = |_| InvalidPosition::FarFromBritain { lon: x, lat: y };
            at.to_bng().map(|(at, _)| at).map_err(far)
        }),
    };
    at.map(Bng::coord).map_err(|error| {
        let advice = match error {
            InvalidPosition::MetresForDegrees { .. } => ", with crs=EPSG:27700",
            InvalidPosition::DegreesForMetres { .. } => ", without crs=EPSG:27700",
            _ => "",
        };
        let detail = format!("{}: {error}{advice}", vertex_name());
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
fn refused(faults: &[Fault], crs: PolygonCrs, label: &str) -> Problem {
    let errors: Vec<&str> = faults
        .iter()
        .filter(|fault| fault.severity == Severity::Error)
        .map(|fault| fault.message.as_str())
        .take(3)
        .collect();
    let listed: Vec<Value> =
        faults.iter().map(|fault| json!(PolygonFault::new(fault, crs))).collect();
    let detail = format!("{label}the polygon is not valid: {}", errors.join("; "));
    Problem::new(ProblemKind::InvalidGeometry, detail).with("faults", listed)
}
