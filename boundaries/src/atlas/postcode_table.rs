//! The postcodes of an atlas: flat arrays, used where they lie.

use std::ops::Range;

use super::postcode_index::Directory;
use crate::code::AreaCode;
use crate::gazetteer::{Month, PostcodeFacts, PostcodeRecord};
use crate::position::Bng;
use crate::postcode::{Beginning, Postcode};
use crate::storage::mmap::Numbers;
use crate::storage::prefetch::prefetch;
use crate::storage::sections::{Opened, Sections};

/// No ward is published.
const NO_WARD: u32 = u32::MAX;

/// The postcodes, in order.
#[derive(Debug, Default)]
pub(super) struct Gazette {
    /// Packed postcodes.
    keys: Numbers<u64>,
    /// Easting and northing; not a number where there is no position.
    positions: Numbers<f64>,
    /// Positional quality in the lowest byte, then the month in which the postcode was terminated,
    /// 0 if it was not, then the year in two bytes.
    facts: Numbers<u32>,
    /// The places of published wards in `codes`.
    wards: Numbers<u32>,
    codes: Vec<AreaCode>,
    directory: Directory,
}

impl Gazette {
    /// The arrays of records, which are in order.
    pub(super) fn new(records: &[PostcodeRecord]) -> Self {
        let mut codes: Vec<AreaCode> =
            records.iter().filter_map(|record| record.published_ward.clone()).collect();
        codes.sort_unstable();
        codes.dedup();
        let ward = |record: &PostcodeRecord| {
            let code = record.published_ward.as_ref()?;
            codes.binary_search(code).ok().map(|place| place as u32)
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
            directory: Directory::new(&keys),
            keys: keys.into(),
            positions: records.iter().flat_map(position).collect::<Vec<f64>>().into(),
            facts: records.iter().map(facts).collect::<Vec<u32>>().into(),
            wards: records.iter().map(|r| ward(r).unwrap_or(NO_WARD)).collect::<Vec<u32>>().into(),
            codes,
        }
    }

    /// Puts the arrays into a snapshot.
    pub(super) fn store<'a>(&'a self, sections: &mut Sections<'a>) {
        sections.put("postcodes.keys", &self.keys);
        sections.put("postcodes.positions", &self.positions);
        sections.put("postcodes.facts", &self.facts);
        sections.put("postcodes.wards", &self.wards);
        sections.put("postcodes.slots", &self.directory.slots);
        sections.encode("postcodes.codes", &self.codes);
    }

    /// The arrays of a snapshot, where they lie; `None` where they do not fit together.
    pub(super) fn open(opened: &Opened) -> Option<Self> {
        let gazette = Self {
            keys: opened.numbers("postcodes.keys")?,
            positions: opened.numbers("postcodes.positions")?,
            facts: opened.numbers("postcodes.facts")?,
            wards: opened.numbers("postcodes.wards")?,
            codes: opened.decode("postcodes.codes")?,
            directory: Directory { slots: opened.numbers("postcodes.slots")? },
        };
        let count = gazette.keys.len();
        let fits = gazette.positions.len() == 2 * count
            && gazette.facts.len() == count
            && gazette.wards.len() == count
            && gazette.directory.slots.len().is_power_of_two();
        fits.then_some(gazette)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// How many of them are not terminated.
    pub(super) fn live(&self) -> usize {
        self.facts.iter().filter(|&facts| (facts >> 8) as u8 == 0).count()
    }

    /// The place of a postcode.
    #[inline]
    pub(super) fn find(&self, postcode: Postcode) -> Option<usize> {
        self.directory.find(postcode, &self.keys)
    }

    /// The places of several, found together; [`NOTHING`](super::postcode_index::NOTHING) of one that is
    /// not there.
    #[inline]
    pub(super) fn find_together<const N: usize>(&self, asked: &[Option<Postcode>; N]) -> [u32; N] {
        self.directory.find_together(asked, &self.keys)
    }

    /// How good the position of the postcode at a place is, if there is one.
    #[inline]
    pub(super) fn positional_quality(&self, place: usize) -> Option<u8> {
        Some(*self.facts.get(place)? as u8)
    }

    /// Fetches what [`Self::positional_quality`] will read.
    #[inline]
    pub(super) fn prefetch_quality(&self, place: usize) {
        prefetch(&self.facts, place);
    }

    /// Where the postcode at a place is.
    pub(super) fn position(&self, place: usize) -> Option<Bng> {
        // What is not a number is no position.
        Bng::new(self.positions[2 * place], self.positions[2 * place + 1]).ok()
    }

    /// What is known of the postcode at a place.
    #[inline]
    pub(super) fn facts(&self, place: usize) -> PostcodeFacts {
        let facts = self.facts[place];
        let month = (facts >> 8) as u8;
        let year = ((facts >> 16) as u16).cast_signed();
        PostcodeFacts {
            postcode: Postcode::from_packed(self.keys[place]),
            position: self.position(place),
            positional_quality: facts as u8,
            terminated: (month != 0).then_some(Month { year, month }),
        }
    }

    /// What is known of each, read where it lies.
    pub(super) fn all_facts(&self) -> impl Iterator<Item = PostcodeFacts> + '_ {
        (0..self.len()).map(|place| self.facts(place))
    }

    /// The places of those that begin so.
    pub(super) fn places_of(&self, beginning: Beginning) -> Range<usize> {
        beginning.places_in(&self.keys)
    }

    /// All that is known of the postcode at a place.
    fn record(&self, place: usize) -> PostcodeRecord {
        let PostcodeFacts { postcode, position, positional_quality, terminated } =
            self.facts(place);
        let published_ward = self.codes.get(self.wards[place] as usize).cloned();
        PostcodeRecord { postcode, position, positional_quality, terminated, published_ward }
    }

    /// All that is known of each.
    pub(super) fn all_records(&self) -> impl Iterator<Item = PostcodeRecord> + '_ {
        (0..self.len()).map(|place| self.record(place))
    }
}
