//! `/postcodes-io`.

use serde_json::{Map, Value, json};

use super::super::build::{
    self, Members, any_object, list, named, number, object, or_null, text, whole,
};
use super::{JSON, Operation, path, query};

pub(super) fn paths() -> Members {
    let mut paths = of_postcodes();
    paths.extend(of_positions());
    paths.extend(of_others());
    paths
}

fn operation(
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    result: Value,
    errors: &'static [u16],
) -> Operation {
    let answer = object(
        "The answer.",
        [("status", json!({"type": "integer", "enum": [200]})), ("result", result)],
    );
    let (tag, error) = ("postcodes.io", "PostcodesIoError");
    Operation { tag, id, summary, parameters, ok: vec![(JSON, answer)], errors, error }
}

fn postcode() -> Value {
    path("postcode", "A postcode; case and spaces do not matter.", "NN1 1ED")
}

fn limit() -> Value {
    query("limit", "How many at most: 10 without it, 100 at the most.", "5")
}

fn near() -> Vec<Value> {
    vec![
        limit(),
        query("radius", "How far in metres: 100 without it, 2,000 at the most.", "500"),
        query("widesearch", "With any value: up to 10 within 20 km.", "true"),
    ]
}

fn postcodes() -> Value {
    list(&named("PostcodesIoPostcode"), "In the order asked, or by distance.")
}

fn of_postcodes() -> Members {
    let one = operation(
        "postcodesIoPostcode",
        "postcodes.io: one postcode",
        vec![postcode()],
        named("PostcodesIoPostcode"),
        &[404],
    );
    let mut asked = near();
    asked.extend([
        query("q", "The beginning of a postcode.", "NN1"),
        query("lon", "Degrees east, with `lat`, instead of `q`; also `longitude`.", "-0.896042"),
        query("lat", "Degrees north; also `latitude`.", "52.235518"),
    ]);
    let query_many = operation(
        "postcodesIoQuery",
        "postcodes.io: the postcodes that begin so, or are near a position",
        asked,
        or_null(postcodes()),
        &[],
    );
    let found = object(
        "A question and its answer.",
        [
            ("query", json!({"description": "As it was asked."})),
            (
                "result",
                json!({
                    "nullable": true,
                    "anyOf": [named("PostcodesIoPostcode"), postcodes()],
                    "description": "Of a postcode what is told of it, of a position the postcodes near it.",
                }),
            ),
        ],
    );
    let bulk = operation(
        "postcodesIoBulk",
        "postcodes.io: up to 100 postcodes, or the postcodes near up to 100 positions",
        vec![
            query("filter", "The fields to tell, with commas.", "postcode,lap"),
            query("limit", "For each position.", "5"),
            query("radius", "For each position.", "500"),
            query("widesearch", "For each position.", "true"),
        ],
        list(&found, "In the order asked."),
        &[],
    );
    let body = json!({JSON: {"schema": {
        "type": "object",
        "properties": {
            "postcodes": {"type": "array", "maxItems": 100, "items": {"type": "string"}},
            "geolocations": {"type": "array", "maxItems": 100, "items": {"type": "object"}},
        },
        "example": {"postcodes": ["NN1 1ED", "NN1 1AA"]},
    }}});
    let validate = operation(
        "postcodesIoValidate",
        "postcodes.io: whether there is such a postcode",
        vec![postcode()],
        build::truth("Whether."),
        &[],
    );
    let autocomplete = operation(
        "postcodesIoAutocomplete",
        "postcodes.io: the postcodes that begin so",
        vec![path("postcode", "The beginning of a postcode.", "NN1 1"), limit()],
        or_null(list(&text("A postcode."), "In order.")),
        &[],
    );
    let random = operation(
        "postcodesIoRandom",
        "postcodes.io: any postcode",
        vec![query("outcode", "Of this outcode.", "NN1")],
        or_null(named("PostcodesIoPostcode")),
        &[],
    );
    build::paths([
        ("/postcodes-io/postcodes", vec![query_many.get(), bulk.post(&body)]),
        ("/postcodes-io/postcodes/{postcode}", vec![one.get()]),
        ("/postcodes-io/postcodes/{postcode}/validate", vec![validate.get()]),
        ("/postcodes-io/postcodes/{postcode}/autocomplete", vec![autocomplete.get()]),
        ("/postcodes-io/random/postcodes", vec![random.get_fresh()]),
    ])
}

