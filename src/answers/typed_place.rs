//! Places as people type them: a postcode, two coordinates, or a National Grid reference.
//!
//! The search box of the map, `GET /v1/search` and `lapwing locate` read them here.

use lapwing_boundaries::position::{Bng, InvalidPosition, LngLat};
use lapwing_boundaries::postcode::{InvalidPostcode, Postcode};

use super::coordinate::{self, Axis};
use super::place::Place;

/// Why a text is not a place.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TypedPlaceError {
    /// It looks like none: it may be the name of an area.
    #[error(
        "{0}, or use LON,LAT in degrees, EASTING,NORTHING in metres, or a grid reference such as SP 754 602"
    )]
    NotAPlace(InvalidPostcode),
    /// It is a position that cannot be.
    #[error(transparent)]
    Position(#[from] InvalidPosition),
}

/// Reads a postcode, a position or a grid reference.
///
/// Two numbers that can be degrees are degrees, since no place in Britain is within 180 m of the
/// origin of the grid. Latitude and longitude can come in either order: in Britain only one of the
/// two orders is possible.
///
/// ```
/// use lapwing::answers::{Place, read_place};
/// let at = read_place("SP 754 602");
/// assert_eq!(at, read_place("475400, 260200"));
/// assert_eq!(read_place("52.2355, -0.896"), read_place("-0.896, 52.2355"));
/// ```
pub fn read_place(text: &str) -> Result<Place, TypedPlaceError> {
    let not_a_postcode = match Postcode::parse(text) {
        Ok(postcode) => return Ok(Place::Postcode(postcode)),
        Err(error) => error,
    };
    if let Some([easting, northing]) = grid_reference(text) {
        return Ok(Place::Bng(Bng::new(easting, northing)?));
    }
    match halves(text).and_then(position) {
        Some(position) => position,
        None => Err(TypedPlaceError::NotAPlace(not_a_postcode)),
    }
}

