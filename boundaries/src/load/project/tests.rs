use super::*;
use crate::fault::{Report, Severity};
use crate::layer::LayerId;

fn square(x: f64, y: f64, side: f64) -> RawGeometry {
    ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y)])
}

fn ring(points: &[(f64, f64)]) -> RawGeometry {
    let ring = points.iter().map(|&(x, y)| Coord { x, y }).collect();
    RawGeometry::Polygons { polygons: vec![vec![ring]], grouped: true }
}

fn features(geometries: impl IntoIterator<Item = RawGeometry>) -> Vec<RawFeature> {
    let feature = |(index, geometry)| RawFeature {
        index,
        code: Some(format!("A{index}")),
        name: None,
        properties: Vec::new(),
        geometry,
    };
    geometries.into_iter().enumerate().map(feature).collect()
}

fn run(
    geometries: impl IntoIterator<Item = RawGeometry>,
    crs: &SourceCrs,
) -> (Result<Vec<RawFeature>, Fault>, Vec<Fault>) {
    let (layer, mut report) = (LayerId::parse("ward").unwrap(), Report::default());
    let result = project(features(geometries), crs, &mut FileReport::new(&layer, "f", &mut report));
    (result.map_err(LoadError::into_fault), report.faults)
}

#[test]
fn grid_coordinates_keep_their_bits_except_the_sign_of_zero() {
    let (result, faults) = run(
        [ring(&[(475_486.123_456_789, -0.0), (0.1 + 0.2, 260_275.0)])],
        &SourceCrs::BritishNationalGrid,
    );
    assert_eq!(faults, []);
    let mut seen = Vec::new();
    for_each_coord(&result.unwrap()[0].geometry, |at| {
        seen.extend([at.x.to_bits(), at.y.to_bits()]);
    });
    assert_eq!(seen, [475_486.123_456_789, 0.0, 0.1 + 0.2, 260_275.0].map(f64::to_bits));
}

#[test]
fn one_place_in_three_systems_projects_to_one_grid_position() {
    // Caister water tower, Ordnance Survey's worked example.
    let (lon, lat) = (1.716_073_973, 52.658_007_833_f64);
    let mercator_x = 6_378_137.0 * f64::to_radians(lon);
    let mercator_y = 6_378_137.0 * f64::to_radians(lat).tan().asinh();
    for (x, y, crs) in [
        (lon, lat, SourceCrs::Degrees),
        (mercator_x, mercator_y, SourceCrs::WebMercator),
        (651_409.804, 313_177.450, SourceCrs::BritishNationalGrid),
    ] {
        let (result, faults) = run([RawGeometry::Point(Coord { x, y })], &crs);
        assert_eq!(faults, []);
        let RawGeometry::Point(at) = result.unwrap()[0].geometry else { panic!() };
        assert!((at.x - 651_409.804).hypot(at.y - 313_177.450) < 0.0015, "{crs}: {at:?}");
    }
}

#[test]
fn a_mislabelled_crs_is_reported_with_what_the_coordinates_look_like() {
    let degrees = || square(-0.9, 52.2, 0.01);
    let swapped_degrees = || ring(&[(52.2, -0.9), (52.21, -0.9), (52.21, -0.89)]);
    let grid = || square(475_000.0, 260_000.0, 1_000.0);
    // Northings above 800 km cannot be eastings.
    let swapped_grid =
        || ring(&[(1_015_000.0, 330_000.0), (1_016_000.0, 330_000.0), (1_016_000.0, 331_000.0)]);
    let mercator = || square(-100_000.0, 6_840_000.0, 1_000.0);
    for (geometry, crs, words) in [
        (degrees(), SourceCrs::BritishNationalGrid, "look like longitude and latitude in degrees"),
        (degrees(), SourceCrs::WebMercator, "look like longitude and latitude in degrees"),
        (swapped_degrees(), SourceCrs::Degrees, "latitude first: longitude must come first"),
        (swapped_degrees(), SourceCrs::BritishNationalGrid, "latitude first"),
        (grid(), SourceCrs::Degrees, "look like British National Grid metres (EPSG:27700)"),
        (grid(), SourceCrs::WebMercator, "look like British National Grid metres (EPSG:27700)"),
        (swapped_grid(), SourceCrs::BritishNationalGrid, "the northing first"),
        (mercator(), SourceCrs::Degrees, "look like Web Mercator metres (EPSG:3857)"),
        (mercator(), SourceCrs::BritishNationalGrid, "look like Web Mercator metres (EPSG:3857)"),
    ] {
        let mut first = None;
        for_each_coord(&geometry, |at| first = first.or(Some([at.x, at.y])));
        let fault = run([geometry], &crs).0.unwrap_err();
        assert_eq!(fault.kind, FaultKind::MislabelledCrs);
        assert!(fault.message.contains(words), "{crs}: {fault}");
        assert!(fault.message.contains(&format!("stated as {crs}")), "{fault}");
        assert_eq!(fault.at, first, "the file's own coordinates");
    }
}

