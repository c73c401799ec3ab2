//! `/postcodes-io`.

use serde_json::{Value, json};

use super::super::build::{self, Members, any_object, list, named, object, or_null, text};
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
        "The response.",
        [("status", json!({"type": "integer", "enum": [200]})), ("result", result)],
    );
    let (tag, error) = ("postcodes.io", "PostcodesIoError");
    Operation { tag, id, summary, parameters, ok: vec![(JSON, answer)], errors, error }
}

fn postcode() -> Value {
    path("postcode", "A postcode; case and spaces are ignored.", "NN1 1ED")
}

fn limit() -> Value {
    query("limit", "Maximum number of results, up to 100. Default: 10.", "5")
}

fn near() -> Vec<Value> {
    vec![
        limit(),
        query("radius", "Search radius in metres, up to 2,000. Default: 100.", "500"),
        query("widesearch", "With any value: return up to 10 postcodes within 20 km.", "true"),
    ]
}

fn postcodes() -> Value {
    list(&named("PostcodesIoPostcode"), "In the order of the request, or by distance.")
}

fn of_postcodes() -> Members {
    let one = operation(
        "postcodesIoPostcode",
        "postcodes.io: one postcode",
        vec![postcode()],
        named("PostcodesIoPostcode"),
        &[404],
    );
    let mut parameters = near();
    parameters.extend([
        query("q", "The beginning of a postcode.", "NN1"),
        query(
            "lon",
            "Longitude in degrees (WGS84), with `lat`; used instead of `q`. Also `longitude`.",
            "-0.896042",
        ),
        query("lat", "Latitude in degrees (WGS84). Also `latitude`.", "52.235518"),
    ]);
    let query_many = operation(
        "postcodesIoQuery",
        "postcodes.io: search by the beginning of a postcode, or near a position",
        parameters,
        or_null(postcodes()),
        &[],
    );
    let found = object(
        "One query of the request and its result.",
        [
            ("query", json!({"description": "The query as received."})),
            (
                "result",
                json!({
                    "nullable": true,
                    "anyOf": [named("PostcodesIoPostcode"), postcodes()],
                    "description": "For a postcode, the postcode; for a position, the postcodes \
                        near it. Null if nothing was found.",
                }),
            ),
        ],
    );
    let bulk = operation(
        "postcodesIoBulk",
        "postcodes.io: up to 100 postcodes, or the postcodes near up to 100 positions",
        vec![
            query("filter", "Fields to include, separated by commas.", "postcode,lap"),
            query("limit", "Maximum number of results for each position.", "5"),
            query("radius", "Search radius in metres for each position.", "500"),
            query(
                "widesearch",
                "With any value: return up to 10 postcodes within 20 km of each position.",
                "true",
            ),
        ],
        list(&found, "In the order of the request."),
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
        "postcodes.io: check whether a postcode exists",
        vec![postcode()],
        build::truth("True if the postcode exists."),
        &[],
    );
    let autocomplete = operation(
        "postcodesIoAutocomplete",
        "postcodes.io: complete the beginning of a postcode",
        vec![path("postcode", "The beginning of a postcode.", "NN1 1"), limit()],
        or_null(list(&text("A postcode."), "In order. Null if no postcode matches.")),
        &[],
    );
    let random = operation(
        "postcodesIoRandom",
        "postcodes.io: a random postcode",
        vec![query("outcode", "Only postcodes in this outcode.", "NN1")],
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
    let lat_lon =
        at("postcodesIoLatLon", "postcodes.io: the postcodes near a position, latitude first");
    let outcode = || path("outcode", "The first half of a postcode (outcode).", "NN1");
    let around = || {
        vec![
            limit(),
            query("radius", "Search radius in metres, up to 25,000. Default: 5,000.", "9000"),
        ]
    };
    let outcodes =
        || or_null(list(&named("PostcodesIoOutcode"), "Nearest first. Null if nothing was found."));
    let one = operation(
        "postcodesIoOutcode",
        "postcodes.io: an outcode and the areas in it",
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
        query("lon", "Longitude in degrees (WGS84). Also `longitude`.", "-0.896042"),
        query("lat", "Latitude in degrees (WGS84). Also `latitude`.", "52.235518"),
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
        "postcodes.io: a terminated postcode",
        vec![postcode()],
        named("PostcodesIoTerminated"),
        &[404],
    );
    let scottish = operation(
        "postcodesIoScottish",
        "postcodes.io: a postcode in the Scottish Postcode Directory; this service has none",
        vec![postcode()],
        any_object("Never returned: this service has no Scottish directory."),
        &[404],
    );
    let places = operation(
        "postcodesIoPlaces",
        "postcodes.io: places by name; this service has none",
        vec![query("q", "The beginning of a name.", "Castle")],
        json!({"type": "array", "maxItems": 0, "items": {"type": "object"}}),
        &[],
    );
    let place = operation(
        "postcodesIoPlace",
        "postcodes.io: one place; this service has none",
        vec![path("id", "Ordnance Survey id of the place.", "osgb4000000074564391")],
        any_object("Never returned: this service has no places."),
        &[404],
    );
    let random = operation(
        "postcodesIoRandomPlace",
        "postcodes.io: a random place; this service has none",
        vec![],
        or_null(any_object("Always null: this service has no places.")),
        &[],
    );
    let word = |id, summary, word: &str| {
        operation(id, summary, vec![], build::one_of(&[word], "Always."), &[])
    };
    let ping = word("postcodesIoPing", "postcodes.io: liveness check", "pong");
    let ready = word("postcodesIoReady", "postcodes.io: readiness check", "Ready");
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
