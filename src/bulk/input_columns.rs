//! The columns of the input: which hold the place, and which to add.

use lapwing_boundaries::position::InvalidPosition;

use super::column_names::{ColumnName, Fit, Found, Part};
use super::output_columns::OutputColumnSet;
use super::{BulkError, RowError, Status, bng, lng_lat, postcode};
use crate::answers::Place;
use crate::answers::coordinate::{self, Axis};

/// The options for rows with columns: CSV, and flat NDJSON, whose members are its columns.
#[derive(Clone, Debug, Default)]
pub struct ColumnOptions {
    /// The columns that hold the place. Needed if the input has several kinds.
    pub by: Option<PlaceColumns>,
    /// The columns to add.
    pub add: OutputColumnSet,
    /// The names of the columns that hold the place. CSV only.
    pub named: NamedColumns,
}

/// Columns that the caller names, by their name in the header, or by their number from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedColumns {
    /// The column with the postcode.
    pub postcode: Option<String>,
    /// The column with the longitude.
    pub lon: Option<String>,
    /// The column with the latitude.
    pub lat: Option<String>,
    /// The column with the easting.
    pub easting: Option<String>,
    /// The column with the northing.
    pub northing: Option<String>,
}

impl NamedColumns {
    /// True if no column is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn of(&self, part: Part) -> Option<&str> {
        match part {
            Part::Postcode => self.postcode.as_deref(),
            Part::Lon => self.lon.as_deref(),
            Part::Lat => self.lat.as_deref(),
            Part::Easting => self.easting.as_deref(),
            Part::Northing => self.northing.as_deref(),
            Part::X | Part::Y => None,
        }
    }
}

/// The columns that hold the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceColumns {
    /// `postcode`
    Postcode,
    /// `lon` and `lat`
    LngLat,
    /// `easting` and `northing`
    Bng,
}

impl PlaceColumns {
    /// Parses `postcode`, `lonlat` or `bng`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "postcode" => Some(Self::Postcode),
            "lonlat" => Some(Self::LngLat),
            "bng" => Some(Self::Bng),
            _ => None,
        }
    }

    const ALL: [Self; 3] = [Self::Postcode, Self::LngLat, Self::Bng];

    const fn parts(self) -> &'static [Part] {
        match self {
            Self::Postcode => &[Part::Postcode],
            Self::LngLat => &[Part::Lon, Part::Lat],
            Self::Bng => &[Part::Easting, Part::Northing],
        }
    }

    const fn axes(self) -> [Axis; 2] {
        match self {
            Self::LngLat => [Axis::Lon, Axis::Lat],
            _ => [Axis::Easting, Axis::Northing],
        }
    }
}

/// The positions of the columns that hold the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeaderColumns {
    by: PlaceColumns,
    at: Vec<usize>,
    /// How well the names fit.
    pub(super) fit: Fit,
}

/// A header with some rows below it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'h> {
    pub(super) names: &'h [Vec<u8>],
    pub(super) rows: &'h [Vec<Vec<u8>>],
}

impl Header<'_> {
    fn name(&self, at: usize) -> String {
        String::from_utf8_lossy(&self.names[at]).trim().chars().take(60).collect()
    }

    /// The names for a message.
    pub(super) fn listed(&self) -> String {
        let names: Vec<String> = (0..self.names.len()).map(|at| self.name(at)).collect();
        names.join(", ").chars().take(300).collect()
    }

    /// The cells of a column that are not empty.
    fn cells(&self, at: usize) -> impl Iterator<Item = String> {
        self.rows.iter().filter_map(move |row| {
            let cell = String::from_utf8_lossy(row.get(at)?).into_owned();
            (!cell.trim().is_empty()).then_some(cell)
        })
    }

    /// A column whose cells are all postcodes, if it is the only one.
    fn column_of_postcodes(&self) -> Option<String> {
        let is_postcodes = |&at: &usize| {
            let mut cells = self.cells(at).peekable();
            cells.peek().is_some() && cells.all(|cell| postcode(&cell).is_ok())
        };
        let mut found = (0..self.names.len()).filter(is_postcodes);
        found.next().filter(|_| found.next().is_none()).map(|at| self.name(at))
    }

    /// The unit of columns called `X` and `Y`: degrees if all rows could be degrees. No place in
    /// Britain is that near to the origin of the grid.
    fn kind_of(&self, [x, y]: [usize; 2]) -> PlaceColumns {
        let within = |at: usize, axis: Axis, most: f64| {
            let mut numbers =
                self.cells(at).filter_map(|cell| coordinate::read(&cell, axis)).peekable();
            numbers.peek().is_some() && numbers.all(|number| number.abs() <= most)
        };
        if within(x, Axis::Lon, 180.0) && within(y, Axis::Lat, 90.0) {
            PlaceColumns::LngLat
        } else {
            PlaceColumns::Bng
        }
    }
}

