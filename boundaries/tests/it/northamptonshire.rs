//! The real sample of Northamptonshire, compared with published figures and with GEOS.
//!
//! The sample is not part of the project: `LAPWING_SHARED` names its folder; the default is beside
//! the checkout. Without it these tests print a message and pass.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::Timestamp;
use lapwing_boundaries::area::Area;
use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::catalogue::{Catalogue, Origin, PostcodeFormat, PostcodeSpec};
use lapwing_boundaries::confidence::{ConfidenceLevel, Coverage};
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::load::postcodes::load_postcodes;
use lapwing_boundaries::overlap::Relation;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    if folder.join("wards_2013.geojson").exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: the real sample is not at {}", folder.display());
    None
}

/// Builds an atlas from a catalogue in the repository.
fn built_from(catalogue: &str, data: &Path) -> Atlas {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogues/northamptonshire");
    let catalogue = Catalogue::read_with_data(&folder.join(catalogue), data).unwrap();
    let mut report = Report::default();
    let contents = assemble::contents(&catalogue, &mut report, &());
    let errors = || report.faults.iter().map(ToString::to_string).collect::<Vec<_>>();
    let contents = contents.unwrap_or_else(|| panic!("{:#?}", errors()));
    Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
}

/// The county, built once.
fn county() -> Option<&'static Atlas> {
    static COUNTY: OnceLock<Option<Atlas>> = OnceLock::new();
    COUNTY.get_or_init(|| Some(built_from("sample.toml", &shared()?))).as_ref()
}

fn layer(atlas: &Atlas, id: &str) -> usize {
    atlas.layer_index(id).unwrap_or_else(|| panic!("there is a layer {id}"))
}

/// Returns the codes of the areas that contain a postcode.
fn codes(atlas: &Atlas, id: &str, postcode: &str) -> Vec<String> {
    let record = atlas.facts(Postcode::parse(postcode).unwrap()).unwrap();
    let index = layer(atlas, id);
    let located = atlas.locate_facts(index, &record).unwrap();
    let areas = atlas.layers()[index].layer().areas();
    located.matches.iter().map(|m| areas[m.area].code().to_string()).collect()
}

#[test]
fn the_guildhalls_postcode_is_in_castle_ward() {
    let Some(county) = county() else { return };
    assert_eq!(codes(county, "ward", "NN1 1ED"), ["E05013246"]);
}

/// The partnerships of North Northamptonshire are not published in the sample. A postcode of Kettering
/// is in one that the sample lacks; it is not in none.
#[test]
fn an_unknown_partnership_is_not_answered_as_none() {
    let Some(county) = county() else { return };
    let lap = layer(county, "lap");
    let of = |text: &str| county.precomputed(Postcode::parse(text).unwrap()).unwrap().1;
    let kettering = of("NN16 8UN");
    assert_eq!(kettering.matches(lap).count(), 0);
    assert_eq!(kettering.coverage(lap), Coverage::Incomplete);
    assert_eq!(kettering.level(lap), ConfidenceLevel::Low);
    assert_eq!(kettering.coverage(layer(county, "ward")), Coverage::Complete);
    let guildhall = of("NN1 1ED");
    assert_eq!(
        (guildhall.coverage(lap), guildhall.level(lap)),
        (Coverage::Complete, ConfidenceLevel::High)
    );
}

/// Along the county's edge, layers of different resolution disagree about what is inside. That is an
/// uncertain answer near a boundary, not a missing area.
#[test]
fn slivers_along_the_edge_of_the_county_are_near_a_boundary() {
    let Some(county) = county() else { return };
    let (wards, districts) = (layer(county, "ward"), layer(county, "local_authority"));
    let (mut slivers, mut far) = (0, 0);
    for x in (440_000..520_000).step_by(250) {
        for y in (220_000..310_000).step_by(250) {
            let at = Bng::new(f64::from(x), f64::from(y)).unwrap();
            let [ward, district] = [wards, districts].map(|layer| county.locate(layer, at));
            if ward.matches.is_empty() && !district.matches.is_empty() {
                assert_ne!(ward.level, ConfidenceLevel::High, "{at:?}");
                slivers += 1;
                far += usize::from(ward.coverage != Coverage::Edge);
            }
        }
    }
    assert!(slivers > 20 && far == 0, "{slivers} places, {far} of them incomplete");
}

