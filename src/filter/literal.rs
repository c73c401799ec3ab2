//! What text and JSON ask of geometries alike.

use geo::{Coord, Geometry, LineString, MultiPolygon, Polygon, Rect};

use super::error::FilterError;

/// A closed ring of four positions or more.
pub(super) fn ring(positions: Vec<Coord<f64>>) -> Result<LineString<f64>, FilterError> {
    if positions.len() < 4 || positions.first() != positions.last() {
        let message =
            "a ring of a polygon has four positions or more, the last the same as the first";
        return Err(FilterError::InvalidLiteral(message.to_owned()));
    }
    Ok(LineString(positions))
}

/// The box of four numbers, or of six with heights. One whose first eastern bound is beyond the
/// second goes over the antimeridian (as GeoJSON's do: RFC 7946, section 5.2).
pub(super) fn bbox(numbers: &[f64]) -> Result<Geometry<f64>, FilterError> {
    let ([west, south, east, north] | [west, south, _, east, north, _]) = *numbers else {
        let message = "a bbox has four numbers, or six with heights";
        return Err(FilterError::InvalidLiteral(message.to_owned()));
    };
    if south > north {
        let message = format!("the bbox has its lower bound {south} above its upper bound {north}");
        return Err(FilterError::InvalidLiteral(message));
    }
    let side = |west, east| -> Polygon<f64> {
        Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north }).to_polygon()
    };
    if west <= east {
        return Ok(side(west, east).into());
    }
    let in_degrees = (-180.0..=180.0).contains(&west) && (-180.0..=180.0).contains(&east);
    if !in_degrees {
        let message = format!("the bbox has its first bound {west} beyond its second, {east}");
        return Err(FilterError::InvalidLiteral(message));
    }
    Ok(MultiPolygon(vec![side(west, 180.0), side(-180.0, east)]).into())
}
