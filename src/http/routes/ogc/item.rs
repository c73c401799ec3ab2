//! `/collections/{layer}/items/{code}`: one feature.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use lapwing_boundaries::layer::Layer;
use maud::Markup;
use serde_json::{Map, Value, json};

use super::describe;
use super::formats::{ChosenFormat, Format, OF_FEATURES};
use super::links::{self, Link};
use super::params::{crs, layer_index_of, queryables};
use super::{Request, filter_params, tell_crs};
use crate::answers;
use crate::formats::geojson::{Form, write_feature};
use crate::http::blocking::respond;
use crate::http::error::{Problem, ProblemKind};
use crate::http::html::respond_page;
use crate::http::request::negotiate::{GEOJSON, JSON};
use crate::http::request::params::Params;
use crate::http::request::percent::segment;
use crate::http::{AppState, RequestSnapshot};
use crate::live::Served;

pub(super) async fn item(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path((id, code)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let params = Params::read(request.query(), &[&["f", "crs"], &filter_params::OF_ITEM])?;
    let chosen = ChosenFormat::of(&params, &request.headers, &OF_FEATURES)?;
    let crs = crs(&params)?;
    let served = taken.served()?;
    let layer = layer_index_of(served.atlas(), &id)?;
    let index = feature_index(served.atlas().layers()[layer].layer(), &code)?;
    let only = filter_params::properties(&params, served.schema(layer))?;
    let is_areas = served.atlas().layers()[layer].layer().is_areas();
    let tolerance = filter_params::tolerance(&params)?.filter(|_| is_areas);
    let mut links = request.links(chosen, &OF_FEATURES);
    links.push(super::items::to_collection(&request, &served, layer));
    links.extend(to_answers(&request, &served, layer, &code));

    // A large area has hundreds of thousands of vertices to project or draw.
    let page_links = links.clone();
    let work = Arc::clone(&served);
    let body = app.blocking_pool.run_blocking(move || {
        let (atlas, schema) = (work.atlas(), work.schema(layer));
        if chosen.format == Format::Html {
            let page = super::pages::item(atlas, schema, &request.base, &page_links, index);
            return Ok(Body::Page(page));
        }
        let members: Map<String, Value> =
            [("links", json!(page_links)), ("snapshot", json!(answers::snapshot(atlas)))]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
        let drawing = tolerance.map(|metres| work.drawing(layer, metres));
        let form = Form { crs, only, drawing };
        let mut feature = Vec::new();
        write_feature(&mut feature, atlas, schema, index, &form, &members);
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
    Page(Markup),
    Feature(Vec<u8>),
}

/// The index of the area or site with this code.
fn feature_index(layer: &Layer, code: &str) -> Result<usize, Problem> {
    layer.area_index(code).or_else(|| layer.site_index(code)).ok_or_else(|| {
        let code: String = code.chars().take(80).collect();
        let id = &layer.meta().id;
        Problem::new(
            ProblemKind::UnknownArea,
            format!("{id} has no feature {code:?}: search with /v1/search"),
        )
    })
}

/// Links to what else the service knows about an area: measures, overlaps, the points within it.
fn to_answers(request: &Request, served: &Served, layer: usize, code: &str) -> Vec<Link> {
    let meta = served.atlas().layers()[layer].layer().meta();
    if !served.atlas().layers()[layer].layer().is_areas() {
        return Vec::new();
    }
    let path = format!("/v1/areas/{}/{}", meta.id, segment(code));
    let link = |path: &str, media_type, title: String| {
        Link::new(request.base.at(path), "related", media_type, title)
    };
    let points = points_within(served, layer, code).into_iter().map(|(points, address)| {
        let title = &served.atlas().layers()[points].layer().meta().title;
        link(&address, GEOJSON, format!("Within it: {title}"))
    });
    [
        link(&path, JSON, "Measures, and the areas that contain it".to_owned()),
        link(&format!("{path}/overlaps"), JSON, "Overlapping areas, with shares".to_owned()),
    ]
    .into_iter()
    .chain(points)
    .collect()
}

/// For each point layer, its index and the URL of its points within an area.
pub(in crate::http) fn points_within(
    served: &Served,
    layer: usize,
    code: &str,
) -> Vec<(usize, String)> {
    let layers = served.atlas().layers().iter().enumerate();
    layers
        .filter(|(_, points)| !points.layer().is_areas())
        .filter_map(|(index, points)| {
            let schema = served.schema(index);
            let attribute = (0..schema.attributes().len())
                .find(|&attribute| schema.holders(attribute) == Some(layer))?;
            let name = &schema.attributes()[attribute].name;
            // A layer with the name of a parameter is queried with a filter.
            let query = if queryables(schema).contains(&name.as_str()) {
                format!("{name}={}", segment(code))
            } else {
                format!("filter={name}%3D%27{}%27", segment(code))
            };
            Some((index, format!("{}/items?{query}", describe::path(points.layer().meta()))))
        })
        .collect()
}
