//! `/mapit/areas`: many areas, by their numbers, their types, or the beginning of their name.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::area::spot_of;
use super::area_json::by_id;
use super::choice::Choice;
use super::geometry::Geometry;
use super::{
    Answer, Format, Query, Refusal, Reply, json, malformed, not_found, respond, shape, split,
    split_json,
};
use crate::compat::directory::Spot;
use crate::http::request::body;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot};
use crate::live::Served;

/// More than any form of numbers needs.
const FORM_BYTES: usize = 64 << 10;

pub(super) async fn many(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(asked): Path<String>,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = Query::read(raw.as_deref());
    let answer = found(&app, snapshot, &asked, None, &query).await;
    respond(&query, answer)
}

/// Numbers in some CRS, or their measures.
pub(super) async fn about(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((first, second)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = Query::read(raw.as_deref());
    let answer = of_two(&app, snapshot, &first, &second, &query).await;
    respond(&query, answer)
}

/// What stands in an address after `/areas/`, sent as the field `URL` of a form because it is too
/// long for one. The other fields are the parameters.
pub(super) async fn posted(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let read = body::read(&headers, body, FORM_BYTES, &app.limits, &app.body_memory).await;
    let form = read.map(|received| String::from_utf8_lossy(&received.concat()).into_owned());
    let form = match form {
        Ok(form) => form,
        Err(problem) => return respond(&Query::default(), Err(problem.into())),
    };
    let is_form = body::format(&headers, &["application/x-www-form-urlencoded"]).is_ok();
    let query = if is_form { Query::read(Some(&form)) } else { Query::default() };
    let answer = match query.get("URL").map(|url| url.trim_start_matches('/')) {
        None => Err(malformed("No content specified")),
        Some(url) => match url.split_once('/') {
            None => found(&app, snapshot, url, None, &query).await,
            Some((first, second)) => of_two(&app, snapshot, first, second, &query).await,
        },
    };
    respond(&query, answer)
}

async fn of_two(
    app: &AppState,
    snapshot: RequestSnapshot,
    first: &str,
    second: &str,
    query: &Query<'_>,
) -> Answer {
    let (word, format) = split(second)?;
    if is_numbers(word) && matches!(format, Some(Format::GeoJson | Format::Kml)) {
        return found(app, snapshot, second, Some(first), query).await;
    }
    if split_json(second)? != "geometry" || !is_numbers(first) {
        return Err(not_found(
            "Of areas by their numbers can be asked: geometry. In a CRS: /areas/27700/1,2.geojson.",
        ));
    }
    let served = snapshot.served()?;
    let choice = Choice::read(query, None, &served)?;
    let first = first.to_owned();
    let measured = move || {
        let measure = |id| match spot_of(&served, id, choice.layers()) {
            Ok(spot) => Measured::Known(Geometry::of(&served, spot)),
            Err(_) => Measured::Unknown {},
        };
        let measured: BTreeMap<&str, Measured> =
            first.split(',').map(|id| (id, measure(id))).collect();
        json(&measured)
    };
    run_blocking(app, measured).await
}

/// The measures of an area, or `{}` where there is no such area.
#[derive(Serialize)]
#[serde(untagged)]
enum Measured {
    Known(Geometry),
    Unknown {},
}

/// `1,2`
fn is_numbers(text: &str) -> bool {
    text.split(',').all(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

/// `UTA,DIS`
fn is_types(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b',';
    text.bytes().all(plain) && !text.ends_with(',') && !text.is_empty()
}

async fn found(
    app: &AppState,
    snapshot: RequestSnapshot,
    asked: &str,
    srid: Option<&str>,
    query: &Query<'_>,
) -> Answer {
    let (asked, format) = split(asked)?;
    let served = snapshot.served()?;
    let spots = if is_numbers(asked) {
        let choice = Choice::by_generation(query, &served);
        let spots: Vec<Spot> =
            asked.split(',').filter_map(|id| spot_of(&served, id, choice.layers()).ok()).collect();
        choice.filter(&served, spots)
    } else if is_types(asked) {
        let choice = Choice::read(query, Some(asked), &served)?;
        let served = Arc::clone(&served);
        app.blocking_pool.run_blocking(move || Ok(choice.all(&served))).await?
    } else {
        let choice = Choice::read(query, None, &served)?;
        let (served, start) = (Arc::clone(&served), asked.to_lowercase());
        app.blocking_pool.run_blocking(move || Ok(named(&served, &choice, &start))).await?
    };
    send(app, served, spots, format, srid, query).await
}

/// Those whose name begins so, in whatever case.
fn named(served: &Served, choice: &Choice, start: &str) -> Vec<Spot> {
    let mut spots = choice.all(served);
    spots.retain(|&(layer, area)| {
        let (_, name) = served.atlas().code_and_name(layer, area);
        name.to_lowercase().starts_with(start)
    });
    spots
}

/// Areas as they are asked for: by their numbers, or drawn.
pub(super) async fn send(
    app: &AppState,
    served: Arc<Served>,
    spots: Vec<Spot>,
    format: Option<Format>,
    srid: Option<&str>,
    query: &Query<'_>,
) -> Answer {
    match format {
        None | Some(Format::Json) => run_blocking(app, move || Ok(by_id(&served, &spots))).await,
        Some(Format::Wkt) => Err(not_found("WKT is of one area alone.")),
        Some(format) => {
            let form = shape::ShapeOptions::read(format, srid, query)?;
            if spots.is_empty() {
                return Err(nothing());
            }
            Ok(Reply::Shape(format, app.blocking_pool.stream(form.many(served, spots))))
        }
    }
}

fn nothing() -> Refusal {
    not_found("No areas found")
}
