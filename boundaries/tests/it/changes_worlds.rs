//! Changes in generated counties: wards redrawn by known splits, merges, renamings and moves are
//! reported as exactly those, and two drawings of one county report none.

use std::collections::BTreeMap;

use geo::orient::Direction;
use geo::{BooleanOps as _, Coord, MapCoords as _, MultiPolygon, Orient as _, Rect};
use lapwing_boundaries::area::Area;
use lapwing_boundaries::atlas::{Atlas, Contents};
use lapwing_boundaries::change::ChangeKind;
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::demo;
use lapwing_boundaries::layer::{Layer, LayerId, Resolution, Vintage};

use lapwing_testing::random::Random;

/// Makes exterior rings counter-clockwise, because the overlay library does not define their
/// winding.
#[allow(clippy::needless_pass_by_value, reason = "grounds are made where they are given")]
fn area(code: &str, name: &str, ground: MultiPolygon<f64>) -> Area {
    let ground = ground.orient(Direction::Default);
    Area::from_valid(AreaCode::parse(code).unwrap(), name.to_owned(), Vec::new(), ground)
}

/// Splits an area into the part west of its middle and the rest.
fn halves(area: &Area) -> [MultiPolygon<f64>; 2] {
    let extent = area.extent();
    let (min, max, middle) = (extent.min(), extent.max(), extent.center().x);
    let west =
        Rect::new(Coord { x: min.x - 9.0, y: min.y - 9.0 }, Coord { x: middle, y: max.y + 9.0 });
    let west = MultiPolygon::new(vec![west.to_polygon()]);
    [area.geometry().intersection(&west), area.geometry().difference(&west)]
}

/// A county before and after, as an atlas with two vintages of one series.
fn atlas(before: &Layer, after: Vec<Area>, resolution: Resolution) -> Atlas {
    let mut meta = before.meta().clone();
    let day = jiff::civil::date(2025, 5, 1);
    meta.vintage = Vintage { valid_from: None, valid_to: Some(day) };
    let before = Layer::of_areas(meta.clone(), before.areas().to_vec());
    meta.id = LayerId::parse("ward_2025").unwrap();
    meta.vintage = Vintage { valid_from: Some(day), valid_to: None };
    meta.resolution = Some(resolution);
    let after = Layer::of_areas(meta, after);
    let contents = Contents { layers: vec![before, after], ..Contents::default() };
    Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &())
}

fn reported_changes(atlas: &Atlas) -> BTreeMap<String, (ChangeKind, Option<ChangeKind>)> {
    let changes = atlas.succession(0, 1).all().changes;
    let areas = atlas.layers()[0].layer().areas();
    let code = |index: usize| areas[index].code().to_string();
    changes
        .iter()
        .enumerate()
        .map(|(at, change)| (code(at), (change.kind, change.alternative)))
        .collect()
}

