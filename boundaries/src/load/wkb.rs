//! Reader for well-known binary (OGC 06-103r4, section 8.2), with the ISO and PostGIS type codes
//! for heights and measures, which are dropped.
//!
//! Weighed against the `wkb` crate: collections can nest, and a malicious file that nests them
//! deeply must hit a limit before the stack overflows.

use geo::Coord;

use super::collection::{ReadGeometry, collection, multipolygon, points, polygons};
use super::raw::{RawGeometry, RawRing};

/// Reads one geometry, which must use all of `bytes`.
///
/// # Errors
///
/// Fails if the bytes end early, continue after the geometry, or are not a geometry.
pub fn read(bytes: &[u8]) -> Result<ReadGeometry, String> {
    let mut reader = Reader { bytes, at: 0 };
    let geometry = reader.geometry(0)?;
    if reader.at < bytes.len() {
        return Err(format!("{} bytes follow the geometry", bytes.len() - reader.at));
    }
    Ok(geometry)
}

/// Maximum nesting. Real collections nest once or twice.
const DEEPEST: usize = 16;

/// PostGIS flags in the geometry type. ISO adds thousands instead.
const EWKB_Z: u32 = 0x8000_0000;
const EWKB_M: u32 = 0x4000_0000;
const EWKB_SRID: u32 = 0x2000_0000;

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// The number encoding of one geometry.
#[derive(Clone, Copy)]
struct Layout {
    little_endian: bool,
    /// Numbers per position: two, or more with height and measure.
    dimensions: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let field = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk());
        self.at += N;
        field.copied().ok_or_else(|| "the geometry is truncated".to_owned())
    }

    fn u32(&mut self, layout: Layout) -> Result<u32, String> {
        let bytes = self.take()?;
        Ok(if layout.little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// Reads a count of items of at least `bytes_each` bytes and checks that they fit, so that a
    /// malformed count cannot cause a huge allocation.
    fn count(&mut self, layout: Layout, bytes_each: usize) -> Result<usize, String> {
        let count = self.u32(layout)? as usize;
        let left = self.bytes.len().saturating_sub(self.at);
        if count > left / bytes_each {
            return Err(format!("the count {count} is larger than the data"));
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

    /// Reads the byte order, the geometry type and the layout of positions.
    fn head(&mut self) -> Result<(u32, Layout), String> {
        let [order] = self.take()?;
        if order > 1 {
            return Err(format!("a geometry starts with byte order {order}; it must be 0 or 1"));
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
            _ => return Err(format!("the geometry type {kind} does not exist")),
        };
        Ok((kind % 1000, layout))
    }

    fn geometry(&mut self, depth: usize) -> Result<ReadGeometry, String> {
        if depth >= DEEPEST {
            return Err(format!("geometries are nested more than {DEEPEST} deep"));
        }
        let (kind, layout) = self.head()?;
        let other = |kind: &str| ReadGeometry::from(RawGeometry::Other(kind.to_owned()));
        Ok(match kind {
            1 => {
                let at = self.position(layout)?;
                // A point has no count, so writers encode an empty point as NaN (OGC 12-128r18,
                // 2.1.3).
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
            _ => return Err(format!("the geometry type {kind} does not exist")),
        })
    }

    fn members(&mut self, layout: Layout, depth: usize) -> Result<Vec<ReadGeometry>, String> {
        // The smallest geometry is an empty line: byte order, type, count.
        let count = self.count(layout, 9)?;
        (0..count).map(|_| self.geometry(depth + 1)).collect()
    }
}

/// Geometry types by code (ISO 13249-3).
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes well-known binary in either byte order.
    struct Writer {
        little_endian: bool,
        bytes: Vec<u8>,
    }

    impl Writer {
        fn new(little_endian: bool) -> Self {
            Self { little_endian, bytes: Vec::new() }
        }

        fn head(mut self, kind: u32) -> Self {
            self.bytes.push(u8::from(self.little_endian));
            self.number(kind)
        }

        fn number(mut self, n: u32) -> Self {
            self.bytes.extend(if self.little_endian { n.to_le_bytes() } else { n.to_be_bytes() });
            self
        }

        fn numbers(mut self, numbers: &[f64]) -> Self {
            for n in numbers {
                self.bytes.extend(if self.little_endian {
                    n.to_le_bytes()
                } else {
                    n.to_be_bytes()
                });
            }
            self
        }

        fn then(mut self, other: Self) -> Self {
            self.bytes.extend(other.bytes);
            self
        }

        fn polygon(self, kind: u32, ring: &[f64], dimensions: usize) -> Self {
            self.head(kind).number(1).number((ring.len() / dimensions) as u32).numbers(ring)
        }
    }

    fn triangle() -> RawGeometry {
        let ring = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)];
        let ring = ring.iter().map(|&(x, y)| Coord { x, y }).collect();
        RawGeometry::Polygons { polygons: vec![vec![ring]], grouped: true }
    }

    const XY: [f64; 8] = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

    #[test]
    fn both_byte_orders_and_all_codes_for_heights_and_measures_are_read() {
        let xyz = [0.0, 0.0, 9.0, 1.0, 0.0, 9.0, 0.0, 1.0, 9.0, 0.0, 0.0, 9.0];
        let xyzm: Vec<f64> = XY.chunks(2).flat_map(|p| [p[0], p[1], 8.0, 9.0]).collect();
        for little_endian in [true, false] {
            let polygon = |kind, ring: &[f64], dimensions| {
                Writer::new(little_endian).polygon(kind, ring, dimensions).bytes
            };
            for bytes in [
                polygon(3, &XY, 2),
                polygon(1003, &xyz, 3),
                polygon(2003, &xyz, 3),
                polygon(3003, &xyzm, 4),
                polygon(3 | EWKB_Z, &xyz, 3),
                polygon(3 | EWKB_Z | EWKB_M, &xyzm, 4),
            ] {
                assert_eq!(read(&bytes), Ok(triangle().into()));
            }
        }
        // PostGIS adds a spatial reference after the head. It is ignored: the table states the CRS.
        let with_srid =
            Writer::new(true).head(3 | EWKB_SRID).number(27700).number(1).number(4).numbers(&XY);
        assert_eq!(read(&with_srid.bytes), Ok(triangle().into()));
    }

    #[test]
    fn multi_part_geometries_become_polygons_if_nothing_with_area_is_lost() {
        let little = || Writer::new(true);
        let polygon = || little().polygon(3, &XY, 2);
        let line = || little().head(2).number(2).numbers(&XY[..4]);
        let geometry = |writer: Writer| read(&writer.bytes).unwrap();

        // Members may have their own byte order.
        let multi =
            little().head(6).number(2).then(polygon()).then(Writer::new(false).polygon(3, &XY, 2));
        let RawGeometry::Polygons { polygons, .. } = geometry(multi).geometry else { panic!() };
        assert_eq!(polygons.len(), 2);

        let with_line = geometry(little().head(7).number(2).then(line()).then(polygon()));
        assert_eq!(with_line.geometry, triangle());
        assert!(with_line.fault.unwrap().message.contains("LineString"));

        // A part with area is never dropped.
        let curve = little().head(10).number(1).then(line());
        let with_curve = geometry(little().head(12).number(2).then(curve).then(polygon()));
        assert_eq!(with_curve.geometry, RawGeometry::Other("MultiSurface".into()));

        assert_eq!(geometry(little().head(3).number(0)).geometry, RawGeometry::Empty);
        assert_eq!(geometry(little().head(6).number(0)).geometry, RawGeometry::Empty);
        assert_eq!(
            geometry(little().head(1).numbers(&[f64::NAN, f64::NAN])).geometry,
            RawGeometry::Empty
        );
    }

    #[test]
    fn malformed_bytes_are_refused_without_large_allocations() {
        let little = || Writer::new(true);
        let mut nested = little();
        for _ in 0..100_000 {
            nested = nested.head(7).number(1);
        }
        for (writer, words) in [
            (little(), "is truncated"),
            (little().head(3), "is truncated"),
            (little().head(3).number(u32::MAX), "larger than the data"),
            (little().head(3).number(1).number(0x1000_0000), "larger than the data"),
            (
                little().head(6).number(1).then(little().head(1).numbers(&[1.0, 2.0])),
                "not a polygon",
            ),
            (little().head(4000), "geometry type"),
            (little().head(99), "geometry type 99"),
            (little().head(0), "geometry type 0"),
            (nested, "nested more than"),
            (little().polygon(3, &XY, 2).number(0), "4 bytes follow"),
        ] {
            let error = read(&writer.bytes).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        assert!(read(&[7, 0, 0, 0, 0]).unwrap_err().contains("byte order 7"));
    }
}
