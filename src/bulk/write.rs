//! Cells as CSV, written where they will stand.

use std::io::Write as _;

use crate::answers::number;

fn needs_quotes(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

/// A cell, in quotes if it must be.
pub(super) fn cell(out: &mut Vec<u8>, bytes: &[u8]) {
    if !needs_quotes(bytes) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    for &byte in bytes {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// One cell of several texts, joined by semicolons.
pub(super) fn cell_of<'t>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'t str>) {
    let start = out.len();
    for (at, text) in texts.enumerate() {
        if at > 0 {
            out.push(b';');
        }
        out.extend_from_slice(text.as_bytes());
    }
    if needs_quotes(&out[start..]) {
        let plain = out.split_off(start);
        cell(out, &plain);
    }
}

/// A number of tenths, as `Display` writes it: `500` and `20.6`.
pub(super) fn tenths(out: &mut Vec<u8>, number: f64) {
    let count = (number * 10.0).round();
    let plain = (0.0..1e15).contains(&count) && count / 10.0 == number;
    if !plain || number.is_sign_negative() {
        // Memory does not fail to be written to.
        let _ = write!(out, "{number}");
        return;
    }
    number::decimal(out, count as i64, 1, false);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_written_as_display_writes_them(tenths_of in 0_u64..10_000_000_000, other: f64) {
            for number in [tenths_of as f64 / 10.0, other] {
                let mut out = Vec::new();
                tenths(&mut out, number);
                prop_assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
            }
        }

        #[test]
        fn cells_are_written_as_the_csv_crate_writes_them(text in "[a\",;\\n\\r]{0,8}") {
            let mut out = b"x,".to_vec();
            cell(&mut out, text.as_bytes());
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["x", &text]).unwrap();
            out.push(b'\n');
            prop_assert_eq!(writer.into_inner().unwrap(), out);
        }
    }
}
