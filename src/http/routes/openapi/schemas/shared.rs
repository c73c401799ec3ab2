//! Schemas that several responses share.

use serde_json::json;

use super::super::build::{date, list, named, number, object, one_of, or_null, text, truth, whole};
use super::{Schemas, resolution};

#[expect(clippy::too_many_lines, reason = "it is one table")]
pub(super) fn schemas() -> Schemas {
    let snapshot = object(
        "The snapshot that answered.",
        [
            ("id", text("Hash of the snapshot's content.")),
            ("title", text("Title of the snapshot.")),
            ("built", json!({"type": "string", "format": "date-time"})),
            ("illustrative", truth("True if the data describe a fictional place.")),
        ],
    );
    let used = object(
        "The vintage of a layer.",
        [
            ("layer", text("Id of the layer.")),
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
                "superseded_since?",
                date(
                    "Day from which the vintage is no longer in force. Present if that is the day of \
                     the answer or earlier.",
                ),
            ),
            (
                "sliver_tolerance_m?",
                number(
                    "Overlaps thinner than this, in metres, may be artefacts of inaccurate \
                 boundaries.",
                ),
            ),
        ],
    );
    let query = object(
        "The place and day of the request, as understood. Has only the members that the request \
         gave.",
        [
            ("postcode?", text("Postcode in standard form.")),
            ("lon?", number("Longitude in degrees (WGS84).")),
            ("lat?", number("Latitude in degrees (WGS84).")),
            ("easting?", number("Easting in metres (EPSG:27700).")),
            ("northing?", number("Northing in metres (EPSG:27700).")),
            ("date?", date("Day for which boundaries were requested.")),
        ],
    );
    let location = object(
        "Position of the place.",
        [
            ("lon", number("Longitude in degrees (WGS84).")),
            ("lat", number("Latitude in degrees (WGS84).")),
            ("easting", number("Easting in metres (EPSG:27700).")),
            ("northing", number("Northing in metres (EPSG:27700).")),
            (
                "positional_quality?",
                whole(
                    "ONS positional quality of the postcode: 10 is best, 50 and 60 are estimates, \
                     90 has no position. Absent for other places.",
                ),
            ),
            (
                "accuracy?",
                one_of(
                    &["helmert"],
                    "Present if degrees and metres agree only to within 5 m, because the place \
                     lies outside the OSTN15 grid.",
                ),
            ),
        ],
    );
    let problem = object(
        "A problem (RFC 9457).",
        [
            ("type", text("URL of a page that explains this kind of problem.")),
            ("title", text("The kind of problem in words.")),
            ("status", json!({"type": "integer", "minimum": 400, "maximum": 599})),
            ("detail", text("What is wrong with this request and how to fix it.")),
            ("instance", text("Identifier of the request, as in the server's log.")),
            ("parameter?", text("The parameter at fault.")),
            (
                "parameters?",
                list(&text("A parameter name."), "Parameters that cannot be combined."),
            ),
            (
                "known?",
                list(
                    &text("A parameter or property name."),
                    "Parameters or properties that exist.",
                ),
            ),
            ("character?", whole("Position of the error in a filter, in characters from 1.")),
            (
                "available?",
                list(&text("A media type."), "Media types in which the response is available."),
            ),
            ("taken?", list(&text("A media type."), "Media types that the request body can have.")),
            ("limit_bytes?", whole("Largest accepted request body, in bytes.")),
            ("limit_vertices?", whole("Greatest accepted number of vertices.")),
            ("faults?", list(&named("Fault"), "All faults of the submitted geometry.")),
        ],
    );
    let ring = object(
        "The ring at fault. Indices start at 0; ring 0 is the exterior ring.",
        [
            ("polygon", whole("Index of the polygon in the MultiPolygon.")),
            ("ring", whole("Index of the ring in the polygon.")),
        ],
    );
    let fault = object(
        "A fault of a geometry and its position.",
        [
            (
                "severity",
                one_of(
                    &["note", "repaired", "error"],
                    "`note`: harmless. `repaired`: fixed automatically. `error`: the geometry is \
                     rejected.",
                ),
            ),
            ("kind", text("Kind of fault.")),
            ("ring?", ring),
            ("at?", list(&number("Metres."), "Easting and northing in metres (EPSG:27700).")),
            (
                "lon_lat?",
                list(
                    &number("Degrees."),
                    "Longitude and latitude in degrees (WGS84) of the same position.",
                ),
            ),
            ("area_m2?", number("Area concerned, in m².")),
            ("message", text("What is wrong and how to fix it.")),
        ],
    );
    vec![
        ("Snapshot", snapshot),
        ("LayerUsed", used),
        ("Query", query),
        ("Location", location),
        ("Problem", problem),
        ("Fault", fault),
    ]
}
