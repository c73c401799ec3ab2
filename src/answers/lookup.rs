//! Looks up the areas of a place, and how far that answer can be trusted.

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day};
use lapwing_boundaries::confidence::{self, Basis, ConfidenceLevel, CoverageGap, Overall};
use lapwing_boundaries::gazetteer::Month;
use lapwing_boundaries::geometry::predicate::Position;
use lapwing_boundaries::locate::{Located, Match, MatchBy};
use lapwing_boundaries::position::Bng;
use schemars::JsonSchema;
use serde::Serialize;

use super::basis::AnswerBasis;
use super::common_fields::{Keyed, LayerUsed, SnapshotBlock, layers_used, share, snapshot, tenths};
use super::error::AnswerError;
use super::place::{Location, Place, Query, ResolvedPlace};

/// The areas of a place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Lookup")]
pub struct LookupAnswer<'a> {
    /// The place and its areas.
    #[serde(flatten)]
    pub place: PlaceAnswer<'a>,
    /// The vintage used for each requested layer. Null if none is in force on that day.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// A place and its areas: the part of a lookup that each row of a bulk answer has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PlaceAnswer<'a> {
    /// The question.
    pub query: Query,
    /// Location of the place.
    pub location: Location,
    /// Month in which a terminated postcode ended, as in `2019-07`. The answer is for its last
    /// position. Absent for live postcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminated: Option<String>,
    /// Areas by layer, in order of code. Empty if the place lies in no area of the layer. Null for a
    /// layer with no vintage in force.
    pub areas: Keyed<Option<Vec<AreaMatch<'a>>>>,
    /// How far the answer can be trusted. Null if no layer answered.
    pub confidence: Option<Confidence<'a>>,
}

/// An area that contains the place.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AreaMatch<'a> {
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Why the area matches: the place is inside it, on its boundary, or some of the postcode's
    /// addresses are in it.
    #[serde(rename = "match")]
    pub matched: MatchKind,
    /// Number of the postcode's addresses in the area. Present only if the postcode was matched by
    /// its addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<usize>,
    /// Share of the postcode's addresses in the area, 0 to 1. Present only if the postcode was
    /// matched by its addresses.
    #[schemars(range(min = 0, max = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

/// Why an answer names an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MatchKind {
    /// The position is inside the area.
    Inside,
    /// The position is on the boundary of the area.
    Boundary,
    /// Addresses of the postcode are in the area.
    Addresses,
}

/// How certain the answer is: the lowest level of the requested layers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Confidence<'a> {
    /// How certain the areas are. `high`: no boundary is near. `near_boundary`: a boundary is within
    /// the threshold. `low`: the position is an estimate, or the postcode's addresses are in more
    /// than one area.
    pub level: ConfidenceLevel,
    /// `outside` if the place is in no area of any layer of the snapshot, `incomplete` if a layer
    /// without an area there may only lack it. Absent if every layer answers for the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageGap>,
    /// Distance in metres to the nearest boundary of any layer. Null if no layer has areas.
    pub boundary_distance_m: Option<f64>,
    /// Distance in metres within which a boundary lowers the level.
    pub threshold_m: f64,
    /// How the place was located: by its position, or by the addresses of the postcode.
    pub by: Basis,
    /// True if the postcode's addresses lie in more than one area of a layer. Absent unless the place
    /// was located by addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<bool>,
    /// Confidence by layer. Null where no vintage is in force.
    pub layers: Keyed<Option<LayerConfidence>>,
    /// Neighbouring areas whose boundary is within the threshold, in order of layer, then of
    /// distance.
    pub near: Vec<NearArea<'a>>,
}

/// Confidence for one layer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct LayerConfidence {
    /// How certain the areas are. `high`: no boundary is near. `near_boundary`: a boundary is within
    /// the threshold. `low`: the position is an estimate, or the postcode's addresses are in more
    /// than one area.
    pub level: ConfidenceLevel,
    /// `incomplete` if the layer has no area at the place, or at some of the postcode's addresses,
    /// but is not known to be complete there: the area is unknown, which is not the same as none.
    /// `outside` if no layer of the snapshot has an area at the place. Absent if the layer answers
    /// for the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageGap>,
    /// The postcode's addresses that are in no area of the layer. Absent if there are none, and
    /// unless the answer is based on addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unassigned: Option<Unassigned>,
    /// Distance in metres to the nearest boundary. Null for a layer without areas.
    pub boundary_distance_m: Option<f64>,
    /// Distance in metres within which a boundary lowers the level.
    pub threshold_m: f64,
}

/// The addresses of a postcode that are in no area of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Unassigned {
    /// Number of these addresses.
    pub addresses: usize,
    /// Their share of the postcode's addresses, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub share: f64,
}

impl Unassigned {
    /// Describes `count` of `all` addresses. `None` if the count is 0.
    fn new(count: usize, all: usize) -> Option<Self> {
        let of_all = (count > 0).then(|| share(count as f64, all as f64)).flatten();
        of_all.map(|share| Self { addresses: count, share })
    }
}
/// A neighbouring area whose boundary is within the threshold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct NearArea<'a> {
    /// Key of the layer: the series or id in the request.
    pub layer: String,
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Distance in metres to the boundary of the area.
    pub distance_m: f64,
}

