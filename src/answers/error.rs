//! Errors of questions that have no answer. Each message says what to change.

use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::InvalidPosition;
use lapwing_boundaries::postcode::Postcode;

use super::direction::ChangeDirection;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AnswerError {
    /// The postcode is well formed but not in the snapshot.
    #[error("{postcode} is not among the postcodes of this snapshot: {}", advice(*similar))]
    UnknownPostcode {
        /// The postcode.
        postcode: Postcode,
        /// The one that it seems to mean ([`similar_postcode`](super::similar_postcode)).
        similar: Option<Postcode>,
    },
    /// The postcode is in the snapshot, but its source gives it no position (quality 90).
    #[error("{0} is a postcode, but its source gives it no position: use a position")]
    PostcodeWithoutPosition(Postcode),
    /// The position is outside the British National Grid.
    #[error("{0}")]
    Outside(InvalidPosition),
    /// No layer or series has this name.
    #[error("there is no layer {layer:?}: the layers here are {}", known.join(", "))]
    UnknownLayer {
        /// The requested name.
        layer: String,
        /// The names that are accepted.
        known: Vec<String>,
    },
    /// A layer of points was requested where areas are needed.
    #[error("{layer} is a layer of points and has no areas: the layers of areas are {}", known.join(", "))]
    NotAreas {
        /// The requested name.
        layer: String,
        /// The names that are accepted.
        known: Vec<String>,
    },
    /// A layer of areas was requested where points are needed.
    #[error("{layer} is a layer of areas and has no points: {}", points_advice(known))]
    NotPoints {
        /// The requested name.
        layer: String,
        /// The names that are accepted.
        known: Vec<String>,
    },
    /// No vintage of the layer is in force on the requested day.
    #[error("no vintage of {layer} is in force on {date}: use another date, or none")]
    NotInForce {
        /// The requested name.
        layer: String,
        /// The day.
        date: Date,
    },
    /// The name is not a vintage of the series.
    #[error("{parameter}={name} is not a vintage of {series}: write one of {}, or a date as in 2024-05-01", vintages.join(", "))]
    NotAVintage {
        /// The parameter.
        parameter: &'static str,
        /// The requested name.
        name: String,
        /// The series.
        series: String,
        /// The vintages of the series.
        vintages: Vec<String>,
    },
    /// The two vintages are the same, or in the wrong order.
    #[error(
        "{parameter} names {named}, and the other vintage is {other}: successors compare an earlier vintage with a later one, predecessors a later one with an earlier"
    )]
    WrongOrder {
        /// The parameter.
        parameter: &'static str,
        /// The vintage it names.
        named: String,
        /// The vintage to compare it with.
        other: String,
    },
    /// The series has no vintage after, or before, this one.
    #[error("{layer} is the {} vintage of its series in this snapshot: there is none {} it to compare with", if *direction == ChangeDirection::Successors { "latest" } else { "earliest" }, if *direction == ChangeDirection::Successors { "after" } else { "before" })]
    NoOtherVintage {
        /// Id of the layer.
        layer: String,
        /// Whether a later or an earlier vintage is missing.
        direction: ChangeDirection,
    },
    /// The layer has no area with this code.
    #[error("{layer} has no area {code}{}", elsewhere_advice(elsewhere))]
    UnknownArea {
        /// Id of the layer.
        layer: String,
        /// The code.
        code: String,
        /// Ids of the layers that have an area with this code.
        elsewhere: Vec<String>,
    },
}

fn advice(similar: Option<Postcode>) -> String {
    match similar {
        Some(similar) => format!("did you mean {similar}?"),
        None => "check it, or use a position".to_owned(),
    }
}

fn points_advice(known: &[String]) -> String {
    match known {
        [] => "this snapshot has no layer of points".to_owned(),
        known => format!("the layers of points are {}", known.join(", ")),
    }
}

fn elsewhere_advice(elsewhere: &[String]) -> String {
    match elsewhere {
        [] => ": codes are written as their source writes them, as in E05013246".to_owned(),
        layers => format!(": it is in {}", layers.join(", ")),
    }
}

/// The names that select layers of areas, or of points: the series, then the other vintages.
pub(super) fn names_of(atlas: &Atlas, areas: bool) -> Vec<String> {
    let metas = || {
        atlas
            .layers()
            .iter()
            .map(lapwing_boundaries::atlas::AtlasLayer::layer)
            .filter(|l| l.is_areas() == areas)
            .map(lapwing_boundaries::layer::Layer::meta)
    };
    let mut names: Vec<String> = Vec::new();
    for name in metas().map(|m| &m.series).chain(metas().map(|m| &m.id)) {
        if !names.iter().any(|n| n == name.as_str()) {
            names.push(name.to_string());
        }
    }
    names
}

pub(super) fn no_such_area_layer(atlas: &Atlas, name: &str) -> AnswerError {
    let known = names_of(atlas, true);
    if names_of(atlas, false).iter().any(|n| n == name) {
        AnswerError::NotAreas { layer: name.to_owned(), known }
    } else {
        AnswerError::UnknownLayer { layer: name.to_owned(), known }
    }
}

/// The error for a layer without this code.
pub(super) fn no_such_area(atlas: &Atlas, layer: usize, code: &str) -> AnswerError {
    let elsewhere = atlas
        .layers()
        .iter()
        .map(lapwing_boundaries::atlas::AtlasLayer::layer)
        .filter(|l| l.area_index(code).is_some())
        .map(|l| l.meta().id.to_string())
        .collect();
    let layer = atlas.layers()[layer].layer().meta().id.to_string();
    AnswerError::UnknownArea { layer, code: code.chars().take(40).collect(), elsewhere }
}
