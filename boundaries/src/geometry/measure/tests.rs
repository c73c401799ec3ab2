use geo::{Area as _, BooleanOps as _, MultiPolygon, Polygon, polygon};
use proptest::prelude::*;

use super::*;

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> MultiPolygon<f64> {
    MultiPolygon::new(vec![polygon![
        (x: x, y: y), (x: x + width, y: y), (x: x + width, y: y + height), (x: x, y: y + height)
    ]])
}

fn measure(first: &MultiPolygon<f64>, second: &MultiPolygon<f64>) -> IntersectionMeasures {
    let there = measure_intersection(&Outline::new(first), &Outline::new(second));
    let back = measure_intersection(&Outline::new(second), &Outline::new(first));
    let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
    assert!(close(there.area_m2, back.area_m2), "{there:?} {back:?}");
    assert!(close(there.perimeter_m, back.perimeter_m), "{there:?} {back:?}");
    assert!(
        close(there.rest_of_first_perimeter_m, back.rest_of_second_perimeter_m),
        "{there:?} {back:?}"
    );
    assert!(
        close(there.rest_of_second_perimeter_m, back.rest_of_first_perimeter_m),
        "{there:?} {back:?}"
    );
    assert_eq!(there.in_contact, back.in_contact);
    there
}

#[track_caller]
fn expect(
    shared: IntersectionMeasures,
    [area, perimeter, rest_of_first, rest_of_second]: [f64; 4],
) {
    assert_eq!(
        [
            shared.area_m2,
            shared.perimeter_m,
            shared.rest_of_first_perimeter_m,
            shared.rest_of_second_perimeter_m
        ],
        [area, perimeter, rest_of_first, rest_of_second]
    );
}

#[test]
fn two_overlapping_squares_share_a_rectangle() {
    let shared = measure(&rectangle(0., 0., 10., 10.), &rectangle(6., 7., 10., 10.));
    expect(shared, [12.0, 14.0, 40.0, 40.0]);
    assert!(shared.in_contact);
}

#[test]
fn the_intersection_of_an_area_with_itself_is_the_area() {
    let square = rectangle(475_000.25, 260_000.75, 10.5, 20.25);
    expect(measure(&square, &square), [212.625, 61.5, 0.0, 0.0]);
}

#[test]
fn neighbours_along_an_edge_touch_and_share_no_area() {
    let west = rectangle(0., 0., 10., 10.);
    for east in [rectangle(10., 0., 10., 10.), rectangle(10., -5., 10., 10.)] {
        let shared = measure(&west, &east);
        expect(shared, [0.0, 0.0, 40.0, 40.0]);
        assert!(shared.in_contact);
    }
}

#[test]
fn areas_that_meet_in_one_corner_touch() {
    for (x, y) in [(10., 10.), (-10., 10.), (10., -10.), (-10., -10.)] {
        let shared = measure(&rectangle(0., 0., 10., 10.), &rectangle(x, y, 10., 10.));
        expect(shared, [0.0, 0.0, 40.0, 40.0]);
        assert!(shared.in_contact);
    }
}

#[test]
fn separate_areas_share_nothing_and_do_not_touch() {
    for other in [rectangle(20., 0., 5., 5.), rectangle(10.000_001, 0., 10., 10.)] {
        let shared = measure(&rectangle(0., 0., 10., 10.), &other);
        expect(shared, [0.0, 0.0, 40.0, shared.rest_of_second_perimeter_m]);
        assert!(!shared.in_contact);
    }
}

#[test]
fn an_area_inside_another_is_the_intersection_even_if_it_touches_the_boundary() {
    let outer = rectangle(0., 0., 10., 10.);
    expect(measure(&outer, &rectangle(4., 4., 2., 2.)), [4.0, 8.0, 48.0, 0.0]);
    expect(measure(&outer, &rectangle(0., 4., 2., 2.)), [4.0, 8.0, 44.0, 0.0]);
    expect(measure(&outer, &rectangle(8., 8., 2., 2.)), [4.0, 8.0, 40.0, 0.0]);
    expect(measure(&outer, &rectangle(0., 0., 2., 2.)), [4.0, 8.0, 40.0, 0.0]);
}

