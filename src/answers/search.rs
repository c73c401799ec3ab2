//! Search for names, codes and postcodes by prefix.

use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::postcode::{Postcode, PostcodePrefix};
use schemars::JsonSchema;
use serde::Serialize;

use super::common_fields::{Metres, SnapshotBlock, snapshot};
use super::error::{AnswerError, names_of};
use super::lookup::month;
use super::place::{Location, Place, ResolvedPlace, similar_postcode};
use super::schema::one_object;
use super::typed_place::read_place;

/// Areas, points, positions and postcodes that match.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Search")]
pub struct SearchAnswer<'a> {
    /// The question.
    pub query: SearchQuery,
    /// Areas that are in force and points before areas that were replaced. Among them exact matches
    /// first, then names that start with the text, then names with a later word that does. Postcodes
    /// come last, unless the text is a whole postcode.
    pub results: Vec<SearchHit<'a>>,
    /// The postcode that the text seems to mean, if a letter was typed for a digit or the reverse.
    /// Absent if there is none, or if the text is a postcode of the snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// The request as understood.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct SearchQuery {
    /// The search text.
    pub q: String,
    /// Layers that were searched. Absent if all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<String>>,
}

/// An area, a point, a position or a postcode.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[schemars(inline, transform = one_object)]
pub enum SearchHit<'a> {
    /// An area.
    Area {
        /// Id of the layer. Only for areas and points.
        layer: &'a str,
        /// Code of the area or point. Only for areas and points.
        code: &'a str,
        /// Name of the area or point. Only for areas and points.
        name: &'a str,
        /// First day on which its boundaries are no longer in force, if it is not after today. Absent
        /// for an area that is in force.
        #[serde(skip_serializing_if = "Option::is_none")]
        superseded_since: Option<Date>,
    },
    /// A point.
    Point {
        /// Id of its layer.
        layer: &'a str,
        /// Code of the point.
        code: &'a str,
        /// Name of the point.
        name: &'a str,
    },
    /// The position that the text is.
    Position {
        /// Longitude in degrees (WGS84). Only for positions.
        lon: f64,
        /// Latitude in degrees (WGS84). Only for positions.
        lat: f64,
        /// Easting in metres (EPSG:27700). Only for positions.
        easting: Metres,
        /// Northing in metres (EPSG:27700). Only for positions.
        northing: Metres,
    },
    /// A postcode.
    Postcode {
        /// The postcode. Only for postcodes.
        postcode: String,
        /// Month in which the postcode was terminated. Absent for live postcodes.
        #[serde(skip_serializing_if = "Option::is_none")]
        terminated: Option<String>,
    },
}

/// Finds the first `limit` areas, points and postcodes that start with a text, as they are on a day.
/// If layers are named, by series or id, only they are searched and no postcodes.
pub fn search<'a>(
    atlas: &'a Atlas,
    text: &str,
    layers: Option<&[String]>,
    limit: usize,
    day: Day,
) -> Result<SearchAnswer<'a>, AnswerError> {
    let included = included_layers(atlas, layers)?;
    let superseded: Vec<Option<Date>> = atlas
        .layers()
        .iter()
        .map(|layer| layer.layer().meta().vintage.superseded_on(day.date()))
        .collect();
    let named = |limit: usize, old: bool| {
        atlas.search().find_where(text, limit, |found| {
            let layer = found.layer as usize;
            included[layer] && superseded[layer].is_some() == old
        })
    };
    let current = named(limit, false);
    let old = named(limit - current.len(), true);
    let named = current.into_iter().chain(old).map(|found| {
        let (layer, index) = (found.layer as usize, found.index as usize);
        let (code, name) = atlas.code_and_name(layer, index);
        let is_areas = atlas.layers()[layer].layer().is_areas();
        let superseded_since = superseded[layer];
        let layer = atlas.layers()[layer].layer().meta().id.as_str();
        if is_areas {
            SearchHit::Area { layer, code, name, superseded_since }
        } else {
            SearchHit::Point { layer, code, name }
        }
    });
    let postcodes = if layers.is_none() { postcodes(atlas, text, limit) } else { Vec::new() };
    let postcodes = postcodes.into_iter().map(|record| SearchHit::Postcode {
        postcode: record.postcode.to_string(),
        terminated: record.terminated.map(month),
    });
    let typed = if layers.is_none() { read_place(text).ok() } else { None };
    let results: Vec<_> = if matches!(typed, Some(Place::Postcode(_))) {
        postcodes.chain(named).take(limit).collect()
    } else {
        let position = typed.and_then(position);
        position.into_iter().chain(named).chain(postcodes).take(limit).collect()
    };
    let is_known = matches!(typed, Some(Place::Postcode(known)) if atlas.facts(known).is_some());
    let similar = if is_known { None } else { similar_postcode(atlas, text) };
    let query = SearchQuery { q: text.to_owned(), layers: layers.map(<[String]>::to_vec) };
    let did_you_mean = similar.map(|postcode| postcode.to_string());
    Ok(SearchAnswer { query, results, did_you_mean, snapshot: snapshot(atlas) })
}

