//! The layers as collections of GeoJSON features.

use serde_json::{Value, json};

use super::super::build::{
    any_object, date, list, named, number, object, one_of, or_null, text, truth, whole,
};
use super::{Schemas, resolution};

fn links() -> (&'static str, Value) {
    ("links", list(&named("Link"), "Where to go."))
}

pub(super) fn schemas() -> Schemas {
    let link = object(
        "A link.",
        [
            ("href", text("Where.")),
            ("rel", text("What it is to this.")),
            ("type", text("Its format.")),
            ("title", text("For people.")),
        ],
    );
    let landing = object(
        "Where to go.",
        [
            ("title", text("The place.")),
            ("description", text("The question that is answered.")),
            ("attribution", text("To be shown wherever the data are.")),
            links(),
            ("snapshot", named("Snapshot")),
        ],
    );
    let conformance = object(
        "The standards that are kept.",
        [links(), ("conformsTo", list(&text("A URI."), "Requirements classes."))],
    );
    let collections = object(
        "The collections.",
        [
            links(),
            ("crs", list(&text("A URI."), "The coordinates that all of them are served in.")),
            ("collections", list(&named("Collection"), "In the catalogue's order.")),
            ("snapshot", named("Snapshot")),
        ],
    );
    let mut schemas = vec![
        ("Link", link),
        ("Landing", landing),
        ("Conformance", conformance),
        ("Collections", collections),
        ("Collection", collection()),
        ("Extent", extent()),
    ];
    schemas.extend(features());
    schemas
}

fn collection() -> Value {
    object(
        "A layer as a collection of features.",
        [
            ("id", text("The layer's id.")),
            ("title", text("For people.")),
            ("description", text("What it holds, in a sentence.")),
            ("attribution", or_null(text("To be shown wherever it is."))),
            ("licence", or_null(text("As an SPDX id where there is one."))),
            ("extent", named("Extent")),
            ("itemType", one_of(&["feature"], "What it holds.")),
            ("crs", list(&text("A URI."), "The coordinates it is served in, the default first.")),
            ("storageCrs", text("The coordinates it is kept in, as a URI.")),
            ("series", text("What its vintages share.")),
            ("valid_from", or_null(date("The first day on which it is in force."))),
            ("valid_to", or_null(date("The first day on which it is no longer."))),
            ("resolution", or_null(resolution())),
            ("drawing_error_m", number("How far the drawing may be off.")),
            ("coverage", truth("Whether its areas tile without gap or overlap.")),
            ("count", whole("How many features it has.")),
            ("illustrative", truth("Whether the place does not exist.")),
            links(),
        ],
    )
}

fn extent() -> Value {
    let bbox = json!({
        "type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"},
        "description": "West, south, east and north."
    });
    let spatial = object(
        "Where its features are.",
        [
            ("bbox", list(&bbox, "One box that holds all.")),
            ("crs", text("The coordinates of the box, as a URI.")),
        ],
    );
    let moment = json!({
        "type": "string", "format": "date-time", "nullable": true,
        "description": "Null for an open end."
    });
    let interval = json!({"type": "array", "minItems": 2, "maxItems": 2, "items": moment});
    let temporal = object(
        "When it is in force; absent where its source does not say.",
        [
            ("interval", list(&interval, "From when to when.")),
            ("trs", text("The calendar, as a URI.")),
        ],
    );
    json!({
        "type": "object", "description": "Where and when.", "additionalProperties": false,
        "properties": {"spatial": spatial, "temporal": temporal}
    })
}

fn features() -> Schemas {
    let geometry = object(
        "A geometry (RFC 7946), in the axis order of its CRS.",
        [
            ("type", one_of(&["MultiPolygon", "Point"], "The kind.")),
            ("coordinates", json!({"type": "array", "items": {}})),
        ],
    );
    let members = || {
        [
            ("type", one_of(&["Feature"], "The kind.")),
            ("id", text("The code.")),
            ("geometry", geometry.clone()),
            ("properties", any_object("The attributes, as /collections/{layer} lists them.")),
        ]
    };
    let snapshot = || ("snapshot", named("Snapshot"));
    let bbox = || {
        let numbers = json!({
            "type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"},
            "description": "The least and the greatest coordinates, in the axis order of the CRS."
        });
        ("bbox?", numbers)
    };
    let crs = json!({
        "type": "object", "description": "Of coordinates in metres: their CRS, as GeoJSON's 2008 \
        edition tells it."
    });
    let [kind, id, geometry, properties] = members();
    let one = object("A feature.", [kind, id, geometry, properties, bbox(), links(), snapshot()]);
    let features = object(
        "A page of the features of a layer.",
        [
            ("type", one_of(&["FeatureCollection"], "The kind.")),
            ("crs?", crs),
            links(),
            ("timeStamp", json!({"type": "string", "format": "date-time"})),
            ("numberMatched", whole("How many features are like that.")),
            ("numberReturned", whole("How many of them this page has.")),
            snapshot(),
            ("features", list(&object("A feature.", members()), "In code order.")),
            bbox(),
        ],
    );
    vec![("Feature", one), ("Features", features)]
}
