//! Schemas of the overlaps of one area, of a polygon, and of two layers.

use serde_json::Value;

use super::super::build::{
    list, named, number, object, one_of, or_null, per_layer, share, text, truth, whole,
};
use super::{Schemas, counts, layers};
use crate::answers::NoBestFit;

pub(super) fn relation() -> Value {
    let words = ["equals", "within", "contains", "partial", "touches"];
    one_of(&words, "Relation of the first area to the second.")
}

#[expect(clippy::too_many_lines, reason = "it is one table")]
pub(super) fn schemas() -> Schemas {
    let shared = object(
        "Number of postcodes or addresses in both areas.",
        [
            ("shared", whole("Number in both areas.")),
            (
                "share_of_area",
                or_null(share(
                    "Share of those in the requested area, 0 to 1. Null if it has none.",
                )),
            ),
            (
                "share_of_other",
                or_null(share("Share of those in the other area, 0 to 1. Null if it has none.")),
            ),
        ],
    );
    let overlap = object(
        "An area that overlaps the requested area or polygon.",
        [
            ("layer", text("Key of the other area's layer: the series or id in the request.")),
            ("code", text("Code of the other area.")),
            ("name", text("Name of the other area.")),
            ("relation", relation()),
            ("shared_m2", number("Area of the overlap in m².")),
            (
                "share_of_area",
                or_null(share("Share of the requested area, 0 to 1. Null if it has no area.")),
            ),
            (
                "share_of_other",
                or_null(share("Share of the other area, 0 to 1. Null if it has no area.")),
            ),
            ("postcodes?", shared.clone()),
            ("addresses?", shared),
            ("sliver?", truth("True if the overlap is only an artefact of inaccurate boundaries.")),
        ],
    );
    let best_fit = object(
        "The one area to which to assign the whole requested area.",
        [
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            (
                "by",
                one_of(
                    &["addresses", "postcodes", "area"],
                    "Measure by which the best fit was chosen.",
                ),
            ),
            ("share", or_null(share("Share of the requested area by that measure, 0 to 1."))),
        ],
    );
    let uncovered = object(
        "Part of the requested area that no area of the layer covers.",
        [
            ("m2", number("Area in m².")),
            (
                "share",
                or_null(share("Share of the requested area, 0 to 1. Null if it has no area.")),
            ),
        ],
    );
    let ends = || {
        [
            ("overlaps", list(&named("Overlap"), "In order of layer, then of code.")),
            (
                "best_fit",
                per_layer(
                    &or_null(best_fit.clone()),
                    "Best-fit area by layer. Null if there is none.",
                ),
            ),
            (
                "best_fit_reason?",
                per_layer(&no_best_fit(), "Why a layer has no best fit. Absent if each has one."),
            ),
            (
                "uncovered",
                per_layer(
                    &or_null(uncovered.clone()),
                    "Uncovered part by layer. Null if no vintage is in force.",
                ),
            ),
            (
                "sliver_tolerance_m",
                number(
                    "Largest sliver tolerance of the layers, in metres: overlaps thinner than this \
                 may be artefacts of inaccurate boundaries.",
                ),
            ),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
        ]
    };
    let measure = || ("area_m2", number("Area in m² on the British National Grid."));
    let [postcodes, addresses] = counts();
    let area = object(
        "The requested area.",
        [
            ("layer", text("Key of its layer: the series or id in the request.")),
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            measure(),
            postcodes,
            addresses,
        ],
    );
    let [postcodes, addresses] = counts();
    let own = object("The submitted polygon.", [measure(), postcodes, addresses]);
    let [overlaps, best, why, rest, tolerance, used, snapshot] = ends();
    let of_area = object(
        "The overlaps of an area.",
        [("area", area), overlaps, best, why, rest, tolerance, used, snapshot],
    );
    let [overlaps, best, why, rest, tolerance, used, snapshot] = ends();
    let repaired =
        ("repaired?", list(&named("Fault"), "Faults that were repaired in the polygon."));
    let of_polygon = object(
        "The overlaps of a submitted polygon.",
        [("area", own), overlaps, best, why, rest, tolerance, used, snapshot, repaired],
    );
    vec![("Overlap", overlap), ("Overlaps", of_area), ("PolygonOverlaps", of_polygon), table()]
}

/// Why an area has no best fit.
pub(super) fn no_best_fit() -> Value {
    one_of(
        &[NoBestFit::NothingShared, NoBestFit::NoWeight, NoBestFit::MostlyUncovered]
            .map(NoBestFit::as_str),
        "Why the area has no best fit: it shares nothing with the layer; the areas that share its \
         ground have none of its postcodes; or more of it lies in no area than in any one.",
    )
}

fn table() -> (&'static str, Value) {
    let row = object(
        "A pair of areas that overlap.",
        [
            ("from_code", text("Code of the first area.")),
            ("from_name", text("Name of the first area.")),
            (
                "to_code",
                or_null(text(
                    "Code of the second area. Null, like what follows, if there is none.",
                )),
            ),
            ("to_name", or_null(text("Name of the second area."))),
            ("relation", or_null(relation())),
            ("shared_m2", or_null(number("Area of the overlap in m²."))),
            (
                "share_of_from",
                or_null(share("Share of the first area, 0 to 1. Null if it has no area.")),
            ),
            (
                "share_of_to",
                or_null(share("Share of the second area, 0 to 1. Null if it has no area.")),
            ),
            (
                "postcodes",
                or_null(whole(
                    "Number of live postcodes in both areas. Null if the snapshot has no \
                     postcodes.",
                )),
            ),
            (
                "postcode_share_of_from",
                or_null(share("Share of the first area's postcodes, 0 to 1. Null if it has none.")),
            ),
            (
                "postcode_share_of_to",
                or_null(share(
                    "Share of the second area's postcodes, 0 to 1. Null if it has none.",
                )),
            ),
            ("best_fit", truth("True if the whole first area is assigned to the second.")),
            ("best_fit_reason", or_null(no_best_fit())),
            (
                "addresses?",
                or_null(whole(
                    "Number of addresses in both areas. Absent if the snapshot has no addresses.",
                )),
            ),
            (
                "address_share_of_from?",
                or_null(share("Share of the first area's addresses, 0 to 1. Null if it has none.")),
            ),
            (
                "address_share_of_to?",
                or_null(share(
                    "Share of the second area's addresses, 0 to 1. Null if it has none.",
                )),
            ),
            (
                "sliver?",
                truth("True if the overlap is a sliver. Present only with `slivers=include`."),
            ),
        ],
    );
    let table = object(
        "The lookup table of two layers.",
        [
            ("from", text("Key of the first layer.")),
            ("to", text("Key of the second layer.")),
            (
                "sliver_tolerance_m",
                number(
                    "Overlaps thinner than this, in metres, may be artefacts of inaccurate \
                 boundaries.",
                ),
            ),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
            ("rows", list(&row, "In order of the first code, then of the second.")),
        ],
    );
    ("Table", table)
}
