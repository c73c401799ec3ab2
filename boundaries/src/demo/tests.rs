//! Properties of worlds of any seed and size.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use geo::{Coord, LineString};

use super::*;
use crate::area::Area;
use crate::postcode::Postcode;

/// Worlds of a few seeds and sizes, from a handful of wards up, each with a name for messages.
fn worlds() -> &'static [(String, World)] {
    static WORLDS: LazyLock<Vec<(String, World)>> = LazyLock::new(|| {
        let mut sizes: Vec<WorldSize> = [4, 5, 9, 16, 27].map(WorldSize::of_wards).into();
        sizes.push(WorldSize { small_areas: 50, ..WorldSize::of_wards(12) });
        sizes.push(WorldSize::LYONESSE);
        (0..8)
            .flat_map(|seed| sizes.iter().map(move |size| (seed, size)))
            .map(|(seed, size)| (format!("seed {seed}, {} wards", size.wards), world(seed, size)))
            .collect()
    });
    &WORLDS
}

const COVERAGES: [&str; 6] = ["ward", "ward_2013", "lap", "locality", "authority", "small_area"];

fn coverages(world: &World) -> impl Iterator<Item = &Layer> {
    COVERAGES.iter().filter_map(|id| world.layer(id))
}

/// A coordinate in whole centimetres.
type Cm = (i64, i64);

/// Returns a coordinate in centimetres, which must be whole.
fn cm(c: Coord<f64>) -> Cm {
    let whole = |metres: f64| {
        let cm = (metres * 100.0).round();
        assert!((cm / 100.0).to_bits() == metres.to_bits(), "{metres} is not whole centimetres");
        cm as i64
    };
    (whole(c.x), whole(c.y))
}

fn rings(area: &Area) -> impl Iterator<Item = &LineString<f64>> {
    area.geometry().iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
}

/// Returns twice the signed area of a ring in square centimetres, exactly.
fn twice_cm2(ring: &LineString<f64>) -> i128 {
    let points: Vec<Cm> = ring.coords().map(|&c| cm(c)).collect();
    let cross = |w: &[Cm]| {
        i128::from(w[0].0) * i128::from(w[1].1) - i128::from(w[1].0) * i128::from(w[0].1)
    };
    points.windows(2).map(cross).sum()
}

fn twice_cm2_of(layer: &Layer) -> i128 {
    layer.areas().iter().flat_map(rings).map(twice_cm2).sum()
}

/// Returns every directed edge of a layer, in centimetres, and the number of its occurrences.
fn directed_edges(layer: &Layer) -> HashMap<(Cm, Cm), usize> {
    let mut edges = HashMap::new();
    for line in layer.areas().iter().flat_map(Area::edges) {
        *edges.entry((cm(line.start), cm(line.end))).or_default() += 1;
    }
    edges
}

#[test]
fn the_areas_of_a_coverage_sum_exactly_to_the_county() {
    for (what, world) in worlds() {
        let county = twice_cm2_of(world.layer("authority").unwrap());
        for layer in coverages(world) {
            assert_eq!(twice_cm2_of(layer), county, "{what}: {}", layer.meta().id);
            let m2: f64 = layer.areas().iter().map(Area::area_m2).sum();
            let expected = county as f64 / 20_000.0;
            assert!((m2 / expected - 1.0).abs() < 1e-12, "{what}: {}", layer.meta().id);
        }
    }
}

#[test]
fn inner_edges_of_a_coverage_are_shared_and_the_rest_are_coast() {
    for (what, world) in worlds() {
        let coasts: Vec<HashSet<_>> = coverages(world)
            .map(|layer| {
                let edges = directed_edges(layer);
                assert!(edges.values().all(|&n| n == 1), "{what}: {}", layer.meta().id);
                edges.keys().copied().filter(|&(a, b)| !edges.contains_key(&(b, a))).collect()
            })
            .collect();
        assert!(coasts.windows(2).all(|w| w[0] == w[1]), "{what}: the coasts differ");
    }
}

#[test]
fn exterior_rings_are_counter_clockwise_and_holes_clockwise() {
    for (what, world) in worlds() {
        for area in world.layers.iter().flat_map(Layer::areas) {
            for polygon in area.geometry() {
                assert!(twice_cm2(polygon.exterior()) > 0, "{what}: {}", area.code());
                assert!(polygon.exterior().is_closed());
                for hole in polygon.interiors() {
                    assert!(twice_cm2(hole) < 0 && hole.is_closed(), "{what}: {}", area.code());
                }
            }
        }
    }
}

#[test]
fn one_parish_has_an_enclave_and_another_has_two_parts() {
    for (what, world) in worlds() {
        let parishes = world.layer("parish").unwrap().areas();
        let holes = |a: &Area| a.geometry().iter().map(|p| p.interiors().len()).sum::<usize>();
        let hosts: Vec<&Area> = parishes.iter().filter(|a| holes(a) > 0).collect();
        assert_eq!(hosts.len(), 1, "{what}");
        assert_eq!(holes(hosts[0]), 1, "{what}");
        // The enclave is the parish whose exterior ring is the reversed hole.
        let hole: HashSet<_> = hosts[0]
            .geometry()
            .iter()
            .flat_map(geo::Polygon::interiors)
            .flat_map(|r| r.coords().map(|&c| cm(c)))
            .collect();
        let fills = |a: &&Area| {
            a.geometry().0.len() == 1
                && a.geometry().0[0].exterior().coords().map(|&c| cm(c)).collect::<HashSet<_>>()
                    == hole
        };
        assert_eq!(parishes.iter().filter(fills).count(), 1, "{what}");
        let parts: Vec<usize> =
            parishes.iter().map(|a| a.geometry().0.len()).filter(|&n| n != 1).collect();
        assert_eq!(parts, [2], "{what}");
    }
}