/// Splits a text into the texts of two coordinates.
fn halves(text: &str) -> Option<[String; 2]> {
    let text = text.trim().trim_matches(['(', ')', '[', ']']);
    let pair = |parts: Vec<&str>| -> Option<[String; 2]> {
        let parts: Vec<&str> = parts.into_iter().map(str::trim).collect();
        match parts[..] {
            [first, second] if !first.is_empty() && !second.is_empty() => {
                Some([first.to_owned(), second.to_owned()])
            }
            _ => None,
        }
    };
    for separator in [';', '/', '\t'] {
        if text.contains(separator) {
            return pair(text.split(separator).collect());
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    // 475,486 260,275
    if let [first, second] = words[..]
        && first.contains(',')
        && second.contains(',')
        && !first.ends_with(',')
    {
        return pair(words);
    }
    let by_comma: Vec<&str> = text.split(',').collect();
    match by_comma[..] {
        [_] => {}
        [_, _] => return pair(by_comma),
        // Both with a separator of thousands: 475,486, 260,275.
        [a, b, c, d] => return pair(vec![&format!("{a},{b}"), &format!("{c},{d}")]),
        _ => return None,
    }
    match words[..] {
        [_, _] => pair(words),
        // 52.2355 N 0.896 W, and 475 486 260 275.
        [a, b, c, d] => pair(vec![&format!("{a} {b}"), &format!("{c} {d}")]),
        _ => None,
    }
}

/// The position that two texts are. `None` if they are not numbers.
fn position([first, second]: [String; 2]) -> Option<Result<Place, TypedPlaceError>> {
    let both =
        |[x, y]: [Axis; 2]| Some([coordinate::read(&first, x)?, coordinate::read(&second, y)?]);
    let is_degrees = |[x, y]: [f64; 2]| x.abs() <= 180.0 && y.abs() <= 180.0;
    let lon_first = both([Axis::Lon, Axis::Lat]).filter(|&degrees| is_degrees(degrees));
    let lat_first = both([Axis::Lat, Axis::Lon]).filter(|&degrees| is_degrees(degrees));
    let lat_first = lat_first.map(|[lat, lon]| [lon, lat]);
    let on_grid = |&[lon, lat]: &[f64; 2]| {
        LngLat::new(lon, lat).is_ok_and(|degrees| degrees.to_bng().is_ok())
    };
    let orders = [lon_first, lat_first];
    let degrees = orders.into_iter().flatten().find(on_grid);
    if let Some([lon, lat]) = degrees.or(lon_first).or(lat_first) {
        return Some(LngLat::new(lon, lat).map(Place::LngLat).map_err(TypedPlaceError::from));
    }
    let [easting, northing] = both([Axis::Easting, Axis::Northing])?;
    Some(Bng::given(easting, northing).map(Place::Bng).map_err(TypedPlaceError::from))
}

/// The south-west corner of the square of a grid reference: two letters and an even number of
/// digits, as in `SP 754 602` ("A guide to coordinate systems in Great Britain", section 7). Two
/// digits alone are not taken: `NN11` is the beginning of a postcode.
fn grid_reference(text: &str) -> Option<[f64; 2]> {
    let plain: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '.' | '-'))
        .map(|c| u8::try_from(c).ok())
        .collect::<Option<_>>()?;
    let (letters, digits) = plain.split_first_chunk::<2>()?;
    let is_reference = letters.iter().all(u8::is_ascii_alphabetic)
        && matches!(digits.len(), 4 | 6 | 8 | 10)
        && digits.iter().all(u8::is_ascii_digit);
    if !is_reference {
        return None;
    }
    // Squares of 500 km, then of 100 km, each five by five from the north-west, without I.
    let square = |letter: u8| {
        let at = letter.to_ascii_uppercase() - b'A';
        let at = match letter.to_ascii_uppercase() {
            b'I' => return None,
            b'J'.. => at - 1,
            _ => at,
        };
        Some([f64::from(at % 5), f64::from(4 - at / 5)])
    };
    let ([wide_x, wide_y], [x, y]) = (square(letters[0])?, square(letters[1])?);
    let (east, north) = digits.split_at(digits.len() / 2);
    let metres = |digits: &[u8]| {
        let number = digits.iter().fold(0.0, |sum, digit| sum * 10.0 + f64::from(digit - b'0'));
        number * f64::from(10_u32.pow(5_u32.saturating_sub(digits.len() as u32)))
    };
    // S, the square of the false origin, is the third of its row and the second row from below.
    Some([
        (wide_x - 2.0) * 500_000.0 + x * 100_000.0 + metres(east),
        (wide_y - 1.0) * 500_000.0 + y * 100_000.0 + metres(north),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bng(easting: f64, northing: f64) -> Place {
        Place::Bng(Bng::new(easting, northing).unwrap())
    }

    #[test]
    fn grid_references_of_any_precision_are_read() {
        for (text, easting, northing) in [
            ("SP7548660275", 475_486.0, 260_275.0),
            ("sp 75486 60275", 475_486.0, 260_275.0),
            ("SP 754 602", 475_400.0, 260_200.0),
            ("SP 75 60", 475_000.0, 260_000.0),
            ("TQ 30 80", 530_000.0, 180_000.0),
            ("SV 00 11", 0.0, 11_000.0),
            ("HP 60 10", 460_000.0, 1_210_000.0),
            ("NN 166 712", 216_600.0, 771_200.0),
            ("TG 514 131", 651_400.0, 313_100.0),
        ] {
            assert_eq!(read_place(text), Ok(bng(easting, northing)), "{text}");
        }
        for text in ["SP 754 60", "SI 75 60", "S 754602", "SP", "SP 754 602 x", "NN11", "NN1 1"] {
            assert!(matches!(read_place(text), Err(TypedPlaceError::NotAPlace(_))), "{text}");
        }
        assert!(matches!(read_place("AA 75 60"), Err(TypedPlaceError::Position(_))));
    }

    #[test]
    fn two_numbers_are_metres_or_degrees_in_either_order() {
        for text in [
            "475486, 260275",
            "475486,260275",
            "475486 260275",
            "475486;260275",
            "(475486, 260275)",
            "475,486, 260,275",
            "475,486 260,275",
            "475 486; 260 275",
            "475486.0 260275.0",
        ] {
            let read = read_place(text);
            assert_eq!(read, Ok(bng(475_486.0, 260_275.0)), "{text}");
        }
        let degrees = Ok(Place::LngLat(LngLat::new(-0.896, 52.2355).unwrap()));
        for text in [
            "52.2355, -0.896",
            "-0.896,52.2355",
            "52.2355 -0.896",
            "52.2355\u{b0} N, 0.896\u{b0} W",
            "52.2355N 0.896W",
            "0.896 W, 52.2355 N",
            "52,2355; -0,896",
            "52.2355/\u{2212}0.896",
        ] {
            assert_eq!(read_place(text), degrees, "{text}");
        }
    }

    #[test]
    fn text_that_is_no_place_differs_from_an_impossible_position() {
        for text in
            ["", "Castle", "ward/E05000001", "1,x", "1,2,3", "NN1", "12", "Abbey, Castle", "E1 2"]
        {
            assert!(matches!(read_place(text), Err(TypedPlaceError::NotAPlace(_))), "{text}");
        }
        for text in ["9e9,1", "1200000,300000", "300,400"] {
            assert!(matches!(read_place(text), Err(TypedPlaceError::Position(_))), "{text}");
        }
        assert_eq!(
            read_place("(nn1-1ed)"),
            Ok(Place::Postcode(Postcode::parse("NN11ED").unwrap()))
        );
    }
}
