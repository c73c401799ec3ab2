//! A FlatGeobuf geometry to a raw geometry.

use flatgeobuf::{Geometry, GeometryType};
use geo::Coord;

use super::super::collection::{Mended, collection, multipolygon, points, polygons};
use super::super::raw::{RawGeometry, RawRing};

/// Reads a geometry of that type, or of its own if the header leaves the type open. The verifier
/// has bounded how deep it nests.
pub(super) fn read(geometry: &Geometry<'_>, kind: GeometryType) -> Result<Mended, String> {
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
        GeometryType::Unknown => return Err("its geometry does not say its type".to_owned()),
        _ => RawGeometry::Other(name.to_owned()).into(),
    })
}

fn members(geometry: &Geometry<'_>, kind: GeometryType) -> Result<Vec<Mended>, String> {
    let parts = geometry.parts().map(|parts| parts.iter());
    parts.into_iter().flatten().map(|part| read(&part, kind)).collect()
}

fn positions(geometry: &Geometry<'_>) -> Result<RawRing, String> {
    let Some(xy) = geometry.xy() else { return Ok(Vec::new()) };
    if xy.len() % 2 != 0 {
        return Err(format!("it has {} numbers, which are no pairs", xy.len()));
    }
    Ok((0..xy.len() / 2).map(|i| Coord { x: xy.get(2 * i), y: xy.get(2 * i + 1) }).collect())
}

/// The positions cut into rings at the ends; without ends they are one ring.
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
            format!("a ring goes from position {start} to {end} of {}", positions.len())
        })?;
        rings.push(ring.to_vec());
        start = end;
    }
    if start < positions.len() {
        return Err(format!("{} positions belong to no ring", positions.len() - start));
    }
    Ok(rings)
}
