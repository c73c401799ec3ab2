//! Simplifies the areas of a GeoJSON file in degrees together, and prints one geometry per line.
//!
//! ```text
//! cargo run -p lapwing-tiles --example simplify -- wards.geojson METRES
//! ```

use std::error::Error;
use std::{env, fs};

use geojson::FeatureReader;
use lapwing_tiles::coverage::simplify;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, tolerance] = arguments.as_slice() else {
        return Err("usage: simplify FILE.geojson METRES".into());
    };
    let mut areas: Vec<geo::MultiPolygon> = Vec::new();
    for feature in FeatureReader::from_reader(fs::File::open(file)?).features() {
        let geometry = feature?.geometry.ok_or("a feature without geometry")?;
        areas.push(match geo::Geometry::try_from(geometry)? {
            geo::Geometry::Polygon(polygon) => polygon.into(),
            geo::Geometry::MultiPolygon(area) => area,
            _ => return Err("a feature that is no area".into()),
        });
    }
    for area in simplify(&areas, tolerance.parse()?) {
        println!("{}", geojson::Geometry::new(geojson::GeometryValue::from(&area)));
    }
    Ok(())
}
