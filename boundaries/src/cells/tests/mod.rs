//! The cell index gives the same answers as the R-trees, and both the same as a scan of all edges.

use geo::Coord;

use super::{CellIndex, UNIFORM};
use crate::geometry::predicate::{Position, position_among};
use crate::index::AreaIndex;
use crate::layer::Layer;
use crate::position::Bng;
use crate::storage::MemoryBudget;
use lapwing_testing::random::Random;
use lapwing_testing::rounds;

mod layers;
mod quantised;

use layers::{at, crooked, diamonds, layer, square, squares, stars, whole, with_holes};

type Answer = Vec<(usize, usize, Position)>;

const PLENTY: MemoryBudget = MemoryBudget::of_bytes(1 << 30);

fn by_cells(index: &CellIndex, at: Bng) -> Answer {
    let mut answer = Vec::new();
    index.locate(at, |layer, area, position| answer.push((layer, area, position)));
    answer
}

fn by_scan(layers: &[&Layer], at: Bng) -> Answer {
    let all = layers.iter().enumerate().flat_map(|(layer, areas)| {
        let areas = areas.areas().iter().enumerate();
        areas.map(move |(area_index, area)| {
            (layer, area_index, position_among(area.edges(), at.coord()))
        })
    });
    all.filter(|(_, _, position)| *position != Position::Outside).collect()
}

fn by_trees(trees: &[AreaIndex], at: Bng) -> Answer {
    let all = trees.iter().enumerate().flat_map(|(layer, tree)| {
        let found = tree.containing(at).into_iter();
        found.map(move |(area, position)| (layer, area, position))
    });
    all.collect()
}

fn trees(layers: &[&Layer]) -> Vec<AreaIndex> {
    layers.iter().map(|layer| AreaIndex::new(layer.areas())).collect()
}

fn bng(point: Coord<f64>) -> Bng {
    Bng::new(point.x, point.y).unwrap()
}

/// Random points in and a little around the extent of the layers.
fn random_points(layers: &[&Layer], count: usize, seed: u64) -> Vec<Bng> {
    let areas = || layers.iter().flat_map(|layer| layer.areas());
    let fold = |pick: fn(f64, f64) -> f64, of: fn(&crate::area::Area) -> f64| {
        areas().map(of).reduce(pick).unwrap()
    };
    let (west, east) =
        (fold(f64::min, |a| a.extent().min().x), fold(f64::max, |a| a.extent().max().x));
    let (south, north) =
        (fold(f64::min, |a| a.extent().min().y), fold(f64::max, |a| a.extent().max().y));
    let (dx, dy) = ((east - west) / 20.0, (north - south) / 20.0);
    let mut random = Random(seed);
    let point =
        |_| bng(at(random.between(west - dx, east + dx), random.between(south - dy, north + dy)));
    (0..count).map(point).collect()
}

/// Degenerate points: every vertex, the middle of every edge, and the adjacent floats; the corners,
/// the centre and the middles of the sides of cells, up to about `most_cells` of them.
fn hard_points(layers: &[&Layer], index: &CellIndex, most_cells: usize) -> Vec<Bng> {
    let mut points: Vec<Coord<f64>> = Vec::new();
    for edge in layers.iter().flat_map(|layer| layer.areas()).flat_map(crate::area::Area::edges) {
        let middle = (edge.start + edge.end) / 2.0;
        points.extend([edge.start, middle]);
        points
            .extend([at(edge.start.x.next_down(), edge.start.y), at(middle.x, middle.y.next_up())]);
        points.extend([at(edge.start.x.next_up(), edge.start.y), at(middle.x.next_up(), middle.y)]);
    }
    let grid = index.frame.grid;
    let mut cells = Vec::new();
    for block in 0..grid.len() as u32 {
        let (column, row) = (block % grid.columns, block / grid.columns);
        let bits = (index.blocks[block as usize] >> 32) as u32;
        let bits = if bits == UNIFORM { grid.block_bits } else { bits };
        let squares = grid.cell_squares(column, row, bits);
        for cell in 0..squares.len() as u32 {
            cells.push((
                squares.centre(cell % squares.columns, cell / squares.columns),
                squares.side,
            ));
        }
    }
    let step = cells.len().div_ceil(most_cells);
    for (centre, side) in cells.into_iter().step_by(step.max(1)) {
        for (dx, dy) in [(0.0, 0.0), (0.5, 0.5), (0.5, 0.0), (0.0, 0.5), (-0.5, 0.5), (-0.5, -0.5)]
        {
            let point = centre + at(dx, dy) * side;
            points.extend([
                point,
                at(point.x.next_down(), point.y),
                at(point.x, point.y.next_up()),
            ]);
        }
    }
    points.into_iter().filter_map(|point| Bng::new(point.x, point.y).ok()).collect()
}

