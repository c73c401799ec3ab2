//! TileJSON 3.0 of some layers.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use lapwing_tiles::TileSet;
use serde_json::{Map, Value, json};

use super::{lasting_query, selection};
use crate::answers;
use crate::http::blocking::{json, respond};
use crate::http::error::{Problem, ProblemKind};
use crate::http::request::negotiate::{JSON, negotiate};
use crate::http::request::params::Params;
use crate::http::request::public_url::origin;
use crate::http::{AppState, RequestSnapshot};
use crate::tile_layers::{Selection, attribution};

pub(super) async fn tilejson(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path(tileset): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["date"]])?;
    let day = params.day()?;
    let format = negotiate(&headers, &[JSON])?;
    let Some(names) = tileset.strip_suffix(".json") else {
        let tileset: String = tileset.chars().take(200).collect();
        let detail = format!(
            "the TileJSON of layers is at /tiles/{tileset}.json; their tiles are at /tiles/{tileset}/Z/X/Y"
        );
        return Err(Problem::new(ProblemKind::UnknownRoute, detail));
    };
    let served = taken.served()?;
    let chosen = selection(&served, names, day)?;
    let query = lasting_query(&params, &chosen.version);
    let template = format!("{}/tiles/{names}/{{z}}/{{x}}/{{y}}{query}", origin(&uri, &headers));
    // The layers may have to be prepared first.
    let body = app.blocking_pool.run_blocking(move || {
        let layers = &chosen.layers;
        let set = served.tiles().tile_set(layers).map_err(|error| Problem::internal(&error))?;
        json(&document(served.atlas(), layers, &set, &template))
    });
    Ok(respond(format, body.await?))
}

fn document(atlas: &Arc<Atlas>, layers: &Selection, set: &TileSet, template: &str) -> Value {
    let metas: Vec<_> = layers
        .layers()
        .map(|(_, layer_index)| atlas.layers()[layer_index].layer().meta())
        .collect();
    let titles: Vec<&str> = metas.iter().map(|meta| meta.title.as_str()).collect();
    let vector_layers: Vec<Value> = set
        .vector_layers
        .iter()
        .map(|layer| {
            let fields: Map<String, Value> =
                layer.fields.iter().map(|(name, kind)| (name.clone(), json!(kind))).collect();
            json!({
                "id": layer.id, "fields": fields, "minzoom": set.minzoom, "maxzoom": set.maxzoom,
            })
        })
        .collect();
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": atlas.title(),
        "description": titles.join(", "),
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": set.minzoom,
        "maxzoom": set.maxzoom,
        "attribution": attribution(atlas, layers),
        "vector_layers": vector_layers,
        "snapshot": answers::snapshot(atlas),
    });
    if let Some(bounds) = set.bounds {
        document["bounds"] = json!(bounds);
    }
    if let Some(center) = set.center() {
        document["center"] = json!([center.lon, center.lat, center.zoom]);
    }
    document
}
