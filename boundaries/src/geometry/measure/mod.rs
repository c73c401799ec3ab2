//! Area and perimeter of the intersection of two geometries, without constructing it.
//!
//! The area is an integral along the parts of each boundary that run inside the other geometry
//! (Green's theorem). Every crossing of the boundaries adds one signed term to each of the two sums,
//! so nothing needs to be sorted, snapped or joined.
//!
//! Polygon overlay is hard because of contact: common vertices, overlapping edges, a vertex on an
//! edge. Here the second geometry is treated as if shifted by an infinitesimal (ε, ε²)
//! (Edelsbrunner and Mücke, "Simulation of simplicity", 1990). Then there is no contact, and all
//! predicates, which are exact, are consistent. The area is continuous in the shift, so the result
//! is the area of the unshifted pair, and its only error is the rounding of the sums. Lengths are
//! not continuous along overlapping edges; those are corrected exactly.

use geo::{Coord, Line, Rect};

use crate::geometry::outline::Outline;
use crate::geometry::predicate::{on_edge, orientation};

/// Measures of the intersection of two geometries, in the units of their space: m² and metres for
/// BNG.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct IntersectionMeasures {
    /// The area of the intersection.
    pub area_m2: f64,
    /// The length of the boundary of the intersection.
    pub perimeter_m: f64,
    /// The length of the boundary of the first minus the second.
    pub rest_of_first_perimeter_m: f64,
    /// The length of the boundary of the second minus the first.
    pub rest_of_second_perimeter_m: f64,
    /// True if the boundaries have a point in common.
    pub in_contact: bool,
}

/// An orientation, with ties broken by the shift.
#[derive(Clone, Copy)]
struct Orientation {
    left: bool,
    /// The orientation itself; 0 if the shift broke a tie.
    value: f64,
}

/// The side of the shifted `edge` on which the unshifted `point` lies.
fn left_of_shifted(edge: Line<f64>, point: Coord<f64>) -> Orientation {
    let value = orientation(edge.start, edge.end, point);
    let tie = if edge.dy() == 0.0 { -edge.dx() } else { edge.dy() };
    Orientation { left: if value == 0.0 { tie > 0.0 } else { value > 0.0 }, value }
}

/// The side of the unshifted `edge` on which the shifted `point` lies.
fn shifted_left_of(edge: Line<f64>, point: Coord<f64>) -> Orientation {
    let value = orientation(edge.start, edge.end, point);
    let tie = if edge.dy() == 0.0 { edge.dx() } else { -edge.dy() };
    Orientation { left: if value == 0.0 { tie > 0.0 } else { value > 0.0 }, value }
}

/// Sums over the parts of one boundary that lie inside the other geometry.
#[derive(Clone, Copy, Default)]
struct Inside {
    twice_area: f64,
    length_m: f64,
}

impl Inside {
    /// Adds the segment from `a` to `b`, or subtracts it if `sign` is -1.
    fn add(&mut self, sign: f64, a: Coord<f64>, b: Coord<f64>, origin: Coord<f64>) {
        let (a, b) = (a - origin, b - origin);
        self.twice_area += sign * (a.x * b.y - a.y * b.x);
        self.length_m += sign * length(a, b);
    }
}

fn length(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (b.x - a.x).hypot(b.y - a.y)
}

