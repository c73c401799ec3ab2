//! `/collections`: the layers as plain GeoJSON, in longitude and latitude.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use lapwing_boundaries::atlas::Atlas;
use serde_json::{Map, Value, json};

use super::error::{Kind, Problem};
use super::negotiate::{GEOJSON, JSON, negotiate};
use super::params::Params;
use super::work::{json, respond};
use super::{App, Routes, Taken, files};
use crate::answers;
use crate::crs::Crs;
use crate::geojson::{FeatureCollection, write_feature};

pub(super) fn routes() -> Routes {
    vec![
        ("/collections", get(list)),
        ("/collections/{layer}", get(one)),
        ("/collections/{layer}/items", get(items)),
        ("/collections/{layer}/items/{code}", get(item)),
    ]
}

fn link(rel: &str, href: &str, kind: &str, title: &str) -> Value {
    json!({"href": href, "rel": rel, "type": kind, "title": title})
}

/// What is said of one layer.
fn collection(atlas: &Atlas, place: usize) -> Value {
    let meta = atlas.layers()[place].layer().meta();
    let address = format!("/collections/{}", meta.id);
    let mut collection = json!({
        "id": meta.id,
        "title": meta.title,
        "itemType": "feature",
        "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        "links": [
            link("self", &address, JSON, "This collection"),
            link("items", &format!("{address}/items"), GEOJSON, "Its features"),
            link("describedby", "/v1/layers", JSON, "Vintage, resolution, licence"),
        ],
    });
    if let Some(links) = collection["links"].as_array_mut() {
        links.extend(files::links(meta.id.as_str()));
    }
    if let Some(attribution) = &meta.attribution {
        collection["attribution"] = json!(attribution);
    }
    collection
}

async fn list(
    taken: Taken,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let format = negotiate(&headers, &[JSON])?;
    let atlas = taken.atlas()?;
    let collections: Vec<Value> =
        (0..atlas.layers().len()).map(|place| collection(&atlas, place)).collect();
    let body = json(&json!({
        "links": [link("self", "/collections", JSON, "The collections")],
        "collections": collections,
        "snapshot": answers::snapshot(&atlas),
    }))?;
    Ok(respond(format, body))
}

/// The layer of that own id.
fn place_of(atlas: &Atlas, id: &str) -> Result<usize, Problem> {
    atlas.layer_place(id).ok_or_else(|| {
        let known: Vec<&str> =
            atlas.layers().iter().map(|l| l.layer().meta().id.as_str()).collect();
        let id: String = id.chars().take(80).collect();
        let detail = format!("there is no layer {id:?}: the layers here are {}", known.join(", "));
        Problem::new(Kind::UnknownLayer, detail)
    })
}

async fn one(
    taken: Taken,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let format = negotiate(&headers, &[JSON])?;
    let atlas = taken.atlas()?;
    let place = place_of(&atlas, &id)?;
    Ok(respond(format, json(&collection(&atlas, place))?))
}

/// The snapshot, for the end of a collection or feature.
fn members(atlas: &Atlas) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("snapshot".to_owned(), json!(answers::snapshot(atlas)));
    members
}

async fn items(
    State(app): State<App>,
    taken: Taken,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let format = negotiate(&headers, &[GEOJSON, JSON])?;
    let served = taken.served()?;
    let atlas = served.atlas();
    let place = place_of(atlas, &id)?;
    let places = 0..atlas.layers()[place].layer().len();
    let members = members(atlas);
    let schema = Arc::clone(served.schema(place));
    let pieces = FeatureCollection::new(Arc::clone(atlas), schema, places, Crs::Crs84)
        .with_members(members)
        .map(Ok::<_, Infallible>);
    Ok(respond(format, app.workshop.stream(pieces)))
}

async fn item(
    State(app): State<App>,
    taken: Taken,
    Path((id, code)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let format = negotiate(&headers, &[GEOJSON, JSON])?;
    let served = taken.served()?;
    let atlas = served.atlas();
    let place = place_of(atlas, &id)?;
    let layer = atlas.layers()[place].layer();
    let index = layer.area_index(&code).or_else(|| layer.site_index(&code)).ok_or_else(|| {
        let code: String = code.chars().take(80).collect();
        Problem::new(Kind::UnknownArea, format!("{id} has no feature {code:?}: ask /v1/search"))
    })?;
    // A large area has some hundred thousand vertices to project.
    let body = app.workshop.apart(move || {
        let (atlas, schema) = (served.atlas(), served.schema(place));
        let mut feature = Vec::new();
        write_feature(&mut feature, atlas, schema, index, Crs::Crs84, &members(atlas));
        Ok(feature)
    });
    Ok(respond(format, body.await?))
}
