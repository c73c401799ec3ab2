//! Recognition of a CRS from well-known text: first by its parameters, which works for any naming,
//! then by its authority code.

use super::wkt::{self, Node};
use super::{SourceCrs, StatedCrs};

/// Returns the CRS that a WKT definition states.
///
/// `whose` names the place of the definition in messages, such as `the .prj`.
pub fn from_wkt(text: &str, whose: &str) -> StatedCrs {
    let text = text.trim_matches(['\u{feff}', '\0', ' ', '\t', '\r', '\n']);
    if text.is_empty() {
        return StatedCrs::Nothing;
    }
    match wkt::parse(text) {
        Ok(node) => StatedCrs::Stated(crs_of(&node, text)),
        Err(error) => {
            StatedCrs::Unclear(format!("{whose} does not contain valid well-known text ({error})"))
        }
    }
}

fn crs_of(node: &Node, text: &str) -> SourceCrs {
    let node = horizontal(node);
    let by_code =
        || authority(node).and_then(|(authority, code)| SourceCrs::from_authority(authority, code));
    match recognised(node).or_else(by_code) {
        // Add the title: a code alone means little to a reader.
        Some(SourceCrs::Other { name, definition }) => {
            let title = node.text(0).unwrap_or_default();
            SourceCrs::Other { name: format!("{title} ({name})"), definition }
        }
        Some(known) => known,
        None => SourceCrs::Other {
            name: format!("{:?}", node.text(0).unwrap_or(&node.keyword)),
            definition: text.to_owned(),
        },
    }
}

const PROJECTED: [&str; 3] = ["PROJCS", "PROJCRS", "PROJECTEDCRS"];
const GEOGRAPHIC: [&str; 5] = ["GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS"];

/// Returns the horizontal part of a compound or bound CRS. Heights are dropped with the third
/// coordinate.
fn horizontal(node: &Node) -> &Node {
    match node.keyword.as_str() {
        "COMPD_CS" | "COMPOUNDCRS" => node
            .children()
            .find(|c| PROJECTED.contains(&&*c.keyword) || GEOGRAPHIC.contains(&&*c.keyword))
            .or_else(|| node.child(&["BOUNDCRS"]).map(horizontal))
            .unwrap_or(node),
        "BOUNDCRS" => {
            node.child(&["SOURCECRS"]).and_then(|n| n.children().next()).map_or(node, |source| {
                if source.keyword == "BOUNDCRS" { source } else { horizontal(source) }
            })
        }
        _ => node,
    }
}

fn authority(node: &Node) -> Option<(&str, u32)> {
    let id = node.child(&["AUTHORITY", "ID"])?;
    let code = id.number(1)?;
    (code.fract() == 0.0 && (1.0..1e9).contains(&code)).then(|| Some((id.text(0)?, code as u32)))?
}

fn recognised(node: &Node) -> Option<SourceCrs> {
    if PROJECTED.contains(&node.keyword.as_str()) {
        if is_national_grid(node) {
            return Some(SourceCrs::BritishNationalGrid);
        }
        return is_web_mercator(node).then_some(SourceCrs::WebMercator);
    }
    let geographic = GEOGRAPHIC.contains(&node.keyword.as_str());
    (geographic && is_wgs84_or_etrs89(node) && in_degrees(node)).then_some(SourceCrs::Degrees)
}

/// Returns true for transverse Mercator on Airy 1830 with the National Grid's parameters (EPSG
/// conversion 19916).
fn is_national_grid(node: &Node) -> bool {
    method(node).is_some_and(|method| method == "transversemercator")
        && ellipsoid_is(node, 6_377_563.396, &[299.324_964_6])
        && parameter(node, &["latitudeoforigin", "latitudeofnaturalorigin"]).is(49.0, 1e-9)
        && parameter(node, &["centralmeridian", "longitudeofnaturalorigin"]).is(-2.0, 1e-9)
        && parameter(node, &["scalefactor", "scalefactoratnaturalorigin"]).is(0.999_601_271_7, 1e-9)
        && parameter(node, &["falseeasting"]).is(400_000.0, 1e-4)
        && parameter(node, &["falsenorthing"]).is(-100_000.0, 1e-4)
        && in_metres(node)
        && from_greenwich(node)
}

