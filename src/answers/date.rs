//! Dates in requests.

use jiff::civil::Date;

/// Parses a date in the form `YYYY-MM-DD`, and in no other form.
pub fn read_date(text: &str) -> Option<Date> {
    let is_digit =
        |at: usize, b: u8| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() };
    let has_form = text.len() == 10 && text.bytes().enumerate().all(|(at, b)| is_digit(at, b));
    if has_form { text.parse().ok() } else { None }
}
