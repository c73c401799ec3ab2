//! Which columns are added to rows, and what they are called.

use lapwing_boundaries::atlas::Chosen;

/// A kind of columns that is added on request; the status always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedColumn {
    /// `{layer}_code` of each layer.
    Code,
    /// `{layer}_name` of each layer.
    Name,
    /// `confidence`
    Confidence,
    /// `boundary_distance_m`
    BoundaryDistance,
}

impl AddedColumn {
    const ALL: [Self; 4] = [Self::Code, Self::Name, Self::Confidence, Self::BoundaryDistance];

    /// The word by which it is asked for: `code`, `name`, `confidence` or `boundary_distance_m`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Name => "name",
            Self::Confidence => "confidence",
            Self::BoundaryDistance => "boundary_distance_m",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.as_str() == word)
    }
}

/// Some of these kinds; all of them, unless others are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddedColumns(u8);

impl Default for AddedColumns {
    fn default() -> Self {
        AddedColumn::ALL.into_iter().collect()
    }
}

impl FromIterator<AddedColumn> for AddedColumns {
    fn from_iter<I: IntoIterator<Item = AddedColumn>>(columns: I) -> Self {
        Self(columns.into_iter().fold(0, |bits, column| bits | 1 << column as u8))
    }
}

impl AddedColumns {
    /// Whether these are among them.
    #[inline]
    pub(super) fn have(self, column: AddedColumn) -> bool {
        self.0 >> column as u8 & 1 == 1
    }

    /// The codes and names of areas that are among them, by what each is called.
    pub(super) fn of_areas(self) -> impl Iterator<Item = AddedColumn> {
        [AddedColumn::Code, AddedColumn::Name].into_iter().filter(move |&of| self.have(of))
    }

    /// The names of all columns that are added, in order.
    pub(in crate::bulk) fn names(self, chosen: &[Chosen]) -> Vec<String> {
        let of_layer = |chosen: &Chosen| {
            let key = chosen.key.to_string();
            self.of_areas().map(move |of| format!("{key}_{}", of.as_str()))
        };
        let ends = [AddedColumn::Confidence, AddedColumn::BoundaryDistance]
            .into_iter()
            .filter(|&column| self.have(column))
            .map(|column| column.as_str().to_owned());
        let areas = chosen.iter().flat_map(of_layer);
        std::iter::once("status".to_owned()).chain(areas).chain(ends).collect()
    }
}
