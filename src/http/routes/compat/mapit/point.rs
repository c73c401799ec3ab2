//! `/mapit/point`: the areas of a point.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use lapwing_boundaries::position::Bng;

use super::area_json::by_id;
use super::choice::Choice;
use super::{Answer, Format, Query, Refusal, Reply, crs_of, malformed, respond, split};
use crate::compat::areas_of::areas_at;
use crate::compat::directory::Spot;
use crate::features::crs::Crs;
use crate::http::RequestSnapshot;
use crate::http::request::base_url::Base;
use crate::live::Served;

/// What MapIt says of a position that it cannot place.
pub(super) const OUTSIDE: &str = "Point outside the area geometry";

/// Two numbers with a comma, as MapIt takes them: a sign, digits, a point.
pub(super) fn numbers(text: &str) -> Result<[f64; 2], Refusal> {
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
            "'{shown}' is no point: write two numbers with a comma, as in 475486,260275"
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
    let asked = PointRequest { srid: &srid, point: &point, boxed: false, query: query.as_deref() };
    respond(&parsed, asked.answer(snapshot, &base, &parsed))
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
            let asked =
                PointRequest { srid: &srid, point: &point, boxed: true, query: query.as_deref() };
            asked.answer(snapshot, &base, &parsed)
        }
        _ => Err(super::not_found("After a point there is only /box.")),
    });
    respond(&parsed, answer)
}

struct PointRequest<'a> {
    srid: &'a str,
    point: &'a str,
    /// Whether the bounding boxes of areas are asked instead of their ground.
    boxed: bool,
    query: Option<&'a str>,
}

impl PointRequest<'_> {
    fn answer(&self, snapshot: RequestSnapshot, base: &Base, query: &Query) -> Answer {
        let (point, format) = split(self.point)?;
        let [x, y] = numbers(point)?;
        match self.srid {
            "latlon" => return Ok(self.send_on(base, 4326, point, true)),
            "osgb" => return Ok(self.send_on(base, 27700, point, false)),
            _ => {}
        }
        if !matches!(format, None | Some(Format::Json)) {
            return Err(super::not_found("The areas of a point come as JSON."));
        }
        let crs = crs_of(self.srid).ok_or_else(|| malformed(OUTSIDE))?;
        let served = snapshot.served()?;
        let choice = Choice::read(query, None, &served)?;
        let at = match crs.bng_of_xy([x, y]) {
            Ok(at) => at,
            // A place on earth that no area here can hold.
            Err(_) if is_on_earth(crs, [x, y]) => {
                return Ok(by_id(&served, &[]));
            }
            Err(_) => return Err(malformed(OUTSIDE)),
        };
        let mut spots = self.holders(&served, choice.layers(), at);
        // The latest of several vintages first.
        spots.sort_by_key(|(layer, _)| choice.layers().iter().position(|of| of == layer));
        let spots = choice.filter(&served, spots);
        Ok(by_id(&served, &spots))
    }

    fn holders(&self, served: &Served, layers: &[usize], at: Bng) -> Vec<Spot> {
        let atlas = served.atlas();
        if !self.boxed {
            let mut spots = areas_at(atlas, at);
            spots.retain(|(layer, _)| layers.contains(layer));
            return spots;
        }
        let boxes = layers.iter().flat_map(|&layer| {
            let index = atlas.layers()[layer].area_index();
            index.meeting(geo::Rect::new(at.coord(), at.coord())).map(move |area| (layer, area))
        });
        let mut spots: Vec<Spot> = boxes.collect();
        spots.sort_unstable();
        spots
    }

    /// To the address that has the x first.
    fn send_on(&self, base: &Base, srid: u16, point: &str, north_first: bool) -> Reply {
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
