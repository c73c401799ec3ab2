//! What filters select of the squares (see `lapwing_testing::squares`), by each operator and function.

use super::*;

const ALL: [&str; 2] = ["E05000001", "E05000002"];

fn wards(written: &str) -> Vec<String> {
    codes(&squares::atlas(), "ward", written)
}

fn halls(written: &str) -> Vec<String> {
    codes(&squares::atlas(), "hall", written)
}

/// Of the layer, in metres from the squares' corner.
fn on_grid(layer: &str, written: &str) -> Vec<String> {
    let mut placed = String::new();
    let mut east = true;
    // Numbers in the test are metres from the corner, alternately east and north.
    for part in written.split_inclusive([' ', ',', '(', ')']) {
        let (number, sign) =
            part.split_at(part.len() - usize::from(!part.ends_with(|c: char| c.is_ascii_digit())));
        match number.parse::<f64>() {
            Ok(metres) => {
                let corner = if east { squares::EAST } else { squares::NORTH };
                placed.push_str(&(corner + metres).to_string());
                placed.push_str(sign);
                east = !east;
            }
            Err(_) => placed.push_str(part),
        }
    }
    codes_in(&squares::atlas(), layer, &placed, Crs::Epsg27700)
}

#[test]
fn comparisons_of_text_and_numbers() {
    assert_eq!(wards("name = 'Abbey'"), ALL[..1]);
    assert_eq!(wards("name <> 'Abbey'"), ALL[1..]);
    assert_eq!(wards("name = 'Saint George''s'"), ALL[1..]);
    assert_eq!(wards("name > 'B'"), ALL[1..]);
    assert_eq!(wards("'B' > name"), ALL[..1]);
    assert_eq!(wards("area_m2 = 1000000"), ALL);
    assert_eq!(wards("area_m2 / 1e6 >= 1 AND area_m2 < 2 * 10 ^ 6"), ALL);
    assert_eq!(wards("area_m2 - 1 = 999999 AND area_m2 div 300000 = 3 AND area_m2 % 7 > 0"), ALL);
    assert_eq!(wards("name = LAD22NM"), [""; 0], "one property and another");
    assert_eq!(wards("\"name\" = 'Abbey' OR code = 'E05000002'"), ALL);
    assert_eq!(wards("NOT name = 'Abbey'"), ALL[1..]);
    assert_eq!(wards("(name = 'Abbey') = true"), ALL[..1]);
    assert_eq!(wards("true"), ALL);
    assert_eq!(wards("false"), [""; 0]);
}

#[test]
fn like_between_in_and_null() {
    assert_eq!(wards("name LIKE 'Abb%'"), ALL[..1]);
    assert_eq!(wards("name NOT LIKE 'Abb%'"), ALL[1..]);
    assert_eq!(wards("CASEI(name) LIKE CASEI('aBB__')"), ALL[..1]);
    assert_eq!(wards("ACCENTI(CASEI(name)) = ACCENTI(CASEI('ÁBBEY'))"), ALL[..1]);
    assert_eq!(wards("area_m2 BETWEEN 1e6 AND 2e6"), ALL);
    assert_eq!(wards("area_m2 NOT BETWEEN 1e6 AND 2e6"), [""; 0]);
    assert_eq!(wards("code IN ('E05000002', 'E99')"), ALL[1..]);
    assert_eq!(wards("code NOT IN ('E05000002', 'E99')"), ALL[..1]);
    assert_eq!(wards("area_m2 IN (1e6, 5)"), ALL);
    assert_eq!(wards("name IS NULL"), [""; 0]);
    assert_eq!(wards("geometry IS NOT NULL"), ALL);
    assert_eq!(halls("parish IS NULL"), ["H1", "H2", "H3"]);
}

#[test]
fn a_division_by_zero_is_unknown_and_so_is_its_negation() {
    assert_eq!(wards("area_m2 / 0 = 1"), [""; 0]);
    assert_eq!(wards("NOT area_m2 / 0 = 1"), [""; 0]);
    assert_eq!(wards("area_m2 / (area_m2 - 1e6) IS NULL"), ALL);
    assert_eq!(wards("area_m2 / 0 = 1 OR true"), ALL);
}

