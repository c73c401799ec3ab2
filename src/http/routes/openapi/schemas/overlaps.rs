//! Overlaps, of one area and whole tables.

use serde_json::Value;

use super::super::build::{
    list, named, number, object, one_of, or_null, per_layer, share, text, truth, whole,
};
use super::{Schemas, counts, layers};

pub(in super::super) fn relation() -> Value {
    let words = ["equals", "within", "contains", "partial", "touches"];
    one_of(&words, "What the first area is to the second.")
}

pub(super) fn schemas() -> Schemas {
    let shared = object(
        "How many postcodes or addresses both hold.",
        [
            ("shared", whole("How many.")),
            ("share_of_area", or_null(share("Of the asked area's."))),
            ("share_of_other", or_null(share("Of the other area's."))),
        ],
    );
    let overlap = object(
        "One overlap.",
        [
            ("layer", text("The key of the other area's layer.")),
            ("code", text("The other area's code.")),
            ("name", text("The other area's name.")),
            ("relation", relation()),
            ("shared_m2", number("The ground both share.")),
            ("share_of_area", or_null(share("Of the asked area."))),
            ("share_of_other", or_null(share("Of the other area."))),
            ("postcodes?", shared.clone()),
            ("addresses?", shared),
            ("sliver?", truth("It is only the boundaries' drawing error.")),
        ],
    );
    let best_fit = object(
        "The one area to assign the whole of the asked one to.",
        [
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            ("by", one_of(&["addresses", "postcodes", "area"], "By which measure.")),
            ("share", or_null(share("Its share of the asked area by that measure."))),
        ],
    );
    let uncovered = object(
        "Ground that no area of the layer covers.",
        [("m2", number("How much.")), ("share", or_null(share("Of the asked area.")))],
    );
    let ends = || {
        [
            ("overlaps", list(&named("Overlap"), "In the order of the layers, then of codes.")),
            ("best_fit", per_layer(&or_null(best_fit.clone()), "Null where none overlaps.")),
            ("uncovered", per_layer(&or_null(uncovered.clone()), "Null where none is in force.")),
            ("sliver_tolerance_m", number("The coarsest of the layers', metres.")),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
        ]
    };
    let measure = || ("area_m2", number("Its measure on the grid."));
    let [postcodes, addresses] = counts();
    let asked = object(
        "The asked area.",
        [
            ("layer", text("The key of its layer.")),
            ("code", text("Its code.")),
            ("name", text("Its name.")),
            measure(),
            postcodes,
            addresses,
        ],
    );
    let [postcodes, addresses] = counts();
    let own = object("The polygon.", [measure(), postcodes, addresses]);
    let [overlaps, best, rest, tolerance, used, snapshot] = ends();
    let of_area = object(
        "The overlaps of an area.",
        [("area", asked), overlaps, best, rest, tolerance, used, snapshot],
    );
    let [overlaps, best, rest, tolerance, used, snapshot] = ends();
    let repaired = ("repaired?", list(&named("Fault"), "What was mended in the polygon."));
    let of_polygon = object(
        "The overlaps of a polygon.",
        [("area", own), overlaps, best, rest, tolerance, used, snapshot, repaired],
    );
    vec![("Overlap", overlap), ("Overlaps", of_area), ("PolygonOverlaps", of_polygon), table()]
}

fn table() -> (&'static str, Value) {
    let row = object(
        "A pair of areas that overlap.",
        [
            ("from_code", text("The first area's code.")),
            ("from_name", text("Its name.")),
            ("to_code", text("The second area's code.")),
            ("to_name", text("Its name.")),
            ("relation", relation()),
            ("shared_m2", number("The ground both share.")),
            ("share_of_from", or_null(share("Of the first area."))),
            ("share_of_to", or_null(share("Of the second area."))),
            ("postcodes", or_null(whole("Live postcodes both hold."))),
            ("postcode_share_of_from", or_null(share("Of the first area's."))),
            ("postcode_share_of_to", or_null(share("Of the second area's."))),
            ("best_fit", truth("Whether the whole first area is assigned to the second.")),
            ("addresses?", whole("Addresses both hold.")),
            ("address_share_of_from?", or_null(share("Of the first area's."))),
            ("address_share_of_to?", or_null(share("Of the second area's."))),
            ("sliver?", truth("With slivers=include: whether it is one.")),
        ],
    );
    let table = object(
        "The lookup table of two layers.",
        [
            ("from", text("The key of the first layer.")),
            ("to", text("The key of the second layer.")),
            ("sliver_tolerance_m", number("Ground thinner than this may be a sliver.")),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
            ("rows", list(&row, "In order of both codes.")),
        ],
    );
    ("Table", table)
}
