//! Numbers as JSON, written as serde writes them: the shortest text that reads back the same.

use std::io::Write as _;

use lapwing_boundaries::gazetteer::Month;

use super::common_fields;
use crate::answers::text_writer::{self, Pen, rounded};

/// `value` / 10^`PLACES` without the zeros at its end, but with one digit after the point where
/// `is_float`; else without a point where there is no fraction.
///
/// The shortest text of a decimal fraction of up to 15 digits is that fraction itself.
#[inline]
fn decimal<const PLACES: usize>(pen: &mut Pen, value: i64, is_float: bool) {
    if value < 0 {
        pen.put(b"-");
    }
    let one = const { 10_u64.pow(PLACES as u32) };
    let value = value.unsigned_abs();
    let (whole, parts) = (value / one, value % one);
    pen.whole(whole);
    if parts > 0 || is_float {
        pen.fraction::<PLACES>(parts);
    }
}

/// Any number, as serde writes it.
pub(super) fn by_serde(pen: &mut Pen, value: f64) {
    // Numbers can be written, and to memory.
    let _ = serde_json::to_writer(pen, &value);
}

/// Millionths of a degree as degrees.
pub(super) fn degrees(pen: &mut Pen, millionths: i32) {
    // Serde writes the least as 1e-6.
    if millionths != 0 && millionths.unsigned_abs() < 100 {
        by_serde(pen, f64::from(millionths) / 1e6);
    } else {
        decimal::<6>(pen, i64::from(millionths), true);
    }
}

/// A distance to 0.1 m.
#[inline]
pub(super) fn tenths(pen: &mut Pen, metres: f64) {
    match text_writer::tenths(metres) {
        Some(tenths) => pen.tenths_of(tenths, true),
        None => by_serde(pen, common_fields::tenths(metres)),
    }
}

/// A share, to nine decimals.
pub(super) fn share(pen: &mut Pen, share: f64) {
    const ONE: u64 = 1_000_000_000;
    let billionths = rounded(share.clamp(0.0, 1.0) * 1e9);
    if billionths == ONE {
        // Most are.
        pen.put(b"1.0");
    } else if billionths < ONE / 1000 {
        // Serde writes the least as 1e-6.
        by_serde(pen, billionths as f64 / 1e9);
    } else {
        let (mut text, mut rest) = (*b"0.000000000", billionths);
        for digit in text[2..].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        let zeros = text.iter().rev().take_while(|&&digit| digit == b'0').count();
        pen.put(&text[..text.len() - zeros]);
    }
}

/// Metres of the grid, to the millimetre, without a fraction where there is none.
pub(super) fn grid_metres(pen: &mut Pen, metres: f64) {
    let thousandths = rounded((metres * 1000.0).abs()).cast_signed();
    decimal::<3>(pen, if metres < 0.0 { -thousandths } else { thousandths }, false);
}

/// `2019-07`
pub(super) fn month(pen: &mut Pen, month: Month) {
    let _ = write!(pen, "{:04}-{:02}", month.year, month.month);
}

#[cfg(test)]
mod tests {
    use common_fields::{
        Metres, degrees as rounded_degrees, share as rounded_share, tenths as rounded_tenths,
    };

    use super::*;

    fn text(write: impl Fn(&mut Pen)) -> String {
        let mut pen = Pen::default();
        write(&mut pen);
        String::from_utf8(pen.written().to_vec()).unwrap()
    }

    #[test]
    fn numbers_are_written_as_serde_writes_them() {
        let mut state = 7_u64;
        for round in 0..400_000_i32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let random = (state >> 11) as f64 / (1_u64 << 53) as f64;
            let millionths =
                if round < 4000 { round - 2000 } else { (random * 20e6) as i32 - 9_000_000 };
            let degrees_at = rounded_degrees(f64::from(millionths) / 1e6);
            assert_eq!(
                text(|pen| degrees(pen, millionths)),
                serde_json::to_string(&degrees_at).unwrap()
            );
            let distance = if round % 2 == 0 { random * 60.0 } else { random * 1e6 };
            for distance in [distance, f64::from(round) / 20.0] {
                assert_eq!(
                    text(|pen| tenths(pen, distance)),
                    serde_json::to_string(&rounded_tenths(distance)).unwrap()
                );
            }
            let addresses = f64::from(round % 701 + 1);
            let part = (random * addresses).floor();
            for of in [part / addresses, random * random, random / 1e4, addresses / addresses] {
                assert_eq!(
                    text(|pen| share(pen, of)),
                    serde_json::to_string(&rounded_share(of, 1.0).unwrap()).unwrap()
                );
            }
            for metres in [random * 1e6 - 1e5, f64::from(round) / 8.0 - 100.0, f64::from(round)] {
                assert_eq!(
                    text(|pen| grid_metres(pen, metres)),
                    serde_json::to_string(&Metres(metres)).unwrap()
                );
            }
        }
    }
}
