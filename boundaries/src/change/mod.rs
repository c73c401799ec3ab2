//! Changes of areas between two vintages: unchanged, renamed, split, merged, moved.
//!
//! # The rule
//!
//! An earlier and a later vintage are compared by the overlaps of their areas, never by codes or
//! names alone. The *tolerance* is the larger boundary error of the two layers (20 m for BGC, 200 m
//! for BSC), as for slivers.
//!
//! 1. An overlap **links** two areas if it is at least half of either, or if its mean width
//!    (2 × area / perimeter) exceeds the tolerance and it is no sliver. A narrower overlap of more
//!    than 1 % of either area, and so no sliver, is **doubtful**: different generalisation alone may
//!    have caused it.
//! 2. The part of an area that the other vintage does not cover is assessed in the same way. An area
//!    is **open** if such a part exceeds the tolerance.
//! 3. Two areas are **counterparts** if more than half of each lies in the other. An area has at most
//!    one counterpart.
//! 4. An area of the earlier vintage is the first of these that applies:
//!    - `unchanged`, `renamed` (same code, different name) or `recoded` (different code, any name),
//!      if it and its counterpart are linked only to each other, and neither is open;
//!    - `merged`, if it is linked to a single area, which is linked to several areas that are linked
//!      only to it, and none of them is open;
//!    - `split`, if it is linked to several areas, each linked only to it, and none of them is open;
//!    - `moved_boundary`, if it has a counterpart, so that it gained or lost land;
//!    - `merged`, also if it lies in a single area that contains land of other areas;
//!    - `abolished`, if it is linked to nothing and the later vintage covers less than half of it;
//!    - `reorganised` otherwise: its land went to several areas, none of which is its counterpart.
//!
//!    An area of the later vintage is `created` if the reverse comparison gives `abolished`.
//! 5. The rule is applied twice: first to the links alone, which gives the kind, then to the links
//!    and the doubtful overlaps together. If the second result differs, the files cannot decide
//!    between the two, and it is given as the alternative ([`Change::alternative`]).
//!
//! Two generalisations of one line, to 20 m and to 200 m, therefore give unchanged, perhaps with an
//! alternative. So does a boundary that moved by less than the tolerance: the files do not show it.

mod succession;

use serde::{Deserialize, Serialize};

pub use succession::{AllChanges, LinkStrength, OverlapPart, Succession};

/// The kind of a change of an area between two vintages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Same geometry, code and name.
    Unchanged,
    /// Same geometry and code, different name.
    Renamed,
    /// Same geometry, different code, any name.
    Recoded,
    /// One area became several.
    Split,
    /// Several areas became one.
    Merged,
    /// The area continues and gained or lost land.
    MovedBoundary,
    /// Its land went to, or came from, several areas, none of which is its counterpart.
    Reorganised,
    /// No earlier area covered it.
    Created,
    /// No later area covers it.
    Abolished,
}

impl ChangeKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Unchanged,
        Self::Renamed,
        Self::Recoded,
        Self::Split,
        Self::Merged,
        Self::MovedBoundary,
        Self::Reorganised,
        Self::Created,
        Self::Abolished,
    ];

    /// The name used in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Renamed => "renamed",
            Self::Recoded => "recoded",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::MovedBoundary => "moved_boundary",
            Self::Reorganised => "reorganised",
            Self::Created => "created",
            Self::Abolished => "abolished",
        }
    }

    /// Returns true if the geometry is the same, whatever the code and name.
    pub const fn is_same_ground(self) -> bool {
        matches!(self, Self::Unchanged | Self::Renamed | Self::Recoded)
    }

    /// Turns the result of a comparison from the later to the earlier vintage into chronological
    /// order.
    const fn reversed(self) -> Self {
        match self {
            Self::Split => Self::Merged,
            Self::Merged => Self::Split,
            Self::Abolished => Self::Created,
            Self::Created => Self::Abolished,
            same => same,
        }
    }
}

/// The change of an area between two vintages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The kind of change that the geometries establish.
    pub kind: ChangeKind,
    /// The kind if the doubtful overlaps are real rather than due to generalisation; `None` if it is
    /// the same.
    pub alternative: Option<ChangeKind>,
    /// The index of the counterpart in the other vintage: more than half of each lies in the other.
    pub counterpart: Option<usize>,
    /// The part of the earlier area that is not in its later counterpart, in m²; `None` without a
    /// counterpart.
    pub lost_m2: Option<f64>,
    /// The part of the later area that is not in its earlier counterpart, in m²; `None` without a
    /// counterpart.
    pub gained_m2: Option<f64>,
}

impl Change {
    /// Returns true if there is no alternative.
    pub const fn is_certain(&self) -> bool {
        self.alternative.is_none()
    }
}
