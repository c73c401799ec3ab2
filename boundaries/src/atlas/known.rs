//! What every postcode's lookup needs, found when the atlas is built: its degrees, the areas that
//! hold it, how far the boundaries of each layer are, and what else is near.
//!
//! Flat arrays, one entry a postcode in each, so that an answer is read where it lies. A postcode
//! whose addresses are known is answered by them, and so is not among these.

use std::collections::HashMap;

use rayon::prelude::*;

use super::AtlasLayer;
use crate::cells::CellIndex;
use crate::gazetteer::PostcodeRecord;
use crate::locate::{self, Level, Located, Match, MatchBy};
use crate::mapped::Numbers;
use crate::position::Accuracy;
use crate::predicate::Position;
use crate::snapshot::sections::{Opened, Sections};

/// No answer is known.
const UNKNOWN: u32 = u32::MAX;
/// Nothing is near.
const NOTHING: u32 = 0;
/// Degrees and metres are only an approximation of each other.
const HELMERT: u32 = 1 << 31;

/// The answers of all postcodes of an atlas, by their places.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The column of each layer in `distances`; [`UNKNOWN`] for a layer of sites.
    columns: Vec<u32>,
    stride: usize,
    /// Degrees times a million, rounded: two a postcode, longitude and latitude.
    degrees: Numbers<i32>,
    /// Where the holders of a postcode are in `pool`, or [`UNKNOWN`].
    holders: Numbers<u32>,
    /// Where its near candidates are in `near`, or [`NOTHING`]; and [`HELMERT`].
    near_at: Numbers<u32>,
    /// Metres to the nearest boundary, one a column; not a number for a layer without areas.
    distances: Numbers<f64>,
    /// Sets of holders, each once: how many, then each as layer, area, and 1 on its boundary.
    pool: Numbers<u32>,
    /// Near candidates: how many, then each as layer, area, and the distance's bits, low and high.
    near: Numbers<u32>,
}

/// What one postcode's lookup needs.
#[derive(Clone, Copy, Debug)]
pub struct KnownAnswer<'a> {
    known: &'a Known,
    place: usize,
    is_guess: bool,
    layers: &'a [AtlasLayer],
}

/// A postcode's part of the arrays.
struct Part {
    degrees: [i32; 2],
    is_helmert: bool,
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
    pool: Vec<u32>,
    near: Vec<u32>,
    /// Where each set of holders is in `pool`.
    places: HashMap<Vec<u32>, u32>,
}

/// The column of each layer, and how many there are.
fn columns(layers: &[AtlasLayer]) -> (Vec<u32>, usize) {
    let mut stride = 0;
    let column = |layer: &AtlasLayer| {
        let column = if layer.layer.is_areas() { stride } else { UNKNOWN };
        stride += u32::from(layer.layer.is_areas());
        column
    };
    let columns = layers.iter().map(column).collect();
    (columns, stride as usize)
}

impl Known {
    /// Finds the answers of postcodes; `by_addresses` says of which the addresses are known.
    pub(super) fn of(
        postcodes: &[PostcodeRecord],
        by_addresses: impl Fn(&PostcodeRecord) -> bool + Sync,
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
            pool: vec![0],
            near: vec![0],
            places: HashMap::from([(vec![0], 0)]),
        };
        // In batches, so that the parts of a whole country are never all in memory.
        for batch in postcodes.chunks(1 << 16) {
            let part = |record: &PostcodeRecord| {
                if by_addresses(record) { None } else { part(record, layers, cells) }
            };
            let parts: Vec<Option<Part>> = batch.par_iter().map(part).collect();
            for part in parts {
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
            pool: all.pool.into(),
            near: all.near.into(),
        }
    }

    /// Puts the arrays into a snapshot.
    pub(super) fn store<'a>(&'a self, sections: &mut Sections<'a>) {
        sections.put("known.degrees", &self.degrees);
        sections.put("known.holders", &self.holders);
        sections.put("known.near_at", &self.near_at);
        sections.put("known.distances", &self.distances);
        sections.put("known.pool", &self.pool);
        sections.put("known.near", &self.near);
    }

    /// The arrays of a snapshot of so many postcodes, where they lie; `None` where they do not fit
    /// together.
    pub(super) fn open(opened: &Opened, postcodes: usize, layers: &[AtlasLayer]) -> Option<Self> {
        let (columns, stride) = columns(layers);
        let known = Self {
            columns,
            stride,
            degrees: opened.numbers("known.degrees")?,
            holders: opened.numbers("known.holders")?,
            near_at: opened.numbers("known.near_at")?,
            distances: opened.numbers("known.distances")?,
            pool: opened.numbers("known.pool")?,
            near: opened.numbers("known.near")?,
        };
        let fits = known.degrees.len() == 2 * postcodes
            && known.holders.len() == postcodes
            && known.near_at.len() == postcodes
            && known.distances.len() == stride * postcodes;
        fits.then_some(known)
    }

    /// The answer of the postcode at that place, if it is known.
    #[inline]
    pub(super) fn answer<'a>(
        &'a self,
        place: usize,
        positional_quality: u8,
        layers: &'a [AtlasLayer],
    ) -> Option<KnownAnswer<'a>> {
        if *self.holders.get(place)? == UNKNOWN {
            return None;
        }
        let is_guess = positional_quality >= locate::POOR_QUALITY;
        Some(KnownAnswer { known: self, place, is_guess, layers })
    }
}

