//! The header of a CSV file: where its places are, and what is added.

use csv::ByteRecord;
use lapwing_boundaries::position::InvalidPosition;

use super::output_columns::AddedColumns;
use super::{BulkError, Refusal, Status, bng, lng_lat, postcode};
use crate::answers::Place;

/// What is asked of rows that have columns: those of CSV, and of flat NDJSON, whose members they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskColumns {
    /// Which say where, if several ways are there.
    pub by: Option<By>,
    /// Which are added.
    pub add: AddedColumns,
}

/// Which columns say where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `postcode`
    Postcode,
    /// `lon` and `lat`
    LngLat,
    /// `easting` and `northing`
    Bng,
}

impl By {
    /// Reads `postcode`, `lonlat` or `bng`.
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

/// The columns that say where, by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlaceColumns {
    by: By,
    at: Vec<usize>,
}

/// A header's name as it is compared: without white space around it, in lower case.
fn plain(name: &[u8]) -> String {
    String::from_utf8_lossy(name).trim().to_lowercase()
}

impl PlaceColumns {
    /// Finds them in a header; `by` chooses where there are several ways.
    pub(super) fn find(header: &ByteRecord, by: Option<By>) -> Result<Self, BulkError> {
        let names: Vec<String> = header.iter().map(plain).collect();
        let place = |name: &str| names.iter().position(|n| n == name);
        let ways = match by {
            Some(by) => vec![by],
            None => By::ALL
                .into_iter()
                .filter(|by| by.names().iter().all(|name| place(name).is_some()))
                .collect(),
        };
        match ways[..] {
            [by] => {
                let at: Vec<usize> = by.names().iter().filter_map(|name| place(name)).collect();
                if at.len() == by.names().len() {
                    return Ok(Self { by, at });
                }
            }
            [] => {}
            _ => {
                let ways: Vec<String> = ways.iter().map(|by| by.names().join(" and ")).collect();
                return Err(BulkError::SeveralPlaces { ways: ways.join(", ") });
            }
        }
        for by in [By::LngLat, By::Bng] {
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

    /// The numbers of the columns to be given to [`Self::read`]; twice the same where there is one.
    pub(super) fn at(&self) -> [usize; 2] {
        [self.at[0], *self.at.last().unwrap_or(&self.at[0])]
    }

    /// Whether a cell with a postcode says where.
    pub(super) fn are_postcodes(&self) -> bool {
        self.by == By::Postcode
    }

    /// The place that cells say as they stand, in quotes or not, where these are two short numbers;
    /// else they are for [`Self::read`].
    #[inline]
    pub(super) fn read_numbers(&self, cells: [&[u8]; 2]) -> Option<Place> {
        let [Some(x), Some(y)] = cells.map(short_number) else { return None };
        let place = match self.by {
            By::Postcode => return None,
            By::LngLat => lng_lat(x, y),
            By::Bng => bng(x, y),
        };
        place.ok()
    }

    /// The place that the cells of those columns say.
    pub(super) fn read(&self, cells: [&[u8]; 2]) -> Result<Place, Refusal> {
        let cell = |i: usize| std::str::from_utf8(cells[i]);
        let broken = |_| (Status::Invalid, "the cell is not text in UTF-8".to_owned());
        if self.by == By::Postcode {
            return postcode(cell(0).map_err(broken)?);
        }
        let number = |i: usize| {
            if let Some(number) = short_number(cells[i]) {
                return Ok(number);
            }
            let text = cell(i).map_err(broken)?.trim();
            text.parse::<f64>().map_err(|_| (Status::Invalid, format!("{text:?} is no number")))
        };
        let (x, y) = (number(0)?, number(1)?);
        if !x.is_finite() || !y.is_finite() {
            return Err((Status::Invalid, InvalidPosition::NotFinite.to_string()));
        }
        if self.by == By::LngLat { lng_lat(x, y) } else { bng(x, y) }
    }
}

/// The number that four to eight digits are, all read at the same time: in pairs, then in fours, then
/// all (Lemire, "Quickly parsing eight-digit integers", 2018).
#[inline]
fn eight_digits(cell: &[u8]) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (first, last) = (cell.first_chunk::<4>()?, cell.last_chunk::<4>()?);
    let missing = 8_usize.checked_sub(cell.len())?;
    let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
    // Where they are fewer, zeros stand before them.
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

/// Both these and whole numbers of as many digits are exact, so that their quotient is the
/// number nearest to what is written (Clinger, "How to read floating point numbers
/// accurately", 1990).
const TENS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The number that a few digits are, perhaps with a point among them: what most cells are.
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

/// Refuses a header in which a name stands twice, or would with those that are added. Columns
/// without a name, such as spreadsheets leave behind, may be many.
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
        fn short_numbers_are_read_as_the_standard_library_reads_them(
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
            // Not only where nothing is read.
            prop_assert_eq!(short_number(b"475500.25"), Some(475_500.25));
        }
    }
}
