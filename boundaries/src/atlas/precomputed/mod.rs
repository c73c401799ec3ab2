//! Precomputed answers of all postcodes: degrees, the areas that contain the postcode or its
//! addresses, the distance to the boundaries of each layer, and other areas nearby.
//!
//! They are flat arrays with one entry per postcode, so that an answer ([`answer`]) is read in place.
//! Only a postcode without a position has no answer.

use super::AtlasLayer;
use crate::confidence;
use crate::storage::mmap::Numbers;
use crate::storage::prefetch::prefetch;
use crate::storage::sections::{Opened, Sections};

mod answer;
mod find;

pub use answer::PrecomputedAnswer;

/// The postcode has no answer.
const UNKNOWN: u32 = u32::MAX;
/// The answer is from the postcode's addresses.
const BY_ADDRESSES: u32 = 1 << 31;
/// The addresses are in different areas of some layer.
const SPLIT: u32 = 1 << 30;
/// For a postcode with addresses: the area contains all of them.
const EVERY: u32 = 0;
/// In a set, stands for the addresses that are in no area of the layer, although others are in one.
const NO_AREA: u32 = u32::MAX;
/// The id of the empty set of areas, the first in the pool.
const EMPTY_SET: usize = 0;
/// No other area is near.
const NONE_NEAR: u32 = 0;
/// The degrees are from the Helmert approximation.
const HELMERT: u32 = 1 << 31;
/// The position is in no area of any layer.
const OUTSIDE_ALL: u32 = 1 << 30;

/// The answers of all postcodes of an atlas, by their index.
#[derive(Debug, Default)]
pub(super) struct Precomputed {
    /// The column of each layer in `distances`; [`UNKNOWN`] for a point layer.
    columns: Vec<u32>,
    stride: usize,
    /// Longitude and latitude of each postcode in millionths of a degree, rounded.
    degrees: Numbers<i32>,
    /// The start in `pool` of the set of areas of a postcode, with the flags [`BY_ADDRESSES`] and
    /// [`SPLIT`]; or [`UNKNOWN`].
    sets: Numbers<u32>,
    /// The start in `near` of the areas nearby, or [`NONE_NEAR`]; with the flags [`HELMERT`] and
    /// [`OUTSIDE_ALL`].
    near_at: Numbers<u32>,
    /// Metres to the nearest boundary of each column; NaN for a layer without areas.
    distances: Numbers<f64>,
    /// The number of addresses of each postcode; empty if there are no addresses.
    addresses: Numbers<u32>,
    /// The distinct sets of areas: a count, then for each area its layer, its index, and 1 if the
    /// position is on its boundary. For addresses the last number is the count of addresses in the
    /// area, or [`EVERY`], so that postcodes in one area share a set however many addresses they have.
    /// After the areas of a layer, [`NO_AREA`] has the count of addresses in none of them, if only some
    /// are.
    pool: Numbers<u32>,
    /// Areas nearby: a count, then for each area its layer, its index, and the low and high half of the
    /// bits of its distance.
    near: Numbers<u32>,
}

/// The column of each layer, and the number of columns.
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

impl Precomputed {
    /// Adds the arrays to the sections of a snapshot.
    pub(super) fn store<'a>(&'a self, sections: &mut Sections<'a>) {
        sections.put("known.degrees", &self.degrees);
        sections.put("known.holders", &self.sets);
        sections.put("known.near_at", &self.near_at);
        sections.put("known.distances", &self.distances);
        sections.put("known.addresses", &self.addresses);
        sections.put("known.pool", &self.pool);
        sections.put("known.near", &self.near);
    }

    /// Opens the arrays of a snapshot with `postcodes` postcodes in place. Returns `None` if they are
    /// inconsistent.
    pub(super) fn open(opened: &Opened, postcodes: usize, layers: &[AtlasLayer]) -> Option<Self> {
        let (columns, stride) = columns(layers);
        let precomputed = Self {
            columns,
            stride,
            degrees: opened.numbers("known.degrees")?,
            sets: opened.numbers("known.holders")?,
            near_at: opened.numbers("known.near_at")?,
            distances: opened.numbers("known.distances")?,
            addresses: opened.numbers("known.addresses")?,
            pool: opened.numbers("known.pool")?,
            near: opened.numbers("known.near")?,
        };
        let fits = precomputed.degrees.len() == 2 * postcodes
            && precomputed.sets.len() == postcodes
            && precomputed.near_at.len() == postcodes
            && precomputed.distances.len() == stride * postcodes
            && precomputed.pool.get(EMPTY_SET) == Some(&0)
            && (precomputed.addresses.is_empty() || precomputed.addresses.len() == postcodes);
        fits.then_some(precomputed)
    }

    /// The answer of the postcode at an index; `None` if it has none.
    #[inline]
    pub(super) fn answer<'a>(
        &'a self,
        index: usize,
        positional_quality: u8,
        layers: &'a [AtlasLayer],
    ) -> Option<PrecomputedAnswer<'a>> {
        let set = *self.sets.get(index)?;
        if set == UNKNOWN {
            return None;
        }
        // Addresses are exact, whatever the quality of the postcode's own position.
        let is_estimate = confidence::is_estimate(positional_quality) && set & BY_ADDRESSES == 0;
        Some(PrecomputedAnswer { all: self, index, set, is_estimate, layers })
    }

    /// Prefetches what [`Self::answer`] and the distances of an answer read.
    #[inline]
    pub(super) fn prefetch(&self, index: usize) {
        prefetch(&self.sets, index);
        // The distances of a postcode may span two cache lines.
        prefetch(&self.distances, self.stride * index);
        prefetch(&self.distances, self.stride * index + self.stride.saturating_sub(1));
    }

    /// Prefetches the degrees and the areas nearby of an answer, too.
    #[inline]
    pub(super) fn prefetch_all(&self, index: usize) {
        self.prefetch(index);
        prefetch(&self.degrees, 2 * index);
        if let Some(near) = self.near_at.get(index) {
            prefetch(&self.near, (near & !(HELMERT | OUTSIDE_ALL)) as usize);
        }
    }

    /// The entries of a set, as the pool stores them.
    #[inline]
    fn entries(&self, set: usize) -> &[[u32; 3]] {
        let count = self.pool[set] as usize;
        let (entries, _) = self.pool[set + 1..set + 1 + 3 * count].as_chunks::<3>();
        entries
    }

    /// The areas of a set, as the pool stores them.
    #[inline]
    fn pooled(&self, set: usize) -> impl Iterator<Item = &[u32; 3]> + Clone + use<'_> {
        self.entries(set).iter().filter(|[_, area, _]| *area != NO_AREA)
    }

    /// All sets of areas with their ids: layer and area of each.
    pub(super) fn sets(
        &self,
    ) -> impl Iterator<Item = (usize, impl Iterator<Item = (usize, usize)> + Clone)> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let set = next;
            next += 1 + 3 * *self.pool.get(set)? as usize;
            Some((set, self.pooled(set).map(layer_and_area)))
        })
    }

    /// All ids of sets are less than this.
    pub(super) fn set_id_bound(&self) -> usize {
        self.pool.len()
    }
}

/// The layer and area of an entry of the pool.
#[inline]
fn layer_and_area(&[layer, area, _]: &[u32; 3]) -> (usize, usize) {
    (layer as usize, area as usize)
}
