//! Schemas of OGC API - Features: landing page, collections and GeoJSON features.

use serde_json::{Value, json};

use super::super::build::{
    any_object, date, list, named, number, object, one_of, or_null, text, truth, whole,
};
use super::{Schemas, resolution};

fn links() -> (&'static str, Value) {
    ("links", list(&named("Link"), "Links to related resources."))
}

pub(super) fn schemas() -> Schemas {
    let link = object(
        "A link.",
        [
            ("href", text("URL of the target.")),
            ("rel", text("Link relation type (RFC 8288).")),
            ("type", text("Media type of the target.")),
            ("title", text("Title of the target.")),
        ],
    );
    let landing = object(
        "The landing page.",
        [
            ("title", text("Title of the snapshot.")),
            ("description", text("What the service does.")),
            ("attribution", text("Attribution to show wherever the data are shown.")),
            links(),
            ("snapshot", named("Snapshot")),
        ],
    );
    let conformance = object(
        "The standards the service conforms to.",
        [
            links(),
            (
                "conformsTo",
                list(
                    &text("URI of a conformance class."),
                    "Conformance classes the service implements.",
                ),
            ),
        ],
    );
    let collections = object(
        "The feature collections.",
        [
            links(),
            ("crs", list(&text("URI of a CRS."), "CRSs that every collection supports.")),
            ("collections", list(&named("Collection"), "In the order of the catalogue.")),
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
            ("id", text("Id of the layer.")),
            ("title", text("Title of the layer.")),
            ("description", text("What the layer contains, in one sentence.")),
            (
                "attribution",
                or_null(text(
                    "Attribution to show wherever the data are shown. Null if none is required.",
                )),
            ),
            (
                "licence",
                or_null(text("Licence, as an SPDX identifier if there is one. Null if unknown.")),
            ),
            ("extent", named("Extent")),
            ("itemType", one_of(&["feature"], "Type of the items.")),
            (
                "crs",
                list(
                    &text("URI of a CRS."),
                    "CRSs in which the features are available, the default first.",
                ),
            ),
            ("storageCrs", text("URI of the CRS in which the coordinates are stored.")),
            ("series", text("Series to which this and other vintages of the layer belong.")),
            (
                "valid_from",
                or_null(date(
                    "First day on which the vintage is in force. Null if the source does not say.",
                )),
            ),
            (
                "valid_to",
                or_null(date(
                    "First day on which the vintage is no longer in force. Null if there is no \
                     such day.",
                )),
            ),
            ("resolution", or_null(resolution())),
            (
                "drawing_error_m",
                number("Greatest distance in metres of the drawn boundary from the true one."),
            ),
            ("coverage", truth("True if the areas cover their extent without gaps or overlaps.")),
            ("count", whole("Number of features.")),
            ("illustrative", truth("True if the data describe a fictional place.")),
            links(),
        ],
    )
}

fn extent() -> Value {
    let bbox = json!({
        "type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"},
        "description": "West, south, east, north, in the CRS of `crs`."
    });
    let spatial = object(
        "Where the features are.",
        [
            ("bbox", list(&bbox, "One box that contains all features.")),
            ("crs", text("URI of the CRS of the box.")),
        ],
    );
    let moment = json!({
        "type": "string", "format": "date-time", "nullable": true,
        "description": "RFC 3339 time. Null if the interval is open at this end."
    });
    let interval = json!({"type": "array", "minItems": 2, "maxItems": 2, "items": moment});
    let temporal = object(
        "When the vintage is in force. Absent if the source does not say.",
        [
            ("interval", list(&interval, "Start and end.")),
            ("trs", text("URI of the temporal reference system.")),
        ],
    );
    json!({
        "type": "object", "description": "Spatial and temporal extent.",
        "additionalProperties": false,
        "properties": {"spatial": spatial, "temporal": temporal}
    })
}

fn features() -> Schemas {
    let geometry = object(
        "Geometry (RFC 7946), in the axis order of its CRS.",
        [
            ("type", one_of(&["MultiPolygon", "Point"], "Geometry type.")),
            ("coordinates", json!({"type": "array", "items": {}})),
        ],
    );
    let members = || {
        [
            ("type", one_of(&["Feature"], "Always `Feature`.")),
            ("id", text("Code of the area or point.")),
            ("geometry", geometry.clone()),
            ("properties", any_object("Attributes, as listed by /collections/{layer}.")),
        ]
    };
    let snapshot = || ("snapshot", named("Snapshot"));
    let bbox = || {
        let numbers = json!({
            "type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"},
            "description": "Bounding box: lowest, then highest coordinates, in the axis order of \
                the CRS."
        });
        ("bbox?", numbers)
    };
    let crs = json!({
        "type": "object", "description": "CRS of coordinates in metres, in the form of GeoJSON \
            2008. Absent for coordinates in degrees."
    });
    let [kind, id, geometry, properties] = members();
    let one = object("A feature.", [kind, id, geometry, properties, bbox(), links(), snapshot()]);
    let features = object(
        "A page of the features of a layer.",
        [
            ("type", one_of(&["FeatureCollection"], "Always `FeatureCollection`.")),
            ("crs?", crs),
            links(),
            ("timeStamp", json!({"type": "string", "format": "date-time"})),
            ("numberMatched", whole("Number of features that match the request.")),
            ("numberReturned", whole("Number of features on this page.")),
            snapshot(),
            (
                "features",
                list(
                    &object("A feature.", members()),
                    "In order of code, unless `sortby` is given.",
                ),
            ),
            bbox(),
        ],
    );
    vec![("Feature", one), ("Features", features)]
}
