//! The postcodes near a position.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::position::LngLat;

use super::errors::PostcodesIoError;
use super::fields::PostcodeFields;
use super::postcode::live;
use super::{Answer, Query, answer, respond};
use crate::compat::layer_roles::LayerPlan;
use crate::http::routes::compat::distance::{GRID_MARGIN, metres};
use crate::http::routes::compat::query::{leading_float, leading_int};
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot, today};
use crate::live::Served;

/// A search near a position, with parsed parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NearbyQuery {
    lon: f64,
    lat: f64,
    limit: usize,
    radius_m: f64,
}

/// The parameters of a search near a position, as received.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NearbyParams<'a> {
    pub(super) lon: Option<&'a str>,
    pub(super) lat: Option<&'a str>,
    pub(super) limit: Option<&'a str>,
    pub(super) radius: Option<&'a str>,
    pub(super) wide: bool,
}

/// Default and maximum radius in metres.
#[derive(Clone, Copy, Debug)]
pub(super) struct RadiusLimits {
    pub(super) radius_m: f64,
    pub(super) max_radius_m: f64,
}

/// Radius of a search for postcodes.
const POSTCODE_RADIUS: RadiusLimits = RadiusLimits { radius_m: 100.0, max_radius_m: 2000.0 };

/// Default and maximum number of results.
pub(super) const DEFAULT_LIMIT: usize = 10;
pub(super) const MAX_LIMIT: usize = 100;

/// Radius of a wide search in metres.
const WIDE_M: f64 = 20_000.0;

/// Parses `limit`.
pub(super) fn limit(text: Option<&str>) -> Result<usize, PostcodesIoError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(DEFAULT_LIMIT) };
    let limit = leading_int(text).and_then(|limit| usize::try_from(limit).ok());
    limit.map(|limit| limit.min(MAX_LIMIT)).ok_or(PostcodesIoError::InvalidLimit)
}

impl NearbyParams<'_> {
    pub(super) fn read(self, bounds: RadiusLimits) -> Result<NearbyQuery, PostcodesIoError> {
        let mut limit = limit(self.limit)?;
        let degree = |text: Option<&str>| leading_float(text.unwrap_or_default());
        let lon = degree(self.lon).ok_or(PostcodesIoError::InvalidPosition)?;
        let lat = degree(self.lat).ok_or(PostcodesIoError::InvalidPosition)?;
        let mut radius_m = match self.radius.filter(|text| !text.is_empty()) {
            None => bounds.radius_m,
            Some(text) => leading_float(text)
                .filter(|radius| *radius >= 0.0)
                .ok_or(PostcodesIoError::InvalidRadius)?
                .min(bounds.max_radius_m),
        };
        if self.wide {
            limit = limit.min(DEFAULT_LIMIT);
            radius_m = WIDE_M;
        }
        Ok(NearbyQuery { lon, lat, limit, radius_m })
    }

    pub(super) fn postcodes(self) -> Result<NearbyQuery, PostcodesIoError> {
        self.read(POSTCODE_RADIUS)
    }

    fn of_query<'a>(query: &'a Query<'a>) -> NearbyParams<'a> {
        NearbyParams {
            limit: query.get("limit"),
            radius: query.get("radius"),
            wide: query.get("widesearch").or_else(|| query.get("wideSearch")).is_some(),
            ..NearbyParams::default()
        }
    }
}

impl NearbyQuery {
    /// Returns the position. `None` if the coordinates are not on Earth.
    pub(super) fn position(self) -> Option<LngLat> {
        LngLat::new(self.lon, self.lat).ok()
    }

    pub(super) fn limit(self) -> usize {
        self.limit
    }

    pub(super) fn radius_m(self) -> f64 {
        self.radius_m
    }

    /// Finds the live postcodes within the radius, with their distances in metres, nearest first;
    /// ties are in order of postcode.
    pub(super) fn find(self, served: &Served) -> Vec<(PostcodeFacts, f64)> {
        let Some(here) = self.position() else { return Vec::new() };
        // Positions that the grid does not cover have no postcodes nearby.
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
            // The orders on the grid and on the ellipsoid differ a little, so search slightly
            // further.
            if found.len() == self.limit {
                reach_m = reach_m.min(on_grid_m * GRID_MARGIN + 1.0);
            }
        }
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.postcode.cmp(&b.0.postcode)));
        found.truncate(self.limit);
        found
    }

    /// Like [`Self::find`], as fields to serialize. `None` if nothing was found.
    pub(super) fn to_fields<'a>(
        self,
        served: &'a Served,
        plan: &LayerPlan,
        only: Option<&'a [String]>,
    ) -> Option<Vec<PostcodeFields<'a>>> {
        let found = self.find(served).into_iter();
        let fields: Vec<_> = found
            .map(|(record, distance_m)| {
                PostcodeFields::of(served, plan, record).at_distance(distance_m).only(only)
            })
            .collect();
        (!fields.is_empty()).then_some(fields)
    }
}

/// Searches for postcodes near a position on the blocking pool, because a wide search can pass many
/// terminated postcodes.
pub(super) async fn around(
    app: &AppState,
    snapshot: RequestSnapshot,
    around: Result<NearbyQuery, PostcodesIoError>,
) -> Answer {
    let (around, served) = (around?, snapshot.served()?);
    run_blocking(app, move || answer(&around.to_fields(&served, &served.plan(today()), None))).await
}

pub(super) async fn lon_lat(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((lon, lat)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let raw = NearbyParams { lon: Some(&lon), lat: Some(&lat), ..NearbyParams::of_query(&query) };
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

/// Returns the longitude and latitude parameters.
pub(super) fn lon_lat_params<'a>(query: &'a Query) -> Option<(&'a str, &'a str)> {
    let pair = |lon, lat| Some((query.get(lon)?, query.get(lat)?));
    pair("longitude", "latitude").or_else(|| pair("lon", "lat"))
}

/// Reads a search near a position from `/postcodes?lon=&lat=`. `None` if the query has no position.
pub(super) fn of_query(query: &Query) -> Option<Result<NearbyQuery, PostcodesIoError>> {
    let (lon, lat) = lon_lat_params(query)?;
    Some(
        NearbyParams { lon: Some(lon), lat: Some(lat), ..NearbyParams::of_query(query) }
            .postcodes(),
    )
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
        return respond(&query, Err(PostcodesIoError::PostcodeNotFound(None)));
    };
    // The published position of the postcode, in degrees rounded to six decimals.
    let at = record.position.map(|at| at.to_lng_lat().0);
    let shown = at.map(|at| (at.lon().to_string(), at.lat().to_string()));
    let (lon, lat) = shown.as_ref().map_or((None, None), |(lon, lat)| (Some(&**lon), Some(&**lat)));
    let raw = NearbyParams { lon, lat, ..NearbyParams::of_query(&query) };
    respond(&query, around(&app, snapshot, raw.postcodes()).await)
}
