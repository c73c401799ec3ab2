//! `/collections/{layer}/items/{code}`: one feature.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use lapwing_boundaries::layer::Layer;
use serde_json::{Map, Value, json};

use super::formats::{Chosen, Format, OF_FEATURES};
use super::links::{self, Link};
use super::params::{crs, place_of};
use super::{Request, tell_crs};
use crate::answers;
use crate::geojson::write_feature;
use crate::http::areas::segment;
use crate::http::error::{Kind, Problem};
use crate::http::html::respond_page;
use crate::http::negotiate::JSON;
use crate::http::params::Params;
use crate::http::work::respond;
use crate::http::{App, Taken};

pub(super) async fn item(
    State(app): State<App>,
    taken: Taken,
    Path((id, code)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let params = Params::read(request.query(), &[&["f", "crs"]])?;
    let chosen = Chosen::of(&params, &request.headers, &OF_FEATURES)?;
    let crs = crs(&params)?;
    let served = taken.served()?;
    let layer = place_of(served.atlas(), &id)?;
    let place = place_in(served.atlas().layers()[layer].layer(), &code)?;
    let mut links = request.links(chosen, &OF_FEATURES);
    links.push(super::items::to_collection(&request, &served, layer));
    links.extend(to_answers(&request, served.atlas().layers()[layer].layer(), &code));

    // A large area has some hundred thousand vertices to project or to draw.
    let told = links.clone();
    let work = Arc::clone(&served);
    let body = app.workshop.apart(move || {
        let (atlas, schema) = (work.atlas(), work.schema(layer));
        if chosen.format == Format::Html {
            let page = super::pages::item(atlas, schema, &request.base, &told, place);
            return Ok(Body::Page(page));
        }
        let members: Map<String, Value> =
            [("links", json!(told)), ("snapshot", json!(answers::snapshot(atlas)))]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
        let mut feature = Vec::new();
        write_feature(&mut feature, atlas, schema, place, crs, &members);
        Ok(Body::Feature(feature))
    });
    let mut response = match body.await? {
        Body::Page(page) => respond_page(page),
        Body::Feature(feature) => {
            let mut response = respond(chosen.media_type, feature);
            tell_crs(&mut response, crs);
            response
        }
    };
    links::tell(response.headers_mut(), &links);
    Ok(response)
}

enum Body {
    Page(String),
    Feature(Vec<u8>),
}

/// The place of the area or site of that code.
fn place_in(layer: &Layer, code: &str) -> Result<usize, Problem> {
    layer.area_index(code).or_else(|| layer.site_index(code)).ok_or_else(|| {
        let code: String = code.chars().take(80).collect();
        let id = &layer.meta().id;
        Problem::new(Kind::UnknownArea, format!("{id} has no feature {code:?}: ask /v1/search"))
    })
}

/// What else this service knows of an area.
fn to_answers(request: &Request, layer: &Layer, code: &str) -> Vec<Link> {
    if !layer.is_areas() {
        return Vec::new();
    }
    let path = format!("/v1/areas/{}/{}", layer.meta().id, segment(code));
    let link = |path: &str, title| Link::new(request.base.at(path), "related", JSON, title);
    vec![
        link(&path, "Its measures, and the areas that it lies in"),
        link(&format!("{path}/overlaps"), "The areas that it overlaps, with shares"),
    ]
}
