//! If a quantised edge decides whether a segment crosses it, the decision is correct.

use geo::{Coord, Line};

use super::layers::at;
use crate::cells::record::{Crossing, crossing_quantised, quantised};
use crate::cells::reference::Reference;
use crate::geometry::predicate::on_edge;
use lapwing_testing::random::Random;

const ROUNDS: usize = 400_000;

#[test]
fn a_quantised_edge_never_decides_wrongly() {
    let mut random = Random(20);
    let mut undecided = 0;
    for _ in 0..ROUNDS {
        let side = f64::from(1_u32 << random.below(13));
        let corner = at(random.below(600_000) as f64, random.below(900_000) as f64);
        let centre = corner + at(side, side) / 2.0;
        let mut near = |far: f64| {
            let v = random.between(-far, far);
            // Some ends are on lines through the centre, or very close to a side of the cell.
            match random.below(6) {
                0 => 0.0,
                1 => (v / side * 16.0).round() * side / 16.0,
                2 => side / 2.0 + v * 1e-7,
                _ => v,
            }
        };
        let point = centre + at(near(side / 2.0), near(side / 2.0));
        let far = side * [0.01, 0.5, 1.0, 40.0][corner.x as usize % 4];
        let start = centre + at(near(side / 2.0), near(side / 2.0));
        let end = start + at(near(far), near(far));
        if start == end || (point - centre).x.abs().max((point - centre).y.abs()) > side / 2.0 {
            continue;
        }
        let edge = Line::new(start, end);
        let reference = Reference(centre);
        let unit = side / 16_384.0;
        let [a, b] = quantised(edge, centre, side);
        let Coord { x, y } = (point - centre) / unit;
        match crossing_quantised(x, y, a, b, reference.is_left_of(start, end)) {
            Crossing::Undecided => undecided += 1,
            Crossing::No => assert!(
                !on_edge(edge, point) && !reference.segment_crosses(point, edge),
                "{edge:?} {point:?} {centre:?}"
            ),
            Crossing::Yes => assert!(
                !on_edge(edge, point) && reference.segment_crosses(point, edge),
                "{edge:?} {point:?} {centre:?}"
            ),
        }
    }
    assert!(
        undecided < ROUNDS / 2,
        "quantised edges should mostly decide: {undecided} of {ROUNDS} undecided"
    );
}
