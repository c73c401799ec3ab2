//! The `.shp`: shapes as rings, heights and measures dropped.
//!
//! Source: "ESRI Shapefile Technical Description", July 1998.

use std::fmt::Display;

use geo::Coord;

use super::super::raw::{RawGeometry, RawRing};

const HEADER: usize = 100;
const RECORD_HEADER: usize = 8;
const FILE_CODE: i32 = 9994;

/// One shape, or what is wrong with its record.
pub(super) type Shape = Result<RawGeometry, String>;

/// Reads every shape, at the places that the `.shx` gives if there is one, else one after another.
///
/// # Errors
///
/// When the file is no `.shp`, is cut short, or its records cannot be told apart.
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

/// The file as far as its header says it goes, which must be there.
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
        // The index counts in 16-bit words, and leaves the record's own header out of the length.
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

/// One record's content. The kinds with heights (Z) and measures (M) begin as the plain ones do.
fn shape(content: &[u8]) -> Shape {
    let kind = le_i32(content, 0).ok_or("its record is empty")?;
    match kind {
        0 => Ok(RawGeometry::Empty),
        1 | 11 | 21 => point(content, 4).map(RawGeometry::Point).ok_or_else(cut),
        3 | 13 | 23 => Ok(RawGeometry::Other("PolyLine".to_owned())),
        5 | 15 | 25 => polygon(content),
        8 | 18 | 28 => multipoint(content),
        31 => Ok(RawGeometry::Other("MultiPatch".to_owned())),
        _ => Err(format!("there is no shape type {kind}")),
    }
}

fn cut() -> String {
    "its record ends before its last coordinate".to_owned()
}

/// Number of parts, number of points, the first point of each part, the points. Every ring is a
/// polygon of its own: which is whose hole, the file does not say.
fn polygon(content: &[u8]) -> Shape {
    let parts = count(content, 36, "parts")?;
    let points = count(content, 40, "points")?;
    let first_point =
        44_usize.checked_add(parts.checked_mul(4).ok_or_else(cut)?).ok_or_else(cut)?;
    let end = points.checked_mul(16).and_then(|length| first_point.checked_add(length));
    if end.is_none_or(|end| end > content.len()) {
        return Err(cut());
    }
    let start = |part: usize| {
        if part == parts {
            Ok(points)
        } else {
            count(content, 44 + 4 * part, "the start of a part")
        }
    };
    let mut rings: Vec<Vec<RawRing>> = Vec::with_capacity(parts);
    for part in 0..parts {
        let (from, to) = (start(part)?, start(part + 1)?);
        if from > to || to > points {
            return Err(format!(
                "part {part} goes from point {from} to {to} of {points}: the parts are out of order"
            ));
        }
        let at = |i: usize| point(content, first_point + 16 * i).ok_or_else(cut);
        rings.push(vec![(from..to).map(at).collect::<Result<_, _>>()?]);
    }
    if points == 0 || parts == 0 {
        return Ok(RawGeometry::Empty);
    }
    Ok(RawGeometry::Polygons { polygons: rings, grouped: false })
}

fn multipoint(content: &[u8]) -> Shape {
    match count(content, 36, "points")? {
        0 => Ok(RawGeometry::Empty),
        1 => point(content, 40).map(RawGeometry::Point).ok_or_else(cut),
        _ => Ok(RawGeometry::Other("MultiPoint".to_owned())),
    }
}

fn count(content: &[u8], at: usize, what: impl Display) -> Result<usize, String> {
    let number = le_i32(content, at).ok_or_else(cut)?;
    usize::try_from(number).map_err(|_| format!("{what}: {number} is less than none"))
}

fn point(bytes: &[u8], at: usize) -> Option<Coord<f64>> {
    Some(Coord { x: le_f64(bytes, at)?, y: le_f64(bytes, at + 8)? })
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn be_i32(bytes: &[u8], at: usize) -> Option<i32> {
    field(bytes, at).map(i32::from_be_bytes)
}

fn le_i32(bytes: &[u8], at: usize) -> Option<i32> {
    field(bytes, at).map(i32::from_le_bytes)
}

fn le_f64(bytes: &[u8], at: usize) -> Option<f64> {
    field(bytes, at).map(f64::from_le_bytes)
}
