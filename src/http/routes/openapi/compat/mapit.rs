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
        "description": "Areas by id.",
    })
}

/// One of several schemas; the URL decides which.
fn either(schemas: &[Value]) -> Value {
    json!({"anyOf": schemas})
}

fn generation() -> Value {
    query("generation", "Number of a generation. Default: the current one.", "1")
}

fn choice() -> Vec<Value> {
    vec![
        query("type", "Area types, separated by commas.", "LAP,UTW"),
        query(
            "country",
            "Countries, separated by commas: E (England), N (Northern Ireland), S (Scotland) or W \
             (Wales).",
            "E",
        ),
        generation(),
        query(
            "min_generation",
            "Include areas of this generation and all later ones; `-1` includes all generations.",
            "1",
        ),
    ]
}

fn tolerance() -> Value {
    query("simplify_tolerance", "Simplification tolerance, in units of the CRS.", "0.001")
}

fn point() -> Vec<Value> {
    vec![
        path(
            "srid",
            "EPSG code of the point: 4326, 27700 or 3857. `latlon` and `osgb` redirect to 4326 \
             and 27700.",
            "27700",
        ),
        path(
            "point",
            "Two numbers separated by a comma, longitude or easting first.",
            "475486,260275",
        ),
    ]
}

fn of_places() -> Members {
    let postcode = operation(
        "mapitPostcode",
        "MapIt: a postcode and its areas",
        vec![path("postcode", "A postcode; case and spaces are ignored.", "NN1 1ED"), generation()],
        named("MapItPostcode"),
        &[404],
    );
    let partial = operation(
        "mapitPartialPostcode",
        "MapIt: mean position of the postcodes in an outcode",
        vec![path("outcode", "The first half of a postcode (outcode).", "NN1")],
        named("MapItPlace"),
        &[404],
    );
    let near = operation(
        "mapitNearest",
        "MapIt: the postcode nearest to a point",
        point(),
        object("The nearest postcode.", [("postcode", named("MapItPlace"))]),
        &[404],
    );
    let areas = operation(
        "mapitPoint",
        "MapIt: the areas that contain a point",
        [point(), choice()].concat(),
        by_id(),
        &[404],
    );
    let method = path("method", "Always `box`.", "box");
    let boxes = operation(
        "mapitPointBox",
        "MapIt: the areas whose bounding boxes contain a point",
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

/// Formats other than JSON.
fn shapes() -> Vec<(&'static str, Value)> {
    vec![
        ("text/plain", json!({"type": "string"})),
        ("application/vnd.google-earth.kml+xml", json!({"type": "string"})),
    ]
}

fn of_area() -> Members {
    let mut one = operation(
        "mapitArea",
        "MapIt: one area; with .geojson, .wkt or .kml appended, its geometry",
        vec![
            path("area", "Id of the area. A code redirects to the id.", "105013246"),
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
         example_postcode. If `area` is the EPSG code of a CRS: an area's id and format, for its \
         geometry in that CRS, as in 105013246.geojson",
        "covers",
    );
    let mut about = operation(
        "mapitAreaQuestion",
        "MapIt: neighbours, overlaps, children, measures or an example postcode of an area",
        [vec![path("area", "Id of the area.", "105013246"), question, tolerance()], choice()]
            .concat(),
        either(&[
            by_id(),
            named("MapItMeasures"),
            named("MapItGeometry"),
            or_null(text("A postcode in the area. Null if there is none.")),
            any_object("A GeoJSON FeatureCollection."),
        ]),
        &[404],
    );
    about.ok.extend(shapes());
    let code = operation(
        "mapitCode",
        "MapIt: redirect to the area with a code",
        [
            vec![
                path(
                    "kind",
                    "Type of code: gss, ons, or the series of areas that have no such codes.",
                    "gss",
                ),
                path("code", "The code.", "E05013246"),
            ],
            choice(),
        ]
        .concat(),
        any_object("Never returned: the response is a 302."),
        &[404],
    );
    build::paths([
        ("/mapit/area/{area}", vec![one.get_or_redirect()]),
        ("/mapit/area/{area}/{question}", vec![about.get()]),
        ("/mapit/code/{kind}/{code}", vec![code.get_or_redirect()]),
    ])
}

fn of_areas() -> Members {
    let answer =
        || either(&[by_id(), any_object("A GeoJSON FeatureCollection, or measures by area id.")]);
    let kml = || shapes().into_iter().skip(1);
    let mut many = operation(
        "mapitAreas",
        "MapIt: areas by id, by type, or by the beginning of a name; also as .geojson and .kml",
        [
            vec![
                path(
                    "areas",
                    "Ids or types, separated by commas, or the beginning of a name.",
                    "LAP",
                ),
                tolerance(),
            ],
            choice(),
        ]
        .concat(),
        answer(),
        &[404],
    );
    many.ok.extend(kml());
    let mut posted = operation(
        "mapitAreasPosted",
        "MapIt: areas, with the path after /areas/ sent as a form field",
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
        "MapIt: measures of areas, or their geometries in a given CRS",
        vec![
            path("areas", "Ids, separated by commas, or the EPSG code of a CRS.", "27700"),
            path("question", "`geometry`, or, after a CRS, ids and .geojson.", "105013246.geojson"),
            tolerance(),
        ],
        answer(),
        &[404],
    );
    about.ok.extend(kml());
    let generations = |id| {
        let generation = object(
            "A period in which the boundaries do not change.",
            [
                ("id", whole("Number of the generation.")),
                ("active", truth("True if the generation has begun.")),
                ("created", text("Time at which it began.")),
                ("description", text("The layers in force.")),
            ],
        );
        let all = json!({"type": "object", "additionalProperties": generation});
        operation(id, "MapIt: the generations", vec![], all, &[])
    };
    let types = |id| {
        let one = object(
            "An area type.",
            [("code", text("Code of the type.")), ("description", text("Name of the type."))],
        );
        let all = json!({"type": "object", "additionalProperties": one});
        operation(id, "MapIt: the area types in use", vec![], all, &[])
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
