//! Spatial relations between an area or site and a geometry of the client (OGC 21-065r2, section
//! 7.7), by the DE-9IM matrix (OGC 06-103r4, section 6.1.15).
//!
//! A site on the edge of a polygon intersects and touches it and is not within it, as the matrix
//! defines.

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::dimensions::Dimensions;
use geo::relate::IntersectionMatrix;
use geo::{Coord, Geometry, HasDimensions as _, MultiPolygon, Point, Rect, Relate as _};
use lapwing_boundaries::geometry::outline::Outline;
use lapwing_boundaries::geometry::predicate::Position;

use super::error::FilterError;
use super::prepared_geometry::{Ground, Shape, check, guarded};

/// A spatial relation of one geometry to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Intersects,
    Disjoint,
    Equals,
    Touches,
    Crosses,
    Within,
    Contains,
    Overlaps,
}

impl Relation {
    /// Every relation by the name of its function.
    pub(super) const ALL: [(&'static str, Self); 8] = [
        ("s_intersects", Self::Intersects),
        ("s_disjoint", Self::Disjoint),
        ("s_equals", Self::Equals),
        ("s_touches", Self::Touches),
        ("s_crosses", Self::Crosses),
        ("s_within", Self::Within),
        ("s_contains", Self::Contains),
        ("s_overlaps", Self::Overlaps),
    ];

    /// The relation of `b` to `a` if `self` is that of `a` to `b`.
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Within => Self::Contains,
            Self::Contains => Self::Within,
            symmetric => symmetric,
        }
    }

    /// Returns whether a geometry has this relation to itself.
    pub(super) fn of_itself(self) -> bool {
        matches!(self, Self::Intersects | Self::Equals | Self::Within | Self::Contains)
    }

    /// Returns whether an area has the relation to a geometry, from its geometry, extent and
    /// outline.
    pub(super) fn of_area(
        self,
        (area, extent, outline): (&MultiPolygon<f64>, Rect<f64>, &Outline),
        shape: &Shape,
    ) -> bool {
        let Some(ground) = near(extent, shape) else { return self == Self::Disjoint };
        if matches!(self, Self::Intersects | Self::Disjoint) && meets_plainly(outline, ground) {
            return self == Self::Intersects;
        }
        // Both are valid; if the library fails nevertheless, no relation holds.
        guarded(|| area.relate(&ground.geometry))
            .is_ok_and(|matrix| self.by_matrix(&matrix, Dimensions::TwoDimensional, shape))
    }

    /// Returns whether a site has the relation to a geometry.
    pub(super) fn of_site(self, site: Coord<f64>, shape: &Shape) -> bool {
        let Some(ground) = near(Rect::new(site, site), shape) else {
            return self == Self::Disjoint;
        };
        if shape.dimensions == Dimensions::ZeroDimensional {
            return guarded(|| Point(site).relate(&ground.geometry))
                .is_ok_and(|m| self.by_matrix(&m, Dimensions::ZeroDimensional, shape));
        }
        let position = match &ground.outline {
            Some(outline) => outline.position(site),
            None => match ground.geometry.coordinate_position(&site) {
                CoordPos::Inside => Position::Inside,
                CoordPos::OnBoundary => Position::Boundary,
                CoordPos::Outside => Position::Outside,
            },
        };
        match self {
            Self::Intersects => position != Position::Outside,
            Self::Disjoint => position == Position::Outside,
            Self::Touches => position == Position::Boundary,
            Self::Within => position == Position::Inside,
            // A point contains and crosses no line or polygon.
            Self::Equals | Self::Crosses | Self::Contains | Self::Overlaps => false,
        }
    }

    /// Returns whether two geometries of the client have the relation, in the CRS of the filter.
    pub(super) fn of_literals(
        self,
        a: &Geometry<f64>,
        b: &Geometry<f64>,
    ) -> Result<bool, FilterError> {
        check(a)?;
        check(b)?;
        let matrix = guarded(|| a.relate(b))?;
        let whole = Shape { ground: None, goes_beyond: false, dimensions: b.dimensions() };
        Ok(self.by_matrix(&matrix, a.dimensions(), &whole))
    }

    /// Evaluates the matrix of a geometry with the part of the shape on the grid. The part beyond
    /// the grid is in the exterior of every geometry on it.
    fn by_matrix(self, matrix: &IntersectionMatrix, of: Dimensions, shape: &Shape) -> bool {
        let insides_meet = || matrix.get(CoordPos::Inside, CoordPos::Inside) != Dimensions::Empty;
        let goes_out = || matrix.get(CoordPos::Inside, CoordPos::Outside) != Dimensions::Empty;
        let beyond = shape.goes_beyond;
        match self {
            Self::Intersects => matrix.is_intersects(),
            Self::Disjoint => matrix.is_disjoint(),
            Self::Equals => !beyond && matrix.is_equal_topo(),
            Self::Touches => matrix.is_touches(),
            Self::Crosses => {
                matrix.is_crosses() || (beyond && of > shape.dimensions && insides_meet())
            }
            Self::Within => matrix.is_within(),
            Self::Contains => !beyond && matrix.is_contains(),
            Self::Overlaps => {
                matrix.is_overlaps()
                    || (beyond && of == shape.dimensions && insides_meet() && goes_out())
            }
        }
    }
}

/// The polygons of a shape whose extent intersects another.
fn near(extent: Rect<f64>, shape: &Shape) -> Option<&Ground> {
    use geo::Intersects as _;
    shape.ground.as_ref().filter(|ground| ground.extent.intersects(&extent))
}

/// Returns whether a vertex of the geometry is in the area or vice versa. Most intersecting pairs
/// are found this way, without comparing every edge.
fn meets_plainly(area: &Outline, ground: &Ground) -> bool {
    use geo::CoordsIter as _;
    const TRIED: usize = 4;
    let in_area = |at| area.position(at) != Position::Outside;
    let in_ground =
        |at| ground.outline.as_ref().is_some_and(|ground| ground.position(at) != Position::Outside);
    ground.geometry.coords_iter().take(TRIED).any(in_area)
        || area.sample_vertices(TRIED).any(in_ground)
}
