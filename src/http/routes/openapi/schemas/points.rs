//! Schemas of `/v1/nearest` and `/v1/search`.

use super::super::build::{any_object, date, list, named, number, object, one_of, text};
use super::{Schemas, layers};

pub(super) fn schemas() -> Schemas {
    let site = object(
        "A point.",
        [
            ("layer", text("Key of its layer: the series or id in the request.")),
            ("code", text("Code of the point.")),
            ("name", text("Name of the point.")),
            ("distance_m", number("Straight-line distance in metres.")),
            ("lon", number("Longitude in degrees (WGS84).")),
            ("lat", number("Latitude in degrees (WGS84).")),
            ("easting", number("Easting in metres (EPSG:27700).")),
            ("northing", number("Northing in metres (EPSG:27700).")),
            (
                "accuracy?",
                one_of(
                    &["helmert"],
                    "Present if degrees and metres agree only to within 5 m, because the point \
                     lies outside the OSTN15 grid.",
                ),
            ),
            ("properties", any_object("Source attributes that the catalogue keeps.")),
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
            ("kind", one_of(&["area", "point", "postcode"], "What the result is.")),
            ("layer?", text("Id of the layer. Absent for postcodes.")),
            ("code?", text("Code of the area or point. Absent for postcodes.")),
            ("name?", text("Name of the area or point. Absent for postcodes.")),
            (
                "superseded_since?",
                date("Day from which the boundaries of the area are no longer in force."),
            ),
            ("postcode?", text("The postcode. Absent for areas and points.")),
            (
                "terminated?",
                text("Month in which the postcode was terminated. Absent for live postcodes."),
            ),
        ],
    );
    let query = object(
        "The request as understood.",
        [
            ("q", text("The search text.")),
            (
                "layers?",
                list(&text("A layer name."), "Layers that were searched. Absent if all were."),
            ),
        ],
    );
    let search = object(
        "Areas, points and postcodes that match.",
        [
            ("query", query),
            ("results", list(&hit, "Areas in force first, then exact matches.")),
            ("snapshot", named("Snapshot")),
        ],
    );
    vec![("Nearest", nearest), ("Search", search)]
}