#[test]
fn points_can_be_filtered_by_the_areas_that_contain_them() {
    assert_eq!(halls("lap = 'N4' AND ward = 'E05000001'"), ["H1", "H2", "H3"]);
    assert_eq!(halls("ward IN ('E05000002')"), [""; 0]);
    assert_eq!(halls("ward LIKE '%1' AND ward_2013 = 'E05000009'"), ["H1", "H2", "H3"]);
    assert_eq!(halls("parish = 'E04000001'"), [""; 0]);
    assert_eq!(halls("NOT parish = 'E04000001'"), [""; 0], "what lies in none is unknown");
    assert_eq!(halls("A_CONTAINS(lap, ('N4')) AND seats = 80"), ["H1", "H2", "H3"]);
}

#[test]
fn a_point_on_a_boundary_is_found_by_either_area() {
    let mut contents = squares::contents();
    let meta = contents.layers[4].meta().clone();
    let hall = lapwing_boundaries::area::Site {
        code: lapwing_boundaries::code::AreaCode::parse("H9").unwrap(),
        name: "Border Hall".to_owned(),
        position: squares::at(1000.0, 900.0),
        properties: vec![],
    };
    contents.layers[4] = lapwing_boundaries::layer::Layer::of_sites(meta, vec![hall]);
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    for (written, found) in [
        ("ward = 'E05000001'", true),
        ("ward = 'E05000002'", true),
        ("ward <> 'E05000001'", false),
        ("ward IN ('E05000002', 'X')", true),
        ("ward LIKE '%2'", true),
        ("A_EQUALS(ward, ('E05000002', 'E05000001'))", true),
        ("A_CONTAINEDBY(ward, ('E05000001'))", false),
        ("A_OVERLAPS(ward, ('E05000001', 'X'))", true),
        ("A_CONTAINS(ward, ('E05000001', 'E05000002'))", true),
    ] {
        assert_eq!(codes(&atlas, "hall", written).len(), usize::from(found), "{written}");
    }
}

#[test]
fn spatial_functions_relate_areas_by_de_9im() {
    for (written, expected) in [
        ("S_INTERSECTS(geometry, POINT(500 500))", &ALL[..1]),
        // The point on the common boundary belongs to both.
        ("S_INTERSECTS(geometry, POINT(1000 500))", &ALL[..]),
        ("S_DISJOINT(geometry, POINT(500 500))", &ALL[1..]),
        ("S_CONTAINS(geometry, POINT(500 500))", &ALL[..1]),
        ("S_CONTAINS(geometry, POINT(1000 500))", &[]),
        ("S_TOUCHES(geometry, POINT(1000 500))", &ALL[..]),
        ("S_WITHIN(POINT(500 500), geometry)", &ALL[..1]),
        ("S_WITHIN(geometry, POLYGON((-5 -5, 1001 -5, 1001 1001, -5 1001, -5 -5)))", &ALL[..1]),
        ("S_EQUALS(geometry, POLYGON((0 0, 0 1000, 1000 1000, 1000 0, 0 0)))", &ALL[..1]),
        ("S_TOUCHES(geometry, POLYGON((0 0, 0 1000, 1000 1000, 1000 0, 0 0)))", &ALL[1..]),
        ("S_OVERLAPS(geometry, POLYGON((500 0, 500 1000, 1500 1000, 1500 0, 500 0)))", &ALL[..]),
        ("S_CROSSES(geometry, LINESTRING(-500 500, 500 500))", &ALL[..1]),
        ("S_CROSSES(LINESTRING(500 500, 1500 500), geometry)", &ALL[..]),
        ("S_CONTAINS(geometry, MULTIPOINT((100 100), (900 900)))", &ALL[..1]),
        (
            "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(500 500), LINESTRING(1500 10, 1600 20)))",
            &ALL[..],
        ),
        ("S_EQUALS(geometry, geometry)", &ALL[..]),
        ("S_DISJOINT(geometry, geometry)", &[]),
        ("S_WITHIN(POINT(1 1), POLYGON((0 0, 0 9, 9 9, 9 0, 0 0)))", &ALL[..]),
    ] {
        assert_eq!(on_grid("ward", written), *expected, "{written}");
    }
}