#[test]
fn lyonesse_has_the_documented_counts() {
    for seed in 0..20 {
        let county = lyonesse(seed);
        let count = |id: &str| county.layer(id).unwrap().len();
        assert_eq!(count("ward"), 40, "seed {seed}");
        assert_eq!(count("parish"), 120, "seed {seed}");
        assert_eq!(count("lap"), 9, "seed {seed}");
        assert_eq!(count("locality"), 2, "seed {seed}");
        assert_eq!(count("authority"), 1, "seed {seed}");
        assert_eq!(count("gp_practice"), 30, "seed {seed}");
        assert_eq!(count("asset"), 80, "seed {seed}");
        assert_eq!(county.postcodes.len(), 2000, "seed {seed}");
        let first = Postcode::parse("LY1 1AA").unwrap();
        let first = county.postcodes.iter().find(|p| p.postcode == first).unwrap();
        assert!(first.position.is_some() && first.terminated.is_none(), "seed {seed}");
        let addresses = county.addresses.len();
        assert!((1_500..5_000).contains(&addresses), "seed {seed}: {addresses}");
        assert_eq!(county.layer("authority").unwrap().areas()[0].geometry().0.len(), 2);
    }
}

#[test]
fn codes_start_with_x_and_codes_and_names_are_unique() {
    for (what, world) in worlds() {
        let mut codes = HashSet::new();
        for layer in &world.layers {
            let mut names = HashSet::new();
            let areas = layer.areas().iter().map(|a| (a.code(), a.name()));
            let sites = layer.sites().iter().map(|s| (&s.code, s.name.as_str()));
            for (code, name) in areas.chain(sites) {
                assert!(code.as_str().starts_with('X'), "{what}: {code}");
                assert!(codes.insert(code.clone()), "{what}: {code} twice");
                assert!(!name.is_empty() && names.insert(name), "{what}: {name:?} twice");
            }
        }
        let postcodes: HashSet<_> = world.postcodes.iter().map(|p| p.postcode).collect();
        assert_eq!(postcodes.len(), world.postcodes.len(), "{what}");
    }
}

#[test]
fn equal_seeds_give_equal_worlds_and_different_seeds_different_ones() {
    assert_eq!(lyonesse(3), lyonesse(3));
    assert_ne!(lyonesse(3), lyonesse(4));
}

#[test]
fn every_geometry_is_valid_without_repair() {
    for (what, world) in worlds() {
        for area in world.layers.iter().flat_map(Layer::areas) {
            let open = |ring: &LineString<f64>| ring.0.clone();
            let polygons = area
                .geometry()
                .iter()
                .map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(open).collect())
                .collect();
            let admitted = crate::validity::admit_geometry(polygons, 0.0);
            let admitted = admitted.unwrap_or_else(|f| panic!("{what}: {}: {f:?}", area.code()));
            assert_eq!(admitted.faults, [], "{what}: {}", area.code());
            assert_eq!(&admitted.geometry, area.geometry(), "{what}: {}", area.code());
        }
    }
}

#[test]
fn the_unparished_area_is_connected() {
    for (what, world) in worlds() {
        let parished = directed_edges(world.layer("parish").unwrap());
        let county = directed_edges(world.layer("authority").unwrap());
        let no_parish_on_the_left = |edge: &&(Cm, Cm)| !parished.contains_key(*edge);
        // Its boundary: coast that belongs to no parish, and inner edges of parishes without a
        // reverse.
        let coast = county.keys().filter(no_parish_on_the_left).copied();
        let inner = parished
            .keys()
            .filter(|edge| !county.contains_key(*edge))
            .map(|&(a, b)| (b, a))
            .filter(|edge| !parished.contains_key(edge));
        let mut next: HashMap<Cm, Cm> = coast.chain(inner).collect();
        let mut shells = 0;
        while let Some(&start) = next.keys().next() {
            let mut ring = vec![start];
            while let Some(to) = next.remove(&ring[ring.len() - 1]) {
                ring.push(to);
            }
            assert_eq!(ring[0], ring[ring.len() - 1], "{what}: an open boundary");
            let twice: i128 = ring
                .windows(2)
                .map(|w| {
                    i128::from(w[0].0) * i128::from(w[1].1)
                        - i128::from(w[1].0) * i128::from(w[0].1)
                })
                .sum();
            shells += usize::from(twice > 0);
        }
        assert_eq!(shells, 1, "{what}");
    }
}

/// Returns the FNV-1a hash of all coordinates, codes, names and postcodes of a world.
fn digest(world: &World) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for &byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    };
    for area in world.layers.iter().flat_map(Layer::areas) {
        add(area.code().as_str().as_bytes());
        add(area.name().as_bytes());
        for point in rings(area).flat_map(LineString::coords) {
            add(&point.x.to_bits().to_le_bytes());
            add(&point.y.to_bits().to_le_bytes());
        }
    }
    let postcodes = world.postcodes.iter().map(|p| (p.postcode, p.position));
    let addresses = world.addresses.iter().map(|a| (a.postcode, Some(a.position)));
    for (postcode, position) in postcodes.chain(addresses) {
        add(postcode.to_string().as_bytes());
        if let Some(position) = position {
            add(&position.easting().to_bits().to_le_bytes());
            add(&position.northing().to_bits().to_le_bytes());
        }
    }
    hash
}

#[test]
fn lyonesse_is_the_same_on_every_machine() {
    // A change of the generator changes this number and every answer shown in the README.
    assert_eq!(digest(&lyonesse(1)), 12_098_905_623_343_130_805);
}
