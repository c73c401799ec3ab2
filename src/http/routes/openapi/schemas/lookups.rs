//! Schemas of `/v1/lookup`: one place, and rows of places.

use lapwing_boundaries::confidence::{ConfidenceLevel, CoverageGap};
use serde_json::{Value, json};

use super::super::build::{
    list, named, number, object, one_of, or_null, per_layer, share, text, truth, whole,
};
use super::{Schemas, layers};
use crate::bulk::{self, OutputColumn, Status};

fn level() -> Value {
    one_of(
        &ConfidenceLevel::ALL.map(ConfidenceLevel::as_str),
        "How certain the areas are. `high`: no boundary is near. `near_boundary`: a boundary is \
         within the threshold. `low`: the position is an estimate, or the postcode's addresses \
         are in more than one area.",
    )
}

/// The members of an answer, for one place and for a row.
fn place_members() -> [(&'static str, Value); 5] {
    let areas = or_null(list(
        &named("AreaMatch"),
        "In order of code. Empty if the place lies in no area of the layer.",
    ));
    [
        ("query", named("Query")),
        ("location", named("Location")),
        (
            "terminated?",
            text(
                "Month in which a terminated postcode ended, as in `2019-07`. The answer is for \
                 its last position. Absent for live postcodes.",
            ),
        ),
        ("areas", per_layer(&areas, "Areas by layer. Null for a layer with no vintage in force.")),
        ("confidence", or_null(named("Confidence"))),
    ]
}

#[expect(clippy::too_many_lines, reason = "it is one table")]
pub(super) fn schemas() -> Schemas {
    let matched = object(
        "An area that contains the place.",
        [
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            (
                "match",
                one_of(
                    &["inside", "boundary", "addresses"],
                    "Why the area matches: the place is inside it, on its boundary, or some of \
                     the postcode's addresses are in it.",
                ),
            ),
            (
                "addresses?",
                whole(
                    "Number of the postcode's addresses in the area. Present only if the postcode \
                     was matched by its addresses.",
                ),
            ),
            (
                "share?",
                share(
                    "Share of the postcode's addresses in the area, 0 to 1. Present only if the \
                 postcode was matched by its addresses.",
                ),
            ),
        ],
    );
    let distance = || {
        or_null(number(
            "Distance in metres to the nearest boundary. Null for a layer without areas.",
        ))
    };
    let gap = || {
        one_of(
            &CoverageGap::ALL.map(CoverageGap::as_str),
            "`incomplete`: the layer may lack an area there, so an empty list does not mean that there \
             is none. `outside`: no layer of the snapshot has an area there. Absent if the answer is \
             complete.",
        )
    };
    let unassigned = object(
        "Addresses of the postcode that are in no area of the layer. Absent if there are none.",
        [
            ("addresses", whole("Number of these addresses.")),
            ("share", share("Their share of the postcode's addresses, 0 to 1.")),
        ],
    );
    let of_layer = object(
        "Confidence for one layer. Null if no vintage is in force.",
        [
            ("level", level()),
            ("coverage?", gap()),
            ("unassigned?", unassigned),
            ("boundary_distance_m", distance()),
            ("threshold_m", number("Distance in metres within which a boundary lowers the level.")),
        ],
    );
    let near = object(
        "A neighbouring area whose boundary is within the threshold.",
        [
            ("layer", text("Key of the layer: the series or id in the request.")),
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            ("distance_m", number("Distance in metres to the boundary of the area.")),
        ],
    );
    let confidence = object(
        "How certain the answer is: the lowest level of the requested layers.",
        [
            ("level", level()),
            ("coverage?", gap()),
            ("boundary_distance_m", distance()),
            ("threshold_m", number("Distance in metres within which a boundary lowers the level.")),
            (
                "by",
                one_of(
                    &["position", "addresses"],
                    "How the place was located: by its position, or by the addresses of the \
                     postcode.",
                ),
            ),
            (
                "split?",
                truth(
                    "True if the postcode's addresses lie in more than one area of a layer. Absent \
                     unless the place was located by addresses.",
                ),
            ),
            ("layers", per_layer(&or_null(of_layer), "Confidence by layer.")),
            ("near", list(&near, "In order of layer, then of distance.")),
        ],
    );
    let [query, location, terminated, areas, sure] = place_members();
    let ends = || [("layers", layers()), ("snapshot", named("Snapshot"))];
    let [of_layers, snapshot] = ends();
    let lookup = object(
        "The areas of a place.",
        [query, location, terminated, areas, sure, of_layers, snapshot],
    );
    let [_, location, terminated, areas, sure] = place_members();
    let optional = [
        ("location?", location.1),
        (terminated.0, terminated.1),
        ("areas?", areas.1),
        ("confidence?", sure.1),
    ];
    let row_members = |query: (&'static str, Value)| {
        let status = one_of(
            &Status::ALL.map(Status::as_str),
            "Result of the row. `outside`: the place lies in no area of any layer.",
        );
        let error = text("Why the row has no answer. Present only if the row failed.");
        let [location, terminated, areas, sure] = optional.clone();
        [("status", status), query, location, terminated, areas, sure, ("error?", error)]
    };
    let any = json!({"description": "The place as understood; for a row that failed, the input as \
        received."});
    let row = object("One row of a bulk request.", row_members(("query?", any.clone())));
    let [status, query, location, terminated, areas, sure, error] = row_members(("query?", any));
    let [of_layers, snapshot] = ends();
    let id = ("id?", json!({"description": "The `id` of the input line."}));
    let line = object(
        "One line of an NDJSON response.",
        [id, status, query, location, terminated, areas, sure, error, of_layers, snapshot],
    );
    let [of_layers, snapshot] = ends();
    let rows = list(&named("Row"), "In the order of the request.");
    let document = object("The areas of many places.", [("answers", rows), of_layers, snapshot]);
    vec![
        ("AreaMatch", matched),
        ("Confidence", confidence),
        ("Lookup", lookup),
        ("Row", row),
        ("Line", line),
        ("FlatLine", flat_line()),
        ("Document", document),
    ]
}

fn flat_line() -> Value {
    let status = one_of(
        &Status::ALL.map(Status::as_str),
        "Result of the line. `outside`: the place lies in no area of any layer.",
    );
    let mut levels = json!(ConfidenceLevel::ALL);
    levels.as_array_mut().expect("a list").push(Value::Null);
    json!({
        "type": "object",
        "description": "The members of the input line, then those of its answer. Each layer has \
            {layer}_code and {layer}_name, null if the place lies in none of its areas; several \
            areas are joined by `;`. With `add` only the members it lists, and the status.",
        "required": [bulk::STATUS],
        "properties": {
            (bulk::STATUS): status,
            (OutputColumn::Confidence.as_str()): {"type": "string", "nullable": true, "enum": levels},
            (OutputColumn::BoundaryDistance.as_str()): {"type": "number", "nullable": true},
            (OutputColumn::Coverage.as_str()): {"type": "string", "nullable": true},
            (OutputColumn::Unassigned.as_str()): {"type": "string", "nullable": true},
            (OutputColumn::SupersededSince.as_str()): {"type": "string", "nullable": true},
            (bulk::ERROR): {"type": "string", "description": "Why the line has no answer. Present only \
                if the line failed."},
            (bulk::QUERY): {"description": "The input line as received, if its members cannot be \
                returned."},
        },
        "additionalProperties": true,
    })
}
