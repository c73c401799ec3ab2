//! Geometries of areas as GeoJSON, WKT and KML.

use std::fmt::Write as _;
use std::sync::Arc;

use geo::{LineString, MultiPolygon};
use lapwing_boundaries::position::Bng;
use maud::{Markup, html};
use schemars::JsonSchema;

use super::area_json::area_json;
use super::{Format, MapItError, Query, crs_of, malformed};
use crate::compat::directory::LayerArea;
use crate::features::crs::Crs;
use crate::features::generalise::tolerance_m;
use crate::formats::geojson::write_ground;
use crate::live::Served;

/// Format, CRS and simplification of geometries.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShapeOptions {
    format: Format,
    crs: Crs,
    /// In units of the CRS; 0 keeps the full geometry.
    tolerance: f64,
}

/// Length in metres of a degree of longitude on the equator. [`ShapeOptions::metres`] scales it by
/// the latitude, so that the result is never coarser than requested.
const DEGREE_M: f64 = 111_320.0;

impl ShapeOptions {
    /// Reads the options. Without `srid` the CRS is WGS84, but for WKT the British National Grid,
    /// as in MapIt.
    pub(super) fn read(
        format: Format,
        srid: Option<&str>,
        query: &Query,
    ) -> Result<Self, MapItError> {
        let crs = match (format, srid) {
            (Format::Wkt, None) => Crs::Epsg27700,
            // KML allows no other CRS (OGC 12-007r2, section 6.2).
            (Format::Kml, _) | (_, None) => Crs::Crs84,
            (_, Some(srid)) => crs_of(srid).ok_or_else(|| {
                let srid: String = srid.chars().take(20).collect();
                malformed(format!(
                    "Error with transform: srid {srid} is not available. Use 4326, 27700 or 3857"
                ))
            })?,
        };
        let tolerance = query.get("simplify_tolerance").map_or(Some(0.0), |text| {
            text.trim()
                .parse()
                .ok()
                .filter(|tolerance: &f64| tolerance.is_finite() && *tolerance >= 0.0)
        });
        let tolerance = tolerance.ok_or_else(|| malformed("Badly specified tolerance"))?;
        Ok(Self { format, crs, tolerance })
    }

    /// Converts the tolerance to metres on the ground at `at` (EPSG:27700). A degree is measured
    /// along the parallel, where it is shortest, so that the result is never coarser than
    /// requested.
    fn metres(self, at: geo::Coord<f64>) -> f64 {
        let latitude = Bng::new(at.x, at.y).map_or(52.0, |at| at.to_lng_lat().0.lat());
        let shrink = latitude.to_radians().cos();
        match self.crs {
            Crs::Crs84 | Crs::Epsg4326 => self.tolerance * DEGREE_M * shrink,
            Crs::Epsg3857 => self.tolerance * shrink,
            Crs::Epsg27700 => self.tolerance,
        }
    }

    fn with_ground<T>(
        self,
        served: &Served,
        layer_area: LayerArea,
        write: impl FnOnce(&MultiPolygon<f64>) -> T,
    ) -> T {
        let area = &served.atlas().layers()[layer_area.0].layer().areas()[layer_area.1];
        let simple = tolerance_m(self.metres(area.extent().center()));
        match simple.map(|tolerance| served.drawing(layer_area.0, tolerance)) {
            Some(drawing) => write(drawing.get(layer_area.1).unwrap_or(area.geometry())),
            None => write(area.geometry()),
        }
    }

    /// Writes one area.
    pub(super) fn one(self, served: &Served, layer_area: LayerArea) -> Vec<u8> {
        let mut out = Vec::new();
        match self.format {
            Format::Json | Format::GeoJson => {
                self.with_ground(served, layer_area, |ground| {
                    write_ground(&mut out, ground, self.crs);
                });
            }
            Format::Wkt => {
                out = self.with_ground(served, layer_area, |ground| wkt(ground, self.crs)).into();
            }
            Format::Kml => {
                out.extend(KML_HEAD);
                self.placemark(&mut out, served, layer_area);
                out.extend(KML_END);
            }
        }
        out
    }

    /// Writes many areas, one chunk per area: a FeatureCollection whose properties are MapIt's
    /// attributes, or a KML document.
    pub(super) fn many(
        self,
        served: Arc<Served>,
        layer_areas: Vec<LayerArea>,
    ) -> impl Iterator<Item = Result<Vec<u8>, std::convert::Infallible>> + Send + 'static {
        let is_kml = self.format == Format::Kml;
        let (head, end): (&[u8], &[u8]) = if is_kml {
            (KML_HEAD, KML_END)
        } else {
            (br#"{"type":"FeatureCollection","features":["#, b"]}")
        };
        let features = layer_areas.into_iter().enumerate().map(move |(at, layer_area)| {
            let mut piece = Vec::new();
            if is_kml {
                self.placemark(&mut piece, &served, layer_area);
            } else {
                piece.extend(if at == 0 { &b""[..] } else { b"," });
                self.feature(&mut piece, &served, layer_area);
            }
            piece
        });
        std::iter::once(head.to_vec()).chain(features).chain([end.to_vec()]).map(Ok)
    }

