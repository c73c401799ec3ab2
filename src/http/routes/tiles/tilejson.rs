//! TileJSON 3.0 of some layers.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use lapwing_tiles::TileSet;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{lasting_query, selection};
use crate::answers::{self, SnapshotBlock};
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

/// TileJSON 3.0.
#[derive(Serialize, JsonSchema)]
pub(in crate::http::routes) struct TileJson<'a> {
    /// Version of TileJSON.
    #[schemars(extend("enum" = [VERSION]))]
    tilejson: &'static str,
    /// Title of the snapshot.
    name: &'a str,
    /// Titles of the layers.
    description: String,
    /// Tile rows count from the north.
    #[schemars(extend("enum" = [SCHEME]))]
    scheme: &'static str,
    /// URL templates of the tiles, with {z}, {x} and {y}.
    tiles: [&'a str; 1],
    /// Lowest zoom level.
    minzoom: u8,
    /// Highest zoom level. Maps overzoom these tiles beyond it.
    maxzoom: u8,
    /// Attribution to show on the map, as HTML.
    attribution: String,
    /// The layers, and the label points of the area layers.
    vector_layers: Vec<TileLayer<'a>>,
    /// The snapshot that answered.
    snapshot: SnapshotBlock<'a>,
    /// West, south, east, north, in degrees (WGS84). Absent if the layers are empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[f64; 4]>,
    /// Longitude, latitude and zoom level. Absent if the layers are empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<[f64; 3]>")]
    center: Option<(f64, f64, u8)>,
}

const VERSION: &str = "3.0.0";
const SCHEME: &str = "xyz";

/// The types of TileJSON that [`lapwing_tiles::VectorLayer`] has.
const PROPERTY_TYPES: [&str; 3] = ["String", "Number", "Boolean"];

/// A layer in the tiles.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct TileLayer<'a> {
    /// Name of the layer in the tiles.
    id: &'a str,
    /// Types of the feature properties, by name.
    #[schemars(with = "BTreeMap<String, PropertyType>")]
    fields: Map<String, Value>,
    /// Lowest zoom level.
    minzoom: u8,
    /// Highest zoom level.
    maxzoom: u8,
}

/// Type of the property.
#[derive(JsonSchema)]
#[schemars(inline, extend("type" = "string", "enum" = PROPERTY_TYPES))]
struct PropertyType(#[expect(dead_code, reason = "stands for a type in attributes")] String);

fn document<'a>(
    atlas: &'a Atlas,
    layers: &Selection,
    set: &'a TileSet,
    template: &'a str,
) -> TileJson<'a> {
    let metas: Vec<_> =
        layers.layers().map(|(_, index)| atlas.layers()[index].layer().meta()).collect();
    let titles: Vec<&str> = metas.iter().map(|meta| meta.title.as_str()).collect();
    let vector_layers = set.vector_layers.iter().map(|layer| TileLayer {
        id: &layer.id,
        fields: layer.fields.iter().map(|(name, kind)| (name.clone(), (*kind).into())).collect(),
        minzoom: set.minzoom,
        maxzoom: set.maxzoom,
    });
    TileJson {
        tilejson: VERSION,
        name: atlas.title(),
        description: titles.join(", "),
        scheme: SCHEME,
        tiles: [template],
        minzoom: set.minzoom,
        maxzoom: set.maxzoom,
        attribution: attribution(atlas, layers),
        vector_layers: vector_layers.collect(),
        snapshot: answers::snapshot(atlas),
        bounds: set.bounds,
        center: set.center().map(|center| (center.lon, center.lat, center.zoom)),
    }
}
