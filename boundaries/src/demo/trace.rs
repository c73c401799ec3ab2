//! Tracing of groups of blocks into multipolygons, with the points that blocks share.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::lattice::{Block, Lattice, NOBODY, Parts};

/// Returns the geometry of each of the groups 0 to `count`: exterior rings counter-clockwise, holes
/// clockwise.
///
/// Adjacent groups get the same points along their boundary, bit for bit.
pub(super) fn trace(
    lattice: &Lattice,
    blocks: &[Block],
    labels: &[u32],
    count: usize,
) -> Vec<MultiPolygon<f64>> {
    let part = Parts::of(lattice, |b| labels[b]).part;
    let mut polygons: Vec<Vec<(u32, Polygon<f64>)>> = vec![Vec::new(); count];
    let mut holes = Vec::new();
    let mut walked = vec![[false; 6]; lattice.len()];
    for &block in blocks.iter().filter(|&&b| labels[b] != NOBODY) {
        for side in 0..6 {
            if walked[block][side] || labels[lattice.across(block, side)] == labels[block] {
                continue;
            }
            let ring = walk(lattice, labels, block, side, &mut walked);
            let group = labels[block] as usize;
            if twice_area(&ring.0) > 0.0 {
                polygons[group].push((part[block], Polygon::new(ring, Vec::new())));
            } else {
                holes.push((group, part[block], ring));
            }
        }
    }
    // A connected part has one exterior ring, and all its holes belong to it.
    for (group, part, ring) in holes {
        if let Some((_, polygon)) = polygons[group].iter_mut().find(|(p, _)| *p == part) {
            polygon.interiors_push(ring);
        }
    }
    polygons
        .into_iter()
        .map(|parts| MultiPolygon::new(parts.into_iter().map(|(_, polygon)| polygon).collect()))
        .collect()
}

/// Walks a ring with the group on its left, from the start of a side back to it.
fn walk(
    lattice: &Lattice,
    labels: &[u32],
    first_block: Block,
    first_side: usize,
    walked: &mut [[bool; 6]],
) -> LineString<f64> {
    let group = labels[first_block];
    let (mut block, mut side) = (first_block, first_side);
    let mut points: Vec<Coord<f64>> = Vec::new();
    loop {
        walked[block][side] = true;
        lattice.extend_with_side(block, side, &mut points);
        // Three blocks meet at the end of the side: this one, the one across it, and the one across
        // the next side. The ring continues between the group and whichever is not in it.
        side = (side + 1) % 6;
        let third = lattice.across(block, side);
        if labels[third] == group {
            block = third;
            side = (side + 4) % 6;
        }
        if (block, side) == (first_block, first_side) {
            break;
        }
    }
    points.push(points[0]);
    LineString::new(points)
}

/// Returns twice the signed area of a closed ring in m², positive if counter-clockwise.
fn twice_area(ring: &[Coord<f64>]) -> f64 {
    let from = ring[0];
    ring.windows(2)
        .map(|w| (w[0].x - from.x) * (w[1].y - from.y) - (w[1].x - from.x) * (w[0].y - from.y))
        .sum()
}
