//! Property tests of validation on random drawings. proptest prints the seed of a failing case.

use std::f64::consts::TAU;

use geo::{Area as _, Coord, MultiPolygon};
use proptest::prelude::*;

use super::{admitted, feature, polygons};
use crate::area::Area;
use crate::code::AreaCode;
use crate::fault::{FaultKind as K, Severity};
use crate::load::raw::RawRing;
use crate::validity::arrangement::Arrangement;
use crate::validity::coverage;
use crate::validity::crossings::edges_of;
use crate::validity::exact::{self, Ring, RingPosition};
use crate::validity::nesting::{RoleRing, by_containment};
use crate::validity::{admit_geometry, is_valid, trace, winding};
use lapwing_testing::random::Random;

/// A ring around `middle` with its points in angular order, so it is simple.
fn star(random: &mut Random, middle: (f64, f64), reach: f64) -> Ring {
    let n = 5 + random.below(60);
    (0..n)
        .map(|i| {
            let angle = (i as f64 + 0.8 * random.unit()) / n as f64 * TAU;
            let r = reach * (0.3 + 0.7 * random.unit());
            Coord { x: middle.0 + r * angle.cos(), y: middle.1 + r * angle.sin() }
        })
        .collect()
}

fn closed(mut ring: Ring) -> RawRing {
    ring.push(ring[0]);
    ring
}

/// A coverage of `n` by `n` cells with randomly displaced inner corners.
fn board(random: &mut Random, n: usize) -> Vec<Ring> {
    let corner: Vec<Vec<Coord<f64>>> = (0..=n)
        .map(|row| {
            (0..=n)
                .map(|column| Coord {
                    x: 400_000. + 100. * (column as f64 + 0.6 * random.unit()),
                    y: 300_000. + 100. * (row as f64 + 0.6 * random.unit()),
                })
                .collect()
        })
        .collect();
    let cell = |i: usize| {
        let (column, row) = (i % n, i / n);
        vec![
            corner[row][column],
            corner[row][column + 1],
            corner[row + 1][column + 1],
            corner[row + 1][column],
        ]
    };
    (0..n * n).map(cell).collect()
}

fn areas(cells: &[Ring]) -> Vec<Area> {
    let area = |(i, ring): (usize, &Ring)| {
        let geometry = admit_geometry(vec![vec![closed(ring.clone())]], 0.0).unwrap().geometry;
        let code = AreaCode::parse(&format!("C{i:03}")).unwrap();
        Area::from_valid(code, String::new(), Vec::new(), geometry)
    };
    cells.iter().enumerate().map(area).collect()
}

/// The even-odd area of the rings, repaired however ambiguous it is.
fn repaired(rings: &[RoleRing]) -> MultiPolygon<f64> {
    let points: Vec<Ring> = rings.iter().map(|r| r.points.clone()).collect();
    let arrangement = Arrangement::of(edges_of(&points)).unwrap();
    let faces = winding::classify_faces(&arrangement, rings);
    trace::polygons(&arrangement.boundary(&faces.inside)).unwrap()
}

