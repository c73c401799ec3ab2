//! `/v1/areas/…/successors`, `/predecessors`, `/v1/changes/…`.

use lapwing_boundaries::change::ChangeKind;
use serde_json::{Value, json};

use super::build::{
    self, Members, Operation, list, named, number, object, ok, ok_json, one_of, or_null, per_layer,
    share, text, truth, whole,
};
use super::parameters::query;
use super::schemas::{Schemas, counts, layers};
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{CSV, JSON};

const OF_VINTAGES: [ProblemKind; 5] = [
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
        ok: ok_json("The areas of the other vintage that share its ground.", schema),
        problems: [&OF_VINTAGES[..], &[ProblemKind::UnknownArea]].concat(),
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
        summary: "What became of every area of a layer from one vintage to another",
        parameters: &["layer", "fromVintage", "toVintage", "date", "changesFormat"],
        ok: ok(
            "Every area of the earlier vintage, then those of the later that came about without \
             one. CSV has a row for each pair of areas.",
            &[(JSON, named("Changes")), (CSV, json!({"type": "string"}))],
        ),
        problems: OF_VINTAGES.to_vec(),
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
            "The {which} vintage: its layer's own id, or a day on which it is in force. Without \
             it, the one next to that asked about."
        );
        query(name, &description, &json!({"type": "string", "minLength": 1}), &json!("2024-05-01"))
    };
    let format = query(
        "f",
        "The format, whatever the Accept header says.",
        &json!({"type": "string", "enum": ["json", "csv"]}),
        &json!("csv"),
    );
    vec![
        ("toVintage", vintage("to", "later")),
        ("fromVintage", vintage("from", "earlier")),
        ("changesFormat", format),
    ]
}

/// The kinds of change.
fn kind(description: &str) -> Value {
    let words = ChangeKind::ALL.map(ChangeKind::as_str);
    one_of(&words, description)
}

fn change_members() -> [(&'static str, Value); 6] {
    [
        ("kind", kind("What the drawings prove.")),
        ("certain", truth("Whether the drawings can tell.")),
        ("or?", kind("What else it may be, where they cannot.")),
        (
            "counterpart",
            or_null(text("The area in which it goes on: each has more than half of the other.")),
        ),
        ("lost_m2", or_null(number("Ground of the earlier of the two that the later has not."))),
        ("gained_m2", or_null(number("Ground of the later that the earlier had not."))),
    ]
}

fn shared_count() -> Value {
    object(
        "How many postcodes or addresses both hold.",
        [
            ("shared", whole("How many.")),
            ("share_of_area", or_null(share("Of the asked or earlier area's."))),
            ("share_of_other", or_null(share("Of the other area's."))),
        ],
    )
}

/// An area of the other vintage, and what the two share.
fn part() -> Value {
    object(
        "An area of the other vintage, and what the two share.",
        [
            ("layer", text("The other vintage, by its layer's own id.")),
            ("code", text("The other area's code.")),
            ("name", text("The other area's name.")),
            ("relation", super::schemas::relation()),
            ("shared_m2", number("The ground both share.")),
            ("share_of_area", or_null(share("Of the asked area."))),
            ("share_of_other", or_null(share("Of the other area."))),
            ("postcodes?", shared_count()),
            ("addresses?", shared_count()),
            ("sliver?", truth("It is only the boundaries' drawing error.")),
            (
                "doubtful?",
                truth("It is thinner than the drawings' error, and may be nothing else."),
            ),
        ],
    )
}

fn uncovered(description: &str) -> Value {
    object(
        description,
        [("m2", number("How much.")), ("share", or_null(share("Of the asked area.")))],
    )
}

fn succession(parts: &'static str, description: &'static str) -> Value {
    let [postcodes, addresses] = counts();
    let asked = object(
        "The asked area.",
        [
            ("layer", text("Its vintage, by the layer's own id.")),
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("area_m2", number("Its measure on the grid.")),
            postcodes,
            addresses,
        ],
    );
    let best_fit = object(
        "The one area to assign the whole of the asked one to.",
        [
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("by", one_of(&["postcodes", "area"], "By which measure.")),
            ("share", or_null(share("Its share of the asked area by that measure."))),
        ],
    );
    object(
        description,
        [
            ("area", asked),
            ("change", object("What became of it.", change_members())),
            (parts, list(&part(), "In code order.")),
            ("best_fit", or_null(best_fit)),
            ("slivers", uncovered("The slivers that are not listed, together.")),
            ("uncovered", uncovered("Its ground that the other vintage does not cover.")),
            ("sliver_tolerance_m", number("Ground thinner than this may be drawing error.")),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
        ],
    )
}

fn changes() -> Value {
    let from = object(
        "An area of the earlier vintage.",
        [
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("area_m2", number("Its measure on the grid.")),
        ],
    );
    let to = object(
        "An area of the later vintage.",
        [
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("shared_m2", number("The ground both share.")),
            ("share_of_from", or_null(share("Of the earlier area."))),
            ("share_of_to", or_null(share("Of the later area."))),
            ("postcodes?", shared_count()),
            ("best_fit", truth("Whether the whole earlier area is assigned to it.")),
            ("doubtful", truth("It is thinner than the drawings' error, and may be nothing else.")),
        ],
    );
    let [what, certain, or, counterpart, lost, gained] = change_members();
    let change = object(
        "What became of one area.",
        [
            what,
            certain,
            or,
            counterpart,
            lost,
            gained,
            ("from", or_null(from)),
            ("to", list(&to, "In code order, slivers left out.")),
            ("slivers", uncovered("The slivers that are not listed, together.")),
            ("uncovered", uncovered("Its ground that the other vintage does not cover.")),
        ],
    );
    object(
        "What became of the areas of a layer.",
        [
            ("series", text("What the two vintages share.")),
            ("from", text("The earlier vintage, by its layer's own id.")),
            ("to", text("The later vintage.")),
            ("summary", per_layer(&whole("How many."), "How many changes of each kind.")),
            ("uncertain", whole("Of how many the drawings cannot tell.")),
            ("changes", list(&change, "In order of the earlier codes, then of the later.")),
            ("sliver_tolerance_m", number("Ground thinner than this may be drawing error.")),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
        ],
    )
}

pub(super) fn schemas() -> Schemas {
    vec![
        ("Successors", succession("successors", "What became of an area.")),
        ("Predecessors", succession("predecessors", "Where an area came from.")),
        ("Changes", changes()),
    ]
}
