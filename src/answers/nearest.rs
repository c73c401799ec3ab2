//! The points of a layer nearest to a place.

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day};
use lapwing_boundaries::layer::LayerId;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Map, Value};

use super::common_fields::{
    Keyed, LayerUsed, Metres, SnapshotBlock, layers_used, snapshot, tenths,
};
use super::error::{AnswerError, names_of};
use super::place::{Location, Place, Query, ResolvedPlace};

/// The points nearest to a place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Nearest")]
pub struct NearestAnswer<'a> {
    /// The question.
    pub query: Query,
    /// Location of the place.
    pub location: Location,
    /// The points, nearest first. Points at equal distance are in the order of layers, then of
    /// codes.
    pub nearest: Vec<NearestSite<'a>>,
    /// The vintage used for each requested layer. Null if none is in force on that day.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// A point.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline, transform = without_positional_quality)]
pub struct NearestSite<'a> {
    /// Key of its layer: the series or id in the request.
    pub layer: String,
    /// Code of the point.
    pub code: &'a str,
    /// Name of the point.
    pub name: &'a str,
    /// Straight-line distance in metres.
    pub distance_m: f64,
    /// Location of the point.
    #[serde(flatten)]
    pub location: Location,
    /// Source attributes that the catalogue keeps.
    pub properties: Map<String, Value>,
}

/// Of the members of a [`Location`], points lack the one that only postcodes have.
fn without_positional_quality(schema: &mut Schema) {
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        members.shift_remove("positional_quality");
    }
}

/// Finds the `limit` nearest points of the named layers, or of every point layer.
pub fn nearest<'a>(
    atlas: &'a Atlas,
    place: Place,
    names: Option<&[String]>,
    limit: usize,
    day: Day,
) -> Result<NearestAnswer<'a>, AnswerError> {
    let chosen = choose_points(atlas, names, day)?;
    let resolved = ResolvedPlace::find(atlas, place)?;
    let mut found: Vec<(f64, usize, usize)> = Vec::new();
    for (key, chosen) in chosen.iter().enumerate() {
        let Some(layer) = chosen.layer else { continue };
        let mut of_layer: Vec<(usize, f64)> = Vec::new();
        for (site, distance) in atlas.layers()[layer].site_index().nearest(resolved.at) {
            // Take all points as far away as the last one, so that the code decides between them
            // and not the order in the index.
            if of_layer.len() >= limit && of_layer.last().is_some_and(|&(_, d)| d < distance) {
                break;
            }
            of_layer.push((site, distance));
        }
        found.extend(of_layer.into_iter().map(|(site, distance)| (distance, key, site)));
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    found.truncate(limit);

    let nearest = found.into_iter().filter_map(|(distance, key, site)| {
        let site = &atlas.layers()[chosen[key].layer?].layer().sites()[site];
        let at = ResolvedPlace::at(site.position);
        Some(NearestSite {
            layer: chosen[key].key.to_string(),
            code: site.code.as_str(),
            name: &site.name,
            distance_m: tenths(distance),
            location: Location { easting: Metres(site.position.easting()), ..at.location() },
            properties: site.properties.iter().cloned().collect(),
        })
    });
    Ok(NearestAnswer {
        query: Query::new(place, day),
        location: resolved.location(),
        nearest: nearest.collect(),
        layers: layers_used(atlas, &chosen, day),
        snapshot: snapshot(atlas),
    })
}

/// Chooses the point layers with these names, or one for each series, as [`Atlas::choose`] does for
/// areas.
pub(crate) fn choose_points(
    atlas: &Atlas,
    names: Option<&[String]>,
    day: Day,
) -> Result<Vec<ChosenLayer>, AnswerError> {
    let metas = || {
        (0..)
            .zip(atlas.layers())
            .filter(|(_, l)| !l.layer().is_areas())
            .map(|(index, l)| (index, l.layer().meta()))
    };
    let vintage = |series: &LayerId| {
        let mut vintages = metas().filter(|(_, m)| m.series == *series);
        let layer = match day {
            Day::Requested(date) => vintages.find(|(_, m)| m.vintage.holds_on(date)),
            Day::Today(date) => metas()
                .filter(|(_, m)| m.series == *series)
                .find(|(_, m)| m.vintage.holds_on(date))
                .or_else(|| vintages.max_by_key(|(_, m)| m.vintage.valid_from)),
        };
        ChosenLayer { key: series.clone(), layer: layer.map(|(index, _)| index) }
    };
    let mut chosen: Vec<ChosenLayer> = Vec::new();
    let Some(names) = names else {
        for (_, meta) in metas() {
            if !chosen.iter().any(|c| c.key == meta.series) {
                chosen.push(vintage(&meta.series));
            }
        }
        return Ok(chosen);
    };
    for name in names {
        let by_series = metas().find(|(_, m)| m.series.as_str() == name);
        let by_id = metas().find(|(_, m)| m.id.as_str() == name);
        let one = match (by_series, by_id) {
            (Some((_, meta)), _) => vintage(&meta.series),
            (None, Some((index, meta))) => ChosenLayer { key: meta.id.clone(), layer: Some(index) },
            (None, None) => {
                let (layer, known) = (name.clone(), names_of(atlas, false));
                return Err(if names_of(atlas, true).contains(name) {
                    AnswerError::NotPoints { layer, known }
                } else {
                    AnswerError::UnknownLayer { layer, known }
                });
            }
        };
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
    Ok(chosen)
}
