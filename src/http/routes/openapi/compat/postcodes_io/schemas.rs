//! Schemas of `/postcodes-io`.

use serde_json::{Map, Value, json};

use super::super::super::build::{list, number, object, or_null, text, whole};

/// Fields whose value is a name or a code. Null if unknown.
const TEXTS: [&str; 38] = [
    "country",
    "nhs_ha",
    "european_electoral_region",
    "primary_care_trust",
    "region",
    "lsoa",
    "msoa",
    "incode",
    "outcode",
    "parliamentary_constituency",
    "parliamentary_constituency_2024",
    "admin_district",
    "parish",
    "admin_county",
    "date_of_introduction",
    "admin_ward",
    "ced",
    "ccg",
    "nuts",
    "pfa",
    "nhs_region",
    "ttwa",
    "national_park",
    "bua",
    "icb",
    "cancer_alliance",
    "lsoa11",
    "msoa11",
    "lsoa21",
    "msoa21",
    "oa21",
    "ruc11",
    "ruc21",
    "lep1",
    "lep2",
    "lap",
    "ccg_id",
    "lau2",
];

pub(in super::super) fn schemas() -> Vec<(&'static str, Value)> {
    let name = or_null(json!({"type": "string"}));
    let of_texts = |leave: &[&str]| -> Map<String, Value> {
        let names = TEXTS.iter().filter(|field| !leave.contains(field));
        names.map(|field| ((*field).to_owned(), name.clone())).collect()
    };
    let codes = json!({
        "type": "object",
        "description": "Codes of the areas. Null for areas that the snapshot does not have.",
        "properties": of_texts(&["country", "incode", "outcode", "nhs_ha", "region",
            "european_electoral_region", "primary_care_trust", "date_of_introduction"]),
    });
    let degree = || or_null(json!({"type": "number"}));
    let mut properties = of_texts(&["ccg_id", "lau2"]);
    let others = [
        ("postcode", text("Postcode in standard form.")),
        ("quality", whole("Positional quality: 1 is best, 9 means no position.")),
        ("eastings", degree()),
        ("northings", degree()),
        ("longitude", degree()),
        ("latitude", degree()),
        (
            "distance",
            number(
                "Distance in metres on the ellipsoid. Present only in searches near a position.",
            ),
        ),
        ("codes", codes),
    ];
    properties.extend(others.map(|(name, schema)| (name.to_owned(), schema)));
    let postcode = json!({
        "type": "object",
        "description": "A postcode. A field is null if the snapshot has no such data. With \
            `filter` only the requested fields are present.",
        "properties": properties,
    });
    let names = |what: &str| list(&text("A name."), what);
    let outcode = object(
        "An outcode, with the names of the areas that its live postcodes lie in.",
        [
            ("outcode", text("The outcode.")),
            ("longitude", degree()),
            ("latitude", degree()),
            ("northings", degree()),
            ("eastings", degree()),
            ("admin_district", names("Names of the districts.")),
            ("parish", names("Names of the parishes.")),
            ("admin_county", names("Names of the counties.")),
            ("admin_ward", names("Names of the wards.")),
            ("country", names("Names of the countries.")),
            ("parliamentary_constituency", names("Names of the constituencies.")),
            ("lap", names("Names of the Local Area Partnerships.")),
            ("distance?", number("Distance in metres from the requested place.")),
        ],
    );
    let terminated = object(
        "A terminated postcode.",
        [
            ("postcode", text("Postcode in standard form.")),
            ("year_terminated", whole("Year in which it was terminated.")),
            ("month_terminated", whole("Month in which it was terminated, 1 to 12.")),
            ("longitude", degree()),
            ("latitude", degree()),
        ],
    );
    vec![
        ("PostcodesIoPostcode", postcode),
        ("PostcodesIoOutcode", outcode),
        ("PostcodesIoTerminated", terminated),
    ]
}
