//! OSTN15: Ordnance Survey's definitive way between ETRS89 and the National Grid, good to about
//! 1 mm.
//!
//! Source: Ordnance Survey, "Transformations and OSGM15 user guide" (version 1.3), annex B. A
//! position in ETRS89 degrees is projected on GRS80, and then shifted by what lies between the
//! shifts at the four corners of its square kilometre.

use std::ops::RangeInclusive;

use crate::projection::transverse_mercator::TransverseMercator;

/// A node for every kilometre, row by row from the south-west; the build script says what one is.
static NODES: &[u8; 701 * 1251 * NODE_BYTES] =
    include_bytes!(concat!(env!("OUT_DIR"), "/ostn15.bin"));
const COLUMNS: usize = 701;
const ROWS: usize = 1251;
const NODE_BYTES: usize = 4;
/// The shifts that the zeroes of the table stand for, in millimetres.
const BASE_MM: [f64; 2] = [80_000.0, -90_000.0];

const SQUARE_M: f64 = 1000.0;

/// The National Grid's rectangle for which OSTN15 is made, in metres.
const EASTINGS: RangeInclusive<f64> = 0.0..=700_000.0;
const NORTHINGS: RangeInclusive<f64> = 0.0..=1_250_000.0;

/// On the way back the shift is asked for again until it changes by less, in metres (guide, annex
/// B.2).
const SETTLED_M: f64 = 0.0001;

/// ETRS89 degrees to the National Grid, rounded to the millimetre; `None` beyond its rectangle.
pub(crate) fn to_grid(lon: f64, lat: f64) -> Option<(f64, f64)> {
    let (east, north) = TransverseMercator::on_grs80().project(lon, lat);
    let (east_shift, north_shift) = shift(east, north);
    let millimetres = |metres: f64| (metres * 1000.0).round() / 1000.0;
    let (easting, northing) = (millimetres(east + east_shift), millimetres(north + north_shift));
    // Far from the grid the series mean nothing, and may well come back into it.
    let is_near = (-10.0..=4.0).contains(&lon) && (49.0..=62.0).contains(&lat);
    (is_near && is_within(easting, northing)).then_some((easting, northing))
}

/// The National Grid to ETRS89 degrees, not rounded; `None` beyond its rectangle.
pub(crate) fn from_grid(easting: f64, northing: f64) -> Option<(f64, f64)> {
    if !is_within(easting, northing) {
        return None;
    }
    // Shifts differ by some centimetres from one square to the next: two rounds are enough for
    // nearly every position, and each round gains five digits.
    let mut last = shift(easting, northing);
    for _ in 0..10 {
        let next = shift(easting - last.0, northing - last.1);
        let change_m = (next.0 - last.0).abs().max((next.1 - last.1).abs());
        last = next;
        if change_m <= SETTLED_M {
            break;
        }
    }
    Some(TransverseMercator::on_grs80().unproject(easting - last.0, northing - last.1))
}

fn is_within(easting: f64, northing: f64) -> bool {
    EASTINGS.contains(&easting) && NORTHINGS.contains(&northing)
}

/// The shift in metres of an ETRS89 position, in metres, to the National Grid.
///
/// The grid's western and northern margin lie a hundred metres beyond the nodes, on ETRS89 numbers:
/// there the outermost square is continued.
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

/// Which square of an axis holds a position, of so many nodes, and how far along it lies.
fn square(metres: f64, nodes: usize) -> (usize, f64) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below zero, or not a number, the first square is meant"
    )]
    let at = ((metres / SQUARE_M) as usize).min(nodes - 2);
    #[expect(clippy::cast_precision_loss, reason = "at most 1,250")]
    let begins = at as f64 * SQUARE_M;
    (at, (metres - begins) / SQUARE_M)
}

/// The shifts in millimetres above their bases, east and north, at a node and the next to its east.
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

    /// The package that brings the shifts has a way there and back of its own.
    #[test]
    fn positions_all_over_the_grid_are_those_of_the_package() {
        let mut ties = 0;
        for step in 0..200_000_u32 {
            // Golden ratio steps: even and never on a line.
            let part = |ratio: f64| (f64::from(step) * ratio).fract();
            let (easting, northing) = (
                part(0.754_877_666_246_692_7) * 699_000.0 + 500.0,
                part(0.569_840_290_998_053_2) * 1_249_000.0 + 500.0,
            );
            let (lon, lat) = from_grid(easting, northing).unwrap();
            let theirs = lonlat_bng::convert_osgb36_to_ll(easting, northing).unwrap();
            // They stop at a hundredth of a millimetre, which is 1e-10 degrees.
            assert!(
                (lon - theirs.0).abs() < 3e-10 && (lat - theirs.1).abs() < 3e-10,
                "{easting} {northing}: {lon} {lat}, {theirs:?}"
            );
            let Ok(theirs) = lonlat_bng::convert_osgb36(lon, lat) else { continue };
            let ours = to_grid(lon, lat).unwrap();
            if ours != theirs {
                // Half-way between two millimetres the last bit decides.
                ties += 1;
                let apart_m = (ours.0 - theirs.0).abs().max((ours.1 - theirs.1).abs());
                assert!(apart_m < 0.001_000_1, "{lon} {lat}: {ours:?}, {theirs:?}");
            }
        }
        assert!(ties < 5, "{ties} of 200,000 differ");
    }

    #[test]
    fn there_and_back_is_a_centimetre_to_the_corners() {
        for (easting, northing) in [
            (0.0, 0.0),
            (0.4, 1_249_999.9),
            (50.0, 600_000.0),
            (700_000.0, 1_250_000.0),
            (699_999.9, 0.1),
            (350_000.0, 1_249_950.0),
        ] {
            let (lon, lat) = from_grid(easting, northing).unwrap();
            // The margin itself may be rounded out of the rectangle.
            let (x, y) = to_grid(lon, lat).unwrap_or((easting, northing));
            assert!((x - easting).abs() < 0.011 && (y - northing).abs() < 0.011, "{x} {y}");
        }
    }

    #[test]
    fn what_is_far_away_is_not_on_the_grid() {
        for (lon, lat) in [(0.0, 0.0), (178.0, 52.0), (-2.0, -52.0), (-9.9, 55.0), (-180.0, 90.0)] {
            assert_eq!(to_grid(lon, lat), None, "{lon} {lat}");
        }
        assert_eq!(from_grid(-0.001, 100.0), None);
        assert_eq!(from_grid(700_000.001, 100.0), None);
    }
}