/// Measures the intersection of `first` and `second`.
pub fn measure_intersection(first: &Outline, second: &Outline) -> IntersectionMeasures {
    let mut shared = IntersectionMeasures {
        rest_of_first_perimeter_m: first.perimeter_m,
        rest_of_second_perimeter_m: second.perimeter_m,
        ..IntersectionMeasures::default()
    };
    let Some(common) = common_extent(first.extent(), second.extent()) else { return shared };
    // Coordinates relative to the common extent keep the products, and so their rounding, small.
    let origin = common.center();

    let mut of_first = Inside::default();
    let mut of_second = Inside::default();
    // Per edge, the number of crossings into the other geometry minus those out of it.
    let mut steps_of_first = vec![0_i32; first.edges.len()];
    let mut steps_of_second = vec![0_i32; second.edges.len()];
    let mut along = OverlappingEdges::default();

    for (i, &a) in first.edges.iter().enumerate() {
        if !meets(a, common) {
            continue;
        }
        second.strips.crossing(a, &second.edges, |j| {
            let b = second.edges[j];
            let a_start = left_of_shifted(b, a.start);
            let a_end = left_of_shifted(b, a.end);
            let b_start = shifted_left_of(a, b.start);
            let b_end = shifted_left_of(a, b.end);
            if b_start.value == 0.0 && b_end.value == 0.0 {
                along.add(a, b, b_start.left);
            }
            shared.in_contact |= touch(a, b, [a_start, a_end, b_start, b_end]);
            if a_start.left == a_end.left || b_start.left == b_end.left {
                return;
            }
            shared.in_contact = true;
            let crossing = crossing_point(a, b, a_start.value, a_end.value);
            let into_second = if a_end.left { 1 } else { -1 };
            of_first.add(f64::from(into_second), crossing, a.end, origin);
            of_second.add(f64::from(-into_second), crossing, b.end, origin);
            steps_of_first[i] += into_second;
            steps_of_second[j] -= into_second;
        });
    }

    let starts_inside_second =
        |point| within(second.extent(), point) && shifted_contains(second, point);
    sum_whole_edges(first, &steps_of_first, starts_inside_second, &mut of_first, origin);
    let starts_inside_first =
        |point| within(first.extent(), point) && unshifted_contains(first, point);
    sum_whole_edges(second, &steps_of_second, starts_inside_first, &mut of_second, origin);

    shared.area_m2 = (0.5 * (of_first.twice_area + of_second.twice_area)).max(0.0);
    shared.perimeter_m =
        (of_first.length_m + of_second.length_m - 2.0 * along.against_and_in).max(0.0);
    shared.rest_of_first_perimeter_m +=
        of_second.length_m - of_first.length_m - 2.0 * along.with_and_in;
    shared.rest_of_second_perimeter_m +=
        of_first.length_m - of_second.length_m - 2.0 * along.with_and_out;
    shared
}

/// Adds all edges that start inside the other geometry, in full. The corrections at crossings are in
/// the sums already.
fn sum_whole_edges(
    geometry: &Outline,
    steps: &[i32],
    starts_inside: impl Fn(Coord<f64>) -> bool,
    inside: &mut Inside,
    origin: Coord<f64>,
) {
    for ring in geometry.rings.windows(2) {
        let edges = ring[0]..ring[1];
        if edges.is_empty() {
            continue;
        }
        let mut is_inside = i32::from(starts_inside(geometry.edges[edges.start].start));
        for index in edges {
            let Line { start, end } = geometry.edges[index];
            if is_inside == 1 {
                inside.add(1.0, start, end, origin);
            }
            is_inside += steps[index];
        }
    }
}

/// Returns true if an unshifted point lies inside a shifted geometry.
fn shifted_contains(geometry: &Outline, point: Coord<f64>) -> bool {
    let mut inside = false;
    for index in geometry.strips.at(point.y) {
        let edge = geometry.edges[index];
        // The shift raises the edge by ε², so an end with the y coordinate of the point is above it.
        let (start_above, end_above) = (edge.start.y >= point.y, edge.end.y >= point.y);
        if start_above != end_above {
            inside ^= left_of_shifted(edge, point).left == end_above;
        }
    }
    inside
}

/// Returns true if a shifted point lies inside an unshifted geometry: the mirror image of
/// [`shifted_contains`].
fn unshifted_contains(geometry: &Outline, point: Coord<f64>) -> bool {
    let mut inside = false;
    for index in geometry.strips.at(point.y) {
        let edge = geometry.edges[index];
        // The shift raises the point by ε², so an end with its y coordinate is below it.
        let (start_above, end_above) = (edge.start.y > point.y, edge.end.y > point.y);
        if start_above != end_above {
            inside ^= shifted_left_of(edge, point).left == end_above;
        }
    }
    inside
}

