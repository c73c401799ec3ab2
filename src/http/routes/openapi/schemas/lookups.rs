//! Places, alone and in rows.

use serde_json::{Value, json};

use super::super::build::{
    list, named, number, object, one_of, or_null, per_layer, share, text, truth, whole,
};
use super::{Schemas, layers};

fn level() -> Value {
    one_of(&["high", "near_boundary", "low"], "How sure the answer is.")
}

/// What a place is answered with, alone or in a row.
fn place_members() -> [(&'static str, Value); 5] {
    let areas = or_null(list(&named("AreaMatch"), "In code order; empty where there is none."));
    [
        ("query", named("Query")),
        ("location", named("Location")),
        (
            "terminated?",
            text("Of a terminated postcode: the month, as in 2019-07. Its last place is answered."),
        ),
        ("areas", per_layer(&areas, "The areas of each layer; null where no vintage is in force.")),
        ("confidence", or_null(named("Confidence"))),
    ]
}

pub(super) fn schemas() -> Schemas {
    let matched = object(
        "An area.",
        [
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("match", one_of(&["inside", "boundary", "addresses"], "On what ground it is named.")),
            ("addresses?", whole("How many of the postcode's addresses it holds.")),
            ("share?", share("Which share of them.")),
        ],
    );
    let distance = || or_null(number("To the nearest boundary; null in a layer without areas."));
    let of_layer = object(
        "How sure one layer's answer is.",
        [
            ("level", level()),
            ("boundary_distance_m", distance()),
            ("threshold_m", number("Closer than this is near.")),
        ],
    );
    let near = object(
        "Another candidate, whose boundary is near.",
        [
            ("layer", text("The key of its layer.")),
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("distance_m", number("To its boundary.")),
        ],
    );
    let confidence = object(
        "How sure the answer is: the worst of the layers asked.",
        [
            ("level", level()),
            ("boundary_distance_m", distance()),
            ("threshold_m", number("Closer than this is near.")),
            ("by", one_of(&["position", "addresses"], "By what a postcode was placed.")),
            ("split?", truth("Whether the addresses lie in several areas of a layer.")),
            ("layers", per_layer(&or_null(of_layer), "The same for each layer.")),
            ("near", list(&near, "In the order of the layers, the nearest first.")),
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
            &["ok", "not_found", "invalid", "outside"],
            "What became of the row: `outside` lies in no area of any layer.",
        );
        let error = text("Why it is not answered.");
        let [location, terminated, areas, sure] = optional.clone();
        [("status", status), query, location, terminated, areas, sure, ("error?", error)]
    };
    let any = json!({"description": "As understood; of a row that is not answered, as it came."});
    let row = object("One row of a bulk request.", row_members(("query?", any.clone())));
    let [status, query, location, terminated, areas, sure, error] = row_members(("query?", any));
    let [of_layers, snapshot] = ends();
    let id = ("id?", json!({"description": "The question's own id."}));
    let line = object(
        "One line.",
        [id, status, query, location, terminated, areas, sure, error, of_layers, snapshot],
    );
    let [of_layers, snapshot] = ends();
    let rows = list(&named("Row"), "In the order of the rows.");
    let document = object("Many places.", [("answers", rows), of_layers, snapshot]);
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
        &["ok", "not_found", "invalid", "outside"],
        "What became of the line: `outside` lies in no area of any layer.",
    );
    let levels = json!(["high", "near_boundary", "low", null]);
    json!({
        "type": "object",
        "description": "The members of a line, then those of its answer. For each layer there are \
            {layer}_code and {layer}_name, null where it has no area there; several areas are \
            joined by `;`. With add only those that it names, beside the status.",
        "required": ["status"],
        "properties": {
            "status": status,
            "confidence": {"type": "string", "nullable": true, "enum": levels},
            "boundary_distance_m": {"type": "number", "nullable": true},
            "error": {"type": "string", "description": "Why it is not answered."},
            "query": {"description": "What came, where its members can't come back."},
        },
        "additionalProperties": true,
    })
}