#[test]
fn one_stray_feature_does_not_make_the_crs_mislabelled() {
    let good = (0..5).map(|i| square(475_000.0 + f64::from(i), 260_000.0, 10.0));
    let (result, faults) =
        run(good.chain([square(-0.9, 52.2, 0.01)]), &SourceCrs::BritishNationalGrid);
    assert_eq!(result.unwrap().len(), 5);
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!((fault.kind, fault.severity), (FaultKind::OutsideBritain, Severity::Error));
    assert_eq!(fault.feature.as_ref().unwrap().code.as_deref(), Some("A5"));
    assert!(
        fault.message.starts_with("4 coordinates, of which this is the first, are outside Britain"),
        "{fault}"
    );
}

#[test]
fn a_coordinate_outside_britain_is_reported_once_per_feature_with_its_ring() {
    let paris = RawGeometry::Polygons {
        polygons: vec![
            vec![vec![Coord { x: -0.9, y: 52.2 }]],
            vec![
                vec![Coord { x: -0.9, y: 52.2 }],
                vec![Coord { x: 2.35, y: 38.86 }, Coord { x: 2.4, y: 38.9 }],
            ],
        ],
        grouped: true,
    };
    let (result, faults) = run([paris, square(-0.9, 52.2, 0.01)], &SourceCrs::Degrees);
    assert_eq!(result.unwrap().iter().map(|f| f.index).collect::<Vec<_>>(), [1]);
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!(fault.kind, FaultKind::OutsideBritain);
    assert_eq!((fault.ring.unwrap().polygon, fault.ring.unwrap().ring), (1, 1));
    assert_eq!(fault.at, Some([2.35, 38.86]));
    assert!(fault.message.starts_with("2 coordinates"), "{fault}");
}

#[test]
fn numbers_that_cannot_be_degrees_are_outside_britain() {
    let (_, faults) = run([RawGeometry::Point(Coord { x: 500.0, y: 1e9 })], &SourceCrs::Degrees);
    assert_eq!(faults[0].kind, FaultKind::OutsideBritain);
}

#[test]
fn a_non_finite_coordinate_is_reported_with_its_ring() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for crs in [SourceCrs::Degrees, SourceCrs::BritishNationalGrid, SourceCrs::WebMercator] {
            let (result, faults) = run([ring(&[(-0.9, 52.2), (bad, 52.2)])], &crs);
            if let Ok(kept) = result {
                assert_eq!(kept, []);
                assert_eq!(faults[0].kind, FaultKind::NonFiniteCoordinate, "{crs}");
                assert_eq!(faults[0].ring.unwrap().ring, 0);
            } else {
                assert_ne!(
                    crs,
                    SourceCrs::Degrees,
                    "degrees labelled as metres are refused earlier"
                );
            }
        }
    }
}

#[test]
fn one_note_counts_the_coordinates_outside_the_ostn15_grid() {
    let far_west = square(-9.5, 57.0, 0.1);
    let (result, faults) = run([far_west, square(-0.9, 52.2, 0.01)], &SourceCrs::Degrees);
    assert_eq!(result.unwrap().len(), 2);
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!((fault.kind, fault.severity), (FaultKind::Approximate, Severity::Note));
    assert!(fault.message.starts_with("4 coordinates"), "{fault}");
    // The location is the projected position of the first of them.
    assert!(fault.at.unwrap()[0] < 0.0, "{fault}");
}

#[test]
#[cfg(not(feature = "proj"))]
fn a_crs_that_is_not_built_in_is_refused_with_two_remedies() {
    let crs = SourceCrs::Other {
        name: "TM65 / Irish Grid (EPSG:29902)".into(),
        definition: "EPSG:29902".into(),
    };
    let fault = run([square(3e5, 3e5, 1.0)], &crs).0.unwrap_err();
    assert_eq!(fault.kind, FaultKind::UnknownCrs);
    for words in ["TM65 / Irish Grid (EPSG:29902)", "ogr2ogr -t_srs EPSG:27700", "--features proj"]
    {
        assert!(fault.message.contains(words), "{fault}");
    }
}

