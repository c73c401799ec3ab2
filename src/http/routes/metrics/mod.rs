//! Request counters, exported to Prometheus.
//!
//! Counting a request costs a few relaxed additions: each thread uses one of several [`Shard`]s,
//! and reading adds them up. A route is counted by its pattern (`/v1/areas/{layer}/{code}`), never
//! by the requested path, which may be personal data and has unlimited values.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use axum::http::{Method, StatusCode};

use crate::bulk::{Status, Tally};

mod page;
mod process;
mod text;

pub(in crate::http) use page::routes;

/// The upper bounds of the latency buckets in microseconds. The last bucket has none.
const LATENCY_US: [u64; 16] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
];

/// Methods that are counted separately; the last stands for all others.
const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "OPTIONS", "other"];

/// Status classes, from 1xx.
const CLASSES: usize = 5;

/// The pattern for requests that match no route.
const NO_ROUTE: &str = "none";

/// The counters of a service. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Every pattern, followed by [`NO_ROUTE`].
    routes: Vec<&'static str>,
    shards: Vec<Shard>,
}

/// The counts of some of the threads, on their own cache lines.
#[derive(Debug)]
#[repr(align(128))]
struct Shard {
    /// Requests that have arrived, minus those that have ended.
    in_flight: AtomicI64,
    routes: Vec<OfRoute>,
    /// By status, in the order of [`Status::ALL`].
    bulk_rows: [AtomicU64; Status::ALL.len()],
    tiles_asked: AtomicU64,
    tiles_made: AtomicU64,
}

#[derive(Debug, Default)]
struct OfRoute {
    answers: [[AtomicU64; CLASSES]; METHODS.len()],
    latency: [AtomicU64; LATENCY_US.len() + 1],
    latency_us: AtomicU64,
    bytes: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        let routes: Vec<&'static str> =
            crate::http::addresses().into_iter().chain(std::iter::once(NO_ROUTE)).collect();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let shard = || Shard {
            in_flight: AtomicI64::new(0),
            routes: routes.iter().map(|_| OfRoute::default()).collect(),
            bulk_rows: Default::default(),
            tiles_asked: AtomicU64::new(0),
            tiles_made: AtomicU64::new(0),
        };
        let shards = (0..threads.next_power_of_two().min(64)).map(|_| shard()).collect();
        Self { inner: Arc::new(Inner { routes, shards }) }
    }
}

impl Metrics {
    /// The shard of this thread.
    fn shard(&self) -> &Shard {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static THREAD: Cell<usize> = Cell::new(THREADS.fetch_add(1, Relaxed));
        }
        // The number of shards is a power of two.
        &self.inner.shards[THREAD.get() & (self.inner.shards.len() - 1)]
    }

    /// Counts a request. It is in flight until the returned guard is dropped.
    pub(in crate::http) fn come(&self) -> InFlight {
        self.shard().in_flight.fetch_add(1, Relaxed);
        InFlight(self.clone())
    }

    /// The index of a route among the counters.
    pub(in crate::http) fn index_of(&self, pattern: &str) -> Option<usize> {
        self.inner.routes.iter().position(|route| *route == pattern)
    }

    /// Counts a response: its status, bytes and duration, or that its client disconnected. `route`
    /// is the [index](Self::place_of) of its route.
    pub(in crate::http) fn answered(
        &self,
        route: Option<usize>,
        method: &Method,
        status: StatusCode,
        bytes: u64,
        took: Duration,
    ) {
        let none = self.inner.routes.len() - 1;
        let of_route = &self.shard().routes[route.map_or(none, |index| index.min(none))];
        let method = match *method {
            Method::GET => 0,
            Method::HEAD => 1,
            Method::POST => 2,
            Method::OPTIONS => 3,
            _ => 4,
        };
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES) - 1;
        let took = took.as_micros().try_into().unwrap_or(u64::MAX);
        of_route.answers[method][class].fetch_add(1, Relaxed);
        of_route.latency[LATENCY_US.partition_point(|&end| end < took)].fetch_add(1, Relaxed);
        of_route.latency_us.fetch_add(took, Relaxed);
        of_route.bytes.fetch_add(bytes, Relaxed);
    }

    /// Counts rows of bulk requests.
    pub(in crate::http) fn rows(&self, tally: Tally) {
        for (counter, count) in self.shard().bulk_rows.iter().zip(tally.counts()) {
            counter.fetch_add(count, Relaxed);
        }
    }

    /// Counts a request for a tile.
    pub(in crate::http) fn tile_asked(&self) {
        self.shard().tiles_asked.fetch_add(1, Relaxed);
    }

    /// Counts a tile that was not in the cache.
    pub(in crate::http) fn tile_made(&self) {
        self.shard().tiles_made.fetch_add(1, Relaxed);
    }

    fn sum(&self, of: impl Fn(&Shard) -> &AtomicU64) -> u64 {
        self.inner.shards.iter().map(|shard| of(shard).load(Relaxed)).sum()
    }
}

/// A request in flight.
#[derive(Debug)]
pub(in crate::http) struct InFlight(Metrics);

impl Drop for InFlight {
    fn drop(&mut self) {
        // Possibly on another thread than where it arrived: only the sum of all shards is
        // meaningful.
        self.0.shard().in_flight.fetch_sub(1, Relaxed);
    }
}
