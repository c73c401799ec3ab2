//! `/mapit/areas`: many areas, by id, by type, or by the beginning of a name.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use lapwing_boundaries::search::fold;
use serde::Serialize;

use super::area::find_area;
use super::area_filter::AreaFilter;
use super::area_json::by_id;
use super::geometry::AreaMeasures;
use super::{
    Answer, Format, MapItError, Query, Reply, json, malformed, not_found, respond, shape, split,
    split_json,
};
use crate::compat::directory::LayerArea;
use crate::http::request::body;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot};
use crate::live::Served;

/// Larger than any reasonable list of ids.
const FORM_BYTES: usize = 64 << 10;

pub(super) async fn many(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(selection): Path<String>,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = Query::read(raw.as_deref());
    let answer = found(&app, snapshot, &selection, None, &query).await;
    respond(&query, answer)
}

/// Areas in a given CRS, or their measures.
pub(super) async fn about(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((first, second)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = Query::read(raw.as_deref());
    let answer = two_segments(&app, snapshot, &first, &second, &query).await;
    respond(&query, answer)
}

/// Takes the part of a path after `/areas/` from the form field `URL`, for lists too long for a
/// URL. The other form fields are the parameters.
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
            Some((first, second)) => two_segments(&app, snapshot, first, second, &query).await,
        },
    };
    respond(&query, answer)
}

async fn two_segments(
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
            "There is no such page of areas by id. Use /geometry, or put a CRS first: \
             /areas/27700/1,2.geojson.",
        ));
    }
    let served = snapshot.served()?;
    let filter = AreaFilter::read(query, None, &served)?;
    let first = first.to_owned();
    let measured = move || {
        let measure = |id| match find_area(&served, id, filter.layers()) {
            Ok(layer_area) => Measured::Known(AreaMeasures::of(&served, layer_area)),
            Err(_) => Measured::Unknown {},
        };
        let measured: BTreeMap<&str, Measured> =
            first.split(',').map(|id| (id, measure(id))).collect();
        json(&measured)
    };
    run_blocking(app, measured).await
}

/// The measures of an area, or `{}` if there is no such area.
#[derive(Serialize)]
#[serde(untagged)]
enum Measured {
    Known(AreaMeasures),
    Unknown {},
}

/// As in `1,2`.
fn is_numbers(text: &str) -> bool {
    text.split(',').all(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

/// As in `UTA,DIS`.
fn is_types(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b',';
    text.bytes().all(plain) && !text.ends_with(',') && !text.is_empty()
}

async fn found(
    app: &AppState,
    snapshot: RequestSnapshot,
    selection: &str,
    srid: Option<&str>,
    query: &Query<'_>,
) -> Answer {
    let (selection, format) = split(selection)?;
    let served = snapshot.served()?;
    let layer_areas = if is_numbers(selection) {
        let filter = AreaFilter::by_generation(query, &served);
        let layer_areas: Vec<LayerArea> = selection
            .split(',')
            .filter_map(|id| find_area(&served, id, filter.layers()).ok())
            .collect();
        filter.filter(&served, layer_areas)
    } else if is_types(selection) {
        let filter = AreaFilter::read(query, Some(selection), &served)?;
        let served = Arc::clone(&served);
        app.blocking_pool.run_blocking(move || Ok(filter.all(&served))).await?
    } else {
        let filter = AreaFilter::read(query, None, &served)?;
        let (served, start) = (Arc::clone(&served), selection.to_owned());
        app.blocking_pool.run_blocking(move || Ok(named(&served, &filter, &start))).await?
    };
    send(app, served, layer_areas, format, srid, query).await
}

/// Returns the areas whose name begins with `start`. Case, accents and the kind of apostrophe do not
/// matter.
fn named(served: &Served, filter: &AreaFilter, start: &str) -> Vec<LayerArea> {
    let (lower, folded) = (start.to_lowercase(), fold(start));
    let mut layer_areas = filter.all(served);
    layer_areas.retain(|&(layer, area)| {
        let (_, name) = served.atlas().code_and_name(layer, area);
        name.to_lowercase().starts_with(&lower)
            || !folded.is_empty() && fold(name).starts_with(&folded)
    });
    layer_areas
}

/// Sends areas in the requested format: JSON by id, or geometries.
pub(super) async fn send(
    app: &AppState,
    served: Arc<Served>,
    layer_areas: Vec<LayerArea>,
    format: Option<Format>,
    srid: Option<&str>,
    query: &Query<'_>,
) -> Answer {
    match format {
        None | Some(Format::Json) => {
            run_blocking(app, move || Ok(by_id(&served, &layer_areas))).await
        }
        Some(Format::Wkt) => Err(not_found("WKT is available for one area only.")),
        Some(format) => {
            let form = shape::ShapeOptions::read(format, srid, query)?;
            if layer_areas.is_empty() {
                return Err(nothing());
            }
            Ok(Reply::Shape(format, app.blocking_pool.stream(form.many(served, layer_areas))))
        }
    }
}

fn nothing() -> MapItError {
    not_found("No areas found")
}
