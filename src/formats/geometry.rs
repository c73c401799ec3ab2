//! Polygons and points in the coordinates of a file.

use geo::{Coord, LineString, Polygon};
use lapwing_boundaries::position::Bng;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::Selection;
use crate::features::crs::Crs;

/// x and y in a CRS, easting or longitude first, not rounded.
fn project(at: Coord<f64>, crs: Crs) -> [f64; 2] {
    // Every coordinate of an atlas was checked when it was read.
    Bng::new(at.x, at.y).map_or([at.x, at.y], |at| crs.xy(at))
}

/// An extent: minimum x and y, maximum x and y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Extent(pub(super) [f64; 4]);

impl Extent {
    /// The empty extent.
    pub(super) const NONE: Self =
        Self([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY]);

    pub(super) fn take([x, y]: [f64; 2], Self([a, b, c, d]): Self) -> Self {
        Self([a.min(x), b.min(y), c.max(x), d.max(y)])
    }

    pub(super) fn join(self, Self([a, b, c, d]): Self) -> Self {
        Self::take([a, b], Self::take([c, d], self))
    }

    pub(super) fn some(self) -> Option<[f64; 4]> {
        (self.0[0] <= self.0[2]).then_some(self.0)
    }
}

/// The projected geometry of an area or site.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// The rings of each polygon, the shell first, each closed.
    Ground(Vec<Vec<Vec<[f64; 2]>>>),
    /// A site.
    Point([f64; 2]),
}

impl Shape {
    pub(super) fn of(selection: &Selection<'_>, index: usize) -> Self {
        let (layer, crs) = (selection.layer(), selection.crs);
        if !layer.is_areas() {
            return Self::Point(project(layer.sites()[index].position.coord(), crs));
        }
        let ring = |ring: &LineString<f64>| ring.coords().map(|&at| project(at, crs)).collect();
        let rings = |polygon: &Polygon<f64>| {
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect()
        };
        Self::Ground(selection.ground(index).iter().map(rings).collect())
    }

    pub(super) fn extent(&self) -> Extent {
        match self {
            Self::Point(at) => Extent::take(*at, Extent::NONE),
            // Holes are inside their shell.
            Self::Ground(polygons) => polygons
                .iter()
                .filter_map(|rings| rings.first())
                .flatten()
                .fold(Extent::NONE, |extent, &at| Extent::take(at, extent)),
        }
    }

    /// Appends little-endian well-known binary (OGC 06-103r4, section 8).
    pub(super) fn write_wkb(&self, out: &mut Vec<u8>) {
        const LITTLE_ENDIAN: u8 = 1;
        let begin = |out: &mut Vec<u8>, kind: u32| {
            out.push(LITTLE_ENDIAN);
            out.extend(kind.to_le_bytes());
        };
        match self {
            Self::Point([x, y]) => {
                begin(out, 1);
                out.extend([x, y].into_iter().flat_map(|number| number.to_le_bytes()));
            }
            Self::Ground(polygons) => {
                begin(out, 6);
                out.extend(count(polygons.len()));
                for rings in polygons {
                    begin(out, 3);
                    out.extend(count(rings.len()));
                    for ring in rings {
                        out.extend(count(ring.len()));
                        out.extend(ring.iter().flatten().flat_map(|number| number.to_le_bytes()));
                    }
                }
            }
        }
    }

    /// Its approximate size in memory in bytes.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Point(_) => 16,
            Self::Ground(polygons) => polygons.iter().flatten().map(|ring| 16 * ring.len()).sum(),
        }
    }
}

/// The geometries of a layer are far below four thousand million vertices.
fn count(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

/// The number of features that are projected together on all threads: enough to keep them busy, few
/// enough to hold in memory.
const TOGETHER: usize = 64;

/// The shapes at these indices, each with its index, in order.
pub(super) fn shapes<'a>(
    selection: &'a Selection<'_>,
    indices: &'a [usize],
) -> impl Iterator<Item = (usize, Shape)> + 'a {
    indices.chunks(TOGETHER).flat_map(move |indices| {
        let shape = |&index: &usize| (index, Shape::of(selection, index));
        indices.par_iter().map(shape).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_selection_has_no_box() {
        assert_eq!(Extent::NONE.some(), None);
        assert_eq!(Extent::take([1.0, 2.0], Extent::NONE).some(), Some([1.0, 2.0, 1.0, 2.0]));
        let joined = Extent::NONE.join(Extent([0.0, 1.0, 2.0, 3.0]));
        assert_eq!(joined.some(), Some([0.0, 1.0, 2.0, 3.0]));
    }

    #[test]
    fn a_polygon_is_written_as_well_known_binary_says() {
        let ring = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]];
        let mut wkb = Vec::new();
        Shape::Ground(vec![vec![ring]]).write_wkb(&mut wkb);
        let expected = [1, 6, 0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0];
        assert_eq!(wkb[..22], expected);
        assert_eq!(wkb.len(), 22 + 4 * 16);
        assert_eq!(wkb[38..46], 1.0_f64.to_le_bytes());
    }
}
