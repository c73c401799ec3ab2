//! Point to areas: the trees of a layer against a plain scan of its extents and edges, and the cells
//! of the country's wards against an R-tree of extents and `geo`.
//!
//!     cargo bench --bench locate

use std::time::Instant;

use lapwing_boundaries::cells::CellIndex;
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::geometry::predicate::{Position, position_among};
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::storage::MemoryBudget;

#[path = "support/country.rs"]
mod country;
mod support;

use support::{Ratio, compare};

const POINTS: usize = 2_000;

fn main() {
    let world = demo::world(7, &WorldSize::of_wards(400));
    let wards = world.layer("ward").expect("every world has wards");
    let index = AreaIndex::new(wards.areas());
    // Postcodes crowd in towns, where wards are small: harder than points spread evenly.
    let points: Vec<Bng> =
        world.postcodes.iter().filter_map(|p| p.position).cycle().take(POINTS).collect();

    let scan = || -> usize {
        points
            .iter()
            .map(|at| {
                let point = at.coord();
                wards
                    .areas()
                    .iter()
                    .filter(|area| geo::Intersects::intersects(&area.extent(), &point))
                    .filter(|area| position_among(area.edges(), point) != Position::Outside)
                    .count()
            })
            .sum()
    };
    let indexed = || -> usize { points.iter().map(|&at| index.containing(at).len()).sum() };
    assert_eq!(scan(), indexed());
    compare("locate_vs_scan", Ratio::Speed, POINTS, scan, indexed);

    let nearest_of_all = || -> f64 {
        points
            .iter()
            .take(POINTS / 100)
            .map(|at| {
                wards
                    .areas()
                    .iter()
                    .flat_map(lapwing_boundaries::area::Area::edges)
                    .map(|edge| distance_m(edge, at.coord()))
                    .fold(f64::INFINITY, f64::min)
            })
            .sum()
    };
    let nearest = || -> f64 {
        points.iter().take(POINTS / 100).filter_map(|&at| index.boundary_distance_m(at)).sum()
    };
    assert!((nearest_of_all() - nearest()).abs() < 1e-6);
    compare("boundary_distance_vs_scan", Ratio::Speed, POINTS / 100, nearest_of_all, nearest);
    of_the_country();
}

/// The 8,483 wards of the country by cells, at random points of their extent.
fn of_the_country() {
    let (data, file) = (country::data(), "wards_uk_2022.geojson.gz");
    if !data.join(file).exists() {
        println!("SKIPPED locate_vs_rtree: no {file} in {}; set LAPWING_SHARED", data.display());
        return;
    }
    let contents = country::contents_of(&data, file, "ward", "WD22");
    let wards = &contents.layers[0];
    let trees = AreaIndex::new(wards.areas());
    let start = Instant::now();
    let cells = CellIndex::build(&[wards], MemoryBudget::default());
    println!(
        "cells of {} wards: {:.1} MB in {:.2} s",
        wards.len(),
        cells.bytes() as f64 / 1e6,
        start.elapsed().as_secs_f64()
    );

    let extents = || wards.areas().iter().map(lapwing_boundaries::area::Area::extent);
    let side = |pick: fn(f64, f64) -> f64, of: fn(geo::Rect<f64>) -> f64| {
        extents().map(of).reduce(pick).expect("there are wards")
    };
    let (west, east) = (side(f64::min, |e| e.min().x), side(f64::max, |e| e.max().x));
    let (south, north) = (side(f64::min, |e| e.min().y), side(f64::max, |e| e.max().y));
    let mut state = 1_u64;
    let mut random = |low: f64, high: f64| {
        // Knuth's MMIX, the high bits of which are random enough for points.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((state >> 11) as f64 / (1_u64 << 53) as f64)
    };
    let anywhere: Vec<Bng> = (0..200_000)
        .filter_map(|_| Bng::new(random(west, east), random(south, north)).ok())
        .collect();
    let on_land: Vec<Bng> =
        anywhere.iter().copied().filter(|&at| !trees.containing(at).is_empty()).collect();

    for (name, points) in [("locate_vs_rtree", &anywhere), ("locate_on_land_vs_rtree", &on_land)] {
        let by_tree = || -> usize {
            let holders = |at: &Bng| {
                let point = geo::Point(at.coord());
                let near = trees.meeting(geo::Rect::new(at.coord(), at.coord()));
                near.filter(|&ward| {
                    geo::Intersects::intersects(wards.areas()[ward].geometry(), &point)
                })
                .count()
            };
            points.iter().map(holders).sum()
        };
        let by_cells = || -> usize {
            let mut found = 0;
            for &at in points {
                cells.locate(at, |_, _, _| found += 1);
            }
            found
        };
        assert_eq!(by_tree(), by_cells());
        compare(name, Ratio::Speed, points.len(), by_tree, by_cells);
    }

    let by_tree =
        || -> f64 { on_land.iter().filter_map(|&at| trees.boundary_distance_m(at)).sum() };
    let by_cells =
        || -> f64 { on_land.iter().filter_map(|&at| cells.boundary_distance_m(0, at)).sum() };
    assert!((by_tree() - by_cells()).abs() < 1e-3);
    compare("boundary_distance_vs_rtree", Ratio::Speed, on_land.len(), by_tree, by_cells);
}

fn distance_m(edge: geo::Line<f64>, point: geo::Coord<f64>) -> f64 {
    let (dx, dy) = (edge.dx(), edge.dy());
    let along =
        ((point.x - edge.start.x) * dx + (point.y - edge.start.y) * dy) / (dx * dx + dy * dy);
    let t = along.clamp(0.0, 1.0);
    (edge.start.x + t * dx - point.x).hypot(edge.start.y + t * dy - point.y)
}
