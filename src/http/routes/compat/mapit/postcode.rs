//! `/mapit/postcode`, `/mapit/postcode/partial` and `/mapit/nearest`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::json;

use super::area_filter::AreaFilter;
use super::area_json::{AreaJson, write_by_id};
use super::{
    Answer, Query, Reply, crs_of, json as send, malformed, not_found, point, respond, split_json,
};
use crate::compat::areas_of::{areas_of, degrees_at, degrees_of};
use crate::compat::directory::{AreaId, LayerArea};
use crate::http::error::Problem;
use crate::http::routes::compat::{distance, run_blocking};
use crate::http::{AppState, RequestSnapshot};
use crate::live::Served;

/// A postcode and its position, in MapIt's format.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct PostcodeJson {
    /// Postcode in standard form.
    postcode: String,
    #[serde(flatten)]
    at: Option<PositionJson>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct PositionJson {
    /// Longitude in degrees (WGS84). Absent without a position.
    wgs84_lon: f64,
    /// Latitude in degrees (WGS84). Absent without a position.
    wgs84_lat: f64,
    /// Grid of `easting` and `northing`: `G` is the British National Grid.
    // There are no postcodes on the Irish grid here.
    #[schemars(extend("enum" = [BRITISH_GRID]))]
    coordsyst: &'static str,
    /// Easting in metres (EPSG:27700). Absent without a position.
    #[schemars(range(min = 0))]
    easting: i64,
    /// Northing in metres (EPSG:27700). Absent without a position.
    #[schemars(range(min = 0))]
    northing: i64,
}

const BRITISH_GRID: &str = "G";

impl PostcodeJson {
    fn of(atlas: &Atlas, record: &PostcodeFacts) -> Self {
        Self::at(record.postcode.to_string(), record.position.zip(degrees_of(atlas, record)))
    }

    fn at(postcode: String, at: Option<(Bng, [f64; 2])>) -> Self {
        let at = at.map(|(at, [wgs84_lon, wgs84_lat])| PositionJson {
            wgs84_lon,
            wgs84_lat,
            coordsyst: BRITISH_GRID,
            easting: at.easting().round() as i64,
            northing: at.northing().round() as i64,
        });
        Self { postcode, at }
    }
}

/// A postcode or an outcode.
#[derive(Serialize, JsonSchema)]
pub(in crate::http::routes) struct MapItPlace {
    #[serde(flatten)]
    place: PostcodeJson,
    /// Distance in metres from the point. Present only for the postcode nearest to a point.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    distance: Option<i64>,
}

/// A postcode and its areas.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "written in parts; the type describes the whole")]
pub(in crate::http::routes) struct MapItPostcode<'a> {
    #[serde(flatten)]
    place: PostcodeJson,
    /// Areas by id.
    areas: BTreeMap<String, AreaJson<'a>>,
    /// Ids of the ward, council and LAP. Absent without them.
    #[serde(skip_serializing_if = "Option::is_none")]
    shortcuts: Option<Shortcuts>,
}

pub(super) async fn one(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    respond(&query, find(snapshot, &text, &query))
}

fn find(snapshot: RequestSnapshot, text: &str, query: &Query) -> Answer {
    let text = split_json(text)?;
    // Programs that encode the path as a query write the space as a plus sign.
    let postcode = Postcode::parse(&text.replace('+', " ")).map_err(|_| {
        let plain = |c: &char| c.is_ascii_alphanumeric();
        let shown: String = text.chars().filter(plain).take(40).collect();
        malformed(format!("Postcode '{}' is not valid.", shown.to_ascii_uppercase()))
    })?;
    let served = snapshot.served()?;
    let atlas = served.atlas();
    let record =
        atlas.facts(postcode).ok_or_else(|| not_found("No Postcode matches the given query."))?;
    let filter = AreaFilter::by_generation(query, &served);
    let mut layer_areas = areas_of(atlas, &record);
    layer_areas.retain(|(layer, _)| filter.layers().contains(layer));
    let first = |at: &usize| *at == 0 || layer_areas[at - 1].0 != layer_areas[*at].0;
    let shortcuts =
        Shortcuts::of(&served, (0..layer_areas.len()).filter(first).map(|at| layer_areas[at]));
    let mut out = Vec::with_capacity(400 * (layer_areas.len() + 1));
    let written = serde_json::to_writer(&mut out, &PostcodeJson::of(atlas, &record));
    written.map_err(|error| Problem::internal(&error))?;
    // Reopen the object to append members.
    out.pop();
    out.extend(b",\"areas\":");
    write_by_id(&mut out, &served, &layer_areas);
    if !shortcuts.0.is_empty() {
        out.extend(b",\"shortcuts\":");
        let written = serde_json::to_writer(&mut out, &shortcuts);
        written.map_err(|error| Problem::internal(&error))?;
    }
    out.push(b'}');
    Ok(Reply::Json(out.into()))
}

