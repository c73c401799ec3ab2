//! Laws that hold of every filter: the index only saves work, and unknown is its own negation.

use lapwing_boundaries::demo;
use proptest::prelude::*;

use super::*;
use crate::features::cql2::instant::{Instant, TimeRelation};

fn lyonesse() -> &'static Atlas {
    static ATLAS: std::sync::OnceLock<Atlas> = std::sync::OnceLock::new();
    ATLAS.get_or_init(|| {
        Atlas::build(demo::lyonesse(3).into_contents(), jiff::Timestamp::UNIX_EPOCH, &())
    })
}

/// Filters of one condition about the layer, geometries in metres around Lyonesse.
fn condition(layer: &'static str) -> BoxedStrategy<String> {
    let extent = |layer: &str| {
        let index = lyonesse().layer_index(layer).unwrap();
        let layer = lyonesse().layers()[index].layer();
        let points: Vec<[f64; 2]> = if layer.is_areas() {
            layer
                .areas()
                .iter()
                .filter_map(|a| {
                    a.geometry().iter().next().map(|p| {
                        let c = p.exterior().0[0];
                        [c.x, c.y]
                    })
                })
                .collect()
        } else {
            layer.sites().iter().map(|s| [s.position.easting(), s.position.northing()]).collect()
        };
        (points, layer.len())
    };
    let (points, len) = extent(layer);
    let codes: Vec<String> = {
        let index = lyonesse().layer_index(layer).unwrap();
        let schema = Schema::of(lyonesse(), index);
        (0..len).map(|at| schema.value(lyonesse(), at, 0).cell()).collect()
    };
    let relation = prop::sample::select(vec![
        "S_INTERSECTS",
        "S_DISJOINT",
        "S_WITHIN",
        "S_TOUCHES",
        "S_OVERLAPS",
        "S_CONTAINS",
        "S_CROSSES",
        "S_EQUALS",
    ]);
    // Corners on vertices and sites, where mistakes would be, and boxes that are lines and points.
    let length = || prop_oneof![9 => 0.0..9_000.0_f64, 1 => Just(0.0)];
    let spatial = (relation, prop::sample::select(points), length(), length()).prop_map(
        |(relation, [x, y], width, height)| {
            format!(
                "{relation}(geometry, BBOX({x}, {y}, {}, {}))",
                x + width.round(),
                y + height.round()
            )
        },
    );
    let code = prop::sample::select(codes);
    let by_code = prop_oneof![
        code.clone().prop_map(|code| format!("code = '{code}'")),
        (code.clone(), code.clone()).prop_map(|(a, b)| format!("code IN ('{a}', '{b}', 'none')")),
        code.prop_map(|code| format!("code > '{code}'")),
        Just("name LIKE '%a%'".to_owned()),
        Just("valid_to < DATE('2030-01-01')".to_owned()),
        Just("1 / 0 = 1".to_owned()),
        Just("true".to_owned()),
    ];
    if layer == "gp_practice" {
        let lap = &lyonesse().layers()[lyonesse().layer_index("lap").unwrap()];
        let laps: Vec<String> = lap.layer().areas().iter().map(|a| a.code().to_string()).collect();
        let lap = prop::sample::select(laps).prop_map(|code| format!("lap = '{code}'"));
        return prop_oneof![spatial, by_code, lap].boxed();
    }
    prop_oneof![spatial, by_code].boxed()
}

fn filter(layer: &'static str) -> impl Strategy<Value = String> {
    condition(layer).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" AND "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|any| format!("({})", any.join(" OR "))),
            inner.prop_map(|one| format!("(NOT {one})")),
        ]
    })
}

fn by_scan(layer: &str, written: &str) -> Vec<Option<bool>> {
    let atlas = lyonesse();
    let schema = Schema::of(atlas, atlas.layer_index(layer).unwrap());
    let node = parse(written, Language::Text).unwrap();
    let filter = Filter::new(&node, atlas, &schema, Crs::Epsg27700).unwrap();
    let len = atlas.layers()[schema.layer()].layer().len();
    (0..len).map(|index| filter.predicate.of(Subject { atlas, schema: &schema, index })).collect()
}

fn by_index(layer: &str, written: &str) -> Vec<usize> {
    let atlas = lyonesse();
    let schema = Schema::of(atlas, atlas.layer_index(layer).unwrap());
    let node = parse(written, Language::Text).unwrap();
    let filter = Filter::new(&node, atlas, &schema, Crs::Epsg27700).unwrap();
    filter.select(atlas, &schema, None, Moment::now() + Duration::from_mins(1)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_index_selects_what_a_scan_selects_of_areas(written in filter("parish")) {
        let scanned = by_scan("parish", &written);
        let selected: Vec<usize> =
            (0..scanned.len()).filter(|&index| scanned[index] == Some(true)).collect();
        prop_assert_eq!(by_index("parish", &written), selected);
    }

    #[test]
    fn the_index_selects_what_a_scan_selects_of_points(written in filter("gp_practice")) {
        let scanned = by_scan("gp_practice", &written);
        let selected: Vec<usize> =
            (0..scanned.len()).filter(|&index| scanned[index] == Some(true)).collect();
        prop_assert_eq!(by_index("gp_practice", &written), selected);
    }

    #[test]
    fn logic_has_three_values(a in condition("gp_practice"), b in condition("gp_practice")) {
        let scan = |written: String| by_scan("gp_practice", &written);
        let (of_a, of_b) = (scan(a.clone()), scan(b.clone()));
        let not = |value: &Option<bool>| value.map(|truth| !truth);
        prop_assert_eq!(scan(format!("NOT ({a})")), of_a.iter().map(not).collect::<Vec<_>>());
        prop_assert_eq!(scan(format!("NOT NOT ({a})")), of_a.clone());
        let and: Vec<_> = of_a.iter().zip(&of_b).map(|pair| match pair {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }).collect();
        prop_assert_eq!(scan(format!("({a}) AND ({b})")), and);
        // De Morgan.
        prop_assert_eq!(scan(format!("({a}) OR ({b})")), scan(format!("NOT (NOT ({a}) AND NOT ({b}))")));
    }
}

#[test]
fn exactly_one_of_allens_thirteen_relations_is_true_of_two_proper_intervals() {
    const ALLEN: [TimeRelation; 13] = [
        TimeRelation::Before,
        TimeRelation::After,
        TimeRelation::Meets,
        TimeRelation::MetBy,
        TimeRelation::Overlaps,
        TimeRelation::OverlappedBy,
        TimeRelation::Starts,
        TimeRelation::StartedBy,
        TimeRelation::Finishes,
        TimeRelation::FinishedBy,
        TimeRelation::During,
        TimeRelation::Contains,
        TimeRelation::Equals,
    ];
    let day = |day: i8| Instant::Day(jiff::civil::date(2024, 5, day));
    for (a, b, c, d) in (1..5).flat_map(|a| {
        (a + 1..6)
            .flat_map(move |b| (1..5).flat_map(move |c| (c + 1..6).map(move |d| (a, b, c, d))))
    }) {
        let (one, other) = ([day(a), day(b)], [day(c), day(d)]);
        let holding = ALLEN.iter().filter(|relation| relation.holds(one, other)).count();
        assert_eq!(holding, 1, "{a}..{b} and {c}..{d}");
        assert_ne!(
            TimeRelation::Intersects.holds(one, other),
            TimeRelation::Disjoint.holds(one, other)
        );
    }
    let open = [Instant::Past, day(3)];
    assert!(TimeRelation::Intersects.holds(open, [day(1), Instant::Future]));
    assert!(TimeRelation::Before.holds(open, [day(4), day(5)]));
}
