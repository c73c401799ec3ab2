//! Search for names, codes and postcodes by prefix.

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::postcode::{Postcode, PostcodePrefix};
use schemars::JsonSchema;
use serde::Serialize;

use super::common_fields::{SnapshotBlock, snapshot};
use super::error::{AnswerError, names_of};
use super::lookup::month;
use super::schema::one_object;

/// Areas, points and postcodes that match.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Search")]
pub struct SearchAnswer<'a> {
    /// The question.
    pub query: SearchQuery,
    /// Exact matches first, then names that start with the text, then names with a later word that
    /// does. Postcodes come last, unless the text is a whole postcode.
    pub results: Vec<SearchHit<'a>>,
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

/// An area, a point or a postcode.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[schemars(inline, transform = one_object)]
pub enum SearchHit<'a> {
    /// An area.
    Area {
        /// Id of the layer. Absent for postcodes.
        layer: &'a str,
        /// Code of the area or point. Absent for postcodes.
        code: &'a str,
        /// Name of the area or point. Absent for postcodes.
        name: &'a str,
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
        /// The postcode. Absent for areas and points.
        postcode: String,
        /// Month in which the postcode was terminated. Absent for live postcodes.
        #[serde(skip_serializing_if = "Option::is_none")]
        terminated: Option<String>,
    },
}

/// Finds the first `limit` areas, points and postcodes that start with a text. If layers are named,
/// by series or id, only they are searched and no postcodes.
pub fn search<'a>(
    atlas: &'a Atlas,
    text: &str,
    layers: Option<&[String]>,
    limit: usize,
) -> Result<SearchAnswer<'a>, AnswerError> {
    let included = included_layers(atlas, layers)?;
    let named = atlas.search().find_where(text, limit, |found| included[found.layer as usize]);
    let named = named.into_iter().map(|found| {
        let (layer, index) = (found.layer as usize, found.index as usize);
        let (code, name) = atlas.code_and_name(layer, index);
        let is_areas = atlas.layers()[layer].layer().is_areas();
        let layer = atlas.layers()[layer].layer().meta().id.as_str();
        if is_areas {
            SearchHit::Area { layer, code, name }
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
