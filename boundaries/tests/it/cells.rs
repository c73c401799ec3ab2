//! The cell index, compared with R-tree lookups over generated worlds and the real wards, at random
//! points and at points where an index could fail.

use std::path::{Path, PathBuf};

use geo::Coord;
use jiff::Timestamp;
use lapwing_boundaries::area::Area;
use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::{Atlas, Contents};
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::locate::{Located, locate};
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::storage::MemoryBudget;

use lapwing_testing::random::Random;

fn seed() -> u64 {
    let given = std::env::var("LAPWING_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    println!("repeat with LAPWING_SEED={seed}");
    seed
}

fn atlas_of(contents: Contents) -> Atlas {
    Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
}

fn areas(atlas: &Atlas) -> impl Iterator<Item = &Area> {
    atlas.layers().iter().flat_map(|layer| layer.layer().areas())
}

/// Random points around all areas, vertices and middles of edges, and the adjacent floats.
fn points(atlas: &Atlas, count: usize, random: &mut Random) -> Vec<Bng> {
    let extents = || areas(atlas).map(Area::extent);
    let low =
        extents().fold((f64::MAX, f64::MAX), |low, e| (low.0.min(e.min().x), low.1.min(e.min().y)));
    let high = extents()
        .fold((f64::MIN, f64::MIN), |high, e| (high.0.max(e.max().x), high.1.max(e.max().y)));
    let mut points: Vec<Coord<f64>> = (0..count)
        .map(|_| Coord {
            x: random.between(low.0 - 3000.0, high.0 + 3000.0),
            y: random.between(low.1 - 3000.0, high.1 + 3000.0),
        })
        .collect();
    let edges: Vec<_> = areas(atlas).flat_map(Area::edges).collect();
    for _ in 0..count {
        let edge = edges[random.below(edges.len())];
        let middle = (edge.start + edge.end) / 2.0;
        points.extend([edge.start, middle, Coord { x: middle.x.next_up(), ..middle }]);
        points.push(Coord { y: edge.start.y.next_down(), ..edge.start });
    }
    points.into_iter().filter_map(|point| Bng::new(point.x, point.y).ok()).collect()
}

/// Equal up to the rounding of a distance in two orders of evaluation.
fn assert_same(cells: &Located, trees: &Located, what: &str) {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs());
    assert_eq!(cells.matches, trees.matches, "{what}");
    assert_eq!((cells.threshold_m, cells.level), (trees.threshold_m, trees.level), "{what}");
    match (cells.boundary_distance_m, trees.boundary_distance_m) {
        (Some(a), Some(b)) if close(a, b) => {}
        (a, b) => assert_eq!(a, b, "{what}"),
    }
    let sure = |located: &Located| -> Vec<(usize, f64)> {
        located.near.iter().copied().filter(|(_, far)| !close(*far, located.threshold_m)).collect()
    };
    let (ours, theirs) = (sure(cells), sure(trees));
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (a, b) in ours.iter().zip(&theirs) {
        assert!(a.0 == b.0 && close(a.1, b.1), "{what}: {a:?} {b:?}");
    }
}

fn assert_as_by_trees(atlas: &Atlas, points: &[Bng]) {
    let layers: Vec<usize> =
        (0..atlas.layers().len()).filter(|&l| atlas.layers()[l].layer().is_areas()).collect();
    for &at in points {
        let of_all = atlas.locate_each(layers.iter().map(|&layer| Some(layer)), at);
        let mut nowhere = true;
        for (&layer, by_cells) in layers.iter().zip(of_all) {
            let by_cells = by_cells.expect("a layer that was asked answers");
            let indexed = &atlas.layers()[layer];
            let by_trees = locate(
                indexed.layer().meta(),
                indexed.area_index(),
                at,
                atlas.ground_at(layer, at),
            );
            assert_same(&by_cells, &by_trees, &format!("layer {layer} at {at:?}"));
            assert_eq!(atlas.locate(layer, at), by_cells);
            nowhere &= by_cells.matches.is_empty();
        }
        assert_eq!(atlas.is_outside_all(at), nowhere, "{at:?}");
    }
}

#[test]
fn cells_and_trees_agree_on_generated_worlds() {
    let mut random = Random(seed());
    for budget in [MemoryBudget::default(), MemoryBudget::of_bytes(1 << 20)] {
        let world = demo::world(random.next(), &WorldSize::of_wards(12));
        let atlas = atlas_of(Contents { cell_index: budget, ..world.into_contents() });
        let mut points = points(&atlas, 1500, &mut random);
        points.extend(atlas.all_facts().step_by(5).filter_map(|facts| facts.position));
        assert_as_by_trees(&atlas, &points);
    }
}

fn shared() -> Option<PathBuf> {
    let data = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    if data.join("wards_2022.geojson").exists() {
        return Some(data);
    }
    eprintln!("SKIPPED: no real wards at {}; set LAPWING_SHARED", data.display());
    None
}

#[test]
fn cells_and_trees_agree_on_real_wards() {
    let Some(data) = shared() else { return };
    let text = b"title = \"Wards\"
        cell_index_megabytes = 64
        [[layer]]
        id = \"ward\"
        title = \"Wards of 2022\"
        source = \"wards_2022.geojson\"
        code = \"WD22CD\"
        resolution = \"BSC\"
        [[layer]]
        id = \"ward_2013\"
        title = \"Wards of 2013\"
        source = \"wards_2013_bng.gpkg\"
        code = \"WD13CD\"
        resolution = \"BGC\"
        [[layer]]
        id = \"lsoa\"
        title = \"LSOAs\"
        source = \"lsoas_2021.geojson\"
        code = \"LSOA21CD\"";
    let catalogue = Catalogue::parse(text, Path::new("catalogue.toml"), Some(&data)).unwrap();
    let mut report = Report::default();
    let contents = assemble::contents(&catalogue, &mut report, &()).expect("the layers are good");
    assert_eq!(contents.cell_index, MemoryBudget::of_bytes(64 << 20));
    let atlas = atlas_of(contents);
    assert!(atlas.cells().bytes() < 64 << 20, "{}", atlas.cells().bytes());
    let points = points(&atlas, 6000, &mut Random(seed()));
    assert_as_by_trees(&atlas, &points);
}

#[test]
fn an_invalid_memory_budget_is_refused_by_name() {
    for value in ["0", "-1", "1.5", "\"64\"", "70000"] {
        let text =
            format!("title = \"T\"\ncell_index_megabytes = {value}\n[[layer]]\nid = \"a\"\n");
        let error = Catalogue::parse(text.as_bytes(), Path::new("c.toml"), None).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("c.toml:2:24: `cell_index_megabytes`"), "{message}");
        assert!(message.contains("write a whole number from 1 to 65536"), "{message}");
    }
}
