//! Areas in tiles: in any layer every polygon is valid, and two neighbours share one boundary.

use std::collections::{BTreeMap, HashMap};
use std::f64::consts::TAU;

use crate::county::{Frame, Random, county};
use fast_mvt::{MvtLayerRef, MvtReaderRef};
use geo::algorithm::Validation;
use geo::{Area, Coord, CoordsIter, Geometry, LineString, MapCoords, MultiPolygon, Polygon, Rect};
use lapwing_tiles::{Attributes, Features, InputLayer, MAX_ZOOM, TileCoord, TileSource, Value};

/// About four kilometres of England: a dozen tiles at z14.
const FRAME: Frame = [-0.93, 52.21, -0.87, 52.25];
const EXTENT: i32 = 4096;
const BUFFER: i32 = 64;

type Corner = (i32, i32);

fn source(areas: Vec<MultiPolygon>) -> TileSource {
    let numbered = areas.into_iter().enumerate().map(|(number, area)| {
        let properties = vec![("code".to_owned(), Value::Text(format!("X{number}")))];
        (Attributes { id: number as u64, properties }, area)
    });
    let features = Features::Areas(numbered.collect());
    TileSource::prepare(vec![InputLayer { name: "ward".to_owned(), features }]).expect("a layer")
}

/// Returns every area of a tile, in tile units. Panics if one is invalid or appears twice.
fn decoded(source: &TileSource, tile: TileCoord) -> BTreeMap<u64, MultiPolygon> {
    let mut areas = BTreeMap::new();
    let Some(bytes) = source.tile(tile, &[0]) else { return areas };
    let reader = MvtReaderRef::new(&bytes).expect("a tile");
    for feature in reader.layers().filter(|l| l.name() == "ward").flat_map(MvtLayerRef::features) {
        let area: MultiPolygon<i32> = match feature.geometry().expect("a geometry") {
            Geometry::Polygon(polygon) => polygon.into(),
            Geometry::MultiPolygon(area) => area,
            other => panic!("{tile:?}: {other:?} is no area"),
        };
        let id = feature.id().expect("an id");
        let area = area.map_coords(|c| Coord { x: f64::from(c.x), y: f64::from(c.y) });
        area.check_validation().unwrap_or_else(|fault| panic!("{tile:?}, area {id}: {fault}"));
        assert!(areas.insert(id, area).is_none(), "{tile:?}: area {id} stands twice");
    }
    areas
}

fn corner(c: Coord) -> Corner {
    (c.x as i32, c.y as i32)
}

/// Returns the edges of some areas whose reverse is not an edge of another of them.
fn unshared<'a>(areas: impl Iterator<Item = &'a MultiPolygon>) -> Vec<(Corner, Corner)> {
    let mut edges: HashMap<(Corner, Corner), i32> = HashMap::new();
    for polygon in areas.flatten() {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            for line in ring.lines() {
                let (a, b) = (corner(line.start), corner(line.end));
                let (edge, way) = if a < b { ((a, b), 1) } else { ((b, a), -1) };
                *edges.entry(edge).or_default() += way;
            }
        }
    }
    edges.into_iter().filter(|(_, times)| *times != 0).map(|(edge, _)| edge).collect()
}

/// Returns the low and high corners of a tile's window in tile units, buffer included.
fn window(tile: TileCoord) -> [Corner; 2] {
    let size = 1_i64 << tile.zoom();
    let reach = |column: u32| {
        let at = i64::from(column);
        let low = if at == 0 { 0 } else { -BUFFER };
        let high = if at + 1 == size { EXTENT } else { EXTENT + BUFFER };
        (low, high)
    };
    let ((left, right), (top, bottom)) = (reach(tile.column()), reach(tile.row()));
    [(left, top), (right, bottom)]
}

/// Returns true if an edge runs along a side of the window.
fn runs_along_a_side(tile: TileCoord, (a, b): (Corner, Corner)) -> bool {
    let [low, high] = window(tile);
    [low.0, high.0].iter().any(|&x| a.0 == x && b.0 == x)
        || [low.1, high.1].iter().any(|&y| a.1 == y && b.1 == y)
}

/// Returns the tiles of a zoom that cover the frame.
fn tiles_over_frame(zoom: u8) -> impl Iterator<Item = TileCoord> {
    let size = f64::from(1_u32 << zoom);
    let column = |lon: f64| ((lon / 360.0 + 0.5) * size) as u32;
    let row = move |lat: f64| ((0.5 - lat.to_radians().sin().atanh() / TAU) * size) as u32;
    let [west, south, east, north] = FRAME;
    (column(west)..=column(east)).flat_map(move |column| {
        (row(north)..=row(south)).map(move |row| TileCoord::new(zoom, column, row).expect("a tile"))
    })
}

