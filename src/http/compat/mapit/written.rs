//! Areas as MapIt writes them.

use lapwing_boundaries::atlas::Atlas;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use crate::compat::directory::{Directory, Id, Spot};
use crate::compat::generations::Number;
use crate::compat::kinds;
use crate::state::Served;

/// One area.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    pub(super) id: Id,
    name: &'a str,
    parent_area: Option<Id>,
    #[serde(rename = "type")]
    pub(super) of_type: &'a str,
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
    let area = &layer.areas()[spot.1];
    let (id, of_type) = (directory.id(spot), directory.type_of(spot));
    let code = area.code().as_str();
    let (country, country_name) = kinds::country(code).unwrap_or(("", "-"));
    let (generation_low, generation_high) = directory.span(id);
    let is_census = directory.kind(spot.0).is_census();
    Entry {
        id,
        name: area.name(),
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

/// Areas by their numbers, in the order given.
pub(super) struct ById<'a> {
    pub(super) served: &'a Served,
    pub(super) spots: &'a [Spot],
}

impl Serialize for ById<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (atlas, directory) = (self.served.atlas(), self.served.directory());
        let mut map = serializer.serialize_map(Some(self.spots.len()))?;
        for &spot in self.spots {
            map.serialize_entry(&directory.id(spot), &entry(atlas, directory, spot))?;
        }
        map.end()
    }
}
