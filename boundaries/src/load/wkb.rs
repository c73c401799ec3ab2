//! Well-known binary: OGC 06-103r4 section 8.2, ISO's and PostGIS's codes for heights and
//! measures, which are dropped.
//!
//! Read here and not by a crate because collections may nest: a file that nests them without end
//! must meet a bound before it meets the end of the stack.

use geo::Coord;

use super::collection::{Mended, collection, multipolygon, points, polygons};
use super::raw::{RawGeometry, RawRing};

/// Reads one geometry, which must fill the bytes.
///
/// # Errors
///
/// When the bytes end early, go on afterwards, or hold what is no geometry.
pub fn read(bytes: &[u8]) -> Result<Mended, String> {
    let mut reader = Reader { bytes, at: 0 };
    let geometry = reader.geometry(0)?;
    if reader.at < bytes.len() {
        return Err(format!("{} bytes follow the geometry", bytes.len() - reader.at));
    }
    Ok(geometry)
}

/// Real collections nest once or twice.
const DEEPEST: usize = 16;

/// PostGIS's flags in the geometry type, and where ISO adds thousands instead.
const EWKB_Z: u32 = 0x8000_0000;
const EWKB_M: u32 = 0x4000_0000;
const EWKB_SRID: u32 = 0x2000_0000;

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// How the numbers of one geometry are written.
#[derive(Clone, Copy)]
struct Layout {
    little_endian: bool,
    /// Numbers in a position: two, or more with height and measure.
    dimensions: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let field = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk());
        self.at += N;
        field.copied().ok_or_else(|| "the geometry ends before its end".to_owned())
    }

    fn u32(&mut self, layout: Layout) -> Result<u32, String> {
        let bytes = self.take()?;
        Ok(if layout.little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// A number of things that take at least so many bytes each, which must be there: so that no
    /// malformed count asks for memory that the file could not fill.
    fn count(&mut self, layout: Layout, bytes_each: usize) -> Result<usize, String> {
        let count = self.u32(layout)? as usize;
        let left = self.bytes.len().saturating_sub(self.at);
        if count > left / bytes_each {
            return Err(format!("{count} are announced, more than there is room for"));
        }
        Ok(count)
    }

    fn position(&mut self, layout: Layout) -> Result<Coord<f64>, String> {
        let mut number = || -> Result<f64, String> {
            let bytes = self.take()?;
            Ok(if layout.little_endian {
                f64::from_le_bytes(bytes)
            } else {
                f64::from_be_bytes(bytes)
            })
        };
        let at = Coord { x: number()?, y: number()? };
        for _ in 2..layout.dimensions {
            number()?;
        }
        Ok(at)
    }

    fn ring(&mut self, layout: Layout) -> Result<RawRing, String> {
        let count = self.count(layout, 8 * layout.dimensions)?;
        (0..count).map(|_| self.position(layout)).collect()
    }

    fn rings(&mut self, layout: Layout) -> Result<Vec<RawRing>, String> {
        let count = self.count(layout, 4)?;
        (0..count).map(|_| self.ring(layout)).collect()
    }

    /// The byte order, the kind of geometry, and how its positions are laid out.
    fn head(&mut self) -> Result<(u32, Layout), String> {
        let [order] = self.take()?;
        if order > 1 {
            return Err(format!("a geometry begins with byte order {order}; 0 or 1 is wanted"));
        }
        let mut layout = Layout { little_endian: order == 1, dimensions: 2 };
        let mut kind = self.u32(layout)?;
        layout.dimensions += usize::from(kind & EWKB_Z != 0) + usize::from(kind & EWKB_M != 0);
        if kind & EWKB_SRID != 0 {
            self.u32(layout)?;
        }
        kind &= !(EWKB_Z | EWKB_M | EWKB_SRID);
        layout.dimensions += match kind / 1000 {
            0 => 0,
            1 | 2 => 1,
            3 => 2,
            _ => return Err(format!("there is no geometry type {kind}")),
        };
        Ok((kind % 1000, layout))
    }

    fn geometry(&mut self, depth: usize) -> Result<Mended, String> {
        if depth >= DEEPEST {
            return Err(format!("geometries nest more than {DEEPEST} deep"));
        }
        let (kind, layout) = self.head()?;
        let other = |kind: &str| Mended::from(RawGeometry::Other(kind.to_owned()));
        Ok(match kind {
            1 => {
                let at = self.position(layout)?;
                // Having no count to write, writers give an empty point so (OGC 12-128r18, 2.1.3).
                let empty = at.x.is_nan() && at.y.is_nan();
                if empty { RawGeometry::Empty.into() } else { RawGeometry::Point(at).into() }
            }
            2 | 8 => {
                self.ring(layout)?;
                other(KINDS[kind as usize])
            }
            3 | 17 => polygons(vec![self.rings(layout)?]),
            4 => points("MultiPoint", self.members(layout, depth)?),
            6 => multipolygon(self.members(layout, depth)?)?,
            7 | 12 => collection(KINDS[kind as usize], self.members(layout, depth)?),
            5 | 9 | 10 | 11 | 15 | 16 => {
                self.members(layout, depth)?;
                other(KINDS[kind as usize])
            }
            _ => return Err(format!("there is no geometry type {kind}")),
        })
    }

    fn members(&mut self, layout: Layout, depth: usize) -> Result<Vec<Mended>, String> {
        // The least geometry is an empty line: byte order, kind, count.
        let count = self.count(layout, 9)?;
        (0..count).map(|_| self.geometry(depth + 1)).collect()
    }
}

/// The geometry types by their codes (ISO 13249-3).
const KINDS: [&str; 18] = [
    "",
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
    "CircularString",
    "CompoundCurve",
    "CurvePolygon",
    "MultiCurve",
    "MultiSurface",
    "Curve",
    "Surface",
    "PolyhedralSurface",
    "TIN",
    "Triangle",
];
