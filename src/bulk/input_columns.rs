//! The columns of the input: which hold the place, and which to add.

use csv::ByteRecord;
use lapwing_boundaries::position::InvalidPosition;

use super::output_columns::OutputColumnSet;
use super::{BulkError, RowError, Status, bng, lng_lat, postcode};
use crate::answers::Place;

/// The options for rows with columns: CSV, and flat NDJSON, whose members are its columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColumnOptions {
    /// The columns that hold the place. Needed if the input has several kinds.
    pub by: Option<PlaceColumns>,
    /// The columns to add.
    pub add: OutputColumnSet,
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

    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Postcode => &["postcode"],
            Self::LngLat => &["lon", "lat"],
            Self::Bng => &["easting", "northing"],
        }
    }
}

/// The positions of the columns that hold the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeaderColumns {
    by: PlaceColumns,
    at: Vec<usize>,
}

/// Normalises a column name for comparison: trimmed and in lower case.
fn plain(name: &[u8]) -> String {
    String::from_utf8_lossy(name).trim().to_lowercase()
}

impl HeaderColumns {
    /// Finds the columns in a header. `by` chooses one of several kinds.
    pub(super) fn find(header: &ByteRecord, by: Option<PlaceColumns>) -> Result<Self, BulkError> {
        let names: Vec<String> = header.iter().map(plain).collect();
        let place = |name: &str| names.iter().position(|n| n == name);
        let kinds = match by {
            Some(by) => vec![by],
            None => PlaceColumns::ALL
                .into_iter()
                .filter(|by| by.names().iter().all(|name| place(name).is_some()))
                .collect(),
        };
        match kinds[..] {
            [by] => {
                let at: Vec<usize> = by.names().iter().filter_map(|name| place(name)).collect();
                if at.len() == by.names().len() {
                    return Ok(Self { by, at });
                }
            }
            [] => {}
            _ => {
                let ways: Vec<String> = kinds.iter().map(|by| by.names().join(" and ")).collect();
                return Err(BulkError::SeveralPlaces { ways: ways.join(", ") });
            }
        }
        for by in [PlaceColumns::LngLat, PlaceColumns::Bng] {
            let &[first, second] = by.names() else { continue };
            match (place(first), place(second)) {
                (Some(_), None) => return Err(BulkError::HalfAPlace { has: first, lacks: second }),
                (None, Some(_)) => return Err(BulkError::HalfAPlace { has: second, lacks: first }),
                _ => {}
            }
        }
        let columns: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Err(BulkError::NoPlaceColumn { columns: columns.join(", ").chars().take(300).collect() })
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
        let cell = |i: usize| std::str::from_utf8(cells[i]);
        let broken = |_| (Status::Invalid, "the cell is not UTF-8".to_owned());
        if self.by == PlaceColumns::Postcode {
            return postcode(cell(0).map_err(broken)?);
        }
        let number = |i: usize| {
            if let Some(number) = short_number(cells[i]) {
                return Ok(number);
            }
            let text = cell(i).map_err(broken)?.trim();
            text.parse::<f64>().map_err(|_| (Status::Invalid, format!("{text:?} is not a number")))
        };
        let (x, y) = (number(0)?, number(1)?);
        if !x.is_finite() || !y.is_finite() {
            return Err((Status::Invalid, InvalidPosition::NotFinite.to_string()));
        }
        if self.by == PlaceColumns::LngLat { lng_lat(x, y) } else { bng(x, y) }
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

/// Refuses a header with a duplicate name, or with the name of an output column. Several columns
/// without a name are accepted, because spreadsheets leave them behind.
pub(super) fn check_names(header: &ByteRecord, added: &[String]) -> Result<(), BulkError> {
    let mut seen: Vec<String> = Vec::new();
    for name in header.iter().map(plain).filter(|name| !name.is_empty()) {
        if added.contains(&name) {
            return Err(BulkError::TakenColumn { name });
        }
        if seen.contains(&name) {
            return Err(BulkError::RepeatedColumn { name });
        }
        seen.push(name);
    }
    Ok(())
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
