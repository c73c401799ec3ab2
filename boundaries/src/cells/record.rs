//! The record of a cell with edges: 32-bit words, in parts of up to 32 items each.
//!
//! | words | content |
//! |---|---|
//! | 1 | number of items (bits 0 to 5), flag for another part that follows ([`MORE`]), number of edges (bits 8 to 31) |
//! | 1 | bit *i* is set if item *i* contains the reference |
//! | one per item | the items, ascending over all parts |
//! | four per edge | both ends, quantised, easting in the low half and northing in the high half; the edge's index in `edges`, with [`REFERENCE_LEFT`]; the items that have it in their boundary, as bits |
//!
//! An edge is quantised relative to the cell's centre, in units of 1/16,384 of the cell's side. It is
//! clipped to the square of three times that side, which the segment from the reference to a point of
//! the cell never leaves.

use geo::{Coord, Line};

use super::clip::clipped;
use super::reference::Reference;
use crate::geometry::predicate::{Position, on_edge};

/// Another part follows.
const MORE: u32 = 1 << 6;
/// The greatest number of items in a part: one for each bit of a word.
const MAX_ITEMS: usize = 32;
/// The reference lies left of the edge.
const REFERENCE_LEFT: u32 = 1 << 31;
/// log₂ of the units in a cell's side.
const UNIT_BITS: u32 = 14;
/// Half the side of the square that edges are clipped to, in units.
const CLIP_HALF: f64 = 24_576.0;

/// An edge that intersects a cell.
pub(super) struct CellEdge<'a> {
    /// Its index in `edges`.
    pub(super) index: u32,
    pub(super) line: Line<f64>,
    /// The items that have it in their boundary, ascending.
    pub(super) items: &'a [u32],
}

/// Writes the record of a cell with edges. `inside` are the items that contain the reference,
/// ascending.
pub(super) fn write(
    records: &mut Vec<u32>,
    centre: Coord<f64>,
    cell_side: f64,
    inside: &[u32],
    edges: &[CellEdge<'_>],
) {
    let mut items: Vec<u32> = inside.to_vec();
    items.extend(edges.iter().flat_map(|edge| edge.items));
    items.sort_unstable();
    items.dedup();
    let parts = items.chunks(MAX_ITEMS).count();
    for (part, items) in items.chunks(MAX_ITEMS).enumerate() {
        let mask = |those: &[u32]| {
            let bits = those.iter().filter_map(|item| items.binary_search(item).ok());
            bits.fold(0_u32, |mask, bit| mask | 1 << bit)
        };
        let start = records.len();
        records.extend([0, mask(inside)]);
        records.extend(items);
        let mut count = 0;
        for edge in edges {
            let of = mask(edge.items);
            if of != 0 {
                let left = Reference(centre).is_left_of(edge.line.start, edge.line.end);
                let [start, end] = quantised(edge.line, centre, cell_side);
                records.extend([
                    start,
                    end,
                    edge.index | if left { REFERENCE_LEFT } else { 0 },
                    of,
                ]);
                count += 1;
            }
        }
        let more = if part + 1 < parts { MORE } else { 0 };
        records[start] = items.len() as u32 | more | count << 8;
    }
}

/// The ends of an edge in the units of a cell, each as two halves of a word.
pub(super) fn quantised(edge: Line<f64>, centre: Coord<f64>, cell_side: f64) -> [u32; 2] {
    let unit = cell_side / f64::from(1_u32 << UNIT_BITS);
    // An edge outside the clip square becomes a point, which never decides.
    let near = clipped(edge, centre, CLIP_HALF * unit).unwrap_or(Line::new(centre, centre));
    let word = |end: Coord<f64>| {
        let half = |v: f64| u32::from((v / unit).round() as i16 as u16);
        half(end.x - centre.x) | half(end.y - centre.y) << 16
    };
    [word(near.start), word(near.end)]
}

/// One part of a record.
pub(super) struct Part<'a> {
    /// Its items, ascending.
    pub(super) items: &'a [u32],
    /// A bit for each item that contains the reference.
    inside: u32,
    /// Its edges, four words each.
    edges: &'a [u32],
}

/// The parts of the record at the start of `records`.
pub(super) struct Parts<'a>(Option<&'a [u32]>);

