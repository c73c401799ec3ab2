//! `/mapit`.

use serde_json::{Value, json};

use super::super::build::{
    self, Members, any_object, named, number, object, one_of, or_null, text, truth, whole,
};
use super::{JSON, Operation, path, query};

pub(super) fn paths() -> Members {
    let mut paths = of_places();
    paths.extend(of_area());
    paths.extend(of_areas());
    paths
}

fn operation(
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    ok: Value,
    errors: &'static [u16],
) -> Operation {
    let (tag, error) = ("MapIt", "MapItError");
    Operation { tag, id, summary, parameters, ok: vec![(JSON, ok)], errors, error }
}

fn by_id() -> Value {
    json!({
        "type": "object", "additionalProperties": named("MapItArea"),
        "description": "Areas by their numbers.",
    })
}

/// Either the one or the other, told apart by the end of the address.
fn either(schemas: &[Value]) -> Value {
    json!({"anyOf": schemas})
}

fn generation() -> Value {
    query("generation", "A generation's number; the present one without it.", "1")
}

fn choice() -> Vec<Value> {
    vec![
        query("type", "Types with commas.", "LAP,UTW"),
        query("country", "E, N, S or W, with commas.", "E"),
        generation(),
        query("min_generation", "Areas of any generation from this one; -1: of any at all.", "1"),
    ]
}

fn tolerance() -> Value {
    query("simplify_tolerance", "How coarse a drawing, in units of its CRS.", "0.001")
}

fn point() -> Vec<Value> {
    vec![
        path("srid", "4326, 27700 or 3857; or `latlon`, `osgb`, which lead there.", "27700"),
        path("point", "Two numbers with a comma, the east first.", "475486,260275"),
    ]
}

fn of_places() -> Members {
    let postcode = operation(
        "mapitPostcode",
        "MapIt: a postcode and its areas",
        vec![
            path("postcode", "A postcode; case and spaces do not matter.", "NN1 1ED"),
            generation(),
        ],
        named("MapItPostcode"),
        &[404],
    );
    let partial = operation(
        "mapitPartialPostcode",
        "MapIt: the middle of the postcodes that begin so",
        vec![path("outcode", "The first half of a postcode.", "NN1")],
        named("MapItPlace"),
        &[404],
    );
    let near = operation(
        "mapitNearest",
        "MapIt: the postcode nearest to a point",
        point(),
        object("What is near.", [("postcode", named("MapItPlace"))]),
        &[404],
    );
    let areas = operation(
        "mapitPoint",
        "MapIt: the areas of a point",
        [point(), choice()].concat(),
        by_id(),
        &[404],
    );
    let method = path("method", "The word `box`.", "box");
    let boxes = operation(
        "mapitPointBox",
        "MapIt: the areas whose bounding boxes hold a point",
        [point(), vec![method], choice()].concat(),
        by_id(),
        &[404],
    );
    build::paths([
        ("/mapit/postcode/{postcode}", vec![postcode.get()]),
        ("/mapit/postcode/partial/{outcode}", vec![partial.get()]),
        ("/mapit/nearest/{srid}/{point}", vec![near.get()]),
        ("/mapit/point/{srid}/{point}", vec![areas.get_or_redirect()]),
        ("/mapit/point/{srid}/{point}/{method}", vec![boxes.get_or_redirect()]),
    ])
}

/// What is sent besides JSON.
fn shapes() -> Vec<(&'static str, Value)> {
    vec![
        ("text/plain", json!({"type": "string"})),
        ("application/vnd.google-earth.kml+xml", json!({"type": "string"})),
    ]
}

fn of_area() -> Members {
    let mut one = operation(
        "mapitArea",
        "MapIt: one area; with .geojson, .wkt or .kml behind it, its shape",
        vec![
            path("area", "Its number, or its code, which leads to it.", "105013246"),
            generation(),
            tolerance(),
        ],
        either(&[named("MapItArea"), named("MapItGeometry")]),
        &[404],
    );
    one.ok.extend(shapes());
    let question = path(
        "question",
        "children, touches, overlaps, covers, covered, coverlaps, intersects, geometry or \
    example_postcode. Or, the area being an srid, an area in that CRS: 105013246.geojson",
        "covers",
    );
    let mut about = operation(
        "mapitAreaQuestion",
        "MapIt: what an area touches, overlaps or holds, its measures, a postcode in it",
        [vec![path("area", "Its number.", "105013246"), question, tolerance()], choice()].concat(),
        either(&[
            by_id(),
            named("MapItMeasures"),
            named("MapItGeometry"),
            or_null(text("A postcode.")),
            any_object("A FeatureCollection."),
        ]),
        &[404],
    );
    about.ok.extend(shapes());
    let code = operation(
        "mapitCode",
        "MapIt: to the area with a code",
        [
            vec![
                path("kind", "gss, ons, or the series of areas without such codes.", "gss"),
                path("code", "The code.", "E05013246"),
            ],
            choice(),
        ]
        .concat(),
        any_object("Never: the answer is 302."),
        &[404],
    );
    build::paths([
        ("/mapit/area/{area}", vec![one.get_or_redirect()]),
        ("/mapit/area/{area}/{question}", vec![about.get()]),
        ("/mapit/code/{kind}/{code}", vec![code.get_or_redirect()]),
    ])
}

