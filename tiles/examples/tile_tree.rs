//! Writes the tiles of a GeoJSON file in degrees as a tree of files, to be read by other decoders.
//!
//! ```text
//! cargo run -p lapwing-tiles --example tile_tree -- wards.geojson CODE_FIELD FOLDER ZOOM…
//! ```
//!
//! Every tile that is not empty is written to `FOLDER/{z}/{x}/{y}.pbf`, uncompressed. The layer is
//! named `area` (with `area_label`) or, if the first feature is a point, `point`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use geojson::FeatureReader;
use lapwing_tiles::{Attributes, Features, InputLayer, TileSource, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, field, folder, zooms @ ..] = arguments.as_slice() else {
        return Err("usage: tile_tree FILE.geojson CODE_FIELD FOLDER ZOOM…".into());
    };
    let source = TileSource::prepare(vec![read(file, field)?])?;
    for zoom in zooms {
        let zoom: u8 = zoom.parse()?;
        let mut count = 0;
        for tile in source.tiles(zoom, &[0]) {
            if let Some(bytes) = source.tile(tile, &[0]) {
                let column = Path::new(folder).join(format!("{zoom}/{}", tile.column()));
                fs::create_dir_all(&column)?;
                fs::write(column.join(format!("{}.pbf", tile.row())), bytes)?;
                count += 1;
            }
        }
        eprintln!("zoom {zoom}: {count} tiles");
    }
    Ok(())
}

fn read(file: &str, field: &str) -> Result<InputLayer, Box<dyn Error>> {
    let (mut areas, mut points) = (Vec::new(), Vec::new());
    for (number, feature) in
        FeatureReader::from_reader(fs::File::open(file)?).features().enumerate()
    {
        let feature = feature?;
        let code = feature.property(field).and_then(|v| v.as_str()).unwrap_or("?").to_owned();
        let attributes = Attributes {
            id: number as u64,
            properties: vec![("code".to_owned(), Value::Text(code))],
        };
        match feature.geometry.ok_or("a feature without geometry")?.try_into()? {
            geo::Geometry::Polygon(polygon) => areas.push((attributes, polygon.into())),
            geo::Geometry::MultiPolygon(area) => areas.push((attributes, area)),
            geo::Geometry::Point(point) => points.push((attributes, point)),
            _ => return Err(format!("feature {number} is no area and no point").into()),
        }
    }
    Ok(if points.is_empty() {
        InputLayer { name: "area".to_owned(), features: Features::Areas(areas) }
    } else {
        InputLayer { name: "point".to_owned(), features: Features::Points(points) }
    })
}
