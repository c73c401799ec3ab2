//! Properties of every world: answers of the indexes and measures, compared with slow but obviously
//! correct ones, in generated worlds with many seeds. A failure prints its seed.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Coord, Line};
use jiff::Timestamp;
use lapwing_boundaries::area::Area;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::confidence::{ConfidenceLevel, Ground};
use lapwing_boundaries::demo::{self, World, WorldSize};
use lapwing_boundaries::gazetteer::Address;
use lapwing_boundaries::geometry::predicate::Position;
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::layer::Layer;
use lapwing_boundaries::locate::locate_addresses;
use lapwing_boundaries::overlap::Relation;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

use lapwing_testing::random::Random;
use lapwing_testing::rounds;

const COVERAGES: [&str; 5] = ["ward", "ward_2013", "lap", "locality", "authority"];

/// A county with few wards whose sides have two straight pieces each, so that a linear scan of all
/// edges stays affordable.
fn coarse(seed: u64) -> World {
    demo::world(seed, &WorldSize { pieces: 2, ..WorldSize::of_wards(6) })
}

fn atlas_of(world: World) -> Atlas {
    Atlas::build(world.into_contents(), Timestamp::UNIX_EPOCH, &())
}

fn twice_area(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> f64 {
    let exact = |c: Coord<f64>| robust::Coord { x: c.x, y: c.y };
    robust::orient2d(exact(a), exact(b), exact(c))
}

/// The position of a point by its winding number over every edge. An exterior ring adds one for
/// points inside; a hole subtracts it again.
fn position_by_winding(edges: &[Line<f64>], at: Coord<f64>) -> Position {
    let mut winding = 0;
    for &Line { start, end } in edges {
        let side = twice_area(start, end, at);
        let in_box = (start.x.min(end.x)..=start.x.max(end.x)).contains(&at.x)
            && (start.y.min(end.y)..=start.y.max(end.y)).contains(&at.y);
        if side == 0.0 && in_box {
            return Position::Boundary;
        }
        if start.y <= at.y && end.y > at.y && side > 0.0 {
            winding += 1;
        } else if start.y > at.y && end.y <= at.y && side < 0.0 {
            winding -= 1;
        }
    }
    if winding == 0 { Position::Outside } else { Position::Inside }
}

/// A layer with the edges of each area stored for a linear scan.
struct Scanned<'a> {
    layer: &'a Layer,
    index: AreaIndex,
    edges: Vec<Vec<Line<f64>>>,
}

impl<'a> Scanned<'a> {
    fn new(layer: &'a Layer) -> Self {
        Self {
            layer,
            index: AreaIndex::new(layer.areas()),
            edges: layer.areas().iter().map(|area| area.edges().collect()).collect(),
        }
    }

    fn assert_agrees_at(&self, x: f64, y: f64, what: &str) {
        let at = Bng::new(x, y).unwrap();
        let scanned: Vec<(usize, Position)> = self
            .edges
            .iter()
            .map(|edges| position_by_winding(edges, at.coord()))
            .enumerate()
            .filter(|(_, position)| *position != Position::Outside)
            .collect();
        let found = self.index.containing(at);
        assert_eq!(found, scanned, "{what}, {} at {x} {y}", self.layer.meta().id);
    }

    fn vertices(&self) -> Vec<Coord<f64>> {
        self.edges.iter().flatten().map(|edge| edge.start).collect()
    }
}

/// Compares at this many points: half at random, half on or beside vertices and edges, where ties
/// are broken.
fn compare(world: &World, layer: &str, points: usize, seed: u64) {
    let what = format!("seed {seed}");
    let scanned = Scanned::new(world.layer(layer).unwrap());
    let vertices = scanned.vertices();
    let edges: Vec<Line<f64>> = scanned.edges.iter().flatten().copied().collect();
    let extent = world.layer("authority").unwrap().areas()[0].extent();
    let (low, high) = (extent.min(), extent.max());
    let mut random = Random(seed);
    for point in 0..points {
        let (x, y) = (
            random.between(low.x - 500.0, high.x + 500.0),
            random.between(low.y - 500.0, high.y + 500.0),
        );
        let vertex = vertices[random.below(vertices.len())];
        let edge = edges[random.below(edges.len())];
        let (x, y) = match point % 10 {
            // On a vertex, where areas meet.
            0 => (vertex.x, vertex.y),
            // Level with a vertex, so that a ray to the east or north passes through it.
            1 => (x, vertex.y),
            2 => (vertex.x, y),
            // In the middle of an edge: on it, or as close as f64 allows.
            3 => (edge.start.x.midpoint(edge.end.x), edge.start.y.midpoint(edge.end.y)),
            // One step of f64 beside a vertex.
            4 => (vertex.x.next_up(), vertex.y.next_down()),
            _ => (x, y),
        };
        scanned.assert_agrees_at(x, y, &what);
    }
}

