//! Schema of `/v1/areas/{layer}/{code}`.

use serde_json::{Value, json};

use super::super::build::{any_object, list, named, number, object, one_of, per_layer, text};
use super::{Schemas, counts, layers};

pub(super) fn schemas() -> Schemas {
    let [postcodes, addresses] = counts();
    let area = object(
        "An area.",
        [
            ("layer", text("Key of the layer: the series or id in the request.")),
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            ("area_m2", number("Area in m² on the British National Grid.")),
            ("perimeter_m", number("Length of the boundary in metres.")),
            postcodes,
            addresses,
            (
                "extent",
                four_numbers(
                    "Bounding box in metres on the British National Grid (EPSG:27700): west, \
                     south, east, north.",
                ),
            ),
            (
                "bbox",
                four_numbers(
                    "Bounding box in degrees (WGS84) that encloses `extent`: west, south, east, \
                 north.",
                ),
            ),
            ("properties", any_object("Source attributes that the catalogue keeps.")),
        ],
    );
    let parent = object(
        "An area that contains the requested area.",
        [
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            (
                "relation",
                one_of(&["within", "equals"], "Relation of the requested area to this one."),
            ),
        ],
    );
    let links = object(
        "Links to related resources.",
        [
            ("self", text("URL of the area under the id of its vintage.")),
            ("overlaps", text("URL of its overlaps.")),
            ("successors?", text("URL of its successors. Absent if there is no later vintage.")),
            (
                "predecessors?",
                text("URL of its predecessors. Absent if there is no earlier vintage."),
            ),
            ("feature", text("URL of its feature, with the geometry.")),
            (
                "points",
                per_layer(
                    &text("URL of the points as features."),
                    "URLs of the points inside the area, by point layer.",
                ),
            ),
            ("layers", text("URL of the layers, with licences and attributions.")),
        ],
    );
    let answer = object(
        "One area.",
        [
            ("area", area),
            (
                "parents",
                per_layer(
                    &list(&parent, "In order of code."),
                    "Areas that contain it by geometry, by layer.",
                ),
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
