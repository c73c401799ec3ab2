//! Thread pool for drawing zooms.
//!
//! The first thread that needs a zoom draws it while the others wait. A rayon task that waits for
//! tasks of its own pool executes another of them meanwhile; if that one needed the same zoom, it
//! would wait for itself. Zooms are therefore drawn by a separate pool, and the waiting threads
//! execute nothing else.

use std::sync::LazyLock;
use std::{panic, thread};

use rayon::{ThreadPool, ThreadPoolBuilder};

static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    ThreadPoolBuilder::new().thread_name(|number| format!("draw-{number}")).build().ok()
});

/// Runs `work` on the pool and waits for it. `work` must not call this function again.
pub(super) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match &*POOL {
        // No threads are available: run here.
        None => work(),
        Some(pool) if rayon::current_thread_index().is_none() => pool.install(work),
        // A rayon thread would execute tasks of its own pool while waiting, so wait on a plain
        // thread.
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
    fn tasks_that_need_the_same_value_do_not_deadlock() {
        for threads in [1, 4] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let drawn: OnceLock<u64> = OnceLock::new();
            let draw = || run(|| (0..100_000_u64).into_par_iter().sum());
            let requested: u64 = pool.install(|| {
                (0..64_u64).into_par_iter().map(|_| *drawn.get_or_init(draw) / 4_999_950_000).sum()
            });
            assert_eq!(requested, 64);
        }
    }

    #[test]
    fn a_panic_is_propagated() {
        let caught = panic::catch_unwind(|| run(|| panic!("no")));
        assert!(caught.is_err());
    }
}
