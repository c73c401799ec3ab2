//! Geometries with faults, each with the expected severity, location and message.
//!
//! All are validated as single geometries without a stated drawing error. Extreme numbers and
//! shapes must never panic.

use geo::{Area as _, Coord};
use lapwing_boundaries::fault::{
    Fault, FaultKind as K,
    Severity::{self, Error, Repaired},
};
use lapwing_boundaries::validity::admit_geometry;

type Ring<'a> = &'a [(f64, f64)];
type Case<'a> = (&'a str, &'a [&'a [Ring<'a>]], Severity, K, Option<[f64; 2]>, &'a str);

const SQUARE: Ring<'static> = &[(0., 0.), (100., 0.), (100., 100.), (0., 100.), (0., 0.)];
const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn judged(polygons: &[&[Ring<'_>]]) -> (Option<f64>, Vec<Fault>) {
    let raw = polygons
        .iter()
        .map(|rings| {
            let ring = |r: &Ring<'_>| r.iter().map(|&(x, y)| Coord { x, y }).collect();
            rings.iter().map(ring).collect()
        })
        .collect();
    match admit_geometry(raw, 0.0) {
        Ok(admitted) => (Some(admitted.geometry.unsigned_area()), admitted.faults),
        Err(faults) => (None, faults),
    }
}

#[test]
fn each_fault_is_refused_or_repaired_with_its_location_and_reason() {
    #[rustfmt::skip]
    let cases: &[Case<'_>] = &[
        // Empty.
        ("nothing", &[], Error, K::EmptyGeometry, None, "has no geometry"),
        ("a polygon of no rings", &[&[]], Error, K::EmptyGeometry, None, "has no geometry"),
        ("a ring of no points", &[&[&[]]], Error, K::EmptyGeometry, None, "has no geometry"),
        ("one point", &[&[&[(1., 2.)]]], Error, K::TooFewPoints, Some([1., 2.]), "1 points"),
        ("two points", &[&[&[(1., 2.), (3., 4.)]]], Error, K::TooFewPoints, Some([1., 2.]), "2 points"),
        ("there and back", &[&[&[(1., 2.), (3., 4.), (1., 2.)]]], Error, K::TooFewPoints, Some([1., 2.]), "a ring needs at least 4"),
        ("one point four times", &[&[&[(5., 5.), (5., 5.), (5., 5.), (5., 5.)]]], Error, K::TooFewPoints, Some([5., 5.]), "on one line"),
        ("points on a line", &[&[&[(0., 0.), (1., 1.), (3., 3.), (2., 2.), (0., 0.)]]], Error, K::TooFewPoints, Some([0., 0.]), "has no area"),
        ("a comb without width", &[&[&[(0., 0.), (9., 0.), (9., 5.), (9., 0.), (0., 0.)]]], Error, K::TooFewPoints, Some([0., 0.]), "has no area"),
        ("a hole over the whole shell", &[&[SQUARE, SQUARE]], Error, K::EmptyGeometry, None, "cancel each other"),
        ("a flat shell with a hole", &[&[SQUARE], &[&[(0., 0.), (9., 9.), (0., 0.)], &[(1., 1.), (1., 2.), (2., 2.), (1., 1.)]]], Error, K::TooFewPoints, Some([0., 0.]), "but it is the exterior ring of a polygon with holes"),
        // Not finite.
        ("a NaN", &[&[&[(0., 0.), (NAN, 0.), (9., 9.), (0., 0.)]]], Error, K::NonFiniteCoordinate, None, "point 1 of the ring is NaN 0"),
        ("an infinity", &[&[&[(0., 0.), (9., 0.), (9., INF), (0., 0.)]]], Error, K::NonFiniteCoordinate, None, "point 2 of the ring is 9 inf"),
        ("a NaN in a hole", &[&[SQUARE, &[(1., 1.), (NAN, NAN), (2., 2.), (1., 1.)]]], Error, K::NonFiniteCoordinate, None, "point 1"),
        // Crossings.
        ("a bow-tie", &[&[&[(0., 0.), (100., 100.), (100., 0.), (0., 100.), (0., 0.)]]], Error, K::SelfCrossing, Some([50., 50.]), "leaves 2500.000 m² of the feature ambiguous"),
        ("a bow-tie joined at a vertex", &[&[&[(0., 0.), (50., 50.), (100., 100.), (100., 0.), (50., 50.), (0., 100.), (0., 0.)]]], Error, K::SelfCrossing, Some([50., 50.]), "crosses itself here"),
        ("a loop that curls inwards", &[&[&[(0., 0.), (100., 0.), (100., 100.), (40., 100.), (40., 40.), (60., 40.), (60., 120.), (0., 120.), (0., 0.)]]], Error, K::SelfCrossing, Some([60., 100.]), "ogr2ogr -makevalid"),
        ("a ring wound twice", &[&[&[(0., 0.), (9., 0.), (9., 9.), (0., 9.), (0., 0.), (9., 0.), (9., 9.), (0., 9.), (0., 0.)]]], Error, K::SelfCrossing, Some([0., 0.]), "81.000 m²"),
        ("a pentagram", &[&[&[(0., 100.), (59., -81.), (-95., 31.), (95., 31.), (-59., -81.), (0., 100.)]]], Error, K::SelfCrossing, None, "crosses itself here"),
        ("a hole across its shell", &[&[SQUARE, &[(90., 40.), (90., 60.), (120., 60.), (120., 40.), (90., 40.)]]], Error, K::CrossingRings, Some([100., 40.]), "crosses ring 0 of polygon 0"),
        ("a hole across a hole", &[&[SQUARE, &[(10., 10.), (10., 50.), (50., 50.), (50., 10.), (10., 10.)], &[(30., 30.), (30., 70.), (70., 70.), (70., 30.), (30., 30.)]]], Error, K::CrossingRings, Some([30., 50.]), "crosses ring 1 of polygon 0"),
        ("a polygon across a polygon", &[&[SQUARE], &[&[(50., 50.), (150., 50.), (150., 150.), (50., 150.), (50., 50.)]]], Error, K::CrossingRings, Some([50., 100.]), "2500.000 m² of the feature ambiguous"),
        ("two polygons that overlap along shared lines", &[&[SQUARE], &[&[(50., 0.), (150., 0.), (150., 100.), (50., 100.), (50., 0.)]]], Error, K::CrossingRings, Some([50., 0.]), "leaves 5000.000 m²"),
        ("a hole over half the shell and beyond", &[&[SQUARE, &[(50., 0.), (50., 100.), (150., 100.), (150., 0.), (50., 0.)]]], Error, K::CrossingRings, None, "crosses ring 0 of polygon 0"),
        // Nesting.
        ("a hole outside", &[&[SQUARE, &[(200., 0.), (200., 9.), (209., 9.), (200., 0.)]]], Error, K::HoleOutsideShell, Some([200., 0.]), "remove it or make it a polygon"),
        ("a hole outside that touches", &[&[SQUARE, &[(100., 50.), (120., 60.), (120., 40.), (100., 50.)]]], Error, K::HoleOutsideShell, Some([100., 50.]), "outside its exterior ring"),
        ("a hole around its shell", &[&[&[(10., 10.), (20., 10.), (20., 20.), (10., 10.)], SQUARE]], Error, K::CrossingRings, None, "crosses ring 0"),
        ("a hole of another polygon", &[&[SQUARE, &[(210., 10.), (210., 20.), (220., 20.), (210., 10.)]], &[&[(200., 0.), (300., 0.), (300., 100.), (200., 0.)]]], Error, K::HoleOutsideShell, Some([210., 10.]), "outside its exterior ring"),
        ("a hole in a hole", &[&[SQUARE, &[(10., 10.), (10., 90.), (90., 90.), (90., 10.), (10., 10.)], &[(40., 40.), (40., 50.), (50., 50.), (40., 40.)]]], Error, K::WrongNesting, Some([40., 40.]), "inside hole 1 of its polygon"),
        ("a polygon on a polygon", &[&[SQUARE], &[&[(40., 40.), (50., 40.), (50., 50.), (40., 40.)]]], Error, K::WrongNesting, Some([40., 40.]), "inside polygon 0"),
        ("one shell twice, one with a hole", &[&[SQUARE], &[SQUARE, &[(40., 40.), (40., 50.), (50., 50.), (40., 40.)]]], Error, K::WrongNesting, Some([0., 0.]), "inside polygon"),
        // Repaired without changing the area.
        ("an open ring", &[&[&[(0., 0.), (100., 0.), (100., 100.), (0., 100.)]]], Repaired, K::UnclosedRing, Some([0., 100.]), "closed with a straight line"),
        ("a point twice", &[&[&[(0., 0.), (100., 0.), (100., 0.), (100., 100.), (0., 100.), (0., 0.)]]], Repaired, K::RepeatedPoint, Some([100., 0.]), "the point is repeated"),
        ("the first point three times", &[&[&[(0., 0.), (0., 0.), (100., 0.), (100., 100.), (0., 100.), (0., 0.)]]], Repaired, K::RepeatedPoint, Some([0., 0.]), "the point is repeated"),
        ("a spike", &[&[&[(0., 0.), (100., 0.), (100., 100.), (500., 500.), (100., 100.), (0., 100.), (0., 0.)]]], Repaired, K::Spike, Some([500., 500.]), "out to this point and back"),
        ("a spike inwards", &[&[&[(0., 0.), (100., 0.), (100., 100.), (50., 50.), (100., 100.), (0., 100.), (0., 0.)]]], Repaired, K::Spike, Some([50., 50.]), "out to this point and back"),
        ("a spike at the start", &[&[&[(-50., 0.), (100., 0.), (100., 100.), (0., 100.), (0., 0.), (-50., 0.)]]], Repaired, K::Spike, Some([-50., 0.]), "out to this point and back"),
        ("a spike along an edge", &[&[&[(0., 0.), (150., 0.), (100., 0.), (100., 100.), (0., 100.), (0., 0.)]]], Repaired, K::Spike, Some([150., 0.]), "out to this point and back"),
        ("a flat hole", &[&[SQUARE, &[(10., 10.), (20., 20.), (10., 10.)]]], Repaired, K::TooFewPoints, Some([10., 10.]), "dropped"),
        ("a flat polygon beside", &[&[SQUARE], &[&[(210., 10.), (220., 20.), (230., 30.), (210., 10.)]]], Repaired, K::TooFewPoints, Some([210., 10.]), "dropped"),
        ("an empty ring beside", &[&[SQUARE, &[]]], Repaired, K::TooFewPoints, None, "no points; dropped"),
        ("a polygon twice", &[&[SQUARE], &[SQUARE]], Repaired, K::WrongNesting, Some([0., 0.]), "the polygon appears twice"),
        ("a keyhole", &[&[&[(0., 0.), (50., 0.), (50., 40.), (50., 0.), (100., 0.), (100., 100.), (0., 100.), (0., 0.)]]], Repaired, K::Spike, Some([50., 40.]), "removed the line"),
        ("a pinch at a vertex", &[&[&[(0., 0.), (50., 0.), (50., 50.), (100., 50.), (100., 100.), (50., 100.), (50., 50.), (0., 50.), (0., 0.)], &[]], &[&[(0., 100.), (50., 150.), (0., 200.), (-100., 150.), (0., 100.)]], &[&[(0., 200.), (2500., 200.), (2500., 202.), (0., 200.)]]], Repaired, K::SelfTouching, Some([50., 50.]), "touches itself here"),
        ("neighbours that share a line", &[&[&[(0., 0.), (50., 0.), (50., 100.), (0., 100.), (0., 0.)]], &[&[(50., 0.), (100., 0.), (100., 100.), (50., 100.), (50., 0.)]]], Repaired, K::CrossingRings, Some([50., 0.]), "merged along it"),
        ("a bow-tie of half a square metre", &[&[&[(0., 0.), (100., 0.), (100., 50.), (101., 51.), (100., 51.), (101., 50.), (100., 100.), (0., 100.), (0., 0.)]]], Repaired, K::SelfCrossing, Some([100.5, 50.5]), "less than 1 m²"),
    ];
    assert!(cases.len() >= 45, "{}", cases.len());
    let mut missed = Vec::new();
    for (name, polygons, severity, kind, at, words) in cases {
        let (geometry, faults) = judged(polygons);
        let reported = faults.iter().any(|f| {
            f.severity == *severity
                && f.kind == *kind
                && (at.is_none() || f.at == *at)
                && f.message.contains(words)
        });
        if !reported || geometry.is_some() != (*severity == Repaired) {
            missed.push(format!(
                "{name}: expected {kind:?} at {at:?}: {words}\nfound {geometry:?} {faults:#?}"
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

#[test]
fn an_unambiguous_repair_keeps_the_area() {
    let bump =
        &[(0., 0.), (100., 0.), (100., 100.), (50., 50.), (100., 100.), (0., 100.), (0., 0.)];
    assert_eq!(judged(&[&[bump]]).0, Some(10_000.));
    let halves: [&[Ring<'_>]; 2] = [
        &[&[(0., 0.), (50., 0.), (50., 100.), (0., 100.), (0., 0.)]],
        &[&[(50., 0.), (100., 0.), (100., 100.), (50., 100.), (50., 0.)]],
    ];
    assert_eq!(judged(&halves).0, Some(10_000.));
}

#[test]
fn extreme_numbers_do_not_panic() {
    for far in [1e300, f64::MAX, 1e-300, f64::MIN_POSITIVE] {
        let ring = [(0., 0.), (far, 0.), (far, far), (0., far), (0., 0.)];
        let tie = [(0., 0.), (far, far), (far, 0.), (0., far), (0., 0.)];
        let _ = judged(&[&[&ring]]);
        let _ = judged(&[&[&tie]]);
        let _ = judged(&[&[&ring, &tie], &[&tie]]);
    }
}

#[test]
fn scribble_is_refused_quickly() {
    // 2,000 chords of a circle cross in about a million places.
    let n = 2_000;
    let scribble: Vec<(f64, f64)> = (0..n)
        .map(|i| {
            let angle = f64::from(i * 987 % n) / f64::from(n) * std::f64::consts::TAU;
            (1000. * angle.cos(), 1000. * angle.sin())
        })
        .collect();
    let (geometry, faults) = judged(&[&[&scribble]]);
    assert!(geometry.is_none());
    assert!(faults.iter().any(|f| f.message.contains("more than 100,000 places")), "{faults:?}");
}
