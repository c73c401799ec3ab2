//! Relations between areas, from the overlap tables, which compare whole geometries.

use lapwing_boundaries::overlap::{OverlapRow, Relation};

use super::area_filter::AreaFilter;
use crate::compat::directory::LayerArea;
use crate::live::Served;

/// A relation of other areas to the requested one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AreaRelation {
    /// Areas over which it has authority.
    Children,
    /// Areas that share its boundary but do not overlap it.
    Touches,
    /// Areas that overlap it in part: neither contains the other.
    Overlaps,
    /// Areas inside it.
    Covers,
    /// Areas that contain it.
    Covered,
    /// Areas inside it, and areas that overlap it in part.
    Coverlaps,
    /// All of these except children.
    Intersects,
}

impl AreaRelation {
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "children" => Self::Children,
            "touches" => Self::Touches,
            "overlaps" => Self::Overlaps,
            "covers" => Self::Covers,
            "covered" => Self::Covered,
            "coverlaps" => Self::Coverlaps,
            "intersects" => Self::Intersects,
            _ => return None,
        })
    }

    /// Returns true if a row has this relation. A sliver counts as a touch, because it is only the
    /// drawing error of a shared boundary.
    fn matches(self, row: &OverlapRow) -> bool {
        let relation = if row.sliver { Relation::Touches } else { row.relation };
        match self {
            Self::Children => false,
            Self::Touches => relation == Relation::Touches,
            Self::Overlaps => relation == Relation::Partial,
            Self::Covers => matches!(relation, Relation::Contains | Relation::Equals),
            Self::Covered => matches!(relation, Relation::Within | Relation::Equals),
            Self::Coverlaps => {
                matches!(relation, Relation::Contains | Relation::Equals | Relation::Partial)
            }
            Self::Intersects => true,
        }
    }

    /// Returns the selected areas with this relation, in order of layer and code.
    pub(super) fn of_area(
        self,
        served: &Served,
        subject: LayerArea,
        filter: &AreaFilter,
    ) -> Vec<LayerArea> {
        let directory = served.directory();
        let id = directory.id(subject);
        if self == Self::Children {
            let mut children = filter.all(served);
            children.retain(|&layer_area| directory.parent(layer_area) == Some(id));
            return children;
        }
        let rows = filter.layers().iter().flat_map(|&layer| {
            let rows = served.atlas().overlaps_of(subject.0, subject.1, layer).iter();
            rows.filter(|row| self.matches(row)).map(move |row| (layer, row.to as usize))
        });
        // Other vintages are the same area.
        let others = rows.filter(|&layer_area| directory.id(layer_area) != id);
        filter.filter(served, others.collect::<Vec<_>>())
    }
}
