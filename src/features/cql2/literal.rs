//! Geometry literals that text and JSON share.

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Rect};

use super::error::FilterError;

/// A closed ring of at least four positions.
pub(super) fn ring(positions: Vec<Coord<f64>>) -> Result<LineString<f64>, FilterError> {
    if positions.len() < 4 || positions.first() != positions.last() {
        let message =
            "a ring of a polygon needs at least four positions, the last equal to the first";
        return Err(FilterError::InvalidLiteral(message.to_owned()));
    }
    Ok(LineString(positions))
}

/// The box of four numbers, or of six with heights. If its first eastern bound is greater than the
/// second, it crosses the antimeridian (as in GeoJSON: RFC 7946, section 5.2).
pub(super) fn bbox(numbers: &[f64]) -> Result<Geometry<f64>, FilterError> {
    let ([west, south, east, north] | [west, south, _, east, north, _]) = *numbers else {
        let message = "a bbox has four numbers, or six with heights";
        return Err(FilterError::InvalidLiteral(message.to_owned()));
    };
    if south > north {
        let message =
            format!("the lower bound of the bbox, {south}, is above its upper bound, {north}");
        return Err(FilterError::InvalidLiteral(message));
    }
    if west <= east {
        return Ok(boxes(&[[west, east]], south, north));
    }
    let in_degrees = (-180.0..=180.0).contains(&west) && (-180.0..=180.0).contains(&east);
    if !in_degrees {
        let message =
            format!("the first bound of the bbox, {west}, is greater than the second, {east}");
        return Err(FilterError::InvalidLiteral(message));
    }
    let sides = [[west, 180.0], [-180.0, east]];
    // The antimeridian belongs to both sides.
    let wide: Vec<[f64; 2]> = sides.into_iter().filter(|[west, east]| west < east).collect();
    Ok(boxes(if wide.is_empty() { &sides[..1] } else { &wide }, south, north))
}

/// Boxes with these west and east sides between the same south and north: lines or points if they
/// have no width or height. Either all have a width, or there is one.
fn boxes(sides: &[[f64; 2]], south: f64, north: f64) -> Geometry<f64> {
    let corners =
        |&[west, east]: &[f64; 2]| [Coord { x: west, y: south }, Coord { x: east, y: north }];
    let line = |side| LineString(corners(side).to_vec());
    let polygon = |side| {
        let [low, high] = corners(side);
        Rect::new(low, high).to_polygon()
    };
    let (is_narrow, is_flat) = (|side: &[f64; 2]| side[0] >= side[1], south >= north);
    match sides {
        [side] if is_narrow(side) && is_flat => Point(corners(side)[0]).into(),
        [side] if is_narrow(side) || is_flat => line(side).into(),
        [side] => polygon(side).into(),
        sides if is_flat => MultiLineString(sides.iter().map(line).collect()).into(),
        sides => MultiPolygon(sides.iter().map(polygon).collect()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_without_width_or_height_is_a_line_or_a_point() {
        let text = |numbers: &[f64]| {
            let coord = |at: &Coord<f64>| format!("{} {}", at.x, at.y);
            let line =
                |line: &LineString<f64>| line.0.iter().map(coord).collect::<Vec<_>>().join(",");
            match bbox(numbers).unwrap() {
                Geometry::Point(point) => format!("point {}", coord(&point.0)),
                Geometry::LineString(one) => format!("line {}", line(&one)),
                Geometry::MultiLineString(lines) => {
                    format!("lines {}", lines.iter().map(line).collect::<Vec<_>>().join("; "))
                }
                Geometry::Polygon(polygon) => format!("polygon of {}", polygon.exterior().0.len()),
                Geometry::MultiPolygon(polygons) => format!("{} polygons", polygons.0.len()),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(text(&[1.0, 2.0, 3.0, 4.0]), "polygon of 5");
        assert_eq!(text(&[1.0, 2.0, 1.0, 2.0]), "point 1 2");
        assert_eq!(text(&[1.0, 2.0, 0.0, 3.0, 2.0, 9.0]), "line 1 2,3 2");
        assert_eq!(text(&[1.0, 2.0, 1.0, 4.0]), "line 1 2,1 4");
        assert_eq!(text(&[170.0, 2.0, -170.0, 4.0]), "2 polygons");
        assert_eq!(text(&[170.0, 2.0, -170.0, 2.0]), "lines 170 2,180 2; -180 2,-170 2");
        assert_eq!(text(&[180.0, 2.0, -170.0, 4.0]), "polygon of 5");
        assert_eq!(text(&[180.0, 2.0, -180.0, 4.0]), "line 180 2,180 4");
    }
}
