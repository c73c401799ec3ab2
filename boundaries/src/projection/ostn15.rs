//! OSTN15: Ordnance Survey's definitive transformation between ETRS89 and the National Grid,
//! accurate to about 1 mm.
//!
//! Source: Ordnance Survey, "Transformations and OSGM15 user guide" (version 1.3), annex B. A
//! position in ETRS89 degrees is projected on GRS80, then shifted. The shift is interpolated
//! bilinearly between the four corners of the grid square, which is 1 km wide.

use std::ops::RangeInclusive;

use crate::projection::transverse_mercator::TransverseMercator;

/// One node per kilometre, row by row from the south-west. `data/README.md` describes the layout,
/// the source and the licence.
static NODES: &[u8; COLUMNS * ROWS * NODE_BYTES] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/ostn15.bin"));
const COLUMNS: usize = 701;
const ROWS: usize = 1251;
const NODE_BYTES: usize = 4;
/// The east and north shift, in millimetres, of a node with stored values 0.
const BASE_MM: [f64; 2] = [80_000.0, -90_000.0];

const SQUARE_M: f64 = 1000.0;

/// The rectangle of the National Grid that OSTN15 covers, in metres.
const EASTINGS: RangeInclusive<f64> = 0.0..=700_000.0;
const NORTHINGS: RangeInclusive<f64> = 0.0..=1_250_000.0;

/// The inverse is iterated until the shift changes by no more than this, in metres (guide, annex
/// B.2).
const CONVERGED_M: f64 = 0.0001;

/// Converts ETRS89 degrees to the National Grid, rounded to the millimetre. Returns `None` outside
/// the rectangle of OSTN15.
pub(crate) fn to_grid(lon: f64, lat: f64) -> Option<(f64, f64)> {
    let (east, north) = TransverseMercator::on_grs80().project(lon, lat);
    let (east_shift, north_shift) = shift(east, north);
    let millimetres = |metres: f64| (metres * 1000.0).round() / 1000.0;
    let (easting, northing) = (millimetres(east + east_shift), millimetres(north + north_shift));
    // Far from Britain the series diverge and may yield coordinates inside the rectangle.
    let is_near = (-10.0..=4.0).contains(&lon) && (49.0..=62.0).contains(&lat);
    (is_near && is_within(easting, northing)).then_some((easting, northing))
}

/// Converts the National Grid to ETRS89 degrees, without rounding. Returns `None` outside the
/// rectangle of OSTN15.
pub(crate) fn from_grid(easting: f64, northing: f64) -> Option<(f64, f64)> {
    if !is_within(easting, northing) {
        return None;
    }
    // Shifts differ by a few centimetres from one square to the next. Each round gains five digits,
    // so two are enough for nearly every position.
    let mut last = shift(easting, northing);
    for _ in 0..10 {
        let next = shift(easting - last.0, northing - last.1);
        let change_m = (next.0 - last.0).abs().max((next.1 - last.1).abs());
        last = next;
        if change_m <= CONVERGED_M {
            break;
        }
    }
    Some(TransverseMercator::on_grs80().unproject(easting - last.0, northing - last.1))
}

fn is_within(easting: f64, northing: f64) -> bool {
    EASTINGS.contains(&easting) && NORTHINGS.contains(&northing)
}

/// The shift, in metres, from projected ETRS89 metres to the National Grid.
///
/// In ETRS89 coordinates the western and northern margin of the grid lie about 100 m beyond the
/// nodes. There the outermost squares are extrapolated.
fn shift(east: f64, north: f64) -> (f64, f64) {
    let (column, t) = square(east, COLUMNS);
    let (row, u) = square(north, ROWS);
    let south_west = row * COLUMNS + column;
    let [sw, se] = pair(south_west);
    let [nw, ne] = pair(south_west + COLUMNS);
    let weights = [(1.0 - t) * (1.0 - u), t * (1.0 - u), (1.0 - t) * u, t * u];
    let between = |axis: usize| {
        let above_mm = weights[0] * sw[axis]
            + weights[1] * se[axis]
            + weights[2] * nw[axis]
            + weights[3] * ne[axis];
        (BASE_MM[axis] + above_mm) / 1000.0
    };
    (between(0), between(1))
}

/// The index of the square that contains a coordinate, on an axis with that many nodes, and the
/// fraction of the square to the west or south of it.
fn square(metres: f64, nodes: usize) -> (usize, f64) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "negative values and NaN select the first square"
    )]
    let at = ((metres / SQUARE_M) as usize).min(nodes - 2);
    #[expect(clippy::cast_precision_loss, reason = "at most 1,250")]
    let begins = at as f64 * SQUARE_M;
    (at, (metres - begins) / SQUARE_M)
}

/// The east and north shifts at a node and at its eastern neighbour, in millimetres above
/// [`BASE_MM`].
fn pair(node: usize) -> [[f64; 2]; 2] {
    let at = node * NODE_BYTES;
    let bytes: [u8; 2 * NODE_BYTES] = std::array::from_fn(|i| NODES[at + i]);
    let [e, n, next_e, next_n] =
        [0, 2, 4, 6].map(|i| f64::from(u16::from_le_bytes([bytes[i], bytes[i + 1]])));
    [[e, n], [next_e, next_n]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_one_that_data_readme_describes() {
        assert_eq!(
            blake3::hash(NODES).to_hex().as_str(),
            "961b0ba21581156375bf0aaf24e65a2ca21a513793390fd79252a95eb9645529",
            "data/ostn15.bin has changed: restore it, or see data/README.md for how to make it"
        );
        // Corners of the square of Caister water tower, nodes 220,065 and 220,066 and the two north
        // of them, from Ordnance Survey's file.
        for (node, expected_mm) in [
            (220_064, [[102_787.0, -78_242.0], [102_825.0, -78_244.0]]),
            (220_765, [[102_795.0, -78_213.0], [102_834.0, -78_225.0]]),
        ] {
            let found_mm = pair(node).map(|[e, n]| [BASE_MM[0] + e, BASE_MM[1] + n]);
            assert_eq!(found_mm, expected_mm, "{node}");
        }
    }

    #[test]
    fn a_round_trip_is_exact_to_a_centimetre_up_to_the_corners() {
        for (easting, northing) in [
            (0.0, 0.0),
            (0.4, 1_249_999.9),
            (50.0, 600_000.0),
            (700_000.0, 1_250_000.0),
            (699_999.9, 0.1),
            (350_000.0, 1_249_950.0),
        ] {
            let (lon, lat) = from_grid(easting, northing).unwrap();
            // Rounding may move a position on the margin out of the rectangle.
            let (x, y) = to_grid(lon, lat).unwrap_or((easting, northing));
            assert!((x - easting).abs() < 0.011 && (y - northing).abs() < 0.011, "{x} {y}");
        }
    }

    #[test]
    fn positions_far_from_britain_are_outside_the_grid() {
        for (lon, lat) in [(0.0, 0.0), (178.0, 52.0), (-2.0, -52.0), (-9.9, 55.0), (-180.0, 90.0)] {
            assert_eq!(to_grid(lon, lat), None, "{lon} {lat}");
        }
        assert_eq!(from_grid(-0.001, 100.0), None);
        assert_eq!(from_grid(700_000.001, 100.0), None);
    }
}