#[test]
fn an_area_that_fills_a_hole_shares_no_area_with_its_surroundings() {
    let host = MultiPolygon::new(vec![polygon!(
        exterior: [(x: 0., y: 0.), (x: 10., y: 0.), (x: 10., y: 10.), (x: 0., y: 10.)],
        interiors: [[(x: 4., y: 4.), (x: 4., y: 6.), (x: 6., y: 6.), (x: 6., y: 4.)]],
    )]);
    let enclave = rectangle(4., 4., 2., 2.);
    let shared = measure(&host, &enclave);
    expect(shared, [0.0, 0.0, 48.0, 8.0]);
    assert!(shared.in_contact);
}

#[test]
fn overlapping_edges_do_not_add_to_the_perimeter_of_the_intersection() {
    // Neighbours along x = 10, but for a bay where the second reaches 4 m into the first.
    let first = rectangle(0., 0., 10., 100.);
    let second = MultiPolygon::new(vec![polygon![
        (x: 10., y: 0.), (x: 20., y: 0.), (x: 20., y: 100.), (x: 10., y: 100.),
        (x: 10., y: 60.), (x: 6., y: 60.), (x: 6., y: 50.), (x: 10., y: 50.)
    ]]);
    expect(measure(&first, &second), [40.0, 28.0, 228.0, 220.0]);
}

#[test]
fn the_parts_of_a_multipolygon_are_measured_together() {
    let mut parts = rectangle(0., 0., 2., 2.).0;
    parts.extend(rectangle(5., 0., 2., 2.).0);
    expect(measure(&MultiPolygon::new(parts), &rectangle(1., 0., 5., 1.)), [2.0, 8.0, 16.0, 8.0]);
}

/// Sixteen directions from a centre, in order of angle, all on the lattice.
const COMPASS: [(f64, f64); 16] = [
    (4., 0.),
    (4., 2.),
    (4., 4.),
    (2., 4.),
    (0., 4.),
    (-2., 4.),
    (-4., 4.),
    (-4., 2.),
    (-4., 0.),
    (-4., -2.),
    (-4., -4.),
    (-2., -4.),
    (0., -4.),
    (2., -4.),
    (4., -4.),
    (4., -2.),
];

/// A star around a centre. Its vertices are on a coarse lattice, so that common vertices and
/// overlapping edges are frequent.
fn star(corners: &[(u8, u8)], x: f64, y: f64) -> Option<MultiPolygon<f64>> {
    let mut angles: Vec<u8> = corners.iter().map(|c| c.0 % 16).collect();
    angles.sort_unstable();
    angles.dedup();
    let widest = angles.windows(2).map(|w| w[1] - w[0]).max()?;
    if angles.len() < 3 || widest >= 8 || 16 - angles[angles.len() - 1] + angles[0] >= 8 {
        return None;
    }
    let ring: Vec<_> = angles
        .iter()
        .zip(corners)
        .map(|(&angle, &(_, reach))| {
            let (dx, dy) = COMPASS[angle as usize];
            let reach = f64::from(reach % 4 + 1);
            Coord { x: x + dx * reach, y: y + dy * reach }
        })
        .collect();
    Some(MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])]))
}

proptest! {
    /// Overlay by `geo`, an independent algorithm, is the oracle for area and lengths.
    #[test]
    fn stars_on_a_lattice_agree_with_overlay(
        a in proptest::collection::vec((any::<u8>(), any::<u8>()), 3..12),
        b in proptest::collection::vec((any::<u8>(), any::<u8>()), 3..12),
        (dx, dy) in (-20_i8..20, -20_i8..20),
    ) {
        use geo::line_measures::{Euclidean, LengthMeasurable as _};
        let origin = (475_000.0, 260_000.0);
        let first = star(&a, origin.0, origin.1);
        let second = star(&b, origin.0 + f64::from(dx), origin.1 + f64::from(dy));
        prop_assume!(first.is_some() && second.is_some());
        let (first, second) = (first.unwrap(), second.unwrap());
        let perimeter = |g: &MultiPolygon<f64>| -> f64 {
            g.iter().map(|p| {
                p.exterior().length(&Euclidean)
                    + p.interiors().iter().map(|r| r.length(&Euclidean)).sum::<f64>()
            }).sum()
        };
        let ours = measure(&first, &second);
        let theirs = first.intersection(&second);
        prop_assert!((ours.area_m2 - theirs.unsigned_area()).abs() < 1e-3);
        prop_assert!((ours.perimeter_m - perimeter(&theirs)).abs() < 1e-3, "{ours:?} {theirs:?}");
        let rest = perimeter(&first.difference(&second));
        prop_assert!((ours.rest_of_first_perimeter_m - rest).abs() < 1e-3, "{ours:?} {rest}");
    }
}