/// Lengths of overlapping edges, by direction and by the side to which the shift moves the edge of
/// the second geometry.
#[derive(Default)]
struct OverlappingEdges {
    /// Opposite directions (the geometries are neighbours there), shifted into the first: the shift
    /// adds a strip of zero width to the intersection, and both sides of it were counted.
    against_and_in: f64,
    /// The same direction, shifted into the first: the strip belongs to the rest of the first.
    with_and_in: f64,
    /// The same direction, shifted out of the first: the strip belongs to the rest of the second.
    with_and_out: f64,
}

impl OverlappingEdges {
    fn add(&mut self, a: Line<f64>, b: Line<f64>, shifted_in: bool) {
        let axis = |c: Coord<f64>| if a.dx().abs() >= a.dy().abs() { c.x } else { c.y };
        let span = (axis(a.end) - axis(a.start)).abs();
        let low = axis(a.start).min(axis(a.end)).max(axis(b.start).min(axis(b.end)));
        let high = axis(a.start).max(axis(a.end)).min(axis(b.start).max(axis(b.end)));
        if high <= low {
            return;
        }
        let common = (high - low) / span * length(a.start, a.end);
        let same_way = (axis(a.end) > axis(a.start)) == (axis(b.end) > axis(b.start));
        match (same_way, shifted_in) {
            (false, true) => self.against_and_in += common,
            (false, false) => {}
            (true, true) => self.with_and_in += common,
            (true, false) => self.with_and_out += common,
        }
    }
}

/// Returns true if an end of one edge lies on the other, without the shift. Exact.
fn touch(a: Line<f64>, b: Line<f64>, [a_start, a_end, b_start, b_end]: [Orientation; 4]) -> bool {
    let on = |side: Orientation, edge, point| side.value == 0.0 && on_edge(edge, point);
    on(a_start, b, a.start) || on(a_end, b, a.end) || on(b_start, a, b.start) || on(b_end, a, b.end)
}

/// The point where `a` crosses `b`, from the orientations of the ends of `a` relative to `b`. At most
/// one of these is zero: the shift never separates the ends of an edge that lies along `b`. The
/// point is clamped to both bounding boxes, because it is ill-conditioned for nearly parallel
/// edges.
fn crossing_point(a: Line<f64>, b: Line<f64>, from: f64, to: f64) -> Coord<f64> {
    let t = (from / (from - to)).clamp(0.0, 1.0);
    let clamp = |v: f64, a: (f64, f64), b: (f64, f64)| {
        let low = a.0.min(a.1).max(b.0.min(b.1));
        let high = a.0.max(a.1).min(b.0.max(b.1));
        v.max(low).min(high)
    };
    Coord {
        x: clamp(a.start.x + t * a.dx(), (a.start.x, a.end.x), (b.start.x, b.end.x)),
        y: clamp(a.start.y + t * a.dy(), (a.start.y, a.end.y), (b.start.y, b.end.y)),
    }
}

fn common_extent(a: Rect<f64>, b: Rect<f64>) -> Option<Rect<f64>> {
    let (min_x, min_y) = (a.min().x.max(b.min().x), a.min().y.max(b.min().y));
    let (max_x, max_y) = (a.max().x.min(b.max().x), a.max().y.min(b.max().y));
    (min_x <= max_x && min_y <= max_y)
        .then(|| Rect::new(Coord { x: min_x, y: min_y }, Coord { x: max_x, y: max_y }))
}

fn within(rect: Rect<f64>, point: Coord<f64>) -> bool {
    (rect.min().x..=rect.max().x).contains(&point.x)
        && (rect.min().y..=rect.max().y).contains(&point.y)
}

fn meets(edge: Line<f64>, rect: Rect<f64>) -> bool {
    edge.start.x.max(edge.end.x) >= rect.min().x
        && edge.start.x.min(edge.end.x) <= rect.max().x
        && edge.start.y.max(edge.end.y) >= rect.min().y
        && edge.start.y.min(edge.end.y) <= rect.max().y
}

#[cfg(test)]
mod tests;