impl<'a> Parts<'a> {
    pub(super) fn of(records: &'a [u32]) -> Self {
        Self(Some(records))
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    #[inline]
    fn next(&mut self) -> Option<Part<'a>> {
        let records = self.0?;
        let header = records[0];
        let edges_from = 2 + (header & (MORE - 1)) as usize;
        let end = edges_from + 4 * (header >> 8) as usize;
        self.0 = (header & MORE != 0).then(|| &records[end..]);
        Some(Part {
            items: &records[2..edges_from],
            inside: records[1],
            edges: &records[edges_from..end],
        })
    }
}

impl Part<'_> {
    /// The index of each edge in `edges`, and its items as bits.
    pub(super) fn edges(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.edges.chunks_exact(4).map(|edge| ((edge[2] & !REFERENCE_LEFT) as usize, edge[3]))
    }
}

/// An edge of the array of edges.
#[inline]
pub(super) fn edge_at(edges: &[f64], index: usize) -> Line<f64> {
    let ends = &edges[4 * index..4 * index + 4];
    Line::new(Coord { x: ends[0], y: ends[1] }, Coord { x: ends[2], y: ends[3] })
}

/// Calls `visit` for the items that contain a point of the cell, in order.
#[inline]
pub(super) fn locate(
    records: &[u32],
    edges: &[f64],
    centre: Coord<f64>,
    cell_bits: u32,
    point: Coord<f64>,
    mut visit: impl FnMut(u32, Position),
) {
    let units_per_metre = f64::from(1_u32 << UNIT_BITS) / f64::from(1_u32 << cell_bits);
    // The relative rounding error of 2⁻⁵³ is far below the tolerances of `crossing_quantised`.
    let (px, py) = ((point.x - centre.x) * units_per_metre, (point.y - centre.y) * units_per_metre);
    for part in Parts::of(records) {
        let mut inside = part.inside;
        let mut boundary = 0;
        for edge in part.edges.chunks_exact(4) {
            let (index, items) = (edge[2], edge[3]);
            match crossing_quantised(px, py, edge[0], edge[1], index & REFERENCE_LEFT != 0) {
                Crossing::No => {}
                Crossing::Yes => inside ^= items,
                Crossing::Undecided => {
                    let line = edge_at(edges, (index & !REFERENCE_LEFT) as usize);
                    if on_edge(line, point) {
                        boundary |= items;
                    } else if Reference(centre).segment_crosses(point, line) {
                        inside ^= items;
                    }
                }
            }
        }
        let mut containing = inside | boundary;
        while containing != 0 {
            let bit = containing.trailing_zeros();
            let on = boundary >> bit & 1 == 1;
            let position = if on { Position::Boundary } else { Position::Inside };
            visit(part.items[bit as usize], position);
            containing &= containing - 1;
        }
    }
}

/// Whether the segment from the reference to a point crosses a quantised edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Crossing {
    /// They do not intersect.
    No,
    /// They cross, and the point is not on the edge.
    Yes,
    /// The quantised edge is too coarse to decide.
    Undecided,
}

/// Decides whether the segment from the reference, (0, 0), to (`px`, `py`) crosses an edge. In units.
///
/// A quantised end has an error of at most 0.5 in either coordinate, and a little more where the edge
/// was clipped. The cross product of an exact vector `a` and a quantised one is therefore off by at
/// most half the sum of the absolute coordinates of `a`; if both are quantised, by half of both sums
/// plus 1.
#[inline]
pub(super) fn crossing_quantised(
    px: f64,
    py: f64,
    start: u32,
    end: u32,
    reference_left: bool,
) -> Crossing {
    let low = |word: u32| f64::from((word as u16).cast_signed());
    let high = |word: u32| f64::from(((word >> 16) as u16).cast_signed());
    let (ax, ay, bx, by) = (low(start), high(start), low(end), high(end));

    let of_start = px * ay - py * ax;
    let of_end = px * by - py * bx;
    let doubt = 0.51 * (px.abs() + py.abs()) + 1.0;
    if of_start.min(of_end) > doubt || of_start.max(of_end) < -doubt {
        return Crossing::No;
    }

    let (dx, dy) = (bx - ax, by - ay);
    let side = dx * (py - ay) - dy * (px - ax);
    let side_doubt =
        1.02 * ((px - ax).abs() + (py - ay).abs()) + 0.51 * (dx.abs() + dy.abs()) + 2.0;
    if side.abs() <= side_doubt {
        return Crossing::Undecided;
    }
    if (side > 0.0) == reference_left {
        return Crossing::No;
    }
    let surely_parted = of_start.abs() > doubt && of_end.abs() > doubt;
    if surely_parted { Crossing::Yes } else { Crossing::Undecided }
}