fn of_positions() -> Members {
    let of_postcode = operation(
        "postcodesIoNearest",
        "postcodes.io: the postcodes near a postcode",
        [vec![postcode()], near()].concat(),
        or_null(postcodes()),
        &[404],
    );
    let degrees = || {
        vec![path("lon", "Degrees east.", "-0.896042"), path("lat", "Degrees north.", "52.235518")]
    };
    let at = |id, summary| {
        operation(id, summary, [degrees(), near()].concat(), or_null(postcodes()), &[])
    };
    let lon_lat = at("postcodesIoLonLat", "postcodes.io: the postcodes near a position");
    let lat_lon = at("postcodesIoLatLon", "postcodes.io: the same, latitude first");
    let outcode = || path("outcode", "The first half of a postcode.", "NN1");
    let around = || {
        vec![
            limit(),
            query("radius", "How far in metres: 5,000 without it, 25,000 at the most.", "9000"),
        ]
    };
    let outcodes = || or_null(list(&named("PostcodesIoOutcode"), "The nearest first."));
    let one = operation(
        "postcodesIoOutcode",
        "postcodes.io: the first half of a postcode, and what lies in it",
        vec![outcode()],
        named("PostcodesIoOutcode"),
        &[404],
    );
    let near_one = operation(
        "postcodesIoOutcodeNearest",
        "postcodes.io: the outcodes near an outcode",
        [vec![outcode()], around()].concat(),
        outcodes(),
        &[404],
    );
    let position = vec![
        query("lon", "Degrees east; also `longitude`.", "-0.896042"),
        query("lat", "Degrees north; also `latitude`.", "52.235518"),
    ];
    let near_position = operation(
        "postcodesIoOutcodes",
        "postcodes.io: the outcodes near a position",
        [position, around()].concat(),
        outcodes(),
        &[],
    );
    build::paths([
        ("/postcodes-io/postcodes/{postcode}/nearest", vec![of_postcode.get()]),
        ("/postcodes-io/postcodes/lon/{lon}/lat/{lat}", vec![lon_lat.get()]),
        ("/postcodes-io/postcodes/lat/{lat}/lon/{lon}", vec![lat_lon.get()]),
        ("/postcodes-io/outcodes", vec![near_position.get()]),
        ("/postcodes-io/outcodes/{outcode}", vec![one.get()]),
        ("/postcodes-io/outcodes/{outcode}/nearest", vec![near_one.get()]),
    ])
}

fn of_others() -> Members {
    let terminated = operation(
        "postcodesIoTerminated",
        "postcodes.io: a postcode that was",
        vec![postcode()],
        named("PostcodesIoTerminated"),
        &[404],
    );
    let scottish = operation(
        "postcodesIoScottish",
        "postcodes.io: a postcode in Scotland's own directory, which is not held here",
        vec![postcode()],
        any_object("Never answered here."),
        &[404],
    );
    let places = operation(
        "postcodesIoPlaces",
        "postcodes.io: places by name, of which none are held here",
        vec![query("q", "The beginning of a name.", "Castle")],
        json!({"type": "array", "maxItems": 0, "items": {"type": "object"}}),
        &[],
    );
    let place = operation(
        "postcodesIoPlace",
        "postcodes.io: one place, of which none are held here",
        vec![path("id", "Its number at Ordnance Survey.", "osgb4000000074564391")],
        any_object("Never answered here."),
        &[404],
    );
    let random = operation(
        "postcodesIoRandomPlace",
        "postcodes.io: any place, of which none are held here",
        vec![],
        or_null(any_object("Always null here.")),
        &[],
    );
    let word = |id, summary, word: &str| {
        operation(id, summary, vec![], build::one_of(&[word], "Always."), &[])
    };
    let ping = word("postcodesIoPing", "postcodes.io: does it answer?", "pong");
    let ready = word("postcodesIoReady", "postcodes.io: is it ready?", "Ready");
    build::paths([
        ("/postcodes-io/terminated_postcodes/{postcode}", vec![terminated.get()]),
        ("/postcodes-io/scotland/postcodes/{postcode}", vec![scottish.get()]),
        ("/postcodes-io/places", vec![places.get()]),
        ("/postcodes-io/places/{id}", vec![place.get()]),
        ("/postcodes-io/random/places", vec![random.get_fresh()]),
        ("/postcodes-io/ping", vec![ping.get_fresh()]),
        ("/postcodes-io/ready", vec![ready.get_fresh()]),
    ])
}

/// The fields whose value is a name or a code, or `null`.
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

pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let name = or_null(json!({"type": "string"}));
    let of_texts = |leave: &[&str]| -> Map<String, Value> {
        let names = TEXTS.iter().filter(|field| !leave.contains(field));
        names.map(|field| ((*field).to_owned(), name.clone())).collect()
    };
    let codes = json!({
        "type": "object",
        "description": "The codes of the areas; null where none is held.",
        "properties": of_texts(&["country", "incode", "outcode", "nhs_ha", "region",
            "european_electoral_region", "primary_care_trust", "date_of_introduction"]),
    });
    let degree = || or_null(json!({"type": "number"}));
    let mut properties = of_texts(&["ccg_id", "lau2"]);
    let others = [
        ("postcode", text("In canonical form.")),
        ("quality", whole("Positional quality, 1 the best, 9 none.")),
        ("eastings", degree()),
        ("northings", degree()),
        ("longitude", degree()),
        ("latitude", degree()),
        ("distance", number("Metres on the ellipsoid, near a position.")),
        ("codes", codes),
    ];
    properties.extend(others.map(|(name, schema)| (name.to_owned(), schema)));
    let postcode = json!({
        "type": "object",
        "description": "What is told of a postcode; null where nothing of the kind is held. With \
    `filter` the fields asked for alone.",
        "properties": properties,
    });
    let names = |what: &str| list(&text("A name."), what);
    let outcode = object(
        "The first half of postcodes, and the names of what its live postcodes lie in.",
        [
            ("outcode", text("The outcode.")),
            ("longitude", degree()),
            ("latitude", degree()),
            ("northings", degree()),
            ("eastings", degree()),
            ("admin_district", names("Districts.")),
            ("parish", names("Parishes.")),
            ("admin_county", names("Counties.")),
            ("admin_ward", names("Wards.")),
            ("country", names("Countries.")),
            ("parliamentary_constituency", names("Constituencies.")),
            ("lap", names("Local Area Partnerships.")),
            ("distance?", number("Metres from the place asked about.")),
        ],
    );
    let terminated = object(
        "A postcode that was.",
        [
            ("postcode", text("In canonical form.")),
            ("year_terminated", whole("The year.")),
            ("month_terminated", whole("The month.")),
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
