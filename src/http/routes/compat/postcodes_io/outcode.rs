//! The first halves of postcodes.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use lapwing_boundaries::position::LngLat;
use serde::Serialize;

use super::errors::Refusal;
use super::near::{self, Around, Bounds, Raw};
use super::{Answer, Query, answer, respond};
use crate::compat::areas_of::degrees_at;
use crate::compat::kinds::AreaKind;
use crate::compat::layer_roles::Plan;
use crate::compat::outcodes::{Holders, Outcode};
use crate::http::routes::compat::distance::metres;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot, today};
use crate::live::Served;

/// Outcodes near a position.
const OF_OUTCODES: Bounds = Bounds { radius_m: 5000.0, most_radius_m: 25_000.0 };

/// What is told of an outcode. Of what we hold no layer of, the list is empty, as it is in the
/// original of what an outcode has none of.
#[derive(Serialize)]
struct OutcodeFields {
    outcode: String,
    longitude: Option<f64>,
    latitude: Option<f64>,
    northings: Option<i64>,
    eastings: Option<i64>,
    admin_district: Vec<String>,
    parish: Vec<String>,
    admin_county: Vec<String>,
    admin_ward: Vec<String>,
    country: Vec<&'static str>,
    parliamentary_constituency: Vec<String>,
    lap: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
}

/// The kinds whose names are told, in the order of the fields.
const KINDS: [AreaKind; 6] = [
    AreaKind::District,
    AreaKind::Parish,
    AreaKind::County,
    AreaKind::Ward,
    AreaKind::Constituency,
    AreaKind::Lap,
];

impl OutcodeFields {
    fn of(served: &Served, plan: &Plan, outcode: &Outcode, distance: Option<f64>) -> Self {
        let layers = KINDS.map(|kind| plan.layer(kind));
        let asked: Vec<usize> = layers.iter().copied().flatten().collect();
        let holders: Arc<Holders> = outcode.holders(served.atlas(), &asked);
        let names = |layer: Option<usize>| {
            let names = layer.and_then(|layer| holders.names.get(&layer));
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
            country: holders.countries.iter().copied().collect(),
            parliamentary_constituency: constituency,
            lap,
            distance,
        }
    }
}

/// An outcode without the spaces in it.
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
    // All of its postcodes are located when it is first asked about.
    let work = move || {
        let served = snapshot.served()?;
        let outcode = served.outcodes().get(&plain(&text)).ok_or(Refusal::OutcodeNotFound)?;
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
    let found = snapshot.clone().served().map_err(Refusal::from).and_then(|served| {
        let outcode = served.outcodes().get(&plain(&text)).ok_or(Refusal::OutcodeNotFound)?;
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
    let (lon, lat) = near::asked(&query).unzip();
    let found = read(&query, lon, lat);
    respond(&query, around(&app, snapshot, found).await)
}

fn read(query: &Query, lon: Option<&str>, lat: Option<&str>) -> Result<Around, Refusal> {
    let (limit, radius) = (query.get("limit"), query.get("radius"));
    Raw { lon, lat, limit, radius, wide: false }.read(OF_OUTCODES)
}

async fn around(
    app: &AppState,
    snapshot: RequestSnapshot,
    asked: Result<Around, Refusal>,
) -> Answer {
    let (asked, served) = (asked?, snapshot.served()?);
    let work = move || {
        let plan = served.plan(today());
        let near = asked.position().map_or_else(Vec::new, |here| nearest_to(&served, here, asked));
        let told: Vec<OutcodeFields> = near
            .into_iter()
            .map(|(outcode, metres)| OutcodeFields::of(&served, &plan, outcode, Some(metres)))
            .collect();
        answer(&(!told.is_empty()).then_some(told))
    };
    run_blocking(app, work).await
}

/// There are some three thousand in the country: all are measured.
fn nearest_to(served: &Served, here: LngLat, asked: Around) -> Vec<(&Outcode, f64)> {
    let mut near: Vec<(&Outcode, f64)> = served
        .outcodes()
        .all()
        .iter()
        .filter_map(|outcode| {
            let distance = metres(here, outcode.centre?.to_lng_lat().0);
            (distance <= asked.radius_m()).then_some((outcode, distance))
        })
        .collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1));
    near.truncate(asked.limit());
    near
}
