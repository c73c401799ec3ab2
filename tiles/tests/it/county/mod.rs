//! Random counties: areas that share their edges, with enclaves, detached parts and irregular
//! boundaries.

use std::collections::{HashMap, HashSet};

use geo::{Contains, Coord, InteriorPoint, LineString, MultiPolygon, Polygon};

/// Random numbers, the same for equal seeds.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Returns a number from 0 to 1.
    pub(crate) fn part(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a number from 0 to below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.part() * limit as f64) as usize
    }
}

/// A rectangle of degrees: west, south, east, north.
pub(crate) type Frame = [f64; 4];

/// A corner of the lattice along which a county is divided.
type Corner = (i32, i32);

/// A frame divided into areas that cover it. The cells of a lattice with displaced corners and bent
/// sides are assigned to areas at random, so that areas have several parts, touch at corners and
/// enclose each other.
pub(crate) fn county(
    seed: u64,
    frame: Frame,
    columns: usize,
    rows: usize,
    areas: usize,
) -> Vec<MultiPolygon> {
    let mut random = Random::new(seed);
    let (columns, rows) = (columns as u16, rows as u16);
    let (columns, rows) = (i32::from(columns), i32::from(rows));
    let lattice = Lattice::new(&mut random, frame, columns, rows);
    // Neighbouring cells often belong to one area, so that areas grow together.
    let cells = || (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
    let mut owner: HashMap<Corner, usize> = HashMap::new();
    for (column, row) in cells() {
        let area = match random.below(5) {
            0 | 1 if column > 0 => owner[&(column - 1, row)],
            2 if row > 0 => owner[&(column, row - 1)],
            _ => random.below(areas),
        };
        owner.insert((column, row), area);
    }
    (0..areas)
        .map(|area| lattice.outline(cells().filter(|cell| owner[cell] == area)))
        .filter(|area| !area.0.is_empty())
        .collect()
}

/// The corners, and the bent sides between them.
struct Lattice {
    sides: HashMap<(Corner, Corner), Vec<Coord>>,
}

impl Lattice {
    fn new(
        random: &mut Random,
        [west, south, east, north]: Frame,
        columns: i32,
        rows: i32,
    ) -> Self {
        let (width, height) =
            ((east - west) / f64::from(columns), (north - south) / f64::from(rows));
        let mut corners = HashMap::new();
        for (column, row) in (0..=columns).flat_map(|c| (0..=rows).map(move |r| (c, r))) {
            let mut moved = |inner: bool| if inner { random.part() * 0.4 - 0.2 } else { 0.0 };
            let (dx, dy) = (moved(0 < column && column < columns), moved(0 < row && row < rows));
            let x = west + width * (f64::from(column) + dx);
            let y = south + height * (f64::from(row) + dy);
            corners.insert((column, row), Coord { x, y });
        }
        let mut sides = HashMap::new();
        for (column, row) in (0..=columns).flat_map(|c| (0..=rows).map(move |r| (c, r))) {
            let here = (column, row);
            for (there, outer) in [
                ((column + 1, row), row == 0 || row == rows),
                ((column, row + 1), column == 0 || column == columns),
            ] {
                if let (Some(&a), Some(&b)) = (corners.get(&here), corners.get(&there)) {
                    let bend = if outer { 0.0 } else { 0.25 };
                    let mut line = bent(random, a, b, bend);
                    sides.insert((here, there), line.clone());
                    line.reverse();
                    sides.insert((there, here), line);
                }
            }
        }
        Self { sides }
    }

    /// Returns the outline of a set of cells.
    fn outline(&self, cells: impl Iterator<Item = Corner>) -> MultiPolygon {
        let mut sides: HashSet<(Corner, Corner)> = HashSet::new();
        for (c, r) in cells {
            let around = [(c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1), (c, r)];
            for side in around.windows(2).map(|w| (w[0], w[1])) {
                if !sides.remove(&(side.1, side.0)) {
                    sides.insert(side);
                }
            }
        }
        let mut sorted: Vec<_> = sides.iter().copied().collect();
        sorted.sort_unstable();
        let (mut shells, mut holes) = (Vec::new(), Vec::new());
        for first in sorted {
            if sides.contains(&first) {
                let (ring, turns) = self.ring(first, &mut sides);
                if turns > 0 { shells.push(Polygon::new(ring, vec![])) } else { holes.push(ring) }
            }
        }
        for hole in holes {
            let inner =
                Polygon::new(hole.clone(), vec![]).interior_point().expect("a hole has ground");
            let around = shells.iter_mut().filter(|shell| shell.contains(&inner));
            let least = around.min_by(|a, b| {
                let length = |p: &Polygon| p.exterior().0.len();
                length(a).cmp(&length(b))
            });
            least.expect("a hole has a shell").interiors_push(hole);
        }
        MultiPolygon(shells)
    }

    /// Follows sides with the cells on their left until they close, staying with the same cell
    /// where two touch at a corner. Left turns minus right turns identify an exterior ring.
    fn ring(
        &self,
        first: (Corner, Corner),
        sides: &mut HashSet<(Corner, Corner)>,
    ) -> (LineString, i32) {
        let (mut line, mut turns, mut side) = (Vec::new(), 0, first);
        loop {
            sides.remove(&side);
            let points = &self.sides[&side];
            line.extend_from_slice(&points[..points.len() - 1]);
            let ((ax, ay), (bx, by)) = side;
            let (dx, dy) = (bx - ax, by - ay);
            let to = |dx: i32, dy: i32| (bx + dx, by + dy);
            let ways = [(to(-dy, dx), 1), (to(dx, dy), 0), (to(dy, -dx), -1)];
            let next = ways
                .into_iter()
                .find(|(end, _)| sides.contains(&((bx, by), *end)) || ((bx, by), *end) == first);
            let (end, turn) = next.expect("sides close");
            turns += turn;
            side = ((bx, by), end);
            if side == first {
                break;
            }
        }
        line.push(line[0]);
        (LineString::new(line), turns)
    }
}

/// Returns a line from `a` to `b` with some vertices displaced by up to `bend` of its length, less
/// towards its ends.
fn bent(random: &mut Random, a: Coord, b: Coord, bend: f64) -> Vec<Coord> {
    let count = 1 + random.below(24);
    let phase = random.part() * 6.0;
    let mut line = vec![a];
    for i in 1..count {
        let t = i as f64 / count as f64;
        let reach = t.min(1.0 - t) * bend;
        let aside = reach * ((t * 20.0 + phase).sin() * 0.7 + (random.part() - 0.5) * 0.6);
        line.push(Coord {
            x: a.x + (b.x - a.x) * t - (b.y - a.y) * aside,
            y: a.y + (b.y - a.y) * t + (b.x - a.x) * aside,
        });
    }
    line.push(b);
    line
}