/// Code-Point Open of July 2014 gives the 2013 ward of each postcode. GEOS finds 15,538 of the
/// 15,548 in the county.
#[test]
fn postcodes_of_2014_are_in_the_wards_published_for_them() {
    let Some(county) = county() else { return };
    let spec = PostcodeSpec {
        path: shared().unwrap().join("codepoint_nn_2014.csv"),
        format: PostcodeFormat::CodePointOpen,
        strict: true,
        licence: None,
        attribution: None,
        origin: Origin::default(),
        within: None,
    };
    let mut report = Report::default();
    let records = load_postcodes(&spec, &mut report);
    assert_eq!((records.len(), report.has_errors()), (15_649, false));

    let wards = layer(county, "ward_2013");
    let areas = county.layers()[wards].layer();
    let (mut in_county, mut agree) = (0, 0);
    for record in &records {
        let Some(published) = &record.published_ward else { continue };
        let Some(expected) = areas.area_index(published.as_str()) else { continue };
        in_county += 1;
        let located = county.locate(wards, record.position.unwrap());
        if located.matches.iter().any(|m| m.area == expected) {
            agree += 1;
            continue;
        }
        let distance = located.boundary_distance_m.unwrap();
        println!(
            "{} is published in {published}, {distance:.1} m from a boundary",
            record.postcode
        );
        assert_ne!(located.level, ConfidenceLevel::High, "{}", record.postcode);
        assert!(located.near.iter().any(|(area, _)| *area == expected), "{}", record.postcode);
        assert!(distance < 6.5, "{}: {distance}", record.postcode);
    }
    assert_eq!(in_county, 15_548);
    assert!(agree >= 15_538, "only {agree} agree");
}

/// Expected from GEOS on OSTN15 coordinates: 12.88 and 296.94 km², 1,338 and 1,329 live postcodes.
#[test]
fn the_partnerships_have_the_areas_and_postcodes_computed_by_geos() {
    let Some(county) = county() else { return };
    let laps = layer(county, "lap");
    let measured: Vec<(&str, String, u32)> = (0..)
        .zip(county.layers()[laps].layer().areas())
        .map(|(index, lap)| {
            let km2 = format!("{:.2}", lap.area_m2() / 1e6);
            (lap.code().as_str(), km2, county.postcodes_in(laps, index))
        })
        .collect();
    let expected = [("DSN4", "296.94", 1_329), ("N4", "12.88", 1_338)];
    assert_eq!(measured, expected.map(|(code, km2, count)| (code, km2.to_owned(), count)));
    assert_eq!(codes(county, "lap", "NN1 1ED"), ["N4"]);
}

/// Published with the sample: N4 lies within Northampton parish, with 33.2 % of its land and 48.7 % of
/// its live postcodes.
#[test]
fn a_partnership_has_a_third_of_the_parish_and_half_of_its_postcodes() {
    let Some(folder) = shared() else { return };
    if !folder.join("parishes_osm_2022.geojson").exists() {
        eprintln!("SKIPPED: the outlines of parishes are not at {}", folder.display());
        return;
    }
    let atlas = built_from("parishes.toml", &folder);
    let (parishes, laps) = (layer(&atlas, "parish"), layer(&atlas, "lap"));
    let parish = atlas.layers()[parishes].layer();
    let row_of = |code: &str, lap: &str| {
        let area = parish.area_index(code).unwrap();
        let lap = atlas.layers()[laps].layer().area_index(lap).unwrap();
        let rows = atlas.overlaps_of(parishes, area, laps);
        let row = *rows.iter().find(|row| row.to as usize == lap).unwrap();
        let land = row.shared_m2 / parish.areas()[area].area_m2();
        (row, land, f64::from(row.postcodes) / f64::from(atlas.postcodes_in(parishes, area)))
    };
    let (row, land, postcodes) = row_of("E04013033", "N4");
    assert_eq!(row.relation, Relation::Contains);
    assert_eq!((format!("{land:.3}"), format!("{postcodes:.3}")), ("0.332".into(), "0.487".into()));
    // Wootton has a strip of 1.1 % in DSN4 and nobody there; where the rest lies is not published.
    let (row, land, postcodes) = row_of("E04012348", "DSN4");
    assert_eq!((row.relation, postcodes), (Relation::Partial, 0.0));
    assert_eq!(format!("{land:.3}"), "0.011");
    assert!(atlas.uncovered_m2(parishes, row.from as usize, laps) > row.shared_m2);
}

