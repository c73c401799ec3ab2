//! Changes between vintages: each kind of change drawn with squares, at the limits of its rule.

use geo::{MultiPolygon, polygon};
use lapwing_boundaries::area::Area;
use lapwing_boundaries::change::{Change, ChangeKind, Succession};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Resolution, Vintage};
use lapwing_boundaries::overlap::{self, OverlapRow};

/// A rectangle: code, name, then west, south, width and height in metres.
type Rectangle = (&'static str, &'static str, [f64; 4]);

fn layer(id: &str, resolution: Resolution, areas: &[Rectangle]) -> Layer {
    let meta = LayerMeta {
        id: LayerId::parse(id).unwrap(),
        series: LayerId::parse("ward").unwrap(),
        title: id.to_owned(),
        vintage: Vintage::default(),
        resolution: Some(resolution),
        coverage: true,
        complete: Completeness::Unknown,
        licence: None,
        attribution: None,
        source: String::new(),
    };
    let area = |&(code, name, [x, y, width, height]): &Rectangle| {
        let (x, y) = (475_000.0 + x, 260_000.0 + y);
        let ring = polygon![
            (x: x, y: y), (x: x + width, y: y), (x: x + width, y: y + height), (x: x, y: y + height)
        ];
        let code = AreaCode::parse(code).unwrap();
        Area::from_valid(code, name.to_owned(), Vec::new(), MultiPolygon::new(vec![ring]))
    };
    Layer::of_areas(meta, areas.iter().map(area).collect())
}

struct Pair {
    earlier: Layer,
    later: Layer,
    rows: Vec<OverlapRow>,
}

impl Pair {
    fn drawn(resolution: Resolution, earlier: &[Rectangle], later: &[Rectangle]) -> Self {
        let earlier = layer("ward_2013", resolution, earlier);
        let later = layer("ward", resolution, later);
        let indexes = (AreaIndex::new(earlier.areas()), AreaIndex::new(later.areas()));
        let rows = overlap::pairs((&earlier, &indexes.0), (&later, &indexes.1));
        Self { earlier, later, rows }
    }

    fn succession(&self) -> Succession<'_> {
        Succession::new((&self.earlier, true), (&self.later, true), &self.rows)
    }

    fn change_of(&self, code: &str) -> Change {
        self.succession().change_of(self.earlier.area_index(code).unwrap())
    }

    fn origin_of(&self, code: &str) -> Change {
        self.succession().origin_of(self.later.area_index(code).unwrap())
    }

    /// The change of every earlier area and of every later one; all certain.
    #[track_caller]
    fn is_sure(&self, changes: &[(&str, ChangeKind)], origins: &[(&str, ChangeKind)]) {
        for &(code, kind) in changes {
            let change = self.change_of(code);
            assert_eq!((change.kind, change.alternative), (kind, None), "what became of {code}");
        }
        for &(code, kind) in origins {
            let origin = self.origin_of(code);
            assert_eq!((origin.kind, origin.alternative), (kind, None), "where {code} came from");
        }
    }
}

use ChangeKind::{
    Abolished, Created, Merged, MovedBoundary, Recoded, Renamed, Reorganised, Split, Unchanged,
};

const LEFT: [f64; 4] = [0.0, 0.0, 1000.0, 1000.0];
const RIGHT: [f64; 4] = [1000.0, 0.0, 1000.0, 1000.0];
const BOTH: [f64; 4] = [0.0, 0.0, 2000.0, 1000.0];

#[test]
fn an_equal_area_is_unchanged_renamed_or_recoded() {
    let fields = Pair::drawn(
        Resolution::Bfc,
        &[("A", "Abbey", LEFT), ("B", "Brook", RIGHT), ("C", "Castle", [2000.0, 0.0, 9.0, 9.0])],
        &[("A", "Abbey", LEFT), ("B", "Brooks", RIGHT), ("D", "Castle", [2000.0, 0.0, 9.0, 9.0])],
    );
    fields.is_sure(
        &[("A", Unchanged), ("B", Renamed), ("C", Recoded)],
        &[("A", Unchanged), ("B", Renamed), ("D", Recoded)],
    );
    let change = fields.change_of("C");
    assert_eq!(change.counterpart, fields.later.area_index("D"));
    assert_eq!((change.lost_m2, change.gained_m2), (Some(0.0), Some(0.0)));
}

#[test]
fn one_area_that_became_two_is_split_and_two_that_became_one_are_merged() {
    let halves = [("A", "Abbey", LEFT), ("B", "Brook", RIGHT)];
    let whole = [("C", "Castle", BOTH)];
    Pair::drawn(Resolution::Bfc, &whole, &halves)
        .is_sure(&[("C", Split)], &[("A", Split), ("B", Split)]);
    Pair::drawn(Resolution::Bfc, &halves, &whole)
        .is_sure(&[("A", Merged), ("B", Merged)], &[("C", Merged)]);
}

#[test]
fn a_moved_boundary_changes_both_neighbours() {
    let moved = Pair::drawn(
        Resolution::Bfc,
        &[("A", "Abbey", LEFT), ("B", "Brook", RIGHT)],
        &[("A", "Abbey", [0.0, 0.0, 1200.0, 1000.0]), ("B", "Brook", [1200.0, 0.0, 800.0, 1000.0])],
    );
    moved.is_sure(&[("A", MovedBoundary), ("B", MovedBoundary)], &[("A", MovedBoundary)]);
    let (a, b) = (moved.change_of("A"), moved.origin_of("B"));
    assert_eq!((a.lost_m2, a.gained_m2), (Some(0.0), Some(200_000.0)));
    assert_eq!((b.lost_m2, b.gained_m2), (Some(200_000.0), Some(0.0)), "read in time's order");
}