/// Asserts that cells and trees agree on every point, and both with a scan on every `scan_each`th
/// point.
fn assert_same_areas(layers: &[&Layer], index: &CellIndex, points: &[Bng], scan_each: usize) {
    let trees = trees(layers);
    for (n, &point) in points.iter().enumerate() {
        let cells = by_cells(index, point);
        assert_eq!(cells, by_trees(&trees, point), "trees at {point:?}");
        if n.is_multiple_of(scan_each) {
            assert_eq!(cells, by_scan(layers, point), "scan at {point:?}");
        }
    }
}

/// Asserts that batch lookups, with some points missing, give the answers of single lookups.
fn assert_same_in_batches(layers: &[&Layer], index: &CellIndex, points: &[Bng]) {
    let cells = index.view();
    for few in points.chunks(7) {
        let together: [Option<Bng>; 9] =
            std::array::from_fn(|at| few.get(at).copied().filter(|_| at != 3));
        let found = cells.find_cells(&together);
        for (at, point) in together.iter().enumerate() {
            let Some(point) = *point else { continue };
            let mut holders = Vec::new();
            cells.locate_found(&found, at, point, |layer, area, position| {
                holders.push((layer, area, position));
            });
            assert_eq!(holders, by_cells(index, point), "{point:?}");
        }
        for layer in 0..=layers.len() {
            let found = cells.find_candidates(layer, &together);
            for (at, point) in together.iter().enumerate() {
                let Some(point) = *point else { continue };
                let distance = cells.distance_to_found(&found, at, point);
                let alone = index.boundary_distance_m(layer, point);
                assert_eq!(distance, alone, "layer {layer} at {point:?}");
            }
        }
    }
}

fn assert_same_distances(layers: &[&Layer], index: &CellIndex, points: &[Bng], reach_m: f64) {
    assert_same_in_batches(layers, index, points);
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs());
    for (area_index, tree) in trees(layers).iter().enumerate() {
        for &point in points {
            let (ours, theirs) =
                (index.boundary_distance_m(area_index, point), tree.boundary_distance_m(point));
            match (ours, theirs) {
                (Some(ours), Some(theirs)) if close(ours, theirs) => {}
                (None, None) => {}
                _ => panic!("layer {area_index} at {point:?}: {ours:?} is not {theirs:?}"),
            }
            if let Some(by_candidates) = index.boundary_distance_m(area_index, point) {
                let by_rings = index.view().distance_by_rings(area_index, point.coord());
                assert_eq!(by_candidates, by_rings, "layer {area_index} at {point:?}");
            }
            let (ours, theirs) =
                (index.edges_within(area_index, point, reach_m), tree.edges_within(point, reach_m));
            // Rounding decides about edges at exactly this distance.
            let sure = |near: &[(usize, f64)]| -> Vec<(usize, f64)> {
                near.iter().copied().filter(|(_, far)| !close(*far, reach_m)).collect()
            };
            let (ours, theirs) = (sure(&ours), sure(&theirs));
            assert_eq!(
                ours.len(),
                theirs.len(),
                "layer {area_index} within {reach_m} m of {point:?}"
            );
            for (ours, theirs) in ours.iter().zip(&theirs) {
                assert!(ours.0 == theirs.0 && close(ours.1, theirs.1), "{ours:?} {theirs:?}");
            }
        }
    }
}

