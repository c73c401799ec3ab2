//! `/mapit/area`: one area, its shape, and questions about it. `/mapit/code`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::area_json::entry;
use super::choice::Choice;
use super::geometry::{Geometry, example_postcode};
use super::relations::Wanted;
use super::{
    Answer, Format, Query, Refusal, Reply, areas, json, malformed, not_found, respond, shape,
    split, split_json,
};
use crate::compat::directory::{Id, Spot};
use crate::compat::kinds;
use crate::http::request::base_url::Base;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot};
use crate::live::Served;

const NO_AREA: &str = "No Area matches the given query.";

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The area of a number, as it is in the layers given or else as it was last.
pub(super) fn spot_of(served: &Served, id: &str, layers: &[usize]) -> Result<Spot, Refusal> {
    if !is_number(id) {
        return Err(malformed("Bad area ID specified"));
    }
    let id: Option<Id> = id.parse().ok();
    id.and_then(|id| served.directory().spot_in(id, layers)).ok_or_else(|| not_found(NO_AREA))
}

/// The numbers of the areas with that code in the layers given, in the catalogue's order.
fn with_code(
    served: &Served,
    code: &str,
    layers: impl IntoIterator<Item = usize>,
    takes: impl Fn(Spot) -> bool,
) -> Vec<Id> {
    let all = served.atlas().layers();
    let mut ids: Vec<Id> = Vec::new();
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
    let answer = match whole(snapshot, &base, &text, raw.as_deref(), &query) {
        Ok(Whole::Told(reply)) => Ok(reply),
        Ok(Whole::Drawn(served, spot, format)) => {
            drawn(&app, served, spot, format, None, &query).await
        }
        Err(refusal) => Err(refusal),
    };
    respond(&query, answer)
}

enum Whole {
    Told(Reply),
    Drawn(Arc<Served>, Spot, Format),
}

fn whole(
    snapshot: RequestSnapshot,
    base: &Base,
    text: &str,
    raw: Option<&str>,
    query: &Query,
) -> Result<Whole, Refusal> {
    let (area, format) = split(text)?;
    let served = snapshot.served()?;
    let choice = Choice::by_generation(query, &served);
    if !is_number(area) {
        let all = 0..served.atlas().layers().len();
        let layers = choice.layers().iter().copied().chain(all);
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
        return Ok(Whole::Told(Reply::Found(address)));
    }
    let spot = spot_of(&served, area, choice.layers())?;
    match format {
        None | Some(Format::Json) => {
            json(&entry(served.atlas(), served.directory(), spot)).map(Whole::Told)
        }
        Some(format) => Ok(Whole::Drawn(served, spot, format)),
    }
}

async fn drawn(
    app: &AppState,
    served: Arc<Served>,
    spot: Spot,
    format: Format,
    srid: Option<&str>,
    query: &Query<'_>,
) -> Answer {
    let form = shape::ShapeOptions::read(format, srid, query)?;
    let body = app.blocking_pool.run_blocking(move || Ok(form.one(&served, spot))).await?;
    Ok(Reply::Shape(format, body.into()))
}

/// What can be asked of an area, for who asks something else.
const QUESTIONS: &str = "children, touches, overlaps, covers, covered, coverlaps, intersects, geometry, example_postcode";

/// A question about one area, or one area in some CRS.
pub(super) async fn about(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((area, question)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = Query::read(raw.as_deref());
    let answer = asked(&app, snapshot, &area, &question, &query).await;
    respond(&query, answer)
}

async fn asked(
    app: &AppState,
    snapshot: RequestSnapshot,
    area: &str,
    question: &str,
    query: &Query<'_>,
) -> Answer {
    let (word, format) = split(question)?;
    let served = snapshot.served()?;
    let choice = Choice::read(query, None, &served)?;
    if is_number(word) {
        let spot = spot_of(&served, word, choice.layers())?;
        let format = match format {
            None => return Err(not_found("Name a format after the area: .geojson, .wkt or .kml.")),
            // In a CRS there is nothing of an area but its shape.
            Some(Format::Json) => Format::GeoJson,
            Some(format) => format,
        };
        return drawn(app, served, spot, format, Some(area), query).await;
    }
    let spot = spot_of(&served, area, choice.layers())?;
    if let Some(wanted) = Wanted::of(word) {
        let asked = Arc::clone(&served);
        let found = app
            .blocking_pool
            .run_blocking(move || Ok(wanted.of_area(&asked, spot, &choice)))
            .await?;
        return areas::send(app, served, found, format, None, query).await;
    }
    match split_json(question)? {
        "geometry" => run_blocking(app, move || json(&Geometry::of(&served, spot))).await,
        "example_postcode" => {
            run_blocking(app, move || json(&example_postcode(&served, spot))).await
        }
        _ => Err(not_found(format!("Of an area can be asked: {QUESTIONS}."))),
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
    let choice = Choice::read(query, None, &served)?;
    let takes = |spot: Spot| {
        let is_kind = match kind {
            "gss" => kinds::is_gss(code),
            "ons" => kinds::is_gss(code) && served.directory().kind(spot.0).is_census(),
            series => {
                let meta = served.atlas().layers()[spot.0].layer().meta();
                !kinds::is_gss(code) && meta.series.as_str() == series
            }
        };
        is_kind && choice.takes(&served, spot)
    };
    let shown = |text: &str| text.chars().take(60).collect::<String>();
    let (kind_shown, code_shown) = (shown(kind), shown(code));
    match with_code(&served, code, choice.layers().iter().copied(), takes)[..] {
        [id] => {
            let suffix = format.map_or("", Format::suffix);
            Ok(Reply::Found(base.at(&format!("/mapit/area/{id}{suffix}"))))
        }
        [] => Err(not_found(format!(
            "No areas were found that matched code {kind_shown} = {code_shown}."
        ))),
        // MapIt says so with status 500; it is the question that is not clear enough.
        _ => Err(malformed(format!(
            "There were multiple areas that matched code {kind_shown} = {code_shown}."
        ))),
    }
}