/// Returns true for spherical web Mercator on WGS84 (EPSG method 1024), in the spellings of EPSG,
/// ESRI and GDAL (which puts its sphere in an `EXTENSION`).
fn is_web_mercator(node: &Node) -> bool {
    let is_method = match method(node).as_deref() {
        Some("mercatorauxiliarysphere" | "popularvisualisationpseudomercator") => true,
        Some("mercator1sp") => node
            .find(&["EXTENSION"])
            .and_then(|extension| extension.text(1))
            .is_some_and(|proj| proj.contains("+a=6378137 ") && proj.contains("+b=6378137 ")),
        _ => false,
    };
    let zeros = [
        "latitudeoforigin",
        "latitudeofnaturalorigin",
        "centralmeridian",
        "longitudeofnaturalorigin",
        "standardparallel1",
        "auxiliaryspheretype",
        "falseeasting",
        "falsenorthing",
    ];
    is_method
        && zeros.iter().all(|&name| parameter(node, &[name]).is_absent_or(0.0))
        && parameter(node, &["scalefactor"]).is_absent_or(1.0)
        // An inverse flattening of 0 means a sphere.
        && ellipsoid_is(node, 6_378_137.0, &[298.257_223_563, 0.0])
        && in_metres(node)
        && from_greenwich(node)
}

/// Checks both the datum's name and its ellipsoid: GRS 1980 alone is also used in North America and
/// Australia.
fn is_wgs84_or_etrs89(node: &Node) -> bool {
    let datum = node.child(&["DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE"]);
    let name = datum.and_then(|datum| datum.text(0)).map(letters).unwrap_or_default();
    let wgs84 = ["wgs84", "wgs1984", "worldgeodeticsystem1984"];
    let etrs89 = ["etrs89", "etrs1989", "europeanterrestrialreferencesystem1989"];
    let flattening = if wgs84.iter().any(|known| name.contains(known)) {
        298.257_223_563
    } else if etrs89.iter().any(|known| name.contains(known)) {
        298.257_222_101
    } else {
        return false;
    };
    ellipsoid_is(node, 6_378_137.0, &[flattening]) && from_greenwich(node)
}

/// Returns the projection method in lower case, letters and digits only.
fn method(node: &Node) -> Option<String> {
    node.find(&["PROJECTION", "METHOD"])?.text(0).map(letters)
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The value of a projection parameter, if present.
struct Parameter(Option<f64>);

impl Parameter {
    fn is(&self, wanted: f64, within: f64) -> bool {
        self.0.is_some_and(|value| (value - wanted).abs() <= within)
    }

    fn is_absent_or(&self, wanted: f64) -> bool {
        self.0.is_none() || self.is(wanted, 1e-9)
    }
}

/// Returns the parameter with any of these names, normalised by [`letters`].
fn parameter(node: &Node, names: &[&str]) -> Parameter {
    let conversion = node.child(&["CONVERSION"]).unwrap_or(node);
    let value = conversion
        .children()
        .filter(|child| child.keyword == "PARAMETER")
        .find(|child| child.text(0).is_some_and(|name| names.contains(&letters(name).as_str())))
        .and_then(|child| child.number(1));
    Parameter(value)
}

/// Returns true if the ellipsoid has this semi-major axis (metres) and one of these inverse
/// flattenings. Writers round; the tolerance of 1e-4 is 7 mm at the pole.
fn ellipsoid_is(node: &Node, a: f64, flattenings: &[f64]) -> bool {
    let Some(ellipsoid) = node.find(&["SPHEROID", "ELLIPSOID"]) else { return false };
    let (Some(axis), Some(flattening)) = (ellipsoid.number(1), ellipsoid.number(2)) else {
        return false;
    };
    (axis - a).abs() <= 0.001 && flattenings.iter().any(|f| (flattening - f).abs() <= 1e-4)
}

/// Returns true if the prime meridian is Greenwich or not stated.
fn from_greenwich(node: &Node) -> bool {
    node.find(&["PRIMEM", "PRIMEMERIDIAN"])
        .and_then(|meridian| meridian.number(1))
        .is_none_or(|longitude| longitude.abs() <= 1e-9)
}

/// Returns the unit factors of the axes, given once for the whole system or per axis.
fn unit_factors<'n>(node: &'n Node, keyword: &str) -> impl Iterator<Item = f64> + use<'n> {
    let keywords = [String::from("UNIT"), keyword.to_owned()];
    let axes = node.children().filter(|child| child.keyword == "AXIS");
    std::iter::once(node)
        .chain(axes)
        .flat_map(Node::children)
        .filter(move |child| keywords.contains(&child.keyword))
        .filter_map(|unit| unit.number(1))
}

fn in_metres(node: &Node) -> bool {
    unit_factors(node, "LENGTHUNIT").all(|factor| (factor - 1.0).abs() <= 1e-12)
}

fn in_degrees(node: &Node) -> bool {
    let degree = 1.0_f64.to_radians();
    let cartesian = node.child(&["CS"]).and_then(|cs| cs.text(0)).map(letters);
    cartesian.as_deref() != Some("cartesian")
        && unit_factors(node, "ANGLEUNIT").all(|factor| (factor - degree).abs() <= 1e-12)
}
