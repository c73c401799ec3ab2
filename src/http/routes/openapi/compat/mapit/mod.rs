//! `/mapit`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::build::{self, Members, any_object, named, object, or_null, text};
use super::{JSON, Operation, path, query};
use crate::answers::schema;
use crate::http::routes::compat::mapit::{AreaType, Generation};

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
        let all = schema::of::<BTreeMap<String, Generation<'_>>>();
        operation(id, "MapIt: the generations", vec![], all, &[])
    };
    let types = |id| {
        let all = schema::of::<BTreeMap<String, AreaType<'_>>>();
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
