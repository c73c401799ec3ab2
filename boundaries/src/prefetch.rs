//! What will be read of several things is fetched for all of them first, so that memory gives it for
//! all at the same time.

use std::hint::black_box;

/// Reads what is at a place, if there is one, for the sake of having it near.
#[inline]
pub fn prefetch<T: Copy>(from: &[T], at: usize) {
    black_box(from.get(at).copied());
}
