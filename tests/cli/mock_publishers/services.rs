//! Layers of an Esri feature service, as ArcGIS Online hosts them for ONS.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Response;
use geo::{BoundingRect as _, Coord, Intersects as _, MapCoords as _, MultiPolygon, Rect};
use lapwing_boundaries::position::LngLat;
use serde_json::{Map, Value, json};

use super::sql;

/// A service of one layer, numbered 0.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) object_id: String,
    pub(crate) most_a_page: usize,
    /// Milliseconds since 1970.
    pub(crate) edited: i64,
    /// Whether the limit flag is under `properties`, as it does in some versions.
    pub(crate) flag_under_properties: bool,
    pub(crate) features: Vec<Feature>,
}

/// A feature, in degrees as the shared files have them and in grid metres.
#[derive(Clone)]
pub(crate) struct Feature {
    properties: Map<String, Value>,
    degrees: Value,
    grid: MultiPolygon<f64>,
}

impl Feature {
    /// Creates it from a GeoJSON feature in degrees.
    pub(crate) fn from_geojson(feature: &Value) -> Self {
        let degrees = feature["geometry"].clone();
        let geometry: geojson::Geometry = serde_json::from_value(degrees.clone()).unwrap();
        let geometry: geo::Geometry<f64> = geometry.try_into().unwrap();
        let polygons = match geometry {
            geo::Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]),
            geo::Geometry::MultiPolygon(polygons) => polygons,
            other => panic!("{other:?} is no area"),
        };
        let grid = polygons.map_coords(|degrees| {
            let (bng, _) = LngLat::new(degrees.x, degrees.y).unwrap().to_bng().unwrap();
            Coord { x: bng.easting(), y: bng.northing() }
        });
        let properties = feature["properties"].as_object().unwrap().clone();
        Self { properties, degrees, grid }
    }

    /// A square with this south-western corner, in BNG metres.
    pub(crate) fn square(properties: &Value, west: f64, south: f64, side: f64) -> Self {
        let ring = [(0., 0.), (side, 0.), (side, side), (0., side), (0., 0.)];
        let ring: Vec<Coord> =
            ring.iter().map(|(x, y)| Coord { x: west + x, y: south + y }).collect();
        let polygon = geo::Polygon::new(ring.into(), vec![]);
        let properties = properties.as_object().unwrap().clone();
        Self { properties, degrees: Value::Null, grid: MultiPolygon(vec![polygon]) }
    }
}

impl Service {
    pub(crate) fn new(features: Vec<Feature>) -> Self {
        Self {
            object_id: "FID".to_owned(),
            most_a_page: 2000,
            edited: 1_700_000_000_000,
            flag_under_properties: true,
            features,
        }
    }

    fn describe(&self, name: &str) -> Value {
        let mut fields = vec![json!({"name": self.object_id, "type": "esriFieldTypeOID"})];
        let names = self.features.first().map(|f| f.properties.keys()).into_iter().flatten();
        fields.extend(names.map(|name| json!({"name": name, "type": "esriFieldTypeString"})));
        json!({
            "currentVersion": 11.4, "id": 0, "name": name, "type": "Feature Layer",
            "geometryType": "esriGeometryPolygon", "objectIdField": self.object_id,
            "maxRecordCount": self.most_a_page, "fields": fields,
            "advancedQueryCapabilities": {"supportsPagination": true},
            "editingInfo": {"lastEditDate": self.edited, "dataLastEditDate": self.edited},
        })
    }