#[test]
fn growing_into_or_shrinking_from_uncovered_land_changes_the_boundary() {
    let wide = [("A", "Abbey", [0.0, 0.0, 1200.0, 1000.0])];
    let narrow = [("A", "Abbey", LEFT)];
    Pair::drawn(Resolution::Bfc, &narrow, &wide)
        .is_sure(&[("A", MovedBoundary)], &[("A", MovedBoundary)]);
    Pair::drawn(Resolution::Bfc, &wide, &narrow)
        .is_sure(&[("A", MovedBoundary)], &[("A", MovedBoundary)]);
}

#[test]
fn an_area_without_counterpart_is_created_or_abolished() {
    let pair = Pair::drawn(
        Resolution::Bfc,
        &[("A", "Abbey", LEFT)],
        &[("B", "Brook", [5000.0, 0.0, 1000.0, 1000.0])],
    );
    pair.is_sure(&[("A", Abolished)], &[("B", Created)]);
}

#[test]
fn an_area_absorbed_by_one_that_also_took_parts_of_others_is_merged() {
    // A small A lies in the new C, which also takes most of B, but not all.
    let pair = Pair::drawn(
        Resolution::Bfc,
        &[("A", "Abbey", [0.0, 0.0, 200.0, 1000.0]), ("B", "Brook", [200.0, 0.0, 1800.0, 1000.0])],
        &[("C", "Castle", [0.0, 0.0, 1500.0, 1000.0]), ("D", "Dell", [1500.0, 0.0, 500.0, 1000.0])],
    );
    pair.is_sure(&[("A", Merged), ("B", MovedBoundary)], &[("C", MovedBoundary), ("D", Split)]);
}

#[test]
fn redivided_areas_are_reorganised() {
    // Four squares in a row become three.
    let quarter = |at: f64| [at, 0.0, 900.0, 1000.0];
    let third = |at: f64| [at, 0.0, 1200.0, 1000.0];
    let pair = Pair::drawn(
        Resolution::Bfc,
        &[
            ("A", "Abbey", quarter(0.0)),
            ("B", "Brook", quarter(900.0)),
            ("C", "Castle", quarter(1800.0)),
            ("D", "Dell", quarter(2700.0)),
        ],
        &[("X", "Ax", third(0.0)), ("Y", "Yew", third(1200.0)), ("Z", "Zeal", third(2400.0))],
    );
    // A is three quarters of X. B and C are half of Y each, so neither is its counterpart.
    pair.is_sure(
        &[("A", MovedBoundary), ("B", Reorganised), ("C", Reorganised), ("D", MovedBoundary)],
        &[("X", MovedBoundary), ("Y", Reorganised), ("Z", MovedBoundary)],
    );
}

#[test]
fn a_strip_within_the_drawing_error_is_uncertain_and_not_a_change() {
    // 60 m wide, 6 % of either area: significant in a drawing accurate to 20 m, uncertain at 200 m.
    let earlier = [("A", "Abbey", LEFT), ("B", "Brook", RIGHT)];
    let later =
        [("A", "Abbey", [0.0, 0.0, 1060.0, 1000.0]), ("B", "Brook", [1060.0, 0.0, 940.0, 1000.0])];
    Pair::drawn(Resolution::Bgc, &earlier, &later)
        .is_sure(&[("A", MovedBoundary), ("B", MovedBoundary)], &[]);
    let coarse = Pair::drawn(Resolution::Bsc, &earlier, &later);
    for code in ["A", "B"] {
        let change = coarse.change_of(code);
        assert_eq!((change.kind, change.alternative), (Unchanged, Some(MovedBoundary)), "{code}");
        assert!(!change.is_certain());
    }
    assert_eq!(coarse.change_of("B").lost_m2, Some(60_000.0), "what there is, is told");
}

#[test]
fn a_sliver_is_not_uncertain() {
    let earlier = [("A", "Abbey", LEFT), ("B", "Brook", RIGHT)];
    let later =
        [("A", "Abbey", [0.0, 0.0, 1009.0, 1000.0]), ("B", "Brook", [1009.0, 0.0, 991.0, 1000.0])];
    Pair::drawn(Resolution::Bgc, &earlier, &later)
        .is_sure(&[("A", Unchanged)], &[("B", Unchanged)]);
}

#[test]
fn an_area_smaller_than_the_drawing_error_is_still_tracked() {
    // 100 m by 100 m, in drawings accurate to 200 m.
    let small = |code, x| (code, "Small", [x, 0.0, 100.0, 100.0]);
    let whole = ("C", "Castle", [0.0, 0.0, 200.0, 100.0]);
    Pair::drawn(Resolution::Bsc, &[small("A", 0.0), small("B", 100.0)], &[whole])
        .is_sure(&[("A", Merged), ("B", Merged)], &[("C", Merged)]);
    Pair::drawn(Resolution::Bsc, &[whole], &[small("A", 0.0), small("B", 100.0)])
        .is_sure(&[("C", Split)], &[("A", Split)]);
}

#[test]
fn layers_without_areas_have_no_changes() {
    let pair = Pair::drawn(Resolution::Bfc, &[("A", "Abbey", LEFT)], &[]);
    pair.is_sure(&[("A", Abolished)], &[]);
    assert_eq!(pair.succession().abandoned_m2(0), 1_000_000.0);
}
