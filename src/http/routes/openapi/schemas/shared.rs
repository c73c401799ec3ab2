//! What many answers have in common.

use serde_json::json;

use super::super::build::{date, list, named, number, object, one_of, or_null, text, truth, whole};
use super::{Schemas, resolution};

pub(super) fn schemas() -> Schemas {
    let snapshot = object(
        "The snapshot that the answer was made from.",
        [
            ("id", text("A hash of all it holds.")),
            ("title", text("The place.")),
            ("built", json!({"type": "string", "format": "date-time"})),
            ("illustrative", truth("Whether the place does not exist.")),
        ],
    );
    let used = object(
        "A vintage of a layer.",
        [
            ("layer", text("Its own id.")),
            ("valid_from", or_null(date("The first day on which it is in force."))),
            ("valid_to", or_null(date("The first day on which it is no longer."))),
            ("resolution", or_null(resolution())),
            ("sliver_tolerance_m?", number("Ground thinner than this may be a sliver, metres.")),
        ],
    );
    let query = object(
        "The place asked about, as it was understood, and the day if one was asked for.",
        [
            ("postcode?", text("In canonical form.")),
            ("lon?", number("Degrees east.")),
            ("lat?", number("Degrees north.")),
            ("easting?", number("Metres east.")),
            ("northing?", number("Metres north.")),
            ("date?", date("The day.")),
        ],
    );
    let location = object(
        "Where the place is.",
        [
            ("lon", number("Degrees east, WGS84.")),
            ("lat", number("Degrees north, WGS84.")),
            ("easting", number("Metres east, EPSG:27700.")),
            ("northing", number("Metres north, EPSG:27700.")),
            (
                "positional_quality?",
                whole("Of a postcode: 10 the best; 50 and 60 are guesses; 90 none."),
            ),
            (
                "accuracy?",
                one_of(&["helmert"], "Degrees and metres agree to 5 m only: off the OSTN15 grid."),
            ),
        ],
    );
    let problem = object(
        "A problem (RFC 9457).",
        [
            ("type", text("The kind, and the address of a page about it.")),
            ("title", text("The kind in words.")),
            ("status", json!({"type": "integer", "minimum": 400, "maximum": 599})),
            ("detail", text("What to change.")),
            ("instance", text("The request, as this server's log names it.")),
            ("parameter?", text("The parameter that is wrong.")),
            ("parameters?", list(&text("A name."), "The parameters that exclude each other.")),
            ("known?", list(&text("A name."), "The parameters or properties there are.")),
            ("character?", whole("Where a filter cannot be read, counted from 1.")),
            ("available?", list(&text("A media type."), "The formats there are.")),
            ("taken?", list(&text("A media type."), "The formats that are read.")),
            ("limit_bytes?", whole("The largest body that is taken.")),
            ("limit_vertices?", whole("The most vertices that are taken.")),
            ("faults?", list(&named("Fault"), "All faults of a geometry.")),
        ],
    );
    let ring = object(
        "Which ring, counted from 0; ring 0 is the shell.",
        [("polygon", whole("Of the multipolygon.")), ("ring", whole("Of the polygon."))],
    );
    let fault = object(
        "What is wrong with a geometry, and where.",
        [
            ("severity", one_of(&["note", "repaired", "error"], "What became of it.")),
            ("kind", text("The kind of fault.")),
            ("ring?", ring),
            ("at?", list(&number("Metres."), "Easting and northing.")),
            ("lon_lat?", list(&number("Degrees."), "The same in degrees.")),
            ("area_m2?", number("How much ground it concerns.")),
            ("message", text("What is wrong and what to do.")),
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
