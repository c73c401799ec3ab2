//! The layers as GeoJSON.

use serde_json::json;

use super::super::build::{any_object, list, named, object, one_of, text};
use super::Schemas;

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
    let collection = object(
        "A layer as a collection of features.",
        [
            ("id", text("The layer's id.")),
            ("title", text("For people.")),
            ("itemType", one_of(&["feature"], "What it holds.")),
            ("crs", list(&text("A CRS."), "The coordinates it is served in.")),
            ("links", list(&named("Link"), "Where to go.")),
            ("attribution?", text("To be shown wherever it is.")),
        ],
    );
    let collections = object(
        "The collections.",
        [
            ("links", list(&named("Link"), "Where to go.")),
            ("collections", list(&named("Collection"), "In the catalogue's order.")),
            ("snapshot", named("Snapshot")),
        ],
    );
    let landing = object(
        "Where to go.",
        [
            ("title", text("The place.")),
            ("description", text("The question that is answered.")),
            ("links", list(&named("Link"), "Where to go.")),
            ("snapshot", named("Snapshot")),
        ],
    );
    let geometry = object(
        "A geometry (RFC 7946), longitude first.",
        [
            ("type", one_of(&["MultiPolygon", "Point"], "The kind.")),
            ("coordinates", json!({"type": "array", "items": {}})),
        ],
    );
    let feature_members = || {
        [
            ("type", one_of(&["Feature"], "The kind.")),
            ("id", text("The code.")),
            ("geometry", geometry.clone()),
            ("properties", any_object("Code, name, measure, and what the catalogue keeps.")),
        ]
    };
    let feature = object("A feature.", feature_members());
    let [kind, id, geometry, properties] = feature_members();
    let snapshot = || ("snapshot", named("Snapshot"));
    let one = object("A feature.", [kind, id, geometry, properties, snapshot()]);
    let features = object(
        "The features of a layer.",
        [
            ("type", one_of(&["FeatureCollection"], "The kind.")),
            snapshot(),
            ("features", list(&feature, "In code order.")),
        ],
    );
    vec![
        ("Link", link),
        ("Collection", collection),
        ("Collections", collections),
        ("Landing", landing),
        ("Feature", one),
        ("Features", features),
    ]
}