/// A place located in the chosen layers, before it is turned into an answer. Rows of bulk answers
/// are written from it.
#[derive(Clone, Debug)]
pub struct Found {
    pub(super) resolved: ResolvedPlace,
    /// One for each chosen layer. `None` where no vintage is in force on the day.
    pub located: Vec<Option<Located>>,
}

impl Found {
    /// Position of the place on the grid.
    pub fn at(&self) -> Bng {
        self.resolved.at
    }

    /// Combines the confidence of the layers. `None` if none answered.
    pub fn confidence(&self) -> Option<Overall<&Located>> {
        confidence::overall(self.answered().map(|located| (located, located.trust())))
    }

    fn answered(&self) -> impl Iterator<Item = &Located> {
        self.located.iter().flatten()
    }

    /// True if the place is in no area of any layer of the snapshot, requested or not.
    pub fn is_outside(&self, atlas: &Atlas) -> bool {
        self.answered().all(|located| located.matches.is_empty()) && atlas.is_outside_all(self.at())
    }
}

/// Locates a place in the chosen layers.
pub fn find(atlas: &Atlas, place: Place, chosen: &[ChosenLayer]) -> Result<Found, AnswerError> {
    let resolved = ResolvedPlace::find(atlas, place)?;
    let layers = chosen.iter().map(|chosen| chosen.layer);
    let located = match resolved.record {
        Some(record) => layers.map(|layer| atlas.locate_facts(layer?, &record)).collect(),
        None => atlas.locate_each(layers, resolved.at),
    };
    Ok(Found { resolved, located })
}

/// Turns a located place into an answer. `chosen` are the layers it was located in.
pub fn place_answer<'a>(
    atlas: &'a Atlas,
    found: &Found,
    chosen: &[ChosenLayer],
    day: Day,
) -> PlaceAnswer<'a> {
    let per_layer = || chosen.iter().zip(&found.located);
    let areas = per_layer().map(|(chosen, located)| {
        let matches = located.as_ref().zip(chosen.layer).map(|(located, layer)| {
            let named = |m: &Match| AreaMatch::new(atlas.code_and_name(layer, m.area), m.by);
            located.matches.iter().map(named).collect()
        });
        (chosen.key.clone(), matches)
    });
    PlaceAnswer {
        query: Query::new(found.resolved.place, day),
        location: found.resolved.location(),
        terminated: found.resolved.record.and_then(|record| record.terminated).map(month),
        areas: areas.collect(),
        confidence: confidence(atlas, found, chosen),
    }
}

/// Looks up the areas of a place.
pub fn lookup<'a>(
    atlas: &'a Atlas,
    place: Place,
    names: Option<&[String]>,
    day: Day,
) -> Result<LookupAnswer<'a>, AnswerError> {
    let chosen = super::choose(atlas, names, day)?;
    let found = find(atlas, place, &chosen)?;
    Ok(LookupAnswer {
        place: place_answer(atlas, &found, &chosen, day),
        layers: layers_used(atlas, &chosen, day),
        snapshot: snapshot(atlas),
    })
}

pub(crate) fn month(month: Month) -> String {
    format!("{:04}-{:02}", month.year, month.month)
}

impl<'a> AreaMatch<'a> {
    /// Creates the match of an area with this code and name.
    pub(super) fn new((code, name): (&'a str, &'a str), by: MatchBy) -> Self {
        let (matched, addresses, of_addresses) = match by {
            MatchBy::Position(Position::Boundary) => (MatchKind::Boundary, None, None),
            MatchBy::Position(_) => (MatchKind::Inside, None, None),
            MatchBy::Addresses { count, share: part } => {
                (MatchKind::Addresses, Some(count), share(part, 1.0))
            }
        };
        Self { code, name, matched, addresses, share: of_addresses }
    }
}

fn confidence<'a>(
    atlas: &'a Atlas,
    found: &Found,
    chosen: &[ChosenLayer],
) -> Option<Confidence<'a>> {
    let Overall { level, coverage, nearest, .. } = found.confidence()?;
    let addresses = found.resolved.place.known(atlas).map_or(0, |(_, known)| known.addresses());
    let basis = AnswerBasis::new(addresses > 0, found.answered().any(|located| located.is_split));
    let mut near = Vec::new();
    for (chosen, located) in chosen.iter().zip(&found.located) {
        let Some((located, layer)) = located.as_ref().zip(chosen.layer) else { continue };
        let mut candidates = located.near.clone();
        candidates.sort_by(|a, b| a.1.total_cmp(&b.1));
        near.extend(candidates.into_iter().map(|(area, distance)| {
            let (code, name) = atlas.code_and_name(layer, area);
            NearArea { layer: chosen.key.to_string(), code, name, distance_m: tenths(distance) }
        }));
    }
    let layers = chosen.iter().zip(&found.located).map(|(chosen, located)| {
        let confidence = located.as_ref().map(|located| LayerConfidence {
            level: located.level,
            coverage: located.coverage.gap(),
            unassigned: Unassigned::new(located.unassigned, addresses),
            boundary_distance_m: located.boundary_distance_m.map(tenths),
            threshold_m: located.threshold_m,
        });
        (chosen.key.clone(), confidence)
    });
    Some(Confidence {
        level,
        coverage: coverage.gap(),
        boundary_distance_m: nearest.boundary_distance_m.map(tenths),
        threshold_m: nearest.threshold_m,
        by: basis.by(),
        split: basis.split(),
        layers: layers.collect(),
        near,
    })
}
