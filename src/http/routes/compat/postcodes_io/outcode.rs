//! Outcodes, the first halves of postcodes.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use lapwing_boundaries::position::LngLat;
use schemars::JsonSchema;
use serde::Serialize;

use super::errors::PostcodesIoError;
use super::near::{self, NearbyParams, NearbyQuery, RadiusLimits};
use super::{Answer, Query, answer, respond};
use crate::compat::areas_of::degrees_at;
use crate::compat::kinds::AreaKind;
use crate::compat::layer_roles::LayerPlan;
use crate::compat::outcodes::{ContainingAreas, Outcode};
use crate::http::routes::compat::distance::metres;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot, today};
use crate::live::Served;

/// Radius of a search for outcodes.
const OUTCODE_RADIUS: RadiusLimits = RadiusLimits { radius_m: 5000.0, max_radius_m: 25_000.0 };

/// An outcode, with the names of the areas that its live postcodes lie in.
///
/// A list is empty if there is no layer of the kind; postcodes.io does the same for an outcode
/// without such areas.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PostcodesIoOutcode")]
pub(in crate::http::routes) struct OutcodeFields {
    /// The outcode.
    outcode: String,
    /// Longitude in degrees (WGS84). Null if unknown.
    longitude: Option<f64>,
    /// Latitude in degrees (WGS84). Null if unknown.
    latitude: Option<f64>,
    /// Northing in metres (EPSG:27700). Null if unknown.
    northings: Option<i64>,
    /// Easting in metres (EPSG:27700). Null if unknown.
    eastings: Option<i64>,
    /// Names of the districts.
    admin_district: Vec<String>,
    /// Names of the parishes.
    parish: Vec<String>,
    /// Names of the counties.
    admin_county: Vec<String>,
    /// Names of the wards.
    admin_ward: Vec<String>,
    /// Names of the countries.
    country: Vec<&'static str>,
    /// Names of the constituencies.
    parliamentary_constituency: Vec<String>,
    /// Names of the Local Area Partnerships.
    lap: Vec<String>,
    /// Distance in metres from the requested place.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
}

/// The kinds of areas in the fields, in order of field.
const KINDS: [AreaKind; 6] = [
    AreaKind::District,
    AreaKind::Parish,
    AreaKind::County,
    AreaKind::Ward,
    AreaKind::Constituency,
    AreaKind::Lap,
];

impl OutcodeFields {
    fn of(served: &Served, plan: &LayerPlan, outcode: &Outcode, distance: Option<f64>) -> Self {
        let layers = KINDS.map(|kind| plan.layer(kind));
        let layer_list: Vec<usize> = layers.iter().copied().flatten().collect();
        let containing_areas: Arc<ContainingAreas> =
            outcode.containing_areas(served.atlas(), &layer_list);
        let names = |layer: Option<usize>| {
            let names = layer.and_then(|layer| containing_areas.names.get(&layer));
            names.map_or_else(Vec::new, |names| names.iter().cloned().collect())
        };
        let lng_lat = outcode.centre.map(degrees_at);
        let [district, parish, county, ward, constituency, lap] = layers.map(names);
        Self {
            outcode: outcode.outcode.clone(),
            longitude: lng_lat.map(|[lon, _]| lon),
            latitude: lng_lat.map(|[_, lat]| lat),
            northings: outcode.centre.map(|at| at.northing().round() as i64),
            eastings: outcode.centre.map(|at| at.easting().round() as i64),
            admin_district: district,
            parish,
            admin_county: county,
            admin_ward: ward,
            country: containing_areas.countries.iter().copied().collect(),
            parliamentary_constituency: constituency,
            lap,
            distance,
        }
    }
}

/// Removes spaces.
fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

pub(super) async fn one(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    // The first request for an outcode locates all of its postcodes.
    let work = move || {
        let served = snapshot.served()?;
        let outcode =
            served.outcodes().get(&plain(&text)).ok_or(PostcodesIoError::OutcodeNotFound)?;
        answer(&OutcodeFields::of(&served, &served.plan(today()), outcode, None))
    };
    respond(&query, run_blocking(&app, work).await)
}

pub(super) async fn nearest(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let found = snapshot.clone().served().map_err(PostcodesIoError::from).and_then(|served| {
        let outcode =
            served.outcodes().get(&plain(&text)).ok_or(PostcodesIoError::OutcodeNotFound)?;
        let at = outcode.centre.map(|at| at.to_lng_lat().0);
        let (lon, lat) = at.map(|at| (at.lon().to_string(), at.lat().to_string())).unzip();
        read(&query, lon.as_deref(), lat.as_deref())
    });
    respond(&query, around(&app, snapshot, found).await)
}

pub(super) async fn near(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let (lon, lat) = near::lon_lat_params(&query).unzip();
    let found = read(&query, lon, lat);
    respond(&query, around(&app, snapshot, found).await)
}

fn read(
    query: &Query,
    lon: Option<&str>,
    lat: Option<&str>,
) -> Result<NearbyQuery, PostcodesIoError> {
    let (limit, radius) = (query.get("limit"), query.get("radius"));
    NearbyParams { lon, lat, limit, radius, wide: false }.read(OUTCODE_RADIUS)
}

async fn around(
    app: &AppState,
    snapshot: RequestSnapshot,
    query: Result<NearbyQuery, PostcodesIoError>,
) -> Answer {
    let (query, served) = (query?, snapshot.served()?);
    let work = move || {
        let plan = served.plan(today());
        let near = query.position().map_or_else(Vec::new, |here| nearest_to(&served, here, query));
        let fields: Vec<OutcodeFields> = near
            .into_iter()
            .map(|(outcode, metres)| OutcodeFields::of(&served, &plan, outcode, Some(metres)))
            .collect();
        answer(&(!fields.is_empty()).then_some(fields))
    };
    run_blocking(app, work).await
}

/// A linear search: there are only about 3,000 outcodes.
fn nearest_to(served: &Served, here: LngLat, query: NearbyQuery) -> Vec<(&Outcode, f64)> {
    let mut near: Vec<(&Outcode, f64)> = served
        .outcodes()
        .all()
        .iter()
        .filter_map(|outcode| {
            let distance = metres(here, outcode.centre?.to_lng_lat().0);
            (distance <= query.radius_m()).then_some((outcode, distance))
        })
        .collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1));
    near.truncate(query.limit());
    near
}