#[test]
fn locating_by_r_tree_equals_a_linear_scan() {
    for seed in 0..10 {
        let world = coarse(seed);
        for layer in ["ward", "ward_2013", "parish", "lap", "authority"] {
            compare(&world, layer, rounds(4_000, 20_000), seed);
        }
    }
}

#[test]
fn locating_by_r_tree_equals_a_linear_scan_in_lyonesse() {
    let world = demo::lyonesse(1);
    for layer in ["ward", "parish", "lap"] {
        compare(&world, layer, 500, 1);
    }
}

#[test]
fn a_grid_of_points_over_a_coverage_finds_no_hole() {
    for seed in 0..2 {
        let world = demo::lyonesse(seed);
        let county = world.layer("authority").unwrap();
        let county_index = AreaIndex::new(county.areas());
        let extent = county.areas()[0].extent();
        let indexes: Vec<(&Layer, AreaIndex)> = COVERAGES
            .iter()
            .map(|id| world.layer(id).unwrap())
            .map(|layer| (layer, AreaIndex::new(layer.areas())))
            .collect();
        let mut y = extent.min().y;
        while y <= extent.max().y {
            let mut x = extent.min().x;
            while x <= extent.max().x {
                let at = Bng::new(x, y).unwrap();
                let of_county = !county_index.containing(at).is_empty();
                for (layer, index) in &indexes {
                    let holders = index.containing(at);
                    let what = format!("seed {seed}, {} at {x} {y}", layer.meta().id);
                    assert_eq!(!holders.is_empty(), of_county, "{what}");
                    let inside = holders.iter().filter(|(_, p)| *p == Position::Inside).count();
                    assert!(inside == holders.len() && inside <= 1 || inside == 0, "{what}");
                }
                x += 401.0;
            }
            y += 397.0;
        }
    }
}

#[test]
fn every_vertex_of_a_coverage_is_on_the_boundary_of_each_area_that_has_it() {
    for seed in 0..3 {
        let world = coarse(seed);
        for layer in COVERAGES.map(|id| world.layer(id).unwrap()) {
            let index = AreaIndex::new(layer.areas());
            for (area_index, area) in layer.areas().iter().enumerate() {
                for vertex in area.edges().map(|edge| edge.start) {
                    let at = Bng::new(vertex.x, vertex.y).unwrap();
                    let holders = index.containing(at);
                    assert!(
                        holders.contains(&(area_index, Position::Boundary)),
                        "seed {seed}, {at:?}"
                    );
                    assert!(holders.iter().all(|(_, p)| *p == Position::Boundary), "seed {seed}");
                }
            }
        }
    }
}

/// The worlds whose overlaps are measured: small ones with many seeds, and Lyonesse.
fn measured_worlds() -> impl Iterator<Item = (String, Atlas)> {
    let small = (0..16).map(|seed| (seed, WorldSize::of_wards(4 + seed as usize % 9)));
    small.chain((1..3).map(|seed| (seed, WorldSize::LYONESSE))).map(|(seed, size)| {
        let what = format!("seed {seed}, {} wards", size.wards);
        (what, atlas_of(demo::world(seed, &size)))
    })
}

#[test]
fn overlaps_satisfy_the_rules_in_every_world() {
    for (what, atlas) in measured_worlds() {
        the_shares_of_an_area_in_a_coverage_sum_to_one(&atlas, &what);
        every_ward_is_in_exactly_one_lap_and_every_lap_in_one_locality(&atlas, &what);
        some_parish_is_split_between_laps(&atlas, &what);
        no_two_areas_of_a_layer_overlap(&atlas, &what);
    }
}

fn area_layers(atlas: &Atlas) -> Vec<usize> {
    (0..atlas.layers().len()).filter(|&l| atlas.layers()[l].layer().is_areas()).collect()
}

fn areas(atlas: &Atlas, layer: usize) -> &[Area] {
    atlas.layers()[layer].layer().areas()
}

