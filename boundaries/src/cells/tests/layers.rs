//! Small generated layers for the tests.

use std::f64::consts::TAU;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::area::Area;
use crate::code::AreaCode;
use crate::layer::{Completeness, Layer, LayerId, LayerMeta, Vintage};
use lapwing_testing::random::Random;

pub(super) fn at(x: f64, y: f64) -> Coord<f64> {
    Coord { x, y }
}

pub(super) fn ring(points: &[(f64, f64)]) -> LineString<f64> {
    let mut ring: LineString<f64> = points.iter().map(|&(x, y)| at(x, y)).collect();
    ring.close();
    ring
}

/// A square with that south-west corner.
pub(super) fn square(x: f64, y: f64, side: f64) -> LineString<f64> {
    ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
}

fn turned(ring: LineString<f64>) -> LineString<f64> {
    ring.0.into_iter().rev().collect()
}

/// A polygon of a shell and holes, both counter-clockwise.
pub(super) fn with_holes(shell: LineString<f64>, holes: Vec<LineString<f64>>) -> Polygon<f64> {
    Polygon::new(shell, holes.into_iter().map(turned).collect())
}

pub(super) fn whole(shell: LineString<f64>) -> Polygon<f64> {
    with_holes(shell, Vec::new())
}

/// A layer of areas with codes A000, A001, …
pub(super) fn layer(id: &str, areas: Vec<Vec<Polygon<f64>>>) -> Layer {
    let id = LayerId::parse(id).unwrap();
    let meta = LayerMeta {
        series: id.clone(),
        title: String::new(),
        vintage: Vintage::default(),
        resolution: None,
        coverage: false,
        complete: Completeness::Unknown,
        licence: None,
        attribution: None,
        source: String::from("made here"),
        id,
    };
    let area = |(place, polygons)| {
        let code = AreaCode::parse(&format!("A{place:03}")).unwrap();
        Area::from_valid(code, String::new(), Vec::new(), MultiPolygon::new(polygons))
    };
    Layer::of_areas(meta, areas.into_iter().enumerate().map(area).collect())
}

/// A grid of squares from the origin. Their sides coincide with sides of cells or pass through centres
/// of cells.
pub(super) fn squares(along: usize, side: f64) -> Layer {
    let place = |n: usize| (n % along, n / along);
    let corner = |n: usize| (place(n).0 as f64 * side, place(n).1 as f64 * side);
    let areas = (0..along * along).map(|n| vec![whole(square(corner(n).0, corner(n).1, side))]);
    layer("squares", areas.collect())
}

/// Diamonds around the corners of squares. Their sides pass diagonally through corners and centres of
/// cells. Each has a hole that is an area of its own.
pub(super) fn diamonds(along: usize, side: f64) -> Layer {
    let diamond = |x: f64, y: f64, r: f64| ring(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)]);
    let mut areas = Vec::new();
    for n in 0..along * along {
        let (x, y) = ((n % along) as f64 * side, (n / along) as f64 * side);
        let hole = diamond(x, y, side / 8.0);
        areas.push(vec![with_holes(diamond(x, y, side / 2.0), vec![hole.clone()])]);
        areas.push(vec![whole(hole)]);
    }
    layer("diamonds", areas)
}

/// A coverage with irregular borders: a lattice of randomly displaced nodes, connected by lines of
/// several random points, which neighbours share exactly. Every third area has an enclave, and the
/// second area has two parts.
pub(super) fn crooked(along: usize, side: f64, origin: Coord<f64>, seed: u64) -> Layer {
    let mut random = Random(seed);
    let mut near =
        |x: f64, y: f64, r: f64| at(x + random.between(-r, r), y + random.between(-r, r));
    let knots: Vec<Vec<Coord<f64>>> = (0..=along)
        .map(|row| {
            let place = |n: usize| n as f64 * side;
            (0..=along)
                .map(|c| near(origin.x + place(c), origin.y + place(row), side / 5.0))
                .collect()
        })
        .collect();
    let mut border = |a: Coord<f64>, b: Coord<f64>| -> Vec<Coord<f64>> {
        let inner = (1..8).map(|n| {
            let on = a + (b - a) * (f64::from(n) / 8.0);
            near(on.x, on.y, side / 50.0)
        });
        std::iter::once(a).chain(inner).collect()
    };
    let (mut east, mut north) = (Vec::new(), Vec::new());
    for row in 0..=along {
        for column in 0..=along {
            let here = knots[row][column];
            east.push(if column < along { border(here, knots[row][column + 1]) } else { vec![] });
            north.push(if row < along { border(here, knots[row + 1][column]) } else { vec![] });
        }
    }
    let place = |column: usize, row: usize| row * (along + 1) + column;
    let backward = |line: &[Coord<f64>], end: Coord<f64>| -> Vec<Coord<f64>> {
        std::iter::once(end).chain(line[1..].iter().rev().copied()).collect()
    };
    let mut areas: Vec<Vec<Polygon<f64>>> = Vec::new();
    for row in 0..along {
        for column in 0..along {
            let mut shell = east[place(column, row)].clone();
            shell.extend(&north[place(column + 1, row)]);
            let corner = knots[row + 1][column + 1];
            shell.extend(backward(&east[place(column, row + 1)], corner));
            shell.extend(backward(&north[place(column, row)], knots[row + 1][column]));
            let mut shell = LineString(shell);
            shell.close();
            let middle = (knots[row][column] + corner) / 2.0;
            if (row * along + column).is_multiple_of(3) {
                let enclave = square(middle.x, middle.y, side / 9.0);
                areas.push(vec![with_holes(shell, vec![enclave.clone()])]);
                areas.push(vec![whole(enclave)]);
            } else {
                areas.push(vec![whole(shell)]);
            }
        }
    }
    let last = areas.pop().unwrap();
    areas[1].extend(last);
    layer("crooked", areas)
}

/// Overlapping stars, some with a hole of the same shape.
pub(super) fn stars(count: usize, reach: f64, origin: Coord<f64>, seed: u64) -> Layer {
    let mut random = Random(seed);
    let areas = (0..count).map(|_| {
        let (x, y) = (random.between(0.0, reach), random.between(0.0, reach));
        let size = random.between(0.01, 0.2) * reach;
        let points = 3 + random.below(40);
        let far: Vec<f64> = (0..points).map(|_| random.between(0.4, 1.0)).collect();
        let shape = |scale: f64| {
            let point = |n: usize| {
                let angle = TAU * n as f64 / points as f64;
                let far = far[n] * size * scale;
                (origin.x + x + far * angle.cos(), origin.y + y + far * angle.sin())
            };
            ring(&(0..points).map(point).collect::<Vec<_>>())
        };
        let holes = if points.is_multiple_of(2) { vec![shape(0.5)] } else { vec![] };
        vec![with_holes(shape(1.0), holes)]
    });
    layer("stars", areas.collect())
}
