//! FlatGeobuf 3 (flatgeobuf.org): a header, a packed Hilbert R-tree, and the features in its order.
//!
//! 1. The features are sorted along a Hilbert curve by the centres of their extents.
//! 2. Each is encoded into a temporary file, and its extent and length are recorded.
//! 3. The header and the tree of these extents are written, followed by the features.
//!
//! A client that needs a bbox reads the header, the tree and then only the features in the bbox:
//! over HTTP, a few ranges of the file.

use std::io::{self, BufReader, BufWriter, Seek as _, Write};

use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::packed_r_tree::{NodeItem, PackedRTree, calc_extent, hilbert_sort};
use flatgeobuf::{
    Column, ColumnArgs, ColumnType, Crs, CrsArgs, Feature, FeatureArgs, Geometry, GeometryArgs,
    GeometryType, Header, HeaderArgs,
};
use lapwing_boundaries::progress::Progress;

use super::Selection;
use super::columns::{self, Cell, CellType};
use super::crs_definitions;
use super::geometry::{Extent, Shape, shapes};

/// `fgb`, the version, `fgb`, the patch.
const MAGIC: [u8; 8] = [b'f', b'g', b'b', 3, b'f', b'g', b'b', 0];
/// The number of children of a node, as in most writers.
const NODE_SIZE: u16 = PackedRTree::DEFAULT_NODE_SIZE;

pub(super) fn write(
    selection: &Selection<'_>,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> io::Result<()> {
    let indices = along_a_curve(selection);
    let mut features = BufWriter::new(tempfile::tempfile()?);
    let mut nodes = Vec::with_capacity(indices.len());
    let mut offset = 0;
    let mut buffer = FlatBufferBuilder::new();
    for (index, shape) in shapes(selection, &indices) {
        let cells = columns::cells(selection, index);
        let bytes = feature(&mut buffer, &shape, &cells)?;
        features.write_all(bytes)?;
        nodes.push(node(shape.extent(), offset));
        offset += bytes.len() as u64;
        progress.advance(1);
    }
    let mut features = features.into_inner().map_err(io::IntoInnerError::into_error)?;
    features.rewind()?;

    out.write_all(&MAGIC)?;
    let extent = calc_extent(&nodes);
    out.write_all(&header(selection, nodes.len(), &extent))?;
    // A tree without items has no root; the header then says that there is no index.
    if !nodes.is_empty() {
        let tree = PackedRTree::build(&nodes, &extent, NODE_SIZE).map_err(io::Error::other)?;
        let mut out = BufWriter::new(&mut *out);
        tree.stream_write(&mut out)?;
        out.flush()?;
    }
    io::copy(&mut BufReader::new(features), out)?;
    out.flush()
}

fn node(Extent([min_x, min_y, max_x, max_y]): Extent, offset: u64) -> NodeItem {
    NodeItem { min_x, min_y, max_x, max_y, offset }
}

/// The indices in the order of the curve, which is on the National Grid whatever the CRS of the
/// file, so that all files have the same order.
fn along_a_curve(selection: &Selection<'_>) -> Vec<usize> {
    let layer = selection.layer();
    let mut nodes: Vec<NodeItem> = selection
        .indices
        .iter()
        .map(|&index| {
            let extent = layer.extent_of(index);
            let (low, high) = (extent.min(), extent.max());
            node(Extent([low.x, low.y, high.x, high.y]), index as u64)
        })
        .collect();
    let extent = calc_extent(&nodes);
    hilbert_sort(&mut nodes, &extent);
    nodes.into_iter().map(|node| node.offset as usize).collect()
}

