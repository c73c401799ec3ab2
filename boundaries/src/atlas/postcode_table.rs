//! The table of the postcodes of an atlas: flat arrays, used in place in a snapshot.

use std::ops::Range;

use super::postcode_index::PostcodeIndex;
use crate::code::AreaCode;
use crate::gazetteer::{Month, PostcodeFacts, PostcodeRecord};
use crate::position::Bng;
use crate::postcode::{Postcode, PostcodePrefix};
use crate::storage::mmap::Numbers;
use crate::storage::prefetch::prefetch;
use crate::storage::sections::{Opened, Sections};

/// Stands for a postcode without a published ward.
const NO_WARD: u32 = u32::MAX;

/// All postcodes, sorted.
#[derive(Debug, Default)]
pub(super) struct PostcodeTable {
    /// Packed postcodes.
    keys: Numbers<u64>,
    /// Easting and northing; NaN without a position.
    positions: Numbers<f64>,
    /// Positional quality in the lowest byte, then the month of termination (0 if live), then its year
    /// in two bytes.
    facts: Numbers<u32>,
    /// The index in `codes` of the published ward, or [`NO_WARD`].
    wards: Numbers<u32>,
    codes: Vec<AreaCode>,
    index: PostcodeIndex,
}

impl PostcodeTable {
    /// Builds the table from sorted records.
    pub(super) fn new(records: &[PostcodeRecord]) -> Self {
        let mut codes: Vec<AreaCode> =
            records.iter().filter_map(|record| record.published_ward.clone()).collect();
        codes.sort_unstable();
        codes.dedup();
        let ward = |record: &PostcodeRecord| {
            let code = record.published_ward.as_ref()?;
            codes.binary_search(code).ok().map(|index| index as u32)
        };
        let position = |record: &PostcodeRecord| {
            record.position.map_or([f64::NAN; 2], |at| [at.easting(), at.northing()])
        };
        let facts = |record: &PostcodeRecord| {
            let month = record.terminated.map_or(0, |month| {
                u32::from(month.month) | u32::from(month.year.cast_unsigned()) << 8
            });
            u32::from(record.positional_quality) | month << 8
        };
        let keys: Vec<u64> = records.iter().map(|record| record.postcode.packed()).collect();
        Self {
            index: PostcodeIndex::new(&keys),
            keys: keys.into(),
            positions: records.iter().flat_map(position).collect::<Vec<f64>>().into(),
            facts: records.iter().map(facts).collect::<Vec<u32>>().into(),
            wards: records.iter().map(|r| ward(r).unwrap_or(NO_WARD)).collect::<Vec<u32>>().into(),
            codes,
        }
    }

    /// Adds the arrays to the sections of a snapshot.
    pub(super) fn store<'a>(&'a self, sections: &mut Sections<'a>) {
        sections.put("postcodes.keys", &self.keys);
        sections.put("postcodes.positions", &self.positions);
        sections.put("postcodes.facts", &self.facts);
        sections.put("postcodes.wards", &self.wards);
        sections.put("postcodes.slots", &self.index.slots);
        sections.encode("postcodes.codes", &self.codes);
    }

    /// Opens the arrays of a snapshot in place. Returns `None` if they are inconsistent.
    pub(super) fn open(opened: &Opened) -> Option<Self> {
        let table = Self {
            keys: opened.numbers("postcodes.keys")?,
            positions: opened.numbers("postcodes.positions")?,
            facts: opened.numbers("postcodes.facts")?,
            wards: opened.numbers("postcodes.wards")?,
            codes: opened.decode("postcodes.codes")?,
            index: PostcodeIndex { slots: opened.numbers("postcodes.slots")? },
        };
        let count = table.keys.len();
        let fits = table.positions.len() == 2 * count
            && table.facts.len() == count
            && table.wards.len() == count
            && table.index.slots.len().is_power_of_two();
        fits.then_some(table)
    }

    /// The number of postcodes.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The number of live postcodes.
    pub(super) fn live(&self) -> usize {
        self.facts.iter().filter(|&facts| (facts >> 8) as u8 == 0).count()
    }

    /// The index of a postcode.
    #[inline]
    pub(super) fn find(&self, postcode: Postcode) -> Option<usize> {
        self.index.find(postcode, &self.keys)
    }

    /// The indices of several postcodes, with [`MISSING`](super::postcode_index::MISSING) for those that
    /// are not found.
    #[inline]
    pub(super) fn find_batch<const N: usize>(&self, requested: &[Option<Postcode>; N]) -> [u32; N] {
        self.index.find_batch(requested, &self.keys)
    }

    /// The positional quality of the postcode at an index; `None` if out of bounds.
    #[inline]
    pub(super) fn positional_quality(&self, index: usize) -> Option<u8> {
        Some(*self.facts.get(index)? as u8)
    }

    /// Prefetches what [`Self::positional_quality`] reads.
    #[inline]
    pub(super) fn prefetch_quality(&self, index: usize) {
        prefetch(&self.facts, index);
    }

    /// The position of the postcode at an index.
    pub(super) fn position(&self, index: usize) -> Option<Bng> {
        // NaN is refused as a position.
        Bng::new(self.positions[2 * index], self.positions[2 * index + 1]).ok()
    }

    /// The facts of the postcode at an index.
    #[inline]
    pub(super) fn facts(&self, index: usize) -> PostcodeFacts {
        let facts = self.facts[index];
        let month = (facts >> 8) as u8;
        let year = ((facts >> 16) as u16).cast_signed();
        PostcodeFacts {
            postcode: Postcode::from_packed(self.keys[index]),
            position: self.position(index),
            positional_quality: facts as u8,
            terminated: (month != 0).then_some(Month { year, month }),
        }
    }

    /// The facts of all postcodes.
    pub(super) fn all_facts(&self) -> impl Iterator<Item = PostcodeFacts> + '_ {
        (0..self.len()).map(|index| self.facts(index))
    }

    /// The range of indices of postcodes with a prefix.
    pub(super) fn range_of(&self, prefix: PostcodePrefix) -> Range<usize> {
        prefix.range_in(&self.keys)
    }

    /// The record of the postcode at an index.
    fn record(&self, index: usize) -> PostcodeRecord {
        let PostcodeFacts { postcode, position, positional_quality, terminated } =
            self.facts(index);
        let published_ward = self.codes.get(self.wards[index] as usize).cloned();
        PostcodeRecord { postcode, position, positional_quality, terminated, published_ward }
    }

    /// All records.
    pub(super) fn all_records(&self) -> impl Iterator<Item = PostcodeRecord> + '_ {
        (0..self.len()).map(|index| self.record(index))
    }
}
