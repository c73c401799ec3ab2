//! Threads for work that others wait for.
//!
//! Whoever asks first for a zoom draws it while the others wait. A rayon task that waits for tasks
//! of its own pool takes up another of them meanwhile; were that one to ask for the same zoom, it
//! would wait for itself. So zooms are drawn by a pool that does nothing else, and whoever asks
//! waits without taking up anything.

use std::sync::LazyLock;
use std::{panic, thread};

use rayon::{ThreadPool, ThreadPoolBuilder};

static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    ThreadPoolBuilder::new().thread_name(|number| format!("draw-{number}")).build().ok()
});

/// Does the work on the pool and waits for it. The work must not call this again.
pub(super) fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match &*POOL {
        // There are no threads to be had: this one does it alone.
        None => work(),
        Some(pool) if rayon::current_thread_index().is_none() => pool.install(work),
        // A thread of another pool would take up tasks of that pool while it waits for this one.
        Some(pool) => thread::scope(|scope| {
            let done = scope.spawn(|| pool.install(work)).join();
            done.unwrap_or_else(|panicked| panic::resume_unwind(panicked))
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use rayon::prelude::*;

    use super::*;

    #[test]
    fn tasks_of_a_pool_that_ask_for_the_same_thing_do_not_wait_for_themselves() {
        for threads in [1, 4] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let drawn: OnceLock<u64> = OnceLock::new();
            let draw = || apart(|| (0..100_000_u64).into_par_iter().sum());
            let asked: u64 = pool.install(|| {
                (0..64_u64).into_par_iter().map(|_| *drawn.get_or_init(draw) / 4_999_950_000).sum()
            });
            assert_eq!(asked, 64);
        }
    }

    #[test]
    fn a_panic_comes_through() {
        let caught = panic::catch_unwind(|| apart(|| panic!("no")));
        assert!(caught.is_err());
    }
}
