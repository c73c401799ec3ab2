//! Comma-separated values with a header (RFC 4180), UTF-8.
//!
//! After the attributes follow columns derived from the geometry: for areas their extent in metres
//! of the National Grid, for sites their position in metres and degrees; then, if requested, the
//! geometry as well-known text (OGC 06-103r4, section 7). A missing value and an empty text are
//! both empty cells.

use std::fmt::Write as _;
use std::io::{self, Write};

use lapwing_boundaries::progress::Progress;

use super::Selection;
use super::columns::{self, Cell};
use super::geometry::{Shape, shapes};
use crate::features::crs::Crs;

const OF_AREAS: [&str; 4] = ["min_easting", "min_northing", "max_easting", "max_northing"];
const OF_SITES: [&str; 4] = ["easting", "northing", "lon", "lat"];
const WKT: &str = "wkt";

pub(super) fn write(
    selection: &Selection<'_>,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> io::Result<()> {
    let layer = selection.layer();
    let measures = if layer.is_areas() { OF_AREAS } else { OF_SITES };
    let taken = [&measures[..], &[WKT]].concat();
    let mut header = columns::names(selection, &taken);
    header.extend(measures.map(str::to_owned));
    header.extend(selection.wkt.then(|| WKT.to_owned()));
    let mut rows = ::csv::Writer::from_writer(out);
    rows.write_record(&header)?;

    let mut row = |index: usize, shape: Option<Shape>| -> io::Result<()> {
        let cells = columns::cells(selection, index);
        let mut row: Vec<String> = cells.into_iter().map(text).collect();
        row.extend(if layer.is_areas() { extent(layer, index) } else { position(layer, index) });
        row.extend(shape.map(|shape| wkt(&shape, selection.crs)));
        rows.write_record(&row)?;
        progress.advance(1);
        Ok(())
    };
    if selection.wkt {
        shapes(selection, selection.indices)
            .try_for_each(|(index, shape)| row(index, Some(shape)))?;
    } else {
        selection.indices.iter().try_for_each(|&index| row(index, None))?;
    }
    rows.flush()
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Text(text) => text,
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Truth(truth) => truth.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Moment(moment) => moment.to_string(),
    }
}

fn metres(number: f64) -> String {
    format!("{number:.3}")
}

fn extent(layer: &lapwing_boundaries::layer::Layer, index: usize) -> [String; 4] {
    let extent = layer.areas()[index].extent();
    let (low, high) = (extent.min(), extent.max());
    [low.x, low.y, high.x, high.y].map(metres)
}

fn position(layer: &lapwing_boundaries::layer::Layer, index: usize) -> [String; 4] {
    let at = layer.sites()[index].position;
    let (degrees, _) = at.to_lng_lat();
    let [lon, lat] = [degrees.lon(), degrees.lat()].map(|degrees| format!("{degrees:.7}"));
    [metres(at.easting()), metres(at.northing()), lon, lat]
}

/// The same number of decimals as [`crate::formats::geojson`].
fn wkt(shape: &Shape, crs: Crs) -> String {
    let decimals = crs.decimals();
    let mut text = String::new();
    let position = |text: &mut String, [x, y]: [f64; 2]| {
        // Writing to memory cannot fail.
        let _ = write!(text, "{x:.decimals$} {y:.decimals$}");
    };
    match shape {
        Shape::Point(at) => {
            text.push_str("POINT (");
            position(&mut text, *at);
            text.push(')');
        }
        Shape::Ground(polygons) => {
            text.push_str("MULTIPOLYGON (");
            for (at, rings) in polygons.iter().enumerate() {
                text.push_str(if at == 0 { "(" } else { ", (" });
                for (at, ring) in rings.iter().enumerate() {
                    text.push_str(if at == 0 { "(" } else { ", (" });
                    for (at, &vertex) in ring.iter().enumerate() {
                        text.push_str(if at == 0 { "" } else { ", " });
                        position(&mut text, vertex);
                    }
                    text.push(')');
                }
                text.push(')');
            }
            text.push(')');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_text_has_holes_after_their_shell_and_separate_parts() {
        let shell = vec![[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 0.0]];
        let hole = vec![[5.0, 1.0], [8.0, 4.0], [8.0, 1.0], [5.0, 1.0]];
        let other = vec![[20.0, 0.0], [21.0, 0.0], [21.0, 1.0], [20.0, 0.0]];
        assert_eq!(
            wkt(&Shape::Ground(vec![vec![shell, hole], vec![other]]), Crs::Epsg27700),
            "MULTIPOLYGON (((0.000 0.000, 9.000 0.000, 9.000 9.000, 0.000 0.000), \
             (5.000 1.000, 8.000 4.000, 8.000 1.000, 5.000 1.000)), \
             ((20.000 0.000, 21.000 0.000, 21.000 1.000, 20.000 0.000)))"
        );
        assert_eq!(wkt(&Shape::Point([-0.5, 52.0]), Crs::Crs84), "POINT (-0.5000000 52.0000000)");
    }
}
