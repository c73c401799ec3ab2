//! Apache Parquet: a layer as GeoParquet 1.1.0, and the lookup table of two layers.

use std::io::{self, Write};

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::progress::Progress;
use serde_json::{Value, json};

use super::Selection;
use super::columns::{self, Cell, CellType};
use super::crs_definitions;
use super::geometry::{Extent, shapes};
use crate::answers::{Table, TableRow};
use crate::features::crs::Crs;

mod row_groups;

use row_groups::{Field, Sheet};

const GEOMETRY: &str = "geometry";
const BBOX: &str = "bbox";
/// The maximum number of rows of a row group, and the approximate maximum of geometry bytes. A row
/// group is in memory until it is written, and is the smallest unit that a reader can skip.
const GROUP_ROWS: usize = 16 * 1024;
const GROUP_BYTES: usize = 16 << 20;

/// Writes a layer as GeoParquet 1.1.0: the attributes, `geometry` as WKB, and `bbox`, the extent of
/// each feature, whose statistics let a reader skip row groups.
pub(super) fn write(
    selection: &Selection<'_>,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> io::Result<()> {
    let names = columns::names(selection, &[GEOMETRY, BBOX]);
    let mut fields: Vec<Field> = std::iter::zip(names, columns::kinds(selection))
        .map(|(name, kind)| Field::Optional(name, kind))
        .collect();
    fields.push(Field::Bytes(GEOMETRY.to_owned()));
    fields.push(Field::Numbers(BBOX.to_owned(), &["xmin", "ymin", "xmax", "ymax"]));

    let mut sheet = Sheet::begin(out, &fields).map_err(io::Error::other)?;
    let mut all = Extent::NONE;
    let mut bytes = 0;
    for (index, shape) in shapes(selection, selection.indices) {
        let cells = columns::cells(selection, index);
        let mut wkb = Vec::with_capacity(shape.weight() + 64);
        shape.write_wkb(&mut wkb);
        bytes += wkb.len();
        let extent = shape.extent();
        all = all.join(extent);
        sheet.push(cells, Some((wkb, extent.0)));
        if sheet.rows() == GROUP_ROWS || bytes >= GROUP_BYTES {
            sheet.write_group().map_err(io::Error::other)?;
            bytes = 0;
        }
        progress.advance(1);
    }
    let meta = selection.layer().meta();
    sheet.tell("geo", &geo(selection, all).to_string());
    sheet.tell("title", &meta.title);
    sheet.tell("description", &selection.description());
    sheet.finish().map_err(io::Error::other)
}

/// The metadata of GeoParquet 1.1.0.
fn geo(selection: &Selection<'_>, extent: Extent) -> Value {
    let is_areas = selection.layer().is_areas();
    let covering = |corner: &str| json!([BBOX, corner]);
    let mut column = json!({
        "encoding": "WKB",
        "geometry_types": [if is_areas { "MultiPolygon" } else { "Point" }],
        "edges": "planar",
        "covering": {BBOX: {
            "xmin": covering("xmin"), "ymin": covering("ymin"),
            "xmax": covering("xmax"), "ymax": covering("ymax"),
        }},
    });
    if is_areas {
        column["orientation"] = json!("counterclockwise");
    }
    if let Some(extent) = extent.some() {
        column["bbox"] = json!(extent);
    }
    // Without a word of it the CRS is OGC:CRS84.
    if selection.crs != Crs::Crs84 {
        let projjson = crs_definitions::of(selection.crs).projjson;
        column["crs"] = serde_json::from_str(projjson).unwrap_or_default();
    }
    json!({"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}})
}

/// Writes the lookup table of two layers: the columns of its CSV with typed numbers, and null for
/// empty cells.
///
/// # Errors
///
/// If the output cannot be written.
pub fn write_table(table: &Table, atlas: &Atlas, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let kind = |column: &str| match column {
        "postcodes" | "addresses" => CellType::Integer,
        "best_fit" | "sliver" => CellType::Truth,
        "shared_m2" => CellType::Number,
        share if share.contains("share_of") => CellType::Number,
        _ => CellType::Text,
    };
    let columns = table.columns(atlas);
    let fields: Vec<Field> =
        columns.iter().map(|name| Field::Optional((*name).to_owned(), kind(name))).collect();
    let mut sheet = Sheet::begin(out, &fields).map_err(io::Error::other)?;
    for area in 0..table.areas(atlas) {
        for row in table.rows(atlas, area) {
            sheet.push(table_cells(&row), None);
            if sheet.rows() == GROUP_ROWS {
                sheet.write_group().map_err(io::Error::other)?;
            }
        }
    }
    let head = serde_json::to_string(&table.head(atlas)).map_err(io::Error::other)?;
    sheet.tell("lapwing", &head);
    sheet.finish().map_err(io::Error::other)
}

fn table_cells(row: &TableRow<'_>) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let number = |number: Option<f64>| number.map_or(Cell::Null, Cell::Number);
    let count = |count: Option<u32>| count.map_or(Cell::Null, |n| Cell::Integer(n.into()));
    let mut cells = vec![
        text(row.from_code),
        text(row.from_name),
        row.to_code.map_or(Cell::Null, text),
        row.to_name.map_or(Cell::Null, text),
        row.relation.map_or(Cell::Null, |relation| text(relation.as_str())),
        number(row.shared_m2),
        number(row.share_of_from),
        number(row.share_of_to),
        count(row.postcodes),
        number(row.postcode_share_of_from),
        number(row.postcode_share_of_to),
        Cell::Truth(row.best_fit),
        row.best_fit_reason.map_or(Cell::Null, |reason| text(reason.as_str())),
    ];
    if let Some(of) = row.of_addresses {
        cells.push(count(of.addresses));
        cells.extend([number(of.address_share_of_from), number(of.address_share_of_to)]);
    }
    cells.extend(row.sliver.map(Cell::Truth));
    cells
}
