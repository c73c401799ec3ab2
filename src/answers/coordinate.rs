//! Coordinates as people type them and as spreadsheets write them: `475,486`, `475 486 m`,
//! `52.2355\u{b0} N`, `\u{2212}0,896`.

use std::borrow::Cow;

use lapwing_boundaries::text::narrow;

/// Which coordinate of a position a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    Lon,
    Lat,
    Easting,
    Northing,
}

impl Axis {
    fn is_degrees(self) -> bool {
        matches!(self, Self::Lon | Self::Lat)
    }

    /// The letters of the positive and the negative direction.
    fn directions(self) -> [char; 2] {
        match self {
            Self::Lon | Self::Easting => ['E', 'W'],
            Self::Lat | Self::Northing => ['N', 'S'],
        }
    }
}

/// Reads a coordinate, which can be NaN or infinite. Returns `None` if the text is not a number.
///
/// In metres, commas, spaces and apostrophes separate thousands, if three digits follow each. Any
/// other single comma is a decimal comma. In degrees a comma is always a decimal comma.
pub(crate) fn read(text: &str, axis: Axis) -> Option<f64> {
    if let Ok(number) = text.trim().parse() {
        return Some(number);
    }
    let plain: String = text.chars().filter_map(plain).collect();
    let (digits, sign) = without_direction(plain.trim_matches(is_around), axis)?;
    let digits = if axis.is_degrees() {
        digits.trim_end_matches(['\u{b0}', '\u{ba}'])
    } else {
        digits.trim_end_matches(['m', 'M'])
    };
    let digits = without_separators(digits.trim_matches(is_around), axis)?;
    let number: f64 = digits.parse().ok()?;
    // A direction says the sign, so a sign beside it is a contradiction.
    (sign == 0.0 || number >= 0.0).then_some(if sign < 0.0 { -number } else { number })
}

/// Drops invisible characters and converts dashes and full-width characters to ASCII.
fn plain(char: char) -> Option<char> {
    match narrow(char) {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => Some('-'),
        char if char.is_whitespace() => Some(' '),
        '\u{2018}' | '\u{2019}' => Some('\''),
        other => Some(other),
    }
}

fn is_around(char: char) -> bool {
    matches!(char, ' ' | '"' | '\'' | '\u{201c}' | '\u{201d}')
}

/// Splits a letter of direction off either end. The sign is 0 if there is none.
fn without_direction(text: &str, axis: Axis) -> Option<(&str, f64)> {
    for (letter, sign) in axis.directions().into_iter().zip([1.0, -1.0]) {
        let letters = [letter, letter.to_ascii_lowercase()];
        if let Some(rest) = text.strip_suffix(letters).or_else(|| text.strip_prefix(letters)) {
            // `E1` and `N1` are the beginnings of postcodes.
            let is_number = rest.contains(['.', ',', '\u{b0}', '\u{ba}']);
            return is_number.then_some((rest.trim_matches(is_around), sign));
        }
    }
    Some((text, 0.0))
}

/// Removes the separators of thousands and replaces a decimal comma.
fn without_separators(text: &str, axis: Axis) -> Option<Cow<'_, str>> {
    const SEPARATORS: [char; 3] = [',', ' ', '\''];
    if !text.contains(SEPARATORS) {
        return Some(Cow::Borrowed(text));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches(['-', '+']).split(SEPARATORS);
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let is_grouped = matches!(first.len(), 1..=3)
        && is_digits(first)
        && groups.all(|group| group.len() == 3 && is_digits(group));
    if is_grouped && !axis.is_degrees() && !fraction.contains(SEPARATORS) {
        return Some(Cow::Owned(text.replace(SEPARATORS, "")));
    }
    let is_decimal_comma = text.matches(SEPARATORS).eq([","]) && !text.contains('.');
    is_decimal_comma.then(|| Cow::Owned(text.replace(',', ".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metres_are_read_with_separators_of_thousands() {
        for text in [
            "475486",
            " 475486.0 ",
            "475,486",
            "475 486",
            "475\u{a0}486",
            "475'486",
            "475\u{2019}486",
            "475\u{202f}486",
            "475486m",
            "475 486 m",
            "\"475,486\"",
            "'475486",
            "475,486.00",
            "\u{ff14}\u{ff17}\u{ff15}\u{ff14}\u{ff18}\u{ff16}",
        ] {
            assert_eq!(read(text, Axis::Easting), Some(475_486.0), "{text:?}");
        }
        assert_eq!(read("1,219,999", Axis::Northing), Some(1_219_999.0));
        assert_eq!(read("475486,25", Axis::Easting), Some(475_486.25), "a decimal comma");
        for text in ["", "x", "475,48,6", "4,754,86", "475,486,", "SP 754", "475486,25,5", "1.2.3"]
        {
            assert_eq!(read(text, Axis::Easting), None, "{text:?}");
        }
    }

    #[test]
    fn degrees_are_read_with_signs_letters_and_decimal_commas() {
        for text in [
            "-0.896",
            "\u{2212}0.896",
            "\u{2013}0.896",
            "0.896W",
            "0.896\u{b0} W",
            "W 0.896",
            "w0.896",
            "-0,896",
            "-0.896\u{b0}",
            "\u{feff}-0.896",
        ] {
            assert_eq!(read(text, Axis::Lon), Some(-0.896), "{text:?}");
        }
        assert_eq!(read("52,235", Axis::Lat), Some(52.235), "never thousands of degrees");
        assert_eq!(read("52.2355 N", Axis::Lat), Some(52.2355));
        for text in ["-0.896 W", "52.2 N", "W", "0 896", "0.896 E W", "W1", "E1"] {
            assert_eq!(read(text, Axis::Lon), None, "{text:?}");
        }
    }
}
