//! Numbers as JSON, written as by serde: the shortest text that parses to the same number.

use std::io::Write as _;

use lapwing_boundaries::gazetteer::Month;

use super::common_fields;
use crate::answers::text_writer::{self, TextWriter, rounded};

/// Writes `value` / 10^`PLACES` without trailing zeros. With `is_float`, at least one digit follows
/// the point; otherwise whole numbers have no point.
///
/// The shortest text of a decimal fraction of up to 15 digits is that fraction.
#[inline]
fn decimal<const PLACES: usize>(writer: &mut TextWriter, value: i64, is_float: bool) {
    if value < 0 {
        writer.put(b"-");
    }
    let one = const { 10_u64.pow(PLACES as u32) };
    let value = value.unsigned_abs();
    let (whole, parts) = (value / one, value % one);
    writer.integer(whole);
    if parts > 0 || is_float {
        writer.fraction::<PLACES>(parts);
    }
}

/// Writes any number, using serde.
pub(super) fn by_serde(writer: &mut TextWriter, value: f64) {
    // Writing a number to memory cannot fail.
    let _ = serde_json::to_writer(writer, &value);
}

/// Writes millionths of a degree as degrees.
pub(super) fn degrees(writer: &mut TextWriter, millionths: i32) {
    // serde writes the smallest values as 1e-6.
    if millionths != 0 && millionths.unsigned_abs() < 100 {
        by_serde(writer, f64::from(millionths) / 1e6);
    } else {
        decimal::<6>(writer, i64::from(millionths), true);
    }
}

/// Writes a distance in metres to 0.1 m.
#[inline]
pub(super) fn tenths(writer: &mut TextWriter, metres: f64) {
    match text_writer::tenths(metres) {
        Some(tenths) => writer.tenths_of(tenths, true),
        None => by_serde(writer, common_fields::tenths(metres)),
    }
}

/// Writes a share to nine decimals.
pub(crate) fn share(writer: &mut TextWriter, share: f64) {
    const ONE: u64 = 1_000_000_000;
    let billionths = rounded(share.clamp(0.0, 1.0) * 1e9);
    if billionths == ONE {
        // The most frequent share.
        writer.put(b"1.0");
    } else if billionths < ONE / 1000 {
        // serde writes the smallest values as 1e-6.
        by_serde(writer, billionths as f64 / 1e9);
    } else {
        let (mut text, mut rest) = (*b"0.000000000", billionths);
        for digit in text[2..].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        let zeros = text.iter().rev().take_while(|&&digit| digit == b'0').count();
        writer.put(&text[..text.len() - zeros]);
    }
}

/// Writes metres on the grid to the millimetre, and whole numbers without a fraction.
pub(super) fn grid_metres(writer: &mut TextWriter, metres: f64) {
    let thousandths = rounded((metres * 1000.0).abs()).cast_signed();
    decimal::<3>(writer, if metres < 0.0 { -thousandths } else { thousandths }, false);
}

/// Writes a month as `2019-07`.
pub(super) fn month(writer: &mut TextWriter, month: Month) {
    let _ = write!(writer, "{:04}-{:02}", month.year, month.month);
}

#[cfg(test)]
mod tests {
    use common_fields::{
        Metres, degrees as rounded_degrees, share as rounded_share, tenths as rounded_tenths,
    };

    use super::*;

    fn text(write: impl Fn(&mut TextWriter)) -> String {
        let mut writer = TextWriter::default();
        write(&mut writer);
        String::from_utf8(writer.written().to_vec()).unwrap()
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
                text(|writer| degrees(writer, millionths)),
                serde_json::to_string(&degrees_at).unwrap()
            );
            let distance = if round % 2 == 0 { random * 60.0 } else { random * 1e6 };
            for distance in [distance, f64::from(round) / 20.0] {
                assert_eq!(
                    text(|writer| tenths(writer, distance)),
                    serde_json::to_string(&rounded_tenths(distance)).unwrap()
                );
            }
            let addresses = f64::from(round % 701 + 1);
            let part = (random * addresses).floor();
            for of in [part / addresses, random * random, random / 1e4, addresses / addresses] {
                assert_eq!(
                    text(|writer| share(writer, of)),
                    serde_json::to_string(&rounded_share(of, 1.0).unwrap()).unwrap()
                );
            }
            for metres in [random * 1e6 - 1e5, f64::from(round) / 8.0 - 100.0, f64::from(round)] {
                assert_eq!(
                    text(|writer| grid_metres(writer, metres)),
                    serde_json::to_string(&Metres(metres)).unwrap()
                );
            }
        }
    }
}
