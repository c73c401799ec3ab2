//! One area.

use serde_json::{Value, json};

use super::super::build::{any_object, list, named, number, object, one_of, per_layer, text};
use super::{Schemas, counts, layers};

pub(super) fn schemas() -> Schemas {
    let [postcodes, addresses] = counts();
    let area = object(
        "An area.",
        [
            ("layer", text("The key of its layer.")),
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("area_m2", number("Its measure on the grid.")),
            ("perimeter_m", number("The length of its boundary.")),
            postcodes,
            addresses,
            ("extent", four_numbers("West, south, east, north in metres of the grid.")),
            ("bbox", four_numbers("West, south, east, north in degrees around the extent.")),
            ("properties", any_object("What the catalogue keeps of the source.")),
        ],
    );
    let parent = object(
        "An area that holds all of it.",
        [
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("relation", one_of(&["within", "equals"], "What the asked area is to it.")),
        ],
    );
    let links = object(
        "Where to go from here.",
        [
            ("self", text("The area under its vintage's own id.")),
            ("overlaps", text("What it overlaps.")),
            ("successors?", text("What became of it, where there is a later vintage.")),
            ("predecessors?", text("Where it came from, where there is an earlier vintage.")),
            ("feature", text("Its geometry.")),
            ("points", per_layer(&text("The features."), "The points within it, by their layer.")),
            ("layers", text("The licences.")),
        ],
    );
    let answer = object(
        "One area.",
        [
            ("area", area),
            (
                "parents",
                per_layer(&list(&parent, "In code order."), "The areas it lies in, by its ground."),
            ),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
            ("links", links),
        ],
    );
    vec![("Area", answer)]
}

fn four_numbers(description: &str) -> Value {
    json!({
        "type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4,
        "description": description
    })
}
