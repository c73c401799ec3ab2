//! The `.shp`: shapes as rings, without heights and measures.
//!
//! The crate `shapefile` decodes the content of each record. This module locates the records and
//! checks their counts, because the crate's `ShapeReader` is not safe with damaged files:
//!
//! - It reads past the end of a record. A wrong number of points makes it allocate gigabytes and read
//!   the following records as coordinates.
//! - Without a `.shx`, it continues in the middle of a damaged record and finds records there.
//! - Its error for a wrong count, `InvalidShapeRecordSize`, does not say which count is wrong.
//!
//! The tests in `crates.rs` show the first two.
//!
//! Source: "ESRI Shapefile Technical Description", July 1998.

use std::io::Cursor;

use geo::Coord;
use shapefile::record::polygon::GenericPolygon;
use shapefile::record::traits::HasXY;
use shapefile::{Error, ReadableShape, ShapeType};

use super::super::raw::RawGeometry;

const HEADER: usize = 100;
const RECORD_HEADER: usize = 8;
const FILE_CODE: i32 = 9994;

/// One shape, or what is wrong with its record.
pub(super) type Shape = Result<RawGeometry, String>;

/// Reads every shape, at the offsets in the `.shx` if there is one, else one after another.
///
/// # Errors
///
/// Fails if the file is not a `.shp`, is cut short, or has records whose ends are unknown.
pub(super) fn shapes(shp: &[u8], shx: Option<&[u8]>) -> Result<Vec<Shape>, String> {
    let shp = checked("shp", shp)?;
    match shx {
        Some(shx) => {
            let index = &checked("shx", shx)?[HEADER..];
            let (records, _) = index.as_chunks::<8>();
            Ok(records.iter().map(|record| indexed(shp, *record)).collect())
        }
        None => sequential(shp),
    }
}

/// The file up to the length that its header states.
fn checked<'b>(suffix: &str, bytes: &'b [u8]) -> Result<&'b [u8], String> {
    if bytes.is_empty() {
        return Err(format!("the .{suffix} is empty"));
    }
    if be_i32(bytes, 0) != Some(FILE_CODE) {
        return Err(format!(
            "the .{suffix} is no part of a shapefile: it does not begin with 9994"
        ));
    }
    let words = be_i32(bytes, 24).and_then(|words| usize::try_from(words).ok()).unwrap_or(0);
    let length = words * 2;
    if length < HEADER {
        return Err(format!("the .{suffix} has no sound header"));
    }
    bytes.get(..length).ok_or_else(|| {
        format!(
            "the .{suffix} was cut short: its header says {length} bytes, it has {}; fetch it again",
            bytes.len()
        )
    })
}

fn indexed(shp: &[u8], record: [u8; 8]) -> Shape {
    let place = |at| be_i32(&record, at).and_then(|words| usize::try_from(words).ok());
    let content = (|| {
        // The index counts 16-bit words. Its lengths do not include the record's own header.
        let start = place(0)?.checked_mul(2)?.checked_add(RECORD_HEADER)?;
        shp.get(start..start.checked_add(place(4)?.checked_mul(2)?)?)
    })();
    shape(content.ok_or("its place in the .shx lies outside the .shp")?)
}

fn sequential(shp: &[u8]) -> Result<Vec<Shape>, String> {
    let mut shapes = Vec::new();
    let mut at = HEADER;
    while at < shp.len() {
        let content = (|| {
            let words = usize::try_from(be_i32(shp, at + 4)?).ok()?;
            let start = at + RECORD_HEADER;
            shp.get(start..start.checked_add(words.checked_mul(2)?)?)
        })();
        let content = content.ok_or_else(|| {
            format!("record {} of the .shp, at byte {at}, reaches past its end", shapes.len())
        })?;
        shapes.push(shape(content));
        at += RECORD_HEADER + content.len();
    }
    Ok(shapes)
}