/// A position as a result. `None` outside the National Grid.
fn position<'a>(place: Place) -> Option<SearchHit<'a>> {
    let at = match place {
        Place::Postcode(_) => return None,
        Place::LngLat(at) => ResolvedPlace::in_degrees(at).ok()?,
        Place::Bng(at) => ResolvedPlace::at(at),
    };
    let Location { lon, lat, easting, northing, .. } = at.location();
    Some(SearchHit::Position { lon, lat, easting, northing })
}

/// For each layer of the atlas, whether to search it.
fn included_layers(atlas: &Atlas, names: Option<&[String]>) -> Result<Vec<bool>, AnswerError> {
    let Some(names) = names else { return Ok(vec![true; atlas.layers().len()]) };
    let mut included = vec![false; atlas.layers().len()];
    for name in names {
        let mut known = false;
        for (layer, included) in atlas.layers().iter().zip(&mut included) {
            let meta = layer.layer().meta();
            if meta.id.as_str() == name || meta.series.as_str() == name {
                *included = true;
                known = true;
            }
        }
        if !known {
            let known = [names_of(atlas, true), names_of(atlas, false)].concat();
            return Err(AnswerError::UnknownLayer { layer: name.clone(), known });
        }
    }
    Ok(included)
}

/// Finds the first `limit` postcodes that start with a text, in order. Without a space, `NN11` is a
/// prefix of both `NN1 1ED` and `NN11 1AA`; `NN1 1` is a prefix of the first only.
fn postcodes(atlas: &Atlas, text: &str, limit: usize) -> Vec<PostcodeFacts> {
    let text = Postcode::parse(text)
        .map_or_else(|_| text.trim().to_ascii_uppercase(), |whole| whole.to_string());
    let mut ways: Vec<Option<PostcodePrefix>> = Vec::new();
    if let Some((outward, inward)) = text.split_once(' ') {
        ways.push(PostcodePrefix::of_halves(outward, &inward.replace(' ', "")));
    } else {
        ways.push(PostcodePrefix::of_outward(&text));
        let cuts = (2..=4).filter_map(|at| text.split_at_checked(at));
        let halves = cuts.filter(|(_, inward)| !inward.is_empty());
        ways.extend(halves.map(|(outward, inward)| PostcodePrefix::of_halves(outward, inward)));
    }
    let begun = ways.into_iter().flatten();
    let mut found: Vec<PostcodeFacts> =
        begun.flat_map(|begun| atlas.facts_of(begun).take(limit)).collect();
    found.sort_by_key(|facts| facts.postcode);
    found.dedup_by_key(|facts| facts.postcode);
    found.truncate(limit);
    found
}
