//! Edges sorted into horizontal strips, to find those at a y coordinate or near another edge.

use geo::Line;

/// The indices of edges in a slice, grouped by the strips of equal height that they pass through.
#[derive(Debug)]
pub(crate) struct Strips {
    bottom: f64,
    height: f64,
    /// The start of each strip in `places`, and finally the length of `places`.
    starts: Vec<u32>,
    indices: Vec<u32>,
}

impl Strips {
    /// Sorts edges into strips about as high as the mean edge, so that an edge is in about two of
    /// them.
    pub(crate) fn new(edges: &[Line<f64>]) -> Self {
        let heights = || edges.iter().flat_map(|edge| [edge.start.y, edge.end.y]);
        let bottom = heights().fold(f64::INFINITY, f64::min);
        let top = heights().fold(f64::NEG_INFINITY, f64::max);
        let climb: f64 = edges.iter().map(|edge| edge.dy().abs()).sum();
        let strip_count =
            if climb > 0.0 { (top - bottom) * edges.len() as f64 / climb } else { 1.0 };
        let count = strip_count.clamp(1.0, edges.len().max(1) as f64) as usize;
        let height = if top > bottom { (top - bottom) / count as f64 } else { 1.0 };

        let mut strips = Self { bottom, height, starts: vec![0; count + 1], indices: Vec::new() };
        for edge in edges {
            for strip in strips.run(edge) {
                strips.starts[strip + 1] += 1;
            }
        }
        for strip in 0..count {
            strips.starts[strip + 1] += strips.starts[strip];
        }
        let mut next = strips.starts.clone();
        strips.indices = vec![0; strips.starts[count] as usize];
        for (index, edge) in (0_u32..).zip(edges) {
            for strip in strips.run(edge) {
                strips.indices[next[strip] as usize] = index;
                next[strip] += 1;
            }
        }
        strips
    }

    /// The strip of a y coordinate; the first or last strip if it is out of range.
    fn strip(&self, y: f64) -> usize {
        let last = self.starts.len() - 2;
        // The cast turns negative values into 0.
        (((y - self.bottom) / self.height) as usize).min(last)
    }

    fn run(&self, edge: &Line<f64>) -> std::ops::RangeInclusive<usize> {
        let (low, high) = (edge.start.y.min(edge.end.y), edge.start.y.max(edge.end.y));
        self.strip(low)..=self.strip(high)
    }

    fn in_strip(&self, strip: usize) -> impl Iterator<Item = usize> + '_ {
        let run = self.starts[strip] as usize..self.starts[strip + 1] as usize;
        self.indices[run].iter().map(|&index| index as usize)
    }

    /// The edges in the strip of a y coordinate: all that reach it, and some that do not.
    pub(crate) fn at(&self, y: f64) -> impl Iterator<Item = usize> + '_ {
        self.in_strip(self.strip(y))
    }

    /// Calls `visit` once with the index of each edge whose bounding box intersects that of `edge`.
    /// `edges` is the slice that was sorted.
    pub(crate) fn crossing(
        &self,
        edge: Line<f64>,
        edges: &[Line<f64>],
        mut visit: impl FnMut(usize),
    ) {
        let (west, east) = (edge.start.x.min(edge.end.x), edge.start.x.max(edge.end.x));
        let (south, north) = (edge.start.y.min(edge.end.y), edge.start.y.max(edge.end.y));
        for strip in self.run(&edge) {
            for index in self.in_strip(strip) {
                let other = edges[index];
                let (other_south, other_north) =
                    (other.start.y.min(other.end.y), other.start.y.max(other.end.y));
                let meets = other.start.x.max(other.end.x) >= west
                    && other.start.x.min(other.end.x) <= east
                    && other_north >= south
                    && other_south <= north;
                // The first common strip of two edges is that of the higher of their lower ends.
                // Visiting the edge only there visits it once.
                if meets && self.strip(south.max(other_south)) == strip {
                    visit(index);
                }
            }
        }
    }
}