impl HeaderColumns {
    /// Finds the columns in a header. The options choose one of several kinds, or name columns.
    pub(super) fn find(header: Header<'_>, options: &ColumnOptions) -> Result<Self, BulkError> {
        let names: Vec<ColumnName> =
            header.names.iter().map(|name| ColumnName::new(name)).collect();
        let ColumnOptions { by, named, .. } = options;
        let is_named =
            |kind: &PlaceColumns| kind.parts().iter().any(|&part| named.of(part).is_some());
        let kinds: Vec<PlaceColumns> = match by {
            Some(by) => vec![*by],
            None if named.is_empty() => PlaceColumns::ALL.to_vec(),
            None => PlaceColumns::ALL.into_iter().filter(is_named).collect(),
        };
        let mut found: Vec<Self> = Vec::new();
        let mut refused = None;
        for by in kinds {
            match Self::find_kind(header, &names, (by, options.by.is_some()), named) {
                Ok(Some(columns)) => found.push(columns),
                Ok(None) => {}
                Err(error) => {
                    refused.get_or_insert(error);
                }
            }
        }
        let exact: Vec<&Self> = found.iter().filter(|columns| columns.fit == Fit::Exact).collect();
        match (&exact[..], &found[..]) {
            (&[one], _) | (&[], [one]) => Ok(one.clone()),
            (&[], &[]) => Err(refused.unwrap_or_else(|| BulkError::NoPlaceColumn {
                columns: header.listed(),
                postcodes: header.column_of_postcodes(),
            })),
            _ => {
                let ways = found.iter().map(|columns| {
                    let names: Vec<String> = columns.at.iter().map(|&at| header.name(at)).collect();
                    names.join(" and ")
                });
                Err(BulkError::SeveralPlaces { ways: ways.collect::<Vec<_>>().join(", ") })
            }
        }
    }

    /// Finds the columns for one kind of place. `None` if there are none.
    fn find_kind(
        header: Header<'_>,
        names: &[ColumnName],
        (by, is_asked): (PlaceColumns, bool),
        named: &NamedColumns,
    ) -> Result<Option<Self>, BulkError> {
        let one = |part: Part| -> Result<Found, BulkError> {
            match named.of(part) {
                Some(name) => {
                    named_column(header, names, name).map(|at| Found::One(Fit::Exact, at))
                }
                None => Ok(part.find(names)),
            }
        };
        let several = |part: Part, at: &[usize]| BulkError::AmbiguousColumn {
            part: part.name(),
            columns: at.iter().map(|&at| header.name(at)).collect::<Vec<_>>().join(", "),
        };
        let &[first, second] = by.parts() else {
            return match one(Part::Postcode)? {
                Found::One(fit, at) => Ok(Some(Self { by, at: vec![at], fit })),
                Found::Several(at) => Err(several(Part::Postcode, &at)),
                Found::None => Ok(None),
            };
        };
        match (one(first)?, one(second)?) {
            (Found::One(a, x), Found::One(b, y)) => {
                Ok(Some(Self { by, at: vec![x, y], fit: a.max(b) }))
            }
            (Found::Several(at), _) => Err(several(first, &at)),
            (_, Found::Several(at)) => Err(several(second, &at)),
            (Found::None, Found::None) => {
                let (Found::One(a, x), Found::One(b, y)) =
                    (Part::X.find(names), Part::Y.find(names))
                else {
                    return Ok(None);
                };
                let is_kind = is_asked || header.kind_of([x, y]) == by;
                Ok(is_kind.then(|| Self { by, at: vec![x, y], fit: a.max(b).max(Fit::Usual) }))
            }
            (Found::One(_, at), Found::None) => {
                Err(BulkError::HalfAPlace { has: header.name(at), lacks: second.name() })
            }
            (Found::None, Found::One(_, at)) => {
                Err(BulkError::HalfAPlace { has: header.name(at), lacks: first.name() })
            }
        }
    }

    /// The positions of the columns whose cells [`Self::read`] takes. A postcode's is there twice.
    pub(super) fn at(&self) -> [usize; 2] {
        [self.at[0], *self.at.last().unwrap_or(&self.at[0])]
    }

    /// True if the place is a postcode.
    pub(super) fn are_postcodes(&self) -> bool {
        self.by == PlaceColumns::Postcode
    }

    /// Reads the place from raw cells, which can be quoted, if they are two short numbers. Returns
    /// `None` for anything else; use [`Self::read`] then.
    #[inline]
    pub(super) fn read_numbers(&self, cells: [&[u8]; 2]) -> Option<Place> {
        let [Some(x), Some(y)] = cells.map(short_number) else { return None };
        let place = match self.by {
            PlaceColumns::Postcode => return None,
            PlaceColumns::LngLat => lng_lat(x, y),
            PlaceColumns::Bng => bng(x, y),
        };
        place.ok()
    }

