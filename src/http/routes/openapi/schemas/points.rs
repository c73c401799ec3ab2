//! Points near a place, and finds.

use super::super::build::{any_object, list, named, number, object, one_of, text};
use super::{Schemas, layers};

pub(super) fn schemas() -> Schemas {
    let site = object(
        "A point.",
        [
            ("layer", text("The key of its layer.")),
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("distance_m", number("In a straight line.")),
            ("lon", number("Degrees east.")),
            ("lat", number("Degrees north.")),
            ("easting", number("Metres east.")),
            ("northing", number("Metres north.")),
            ("accuracy?", one_of(&["helmert"], "Degrees are good to 5 m only.")),
            ("properties", any_object("What the catalogue keeps of the source.")),
        ],
    );
    let nearest = object(
        "The points nearest to a place.",
        [
            ("query", named("Query")),
            ("location", named("Location")),
            ("nearest", list(&site, "Nearest first.")),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
        ],
    );
    let hit = object(
        "An area, a point or a postcode.",
        [
            ("kind", one_of(&["area", "point", "postcode"], "Which.")),
            ("layer?", text("The layer's own id.")),
            ("code?", text("Its code.")),
            ("name?", text("Its name.")),
            ("postcode?", text("The postcode.")),
            ("terminated?", text("The month in which it was terminated.")),
        ],
    );
    let query = object(
        "The question.",
        [("q", text("The text.")), ("layers?", list(&text("A layer."), "The layers looked in."))],
    );
    let search = object(
        "What begins so.",
        [
            ("query", query),
            ("results", list(&hit, "Exact matches first.")),
            ("snapshot", named("Snapshot")),
        ],
    );
    vec![("Nearest", nearest), ("Search", search)]
}
