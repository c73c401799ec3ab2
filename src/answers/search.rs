//! Search for names, codes and postcodes by prefix.

use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::postcode::{Postcode, PostcodePrefix};
use serde::Serialize;

use super::common_fields::{SnapshotBlock, snapshot};
use super::error::{AnswerError, names_of};
use super::lookup::month;

/// The results of a search.
#[derive(Clone, Debug, Serialize)]
pub struct SearchAnswer<'a> {
    /// The question.
    pub query: SearchQuery,
    /// Areas that are in force and points before areas that were replaced. Among them exact matches
    /// first, then names that start with the text, then names with a later word that does. Postcodes
    /// come last, unless the text is a whole postcode.
    pub results: Vec<SearchHit<'a>>,
    /// The snapshot.
    pub snapshot: SnapshotBlock<'a>,
}

/// The question as it was understood.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchQuery {
    /// The text.
    pub q: String,
    /// The layers that were searched. Absent if all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<String>>,
}

/// One result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum SearchHit<'a> {
    /// An area.
    Area {
        /// Id of its layer.
        layer: &'a str,
        /// Code of the area.
        code: &'a str,
        /// Name of the area.
        name: &'a str,
        /// Day from which its boundaries are no longer in force, if that is today or earlier. Absent
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
    /// A postcode.
    Postcode {
        /// `NN1 1ED`
        postcode: String,
        /// Month in which the postcode was terminated. Absent for live postcodes.
        #[serde(skip_serializing_if = "Option::is_none")]
        terminated: Option<String>,
    },
}

/// Finds the first `limit` areas, points and postcodes that start with a text, as they are on a day. If layers are named,
/// by series or id, only they are searched and no postcodes.
pub fn search<'a>(
    atlas: &'a Atlas,
    text: &str,
    layers: Option<&[String]>,
    limit: usize,
    day: Day,
) -> Result<SearchAnswer<'a>, AnswerError> {
    let wanted = wanted_layers(atlas, layers)?;
    let superseded: Vec<Option<Date>> = atlas
        .layers()
        .iter()
        .map(|layer| layer.layer().meta().vintage.superseded_on(day.date()))
        .collect();
    let named = |limit: usize, old: bool| {
        atlas.search().find_where(text, limit, |found| {
            let layer = found.layer as usize;
            wanted[layer] && superseded[layer].is_some() == old
        })
    };
    let current = named(limit, false);
    let old = named(limit - current.len(), true);
    let named = current.into_iter().chain(old).map(|found| {
        let (layer, place) = (found.layer as usize, found.place as usize);
        let (code, name) = atlas.code_and_name(layer, place);
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
    let results: Vec<_> = if Postcode::parse(text).is_ok() {
        postcodes.chain(named).take(limit).collect()
    } else {
        named.chain(postcodes).take(limit).collect()
    };
    let query = SearchQuery { q: text.to_owned(), layers: layers.map(<[String]>::to_vec) };
    Ok(SearchAnswer { query, results, snapshot: snapshot(atlas) })
}

/// For each layer of the atlas, whether to search it.
fn wanted_layers(atlas: &Atlas, names: Option<&[String]>) -> Result<Vec<bool>, AnswerError> {
    let Some(names) = names else { return Ok(vec![true; atlas.layers().len()]) };
    let mut wanted = vec![false; atlas.layers().len()];
    for name in names {
        let mut known = false;
        for (layer, wanted) in atlas.layers().iter().zip(&mut wanted) {
            let meta = layer.layer().meta();
            if meta.id.as_str() == name || meta.series.as_str() == name {
                *wanted = true;
                known = true;
            }
        }
        if !known {
            let known = [names_of(atlas, true), names_of(atlas, false)].concat();
            return Err(AnswerError::UnknownLayer { layer: name.clone(), known });
        }
    }
    Ok(wanted)
}

/// Finds the first `limit` postcodes that start with a text, in order. Without a space, `NN11` is a
/// prefix of both `NN1 1ED` and `NN11 1AA`; `NN1 1` is a prefix of the first only.
fn postcodes(atlas: &Atlas, text: &str, limit: usize) -> Vec<PostcodeFacts> {
    let text = text.trim().to_ascii_uppercase();
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
