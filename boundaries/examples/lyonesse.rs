//! Prints a layer of the county of Lyonesse as GeoJSON, in British National Grid metres.
//!
//! ```text
//! cargo run -p lapwing-boundaries --example lyonesse -- lap > lap.geojson
//! cargo run -p lapwing-boundaries --example lyonesse -- parish 7      (another seed)
//! cargo run -p lapwing-boundaries --example lyonesse -- postcodes
//! ```

use geo::{LineString, MultiPolygon};
use lapwing_boundaries::demo;
use serde_json::{Value, json};

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let layer_name = arguments.next().unwrap_or_else(|| "lap".to_owned());
    let seed = match arguments.next() {
        Some(text) => text.parse().map_err(|_| format!("{text:?} is no seed: give a number"))?,
        None => 1,
    };
    let county = demo::lyonesse(seed);
    let features: Vec<Value> = match (layer_name.as_str(), county.layer(&layer_name)) {
        ("postcodes", _) => county
            .postcodes
            .iter()
            .filter_map(|p| Some((p, p.position?)))
            .map(|(p, at)| {
                feature(&p.postcode.to_string(), "", &point(at.easting(), at.northing()))
            })
            .collect(),
        ("addresses", _) => county
            .addresses
            .iter()
            .map(|a| {
                let at = a.position;
                let postcode = a.postcode.to_string();
                feature(&a.uprn.to_string(), &postcode, &point(at.easting(), at.northing()))
            })
            .collect(),
        (_, Some(layer)) => {
            let areas = layer.areas().iter();
            let sites = layer.sites().iter();
            areas
                .map(|a| feature(a.code().as_str(), a.name(), &multipolygon(a.geometry())))
                .chain(sites.map(|s| {
                    let at = s.position;
                    feature(s.code.as_str(), &s.name, &point(at.easting(), at.northing()))
                }))
                .collect()
        }
        (_, None) => {
            let ids: Vec<&str> = county.layers.iter().map(|l| l.meta().id.as_str()).collect();
            let ids = ids.join(", ");
            return Err(format!(
                "no layer {layer_name:?}: there are {ids}, postcodes and addresses"
            ));
        }
    };
    let collection = json!({
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
        "features": features,
    });
    println!("{collection}");
    Ok(())
}

fn feature(code: &str, name: &str, geometry: &Value) -> Value {
    json!({"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry})
}

fn point(x: f64, y: f64) -> Value {
    json!({"type": "Point", "coordinates": [x, y]})
}

fn multipolygon(geometry: &MultiPolygon<f64>) -> Value {
    let ring = |ring: &LineString<f64>| ring.coords().map(|c| json!([c.x, c.y])).collect();
    let polygons: Vec<Vec<Value>> = geometry
        .iter()
        .map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect())
        .collect();
    json!({"type": "MultiPolygon", "coordinates": polygons})
}
