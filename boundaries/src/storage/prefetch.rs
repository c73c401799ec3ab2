//! What will be read of several things is fetched for all of them first, so that memory gives it for
//! all at the same time.

#![allow(unsafe_code)]

/// Asks for what is at a place, if there is anything, for the sake of having it near: nothing waits
/// until it is there, as something would for a value that is read.
#[inline]
pub fn prefetch<T: Copy>(from: &[T], at: usize) {
    let place = from.as_ptr().wrapping_add(at);
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every processor of this kind has SSE. Nothing is read that a program could see,
        // and a place where nothing may be read is passed over.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = place;
        std::hint::black_box(from.get(at).copied());
    }
}