#[test]
fn spatial_functions_relate_points_by_the_boundary_rule() {
    const SQUARE: &str = "POLYGON((10 10, 500 10, 500 400, 10 400, 10 10))";
    for (written, expected) in [
        (format!("S_INTERSECTS(geometry, {SQUARE})"), &["H1", "H3"][..]),
        (format!("S_TOUCHES(geometry, {SQUARE})"), &["H1", "H3"]),
        (format!("S_WITHIN(geometry, {SQUARE})"), &[]),
        (format!("S_DISJOINT(geometry, {SQUARE})"), &["H2"]),
        ("S_EQUALS(geometry, POINT(500 600))".to_owned(), &["H2"]),
        ("S_WITHIN(geometry, LINESTRING(0 400, 900 400))".to_owned(), &["H3"]),
        ("S_TOUCHES(geometry, LINESTRING(500 400, 900 400))".to_owned(), &["H3"]),
        ("S_INTERSECTS(geometry, MULTIPOINT(10 10, 500 600))".to_owned(), &["H1", "H2"]),
        ("S_CONTAINS(geometry, POINT(10 10))".to_owned(), &["H1"]),
    ] {
        assert_eq!(on_grid("hall", &written), *expected, "{written}");
    }
}

#[test]
fn a_filter_may_be_drawn_in_each_crs_and_its_axis_order() {
    let atlas = squares::atlas();
    let at = squares::at(500.0, 500.0);
    for crs in Crs::ALL {
        let [a, b] = crs.own(at);
        let written = format!("S_INTERSECTS(geometry, POINT({a:.9} {b:.9}))");
        assert_eq!(codes_in(&atlas, "ward", &written, crs), ALL[..1], "{crs:?}");
        let [[a, b], [c, d]] =
            [squares::at(100.0, 100.0), squares::at(900.0, 900.0)].map(|at| crs.own(at));
        let written = format!("S_CONTAINS(geometry, BBOX({a:.9},{b:.9},{c:.9},{d:.9}))");
        assert_eq!(codes_in(&atlas, "ward", &written, crs), ALL[..1], "{crs:?}");
    }
}

#[test]
fn geometry_outside_the_grid_intersects_no_area() {
    for (written, expected) in [
        ("S_INTERSECTS(geometry, BBOX(-180,-90,180,90))", &ALL[..]),
        ("S_WITHIN(geometry, BBOX(-180,-90,180,90))", &ALL[..]),
        ("S_INTERSECTS(geometry, BBOX(170,-90,-170,90))", &[]),
        ("S_DISJOINT(geometry, BBOX(170,-90,-170,90))", &ALL[..]),
        ("S_INTERSECTS(geometry, BBOX(10,-10,20,10))", &[]),
        ("S_INTERSECTS(geometry, BBOX(10,10,10,10))", &[]),
        ("S_INTERSECTS(geometry, POINT(100 0))", &[]),
        ("S_CONTAINS(geometry, MULTIPOINT(-0.89 52.235, 100 0))", &[]),
        ("S_INTERSECTS(geometry, MULTIPOINT(-0.8962 52.2356, 100 0))", &ALL[..1]),
        ("S_CROSSES(geometry, LINESTRING(-0.8962 52.2356, 100 52.2356))", &ALL[..]),
    ] {
        assert_eq!(wards(written), *expected, "{written}");
    }
}

#[test]
fn temporal_functions_use_the_vintage() {
    // In force from 2021-04-01 on.
    for (written, found) in [
        ("valid_from = DATE('2021-04-01')", true),
        ("valid_from < TIMESTAMP('2021-04-02T00:00:00Z')", true),
        ("valid_to IS NULL", true),
        ("valid_to > DATE('2030-01-01')", false),
        ("NOT valid_to > DATE('2030-01-01')", false),
        ("T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2030-01-01', '..'))", true),
        ("T_INTERSECTS(INTERVAL(valid_from, valid_to), DATE('2020-01-01'))", false),
        ("T_AFTER(valid_from, DATE('2020-01-01'))", true),
        ("T_BEFORE(valid_from, TIMESTAMP('2021-04-01T12:00:00Z'))", false),
        ("T_EQUALS(valid_from, DATE('2021-04-01'))", true),
        ("T_DISJOINT(valid_from, INTERVAL('..', '2021-03-31'))", true),
        ("T_STARTEDBY(INTERVAL(valid_from, '..'), INTERVAL('2021-04-01', '2022-01-01'))", true),
        ("valid_from BETWEEN DATE('2021-01-01') AND DATE('2021-12-31')", true),
    ] {
        assert_eq!(wards(written).len(), if found { 2 } else { 0 }, "{written}");
    }
}
