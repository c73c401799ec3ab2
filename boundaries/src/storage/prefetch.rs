//! Prefetching of memory. Batch lookups prefetch for all items before they read, so that the cache
//! misses of the items overlap.

#![allow(unsafe_code)]

/// Prefetches the cache line of the item `at` of `from`. Returns without waiting for it, and does
/// nothing if `at` is out of bounds.
#[inline]
pub fn prefetch<T: Copy>(from: &[T], at: usize) {
    let pointer = from.as_ptr().wrapping_add(at);
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 processor has SSE. A prefetch has no effect on the program's state, and
        // the processor ignores invalid addresses.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(pointer.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = pointer;
        std::hint::black_box(from.get(at).copied());
    }
}
