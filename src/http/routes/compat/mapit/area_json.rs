//! Areas as MapIt writes them.

use std::io::Write as _;

use lapwing_boundaries::atlas::Atlas;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::Reply;
use crate::compat::AreaTexts;
use crate::compat::directory::{Directory, Id, Spot};
use crate::compat::generations::Number;
use crate::compat::kinds;
use crate::live::Served;

/// One area.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    id: Id,
    name: &'a str,
    parent_area: Option<Id>,
    #[serde(rename = "type")]
    of_type: &'a str,
    type_name: &'a str,
    country: &'static str,
    country_name: &'static str,
    generation_low: Number,
    generation_high: Number,
    codes: Codes<'a>,
    all_names: Nothing,
}

/// `{}`
#[derive(Serialize)]
struct Nothing {}

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

/// One area, for writing.
pub(super) fn entry<'a>(atlas: &'a Atlas, directory: &'a Directory, spot: Spot) -> Entry<'a> {
    let layer = atlas.layers()[spot.0].layer();
    let (code, name) = atlas.code_and_name(spot.0, spot.1);
    let (id, of_type) = (directory.id(spot), directory.type_of(spot));
    let (country, country_name) = kinds::country(code).unwrap_or(("", "-"));
    let (generation_low, generation_high) = directory.span(id);
    let is_census = directory.kind(spot.0).is_census();
    Entry {
        id,
        name,
        parent_area: directory.parent(spot),
        of_type: &of_type.code,
        type_name: &of_type.name,
        country,
        country_name,
        generation_low,
        generation_high,
        codes: Codes { code, series: layer.meta().series.as_str(), is_census },
        all_names: Nothing {},
    }
}

/// The text of every area, written when it is first wanted.
fn texts(served: &Served) -> &AreaTexts {
    served.area_texts(|| {
        let (atlas, directory) = (served.atlas(), served.directory());
        let text = |spot| {
            // Neither text nor numbers fail to be written.
            serde_json::to_string(&entry(atlas, directory, spot)).unwrap_or_default().into()
        };
        let layers = atlas.layers().iter().map(|layer| layer.layer().areas().len());
        layers
            .enumerate()
            .map(|(layer, count)| (0..count).map(|area| text((layer, area))).collect())
            .collect()
    })
}

/// Appends areas by their numbers, in the order given, as an object.
pub(super) fn write_by_id(out: &mut Vec<u8>, served: &Served, spots: &[Spot]) {
    let (directory, texts) = (served.directory(), texts(served));
    out.push(b'{');
    for (at, &spot) in spots.iter().enumerate() {
        // Memory does not fail to be written to.
        let _ = write!(out, "{}\"{}\":", if at == 0 { "" } else { "," }, directory.id(spot));
        out.extend(texts[spot.0][spot.1].as_bytes());
    }
    out.push(b'}');
}

/// Areas by their numbers, in the order given.
pub(super) fn by_id(served: &Served, spots: &[Spot]) -> Reply {
    let mut out = Vec::with_capacity(2 + 400 * spots.len());
    write_by_id(&mut out, served, spots);
    Reply::Json(out.into())
}
