//! Areas as MapIt JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write as _;

use lapwing_boundaries::atlas::Atlas;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::Reply;
use crate::compat::AreaTexts;
use crate::compat::directory::{AreaId, Directory, LayerArea};
use crate::compat::generations::GenerationNumber;
use crate::compat::kinds;
use crate::live::Served;

/// An area.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MapItArea")]
pub(in crate::http::routes) struct AreaJson<'a> {
    /// Id of the area, the same in every snapshot.
    id: AreaId,
    /// Name of the area.
    name: &'a str,
    /// Id of the area with authority over it. Null if there is none.
    parent_area: Option<AreaId>,
    /// Area type: LAP, UTW, CPC…
    #[serde(rename = "type")]
    of_type: &'a str,
    /// Name of the area type.
    type_name: &'a str,
    /// Country: E (England), N (Northern Ireland), S (Scotland) or W (Wales). Empty for any other.
    country: &'static str,
    /// Name of the country.
    country_name: &'static str,
    /// First generation in which the area is in force.
    generation_low: GenerationNumber,
    /// Last generation in which the area is in force.
    generation_high: GenerationNumber,
    /// Codes of the area, by type of code.
    codes: Codes<'a>,
    /// Always empty.
    #[schemars(with = "BTreeMap<String, String>")]
    all_names: EmptyObject,
}

/// Serializes as `{}`.
#[derive(Serialize)]
struct EmptyObject {}

struct Codes<'a> {
    code: &'a str,
    series: &'a str,
    is_census: bool,
}

impl Serialize for Codes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if kinds::is_gss(self.code) {
            map.serialize_entry("gss", self.code)?;
            if self.is_census {
                map.serialize_entry("ons", self.code)?;
            }
        } else {
            map.serialize_entry(self.series, self.code)?;
        }
        map.end()
    }
}

impl JsonSchema for Codes<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Codes".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }
}

/// Describes one area for serialization.
pub(super) fn area_json<'a>(
    atlas: &'a Atlas,
    directory: &'a Directory,
    layer_area: LayerArea,
) -> AreaJson<'a> {
    let layer = atlas.layers()[layer_area.0].layer();
    let (code, name) = atlas.code_and_name(layer_area.0, layer_area.1);
    let (id, of_type) = (directory.id(layer_area), directory.type_of(layer_area));
    let (country, country_name) = kinds::country(code).unwrap_or(("", "-"));
    let (generation_low, generation_high) = directory.span(id);
    let is_census = directory.kind(layer_area.0).is_census();
    AreaJson {
        id,
        name,
        parent_area: directory.parent(layer_area),
        of_type: &of_type.code,
        type_name: &of_type.name,
        country,
        country_name,
        generation_low,
        generation_high,
        codes: Codes { code, series: layer.meta().series.as_str(), is_census },
        all_names: EmptyObject {},
    }
}

/// The JSON text of every area, written on first use.
fn texts(served: &Served) -> &AreaTexts {
    served.area_texts(|| {
        let (atlas, directory) = (served.atlas(), served.directory());
        let text = |layer_area| {
            // Strings and numbers always serialize.
            serde_json::to_string(&area_json(atlas, directory, layer_area))
                .unwrap_or_default()
                .into()
        };
        let layers = atlas.layers().iter().map(|layer| layer.layer().areas().len());
        layers
            .enumerate()
            .map(|(layer, count)| (0..count).map(|area| text((layer, area))).collect())
            .collect()
    })
}

/// Appends an object of areas by id, in the given order.
pub(super) fn write_by_id(out: &mut Vec<u8>, served: &Served, layer_areas: &[LayerArea]) {
    let (directory, texts) = (served.directory(), texts(served));
    out.push(b'{');
    for (at, &layer_area) in layer_areas.iter().enumerate() {
        // Writing to a `Vec` cannot fail.
        let _ = write!(out, "{}\"{}\":", if at == 0 { "" } else { "," }, directory.id(layer_area));
        out.extend(texts[layer_area.0][layer_area.1].as_bytes());
    }
    out.push(b'}');
}

/// A JSON object of areas by id, in the given order.
pub(super) fn by_id(served: &Served, layer_areas: &[LayerArea]) -> Reply {
    let mut out = Vec::with_capacity(2 + 400 * layer_areas.len());
    write_by_id(&mut out, served, layer_areas);
    Reply::Json(out.into())
}