/// Returns a county plus one area for the rest of the world, so that nothing is left uncovered.
fn county_in_the_world(seed: u64) -> Vec<MultiPolygon> {
    let mut random = Random::new(seed);
    let (columns, rows) = (2 + random.below(9), 2 + random.below(9));
    let mut areas = county(seed, FRAME, columns, rows, 3 + random.below(30));
    // The frame, with the vertices of the areas along it.
    let [west, south, east, north] = FRAME;
    let mut points: Vec<Coord> = areas.iter().flat_map(CoordsIter::coords_iter).collect();
    points.sort_by(|a, b| (a.x, a.y).partial_cmp(&(b.x, b.y)).expect("numbers"));
    points.dedup();
    let along = |on: &dyn Fn(&Coord) -> bool, forward: bool| {
        let mut side: Vec<Coord> = points.iter().filter(|c| on(c)).copied().collect();
        if !forward {
            side.reverse();
        }
        side
    };
    let sides = [
        along(&|c| c.y == south, true),
        along(&|c| c.x == east, true),
        along(&|c| c.y == north, false),
        along(&|c| c.x == west, false),
    ];
    let ring = LineString::new(sides.concat());
    let all = Rect::new((-180.0, -85.06), (180.0, 85.06)).to_polygon();
    areas.push(Polygon::new(all.exterior().clone(), vec![ring]).into());
    areas
}

#[test]
fn neighbours_share_every_edge_in_every_tile_of_every_zoom() {
    for seed in 1..=5 {
        let source = source(county_in_the_world(seed));
        for tile in (0..=MAX_ZOOM).flat_map(tiles_over_frame) {
            let areas = decoded(&source, tile);
            // A placeholder square of one unit can overlap the neighbours of a narrow area.
            let small = areas.values().filter(|area| area.unsigned_area() <= 1.0);
            let small: Vec<_> = small.flat_map(|area| unshared([area].into_iter())).collect();
            for edge in unshared(areas.values()) {
                let shared = runs_along_a_side(tile, edge) || small.contains(&edge);
                assert!(shared, "seed {seed}, {tile:?}: the edge {edge:?} has no neighbour");
            }
        }
    }
}

#[test]
fn no_ground_is_left_out_or_covered_twice_in_any_tile_of_any_zoom() {
    for seed in 20..=23 {
        let source = source(county_in_the_world(seed));
        for tile in (0..=MAX_ZOOM).flat_map(tiles_over_frame) {
            let areas = decoded(&source, tile);
            let together: f64 = areas.values().map(Area::unsigned_area).sum();
            let small = areas.values().filter(|area| area.unsigned_area() <= 1.0).count();
            let [low, high] = window(tile);
            let ground = f64::from((high.0 - low.0) * (high.1 - low.1));
            let too_much = together - ground;
            assert!(
                (0.0..=small as f64).contains(&too_much),
                "seed {seed}, {tile:?}: {too_much} square units too many, {small} squares"
            );
        }
    }
}

#[test]
fn neighbouring_tiles_are_equal_where_they_overlap() {
    let source = source(county(31, FRAME, 7, 7, 20));
    for zoom in 10..=MAX_ZOOM {
        for tile in source.tiles(zoom, &[0]) {
            let east = TileCoord::new(zoom, tile.column() + 1, tile.row()).expect("a tile");
            let (here, there) = (decoded(&source, tile), decoded(&source, east));
            let strip = |area: &MultiPolygon, shift: i32| {
                // Vertices inside the common strip, without the tile's offset.
                let mut points: Vec<Corner> = area
                    .iter()
                    .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
                    .flat_map(|ring| ring.coords().map(|&c| (corner(c).0 + shift, corner(c).1)))
                    .filter(|p| (p.0 - EXTENT).abs() < BUFFER)
                    .collect();
                points.sort_unstable();
                points.dedup();
                points
            };
            for id in here.keys().chain(there.keys()) {
                let ours = here.get(id).map(|area| strip(area, 0)).unwrap_or_default();
                let theirs = there.get(id).map(|area| strip(area, EXTENT)).unwrap_or_default();
                assert_eq!(ours, theirs, "area {id} in {tile:?} and its neighbour in the east");
            }
        }
    }
}