    /// Reads the place from the cells of the columns.
    pub(super) fn read(&self, cells: [&[u8]; 2]) -> Result<Place, RowError> {
        let text = cells.map(String::from_utf8_lossy);
        if self.by == PlaceColumns::Postcode {
            return postcode(&text[0]);
        }
        let axes = self.by.axes();
        let number = |i: usize| {
            if let Some(number) = short_number(cells[i]) {
                return Ok(number);
            }
            coordinate::read(&text[i], axes[i]).ok_or_else(|| {
                let name = self.by.parts()[i].name();
                let cell: String = text[i].trim().chars().take(40).collect();
                let why = if cell.is_empty() {
                    format!("{name} is empty")
                } else {
                    format!("{name} {cell:?} is not a number")
                };
                (Status::Invalid, why.into())
            })
        };
        let (x, y) = (number(0)?, number(1)?);
        if !x.is_finite() || !y.is_finite() {
            return Err((Status::Invalid, InvalidPosition::NotFinite.to_string().into()));
        }
        if self.by == PlaceColumns::LngLat { lng_lat(x, y) } else { bng(x, y) }
    }
}

/// The column that the caller names, by its name or by its number.
fn named_column(header: Header<'_>, names: &[ColumnName], asked: &str) -> Result<usize, BulkError> {
    let plain = ColumnName::new(asked.as_bytes()).plain;
    let mut with_name = (0..names.len()).filter(|&at| names[at].plain == plain);
    let number = || asked.trim().parse::<usize>().ok().filter(|&n| n > 0 && n <= names.len());
    match (with_name.next(), with_name.next()) {
        (Some(at), None) => Ok(at),
        (None, _) if number().is_some() => Ok(number().unwrap_or(1) - 1),
        (first, _) => Err(BulkError::UnknownColumn {
            name: asked.chars().take(60).collect(),
            is_repeated: first.is_some(),
            columns: header.listed(),
        }),
    }
}

/// Parses four to eight digits at once: in pairs, then in fours, then all of them (Lemire, "Quickly
/// parsing eight-digit integers", 2018).
#[inline]
fn eight_digits(cell: &[u8]) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (first, last) = (cell.first_chunk::<4>()?, cell.last_chunk::<4>()?);
    let missing = 8_usize.checked_sub(cell.len())?;
    let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
    // Pad with leading zeros.
    let text = u64::from(last) << 32 | u64::from(first) << (8 * missing);
    let text = text | (0x30 * ONES) & !(u64::MAX << (8 * missing));
    let are_digits =
        text & (0xF0 * ONES) == 0x30 * ONES && (text + 0x06 * ONES) & (0xF0 * ONES) == 0x30 * ONES;
    if !are_digits {
        return None;
    }
    let digits = text & (0x0F * ONES);
    let twos = digits.wrapping_mul(10 << 8 | 1) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = twos.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000 << 32 | 1) >> 32) as u32)
}

/// A power of ten and an integer of up to 15 digits are both exact, so their quotient is the float
/// nearest to the decimal number (Clinger, "How to read floating point numbers accurately", 1990).
const TENS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Parses a number of at most 15 digits with an optional decimal point, as in most cells.
pub(super) fn short_number(cell: &[u8]) -> Option<f64> {
    if let Some(number) = eight_digits(cell) {
        return Some(f64::from(number));
    }
    let (is_negative, digits) = match cell {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (mut whole, mut count, mut point) = (0_u64, 0, None);
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                count += 1;
            }
            b'.' if point.is_none() => point = Some(count),
            _ => return None,
        }
        if count == TENS.len() {
            return None;
        }
    }
    if count == 0 {
        return None;
    }
    let number = whole as f64 / TENS[count - point.unwrap_or(count)];
    Some(if is_negative { -number } else { number })
}

/// The names of the added columns, changed where the header has the same name.
pub(super) fn free_names(header: &[Vec<u8>], added: Vec<String>) -> Vec<String> {
    let taken: Vec<String> = header.iter().map(|name| ColumnName::new(name).plain).collect();
    let free = |name: String| {
        let mut free = name.clone();
        while taken.contains(&free.to_lowercase()) {
            free.insert_str(0, "lapwing_");
        }
        free
    };
    added.into_iter().map(free).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn short_numbers_parse_as_in_the_standard_library(
            text in "-?[0-9]{0,9}\\.?[0-9]{0,9}|[-+.e0-9 ]{0,6}",
            digits in "[0-9]{3,9}", spoilt: u8, at in 0_usize..9, metres: f64
        ) {
            let mut near = digits.clone().into_bytes();
            if let Some(byte) = near.get_mut(at) {
                *byte = spoilt;
            }
            let near = String::from_utf8(near).unwrap_or_default();
            for text in [text, digits, near, metres.to_string()] {
                if let Some(number) = short_number(text.as_bytes()) {
                    prop_assert_eq!(Ok(number.to_bits()), text.parse().map(f64::to_bits));
                }
            }
            // The test must not pass by reading nothing.
            prop_assert_eq!(short_number(b"475500.25"), Some(475_500.25));
        }
    }
}
