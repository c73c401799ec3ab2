//! Point to areas: the index of a layer against a plain scan of its extents and edges.
//!
//!     cargo bench --bench locate

use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::predicate::{Position, position_among};

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
}

fn distance_m(edge: geo::Line<f64>, point: geo::Coord<f64>) -> f64 {
    let (dx, dy) = (edge.dx(), edge.dy());
    let along =
        ((point.x - edge.start.x) * dx + (point.y - edge.start.y) * dy) / (dx * dx + dy * dy);
    let t = along.clamp(0.0, 1.0);
    (edge.start.x + t * dx - point.x).hypot(edge.start.y + t * dy - point.y)
}