/// A star with many points around a centre. Its outline can be invalid.
fn star(random: &mut Random, crossing: bool) -> Polygon {
    let (x, y) = (-0.93 + 0.06 * random.part(), 52.21 + 0.04 * random.part());
    let (size, count) = (0.002 + 0.015 * random.part(), 3 + random.below(60));
    let mut points: Vec<(f64, f64)> = (0..count)
        .map(|i| {
            let angle = i as f64 / count as f64 * TAU;
            let reach = size * (0.05 + random.part());
            (x + reach * angle.cos(), y + 0.6 * reach * angle.sin())
        })
        .collect();
    if crossing {
        for _ in 0..3 {
            let (i, j) = (random.below(count), random.below(count));
            points.swap(i, j);
        }
    }
    points.push(points[0]);
    Polygon::new(LineString::from(points), vec![])
}

#[test]
fn areas_that_overlap_or_cross_themselves_still_make_valid_tiles() {
    for seed in 40..=46 {
        let mut random = Random::new(seed);
        let areas = (0..25)
            .map(|number| {
                let parts = 1 + random.below(3);
                (0..parts).map(|_| star(&mut random, number % 3 == 0)).collect()
            })
            .collect();
        let source = source(areas);
        for tile in (0..=MAX_ZOOM).flat_map(|zoom| source.tiles(zoom, &[0])) {
            decoded(&source, tile);
        }
    }
}

/// A polygon in degrees, given as offsets in thousandths from a point in England.
fn outline(points: &[(f64, f64)]) -> LineString {
    let degrees = |&(x, y): &(f64, f64)| (-0.9 + x / 1000.0, 52.2 + y / 1000.0);
    LineString::from(points.iter().chain(points.first()).map(degrees).collect::<Vec<_>>())
}

fn plain(points: &[(f64, f64)]) -> MultiPolygon {
    Polygon::new(outline(points), vec![]).into()
}

#[test]
fn a_neighbour_that_has_a_vertex_more_on_a_straight_boundary_leaves_no_gap() {
    // The eastern areas meet in the middle of the western one's side.
    let west = plain(&[(0.0, 0.0), (10.0, 0.0), (10.3, 20.0), (0.0, 20.0)]);
    let (x, y) = (10.0 + 0.3 * 0.37, 20.0 * 0.37);
    let south_east = plain(&[(10.0, 0.0), (20.0, 0.0), (20.0, y), (x, y)]);
    let north_east = plain(&[(x, y), (20.0, y), (20.0, 20.0), (10.3, 20.0)]);
    let source = source(vec![west, south_east, north_east]);
    for tile in (9..=MAX_ZOOM).flat_map(|zoom| source.tiles(zoom, &[0])) {
        let areas = decoded(&source, tile);
        let inner: Vec<_> = unshared(areas.values())
            .into_iter()
            .filter(|&(a, b)| {
                // Not parallel to an axis, unlike the sides of the frame and the window.
                a.0 != b.0 && a.1 != b.1 && (a.0 - b.0).abs() > 1 && (a.1 - b.1).abs() > 1
            })
            .collect();
        assert_eq!(inner, [], "{tile:?}");
    }
}

#[test]
fn an_enclave_fills_the_hole_around_it_at_every_zoom() {
    let pond = [(4.0, 4.0), (4.1, 5.9), (6.2, 6.3), (5.9, 4.2)];
    let land = Polygon::new(
        outline(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]),
        vec![outline(&pond)],
    );
    let source = source(vec![land.into(), plain(&pond)]);
    for zoom in 8..=MAX_ZOOM {
        let areas: Vec<_> =
            source.tiles(zoom, &[0]).iter().map(|&tile| (tile, decoded(&source, tile))).collect();
        for (tile, areas) in areas {
            if let Some(hole) = areas.get(&0).and_then(|land| land.0[0].interiors().first()) {
                let filling = Polygon::new(hole.clone(), vec![]).unsigned_area();
                assert_eq!(filling, areas[&1].unsigned_area(), "{tile:?}");
            }
        }
    }
}

#[test]
fn an_area_is_drawn_down_to_one_square_unit_and_left_out_below() {
    let hut = plain(&[(0.0, 0.0), (0.3, 0.0), (0.3, 0.2), (0.0, 0.2)]);
    let source = source(vec![hut]);
    let counts: Vec<usize> = (0..=MAX_ZOOM)
        .map(|zoom| source.tiles(zoom, &[0]).iter().map(|&t| decoded(&source, t).len()).sum())
        .collect();
    // 0.3 thousandths of a degree are 33.4 m of EPSG:3857; 0.2 of latitude, 36.3 m. A tile unit is
    // 38.2 m at z8, 19.1 m at z9.
    let drawn = |zoom: u8| counts[usize::from(zoom)] > 0;
    assert!((0..=7).all(|zoom| !drawn(zoom)), "{counts:?}");
    assert!((9..=MAX_ZOOM).all(drawn), "{counts:?}");
}