#[test]
fn shared_vertices_stay_shared_across_features() {
    // Seeded positions over Britain, each in two features, projected in parallel.
    let mut state = 0x5eed_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let points: Vec<(f64, f64)> =
        (0..2_000).map(|_| (-6.0 + 7.5 * random(), 50.0 + 9.0 * random())).collect();
    let backwards: Vec<_> = points.iter().rev().copied().collect();
    let (result, _) = run([ring(&points), ring(&backwards)], &SourceCrs::Degrees);
    let bits = |feature: &RawFeature| {
        let mut bits = Vec::new();
        for_each_coord(&feature.geometry, |at| bits.push((at.x.to_bits(), at.y.to_bits())));
        bits
    };
    let result = result.unwrap();
    let (there, mut back) = (bits(&result[0]), bits(&result[1]));
    back.reverse();
    assert_eq!(there, back);
}

/// Expected values from PROJ 9 through its Python binding (`always_xy=True`).
#[cfg(feature = "proj")]
mod by_proj {
    use super::*;

    fn other(definition: &str) -> SourceCrs {
        SourceCrs::Other { name: "theirs".into(), definition: definition.into() }
    }

    fn point_of(x: f64, y: f64, definition: &str) -> (Coord<f64>, Vec<Fault>) {
        let (result, faults) = run([RawGeometry::Point(Coord { x, y })], &other(definition));
        let RawGeometry::Point(at) = result.unwrap()[0].geometry else { panic!() };
        (at, faults)
    }

    fn on_grid(lon: f64, lat: f64) -> Coord<f64> {
        LngLat::new(lon, lat).unwrap().to_bng().unwrap().0.coord()
    }

    #[test]
    fn a_crs_on_wgs84_is_projected_by_degrees_and_ostn15() {
        // EPSG:32630 by its code, and as an ESRI .prj without a code.
        let prj = include_str!("../crs/definitions.tsv")
            .lines()
            .find_map(|line| {
                line.strip_prefix("other\tWKT1_ESRI\t").filter(|wkt| wkt.contains("Zone_30N"))
            })
            .unwrap();
        for definition in ["EPSG:32630", prj] {
            let (at, faults) = point_of(643_670.595_435_456_4, 5_789_319.456_004_33, definition);
            let wanted = on_grid(-0.896_042, 52.235_518);
            assert!((at.x - wanted.x).hypot(at.y - wanted.y) < 0.0015, "{at:?} {wanted:?}");
            assert_eq!(faults, [], "an exact conversion needs no note");
        }
    }

    #[test]
    fn a_crs_on_osgb36_is_projected_without_a_datum_shift() {
        let (at, faults) = point_of(-0.894_508_140_820_017_2, 52.235_089_286_735_04, "EPSG:4277");
        assert!((at.x - 475_486.0).hypot(at.y - 260_275.0) < 0.001, "{at:?}");
        assert_eq!(faults, []);
    }

    #[test]
    fn a_datum_shift_is_reported_with_its_accuracy() {
        let (at, faults) = point_of(333_835.780_847_985_65, 374_054.308_324_729, "EPSG:29903");
        let wanted = on_grid(-5.93, 54.597);
        assert!((at.x - wanted.x).hypot(at.y - wanted.y) < 0.01, "{at:?} {wanted:?}");
        let note = faults.iter().find(|f| f.message.contains("by PROJ")).expect("a note");
        assert_eq!((note.kind, note.severity), (FaultKind::Approximate, Severity::Note));
        assert!(
            note.message.contains("TM75 to WGS 84")
                && note.message.contains("accurate to about 1 m"),
            "{note}"
        );
    }

    #[test]
    fn a_transformation_that_ignores_the_datum_is_refused() {
        let (result, _) =
            run([RawGeometry::Point(Coord { x: -0.9, y: 52.2 })], &other("EPSG:4001"));
        let fault = result.unwrap_err();
        assert_eq!(fault.kind, FaultKind::UnknownCrs);
        assert!(fault.message.contains("Ballpark"), "{fault}");
    }

    #[test]
    fn a_crs_unknown_to_proj_is_refused() {
        for definition in ["EPSG:999999", "PROJCS[\"nothing\"]"] {
            let (result, _) =
                run([RawGeometry::Point(Coord { x: 1.0, y: 2.0 })], &other(definition));
            assert!(result.unwrap_err().message.contains("PROJ cannot convert from theirs"));
        }
    }
}