#[test]
fn known_changes_of_wards_are_reported_exactly() {
    for seed in 1..=6 {
        println!("seed {seed}");
        let world = demo::lyonesse(seed);
        let wards = world.layer("ward").expect("wards");
        let areas = wards.areas();
        let county = atlas(wards, areas.to_vec(), Resolution::Bfc);
        let neighbours = |index: usize| -> Vec<usize> {
            let rows = county.overlaps_of(0, index, 0);
            rows.iter().map(|row| row.to as usize).filter(|&other| other != index).collect()
        };
        let mut random = Random(seed);
        // Each ward takes part in at most one change, so that each change is known.
        let mut free: Vec<bool> = vec![true; areas.len()];
        let mut after: Vec<Area> = Vec::new();
        let mut expected = BTreeMap::new();
        for step in 0..5 * 3 {
            let index = random.below(areas.len());
            if !std::mem::take(&mut free[index]) {
                continue;
            }
            let ward = &areas[index];
            let (code, name) = (ward.code().as_str(), ward.name());
            let new_code = |letter: char| format!("X0900{step:02}{letter}");
            let beside = neighbours(index).into_iter().find(|&other| free[other]);
            let kinds: &[(usize, ChangeKind)] = match (step % 5, beside) {
                (0, _) => {
                    after.push(area(code, "New Name", ward.geometry().clone()));
                    &[(index, ChangeKind::Renamed)]
                }
                (1, _) => {
                    after.push(area(&new_code('A'), name, ward.geometry().clone()));
                    &[(index, ChangeKind::Recoded)]
                }
                (2, _) => {
                    for (letter, half) in ['A', 'B'].into_iter().zip(halves(ward)) {
                        after.push(area(&new_code(letter), name, half));
                    }
                    &[(index, ChangeKind::Split)]
                }
                (3, Some(other)) => {
                    free[other] = false;
                    let both = ward.geometry().union(areas[other].geometry());
                    after.push(area(&new_code('A'), name, both));
                    &[(index, ChangeKind::Merged), (other, ChangeKind::Merged)]
                }
                (_, Some(other)) => {
                    // The neighbour gives away half of its half.
                    free[other] = false;
                    let giver = &areas[other];
                    let [west, _] = halves(giver);
                    let quarter = halves(&area("T", "T", west)).into_iter().next().unwrap();
                    let kept = giver.geometry().difference(&quarter);
                    after.push(area(code, name, ward.geometry().union(&quarter)));
                    after.push(area(giver.code().as_str(), giver.name(), kept));
                    &[(index, ChangeKind::MovedBoundary), (other, ChangeKind::MovedBoundary)]
                }
                (_, None) => {
                    free[index] = true;
                    &[]
                }
            };
            let code_of = |index: usize| areas[index].code().to_string();
            expected.extend(kinds.iter().map(|&(index, kind)| (code_of(index), (kind, None))));
        }
        for (index, ward) in areas.iter().enumerate().filter(|(index, _)| free[*index]) {
            after.push(ward.clone());
            expected.insert(areas[index].code().to_string(), (ChangeKind::Unchanged, None));
        }
        let redrawn = atlas(wards, after, Resolution::Bfc);
        assert_eq!(reported_changes(&redrawn), expected, "seed {seed}");
        shares_sum_to_one(&redrawn);
    }
}

/// Checks for every area of either vintage that its shares and the uncovered rest sum to one.
fn shares_sum_to_one(atlas: &Atlas) {
    let between = atlas.succession(0, 1);
    for (index, area) in atlas.layers()[0].layer().areas().iter().enumerate() {
        let shared: f64 = between.successors_of(index).iter().map(|part| part.row.shared_m2).sum();
        let rest = between.abandoned_m2(index);
        let sum = (shared + rest) / area.area_m2();
        assert!(
            (sum - 1.0).abs() < 1e-6,
            "{}: {shared} and {rest} of {}: {:?}, disjoint {}",
            area.code(),
            area.area_m2(),
            between.change_of(index),
            atlas.is_disjoint(1),
        );
    }
    for (index, area) in atlas.layers()[1].layer().areas().iter().enumerate() {
        let shared: f64 = between.predecessors_of(index).iter().map(|p| p.row.shared_m2).sum();
        let sum = (shared + between.newly_covered_m2(index)) / area.area_m2();
        assert!((sum - 1.0).abs() < 1e-6, "{}: {sum}", area.code());
    }
}

/// The same boundaries drawn with an error: every point is moved by up to `error_m`, equally for
/// neighbours.
fn drawn_again(ward: &Area, error_m: f64) -> Area {
    let bent = ward.geometry().map_coords(|at| Coord {
        x: at.x + error_m * 0.7 * (at.y / 900.0).sin(),
        y: at.y + error_m * 0.7 * (at.x / 700.0).cos(),
    });
    area(ward.code().as_str(), ward.name(), bent)
}

#[test]
fn two_drawings_of_one_county_are_unchanged_within_their_error_only() {
    for seed in 1..=3 {
        println!("seed {seed}");
        let world = demo::lyonesse(seed);
        let wards = world.layer("ward").expect("wards");
        let again = |error_m: f64, resolution| {
            let after = wards.areas().iter().map(|ward| drawn_again(ward, error_m)).collect();
            let redrawn = atlas(wards, after, resolution);
            shares_sum_to_one(&redrawn);
            reported_changes(&redrawn)
        };
        for (code, (kind, _)) in again(20.0, Resolution::Bgc) {
            assert_eq!(kind, ChangeKind::Unchanged, "{code}, 20 m");
        }
        for (code, (kind, _)) in again(200.0, Resolution::Bsc) {
            assert_eq!(kind, ChangeKind::Unchanged, "{code}, 200 m");
        }
        let moved = again(200.0, Resolution::Bfc);
        let moved = moved.values().filter(|(kind, _)| *kind == ChangeKind::MovedBoundary).count();
        assert!(moved * 2 > wards.areas().len(), "{moved} of {}", wards.areas().len());
    }
}
