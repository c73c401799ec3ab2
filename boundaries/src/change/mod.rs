//! What became of the areas of one vintage in another: unchanged, renamed, split, merged, moved.
//!
//! # The rule
//!
//! Two vintages, the earlier and the later, are compared by the ground that their areas share,
//! never by codes or names alone. The *tolerance* is the coarser of the two layers' drawing errors
//! (20 m for BGC, 200 m for BSC), as for slivers. Of an area of one side:
//!
//! 1. An overlap with an area of the other side **links** the two if it is at least the half of
//!    either, or if it is thicker than the tolerance (2 × area / perimeter) and no sliver. An
//!    overlap that is thinner, but over 1 % of one side and so no sliver, is **doubtful**: the two
//!    drawings' difference alone could have made it.
//! 2. Ground that the other vintage does not cover is judged alike. An area is **open** if it has
//!    such ground beyond the tolerance.
//! 3. Two areas are **counterparts** if more than the half of each lies in the other. There is one
//!    counterpart at most.
//! 4. An area of the earlier vintage is, the first that fits:
//!    - `unchanged`, `renamed` (same code, another name) or `recoded` (another code, whatever the
//!      name), if it and its counterpart are linked to each other and to nothing else, and neither
//!      is open;
//!    - `merged`, if it is linked to one area alone, which is linked to several that are linked to
//!      it alone, and none of them is open;
//!    - `split`, if it is linked to several, each linked to it alone, and none of them is open;
//!    - `moved_boundary`, if it has a counterpart, and ground was won or lost beside it;
//!    - `merged`, too, if it lies in one area alone that has ground of others beside it;
//!    - `abolished`, if it is linked to nothing and the later vintage does not cover the half of it;
//!    - `reorganised` otherwise: its ground went to several areas, none of which is its counterpart.
//!
//!    An area of the later vintage is `created` where the same read backwards says `abolished`.
//! 5. The rule is applied twice: to the links alone, which gives the kind, and to the links and the
//!    doubtful overlaps together. Where the second reading is another, the drawings cannot tell,
//!    and the other reading is given as well ([`Change::or`]).
//!
//! So two drawings of one line, 20 m and 200 m, read as unchanged, perhaps with a doubt, and a
//! boundary that did move by less than the tolerance reads so too: nobody can see it in these files.

mod succession;

use serde::{Deserialize, Serialize};

pub use succession::{AllChanges, Part, Succession, Weight};

/// What became of an area, or where one came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The same ground, code and name.
    Unchanged,
    /// The same ground and code under another name.
    Renamed,
    /// The same ground under another code, whatever its name.
    Recoded,
    /// One area became several.
    Split,
    /// Several areas became one.
    Merged,
    /// The area goes on, with ground won or lost.
    MovedBoundary,
    /// Its ground went to, or came from, several areas, none of which is its counterpart.
    Reorganised,
    /// No earlier area was there.
    Created,
    /// No later area is there.
    Abolished,
}

impl ChangeKind {
    /// Every kind.
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

    /// The word used in answers.
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

    /// Whether the ground is the same, whatever it is called.
    pub const fn is_same_ground(self) -> bool {
        matches!(self, Self::Unchanged | Self::Renamed | Self::Recoded)
    }

    /// The kind, read from the later vintage to the earlier, put in the order of time.
    const fn turned(self) -> Self {
        match self {
            Self::Split => Self::Merged,
            Self::Merged => Self::Split,
            Self::Abolished => Self::Created,
            Self::Created => Self::Abolished,
            same => same,
        }
    }
}

/// What became of an area, or where one came from, with how sure that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// What the drawings prove.
    pub kind: ChangeKind,
    /// What it is instead, if the overlaps that may be the drawings' difference are real ground.
    pub or: Option<ChangeKind>,
    /// The area of the other vintage that more than the half of each shares, by its place.
    pub counterpart: Option<usize>,
    /// The ground of the earlier of it and its counterpart that is not in the later, BNG m²; with
    /// a counterpart only.
    pub lost_m2: Option<f64>,
    /// The ground of the later that was not in the earlier, BNG m²; with a counterpart only.
    pub gained_m2: Option<f64>,
}

impl Change {
    /// Whether the drawings can tell.
    pub const fn is_certain(&self) -> bool {
        self.or.is_none()
    }
}
