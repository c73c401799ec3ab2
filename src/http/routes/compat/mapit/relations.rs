//! What an area touches, overlaps and holds: from the tables of overlaps, which are measured on
//! whole geometries.

use lapwing_boundaries::overlap::{OverlapRow, Relation};

use super::choice::Choice;
use crate::compat::directory::Spot;
use crate::live::Served;

/// Which other areas are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those over which it has authority.
    Children,
    /// Those that share its boundary and no ground.
    Touches,
    /// Those that share some of its ground and are neither in it nor around it.
    Overlaps,
    /// Those in it.
    Covers,
    /// Those around it.
    Covered,
    /// Those in it, and those that it overlaps.
    Coverlaps,
    /// All of these.
    Intersects,
}

impl Wanted {
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

    /// Whether a row from the area asked about to another is one. A sliver is the drawing error of
    /// two boundaries that are one: a touch.
    fn takes(self, row: &OverlapRow) -> bool {
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

    /// Those that pass, in order of layer and code.
    pub(super) fn of_area(self, served: &Served, asked: Spot, choice: &Choice) -> Vec<Spot> {
        let directory = served.directory();
        let id = directory.id(asked);
        if self == Self::Children {
            let mut children = choice.all(served);
            children.retain(|&spot| directory.parent(spot) == Some(id));
            return children;
        }
        let rows = choice.layers().iter().flat_map(|&layer| {
            let rows = served.atlas().overlaps_of(asked.0, asked.1, layer).iter();
            rows.filter(|row| self.takes(row)).map(move |row| (layer, row.to as usize))
        });
        // Another vintage of itself is itself.
        let others = rows.filter(|&spot| directory.id(spot) != id);
        choice.filter(served, others.collect::<Vec<_>>())
    }
}
