//! `/v1/areas/{layer}/{code}/successors`, `/v1/areas/{layer}/{code}/predecessors` and
//! `/v1/changes/{layer}`.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, named, ok, ok_json};
use super::parameters::query;
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{CSV, JSON};

const VINTAGE_PROBLEMS: [ProblemKind; 5] = [
    ProblemKind::UnknownLayer,
    ProblemKind::WrongLayerKind,
    ProblemKind::NotInForce,
    ProblemKind::NoOtherVintage,
    ProblemKind::InvalidParameter,
];

pub(super) fn paths() -> Members {
    let of_area = |id, summary, parameters, schema| Operation {
        tag: "areas",
        id,
        summary,
        parameters,
        ok: ok_json("The areas of the other vintage that overlap the area.", schema),
        problems: [&VINTAGE_PROBLEMS[..], &[ProblemKind::UnknownArea]].concat(),
    };
    let successors = of_area(
        "areaSuccessors",
        "What became of an area in a later vintage of its layer",
        &["layer", "code", "toVintage", "date", "slivers"],
        "Successors",
    );
    let predecessors = of_area(
        "areaPredecessors",
        "Where an area came from, in an earlier vintage of its layer",
        &["layer", "code", "fromVintage", "date", "slivers"],
        "Predecessors",
    );
    let changes = Operation {
        tag: "areas",
        id: "changes",
        summary: "What became of every area of a layer between two vintages",
        parameters: &["layer", "fromVintage", "toVintage", "date", "changesFormat"],
        ok: ok(
            "Every area of the earlier vintage, then the areas of the later one that have no \
             predecessor. CSV has one row for each pair of areas.",
            &[(JSON, named("Changes")), (CSV, json!({"type": "string"}))],
        ),
        problems: VINTAGE_PROBLEMS.to_vec(),
    };
    build::paths([
        ("/v1/changes/{layer}", vec![changes.get()]),
        ("/v1/areas/{layer}/{code}/successors", vec![successors.get()]),
        ("/v1/areas/{layer}/{code}/predecessors", vec![predecessors.get()]),
    ])
}

pub(super) fn parameters() -> Vec<(&'static str, Value)> {
    let vintage = |name, which| {
        let description = format!(
            "The {which} vintage: the id of its layer, or a day on which it is in force. Default: \
             the vintage next to the one in the request."
        );
        query(name, &description, &json!({"type": "string", "minLength": 1}), &json!("2024-05-01"))
    };
    let format = query(
        "f",
        "Response format; takes precedence over the Accept header.",
        &json!({"type": "string", "enum": ["json", "csv"]}),
        &json!("csv"),
    );
    vec![
        ("toVintage", vintage("to", "later")),
        ("fromVintage", vintage("from", "earlier")),
        ("changesFormat", format),
    ]
}
