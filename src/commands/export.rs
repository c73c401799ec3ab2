//! `lapwing export`: one layer as GeoJSON or CSV.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use geo::{Coord, LineString, MultiPolygon};
use lapwing::attributes::Schema;
use lapwing::crs::Crs;
use lapwing::geojson::FeatureCollection;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::Bng;
use serde_json::Map;

use super::failure::Failure;
use super::output::{Output, content_suffix, is_dash};
use super::source;
use crate::cli::{ExportArgs, LayerFormat};

pub(super) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let format = format_of(&args.output, args.format)?;
    if args.wkt && format == LayerFormat::GeoJson {
        let message = "--wkt adds a column to a CSV; a GeoJSON has its geometry already";
        return Err(Failure::Usage(message.to_owned()));
    }
    let atlas = source::open(&args.snapshot)?;
    let place = source::layer_place(&atlas, &args.layer)?;
    let mut output = Output::create(&args.output)?;
    let written = match format {
        LayerFormat::GeoJson => write_geojson(&mut output, &atlas, place, args.crs),
        LayerFormat::Csv => {
            let geometry = args.wkt.then_some(args.crs);
            write_csv(&mut output, &atlas, place, geometry)
        }
    };
    written.map_err(|error| output.failed(&error))?;
    output.finish()
}

/// The format asked for, or the one that the name's suffix says.
fn format_of(output: &Path, asked: Option<LayerFormat>) -> Result<LayerFormat, Failure> {
    let by_suffix = match content_suffix(output).as_deref() {
        Some("geojson" | "json") => Some(LayerFormat::GeoJson),
        Some("csv") => Some(LayerFormat::Csv),
        _ => None,
    };
    match asked.or(by_suffix) {
        Some(format) => Ok(format),
        None if is_dash(output) => Ok(LayerFormat::GeoJson),
        None => Err(Failure::Usage(format!(
            "the name {} says no format: end it in .geojson, .csv or either with .gz, or give --format",
            output.display()
        ))),
    }
}

fn write_geojson(out: &mut impl Write, atlas: &Atlas, place: usize, crs: Crs) -> io::Result<()> {
    let layer = atlas.layers()[place].layer();
    let mut members = Map::new();
    members.insert("name".to_owned(), layer.meta().id.as_str().into());
    if let Some(attribution) = &layer.meta().attribution {
        members.insert("attribution".to_owned(), attribution.as_str().into());
    }
    if atlas.is_illustrative() {
        members.insert("illustrative".to_owned(), true.into());
    }
    let schema = Arc::new(Schema::of(atlas, place));
    let pieces = FeatureCollection::new(atlas, schema, 0..layer.len(), crs).with_members(members);
    for piece in pieces {
        out.write_all(&piece)?;
    }
    Ok(())
}

/// A row an area or site: its attributes, `area_m2` last of them, then measures in BNG metres.
fn write_csv(
    out: &mut impl Write,
    atlas: &Atlas,
    place: usize,
    geometry: Option<Crs>,
) -> io::Result<()> {
    let layer = atlas.layers()[place].layer();
    let schema = Schema::of(atlas, place);
    let measures: &[&str] = if layer.is_areas() {
        &["area_m2", "min_easting", "min_northing", "max_easting", "max_northing"]
    } else {
        &["easting", "northing", "lon", "lat"]
    };
    let mut columns: Vec<usize> = (0..schema.attributes().len()).collect();
    columns.retain(|&column| schema.attributes()[column].name != "area_m2");
    let mut header: Vec<String> = Vec::new();
    for &column in &columns {
        let mut name = schema.attributes()[column].name.clone();
        while header.contains(&name) || measures.contains(&name.as_str()) || name == "wkt" {
            name.insert_str(0, "source_");
        }
        header.push(name);
    }
    header.extend(measures.iter().map(|&column| column.to_owned()));
    header.extend(geometry.map(|_| "wkt".to_owned()));

    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(&header)?;
    let begin_row = |at: usize| -> Vec<String> {
        columns.iter().map(|&column| schema.value(atlas, at, column).cell()).collect()
    };
    for (at, area) in layer.areas().iter().enumerate() {
        let mut row = begin_row(at);
        let (low, high) = (area.extent().min(), area.extent().max());
        row.push(format!("{:.1}", area.area_m2()));
        row.extend([low.x, low.y, high.x, high.y].map(|metres| format!("{metres:.3}")));
        row.extend(geometry.map(|crs| wkt(area.geometry(), crs)));
        rows.write_record(&row)?;
    }
    for (at, site) in layer.sites().iter().enumerate() {
        let mut row = begin_row(at);
        let (degrees, _) = site.position.to_lng_lat();
        row.extend(
            [site.position.easting(), site.position.northing()]
                .map(|metres| format!("{metres:.3}")),
        );
        row.extend([degrees.lon(), degrees.lat()].map(|degrees| format!("{degrees:.7}")));
        row.extend(geometry.map(|crs| format!("POINT ({})", position(site.position.coord(), crs))));
        rows.write_record(&row)?;
    }
    rows.flush()
}

fn wkt(ground: &MultiPolygon<f64>, crs: Crs) -> String {
    let ring = |ring: &LineString<f64>| {
        let positions: Vec<String> = ring.coords().map(|&c| position(c, crs)).collect();
        format!("({})", positions.join(", "))
    };
    let polygons: Vec<String> = ground
        .iter()
        .map(|polygon| {
            let rings: Vec<String> =
                std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect();
            format!("({})", rings.join(", "))
        })
        .collect();
    format!("MULTIPOLYGON ({})", polygons.join(", "))
}

fn position(at: Coord<f64>, crs: Crs) -> String {
    // Every coordinate of an atlas was checked where it entered.
    let [x, y] = Bng::new(at.x, at.y).map_or([at.x, at.y], |at| crs.xy(at));
    let decimals = crs.decimals();
    format!("{x:.decimals$} {y:.decimals$}")
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    #[test]
    fn the_suffix_says_the_format_and_the_flag_goes_before_it() {
        let format = |name: &str, asked| format_of(Path::new(name), asked).ok();
        assert_eq!(format("laps.geojson", None), Some(LayerFormat::GeoJson));
        assert_eq!(format("laps.GeoJSON.gz", None), Some(LayerFormat::GeoJson));
        assert_eq!(format("laps.csv.gz", None), Some(LayerFormat::Csv));
        assert_eq!(format("laps.txt", Some(LayerFormat::Csv)), Some(LayerFormat::Csv));
        assert_eq!(format("-", None), Some(LayerFormat::GeoJson));
        assert_eq!(format("laps.gpkg", None), None);
        assert_eq!(format("laps", None), None);
    }

    #[test]
    fn well_known_text_has_holes_after_their_shell() {
        let ground = MultiPolygon::new(vec![polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0)],
            interiors: [[(x: 5.0, y: 1.0), (x: 8.0, y: 4.0), (x: 8.0, y: 1.0)]],
        )]);
        assert_eq!(
            wkt(&ground, Crs::Epsg27700),
            "MULTIPOLYGON (((0.000 0.000, 9.000 0.000, 9.000 9.000, 0.000 0.000), \
             (5.000 1.000, 8.000 4.000, 8.000 1.000, 5.000 1.000)))"
        );
    }
}
