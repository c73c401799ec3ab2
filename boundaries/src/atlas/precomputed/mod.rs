//! What every postcode's lookup needs, found when the atlas is built: its degrees, the areas that
//! hold it or its addresses, how far the boundaries of each layer are, and what else is near.
//!
//! Flat arrays, one entry a postcode in each, so that an answer is read where it lies ([`answer`]).
//! Only a postcode without a position has none.

use super::AtlasLayer;
use crate::locate;
use crate::storage::mmap::Numbers;
use crate::storage::prefetch::prefetch;
use crate::storage::sections::{Opened, Sections};

mod answer;
mod find;

pub use answer::KnownAnswer;

/// No answer is known.
const UNKNOWN: u32 = u32::MAX;
/// The postcode's addresses answer.
const BY_ADDRESSES: u32 = 1 << 31;
/// They do not agree in every layer.
const SPLIT: u32 = 1 << 30;
/// Of a postcode with addresses: an area holds all of them.
const EVERY: u32 = 0;
/// The set without holders, which comes first in the pool.
const NO_HOLDERS: usize = 0;
/// Nothing is near.
const NOTHING: u32 = 0;
/// Degrees and metres are only an approximation of each other.
const HELMERT: u32 = 1 << 31;
/// No area of any layer holds the position.
const NOWHERE: u32 = 1 << 30;

/// The answers of all postcodes of an atlas, by their places.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The column of each layer in `distances`; [`UNKNOWN`] for a layer of sites.
    columns: Vec<u32>,
    stride: usize,
    /// Degrees times a million, rounded: two a postcode, longitude and latitude.
    degrees: Numbers<i32>,
    /// Where the holders of a postcode are in `pool`, with [`BY_ADDRESSES`] and [`SPLIT`]; or
    /// [`UNKNOWN`].
    holders: Numbers<u32>,
    /// Where its near candidates are in `near`, or [`NOTHING`]; with [`HELMERT`] and [`NOWHERE`].
    near_at: Numbers<u32>,
    /// Metres to the nearest boundary, one a column; not a number for a layer without areas.
    distances: Numbers<f64>,
    /// How many addresses it has; empty where no postcode has any.
    addresses: Numbers<u32>,
    /// Sets of holders, each once: how many, then each as layer, area, and 1 on its boundary. Of
    /// addresses the last is how many of them it holds, or [`EVERY`], so that postcodes of one area
    /// share their set however many addresses they have.
    pool: Numbers<u32>,
    /// Near candidates: how many, then each as layer, area, and the distance's bits, low and high.
    near: Numbers<u32>,
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
    /// Puts the arrays into a snapshot.
    pub(super) fn store<'a>(&'a self, sections: &mut Sections<'a>) {
        sections.put("known.degrees", &self.degrees);
        sections.put("known.holders", &self.holders);
        sections.put("known.near_at", &self.near_at);
        sections.put("known.distances", &self.distances);
        sections.put("known.addresses", &self.addresses);
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
            addresses: opened.numbers("known.addresses")?,
            pool: opened.numbers("known.pool")?,
            near: opened.numbers("known.near")?,
        };
        let fits = known.degrees.len() == 2 * postcodes
            && known.holders.len() == postcodes
            && known.near_at.len() == postcodes
            && known.distances.len() == stride * postcodes
            && known.pool.get(NO_HOLDERS) == Some(&0)
            && (known.addresses.is_empty() || known.addresses.len() == postcodes);
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
        let holders = *self.holders.get(place)?;
        if holders == UNKNOWN {
            return None;
        }
        // Addresses are no guess, however the postcode's own position was found.
        let is_guess = positional_quality >= locate::POOR_QUALITY && holders & BY_ADDRESSES == 0;
        Some(KnownAnswer { known: self, place, holders, is_guess, layers })
    }

    /// Fetches what [`Self::answer`] and the distances of an answer will read. It changes nothing
    /// but how long that takes.
    #[inline]
    pub(super) fn prefetch(&self, place: usize) {
        prefetch(&self.holders, place);
        // One postcode's distances may lie in two lines of memory.
        prefetch(&self.distances, self.stride * place);
        prefetch(&self.distances, self.stride * place + self.stride.saturating_sub(1));
    }

    /// Fetches what else is told of an answer, too: its degrees, and what is near.
    #[inline]
    pub(super) fn prefetch_all(&self, place: usize) {
        self.prefetch(place);
        prefetch(&self.degrees, 2 * place);
        if let Some(near) = self.near_at.get(place) {
            prefetch(&self.near, (near & !(HELMERT | NOWHERE)) as usize);
        }
    }

    /// A set of holders: layer, area, and how.
    #[inline]
    fn pooled(&self, set: usize) -> impl Iterator<Item = &[u32; 3]> + Clone + use<'_> {
        let count = self.pool[set] as usize;
        let (holders, _) = self.pool[set + 1..set + 1 + 3 * count].as_chunks::<3>();
        holders.iter()
    }

    /// Every set of holders, by its number: layer and area of each.
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

    /// The numbers of sets are less than this.
    pub(super) fn set_numbers(&self) -> usize {
        self.pool.len()
    }
}

/// The first two of a holder as the pool has it.
#[inline]
fn layer_and_area(&[layer, area, _]: &[u32; 3]) -> (usize, usize) {
    (layer as usize, area as usize)
}