/// An area made of wards lies in the district of these wards, however differently that is drawn.
#[test]
fn a_partnership_lies_in_its_district_although_that_is_drawn_to_500_m() {
    let Some(county) = county() else { return };
    let (laps, districts) = (layer(county, "lap"), layer(county, "local_authority"));
    let west = county.layers()[districts].layer().area_index("E06000062").unwrap();
    for lap in 0..county.layers()[laps].layer().len() {
        let rows = county.overlaps_of(laps, lap, districts);
        let row = rows.iter().find(|row| row.to as usize == west).unwrap();
        assert_eq!(row.relation, Relation::Within, "{lap}");
        assert!(rows.iter().all(|row| row.to as usize == west || row.sliver), "{rows:?}");
    }
}

/// Expected from GEOS: 0.9015251575984028, 0.6155131410175284 and 0.2872513877743558.
#[test]
fn wards_of_2013_lie_in_n4_by_the_shares_that_geos_measures() {
    let Some(county) = county() else { return };
    let (wards, laps) = (layer(county, "ward_2013"), layer(county, "lap"));
    let areas = county.layers()[wards].layer();
    let n4 = county.layers()[laps].layer().area_index("N4").unwrap();
    let by_geos = [
        ("E05008833", 0.901_525_157_598),
        ("E05008848", 0.615_513_141_018),
        ("E05008847", 0.287_251_387_774),
    ];
    for (code, share) in by_geos {
        let ward = areas.area_index(code).unwrap();
        let rows = county.overlaps_of(wards, ward, laps);
        let row = rows.iter().find(|row| row.to as usize == n4).unwrap();
        assert_eq!(row.relation, Relation::Partial, "{code}");
        let ours = row.shared_m2 / areas.areas()[ward].area_m2();
        assert!((ours - share).abs() < 1e-9, "{code}: {ours} for {share}");
    }
}

/// A grid of points 200 m apart over each coverage: every point in no area must be reachable from
/// outside the county through others in none. Otherwise it lies in a hole.
#[test]
fn a_grid_of_points_finds_no_hole_in_a_coverage() {
    const STEP_M: f64 = 200.0;
    let Some(county) = county() else { return };
    for indexed in county.layers().iter().filter(|l| l.layer().meta().coverage) {
        let extents = || indexed.layer().areas().iter().map(Area::extent);
        let west = extents().map(|e| e.min().x).fold(f64::INFINITY, f64::min) - STEP_M;
        let south = extents().map(|e| e.min().y).fold(f64::INFINITY, f64::min) - STEP_M;
        let east = extents().map(|e| e.max().x).fold(f64::NEG_INFINITY, f64::max) + STEP_M;
        let north = extents().map(|e| e.max().y).fold(f64::NEG_INFINITY, f64::max) + STEP_M;
        let columns = ((east - west) / STEP_M) as usize + 1;
        let rows = ((north - south) / STEP_M) as usize + 1;
        let mut homeless: Vec<bool> = (0..columns * rows)
            .map(|index| {
                let x = west + (index % columns) as f64 * STEP_M;
                let y = south + (index / columns) as f64 * STEP_M;
                indexed.area_index().containing(Bng::new(x, y).unwrap()).is_empty()
            })
            .collect();
        let homes = homeless.iter().filter(|h| !**h).count();

        let mut outside = vec![0];
        homeless[0] = false;
        while let Some(index) = outside.pop() {
            let (column, row) = (index % columns, index / columns);
            for near_row in row.saturating_sub(1)..=(row + 1).min(rows - 1) {
                for near_column in column.saturating_sub(1)..=(column + 1).min(columns - 1) {
                    let near = near_row * columns + near_column;
                    if std::mem::take(&mut homeless[near]) {
                        outside.push(near);
                    }
                }
            }
        }
        let id = &indexed.layer().meta().id;
        let holes: Vec<usize> = (0..homeless.len()).filter(|&index| homeless[index]).collect();
        assert!(homes > 50_000, "{id}: the grid misses the county");
        assert!(holes.is_empty(), "{id}: {} points in a hole", holes.len());
    }
}
