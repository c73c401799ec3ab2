//! Schemas of `/v1/areas/{layer}/{code}/successors`, `/v1/areas/{layer}/{code}/predecessors` and
//! `/v1/changes/{layer}`.

use lapwing_boundaries::change::ChangeKind;
use serde_json::Value;

use super::super::build::{
    list, named, number, object, one_of, or_null, per_layer, share, text, truth, whole,
};
use super::{Schemas, counts, layers, relation};

fn kind(description: &str) -> Value {
    let words = ChangeKind::ALL.map(ChangeKind::as_str);
    one_of(&words, description)
}

fn change_members() -> [(&'static str, Value); 6] {
    [
        ("kind", kind("Kind of change that the boundaries show.")),
        (
            "certain",
            truth("True if overlaps thinner than the drawing error cannot change the kind."),
        ),
        ("or?", kind("The other possible kind, if `certain` is false. Absent otherwise.")),
        (
            "counterpart",
            or_null(text(
                "Code of the area that continues this one: more than half of each lies in the \
                 other. Null if there is none.",
            )),
        ),
        (
            "lost_m2",
            or_null(number(
                "Area in m² that belongs to the earlier area but not to the later one. Null \
                 without a counterpart.",
            )),
        ),
        (
            "gained_m2",
            or_null(number(
                "Area in m² that belongs to the later area but not to the earlier one. Null \
                 without a counterpart.",
            )),
        ),
    ]
}

fn shared_count() -> Value {
    object(
        "Number of postcodes or addresses in both areas.",
        [
            ("shared", whole("Number in both areas.")),
            (
                "share_of_area",
                or_null(share(
                    "Share of those in the requested or earlier area, 0 to 1. Null if it has none.",
                )),
            ),
            (
                "share_of_other",
                or_null(share("Share of those in the other area, 0 to 1. Null if it has none.")),
            ),
        ],
    )
}

fn part() -> Value {
    object(
        "An area of the other vintage that overlaps the requested area.",
        [
            ("layer", text("Id of the layer of the other vintage.")),
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
            ("postcodes?", shared_count()),
            ("addresses?", shared_count()),
            ("sliver?", truth("True if the overlap is only an artefact of inaccurate boundaries.")),
            (
                "doubtful?",
                truth(
                    "True if the overlap is thinner than the drawing error and may be an artefact \
                     of inaccurate boundaries.",
                ),
            ),
        ],
    )
}

fn uncovered(description: &str) -> Value {
    object(
        description,
        [
            ("m2", number("Area in m².")),
            (
                "share",
                or_null(share("Share of the requested area, 0 to 1. Null if it has no area.")),
            ),
        ],
    )
}

fn succession(parts: &'static str, description: &'static str) -> Value {
    let [postcodes, addresses] = counts();
    let area = object(
        "The requested area.",
        [
            ("layer", text("Id of the layer of its vintage.")),
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            ("area_m2", number("Area in m² on the British National Grid.")),
            postcodes,
            addresses,
        ],
    );
    let best_fit = object(
        "The one area to which to assign the whole requested area.",
        [
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            ("by", one_of(&["postcodes", "area"], "Measure by which the best fit was chosen.")),
            ("share", or_null(share("Share of the requested area by that measure, 0 to 1."))),
        ],
    );
    object(
        description,
        [
            ("area", area),
            ("change", object("How the area changed.", change_members())),
            (parts, list(&part(), "Areas of the other vintage, in order of code.")),
            ("best_fit", or_null(best_fit)),
            ("best_fit_reason?", super::overlaps::no_best_fit()),
            ("slivers", uncovered("Total of the slivers that are not listed.")),
            ("uncovered", uncovered("Part of the area that the other vintage does not cover.")),
            (
                "sliver_tolerance_m",
                number(
                    "Overlaps thinner than this, in metres, may be artefacts of inaccurate \
                 boundaries.",
                ),
            ),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
        ],
    )
}

fn changes() -> Value {
    let from = object(
        "An area of the earlier vintage. Null if the area is new in the later one.",
        [
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            ("area_m2", number("Area in m² on the British National Grid.")),
        ],
    );
    let to = object(
        "An area of the later vintage.",
        [
            ("code", text("Code of the area.")),
            ("name", text("Name of the area.")),
            ("shared_m2", number("Area of the overlap in m².")),
            (
                "share_of_from",
                or_null(share("Share of the earlier area, 0 to 1. Null if it has no area.")),
            ),
            (
                "share_of_to",
                or_null(share("Share of the later area, 0 to 1. Null if it has no area.")),
            ),
            ("postcodes?", shared_count()),
            ("best_fit", truth("True if the whole earlier area is assigned to this one.")),
            (
                "doubtful",
                truth(
                    "True if the overlap is thinner than the drawing error and may be an artefact \
                     of inaccurate boundaries.",
                ),
            ),
        ],
    );
    let [what, certain, or, counterpart, lost, gained] = change_members();
    let change = object(
        "How one area changed.",
        [
            what,
            certain,
            or,
            counterpart,
            lost,
            gained,
            ("from", or_null(from)),
            ("to", list(&to, "Areas of the later vintage, in order of code, without slivers.")),
            ("slivers", uncovered("Total of the slivers that are not listed.")),
            ("uncovered", uncovered("Part of the area that the other vintage does not cover.")),
        ],
    );
    object(
        "How the areas of a layer changed between two vintages.",
        [
            ("series", text("Series to which both vintages belong.")),
            ("from", text("Id of the layer of the earlier vintage.")),
            ("to", text("Id of the layer of the later vintage.")),
            ("summary", per_layer(&whole("Number of changes."), "Number of changes of each kind.")),
            ("uncertain", whole("Number of changes with `certain` false.")),
            ("changes", list(&change, "In order of earlier code, then of later code.")),
            (
                "sliver_tolerance_m",
                number(
                    "Overlaps thinner than this, in metres, may be artefacts of inaccurate \
                 boundaries.",
                ),
            ),
            ("layers", layers()),
            ("snapshot", named("Snapshot")),
        ],
    )
}

pub(super) fn schemas() -> Schemas {
    vec![
        ("Successors", succession("successors", "What became of an area in a later vintage.")),
        (
            "Predecessors",
            succession("predecessors", "Where an area came from in an earlier vintage."),
        ),
        ("Changes", changes()),
    ]
}