    fn query(&self, parameters: &BTreeMap<String, String>) -> Result<Value, &'static str> {
        let parameter = |name: &str| parameters.get(name).map(String::as_str);
        let mut chosen = Vec::new();
        for (at, feature) in self.features.iter().enumerate() {
            let condition = parameter("where").ok_or("'where' is missing")?;
            let id = at as u64 + 1;
            if sql::holds(condition, &feature.properties).map_err(|()| "'where' is invalid")?
                && meets(feature, parameters)?
            {
                chosen.push((id, feature));
            }
        }
        if parameter("returnCountOnly") == Some("true") {
            return Ok(json!({"count": chosen.len()}));
        }
        if parameter("f") != Some("geojson") {
            return Err("'f' is not supported");
        }
        // Without an order, pages of a real service may repeat or leave out features.
        if parameter("orderByFields") != Some(self.object_id.as_str()) {
            return Err("'orderByFields' is missing");
        }
        let number = |name, without| {
            parameter(name).map_or(Ok(without), str::parse).map_err(|_| "no number")
        };
        let offset: usize = number("resultOffset", 0)?;
        let most = number("resultRecordCount", self.most_a_page)?.min(self.most_a_page);
        let out_fields = parameter("outFields").unwrap_or_default();
        let out_fields: Vec<&str> =
            out_fields.split(',').filter(|field| !field.is_empty()).collect();
        let in_grid = parameter("outSR") == Some("27700");
        let page: Vec<_> = chosen.iter().skip(offset).take(most).collect();
        let mut features = Vec::new();
        for (id, feature) in &page {
            features.push(self.encode(*id, feature, &out_fields, in_grid)?);
        }
        let mut answer = json!({"type": "FeatureCollection"});
        if in_grid {
            answer["crs"] = json!({"type": "name", "properties": {"name": "EPSG:27700"}});
        }
        if offset + page.len() < chosen.len() {
            if self.flag_under_properties {
                answer["properties"] = json!({"exceededTransferLimit": true});
            } else {
                answer["exceededTransferLimit"] = true.into();
            }
        }
        answer["features"] = features.into();
        Ok(answer)
    }

    fn encode(
        &self,
        id: u64,
        feature: &Feature,
        out_fields: &[&str],
        in_grid: bool,
    ) -> Result<Value, &'static str> {
        let mut properties = Map::new();
        for name in out_fields {
            if *name == self.object_id {
                properties.insert((*name).to_owned(), id.into());
                continue;
            }
            let value = feature.properties.get(*name).ok_or("'outFields' parameter is invalid")?;
            properties.insert((*name).to_owned(), value.clone());
        }
        let geometry = if in_grid {
            // Esri writes a single polygon as a Polygon.
            match &feature.grid.0[..] {
                [one] => serde_json::to_value(geojson::Geometry::from(one)).unwrap(),
                _ => serde_json::to_value(geojson::Geometry::from(&feature.grid)).unwrap(),
            }
        } else {
            feature.degrees.clone()
        };
        Ok(json!({"type": "Feature", "id": id, "geometry": geometry, "properties": properties}))
    }
}

/// Whether a feature intersects the requested envelope.
fn meets(feature: &Feature, parameters: &BTreeMap<String, String>) -> Result<bool, &'static str> {
    let Some(envelope) = parameters.get("geometry") else { return Ok(true) };
    let is = |name: &str, value: &str| parameters.get(name).is_some_and(|given| given == value);
    if !is("geometryType", "esriGeometryEnvelope") || !is("inSR", "27700") {
        return Err("'geometry' is not supported");
    }
    let numbers: Vec<f64> = envelope.split(',').filter_map(|n| n.parse().ok()).collect();
    let [west, south, east, north] = numbers[..] else { return Err("'geometry' is invalid") };
    let envelope = Rect::new((west, south), (east, north));
    let near = feature.grid.bounding_rect().is_some_and(|extent| extent.intersects(&envelope));
    Ok(near && feature.grid.intersects(&envelope))
}

/// The answer to a path with `/FeatureServer` in it.
pub(super) fn answer(
    services: &BTreeMap<String, Service>,
    path: &str,
    query: Option<&str>,
) -> Response<Body> {
    let parameters: BTreeMap<String, String> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let (service, rest) = path.split_once("/FeatureServer").unwrap();
    // A missing service is an error with status 200.
    let Some(found) = services.get(service) else { return error(400, "Invalid URL") };
    let name = service.rsplit('/').next().unwrap();
    match rest.trim_matches('/') {
        "" => super::json(&json!({"layers": [{"id": 0, "name": name}], "tables": []})),
        "0" => super::json(&found.describe(name)),
        "0/query" => match found.query(&parameters) {
            Ok(answer) => super::json(&answer),
            Err(why) => error(400, why),
        },
        _ => error(400, "Invalid URL"),
    }
}

fn error(code: i64, message: &str) -> Response<Body> {
    super::json(&json!({"error": {"code": code, "message": message, "details": [message]}}))
}
