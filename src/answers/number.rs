//! Numbers as JSON, written as serde writes them: the shortest text that reads back the same.

use std::io::Write as _;

/// Digits of a whole number, without allocating.
pub(super) fn whole(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// `value` / 10^`places` without the zeros at its end, but with one digit after the point where
/// `is_float`; else without a point where there is no fraction.
///
/// The shortest text of a decimal fraction of up to 15 digits is that fraction itself.
fn decimal(out: &mut Vec<u8>, value: i64, places: u32, is_float: bool) {
    if value < 0 {
        out.push(b'-');
    }
    let (value, one) = (value.unsigned_abs(), 10_u64.pow(places));
    whole(out, value / one);
    let mut fraction = value % one;
    if fraction == 0 {
        if is_float {
            out.extend_from_slice(b".0");
        }
        return;
    }
    out.push(b'.');
    let mut unit = one / 10;
    while fraction > 0 {
        out.push(b'0' + (fraction / unit) as u8);
        fraction %= unit;
        unit /= 10;
    }
}

/// Any number, as serde writes it.
pub(super) fn by_serde(out: &mut Vec<u8>, value: f64) {
    // Numbers can be written, and to memory.
    let _ = serde_json::to_writer(out, &value);
}

/// Millionths of a degree as degrees.
pub(super) fn degrees(out: &mut Vec<u8>, millionths: i32) {
    // Serde writes the least as 1e-6.
    if millionths != 0 && millionths.unsigned_abs() < 100 {
        by_serde(out, f64::from(millionths) / 1e6);
    } else {
        decimal(out, i64::from(millionths), 6, true);
    }
}

/// A distance to 0.1 m.
pub(super) fn tenths(out: &mut Vec<u8>, metres: f64) {
    let tenths = (metres * 10.0).round();
    if (0.0..1e12).contains(&tenths) {
        decimal(out, tenths as i64, 1, true);
    } else {
        by_serde(out, super::shape::tenths(metres));
    }
}

/// Metres of the grid, to the millimetre, without a fraction where there is none.
pub(super) fn grid_metres(out: &mut Vec<u8>, metres: f64) {
    decimal(out, (metres * 1000.0).round() as i64, 3, false);
}

/// A number of two digits.
pub(super) fn month(out: &mut Vec<u8>, month: lapwing_boundaries::gazetteer::Month) {
    let _ = write!(out, "{:04}-{:02}", month.year, month.month);
}

#[cfg(test)]
mod tests {
    use super::super::shape::{Metres, degrees as rounded_degrees, tenths as rounded_tenths};
    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
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
                text(|out| degrees(out, millionths)),
                serde_json::to_string(&degrees_at).unwrap()
            );
            let distance = if round % 2 == 0 { random * 60.0 } else { random * 1e6 };
            for distance in [distance, f64::from(round) / 20.0] {
                assert_eq!(
                    text(|out| tenths(out, distance)),
                    serde_json::to_string(&rounded_tenths(distance)).unwrap()
                );
            }
            for metres in [random * 1e6 - 1e5, f64::from(round) / 8.0 - 100.0, f64::from(round)] {
                assert_eq!(
                    text(|out| grid_metres(out, metres)),
                    serde_json::to_string(&Metres(metres)).unwrap()
                );
            }
        }
    }
}
