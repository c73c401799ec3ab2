//! Schema of `/v1/layers`.

use super::super::build::{date, list, named, number, object, one_of, or_null, text, truth, whole};
use super::{Schemas, resolution};

pub(super) fn schemas() -> Schemas {
    let licence =
        || or_null(text("Licence, as an SPDX identifier if there is one. Null if unknown."));
    let attribution = || {
        or_null(text("Attribution to show wherever the data are shown. Null if none is required."))
    };
    let layer = object(
        "A layer.",
        [
            ("id", text("Id of the layer.")),
            ("series", text("Series to which this and other vintages of the layer belong.")),
            ("title", text("Title of the layer.")),
            ("kind", one_of(&["areas", "points"], "What the layer contains.")),
            ("count", whole("Number of areas or points.")),
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
            (
                "complete",
                truth("True if the layer holds every area of its kind, so that none means none."),
            ),
            (
                "complete_within?",
                text("Id of the layer in whose areas it is complete. Absent if everywhere."),
            ),
            ("licence", licence()),
            ("attribution", attribution()),
        ],
    );
    let gazetteer = object(
        "The postcodes or the addresses of the snapshot.",
        [
            ("count", whole("Number of postcodes or addresses.")),
            ("live?", whole("Number of live (not terminated) postcodes. Absent for addresses.")),
            ("licence", licence()),
            ("attribution", attribution()),
        ],
    );
    let layers = object(
        "The layers, postcodes and addresses of the snapshot.",
        [
            ("layers", list(&layer, "In the order of the catalogue.")),
            ("postcodes", or_null(gazetteer.clone())),
            ("addresses", or_null(gazetteer)),
            ("snapshot", named("Snapshot")),
        ],
    );
    vec![("Layers", layers)]
}
