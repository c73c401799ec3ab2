//! `/mapit/point`: the areas that contain a point.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use lapwing_boundaries::position::Bng;

use super::area_filter::AreaFilter;
use super::area_json::by_id;
use super::{Answer, Format, MapItError, Query, Reply, crs_of, malformed, respond, split};
use crate::compat::areas_of::areas_at;
use crate::compat::directory::LayerArea;
use crate::features::crs::Crs;
use crate::http::RequestSnapshot;
use crate::http::request::base_url::Base;
use crate::live::Served;

/// MapIt's message for a position outside the CRS.
pub(super) const OUTSIDE: &str = "Point outside the area geometry";

/// Parses two comma-separated numbers as MapIt does: sign, digits, decimal point.
pub(super) fn numbers(text: &str) -> Result<[f64; 2], MapItError> {
    let number = |text: &str| -> Option<f64> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let ends = digits.bytes().last().is_some_and(|b| b.is_ascii_digit());
        text.parse().ok().filter(|value: &f64| plain && ends && value.is_finite())
    };
    let pair = text.split_once(',').and_then(|(x, y)| Some([number(x)?, number(y)?]));
    pair.ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        malformed(format!(
            "'{shown}' is not a point. Write two numbers separated by a comma, as in \
             475486,260275"
        ))
    })
}

pub(super) async fn areas(
    snapshot: RequestSnapshot,
    base: Base,
    Path((srid, point)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let parsed = Query::read(query.as_deref());
    let request =
        PointRequest { srid: &srid, point: &point, boxed: false, query: query.as_deref() };
    respond(&parsed, request.answer(snapshot, &base, &parsed))
}

pub(super) async fn boxes(
    snapshot: RequestSnapshot,
    base: Base,
    Path((srid, point, method)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let parsed = Query::read(query.as_deref());
    let answer = split(&method).and_then(|(method, format)| match (method, format) {
        ("box", None | Some(Format::Json)) => {
            let request =
                PointRequest { srid: &srid, point: &point, boxed: true, query: query.as_deref() };
            request.answer(snapshot, &base, &parsed)
        }
        _ => Err(super::not_found("Only /box can follow a point.")),
    });
    respond(&parsed, answer)
}

struct PointRequest<'a> {
    srid: &'a str,
    point: &'a str,
    /// True if bounding boxes are tested instead of geometries.
    boxed: bool,
    query: Option<&'a str>,
}

impl PointRequest<'_> {
    fn answer(&self, snapshot: RequestSnapshot, base: &Base, query: &Query) -> Answer {
        let (point, format) = split(self.point)?;
        let [x, y] = numbers(point)?;
        match self.srid {
            "latlon" => return Ok(self.redirect(base, 4326, point, true)),
            "osgb" => return Ok(self.redirect(base, 27700, point, false)),
            _ => {}
        }
        if !matches!(format, None | Some(Format::Json)) {
            return Err(super::not_found("The areas of a point are available as JSON only."));
        }
        let crs = crs_of(self.srid).ok_or_else(|| malformed(OUTSIDE))?;
        let served = snapshot.served()?;
        let filter = AreaFilter::read(query, None, &served)?;
        let at = match crs.bng_of_xy([x, y]) {
            Ok(at) => at,
            // On Earth, but outside Great Britain: no area contains it.
            Err(_) if is_on_earth(crs, [x, y]) => {
                return Ok(by_id(&served, &[]));
            }
            Err(_) => return Err(malformed(OUTSIDE)),
        };
        let mut layer_areas = self.containing(&served, filter.layers(), at);
        // Latest vintage first.
        layer_areas.sort_by_key(|(layer, _)| filter.layers().iter().position(|of| of == layer));
        let layer_areas = filter.filter(&served, layer_areas);
        Ok(by_id(&served, &layer_areas))
    }

    fn containing(&self, served: &Served, layers: &[usize], at: Bng) -> Vec<LayerArea> {
        let atlas = served.atlas();
        if !self.boxed {
            let mut layer_areas = areas_at(atlas, at);
            layer_areas.retain(|(layer, _)| layers.contains(layer));
            return layer_areas;
        }
        let boxes = layers.iter().flat_map(|&layer| {
            let index = atlas.layers()[layer].area_index();
            index.meeting(geo::Rect::new(at.coord(), at.coord())).map(move |area| (layer, area))
        });
        let mut layer_areas: Vec<LayerArea> = boxes.collect();
        layer_areas.sort_unstable();
        layer_areas
    }

    /// Redirects to the URL with the EPSG code, longitude or easting first.
    fn redirect(&self, base: &Base, srid: u16, point: &str, north_first: bool) -> Reply {
        let suffix = &self.point[point.len()..];
        let (first, second) = point.split_once(',').unwrap_or((point, ""));
        let (x, y) = if north_first { (second, first) } else { (first, second) };
        let boxed = if self.boxed { "/box" } else { "" };
        let query = self.query.map(|query| format!("?{query}")).unwrap_or_default();
        Reply::Found(base.at(&format!("/mapit/point/{srid}/{x},{y}{boxed}{suffix}{query}")))
    }
}

fn is_on_earth(crs: Crs, [x, y]: [f64; 2]) -> bool {
    if crs.is_degrees() {
        x.abs() <= 180.0 && y.abs() <= 90.0
    } else {
        x.abs() < 2.1e7 && y.abs() < 2.1e7
    }
}
