//! The postcodes near a position.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::position::LngLat;

use super::errors::Refusal;
use super::fields::PostcodeFields;
use super::postcode::live;
use super::{Answer, Query, answer, respond};
use crate::compat::layer_roles::Plan;
use crate::http::routes::compat::distance::{GRID_MARGIN, metres};
use crate::http::routes::compat::query::{leading_float, leading_int};
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot, today};
use crate::live::Served;

/// What is asked about a position, as postcodes.io reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Around {
    lon: f64,
    lat: f64,
    limit: usize,
    radius_m: f64,
}

/// A question about a position, before it is read: texts as they came.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Raw<'a> {
    pub(super) lon: Option<&'a str>,
    pub(super) lat: Option<&'a str>,
    pub(super) limit: Option<&'a str>,
    pub(super) radius: Option<&'a str>,
    pub(super) wide: bool,
}

/// The least and the greatest of a kind of question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) radius_m: f64,
    pub(super) most_radius_m: f64,
}

/// Postcodes near a position.
const OF_POSTCODES: Bounds = Bounds { radius_m: 100.0, most_radius_m: 2000.0 };

/// How many are told, and at most.
pub(super) const LIMIT: usize = 10;
pub(super) const MOST: usize = 100;

/// How far a wide search looks.
const WIDE_M: f64 = 20_000.0;

/// How many, as it was asked.
pub(super) fn limit(text: Option<&str>) -> Result<usize, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(LIMIT) };
    let limit = leading_int(text).and_then(|limit| usize::try_from(limit).ok());
    limit.map(|limit| limit.min(MOST)).ok_or(Refusal::InvalidLimit)
}

impl Raw<'_> {
    pub(super) fn read(self, bounds: Bounds) -> Result<Around, Refusal> {
        let mut limit = limit(self.limit)?;
        let degree = |text: Option<&str>| leading_float(text.unwrap_or_default());
        let lon = degree(self.lon).ok_or(Refusal::InvalidPosition)?;
        let lat = degree(self.lat).ok_or(Refusal::InvalidPosition)?;
        let mut radius_m = match self.radius.filter(|text| !text.is_empty()) {
            None => bounds.radius_m,
            Some(text) => leading_float(text)
                .filter(|radius| *radius >= 0.0)
                .ok_or(Refusal::InvalidRadius)?
                .min(bounds.most_radius_m),
        };
        if self.wide {
            limit = limit.min(LIMIT);
            radius_m = WIDE_M;
        }
        Ok(Around { lon, lat, limit, radius_m })
    }

    pub(super) fn postcodes(self) -> Result<Around, Refusal> {
        self.read(OF_POSTCODES)
    }

    fn of_query<'a>(query: &'a Query<'a>) -> Raw<'a> {
        Raw {
            limit: query.get("limit"),
            radius: query.get("radius"),
            wide: query.get("widesearch").or_else(|| query.get("wideSearch")).is_some(),
            ..Raw::default()
        }
    }
}

impl Around {
    /// The position; `None` where it is none on earth.
    pub(super) fn position(self) -> Option<LngLat> {
        LngLat::new(self.lon, self.lat).ok()
    }

    pub(super) fn limit(self) -> usize {
        self.limit
    }

    pub(super) fn radius_m(self) -> f64 {
        self.radius_m
    }

    /// The live postcodes within the radius, the nearest first, of equal ones in order, each with
    /// its distance in metres.
    pub(super) fn find(self, served: &Served) -> Vec<(PostcodeFacts, f64)> {
        let Some(here) = self.position() else { return Vec::new() };
        // Far from Britain there is nothing near.
        let Ok((at, _)) = here.to_bng() else { return Vec::new() };
        let mut found: Vec<(PostcodeFacts, f64)> = Vec::new();
        let mut reach_m = self.radius_m * GRID_MARGIN + 1.0;
        for (record, on_grid_m) in served.atlas().nearest_postcodes(at) {
            if on_grid_m > reach_m || self.limit == 0 {
                break;
            }
            let Some(there) = record.position.filter(|_| record.is_live()) else {
                continue;
            };
            let distance_m = metres(here, there.to_lng_lat().0);
            if distance_m <= self.radius_m {
                found.push((record, distance_m));
            }
            // Those that are as near on the ellipsoid may come a little later on the grid.
            if found.len() == self.limit {
                reach_m = reach_m.min(on_grid_m * GRID_MARGIN + 1.0);
            }
        }
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.postcode.cmp(&b.0.postcode)));
        found.truncate(self.limit);
        found
    }

    /// The same as they are told; `null` where there are none.
    pub(super) fn told<'a>(
        self,
        served: &'a Served,
        plan: &Plan,
        only: Option<&'a [String]>,
    ) -> Option<Vec<PostcodeFields<'a>>> {
        let found = self.find(served).into_iter();
        let told: Vec<_> = found
            .map(|(record, distance_m)| {
                PostcodeFields::of(served, plan, record).at_distance(distance_m).only(only)
            })
            .collect();
        (!told.is_empty()).then_some(told)
    }
}

/// The postcodes around a position, on a thread for work: a wide search may pass many terminated
/// ones.
pub(super) async fn around(
    app: &AppState,
    snapshot: RequestSnapshot,
    around: Result<Around, Refusal>,
) -> Answer {
    let (around, served) = (around?, snapshot.served()?);
    run_blocking(app, move || answer(&around.told(&served, &served.plan(today()), None))).await
}

pub(super) async fn lon_lat(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((lon, lat)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let raw = Raw { lon: Some(&lon), lat: Some(&lat), ..Raw::of_query(&query) };
    respond(&query, around(&app, snapshot, raw.postcodes()).await)
}

pub(super) async fn lat_lon(
    state: State<AppState>,
    snapshot: RequestSnapshot,
    Path((lat, lon)): Path<(String, String)>,
    query: RawQuery,
) -> Response {
    lon_lat(state, snapshot, Path((lon, lat)), query).await
}

/// East and north, as they are asked: `lon=&lat=`.
pub(super) fn asked<'a>(query: &'a Query) -> Option<(&'a str, &'a str)> {
    let pair = |lon, lat| Some((query.get(lon)?, query.get(lat)?));
    pair("longitude", "latitude").or_else(|| pair("lon", "lat"))
}

/// `/postcodes?lon=&lat=`, if that is asked.
pub(super) fn of_query(query: &Query) -> Option<Result<Around, Refusal>> {
    let (lon, lat) = asked(query)?;
    Some(Raw { lon: Some(lon), lat: Some(lat), ..Raw::of_query(query) }.postcodes())
}

pub(super) async fn of_postcode(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let served = match snapshot.clone().served() {
        Ok(served) => served,
        Err(problem) => return respond(&query, Err(problem.into())),
    };
    let Some(record) = live(&served, &text) else {
        return respond(&query, Err(Refusal::PostcodeNotFound(None)));
    };
    // Its own position as it is told, to six decimals.
    let at = record.position.map(|at| at.to_lng_lat().0);
    let shown = at.map(|at| (at.lon().to_string(), at.lat().to_string()));
    let (lon, lat) = shown.as_ref().map_or((None, None), |(lon, lat)| (Some(&**lon), Some(&**lat)));
    let raw = Raw { lon, lat, ..Raw::of_query(&query) };
    respond(&query, around(&app, snapshot, raw.postcodes()).await)
}
