//! How the answers of postcodes are found when an atlas is built.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{
    AtlasLayer, BY_ADDRESSES, EVERY, HELMERT, Known, NO_HOLDERS, NOTHING, NOWHERE, SPLIT, UNKNOWN,
    columns,
};
use crate::cells::CellIndex;
use crate::gazetteer::{Address, PostcodeRecord, addresses_of};
use crate::geometry::predicate::Position;
use crate::locate::{self, Level, Located, Match, MatchBy};
use crate::position::Accuracy;

/// A postcode's part of the arrays.
struct Part {
    degrees: [i32; 2],
    /// [`BY_ADDRESSES`] and [`SPLIT`].
    holder_flags: u32,
    /// [`HELMERT`] and [`NOWHERE`].
    near_flags: u32,
    addresses: u32,
    holders: Vec<u32>,
    near: Vec<u32>,
    distances: Vec<f64>,
}

/// The arrays while they grow.
struct Growing {
    degrees: Vec<i32>,
    holders: Vec<u32>,
    near_at: Vec<u32>,
    distances: Vec<f64>,
    addresses: Vec<u32>,
    pool: Vec<u32>,
    near: Vec<u32>,
    /// Where each set of holders is in `pool`.
    places: HashMap<Vec<u32>, u32>,
}

/// What the answers are found with.
struct Finder<'a> {
    /// In order of postcode.
    addresses: &'a [Address],
    layers: &'a [AtlasLayer],
    cells: &'a CellIndex,
}

impl Known {
    /// Finds the answers of postcodes; the addresses are in order of postcode.
    pub(in crate::atlas) fn of(
        postcodes: &[PostcodeRecord],
        addresses: &[Address],
        layers: &[AtlasLayer],
        cells: &CellIndex,
    ) -> Self {
        let (columns, stride) = columns(layers);
        let count = postcodes.len();
        let mut all = Growing {
            degrees: Vec::with_capacity(2 * count),
            holders: Vec::with_capacity(count),
            near_at: Vec::with_capacity(count),
            distances: Vec::with_capacity(stride * count),
            addresses: Vec::with_capacity(if addresses.is_empty() { 0 } else { count }),
            pool: vec![0],
            near: vec![0],
            places: HashMap::from([(vec![0], NO_HOLDERS as u32)]),
        };
        let finder = Finder { addresses, layers, cells };
        // In batches, so that the parts of a whole country are never all in memory.
        for batch in postcodes.chunks(1 << 16) {
            let parts: Vec<Option<Part>> =
                batch.par_iter().map(|record| finder.find(record)).collect();
            for part in parts {
                if !addresses.is_empty() {
                    all.addresses.push(part.as_ref().map_or(0, |part| part.addresses));
                }
                all.add(part, stride);
            }
        }
        Self {
            columns,
            stride,
            degrees: all.degrees.into(),
            holders: all.holders.into(),
            near_at: all.near_at.into(),
            distances: all.distances.into(),
            addresses: all.addresses.into(),
            pool: all.pool.into(),
            near: all.near.into(),
        }
    }
}

impl Finder<'_> {
    fn find(&self, record: &PostcodeRecord) -> Option<Part> {
        let at = record.position?;
        let (lng_lat, accuracy) = at.to_lng_lat();
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        let mut here = Vec::new();
        self.cells.locate(at, |layer, area, position| here.push((layer, area, position)));
        let addresses = addresses_of(self.addresses, record.postcode);
        let mut part = Part {
            degrees: [millionths(lng_lat.lon()), millionths(lng_lat.lat())],
            holder_flags: if addresses.is_empty() { 0 } else { BY_ADDRESSES },
            near_flags: (if accuracy == Accuracy::Helmert { HELMERT } else { 0 })
                | (if here.is_empty() { NOWHERE } else { 0 }),
            addresses: u32::try_from(addresses.len()).expect("a postcode of fewer addresses"),
            holders: vec![0],
            near: vec![0],
            distances: Vec::new(),
        };
        for (place, layer) in self.layers.iter().enumerate().filter(|(_, l)| l.layer.is_areas()) {
            let (meta, ground) = (layer.layer.meta(), self.cells.of_layer(place));
            let located = if addresses.is_empty() {
                let own = here.iter().filter(|(of, ..)| *of == place);
                let matches =
                    own.map(|&(_, area, at)| Match { area, by: MatchBy::Position(at) }).collect();
                locate::with_holders(meta, &ground, at, matches)
            } else {
                locate::locate_addresses(meta, &ground, addresses)
            };
            part.add(place as u32, located);
        }
        Some(part)
    }
}

impl Part {
    /// Adds what a layer answers.
    fn add(&mut self, layer: u32, located: Located) {
        for Match { area, by } in located.matches {
            let how = match by {
                MatchBy::Position(position) => u32::from(position == Position::Boundary),
                MatchBy::Addresses { count, .. } if count == self.addresses as usize => EVERY,
                MatchBy::Addresses { count, .. } => count as u32,
            };
            self.holders.extend([layer, area as u32, how]);
            self.holders[0] += 1;
        }
        if self.addresses > 0 && located.level == Level::Low {
            self.holder_flags |= SPLIT;
        }
        self.distances.push(located.boundary_distance_m.unwrap_or(f64::NAN));
        for (area, distance) in located.near {
            let bits = distance.to_bits();
            self.near.extend([layer, area as u32, bits as u32, (bits >> 32) as u32]);
            self.near[0] += 1;
        }
    }
}

impl Growing {
    fn add(&mut self, part: Option<Part>, stride: usize) {
        let Some(part) = part else {
            self.degrees.extend([0, 0]);
            self.holders.push(UNKNOWN);
            self.near_at.push(NOTHING);
            self.distances.resize(self.distances.len() + stride, f64::NAN);
            return;
        };
        let pool = &mut self.pool;
        let holders = *self.places.entry(part.holders).or_insert_with_key(|set| {
            let place = pool.len() as u32;
            // The place of all ones would be UNKNOWN.
            assert!(pool.len() < SPLIT as usize - 1, "fewer than 2³⁰ words of holders");
            pool.extend(set);
            place
        });
        let mut near_at = NOTHING;
        if part.near.len() > 1 {
            assert!(self.near.len() < NOWHERE as usize, "fewer than 2³⁰ words of near candidates");
            near_at = self.near.len() as u32;
            self.near.extend(part.near);
        }
        self.degrees.extend(part.degrees);
        self.holders.push(holders | part.holder_flags);
        self.near_at.push(near_at | part.near_flags);
        self.distances.extend(part.distances);
    }
}
