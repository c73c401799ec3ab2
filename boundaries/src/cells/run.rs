//! Runs of adjacent edges, the encoding of the candidates of a square.

use geo::{Coord, Line};

/// A run of adjacent edges. Encoded as a word, with the index of the first in the high 27 bits and the
/// number of further edges in the low five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: u32,
    pub(super) count: u32,
}

impl Run {
    const COUNT_BITS: u32 = 5;
    const MAX_COUNT: u32 = 1 << Self::COUNT_BITS;

    /// Decodes a word.
    #[inline]
    pub(super) fn of(word: u32) -> Self {
        Self { first: word >> Self::COUNT_BITS, count: (word & (Self::MAX_COUNT - 1)) + 1 }
    }

    /// Encodes the run.
    pub(super) fn word(self) -> u32 {
        assert!(self.first >> (32 - Self::COUNT_BITS) == 0, "fewer than 2²⁷ edges");
        self.first << Self::COUNT_BITS | (self.count - 1)
    }

    /// Groups ascending edges into runs.
    pub(super) fn all(edges: &[u32]) -> impl Iterator<Item = Self> + '_ {
        let follows = |a: &u32, b: &u32| *a + 1 == *b;
        let longest = Self::MAX_COUNT as usize;
        edges
            .chunk_by(follows)
            .flat_map(move |run| run.chunks(longest))
            .map(|run| Self { first: run[0], count: run.len() as u32 })
    }

    /// Its edges, from the array `of` of the edges of the cell index.
    #[inline]
    pub(super) fn edges(self, of: &[f64]) -> impl Iterator<Item = Line<f64>> + '_ {
        let (first, count) = (4 * self.first as usize, 4 * self.count as usize);
        let (edges, _) = of[first..first + count].as_chunks::<4>();
        edges
            .iter()
            .map(|&[ax, ay, bx, by]| Line::new(Coord { x: ax, y: ay }, Coord { x: bx, y: by }))
    }
}
