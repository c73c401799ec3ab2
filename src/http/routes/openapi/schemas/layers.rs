//! What there is.

use super::super::build::{date, list, named, number, object, one_of, or_null, text, truth, whole};
use super::{Schemas, resolution};

pub(super) fn schemas() -> Schemas {
    let licence = || or_null(text("As an SPDX id where there is one."));
    let attribution = || or_null(text("To be shown wherever it is."));
    let layer = object(
        "A layer.",
        [
            ("id", text("Its name.")),
            ("series", text("What its vintages share.")),
            ("title", text("For people.")),
            ("kind", one_of(&["areas", "points"], "What it holds.")),
            ("count", whole("How many.")),
            ("valid_from", or_null(date("The first day on which it is in force."))),
            ("valid_to", or_null(date("The first day on which it is no longer."))),
            ("resolution", or_null(resolution())),
            ("drawing_error_m", number("How far the drawing may be off.")),
            ("coverage", truth("Whether its areas tile without gap or overlap.")),
            ("licence", licence()),
            ("attribution", attribution()),
        ],
    );
    let gazetteer = object(
        "The postcodes or addresses.",
        [
            ("count", whole("How many.")),
            ("live?", whole("Of postcodes: those not terminated.")),
            ("licence", licence()),
            ("attribution", attribution()),
        ],
    );
    let layers = object(
        "What there is.",
        [
            ("layers", list(&layer, "In the catalogue's order.")),
            ("postcodes", or_null(gazetteer.clone())),
            ("addresses", or_null(gazetteer)),
            ("snapshot", named("Snapshot")),
        ],
    );
    vec![("Layers", layers)]
}