    fn feature(self, out: &mut Vec<u8>, served: &Served, layer_area: LayerArea) {
        out.extend(br#"{"type":"Feature","properties":"#);
        // Writing to a `Vec` cannot fail.
        let _ = serde_json::to_writer(
            &mut *out,
            &area_json(served.atlas(), served.directory(), layer_area),
        );
        out.extend(br#","geometry":"#);
        self.with_ground(served, layer_area, |ground| write_ground(out, ground, self.crs));
        out.push(b'}');
    }

    fn placemark(self, out: &mut Vec<u8>, served: &Served, layer_area: LayerArea) {
        let (_, name) = served.atlas().code_and_name(layer_area.0, layer_area.1);
        let geometry = self.with_ground(served, layer_area, kml);
        let placemark = html! {
            Placemark { styleUrl { "#area" } name { (name) } (geometry) }
        };
        out.extend(placemark.into_string().into_bytes());
        out.push(b'\n');
    }
}

const KML_HEAD: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Style id="area"><LineStyle><color>70ff0000</color><width>2</width></LineStyle><PolyStyle><color>3dff5500</color></PolyStyle></Style>
"#;

const KML_END: &[u8] = b"</Document></kml>\n";

/// Writes the positions of a ring in a CRS, with `first` between the coordinates of a position and
/// `between` between positions.
fn positions(text: &mut String, ring: &LineString<f64>, crs: Crs, first: char, between: &str) {
    let decimals = crs.decimals();
    // Coordinates were validated when the atlas was built.
    let positions = ring.coords().filter_map(|at| Bng::new(at.x, at.y).ok());
    for (index, at) in positions.enumerate() {
        let [x, y] = crs.xy(at);
        let between = if index == 0 { "" } else { between };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{between}{x:.decimals$}{first}{y:.decimals$}");
    }
}

fn wkt(ground: &MultiPolygon<f64>, crs: Crs) -> String {
    let mut parts = Vec::new();
    for polygon in ground {
        let mut text = String::from("((");
        positions(&mut text, polygon.exterior(), crs, ' ', ", ");
        for hole in polygon.interiors() {
            text.push_str("), (");
            positions(&mut text, hole, crs, ' ', ", ");
        }
        text.push_str("))");
        parts.push(text);
    }
    match &parts[..] {
        [one] => format!("POLYGON {one}"),
        many => format!("MULTIPOLYGON ({})", many.join(", ")),
    }
}

/// The geometry as KML, by the same templates as HTML: they escape what XML escapes, and no element
/// here is empty.
fn kml(ground: &MultiPolygon<f64>) -> Markup {
    let ring = |ring: &LineString<f64>| {
        let mut text = String::new();
        positions(&mut text, ring, Crs::Crs84, ',', " ");
        html! { LinearRing { coordinates { (text) } } }
    };
    html! {
        MultiGeometry {
            @for polygon in ground {
                Polygon {
                    outerBoundaryIs { (ring(polygon.exterior())) }
                    @for hole in polygon.interiors() { innerBoundaryIs { (ring(hole)) } }
                }
            }
        }
    }
}

/// A GeoJSON geometry.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "written piece by piece; the type describes the whole")]
pub(in crate::http::routes) struct MapItGeometry {
    /// Geometry type.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["Polygon", "MultiPolygon"]))]
    kind: &'static str,
    coordinates: Vec<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    #[test]
    fn the_wkt_of_a_single_part_is_a_polygon() {
        let one = polygon!(
            exterior: [(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.)],
            interiors: [[(x: 5., y: 1.), (x: 8., y: 4.), (x: 8., y: 1.)]],
        );
        let text = wkt(&MultiPolygon::new(vec![one.clone()]), Crs::Epsg27700);
        assert_eq!(
            text,
            "POLYGON ((0.000 0.000, 9.000 0.000, 9.000 9.000, 0.000 0.000), \
             (5.000 1.000, 8.000 4.000, 8.000 1.000, 5.000 1.000))"
        );
        let text = wkt(&MultiPolygon::new(vec![one.clone(), one]), Crs::Epsg27700);
        assert!(text.starts_with("MULTIPOLYGON (((0.000") && text.ends_with(")), ((0.000 0.000, 9.000 0.000, 9.000 9.000, 0.000 0.000), (5.000 1.000, 8.000 4.000, 8.000 1.000, 5.000 1.000)))"), "{text}");
    }

    #[test]
    fn a_tolerance_in_degrees_is_never_coarser_than_requested() {
        let form = ShapeOptions { format: Format::GeoJson, crs: Crs::Crs84, tolerance: 0.001 };
        let metres = form.metres(geo::Coord { x: 475_000.0, y: 260_000.0 });
        assert!((67.0..70.0).contains(&metres), "{metres}");
    }
}
