//! `/v1/layers` and `/v1/areas/…`: the layers, and one area.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use lapwing_boundaries::atlas::Day;
use schemars::JsonSchema;
use serde::Serialize;

use super::ogc::item::points_within;
use crate::answers::{self, AreaAnswer};
use crate::http::blocking::{json, respond};
use crate::http::error::Problem;
use crate::http::request::negotiate::{JSON, negotiate};
use crate::http::request::params::Params;
use crate::http::request::percent::segment;
use crate::http::{AppState, RequestSnapshot, Routes};

pub(in crate::http) fn routes() -> Routes {
    vec![
        ("/v1/layers", get(layers)),
        ("/v1/areas/{layer}/{code}", get(area)),
        ("/v1/areas/{layer}/{code}/overlaps", get(overlaps)),
    ]
}

async fn layers(
    taken: RequestSnapshot,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let format = negotiate(&headers, &[JSON])?;
    Ok(respond(format, json(&answers::layers(&*taken.atlas()?))?))
}

/// One area.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Area")]
pub(super) struct Linked<'a> {
    #[serde(flatten)]
    answer: AreaAnswer<'a>,
    /// Links to related resources.
    links: Links,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Links {
    /// URL of the area under the id of its vintage.
    #[serde(rename = "self")]
    this: String,
    /// URL of its overlaps.
    overlaps: String,
    /// URL of its successors. Absent if there is no later vintage.
    #[serde(skip_serializing_if = "Option::is_none")]
    successors: Option<String>,
    /// URL of its predecessors. Absent if there is no earlier vintage.
    #[serde(skip_serializing_if = "Option::is_none")]
    predecessors: Option<String>,
    /// URL of its feature, with the geometry.
    feature: String,
    /// URLs of the points inside the area as features, by point layer.
    points: BTreeMap<String, String>,
    /// URL of the layers, with licences and attributions.
    layers: &'static str,
}

async fn area(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path((layer, code)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["date"]])?;
    let day = params.day()?;
    let format = negotiate(&headers, &[JSON])?;
    let served = taken.served()?;
    let body = app.blocking_pool.run_blocking(move || {
        let atlas = served.atlas();
        let answer = answers::area(atlas, &layer, &code, day)?;
        let used = answer.layers.get(&answer.area.layer).and_then(Option::as_ref);
        let id = used.map_or(&*layer, |used| used.layer.as_str());
        let points = atlas.layer_index(id).map_or_else(Vec::new, |layer_index| {
            points_within(&served, layer_index, answer.area.code)
        });
        let name = |layer_index: usize| atlas.layers()[layer_index].layer().meta().id.to_string();
        let points =
            points.into_iter().map(|(layer_index, address)| (name(layer_index), address)).collect();
        let code = segment(answer.area.code);
        let layer_index = atlas.layer_index(id);
        let dated = layer_index.and_then(|layer_index| {
            atlas.required_date(layer_index, Day::Today(crate::http::today()))
        });
        let dated = dated.map(|date| format!("?date={date}")).unwrap_or_default();
        let vintages = layer_index.map_or_else(Vec::new, |layer_index| {
            atlas.vintages_of(&atlas.layers()[layer_index].layer().meta().series)
        });
        let between = |towards: &str, ends: Option<&usize>| {
            let has_other = ends.is_some_and(|end| layer_index != Some(*end));
            has_other.then(|| format!("/v1/areas/{id}/{code}/{towards}{dated}"))
        };
        let links = Links {
            this: format!("/v1/areas/{id}/{code}{dated}"),
            overlaps: format!("/v1/areas/{id}/{code}/overlaps{dated}"),
            successors: between("successors", vintages.last()),
            predecessors: between("predecessors", vintages.first()),
            feature: format!("/collections/{id}/items/{code}"),
            points,
            layers: "/v1/layers",
        };
        json(&Linked { answer, links })
    });
    Ok(respond(format, body.await?))
}

async fn overlaps(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path((layer, code)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["with", "date", "slivers", "touches"]])?;
    let (with, day, choice) = (params.list("with")?, params.day()?, params.choice()?);
    let format = negotiate(&headers, &[JSON])?;
    let atlas = taken.atlas()?;
    let body = app.blocking_pool.run_blocking(move || {
        json(&answers::overlaps(&atlas, &layer, &code, with.as_deref(), day, choice)?)
    });
    Ok(respond(format, body.await?))
}
