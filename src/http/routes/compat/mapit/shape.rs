//! The shapes of areas: GeoJSON, WKT, KML.

use std::fmt::Write as _;
use std::sync::Arc;

use geo::{LineString, MultiPolygon};
use lapwing_boundaries::position::Bng;

use super::area_json::entry;
use super::{Format, Query, Refusal, crs_of, malformed};
use crate::compat::directory::Spot;
use crate::features::crs::Crs;
use crate::features::generalise::tolerance_m;
use crate::formats::geojson::write_ground;
use crate::http::html::escape;
use crate::live::Served;

/// How shapes are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShapeOptions {
    format: Format,
    crs: Crs,
    /// In the units of the CRS; 0 for as they are.
    tolerance: f64,
}

/// A degree of longitude in the south of Britain, where it is longest, in metres. A drawing as
/// coarse as that many metres a degree would be coarser than asked further north, so
/// [`ShapeOptions::metres`] goes by the latitude.
const DEGREE_M: f64 = 111_320.0;

impl ShapeOptions {
    /// In the CRS of `srid`; without it degrees, but WKT on the grid, as MapIt has it.
    pub(super) fn read(format: Format, srid: Option<&str>, query: &Query) -> Result<Self, Refusal> {
        let crs = match (format, srid) {
            (Format::Wkt, None) => Crs::Epsg27700,
            // KML has no other (OGC 12-007r2, section 6.2).
            (Format::Kml, _) | (_, None) => Crs::Crs84,
            (_, Some(srid)) => crs_of(srid).ok_or_else(|| {
                let srid: String = srid.chars().take(20).collect();
                malformed(format!(
                    "Error with transform: there is no srid {srid} here, but 4326, 27700 and 3857"
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

    /// The tolerance in metres on the ground, at the latitude of an area: along the parallel, where
    /// a degree is shortest, so that no drawing is coarser than asked.
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
        spot: Spot,
        write: impl FnOnce(&MultiPolygon<f64>) -> T,
    ) -> T {
        let area = &served.atlas().layers()[spot.0].layer().areas()[spot.1];
        let simple = tolerance_m(self.metres(area.extent().center()));
        match simple.map(|tolerance| served.drawing(spot.0, tolerance)) {
            Some(drawing) => write(drawing.get(spot.1).unwrap_or(area.geometry())),
            None => write(area.geometry()),
        }
    }

    /// One area alone.
    pub(super) fn one(self, served: &Served, spot: Spot) -> Vec<u8> {
        let mut out = Vec::new();
        match self.format {
            Format::Json | Format::GeoJson => {
                self.with_ground(served, spot, |ground| write_ground(&mut out, ground, self.crs));
            }
            Format::Wkt => {
                out = self.with_ground(served, spot, |ground| wkt(ground, self.crs)).into();
            }
            Format::Kml => {
                out.extend(KML_HEAD);
                self.placemark(&mut out, served, spot);
                out.extend(KML_END);
            }
        }
        out
    }

    /// Many areas, piece by piece: a FeatureCollection with MapIt's words on each area as its
    /// properties, or a KML document.
    pub(super) fn many(
        self,
        served: Arc<Served>,
        spots: Vec<Spot>,
    ) -> impl Iterator<Item = Result<Vec<u8>, std::convert::Infallible>> + Send + 'static {
        let is_kml = self.format == Format::Kml;
        let (head, end): (&[u8], &[u8]) = if is_kml {
            (KML_HEAD, KML_END)
        } else {
            (br#"{"type":"FeatureCollection","features":["#, b"]}")
        };
        let features = spots.into_iter().enumerate().map(move |(at, spot)| {
            let mut piece = Vec::new();
            if is_kml {
                self.placemark(&mut piece, &served, spot);
            } else {
                piece.extend(if at == 0 { &b""[..] } else { b"," });
                self.feature(&mut piece, &served, spot);
            }
            piece
        });
        std::iter::once(head.to_vec()).chain(features).chain([end.to_vec()]).map(Ok)
    }

    fn feature(self, out: &mut Vec<u8>, served: &Served, spot: Spot) {
        out.extend(br#"{"type":"Feature","properties":"#);
        // Memory does not fail to be written to.
        let _ = serde_json::to_writer(&mut *out, &entry(served.atlas(), served.directory(), spot));
        out.extend(br#","geometry":"#);
        self.with_ground(served, spot, |ground| write_ground(out, ground, self.crs));
        out.push(b'}');
    }

    fn placemark(self, out: &mut Vec<u8>, served: &Served, spot: Spot) {
        let (_, name) = served.atlas().code_and_name(spot.0, spot.1);
        out.extend(b"<Placemark><styleUrl>#area</styleUrl><name>");
        out.extend(escape(name).as_bytes());
        out.extend(b"</name>");
        self.with_ground(served, spot, |ground| out.extend(kml(ground).as_bytes()));
        out.extend(b"</Placemark>\n");
    }
}

const KML_HEAD: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Style id="area"><LineStyle><color>70ff0000</color><width>2</width></LineStyle><PolyStyle><color>3dff5500</color></PolyStyle></Style>
"#;

const KML_END: &[u8] = b"</Document></kml>\n";

/// Positions in a CRS, `first` between the numbers of one and `between` those of two.
fn positions(text: &mut String, ring: &LineString<f64>, crs: Crs, first: char, between: &str) {
    let decimals = crs.decimals();
    // Every coordinate of an atlas was checked where it entered.
    let placed = ring.coords().filter_map(|at| Bng::new(at.x, at.y).ok());
    for (place, at) in placed.enumerate() {
        let [x, y] = crs.xy(at);
        let between = if place == 0 { "" } else { between };
        // Text does not fail to be written to.
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

fn kml(ground: &MultiPolygon<f64>) -> String {
    let mut text = String::from("<MultiGeometry>");
    let ring = |text: &mut String, name: &str, ring: &LineString<f64>| {
        let _ = write!(text, "<{name}><LinearRing><coordinates>");
        positions(text, ring, Crs::Crs84, ',', " ");
        let _ = write!(text, "</coordinates></LinearRing></{name}>");
    };
    for polygon in ground {
        text.push_str("<Polygon>");
        ring(&mut text, "outerBoundaryIs", polygon.exterior());
        for hole in polygon.interiors() {
            ring(&mut text, "innerBoundaryIs", hole);
        }
        text.push_str("</Polygon>");
    }
    text.push_str("</MultiGeometry>");
    text
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    #[test]
    fn well_known_text_of_one_part_is_a_polygon() {
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
    fn a_tolerance_of_degrees_is_never_coarser_than_asked() {
        let form = ShapeOptions { format: Format::GeoJson, crs: Crs::Crs84, tolerance: 0.001 };
        let metres = form.metres(geo::Coord { x: 475_000.0, y: 260_000.0 });
        assert!((67.0..70.0).contains(&metres), "{metres}");
    }
}
