//! The document at `/api` matches the service: every route and method, response and problem.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::body::Body;
use axum::http::Request;
use jsonschema::Validator;
use lapwing::http::{Admin, AdminToken, Limits, ProblemKind, Settings, addresses, router};
use lapwing::live::Live;
use lapwing::live::reload::Reloads;
use serde_json::{Map, Value, json};

use crate::ask::{Reply, get, send, service};
use lapwing_testing::squares;

async fn document() -> Value {
    let reply = get("/api").await;
    assert_eq!(reply.status, 200);
    reply.json()
}

/// An OpenAPI 3.0 schema as a JSON Schema without additional members: every member of a response
/// must be documented.
fn strict(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(strict).collect(),
        Value::Object(members) => {
            let mut members: Map<String, Value> =
                members.iter().map(|(name, value)| (name.clone(), strict(value))).collect();
            let closed =
                members.get("type") == Some(&"object".into()) && members.contains_key("properties");
            if closed && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
            if members.remove("nullable") == Some(true.into()) {
                return json!({"anyOf": [members, {"type": "null"}]});
            }
            Value::Object(members)
        }
        other => other.clone(),
    }
}

/// Checks values against schemas of the document.
struct Judge {
    document: Value,
}

impl Judge {
    fn validator(&self, schema: &Value) -> Validator {
        let mut schema = strict(schema);
        schema["components"] = strict(&json!({"schemas": self.document["components"]["schemas"]}));
        jsonschema::draft4::options().build(&schema).unwrap_or_else(|e| panic!("{e}: {schema}"))
    }