const ORIGIN: Coord<f64> = Coord { x: 475_000.3, y: 260_000.7 };

#[test]
fn edges_on_sides_and_through_centres_of_cells_are_answered_consistently() {
    for side in [24.0, 64.0] {
        let (a, b) = (squares(6, side), diamonds(7, side));
        let layers = [&a, &b];
        for bytes in [0, 20_000, 1 << 30] {
            let index = CellIndex::build(&layers, MemoryBudget::of_bytes(bytes));
            assert_same_areas(&layers, &index, &hard_points(&layers, &index, 2000), 2);
            assert_same_areas(&layers, &index, &random_points(&layers, 2000, 1), 2);
        }
    }
}

#[test]
fn an_irregular_coverage_gives_the_answers_of_the_tree() {
    let layer = crooked(8, 800.0, ORIGIN, 2);
    let layers = [&layer];
    for bytes in [0, 100_000, 1 << 30] {
        let index = CellIndex::build(&layers, MemoryBudget::of_bytes(bytes));
        assert_same_areas(&layers, &index, &hard_points(&layers, &index, 5000), 10);
        assert_same_areas(&layers, &index, &random_points(&layers, rounds(20_000, 100_000), 3), 10);
    }
}

#[test]
fn four_layers_at_once_give_the_answers_of_the_trees() {
    let wards = crooked(10, 1000.0, ORIGIN, 4);
    let parishes = crooked(23, 430.0, ORIGIN + at(150.0, 90.0), 5);
    let nothing = layer("nothing", Vec::new());
    let zones = stars(60, 10_000.0, ORIGIN, 6);
    let layers = [&wards, &nothing, &parishes, &zones];
    let index = CellIndex::build(&layers, PLENTY);
    let cells = rounds(5_000, 20_000);
    assert_same_areas(&layers, &index, &hard_points(&layers, &index, cells), 50);
    assert_same_areas(&layers, &index, &random_points(&layers, rounds(100_000, 500_000), 7), 100);
    assert_same_distances(&layers, &index, &random_points(&layers, 3000, 8), 300.0);
}

#[test]
fn a_hundred_areas_at_one_point_are_all_found_in_order() {
    let nested =
        |n: i32| whole(square(-f64::from(n) * 1.7, -f64::from(n), 20.0 + 3.0 * f64::from(n)));
    let nest = layer("nest", (0..100).map(|n| vec![nested(n)]).collect());
    let heap = stars(60, 200.0, at(-90.0, -90.0), 9);
    let layers = [&nest, &heap, &nest];
    let index = CellIndex::build(&layers, PLENTY);
    assert!(by_cells(&index, bng(at(10.0, 10.0))).len() >= 200);
    let points = random_points(&layers, 5000, 10);
    assert_same_areas(&layers, &index, &points, 10);
    assert_same_areas(&layers, &index, &hard_points(&layers, &index, 2000), 10);
    assert_same_distances(&layers, &index, &points[..300], 10.0);
}

#[test]
fn long_edges_are_clipped_in_many_cells() {
    let long = |x: f64| whole(layers::ring(&[(x, 0.0), (x + 90_001.7, 70_003.1), (x + 3.0, 1.0)]));
    let slender = layer("slender", (0..40).map(|n| vec![long(f64::from(n) * 7.3)]).collect());
    let town = crooked(20, 50.0, at(40_000.0, 31_000.0), 11);
    let layers = [&slender, &town];
    let index = CellIndex::build(&layers, PLENTY);
    let cells = rounds(3_000, 20_000);
    assert_same_areas(&layers, &index, &hard_points(&layers, &index, cells), 50);
    assert_same_areas(&layers, &index, &random_points(&[&town], rounds(20_000, 100_000), 12), 100);
    assert_same_areas(&layers, &index, &random_points(&layers, rounds(10_000, 50_000), 13), 100);
    assert_same_distances(&layers, &index, &random_points(&layers, rounds(300, 1_000), 14), 500.0);
}