fn of_areas() -> Members {
    let answer = || either(&[by_id(), any_object("A FeatureCollection, or measures by number.")]);
    let kml = || shapes().into_iter().skip(1);
    let mut many = operation(
        "mapitAreas",
        "MapIt: areas by numbers, types, or the beginning of their name; also .geojson and .kml",
        [
            vec![path("areas", "Numbers or types with commas, or a name.", "LAP"), tolerance()],
            choice(),
        ]
        .concat(),
        answer(),
        &[404],
    );
    many.ok.extend(kml());
    let mut posted = operation(
        "mapitAreasPosted",
        "MapIt: the same, what stands after /areas/ sent as a form",
        vec![],
        answer(),
        &[404],
    );
    posted.ok.extend(kml());
    let form = json!({"application/x-www-form-urlencoded": {"schema": {
        "type": "object", "required": ["URL"],
        "properties": {"URL": {"type": "string"}},
        "example": {"URL": "LAP"},
    }}});
    let mut about = operation(
        "mapitAreasQuestion",
        "MapIt: the measures of areas, or their shapes in some CRS",
        vec![
            path("areas", "Numbers with commas, or an srid.", "27700"),
            path("question", "`geometry`, or numbers and .geojson.", "105013246.geojson"),
            tolerance(),
        ],
        answer(),
        &[404],
    );
    about.ok.extend(kml());
    let generations = |id| {
        let generation = object(
            "A stretch of time with the same boundaries.",
            [
                ("id", whole("Its number.")),
                ("active", truth("Whether it has begun.")),
                ("created", text("When it began.")),
                ("description", text("Which layers are in force.")),
            ],
        );
        let all = json!({"type": "object", "additionalProperties": generation});
        operation(id, "MapIt: the generations", vec![], all, &[])
    };
    let types = |id| {
        let one =
            object("A type.", [("code", text("Its code.")), ("description", text("In words."))]);
        let all = json!({"type": "object", "additionalProperties": one});
        operation(id, "MapIt: the types that areas here have", vec![], all, &[])
    };
    build::paths([
        ("/mapit/areas", vec![posted.post(&form)]),
        ("/mapit/areas/{areas}", vec![many.get()]),
        ("/mapit/areas/{areas}/{question}", vec![about.get()]),
        ("/mapit/generations", vec![generations("mapitGenerations").get()]),
        ("/mapit/generations.json", vec![generations("mapitGenerationsJson").get()]),
        ("/mapit/types", vec![types("mapitTypes").get()]),
        ("/mapit/types.json", vec![types("mapitTypesJson").get()]),
    ])
}

pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let texts = || json!({"type": "object", "additionalProperties": {"type": "string"}});
    let area = object(
        "An area.",
        [
            ("id", whole("Its number, the same in every snapshot.")),
            ("name", text("Its name.")),
            ("parent_area", or_null(whole("The area that has authority over it."))),
            ("type", text("Its type: LAP, UTW, CPC…")),
            ("type_name", text("Its type in words.")),
            ("country", text("E, N, S or W; empty where it is none of them.")),
            ("country_name", text("In words.")),
            ("generation_low", whole("The first generation in which it is in force.")),
            ("generation_high", whole("The last.")),
            ("codes", texts()),
            ("all_names", texts()),
        ],
    );
    let place = [
        ("postcode", text("In canonical form.")),
        ("wgs84_lon?", number("Degrees east.")),
        ("wgs84_lat?", number("Degrees north.")),
        ("coordsyst?", one_of(&["G"], "Great Britain's grid.")),
        ("easting?", whole("Metres.")),
        ("northing?", whole("Metres.")),
    ];
    let [a, b, c, d, e, f] = place.clone();
    let postcode = object(
        "A postcode and its areas.",
        [a, b, c, d, e, f, ("areas", by_id()), ("shortcuts?", any_object("Ward, council, LAP."))],
    );
    let [a, b, c, d, e, f] = place;
    let place = object(
        "A postcode, or the first half of some.",
        [a, b, c, d, e, f, ("distance?", whole("Metres."))],
    );
    let geometry = object(
        "GeoJSON.",
        [
            ("type", one_of(&["Polygon", "MultiPolygon"], "Which.")),
            ("coordinates", json!({"type": "array", "items": {}})),
        ],
    );
    let metres = || number("Metres of the British National Grid.");
    let degrees = || number("Degrees (WGS84).");
    let measures = object(
        "The measures of an area.",
        [
            ("parts", whole("How many polygons it is made of.")),
            ("srid_en", whole("27700.")),
            ("area", number("m².")),
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
