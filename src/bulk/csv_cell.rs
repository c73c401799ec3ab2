//! Writes CSV cells.

fn needs_quotes(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

/// Writes a cell, quoted if necessary.
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

/// Writes several texts as one cell, joined by semicolons.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
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