#[test]
fn a_boundary_point_belongs_to_every_area_it_touches() {
    let layer = squares(4, 100.0);
    let index = CellIndex::build(&[&layer], PLENTY);
    let of = |x: f64, y: f64| by_cells(&index, bng(at(x, y)));
    let on = |area: usize| (0, area, Position::Boundary);
    assert_eq!(of(100.0, 100.0), [on(0), on(1), on(4), on(5)]);
    assert_eq!(of(100.0, 50.0), [on(0), on(1)]);
    assert_eq!(of(400.0, 400.0), [on(15)]);
    assert_eq!(of(50.0, 50.0), [(0, 0, Position::Inside)]);
    assert_eq!(of(400.1, 400.0), []);
}

#[test]
fn an_enclave_belongs_to_the_inner_area_and_not_to_the_surrounding_one() {
    let hole = square(40.0, 40.0, 20.0);
    let around = with_holes(square(0.0, 0.0, 100.0), vec![hole.clone()]);
    let apart = whole(square(200.0, 0.0, 30.0));
    let layer = layer("enclave", vec![vec![around, apart], vec![whole(hole)]]);
    let index = CellIndex::build(&[&layer], PLENTY);
    let of = |x: f64, y: f64| by_cells(&index, bng(at(x, y)));
    assert_eq!(of(50.0, 50.0), [(0, 1, Position::Inside)]);
    assert_eq!(of(60.0, 50.0), [(0, 0, Position::Boundary), (0, 1, Position::Boundary)]);
    assert_eq!(of(70.0, 50.0), [(0, 0, Position::Inside)]);
    assert_eq!(of(215.0, 15.0), [(0, 0, Position::Inside)]);
    assert_eq!(of(150.0, 15.0), []);
}

#[test]
fn empty_layers_and_points_outside_give_no_areas() {
    let nothing = layer("nothing", Vec::new());
    for layers in [&[][..], &[&nothing][..]] {
        let index = CellIndex::build(layers, PLENTY);
        let point = bng(at(475_000.0, 260_000.0));
        assert_eq!(by_cells(&index, point), []);
        assert_eq!(index.boundary_distance_m(0, point), None);
        assert_eq!(index.edges_within(0, point, 1e6), []);
    }
    let one = layer("one", vec![vec![whole(square(1000.0, 1000.0, 50.0))]]);
    let index = CellIndex::build(&[&one], PLENTY);
    for (x, y) in [(-100_000.0, -100_000.0), (800_000.0, 1_350_000.0), (999.999, 1020.0)] {
        assert_eq!(by_cells(&index, bng(at(x, y))), []);
    }
}

#[test]
fn distances_equal_those_of_the_trees_near_and_far_outside() {
    let (a, b) = (squares(5, 64.0), stars(20, 300.0, at(7.0, 9.0), 15));
    let nothing = layer("nothing", Vec::new());
    let layers = [&a, &nothing, &b];
    let index = CellIndex::build(&layers, PLENTY);
    let mut points = random_points(&layers, 500, 16);
    points.extend(hard_points(&layers, &index, 100).into_iter().step_by(5));
    for (x, y) in [(-90_000.0, 5.0), (790_000.0, 1_340_000.0), (160.0, 90_000.0), (0.0, -3.0)] {
        points.push(bng(at(x, y)));
    }
    for reach_m in [0.0, 1.0, 32.0, 1e6] {
        assert_same_distances(&layers, &index, &points, reach_m);
    }
}

#[test]
fn the_size_of_the_index_follows_the_budget() {
    let layer = crooked(20, 1000.0, ORIGIN, 17);
    let bytes = |budget| CellIndex::build(&[&layer], MemoryBudget::of_bytes(budget)).bytes();
    let (coarsest, finest) = (bytes(0), bytes(1 << 30));
    assert!(coarsest < finest / 2, "{coarsest} {finest}");
    let middle = u64::midpoint(coarsest, finest);
    let kept = bytes(middle);
    assert!(coarsest < kept && kept as f64 <= 1.15 * middle as f64, "{coarsest} {kept} {middle}");
}
