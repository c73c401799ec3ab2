//! Conversion of a FlatGeobuf geometry to a raw geometry.

use flatgeobuf::{Geometry, GeometryType};
use geo::Coord;

use super::super::collection::{ReadGeometry, collection, multipolygon, points, polygons};
use super::super::raw::{RawGeometry, RawRing};

/// Reads a geometry of type `kind`, or of its own type if the header leaves it open. The
/// FlatBuffers verifier has already limited the nesting depth.
pub(super) fn read(geometry: &Geometry<'_>, kind: GeometryType) -> Result<ReadGeometry, String> {
    let kind = if kind == GeometryType::Unknown { geometry.type_() } else { kind };
    let name = kind.variant_name().unwrap_or("geometry of an unknown type");
    Ok(match kind {
        GeometryType::Point => match positions(geometry)?.first() {
            Some(at) if at.x.is_nan() && at.y.is_nan() => RawGeometry::Empty.into(),
            Some(at) => RawGeometry::Point(*at).into(),
            None => RawGeometry::Empty.into(),
        },
        GeometryType::MultiPoint => {
            let members = positions(geometry)?;
            points(name, members.into_iter().map(|at| RawGeometry::Point(at).into()).collect())
        }
        GeometryType::Polygon | GeometryType::Triangle => polygons(vec![rings(geometry)?]),
        GeometryType::MultiPolygon => multipolygon(members(geometry, GeometryType::Polygon)?)?,
        GeometryType::GeometryCollection | GeometryType::MultiSurface => {
            collection(name, members(geometry, GeometryType::Unknown)?)
        }
        GeometryType::Unknown => return Err("the geometry does not state its type".to_owned()),
        _ => RawGeometry::Other(name.to_owned()).into(),
    })
}

fn members(geometry: &Geometry<'_>, kind: GeometryType) -> Result<Vec<ReadGeometry>, String> {
    let parts = geometry.parts().map(|parts| parts.iter());
    parts.into_iter().flatten().map(|part| read(&part, kind)).collect()
}

fn positions(geometry: &Geometry<'_>) -> Result<RawRing, String> {
    let Some(xy) = geometry.xy() else { return Ok(Vec::new()) };
    if xy.len() % 2 != 0 {
        return Err(format!("the geometry has {} numbers, which are not pairs", xy.len()));
    }
    Ok((0..xy.len() / 2).map(|i| Coord { x: xy.get(2 * i), y: xy.get(2 * i + 1) }).collect())
}

/// Splits the positions into rings at the `ends`. Without `ends` they form one ring.
fn rings(geometry: &Geometry<'_>) -> Result<Vec<RawRing>, String> {
    let positions = positions(geometry)?;
    let Some(ends) = geometry.ends().filter(|ends| !ends.is_empty()) else {
        return Ok(if positions.is_empty() { Vec::new() } else { vec![positions] });
    };
    let mut rings = Vec::with_capacity(ends.len());
    let mut start = 0;
    for end in ends {
        let end = end as usize;
        let ring = positions.get(start..end).ok_or_else(|| {
            format!(
                "a ring has the range {start} to {end}, but there are {} positions",
                positions.len()
            )
        })?;
        rings.push(ring.to_vec());
        start = end;
    }
    if start < positions.len() {
        return Err(format!("{} positions belong to no ring", positions.len() - start));
    }
    Ok(rings)
}
