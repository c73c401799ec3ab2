//! Schemas of `/mapit`.

use serde_json::{Value, json};

use super::super::super::build::{any_object, number, object, one_of, or_null, text, whole};
use super::by_id;

pub(in super::super) fn schemas() -> Vec<(&'static str, Value)> {
    let texts = || json!({"type": "object", "additionalProperties": {"type": "string"}});
    let area = object(
        "An area.",
        [
            ("id", whole("Id of the area, the same in every snapshot.")),
            ("name", text("Name of the area.")),
            (
                "parent_area",
                or_null(whole("Id of the area with authority over it. Null if there is none.")),
            ),
            ("type", text("Area type: LAP, UTW, CPC…")),
            ("type_name", text("Name of the area type.")),
            (
                "country",
                text(
                    "Country: E (England), N (Northern Ireland), S (Scotland) or W (Wales). Empty \
                     for any other.",
                ),
            ),
            ("country_name", text("Name of the country.")),
            ("generation_low", whole("First generation in which the area is in force.")),
            ("generation_high", whole("Last generation in which the area is in force.")),
            ("codes", texts()),
            ("all_names", texts()),
        ],
    );
    let place = [
        ("postcode", text("Postcode in standard form.")),
        ("wgs84_lon?", number("Longitude in degrees (WGS84). Absent without a position.")),
        ("wgs84_lat?", number("Latitude in degrees (WGS84). Absent without a position.")),
        (
            "coordsyst?",
            one_of(&["G"], "Grid of `easting` and `northing`: `G` is the British National Grid."),
        ),
        ("easting?", whole("Easting in metres (EPSG:27700). Absent without a position.")),
        ("northing?", whole("Northing in metres (EPSG:27700). Absent without a position.")),
    ];
    let [a, b, c, d, e, f] = place.clone();
    let postcode = object(
        "A postcode and its areas.",
        [
            a,
            b,
            c,
            d,
            e,
            f,
            ("areas", by_id()),
            ("shortcuts?", any_object("Ids of the ward, council and LAP. Absent without them.")),
        ],
    );
    let [a, b, c, d, e, f] = place;
    let place = object(
        "A postcode or an outcode.",
        [a, b, c, d, e, f, ("distance?", whole("Distance in metres from the point."))],
    );
    let geometry = object(
        "A GeoJSON geometry.",
        [
            ("type", one_of(&["Polygon", "MultiPolygon"], "Geometry type.")),
            ("coordinates", json!({"type": "array", "items": {}})),
        ],
    );
    let metres = || number("Metres on the British National Grid (EPSG:27700).");
    let degrees = || number("Degrees (WGS84).");
    let measures = object(
        "Measures of an area.",
        [
            ("parts", whole("Number of polygons.")),
            ("srid_en", whole("EPSG code of the metric coordinates: 27700.")),
            ("area", number("Area in m².")),
            ("min_e", metres()),
            ("min_n", metres()),
            ("max_e", metres()),
            ("max_n", metres()),
            ("centre_e", metres()),
            ("centre_n", metres()),
            ("min_lon", degrees()),
            ("min_lat", degrees()),
            ("max_lon", degrees()),
            ("max_lat", degrees()),
            ("centre_lon", degrees()),
            ("centre_lat", degrees()),
        ],
    );
    vec![
        ("MapItArea", area),
        ("MapItPlace", place),
        ("MapItPostcode", postcode),
        ("MapItGeometry", geometry),
        ("MapItMeasures", measures),
    ]
}
