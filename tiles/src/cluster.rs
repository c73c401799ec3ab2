//! Clusters: points drawn together at low zooms, with their count.
//!
//! Clusters are built from the deepest zoom upwards, each zoom from the clusters of the next deeper
//! one. The first unused cluster absorbs all others within its radius and moves to their common
//! mean. A cluster therefore splits into whole clusters as the user zooms in. (The algorithm of
//! Mapbox's supercluster, with a fixed order so that the result is reproducible.)

use std::collections::HashMap;

use crate::MAX_ZOOM;
use crate::mercator::{FinePoint, TilePoint, unit_shift};

/// The first zoom without clustering: a screen then shows some 3 km of England, and places of one
/// kind are far enough apart.
const FIRST_SINGLE_ZOOM: u8 = 12;

/// The radius of a cluster in tile units: 40 pixels for tiles drawn at 512, twice the size of a
/// circle with a number in it.
const REACH: i64 = 320;

/// One or more points drawn at one position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cluster {
    pub(crate) at: FinePoint,
    /// The index of its first point in the layer.
    pub(crate) first: u32,
    pub(crate) count: u32,
}

/// The clusters of a layer for every zoom, sorted by tile.
#[derive(Debug)]
pub(crate) struct Clusters {
    zooms: Vec<Vec<((i32, i32), Cluster)>>,
}

impl Clusters {
    /// Clusters the points of a layer.
    pub(crate) fn of(points: &[FinePoint]) -> Self {
        let mut clusters: Vec<Cluster> = points
            .iter()
            .enumerate()
            .map(|(number, &at)| Cluster { at, first: number as u32, count: 1 })
            .collect();
        let mut zooms = vec![Vec::new(); usize::from(MAX_ZOOM) + 1];
        for zoom in (0..=MAX_ZOOM).rev() {
            if zoom < FIRST_SINGLE_ZOOM {
                clusters = gather(&clusters, REACH << unit_shift(zoom));
            }
            let mut sorted: Vec<_> =
                clusters.iter().map(|&cluster| (tile_of(cluster.at, zoom), cluster)).collect();
            sorted.sort_by_key(|(tile, _)| *tile);
            zooms[usize::from(zoom)] = sorted;
        }
        Self { zooms }
    }

    /// Returns the clusters in one tile, in the order of their first points.
    pub(crate) fn in_tile(&self, zoom: u8, tile: (i32, i32)) -> impl Iterator<Item = Cluster> {
        let all = &self.zooms[usize::from(zoom)];
        let from = all.partition_point(|(of, _)| *of < tile);
        all[from..].iter().take_while(move |(of, _)| *of == tile).map(|(_, cluster)| *cluster)
    }

    /// Returns all points as given.
    pub(crate) fn points(&self) -> impl Iterator<Item = FinePoint> {
        self.zooms[usize::from(MAX_ZOOM)].iter().map(|(_, cluster)| cluster.at)
    }

    /// Returns the tiles of a zoom that contain clusters, in order, once per cluster.
    pub(crate) fn tiles(&self, zoom: u8) -> impl Iterator<Item = (i32, i32)> {
        self.zooms[usize::from(zoom)].iter().map(|(tile, _)| *tile)
    }
}

/// Returns the tile unit that contains a point, so that each point lies in exactly one tile.
pub(crate) fn unit_of(at: FinePoint, zoom: u8) -> TilePoint {
    let last = (1 << (crate::mercator::FINE_BITS - unit_shift(zoom))) - 1;
    let shift = unit_shift(zoom);
    TilePoint { x: (at.x >> shift).min(last), y: (at.y >> shift).min(last) }
}

/// Returns the column and row of the tile that contains a point.
pub(crate) fn tile_of(at: FinePoint, zoom: u8) -> (i32, i32) {
    let TilePoint { x, y } = unit_of(at, zoom);
    (x / crate::mercator::TILE_EXTENT, y / crate::mercator::TILE_EXTENT)
}

/// Merges clusters within `reach` fine steps of the first unused one.
fn gather(clusters: &[Cluster], reach: i64) -> Vec<Cluster> {
    let square =
        |at: FinePoint| (i64::from(at.x).div_euclid(reach), i64::from(at.y).div_euclid(reach));
    let mut by_square: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    for (number, cluster) in clusters.iter().enumerate() {
        by_square.entry(square(cluster.at)).or_default().push(number);
    }
    let mut taken = vec![false; clusters.len()];
    let mut gathered = Vec::new();
    for (number, &first) in clusters.iter().enumerate() {
        if std::mem::replace(&mut taken[number], true) {
            continue;
        }
        let (column, row) = square(first.at);
        let mut sum = Sum::default();
        sum.add(first);
        for near in (row - 1..=row + 1).flat_map(|r| (column - 1..=column + 1).map(move |c| (c, r)))
        {
            for &other in by_square.get(&near).into_iter().flatten() {
                let cluster = clusters[other];
                if !taken[other] && within(first.at, cluster.at, reach) {
                    taken[other] = true;
                    sum.add(cluster);
                }
            }
        }
        gathered.push(sum.cluster(first.first));
    }
    gathered
}

fn within(a: FinePoint, b: FinePoint, reach: i64) -> bool {
    let (dx, dy) = (i64::from(a.x) - i64::from(b.x), i64::from(a.y) - i64::from(b.y));
    dx * dx + dy * dy <= reach * reach
}

/// A weighted sum of clusters.
#[derive(Default)]
struct Sum {
    x: i64,
    y: i64,
    count: i64,
}

impl Sum {
    fn add(&mut self, cluster: Cluster) {
        let count = i64::from(cluster.count);
        self.x += i64::from(cluster.at.x) * count;
        self.y += i64::from(cluster.at.y) * count;
        self.count += count;
    }

    fn cluster(&self, first: u32) -> Cluster {
        let at = FinePoint { x: (self.x / self.count) as i32, y: (self.y / self.count) as i32 };
        Cluster { at, first, count: self.count as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(spacing: i32, count: i32) -> Vec<FinePoint> {
        (0..count).map(|i| FinePoint { x: (1 << 29) + i * spacing, y: 1 << 29 }).collect()
    }

    #[test]
    fn every_point_is_counted_once_at_every_zoom() {
        let clusters = Clusters::of(&points(40_000, 500));
        for zoom in 0..=MAX_ZOOM {
            let mut tiles: Vec<_> = clusters.tiles(zoom).collect();
            tiles.dedup();
            let counts: u32 =
                tiles.iter().flat_map(|&tile| clusters.in_tile(zoom, tile).map(|c| c.count)).sum();
            assert_eq!(counts, 500, "zoom {zoom}");
        }
    }

    #[test]
    fn points_are_single_from_the_first_single_zoom_on() {
        let clusters = Clusters::of(&points(1, 50));
        assert_eq!(clusters.tiles(FIRST_SINGLE_ZOOM).count(), 50);
        assert_eq!(clusters.tiles(FIRST_SINGLE_ZOOM - 1).count(), 1);
        assert_eq!(clusters.tiles(0).count(), 1);
    }

    #[test]
    fn a_point_on_the_far_edge_of_the_world_is_in_the_last_tile() {
        assert_eq!(tile_of(FinePoint { x: 1 << 30, y: 1 << 30 }, 14), (16383, 16383));
    }
}