    fn check(&self, value: &Value, schema: &Value, what: &str) {
        let errors: Vec<String> = self
            .validator(schema)
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {errors:#?}\n{value:#}");
    }

    /// The operation at the documented path that an address matches.
    fn operation(&self, method: &str, address: &str) -> (&str, &Value) {
        let path = address.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let matches = |template: &str| {
            let template: Vec<&str> = template.split('/').collect();
            template.len() == parts.len()
                && template.iter().zip(&parts).all(|(t, p)| t.starts_with('{') || t == p)
        };
        let paths = self.document["paths"].as_object().unwrap();
        // A literal path takes precedence over one with a parameter.
        let (template, operations) = paths
            .iter()
            .filter(|(template, _)| matches(template))
            .min_by_key(|(template, _)| template.matches('{').count())
            .unwrap_or_else(|| panic!("{path} is not documented"));
        (template, &operations[method])
    }

    /// Checks a response against the documentation of its status.
    fn judge(&self, method: &str, address: &str, reply: &Reply) {
        let what = format!("{method} {address}: {}", reply.status);
        let (_, operation) = self.operation(method, address);
        let response = &operation["responses"][reply.status.as_str()];
        assert!(response.is_object(), "{what} is not documented: {}", reply.text());
        let essence = reply.header("content-type").split(';').next().unwrap();
        let content = response["content"].get(essence);
        let content = content.unwrap_or_else(|| panic!("{what}: {essence} is not documented"));
        match essence {
            "application/x-ndjson" => {
                for line in reply.text().lines() {
                    self.check(&serde_json::from_str(line).unwrap(), &content["schema"], &what);
                }
            }
            _ if content["schema"]["type"] == "string" => assert!(!essence.ends_with("json")),
            _ => self.check(&reply.json(), &content["schema"], &what),
        }
    }
}

/// The service with the routes for operators.
fn service_of_an_operator() -> axum::Router {
    let live = Live::with(squares::atlas());
    let reloads = Reloads::fixed(live.clone(), "the squares never change");
    let admin = Admin { token: AdminToken::new("token").unwrap(), reloads: reloads.clone() };
    let settings = Settings { admin: Some(admin), reloads: Some(reloads), ..Settings::default() };
    router(live, settings)
}

#[tokio::test]
async fn the_validator_refuses_undocumented_missing_and_wrong_members() {
    let judge = Judge { document: document().await };
    let lookup = judge.validator(&json!({"$ref": "#/components/schemas/Lookup"}));
    let answer = get("/v1/lookup?postcode=NN11AA").await.json();
    assert!(lookup.is_valid(&answer));
    let spoilt = |spoil: &dyn Fn(&mut Value)| {
        let mut answer = answer.clone();
        spoil(&mut answer);
        assert!(!lookup.is_valid(&answer), "{answer:#}");
    };
    spoilt(&|answer| answer["extra"] = json!(1));
    spoilt(&|answer| answer["areas"]["ward"][0]["extra"] = json!(1));
    spoilt(&|answer| answer["confidence"]["layers"]["ward"]["level"] = json!("sure"));
    spoilt(&|answer| answer["snapshot"]["id"] = json!(null));
    spoilt(&|answer| {
        answer["layers"]["ward"].as_object_mut().unwrap().remove("valid_to");
    });
}

#[tokio::test]
async fn every_address_and_method_of_the_router_is_documented_and_no_other() {
    let document = document().await;
    let mut documented = BTreeMap::new();
    let of_layers = squares::atlas()
        .layers()
        .iter()
        .map(|layer| format!("/collections/{}/items", layer.layer().meta().id))
        .collect::<Vec<_>>();
    for (path, operations) in document["paths"].as_object().unwrap() {
        // Each layer's features are documented beside those of any layer.
        if of_layers.contains(path) {
            continue;
        }
        let methods: Vec<String> =
            operations.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect();
        documented.insert(path.clone(), methods);
    }
    let mut served = BTreeMap::new();
    for path in addresses() {
        // No route has DELETE, so each responds with its methods.
        let somewhere = path.replace(['{', '}'], "");
        let request = Request::delete(somewhere).body(Body::empty()).unwrap();
        let allow = send(service_of_an_operator(), request).await.header("allow").to_owned();
        let methods: Vec<String> =
            allow.split(',').filter(|m| *m != "HEAD").map(str::to_owned).collect();
        served.insert(path.to_owned(), methods);
    }
    assert_eq!(documented, served);
}

/// Requests that together have every member of every response, and many problems.
const QUESTIONS: &[&str] = &[
    "/",
    "/?f=html",
    "/?f=x",
    "/?x=1",
    "/api",
    "/api?f=html",
    "/conformance",
    "/conformance?f=html",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/problems/unknown-area",
    "/problems/nil",
    "/v1/layers",
    "/v1/layers?x=1",
    "/v1/lookup?postcode=NN11AA",
    "/v1/lookup?postcode=NN11AC",
    "/v1/lookup?postcode=NN11AD&date=2014-01-01",
    "/v1/lookup?easting=475990&northing=260100&layers=ward,ward_2013",
    "/v1/lookup?easting=-50000&northing=100000",
    "/v1/lookup?lon=-0.9&lat=52.23&date=2000-01-01&layers=ward",
    "/v1/lookup",
    "/v1/lookup?lon=x&lat=1",
    "/v1/lookup?lon=12&lat=41",
    "/v1/lookup?postcode=NN1",
    "/v1/lookup?postcode=NN11AE",
    "/v1/lookup?postcode=NN19ZZ",
    "/v1/lookup?postcode=NN11AA&lon=1",
    "/v1/lookup?postcode=NN11AA&layers=hall",
    "/v1/lookup?postcode=NN11AA&layers=nil",
    "/v1/areas/ward/E05000001",
    "/v1/areas/ward/E05000009?date=2014-01-01",
    "/v1/areas/ward/E05000001?date=2000-01-01",
    "/v1/areas/ward/nil",
    "/v1/areas/ward/E05000001/overlaps",
    "/v1/areas/ward/E05000001/overlaps?with=ward,lap&touches=include&slivers=include&date=2000-01-01",
    "/v1/areas/parish/E04000001/overlaps?with=ward&date=2000-01-01",
    "/v1/areas/hall/H1/overlaps",
    "/v1/areas/ward_2013/E05000009/successors",
    "/v1/changes/ward",
    "/v1/changes/ward?f=csv",
    "/v1/changes/lap",
    "/v1/changes/ward?from=nil",
    "/v1/areas/ward/E05000001/predecessors?slivers=include",
    "/v1/areas/ward/E05000001/successors",
    "/v1/areas/ward/E05000001/predecessors?from=lap",
    "/v1/overlaps/ward/lap",
    "/v1/overlaps/ward/lap?slivers=include&touches=include",
    "/v1/overlaps/ward/parish?f=csv",
    "/v1/overlaps/ward/parish?f=x",
    #[cfg(feature = "parquet")]
    "/v1/overlaps/ward/parish?f=parquet",
    "/downloads/ward.csv",
    "/collections/ward/items?f=csv",
    "/collections/ward/items?f=gpkg",
    "/collections/ward/items?f=shp",
    "/downloads/ward.shp.zip",
    "/downloads/ward.fgb",
    "/downloads/ward.gpkg?crs=EPSG:3857",
    "/downloads/ward.gpkg?crs=x",
    "/downloads/nil.gpkg",
    "/downloads/ward.nil",
    "/v1/overlaps/ward/ward?date=2000-01-01",
    "/v1/nearest?postcode=NN11AA",
    "/v1/nearest?easting=-50000&northing=100000&layer=hall",
    "/v1/nearest?postcode=NN11AA&layer=ward",
    "/v1/search?q=a",
    "/v1/search?q=nn1&layer=hall",
    "/v1/search",
    "/collections",
    "/collections?f=html",
    "/collections?f=csv",
    "/collections/nil",
    "/collections/ward",
    "/collections/ward?f=html",
    "/collections/hall",
    "/collections/nil/items",
    "/collections/ward/items",
    "/collections/ward/items?f=html",
    "/collections/ward/items?limit=1&f=geojson",
    "/collections/ward/items?limit=0",
    "/collections/ward/items?bbox=1,2,3",
    "/collections/ward/items?bbox-crs=http://www.opengis.net/def/crs/EPSG/0/27700",
    "/collections/ward/items?datetime=1999-01-01",
    "/collections/ward/items?crs=http://www.opengis.net/def/crs/EPSG/0/27700",
    "/collections/hall/items?crs=http://www.opengis.net/def/crs/EPSG/0/4326",
    "/collections/ward/queryables",
    "/collections/hall/queryables?f=html",
    "/collections/nil/queryables",
    "/collections/ward/items?filter=name%3D%27Abbey%27&sortby=-name&properties=name&simplify=50",
    "/collections/ward/items?filter=nil%3D1",
    "/collections/ward/items?filter=name%20x",
    "/collections/ward/items?filter-lang=cql2-json",
    "/collections/ward/items/E05000001?properties=name&simplify=50",
    "/collections/ward/items/E05000001?properties=nil",
    "/collections/ward/items/E05000001",
    "/collections/ward/items/E05000001?f=html",
    "/collections/ward/items/E05000001?crs=x",
    "/collections/ward/items/nil",
    "/collections/hall/items/H1",
    "/tiles/ward,hall.json",
    "/tiles/nil.json",
    "/tiles/ward",
    "/tiles/lap.json?date=x",
    "/tiles/ward/11/1018/674",
    "/tiles/ward/15/0/0",
    "/tiles/ward/1/x/0",
    "/tiles/ward.json?date=2000-01-01",
    "/tileMatrixSets",
    "/tileMatrixSets/WebMercatorQuad",
    "/tiles",
    "/tiles?x=1",
    "/tiles/WebMercatorQuad",
    "/tiles/WebMercatorQuad/11/674/1018",
    "/collections/ward/tiles",
    "/collections/nil/tiles",
    "/collections/ward/tiles/WebMercatorQuad",
    "/collections/nil/tiles/WebMercatorQuad",
    "/collections/ward/tiles/WebMercatorQuad/11/674/1018",
    "/collections/ward/tiles/WebMercatorQuad/11/674/2048",
    "/mapit/postcode/NN11AA",
    "/mapit/postcode/NN11AE",
    "/mapit/postcode/NN19ZZ",
    "/mapit/postcode/x",
    "/mapit/postcode/partial/NN1",
    "/mapit/postcode/partial/ZZ9",
    "/mapit/nearest/27700/475500,260500",
    "/mapit/nearest/84/0,0",
    "/mapit/point/27700/475500,260500",
    "/mapit/point/4326/0,0",
    "/mapit/point/27700/475500,260500/box",
    "/mapit/point/27700/475500,260500/circle",
    "/mapit/area/105000001",
    "/mapit/area/105000001.geojson",
    "/mapit/area/105000001.wkt",
    "/mapit/area/105000001.kml",
    "/mapit/area/1",
    "/mapit/area/105000001/covers",
    "/mapit/area/105000001/children.geojson",
    "/mapit/area/105000001/geometry",
    "/mapit/area/105000001/example_postcode",
    "/mapit/area/27700/105000001.wkt",
    "/mapit/area/105000001/nil",
    "/mapit/areas/WRD,LAP",
    "/mapit/areas/WRD.geojson",
    "/mapit/areas/105000001,1.kml",
    "/mapit/areas/27700/105000001.geojson",
    "/mapit/areas/105000001,1/geometry",
    "/mapit/areas/1.geojson",
    "/mapit/code/gss/nil",
    "/mapit/generations",
    "/mapit/types.json",
    "/postcodes-io/postcodes/NN11AA",
    "/postcodes-io/postcodes/NN11AD",
    "/postcodes-io/postcodes/NN11AE",
    "/postcodes-io/postcodes/x",
    "/postcodes-io/postcodes?q=NN1",
    "/postcodes-io/postcodes?q=ZZ",
    "/postcodes-io/postcodes",
    "/postcodes-io/postcodes?lon=-0.9&lat=52.23&widesearch=1",
    "/postcodes-io/postcodes/NN11AA/validate",
    "/postcodes-io/postcodes/NN11AA/nearest",
    "/postcodes-io/postcodes/NN11AA/nearest?limit=x",
    "/postcodes-io/postcodes/NN1/autocomplete",
    "/postcodes-io/postcodes/lon/-0.9/lat/52.23",
    "/postcodes-io/postcodes/lat/52.23/lon/x",
    "/postcodes-io/outcodes/NN1",
    "/postcodes-io/outcodes/ZZ9",
    "/postcodes-io/outcodes/NN1/nearest",
    "/postcodes-io/outcodes?lon=-0.9&lat=52.23",
    "/postcodes-io/outcodes",
    "/postcodes-io/terminated_postcodes/NN11AD",
    "/postcodes-io/terminated_postcodes/NN11AA",
    "/postcodes-io/scotland/postcodes/NN11AA",
    "/postcodes-io/places?q=x",
    "/postcodes-io/places",
    "/postcodes-io/places/1",
    "/postcodes-io/random/postcodes?outcode=NN1",
    "/postcodes-io/random/postcodes?outcode=ZZ9",
    "/postcodes-io/random/places",
    "/postcodes-io/ping",
    "/postcodes-io/ready",
];

#[tokio::test]
async fn every_answer_has_the_documented_form() {
    let judge = Judge { document: document().await };
    for atlas in [squares::atlas, squares::with_addresses] {
        let service = router(Live::with(atlas()), Limits::default());
        for &address in QUESTIONS {
            let request = Request::get(address).body(Body::empty()).unwrap();
            judge.judge("get", address, &send(service.clone(), request).await);
        }
    }
}

#[tokio::test]
async fn every_answer_to_a_body_has_the_documented_form() {
    let judge = Judge { document: document().await };
    let square =
        "[[475000,260000],[475100,260000],[475100,260100],[475000,260100],[475000,260000]]";
    let repeated = square.replace("[475100,260000]", "[475100,260000],[475100,260000]");
    let polygon = |ring: &str| format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#);
    let bow_tie =
        "[[475000,260000],[475100,260100],[475100,260000],[475000,260100],[475000,260000]]";
    let questions = [
        ("/v1/lookup", "text/csv", "postcode\nNN11AA\n".to_owned()),
        ("/v1/lookup", "text/csv", "x\n".to_owned()),
        ("/v1/lookup", "text/plain", "x\n".to_owned()),
        ("/v1/lookup?by=bng", "application/json", "{}".to_owned()),
        ("/v1/lookup", "application/json", r#"{"postcodes":["NN11AA","NN11AD","NN19ZZ",5]}"#.to_owned()),
        ("/v1/lookup", "application/json", r#"{"points":[[0,52],[12,41]],"date":"2000-01-01"}"#.to_owned()),
        (
            "/v1/lookup",
            "application/x-ndjson",
            "{\"postcode\":\"NN11AC\",\"id\":[1]}\n{\n{\"lon\":12,\"lat\":41}\n{\"lon\":0,\"lat\":52}\n".to_owned(),
        ),
        (
            "/v1/lookup?flat=true",
            "application/x-ndjson",
            "{\"postcode\":\"NN11AC\",\"id\":[1]}\n{\n{\"lon\":12,\"lat\":41}\n[]\n".to_owned(),
        ),
        ("/v1/overlaps?crs=EPSG:27700", "application/json", polygon(square)),
        ("/v1/overlaps?crs=EPSG:27700", "application/geo+json", polygon(&repeated)),
        ("/v1/overlaps?crs=EPSG:27700", "application/json", polygon(bow_tie)),
        ("/v1/overlaps?with=nil", "application/json", polygon(square)),
        ("/v1/overlaps", "application/json", "{".to_owned()),
        ("/v1/overlaps", "application/json", polygon(&vec!["[0,52]"; 60_000].join(","))),
    ];
    for atlas in [squares::atlas, squares::with_addresses] {
        let service = router(Live::with(atlas()), Limits::default());
        for (address, content_type, body) in &questions {
            let request = Request::post(*address).header("content-type", *content_type);
            let request = request.body(Body::from(body.clone())).unwrap();
            judge.judge("post", address, &send(service.clone(), request).await);
        }
    }
}

#[tokio::test]
async fn every_outcome_of_a_reload_has_the_documented_form() {
    let judge = Judge { document: document().await };
    let live = Live::with(squares::atlas());
    let failure = Err("county.lapwing was altered".to_owned());
    // The last is opened first.
    let next = vec![failure, Ok(squares::with_addresses()), Ok(squares::with_addresses())];
    let next = Mutex::new(next);
    let reloads =
        Reloads::new(live.clone(), move || next.lock().unwrap().pop().expect("one to open"));
    let admin = Admin { token: AdminToken::new("token").unwrap(), reloads: reloads.clone() };
    let settings = Settings { admin: Some(admin), reloads: Some(reloads), ..Settings::default() };
    let service = router(live, settings);
    for status in ["reloaded", "unchanged", "failed"] {
        let request = Request::post("/admin/reload").header("authorization", "Bearer token");
        let reply = send(service.clone(), request.body(Body::empty()).unwrap()).await;
        judge.judge("post", "/admin/reload", &reply);
        let request = Request::get("/health/ready").body(Body::empty()).unwrap();
        let reply = send(service.clone(), request).await;
        judge.judge("get", "/health/ready", &reply);
        assert_eq!(reply.json()["last_reload"]["status"], status);
    }
}

#[tokio::test]
async fn every_documented_example_is_of_its_own_schema_and_is_understood() {
    let judge = Judge { document: document().await };
    let paths = judge.document["paths"].as_object().unwrap().clone();
    let mut seen = 0;
    for parameter in judge.document["components"]["parameters"].as_object().unwrap().values() {
        let what = parameter["name"].to_string();
        judge.check(&parameter["example"], &parameter["schema"], &what);
        seen += 1;
    }
    for (path, operations) in &paths {
        let Some(content) = operations["post"]["requestBody"]["content"].as_object() else {
            continue;
        };
        for (content_type, of_type) in content {
            let (schema, example) = (&of_type["schema"], &of_type["schema"]["example"]);
            judge.check(example, schema, path);
            let body = match example {
                Value::String(text) => text.clone(),
                Value::Object(fields) if content_type.ends_with("urlencoded") => {
                    let text = |value: &Value| value.as_str().unwrap().to_owned();
                    let fields =
                        fields.iter().map(|(name, value)| name.clone() + "=" + &text(value));
                    fields.collect::<Vec<_>>().join("&")
                }
                other => other.to_string(),
            };
            let request = Request::post(path).header("content-type", content_type);
            let reply = send(service(), request.body(Body::from(body)).unwrap()).await;
            judge.judge("post", path, &reply);
            assert!(reply.status == 200 || reply.problem() == "unknown-layer", "{}", reply.text());
            seen += 1;
        }
    }
    assert!(seen > 20);
}

#[tokio::test]
async fn the_documented_parameters_are_the_accepted_ones() {
    let document = document().await;
    let name = |given: &Value| {
        let reference = given["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
        let parameter = reference.map_or(given, |r| document.pointer(r).unwrap());
        (parameter["in"] == "query").then(|| parameter["name"].as_str().unwrap().to_owned())
    };
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            // These have their own tests: they ignore unknown parameters.
            if ["/mapit", "/postcodes-io"].iter().any(|start| path.starts_with(start)) {
                continue;
            }
            let mut documented: Vec<String> =
                operation["parameters"].as_array().unwrap().iter().filter_map(name).collect();
            let strict = !["/health", "/problems", "/map", "/admin", "/metrics"]
                .iter()
                .any(|start| path.starts_with(start));
            if !strict {
                assert!(documented.is_empty(), "{path}");
                continue;
            }
            // The error for an unknown parameter lists the known ones.
            let address = format!("{}?zzz=1", path.replace(['{', '}'], ""));
            let request = Request::builder().method(&*method.to_uppercase()).uri(address);
            let reply = send(service(), request.body(Body::empty()).unwrap()).await;
            assert_eq!(reply.problem(), "unknown-parameter", "{method} {path}");
            let mut taken: Vec<String> =
                serde_json::from_value(reply.json()["known"].clone()).unwrap();
            documented.sort();
            taken.sort();
            assert_eq!(documented, taken, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_kind_of_problem_is_documented_somewhere() {
    let text = document().await.to_string();
    for kind in ProblemKind::ALL {
        // Problems of the method or the path belong to no operation.
        if kind != ProblemKind::MethodNotAllowed {
            assert!(text.contains(&format!("/problems/{}\"", kind.slug())), "{kind:?}");
        }
    }
}
