//! Computing the answers of postcodes when an atlas is built.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{
    AtlasLayer, BY_ADDRESSES, EMPTY_SET, EVERY, HELMERT, NO_AREA, NONE_NEAR, OUTSIDE_ALL,
    Precomputed, SPLIT, UNKNOWN, columns,
};
use crate::cells::CellIndex;
use crate::confidence::Ground;
use crate::gazetteer::{Address, PostcodeRecord, addresses_of};
use crate::geometry::predicate::Position;
use crate::locate::{self, Located, Match, MatchBy};
use crate::position::Accuracy;

/// The entries of one postcode.
struct Entry {
    degrees: [i32; 2],
    /// [`BY_ADDRESSES`] and [`SPLIT`].
    set_flags: u32,
    /// [`HELMERT`] and [`OUTSIDE_ALL`].
    near_flags: u32,
    addresses: u32,
    set: Vec<u32>,
    near: Vec<u32>,
    distances: Vec<f64>,
}

/// The arrays under construction.
struct Builder {
    degrees: Vec<i32>,
    sets: Vec<u32>,
    near_at: Vec<u32>,
    distances: Vec<f64>,
    addresses: Vec<u32>,
    pool: Vec<u32>,
    near: Vec<u32>,
    /// The id of each distinct set: its start in `pool`.
    set_ids: HashMap<Vec<u32>, u32>,
}

/// The inputs of the answers.
struct Finder<'a> {
    /// Sorted by postcode.
    addresses: &'a [Address],
    layers: &'a [AtlasLayer],
    cells: &'a CellIndex,
}

impl Precomputed {
    /// Computes the answers of postcodes. The addresses must be sorted by postcode.
    pub(in crate::atlas) fn compute(
        postcodes: &[PostcodeRecord],
        addresses: &[Address],
        layers: &[AtlasLayer],
        cells: &CellIndex,
    ) -> Self {
        let (columns, stride) = columns(layers);
        let count = postcodes.len();
        let mut all = Builder {
            degrees: Vec::with_capacity(2 * count),
            sets: Vec::with_capacity(count),
            near_at: Vec::with_capacity(count),
            distances: Vec::with_capacity(stride * count),
            addresses: Vec::with_capacity(if addresses.is_empty() { 0 } else { count }),
            pool: vec![0],
            near: vec![0],
            set_ids: HashMap::from([(vec![0], EMPTY_SET as u32)]),
        };
        let finder = Finder { addresses, layers, cells };
        // In batches, to limit the memory of intermediate results for a whole country.
        for batch in postcodes.chunks(1 << 16) {
            let entries: Vec<Option<Entry>> =
                batch.par_iter().map(|record| finder.find(record)).collect();
            for entry in entries {
                if !addresses.is_empty() {
                    all.addresses.push(entry.as_ref().map_or(0, |entry| entry.addresses));
                }
                all.add(entry, stride);
            }
        }
        Self {
            columns,
            stride,
            degrees: all.degrees.into(),
            sets: all.sets.into(),
            near_at: all.near_at.into(),
            distances: all.distances.into(),
            addresses: all.addresses.into(),
            pool: all.pool.into(),
            near: all.near.into(),
        }
    }
}

impl Finder<'_> {
    fn find(&self, record: &PostcodeRecord) -> Option<Entry> {
        let at = record.position?;
        let (lng_lat, accuracy) = at.to_lng_lat();
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        let mut here = Vec::new();
        self.cells.locate(at, |layer, area, position| here.push((layer, area, position)));
        let addresses = addresses_of(self.addresses, record.postcode);
        let mut entry = Entry {
            degrees: [millionths(lng_lat.lon()), millionths(lng_lat.lat())],
            set_flags: if addresses.is_empty() { 0 } else { BY_ADDRESSES },
            near_flags: (if accuracy == Accuracy::Helmert { HELMERT } else { 0 })
                | (if here.is_empty() { OUTSIDE_ALL } else { 0 }),
            addresses: u32::try_from(addresses.len())
                .expect("fewer than 2³² addresses per postcode"),
            set: vec![0],
            near: vec![0],
            distances: Vec::new(),
        };
        // Which layers answer is decided when an answer is read.
        let ground = Ground { is_outside: false, is_complete: true, edge_error_m: 0.0 };
        for (layer_index, layer) in
            self.layers.iter().enumerate().filter(|(_, l)| l.layer.is_areas())
        {
            let (meta, cells) = (layer.layer.meta(), self.cells.of_layer(layer_index));
            let located = if addresses.is_empty() {
                let own = here.iter().filter(|(of, ..)| *of == layer_index);
                let matches =
                    own.map(|&(_, area, at)| Match { area, by: MatchBy::Position(at) }).collect();
                locate::with_matches(meta, &cells, at, matches, ground)
            } else {
                locate::locate_addresses(meta, &cells, addresses, ground)
            };
            entry.add(layer_index as u32, located);
        }
        Some(entry)
    }
}

impl Entry {
    /// Adds the answer of a layer.
    fn add(&mut self, layer: u32, located: Located) {
        let is_anywhere = !located.matches.is_empty();
        for Match { area, by } in located.matches {
            let how = match by {
                MatchBy::Position(position) => u32::from(position == Position::Boundary),
                MatchBy::Addresses { count, .. } if count == self.addresses as usize => EVERY,
                MatchBy::Addresses { count, .. } => count as u32,
            };
            self.set.extend([layer, area as u32, how]);
            self.set[0] += 1;
        }
        if is_anywhere && located.unassigned > 0 {
            self.set.extend([layer, NO_AREA, located.unassigned as u32]);
            self.set[0] += 1;
        }
        if located.is_split {
            self.set_flags |= SPLIT;
        }
        self.distances.push(located.boundary_distance_m.unwrap_or(f64::NAN));
        for (area, distance) in located.near {
            let bits = distance.to_bits();
            self.near.extend([layer, area as u32, bits as u32, (bits >> 32) as u32]);
            self.near[0] += 1;
        }
    }
}

impl Builder {
    fn add(&mut self, entry: Option<Entry>, stride: usize) {
        let Some(entry) = entry else {
            self.degrees.extend([0, 0]);
            self.sets.push(UNKNOWN);
            self.near_at.push(NONE_NEAR);
            self.distances.resize(self.distances.len() + stride, f64::NAN);
            return;
        };
        let pool = &mut self.pool;
        let set = *self.set_ids.entry(entry.set).or_insert_with_key(|areas| {
            let id = pool.len() as u32;
            // An id of all ones would be UNKNOWN.
            assert!(pool.len() < SPLIT as usize - 1, "fewer than 2³⁰ numbers of areas in sets");
            pool.extend(areas);
            id
        });
        let mut near_at = NONE_NEAR;
        if entry.near.len() > 1 {
            assert!(
                self.near.len() < OUTSIDE_ALL as usize,
                "fewer than 2³⁰ numbers of areas nearby"
            );
            near_at = self.near.len() as u32;
            self.near.extend(entry.near);
        }
        self.degrees.extend(entry.degrees);
        self.sets.push(set | entry.set_flags);
        self.near_at.push(near_at | entry.near_flags);
        self.distances.extend(entry.distances);
    }
}
