//! `/mapit/area`: one area, its geometry, and its relations to others; `/mapit/code`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::area_filter::AreaFilter;
use super::area_json::area_json;
use super::geometry::{AreaMeasures, example_postcode};
use super::relations::AreaRelation;
use super::{
    Answer, Format, MapItError, Query, Reply, areas, json, malformed, not_found, respond, shape,
    split, split_json,
};
use crate::compat::directory::{AreaId, LayerArea};
use crate::compat::kinds;
use crate::http::request::base_url::Base;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot};
use crate::live::Served;

const NO_AREA: &str = "No Area matches the given query.";

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Finds the area with an id: its vintage in `layers`, otherwise the latest one.
pub(super) fn find_area(
    served: &Served,
    id: &str,
    layers: &[usize],
) -> Result<LayerArea, MapItError> {
    if !is_number(id) {
        return Err(malformed("Bad area ID specified"));
    }
    let id: Option<AreaId> = id.parse().ok();
    id.and_then(|id| served.directory().vintage_in(id, layers)).ok_or_else(|| not_found(NO_AREA))
}

/// Returns the ids of the areas with this code in `layers`, in the order of `layers`.
fn with_code(
    served: &Served,
    code: &str,
    layers: impl IntoIterator<Item = usize>,
    takes: impl Fn(LayerArea) -> bool,
) -> Vec<AreaId> {
    let all = served.atlas().layers();
    let mut ids: Vec<AreaId> = Vec::new();
    for layer in layers {
        let Some(area) = all[layer].layer().area_index(code) else { continue };
        let id = served.directory().id((layer, area));
        if takes((layer, area)) && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

pub(super) async fn one(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    base: Base,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = Query::read(raw.as_deref());
    let answer = match area_response(snapshot, &base, &text, raw.as_deref(), &query) {
        Ok(AreaResponse::Ready(reply)) => Ok(reply),
        Ok(AreaResponse::Geometry(served, layer_area, format)) => {
            geometry_reply(&app, served, layer_area, format, None, &query).await
        }
        Err(error) => Err(error),
    };
    respond(&query, answer)
}

enum AreaResponse {
    Ready(Reply),
    Geometry(Arc<Served>, LayerArea, Format),
}

fn area_response(
    snapshot: RequestSnapshot,
    base: &Base,
    text: &str,
    raw: Option<&str>,
    query: &Query,
) -> Result<AreaResponse, MapItError> {
    let (area, format) = split(text)?;
    let served = snapshot.served()?;
    let filter = AreaFilter::by_generation(query, &served);
    if !is_number(area) {
        let all = 0..served.atlas().layers().len();
        let layers = filter.layers().iter().copied().chain(all);
        let ids = with_code(&served, area, layers, |_| true);
        let id = ids.first().copied().ok_or_else(|| {
            if kinds::is_gss(area) {
                not_found(NO_AREA)
            } else {
                malformed("Bad area ID specified")
            }
        })?;
        let suffix = &text[area.len()..];
        let query = raw.map(|raw| format!("?{raw}")).unwrap_or_default();
        let address = base.at(&format!("/mapit/area/{id}{suffix}{query}"));
        return Ok(AreaResponse::Ready(Reply::Found(address)));
    }
    let layer_area = find_area(&served, area, filter.layers())?;
    match format {
        None | Some(Format::Json) => {
            json(&area_json(served.atlas(), served.directory(), layer_area))
                .map(AreaResponse::Ready)
        }
        Some(format) => Ok(AreaResponse::Geometry(served, layer_area, format)),
    }
}

async fn geometry_reply(
    app: &AppState,
    served: Arc<Served>,
    layer_area: LayerArea,
    format: Format,
    srid: Option<&str>,
    query: &Query<'_>,
) -> Answer {
    let form = shape::ShapeOptions::read(format, srid, query)?;
    let body = app.blocking_pool.run_blocking(move || Ok(form.one(&served, layer_area))).await?;
    Ok(Reply::Shape(format, body.into()))
}

/// The values of `question`, for the error message.
const QUESTIONS: &str = "children, touches, overlaps, covers, covered, coverlaps, intersects, geometry, example_postcode";

/// A question about one area, or one area in a given CRS.
pub(super) async fn about(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((area, question)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = Query::read(raw.as_deref());
    let answer = answer_question(&app, snapshot, &area, &question, &query).await;
    respond(&query, answer)
}

async fn answer_question(
    app: &AppState,
    snapshot: RequestSnapshot,
    area: &str,
    question: &str,
    query: &Query<'_>,
) -> Answer {
    let (word, format) = split(question)?;
    let served = snapshot.served()?;
    let filter = AreaFilter::read(query, None, &served)?;
    if is_number(word) {
        let layer_area = find_area(&served, word, filter.layers())?;
        let format = match format {
            None => return Err(not_found("Add a format after the area: .geojson, .wkt or .kml.")),
            // With a CRS only the geometry can be meant.
            Some(Format::Json) => Format::GeoJson,
            Some(format) => format,
        };
        return geometry_reply(app, served, layer_area, format, Some(area), query).await;
    }
    let layer_area = find_area(&served, area, filter.layers())?;
    if let Some(relation) = AreaRelation::of(word) {
        let served_for_work = Arc::clone(&served);
        let found = app
            .blocking_pool
            .run_blocking(move || Ok(relation.of_area(&served_for_work, layer_area, &filter)))
            .await?;
        return areas::send(app, served, found, format, None, query).await;
    }
    match split_json(question)? {
        "geometry" => run_blocking(app, move || json(&AreaMeasures::of(&served, layer_area))).await,
        "example_postcode" => {
            run_blocking(app, move || json(&example_postcode(&served, layer_area))).await
        }
        _ => Err(not_found(format!("There is no such page of an area. Use one of: {QUESTIONS}."))),
    }
}

pub(super) async fn by_code(
    snapshot: RequestSnapshot,
    base: Base,
    Path((kind, code)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = Query::read(raw.as_deref());
    respond(&query, code_of(snapshot, &base, &kind, &code, &query))
}

fn code_of(
    snapshot: RequestSnapshot,
    base: &Base,
    kind: &str,
    text: &str,
    query: &Query,
) -> Answer {
    let (code, format) = split(text)?;
    let served = snapshot.served()?;
    let filter = AreaFilter::read(query, None, &served)?;
    let takes = |layer_area: LayerArea| {
        let is_kind = match kind {
            "gss" => kinds::is_gss(code),
            "ons" => kinds::is_gss(code) && served.directory().kind(layer_area.0).is_census(),
            series => {
                let meta = served.atlas().layers()[layer_area.0].layer().meta();
                !kinds::is_gss(code) && meta.series.as_str() == series
            }
        };
        is_kind && filter.selects(&served, layer_area)
    };
    let shown = |text: &str| text.chars().take(60).collect::<String>();
    let (kind_shown, code_shown) = (shown(kind), shown(code));
    match with_code(&served, code, filter.layers().iter().copied(), takes)[..] {
        [id] => {
            let suffix = format.map_or("", Format::suffix);
            Ok(Reply::Found(base.at(&format!("/mapit/area/{id}{suffix}"))))
        }
        [] => Err(not_found(format!(
            "No areas were found that matched code {kind_shown} = {code_shown}."
        ))),
        // MapIt returns status 500 here; the fault is in the request, so this returns 400.
        _ => Err(malformed(format!(
            "There were multiple areas that matched code {kind_shown} = {code_shown}."
        ))),
    }
}
