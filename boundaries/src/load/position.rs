//! Conversion of two CSV cells to a position.

use crate::fault::FaultKind;
use crate::position::{Accuracy, Bng, InvalidPosition, LngLat};

/// Why two cells are not a position.
#[derive(Debug, PartialEq)]
pub(crate) struct PositionError {
    pub(crate) kind: FaultKind,
    pub(crate) message: String,
}

fn position_error(kind: FaultKind, message: impl Into<String>) -> PositionError {
    PositionError { kind, message: message.into() }
}

/// Parses easting and northing in BNG metres. Returns `None` if both cells are empty or 0, which
/// sources use for an unknown position.
pub(crate) fn from_grid(easting: &[u8], northing: &[u8]) -> Result<Option<Bng>, PositionError> {
    if easting.is_empty() && northing.is_empty() {
        return Ok(None);
    }
    let (easting, northing) = (number(easting)?, number(northing)?);
    if easting == 0.0 && northing == 0.0 {
        return Ok(None);
    }
    let position = Bng::given(easting, northing).map_err(|error| to_position_error(&error))?;
    Ok(Some(position))
}

/// Parses longitude and latitude in degrees. Returns `None` if both cells are empty.
pub(crate) fn from_degrees(
    lon: &[u8],
    lat: &[u8],
) -> Result<Option<(Bng, Accuracy)>, PositionError> {
    if lon.is_empty() && lat.is_empty() {
        return Ok(None);
    }
    let (lon, lat) = (number(lon)?, number(lat)?);
    let found = LngLat::given(lon, lat).and_then(LngLat::to_bng);
    found.map(Some).map_err(|error| to_position_error(&error))
}

fn to_position_error(error: &InvalidPosition) -> PositionError {
    let kind = match error {
        InvalidPosition::NotFinite => FaultKind::NonFiniteCoordinate,
        InvalidPosition::NotDegrees { .. } => FaultKind::BadField,
        InvalidPosition::OutsideGrid { .. }
        | InvalidPosition::FarFromBritain { .. }
        | InvalidPosition::SwappedDegrees { .. }
        | InvalidPosition::SwappedMetres { .. } => FaultKind::OutsideBritain,
        InvalidPosition::MetresForDegrees { .. } | InvalidPosition::DegreesForMetres { .. } => {
            FaultKind::MislabelledCrs
        }
    };
    position_error(kind, error.to_string())
}

/// Parses a cell as a number.
fn number(cell: &[u8]) -> Result<f64, PositionError> {
    if let Some(whole) = small_whole_number(cell) {
        return Ok(whole);
    }
    let text = String::from_utf8_lossy(cell);
    if text.is_empty() {
        return Err(position_error(
            FaultKind::BadField,
            "one of the two coordinates is empty: give both or neither",
        ));
    }
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        let hint = if shown.contains(',') { ": write it without commas" } else { "" };
        position_error(FaultKind::BadField, format!("{shown:?} is not a number{hint}"))
    })
}

/// Fast path: postcode files contain millions of whole numbers of six or seven digits.
fn small_whole_number(cell: &[u8]) -> Option<f64> {
    if cell.is_empty() || cell.len() > 9 {
        return None;
    }
    let mut whole = 0_u32;
    for &byte in cell {
        if !byte.is_ascii_digit() {
            return None;
        }
        whole = whole * 10 + u32::from(byte - b'0');
    }
    Some(f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind<T: std::fmt::Debug>(result: Result<T, PositionError>) -> FaultKind {
        result.unwrap_err().kind
    }

    #[test]
    fn empty_and_zero_cells_mean_no_position() {
        assert_eq!(from_grid(b"", b""), Ok(None));
        assert_eq!(from_grid(b"0", b"0"), Ok(None));
        assert_eq!(from_degrees(b"", b""), Ok(None));
    }

    #[test]
    fn the_fast_path_agrees_with_the_standard_library() {
        for text in ["0", "7", "475486", "1219999", "999999999", "007"] {
            assert_eq!(small_whole_number(text.as_bytes()), text.parse().ok(), "{text}");
        }
        for text in ["", "-1", "1.5", "1e3", "1234567890", " 1"] {
            assert_eq!(small_whole_number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn degrees_mistaken_for_metres_are_reported_and_the_reverse() {
        assert_eq!(kind(from_grid(b"-0.896", b"52.23")), FaultKind::MislabelledCrs);
        assert_eq!(kind(from_degrees(b"475486", b"260275")), FaultKind::MislabelledCrs);
        let swapped = from_degrees(b"52.2", b"-0.9").unwrap_err();
        assert!(swapped.message.contains("lon and lat are swapped"), "{}", swapped.message);
    }

    #[test]
    fn half_a_position_and_text_that_is_not_a_number_are_refused() {
        assert_eq!(kind(from_grid(b"475486", b"")), FaultKind::BadField);
        assert_eq!(kind(from_grid(b"SP 754", b"602")), FaultKind::BadField);
        assert_eq!(kind(from_grid(b"NaN", b"260275")), FaultKind::NonFiniteCoordinate);
        assert_eq!(kind(from_grid(b"inf", b"260275")), FaultKind::NonFiniteCoordinate);
        assert_eq!(kind(from_grid(b"9475486", b"260275")), FaultKind::OutsideBritain);
        assert_eq!(kind(from_degrees(b"2.35", b"148.86")), FaultKind::BadField);
        assert_eq!(kind(from_degrees(b"12.5", b"41.9")), FaultKind::OutsideBritain);
        let comma = from_grid(b"475,486", b"260275").unwrap_err();
        assert!(comma.message.ends_with("write it without commas"));
    }
}