fn the_shares_of_an_area_in_a_coverage_sum_to_one(atlas: &Atlas, what: &str) {
    for from in area_layers(atlas) {
        for to in
            COVERAGES.map(|id| atlas.layer_index(id).unwrap()).into_iter().filter(|&to| to != from)
        {
            for (area_index, area) in areas(atlas, from).iter().enumerate() {
                let rows = atlas.overlaps_of(from, area_index, to);
                let share: f64 = rows.iter().map(|row| row.shared_m2 / area.area_m2()).sum();
                let to = &atlas.layers()[to].layer().meta().id;
                assert!((share - 1.0).abs() < 1e-6, "{what}: {} in {to}: {share}", area.code());
            }
        }
    }
}

fn every_ward_is_in_exactly_one_lap_and_every_lap_in_one_locality(atlas: &Atlas, what: &str) {
    for (lesser, larger) in [("ward", "lap"), ("lap", "locality"), ("locality", "authority")] {
        let [from, to] = [lesser, larger].map(|id| atlas.layer_index(id).unwrap());
        for (area_index, area) in areas(atlas, from).iter().enumerate() {
            let rows = atlas.overlaps_of(from, area_index, to);
            let holders: Vec<_> =
                rows.iter().filter(|row| row.relation != Relation::Touches).collect();
            let within = matches!(holders[..], [row] if matches!(row.relation, Relation::Within | Relation::Equals));
            assert!(within, "{what}: {lesser} {}: {rows:?}", area.code());
        }
    }
}

fn some_parish_is_split_between_laps(atlas: &Atlas, what: &str) {
    let [parish, lap] = ["parish", "lap"].map(|id| atlas.layer_index(id).unwrap());
    let is_split = |area_index: &usize| {
        let rows = atlas.overlaps_of(parish, *area_index, lap);
        rows.iter().filter(|row| row.relation == Relation::Partial && !row.sliver).count() > 1
    };
    let split = (0..areas(atlas, parish).len()).filter(is_split).count();
    assert!(split >= 1, "{what}");
}

fn no_two_areas_of_a_layer_overlap(atlas: &Atlas, what: &str) {
    for layer in area_layers(atlas) {
        assert!(atlas.is_disjoint(layer), "{what}: {}", atlas.layers()[layer].layer().meta().id);
    }
}

#[test]
fn every_postcode_is_in_its_published_ward() {
    for seed in 0..8 {
        let world = demo::lyonesse(seed);
        let wards = world.layer("ward").unwrap();
        let index = AreaIndex::new(wards.areas());
        let mut near = 0;
        for record in &world.postcodes {
            let Some(at) = record.position else {
                assert!(record.published_ward.is_none() && record.positional_quality == 90);
                continue;
            };
            let holders = index.containing(at);
            let published = record.published_ward.as_ref().unwrap();
            let agrees = holders.iter().any(|&(ward, _)| wards.areas()[ward].code() == published);
            assert!(agrees, "seed {seed}: {}", record.postcode);
            near += usize::from(index.boundary_distance_m(at).unwrap() < 50.0);
        }
        assert!(near > 20, "seed {seed}: only {near} postcodes are near a boundary");
    }
}

#[test]
fn addresses_are_in_the_county_and_split_some_postcodes_between_laps() {
    for seed in 0..8 {
        let world = demo::lyonesse(seed);
        let laps = world.layer("lap").unwrap();
        let index = AreaIndex::new(laps.areas());
        let mut laps_of: BTreeMap<Postcode, BTreeSet<usize>> = BTreeMap::new();
        let mut uprns = BTreeSet::new();
        for address in &world.addresses {
            let holders = index.containing(address.position);
            assert!(!holders.is_empty(), "seed {seed}: {address:?} is in the sea");
            let laps = laps_of.entry(address.postcode).or_default();
            laps.extend(holders.into_iter().map(|(lap, _)| lap));
            // No real UPRN has thirteen digits.
            assert!(address.uprn > 999_999_999_999 && uprns.insert(address.uprn), "seed {seed}");
        }
        assert!(laps_of.values().any(|laps| laps.len() > 1), "seed {seed}");
        // The answer is then based on the addresses.
        let complete = Ground { is_outside: false, is_complete: true, edge_error_m: 0.0 };
        let (&split, _) = laps_of.iter().find(|(_, laps)| laps.len() > 1).unwrap();
        let addresses: Vec<Address> =
            world.addresses.iter().copied().filter(|a| a.postcode == split).collect();
        let located = locate_addresses(laps.meta(), &index, &addresses, complete);
        assert_eq!(located.level, ConfidenceLevel::Low, "seed {seed}: {split}");
        assert_eq!(located.matches.len(), laps_of[&split].len(), "seed {seed}: {split}");
    }
}