/// The ward and council of a postcode, separately where there are two tiers; its constituency; and
/// its LAP, which MapIt does not have.
struct Shortcuts(Vec<(&'static str, Shortcut)>);

#[derive(Serialize)]
#[serde(untagged)]
enum Shortcut {
    One(Option<AreaId>),
    /// A county's division and a district's ward.
    Tiers(Tiers),
}

/// Ids by tier: `county` and `district`.
#[derive(Default)]
struct Tiers(Vec<(&'static str, Option<AreaId>)>);

impl Serialize for Tiers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

impl Serialize for Shortcuts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl JsonSchema for Shortcuts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Shortcuts".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object"})
    }
}

impl Shortcuts {
    fn of(served: &Served, layer_areas: impl Iterator<Item = LayerArea>) -> Self {
        let directory = served.directory();
        let mut all = Self(Vec::with_capacity(4));
        for layer_area in layer_areas {
            let (id, parent) = (Some(directory.id(layer_area)), directory.parent(layer_area));
            match &*directory.type_of(layer_area).code {
                "COP" | "LBW" | "LGE" | "LGW" | "MTW" | "UTE" | "UTW" | "WRD" => {
                    all.put("ward", Shortcut::One(id));
                    all.put("council", Shortcut::One(parent));
                }
                "CED" => {
                    all.tier("ward", "county", id);
                    all.tier("council", "county", parent);
                }
                "DIW" => {
                    all.tier("ward", "district", id);
                    all.tier("council", "district", parent);
                }
                "WMC" => all.put("WMC", Shortcut::One(id)),
                "LAP" => all.put("LAP", Shortcut::One(id)),
                _ => {}
            }
        }
        all
    }

    fn put(&mut self, key: &'static str, value: Shortcut) {
        self.0.retain(|(known, _)| *known != key);
        self.0.push((key, value));
    }

    fn tier(&mut self, key: &'static str, tier: &'static str, id: Option<AreaId>) {
        if !self.0.iter().any(|(known, _)| *known == key) {
            self.0.push((key, Shortcut::Tiers(Tiers::default())));
        }
        // A single tier and two tiers cannot be combined; the single tier wins.
        if let Some((_, Shortcut::Tiers(tiers))) =
            self.0.iter_mut().find(|(known, _)| *known == key)
        {
            tiers.0.retain(|(known, _)| *known != tier);
            tiers.0.push((tier, id));
        }
    }
}

pub(super) async fn partial(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    respond(&query, centre(snapshot, &text))
}

/// Finds an outcode; a full postcode is reduced to its outcode.
fn centre(snapshot: RequestSnapshot, text: &str) -> Answer {
    let text = split_json(text)?;
    let outcode: String = match Postcode::parse(text) {
        Ok(postcode) => postcode.outward(),
        Err(_) => text.split_whitespace().collect::<String>().to_ascii_uppercase(),
    };
    if !Postcode::is_outward(&outcode) {
        let shown: String = outcode.chars().take(40).collect();
        return Err(malformed(format!("Partial postcode '{shown}' is not valid.")));
    }
    let served = snapshot.served()?;
    let centre = served.outcodes().get(&outcode).and_then(|outcode| outcode.centre);
    let centre = centre.ok_or_else(|| not_found("Postcode not found"))?;
    let place = PostcodeJson::at(outcode, Some((centre, degrees_at(centre))));
    send(&MapItPlace { place, distance: None })
}

pub(super) async fn nearest(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((srid, text)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    // There can be many terminated postcodes between two live ones.
    respond(&query, run_blocking(&app, move || nearest_to(snapshot, &srid, &text)).await)
}

fn nearest_to(snapshot: RequestSnapshot, srid: &str, text: &str) -> Answer {
    let text = split_json(text)?;
    let [x, y] = point::numbers(text)?;
    let crs = crs_of(srid).ok_or_else(|| malformed(point::OUTSIDE))?;
    let served = snapshot.served()?;
    let none = || not_found(format!("No postcode found near {x},{y} ({srid})"));
    let at = crs.bng_of_xy([x, y]).map_err(|_| none())?;
    let mut near = served.atlas().nearest_postcodes(at).map(|(record, _)| record);
    let record = near.find(PostcodeFacts::is_live);
    let record = record.ok_or_else(none)?;
    let there = record.position.ok_or_else(none)?;
    let place = PostcodeJson::of(served.atlas(), &record);
    let metres = distance::metres(at.to_lng_lat().0, there.to_lng_lat().0).round() as i64;
    send(&json!({"postcode": MapItPlace { place, distance: Some(metres) }}))
}