fn inside(geometry: &MultiPolygon<f64>, p: Coord<f64>) -> RingPosition {
    let mut odd = false;
    for line in geometry.iter().flat_map(|g| std::iter::once(g.exterior()).chain(g.interiors())) {
        match exact::ring_position(&line.0[1..], p) {
            RingPosition::Boundary => return RingPosition::Boundary,
            RingPosition::Inside => odd = !odd,
            RingPosition::Outside => {}
        }
    }
    if odd { RingPosition::Inside } else { RingPosition::Outside }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_simple_ring_is_unchanged_bit_for_bit(seed: u64) {
        let random = &mut Random(seed);
        let ring = star(random, (450_000., 280_000.), 5_000.);
        let taken = admit_geometry(vec![vec![closed(ring.clone())]], 0.0).unwrap();
        prop_assert_eq!(taken.faults.len(), 0);
        prop_assert_eq!(&taken.geometry.0[0].exterior().0, &closed(ring));
    }

    #[test]
    fn an_injected_fault_is_reported_at_its_location(seed: u64) {
        let random = &mut Random(seed);
        let ring = star(random, (450_000., 280_000.), 5_000.);
        let at = random.below(ring.len());
        let v = ring[at];

        let mut repeated = ring.clone();
        repeated.insert(at, v);
        let taken = admit_geometry(vec![vec![closed(repeated)]], 0.0).unwrap();
        prop_assert_eq!(taken.faults.len(), 1);
        prop_assert_eq!((taken.faults[0].kind, taken.faults[0].at), (K::RepeatedPoint, Some([v.x, v.y])));
        prop_assert_eq!(taken.geometry.0[0].exterior().0.len(), ring.len() + 1);

        let tip = Coord { x: v.x + 9_000. * random.unit(), y: v.y + 20_000. };
        let mut spiked = ring.clone();
        spiked.splice(at..at, [v, tip]);
        let taken = admit_geometry(vec![vec![closed(spiked)]], 0.0).unwrap();
        let found: Vec<_> = taken.faults.iter().map(|f| (f.kind, f.at)).collect();
        prop_assert_eq!(found, [(K::Spike, Some([tip.x, tip.y]))]);
        prop_assert_eq!(taken.geometry.0[0].exterior().0.len(), ring.len() + 1);

        // Swap two corners: each reported crossing must lie on two edges.
        let mut crossed = ring.clone();
        crossed.swap(at, (at + 2) % ring.len());
        if let Err(faults) = admit_geometry(vec![vec![closed(crossed.clone())]], 0.0) {
            for fault in faults {
                let [x, y] = fault.at.unwrap();
                let near = exact::edges(&crossed).filter(|(a, b)| {
                    let (dx, dy) = (b.x - a.x, b.y - a.y);
                    let along = ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy);
                    let along = along.clamp(0.0, 1.0);
                    (a.x + along * dx - x).hypot(a.y + along * dy - y) < 1e-6
                });
                prop_assert!(near.count() >= 2, "{}", fault);
                prop_assert_eq!((fault.severity, fault.kind), (Severity::Error, K::SelfCrossing));
            }
        }
    }

    #[test]
    fn a_repaired_area_is_the_even_odd_area(seed: u64) {
        let random = &mut Random(seed);
        // Coarse coordinates, so that vertices fall on edges and edges on edges.
        let steps = if seed % 2 == 0 { 8.0 } else { 1e9 };
        let n = 4 + random.below(14);
        let ring: Ring = (0..n)
            .map(|_| Coord {
                x: (random.unit() * steps).floor() / steps * 1_000.,
                y: (random.unit() * steps).floor() / steps * 1_000.,
            })
            .collect();
        let super::super::rings::Cleaned::Ring(ring, _) = super::super::rings::clean(closed(ring)) else {
            return Ok(());
        };
        let from = crate::fault::RingRef { polygon: 0, ring: 0 };
        let rings = by_containment(vec![(from, ring.clone())]);
        let area = repaired(&rings);
        prop_assume!(!area.0.is_empty());
        prop_assert!(is_valid(&area));
        for _ in 0..200 {
            let p = Coord { x: random.unit() * 1_000., y: random.unit() * 1_000. };
            prop_assert_eq!(inside(&area, p), exact::ring_position(&ring, p), "{:?} {:?}", p, ring);
        }
    }

    #[test]
    fn a_coverage_has_no_flaw_and_a_moved_corner_is_found(seed: u64) {
        let random = &mut Random(seed);
        let n = 3 + random.below(6);
        let mut cells = board(random, n);
        prop_assert_eq!(coverage::flaws(&areas(&cells)).unwrap(), []);

        // Move one corner of one inner cell: inwards makes a gap, outwards an overlap.
        let cell = (1 + random.below(n - 2)) * n + 1 + random.below(n - 2);
        let ring = cells[cell].clone();
        let corner = random.below(4);
        let opposite = ring[(corner + 2) % 4];
        let by = if random.unit() < 0.5 { 0.02 } else { -0.02 };
        let moved = &mut cells[cell][corner];
        moved.x += by * (opposite.x - ring[corner].x);
        moved.y += by * (opposite.y - ring[corner].y);
        let changed = exact::signed_area(&ring) - exact::signed_area(&cells[cell]);
        let flaws = coverage::flaws(&areas(&cells)).unwrap();
        let gaps: f64 = flaws.iter().filter(|f| f.kind == K::Gap).map(|f| f.area_m2).sum();
        let overlaps: f64 = flaws.iter().filter(|f| f.kind == K::Overlap).map(|f| f.area_m2).sum();
        prop_assert!((gaps - overlaps - changed).abs() < 1e-6, "{} {} {}", gaps, overlaps, changed);
        prop_assert!(!flaws.is_empty());
        for flaw in &flaws {
            let near = (flaw.at.x - ring[corner].x).hypot(flaw.at.y - ring[corner].y);
            prop_assert!(near < 200.0);
            prop_assert!(flaw.kind == K::Gap || flaw.areas.contains(&cell));
        }
    }

    #[test]
    fn no_drawing_panics_and_every_accepted_geometry_is_valid(seed: u64) {
        let random = &mut Random(seed);
        let steps = [4.0, 16.0, 1e9][random.below(3)];
        let polygon = |random: &mut Random| -> Vec<RawRing> {
            (0..=random.below(3))
                .map(|_| {
                    (0..random.below(9))
                        .map(|_| Coord {
                            x: (random.unit() * steps).floor() / steps * 1_000.,
                            y: (random.unit() * steps).floor() / steps * 1_000.,
                        })
                        .collect()
                })
                .collect()
        };
        let drawn: Vec<Vec<RawRing>> = (0..=random.below(3)).map(|_| polygon(random)).collect();
        if let Ok(taken) = admit_geometry(drawn.clone(), 300.0) {
            prop_assert!(is_valid(&taken.geometry));
            prop_assert!(taken.geometry.unsigned_area() > 0.0);
        }
        let (layer, report) = admitted(vec![feature(0, "A", polygons(drawn))], None);
        prop_assert_eq!(layer.is_none(), report.has_errors());
    }
}