/// Decodes the content of one record.
fn shape(content: &[u8]) -> Shape {
    let code = le_i32(content, 0).ok_or("its record is empty")?;
    let kind = ShapeType::from(code).ok_or_else(|| format!("there is no shape type {code}"))?;
    match kind {
        ShapeType::Polygon | ShapeType::PolygonM | ShapeType::PolygonZ => check_parts(content)?,
        ShapeType::Multipoint | ShapeType::MultipointM | ShapeType::MultipointZ => {
            check_length(content, 40, count(content, 36, "points")?)?;
        }
        ShapeType::Polyline | ShapeType::PolylineM | ShapeType::PolylineZ => {
            return Ok(RawGeometry::Other("PolyLine".to_owned()));
        }
        ShapeType::Multipatch => return Ok(RawGeometry::Other("MultiPatch".to_owned())),
        ShapeType::NullShape | ShapeType::Point | ShapeType::PointM | ShapeType::PointZ => {}
    }
    let size = i32::try_from(content.len()).map_err(|_| cut())?;
    match shapefile::Shape::read_from(&mut Cursor::new(content), size) {
        Ok(shape) => Ok(geometry(shape)),
        Err(Error::IoError(_) | Error::InvalidShapeRecordSize) => Err(cut()),
        Err(error) => Err(error.to_string()),
    }
}

fn geometry(shape: shapefile::Shape) -> RawGeometry {
    match shape {
        shapefile::Shape::Point(p) => RawGeometry::Point(coord(&p)),
        shapefile::Shape::PointM(p) => RawGeometry::Point(coord(&p)),
        shapefile::Shape::PointZ(p) => RawGeometry::Point(coord(&p)),
        shapefile::Shape::Polygon(polygon) => rings(polygon),
        shapefile::Shape::PolygonM(polygon) => rings(polygon),
        shapefile::Shape::PolygonZ(polygon) => rings(polygon),
        shapefile::Shape::Multipoint(points) => multipoint(points.points()),
        shapefile::Shape::MultipointM(points) => multipoint(points.points()),
        shapefile::Shape::MultipointZ(points) => multipoint(points.points()),
        // The other kinds are not decoded.
        _ => RawGeometry::Empty,
    }
}

/// Every ring as a polygon of its own. Validity assigns holes to shells by containment: the
/// crate's conversion to `geo` types gives a hole to the shell before it.
fn rings<P: HasXY>(polygon: GenericPolygon<P>) -> RawGeometry {
    let rings = polygon.into_inner();
    if rings.iter().all(shapefile::PolygonRing::is_empty) {
        return RawGeometry::Empty;
    }
    let ring = |points: Vec<P>| vec![points.iter().map(coord).collect()];
    let polygons = rings.into_iter().map(|points| ring(points.into_inner())).collect();
    RawGeometry::Polygons { polygons, grouped: false }
}

fn multipoint<P: HasXY>(points: &[P]) -> RawGeometry {
    match points {
        [] => RawGeometry::Empty,
        [point] => RawGeometry::Point(coord(point)),
        _ => RawGeometry::Other("MultiPoint".to_owned()),
    }
}

fn coord(point: &impl HasXY) -> Coord<f64> {
    Coord { x: point.x(), y: point.y() }
}

fn cut() -> String {
    "its record ends before its last coordinate".to_owned()
}

/// Checks that all points are in the record and that the parts are in order. The crate takes each
/// part's length from the starts, and reads the points from the first on.
fn check_parts(content: &[u8]) -> Result<(), String> {
    let parts = count(content, 36, "parts")?;
    let points = count(content, 40, "points")?;
    let starts_end = parts.checked_mul(4).and_then(|length| length.checked_add(44));
    check_length(content, starts_end.ok_or_else(cut)?, points)?;
    let start = |part: usize| match part {
        _ if part == parts => Ok(points),
        _ => count(content, 44 + 4 * part, "the start of a part"),
    };
    for part in 0..parts {
        let (from, to) = (start(part)?, start(part + 1)?);
        if from > to || to > points {
            return Err(format!(
                "part {part} goes from point {from} to {to} of {points}: the parts are out of order"
            ));
        }
    }
    if parts > 0 && start(0)? != 0 {
        return Err(format!("part 0 begins with point {}, not with point 0", start(0)?));
    }
    Ok(())
}

/// Checks that the record holds that many points from byte `start` on.
fn check_length(content: &[u8], start: usize, points: usize) -> Result<(), String> {
    let end = points.checked_mul(16).and_then(|length| length.checked_add(start));
    end.filter(|end| *end <= content.len()).map(drop).ok_or_else(cut)
}

fn count(content: &[u8], at: usize, what: &str) -> Result<usize, String> {
    let number = le_i32(content, at).ok_or_else(cut)?;
    usize::try_from(number).map_err(|_| format!("{what}: {number} is less than none"))
}

fn be_i32(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().copied().map(i32::from_be_bytes)
}

fn le_i32(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().copied().map(i32::from_le_bytes)
}
