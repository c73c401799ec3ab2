//! Questions that have no answer, each told with what to change.

use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::InvalidPosition;
use lapwing_boundaries::postcode::Postcode;

use super::vintage::Towards;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AnswerError {
    /// The postcode is well formed and not in the snapshot.
    #[error("{0} is not among the postcodes of this snapshot: check it, or ask by position")]
    UnknownPostcode(Postcode),
    /// The postcode is known but its source gives it no position (quality 90).
    #[error("{0} is a postcode, but its source gives it no position: ask by position")]
    PostcodeWithoutPosition(Postcode),
    /// The position lies outside the British National Grid.
    #[error("{0}")]
    Outside(InvalidPosition),
    /// No layer or series has that name.
    #[error("there is no layer {layer:?}: the layers here are {}", known.join(", "))]
    UnknownLayer {
        /// What was asked for.
        layer: String,
        /// The layers that would have served.
        known: Vec<String>,
    },
    /// The layer holds points where areas are asked for.
    #[error("{layer} is a layer of points and has no areas: the layers of areas are {}", known.join(", "))]
    NotAreas {
        /// What was asked for.
        layer: String,
        /// The layers that would have served.
        known: Vec<String>,
    },
    /// The layer holds areas where points are asked for.
    #[error("{layer} is a layer of areas and has no points: {}", points_advice(known))]
    NotPoints {
        /// What was asked for.
        layer: String,
        /// The layers that would have served.
        known: Vec<String>,
    },
    /// No vintage of the layer is in force on the day asked for.
    #[error("no vintage of {layer} is in force on {date}: ask for another date, or for none")]
    NotInForce {
        /// What was asked for.
        layer: String,
        /// The day.
        date: Date,
    },
    /// What is named is no vintage of the series.
    #[error("{parameter}={name} is no vintage of {series}: write one of {}, or a date as in 2024-05-01", vintages.join(", "))]
    NotAVintage {
        /// The parameter.
        parameter: &'static str,
        /// What was asked for.
        name: String,
        /// The series.
        series: String,
        /// The vintages that it has.
        vintages: Vec<String>,
    },
    /// The earlier of two vintages was asked for as the later, or a vintage beside itself.
    #[error(
        "{parameter} names {named}, and the other vintage is {other}: what became of areas is read from an earlier vintage to a later one (successors), where they came from from a later to an earlier (predecessors)"
    )]
    WrongOrder {
        /// The parameter.
        parameter: &'static str,
        /// The vintage it names.
        named: String,
        /// The vintage it is to be compared with.
        other: String,
    },
    /// The series has no vintage before or after that one.
    #[error("{layer} is the {} vintage of its series in this snapshot: there is none {} it to compare with", if *towards == Towards::Successors { "latest" } else { "earliest" }, if *towards == Towards::Successors { "after" } else { "before" })]
    NoOtherVintage {
        /// The layer's own id.
        layer: String,
        /// Whether a later or an earlier one was wanted.
        towards: Towards,
    },
    /// The layer has no area with that code.
    #[error("{layer} has no area {code}{}", elsewhere_advice(elsewhere))]
    UnknownArea {
        /// The layer's own id.
        layer: String,
        /// The code.
        code: String,
        /// The layers that have one.
        elsewhere: Vec<String>,
    },
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

/// The names by which area layers, or point layers, can be asked: series, then other vintages.
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

/// For a layer in which that code was looked for and not found.
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
