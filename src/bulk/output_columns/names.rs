//! The columns that an answer adds to a row, and their names.
//!
//! CSV headers, the members of flat NDJSON, the words of `add=` and the OpenAPI document take the
//! names from here. They are the names of the same facts in a JSON answer.

use lapwing_boundaries::atlas::ChosenLayer;

/// The column that every row has: its [`Status`](crate::bulk::Status).
pub(crate) const STATUS: &str = "status";

/// The member of flat NDJSON that says why a line has no answer.
pub(crate) const ERROR: &str = "error";

/// The member of flat NDJSON with a line that cannot be repeated member by member.
pub(crate) const QUERY: &str = "query";

/// A group of columns that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputColumn {
    /// `{layer}_code` for each layer: the code of the area, several joined by `;`.
    Code,
    /// `{layer}_name` for each layer: the name of the area, several joined by `;`.
    Name,
    /// `confidence`: the level of the answer.
    Confidence,
    /// `boundary_distance_m`: metres to the nearest boundary.
    BoundaryDistance,
    /// `coverage`: `incomplete:` and the key of each layer that may only lack an area at the place,
    /// several joined by `;`; or `outside` for a place in no area of any layer.
    Coverage,
    /// `unassigned`: the share of the postcode's addresses that are in no area of a layer, after the
    /// key of the layer and a colon, several joined by `;`.
    Unassigned,
    /// `superseded_since`: the day from which the boundaries of a layer are no longer in force, if
    /// the day of the answer is not before it, after the key of the layer and a colon, several joined
    /// by `;`.
    SupersededSince,
    /// `terminated`: the month in which the postcode ended.
    Terminated,
    /// `reason`: why the row has no answer.
    Reason,
}

impl OutputColumn {
    /// All groups, in the order of their columns in a row.
    pub const ALL: [Self; 9] = [
        Self::Code,
        Self::Name,
        Self::Confidence,
        Self::BoundaryDistance,
        Self::Coverage,
        Self::Unassigned,
        Self::SupersededSince,
        Self::Terminated,
        Self::Reason,
    ];

    /// The groups that are added if none are named.
    pub const DEFAULT: &[Self] = Self::ALL.split_at(7).0;

    /// The name of the column. `code` and `name` follow the key of their layer.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Name => "name",
            Self::Confidence => "confidence",
            Self::BoundaryDistance => "boundary_distance_m",
            Self::Coverage => "coverage",
            Self::Unassigned => "unassigned",
            Self::SupersededSince => "superseded_since",
            Self::Terminated => "terminated",
            Self::Reason => "reason",
        }
    }

    /// The group with that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.as_str() == name)
    }

    /// The name of the column for a layer.
    pub(super) fn of_layer(self, key: &str) -> String {
        format!("{key}_{}", self.as_str())
    }
}

/// A set of column groups. The default is [`OutputColumn::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputColumnSet(u16);

impl Default for OutputColumnSet {
    fn default() -> Self {
        OutputColumn::DEFAULT.iter().copied().collect()
    }
}

impl FromIterator<OutputColumn> for OutputColumnSet {
    fn from_iter<I: IntoIterator<Item = OutputColumn>>(columns: I) -> Self {
        Self(columns.into_iter().fold(0, |bits, column| bits | 1 << column as u8))
    }
}

impl OutputColumnSet {
    /// True if the set contains the group.
    #[inline]
    pub(super) fn contain(self, column: OutputColumn) -> bool {
        self.0 >> column as u8 & 1 == 1
    }

    /// The groups in the set with a column for each layer.
    pub(super) fn of_areas(self) -> impl Iterator<Item = OutputColumn> {
        [OutputColumn::Code, OutputColumn::Name].into_iter().filter(move |&of| self.contain(of))
    }

    /// The names of all added columns, in order.
    pub(in crate::bulk) fn names(self, chosen: &[ChosenLayer]) -> Vec<String> {
        let of_layer = |chosen: &ChosenLayer| {
            self.of_areas().map(|of| of.of_layer(chosen.key.as_str())).collect()
        };
        let areas = chosen.iter().flat_map::<Vec<String>, _>(of_layer);
        let [_, _, others @ ..] = OutputColumn::ALL;
        let others = others
            .into_iter()
            .filter(|&column| self.contain(column))
            .map(|column| column.as_str().to_owned());
        std::iter::once(STATUS.to_owned()).chain(areas).chain(others).collect()
    }
}