fn header(selection: &Selection<'_>, count: usize, extent: &NodeItem) -> Vec<u8> {
    let mut buffer = FlatBufferBuilder::new();
    let reference = crs_definitions::of(selection.crs);
    let crs = CrsArgs {
        org: Some(buffer.create_string("EPSG")),
        code: reference.epsg,
        name: Some(buffer.create_string(reference.name)),
        ..CrsArgs::default()
    };
    let crs = Crs::create(&mut buffer, &crs);
    let names = columns::names(selection, &[]);
    let columns: Vec<WIPOffset<Column<'_>>> = std::iter::zip(columns::kinds(selection), names)
        .map(|(kind, name)| {
            let kind = match kind {
                CellType::Text => ColumnType::String,
                CellType::Integer => ColumnType::Long,
                CellType::Number => ColumnType::Double,
                CellType::Truth => ColumnType::Bool,
                CellType::Day | CellType::Moment => ColumnType::DateTime,
            };
            let name = Some(buffer.create_string(&name));
            Column::create(&mut buffer, &ColumnArgs { name, type_: kind, ..Default::default() })
        })
        .collect();
    let envelope = [extent.min_x, extent.min_y, extent.max_x, extent.max_y];
    let layer = selection.layer();
    let args = HeaderArgs {
        name: Some(buffer.create_string(layer.meta().id.as_str())),
        envelope: (count > 0).then(|| buffer.create_vector(&envelope)),
        geometry_type: geometry_type(layer.is_areas()),
        columns: Some(buffer.create_vector(&columns)),
        features_count: count as u64,
        index_node_size: if count > 0 { NODE_SIZE } else { 0 },
        crs: Some(crs),
        title: Some(buffer.create_string(&layer.meta().title)),
        description: Some(buffer.create_string(&selection.description())),
        ..HeaderArgs::default()
    };
    let header = Header::create(&mut buffer, &args);
    buffer.finish_size_prefixed(header, None);
    buffer.finished_data().to_vec()
}

const fn geometry_type(of_areas: bool) -> GeometryType {
    if of_areas { GeometryType::MultiPolygon } else { GeometryType::Point }
}

/// A feature prefixed with its size.
fn feature<'b>(
    buffer: &'b mut FlatBufferBuilder<'_>,
    shape: &Shape,
    cells: &[Cell],
) -> io::Result<&'b [u8]> {
    // FlatBuffers have 31-bit sizes, and panic beyond.
    const MOST: usize = 1 << 30;
    let properties = properties(cells);
    if shape.weight() + properties.len() > MOST {
        return Err(io::Error::other("an area is larger than FlatGeobuf allows, 1 GB"));
    }
    buffer.reset();
    let geometry = match shape {
        Shape::Point(at) => {
            let xy = Some(buffer.create_vector(&at[..]));
            let args = GeometryArgs { xy, type_: GeometryType::Point, ..Default::default() };
            Geometry::create(buffer, &args)
        }
        Shape::Ground(polygons) => {
            let parts: Vec<_> = polygons.iter().map(|rings| polygon(buffer, rings)).collect();
            let parts = Some(buffer.create_vector(&parts));
            let type_ = GeometryType::MultiPolygon;
            Geometry::create(buffer, &GeometryArgs { parts, type_, ..Default::default() })
        }
    };
    let properties = Some(buffer.create_vector(&properties));
    let args = FeatureArgs { geometry: Some(geometry), properties, columns: None };
    let feature = Feature::create(buffer, &args);
    buffer.finish_size_prefixed(feature, None);
    Ok(buffer.finished_data())
}

/// The positions of all rings in sequence, and where each ring ends.
fn polygon<'f>(
    buffer: &mut FlatBufferBuilder<'f>,
    rings: &[Vec<[f64; 2]>],
) -> WIPOffset<Geometry<'f>> {
    let xy: Vec<f64> = rings.iter().flatten().flatten().copied().collect();
    let ends: Vec<u32> = rings
        .iter()
        .scan(0_u32, |end, ring| {
            *end += ring.len() as u32;
            Some(*end)
        })
        .collect();
    let args = GeometryArgs {
        xy: Some(buffer.create_vector(&xy)),
        ends: Some(buffer.create_vector(&ends)),
        type_: GeometryType::Polygon,
        ..GeometryArgs::default()
    };
    Geometry::create(buffer, &args)
}

/// For each value the number of its column, then its bytes; nulls are omitted.
fn properties(cells: &[Cell]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, cell) in (0_u16..).zip(cells) {
        if *cell == Cell::Null {
            continue;
        }
        bytes.extend(number.to_le_bytes());
        let mut text = |text: &str| {
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(text.as_bytes());
        };
        match cell {
            Cell::Null => {}
            Cell::Text(of_cell) => text(of_cell),
            // In ISO 8601 format.
            Cell::Day(day) => text(&day.to_string()),
            Cell::Moment(moment) => text(&moment.to_string()),
            Cell::Integer(number) => bytes.extend(number.to_le_bytes()),
            Cell::Number(number) => bytes.extend(number.to_le_bytes()),
            Cell::Truth(truth) => bytes.push(u8::from(*truth)),
        }
    }
    bytes
}
