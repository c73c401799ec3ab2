//! The month of termination, in the forms of editions and of copies.

use crate::gazetteer::Month;

/// Parses `202306`, `2023-06`, `20230630`, `2023-06-30`, `30/06/2023`, and `202306.0`, as pandas
/// writes a column of numbers with empty cells.
pub(super) fn parse(text: &[u8]) -> Option<Month> {
    let text = text.strip_suffix(b".0").unwrap_or(text);
    let parts: Vec<&[u8]> = text.split(|byte| matches!(byte, b'-' | b'/')).collect();
    let (year, month) = match parts[..] {
        [digits] if matches!(digits.len(), 6 | 8) => (&digits[..4], &digits[4..6]),
        [year, month] | [year, month, _] if year.len() == 4 => (year, month),
        [_, month, year] | [month, year] if year.len() == 4 => (year, month),
        _ => return None,
    };
    let number = |digits: &[u8]| -> Option<i16> {
        let digits = std::str::from_utf8(digits).ok()?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let (year, month) = (number(year)?, number(month)?);
    let is_month = (1900..=2200).contains(&year) && (1..=12).contains(&month);
    is_month.then_some(Month { year, month: month as u8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_in_every_form_in_use() {
        let june = Some(Month { year: 2023, month: 6 });
        for text in ["202306", "2023-06", "20230630", "2023-06-30", "30/06/2023", "202306.0"] {
            assert_eq!(parse(text.as_bytes()), june, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_month() {
        for text in ["", "1999", "202313", "2023-00", "June 2023", "0", "2023-6-30-1", "20 306"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