fn part(record: &PostcodeRecord, layers: &[AtlasLayer], cells: &CellIndex) -> Option<Part> {
    let at = record.position?;
    let (lng_lat, accuracy) = at.to_lng_lat();
    let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
    let mut holders = vec![0];
    cells.locate(at, |layer, area, position| {
        let on_boundary = u32::from(position == Position::Boundary);
        holders.extend([layer as u32, area as u32, on_boundary]);
        holders[0] += 1;
    });
    let (mut near, mut distances) = (vec![0], Vec::new());
    for (place, layer) in (0_u32..).zip(layers).filter(|(_, l)| l.layer.is_areas()) {
        let ground = cells.of_layer(place as usize);
        let own = holders[1..].chunks_exact(3).filter(|holder| holder[0] == place);
        let matches = own.map(|holder| Match {
            area: holder[1] as usize,
            by: MatchBy::Position(Position::Inside),
        });
        let located = locate::with_holders(layer.layer.meta(), &ground, at, matches.collect());
        distances.push(located.boundary_distance_m.unwrap_or(f64::NAN));
        for (area, distance) in located.near {
            let bits = distance.to_bits();
            near.extend([place, area as u32, bits as u32, (bits >> 32) as u32]);
            near[0] += 1;
        }
    }
    Some(Part {
        degrees: [millionths(lng_lat.lon()), millionths(lng_lat.lat())],
        is_helmert: accuracy == Accuracy::Helmert,
        holders,
        near,
        distances,
    })
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
            pool.extend(set);
            place
        });
        let mut near_at = NOTHING;
        if part.near.len() > 1 {
            near_at = self.near.len() as u32;
            assert!(near_at & HELMERT == 0, "fewer than 2³¹ words of near candidates");
            self.near.extend(part.near);
        }
        self.degrees.extend(part.degrees);
        self.holders.push(holders);
        self.near_at.push(near_at | if part.is_helmert { HELMERT } else { 0 });
        self.distances.extend(part.distances);
    }
}

impl<'a> KnownAnswer<'a> {
    /// Longitude and latitude in millionths of a degree, rounded.
    pub fn millionths(&self) -> [i32; 2] {
        [self.known.degrees[2 * self.place], self.known.degrees[2 * self.place + 1]]
    }

    /// How good they are.
    pub fn accuracy(&self) -> Accuracy {
        let is_helmert = self.known.near_at[self.place] & HELMERT != 0;
        if is_helmert { Accuracy::Helmert } else { Accuracy::Ostn15 }
    }

    /// The areas of all layers that hold the postcode, in order of layer, then code.
    pub fn holders(&self) -> impl Iterator<Item = (usize, usize, Position)> + Clone + 'a {
        let from = self.known.holders[self.place] as usize;
        let count = self.known.pool[from] as usize;
        self.known.pool[from + 1..from + 1 + 3 * count].chunks_exact(3).map(|holder| {
            let position = if holder[2] == 0 { Position::Inside } else { Position::Boundary };
            (holder[0] as usize, holder[1] as usize, position)
        })
    }

    /// Metres to the nearest boundary of an area layer; `None` where it has no area.
    pub fn boundary_distance_m(&self, layer: usize) -> Option<f64> {
        let column = self.known.columns[layer] as usize;
        let distance = self.known.distances[self.known.stride * self.place + column];
        (!distance.is_nan()).then_some(distance)
    }

    /// The other areas near the postcode, in order of layer, then code, with the distance in
    /// metres.
    pub fn near(&self) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
        let from = (self.known.near_at[self.place] & !HELMERT) as usize;
        let count = self.known.near[from] as usize;
        self.known.near[from + 1..from + 1 + 4 * count].chunks_exact(4).map(|near| {
            let bits = u64::from(near[2]) | u64::from(near[3]) << 32;
            (near[0] as usize, near[1] as usize, f64::from_bits(bits))
        })
    }

    /// Whether no area of any layer holds the postcode.
    pub fn is_nowhere(&self) -> bool {
        self.known.pool[self.known.holders[self.place] as usize] == 0
    }

    /// Whether the position is only a guess, so that no answer is sure.
    pub fn is_guess(&self) -> bool {
        self.is_guess
    }

    /// Closer than this to a boundary of the layer, in metres, is near.
    pub fn near_m(&self, layer: usize) -> f64 {
        locate::near_threshold_m(self.layers[layer].layer.meta())
    }

    /// How sure the answer of an area layer is.
    pub fn level(&self, layer: usize) -> Level {
        if self.is_guess {
            return Level::Low;
        }
        let near_m = self.near_m(layer);
        let is_near = self.boundary_distance_m(layer).is_some_and(|distance| distance < near_m);
        if is_near { Level::NearBoundary } else { Level::High }
    }

    /// The same as is found on the spot.
    pub fn located(&self, layer: usize) -> Located {
        let own = self.holders().filter(|(of, ..)| *of == layer);
        let near = self.near().filter(|(of, ..)| *of == layer);
        Located {
            matches: own
                .map(|(_, area, position)| Match { area, by: MatchBy::Position(position) })
                .collect(),
            boundary_distance_m: self.boundary_distance_m(layer),
            near_m: self.near_m(layer),
            near: near.map(|(_, area, distance)| (area, distance)).collect(),
            level: self.level(layer),
        }
    }
}
