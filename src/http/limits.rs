//! Limits of the service on size, concurrency and time.

use std::time::Duration;

/// Limits that keep one client, or many, from exhausting the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum size in bytes of a CSV or NDJSON body of `POST /v1/lookup`, both compressed and
    /// decompressed. The service receives the whole body before it answers, in a file if it is
    /// large, because many clients read nothing until they have sent everything.
    pub bulk_body: usize,
    /// Maximum total size in bytes of such bodies on disk.
    pub spool: usize,
    /// Maximum size in bytes of any other body, including JSON for `POST /v1/lookup`.
    pub body: usize,
    /// Maximum total size in bytes of request bodies in memory.
    pub bodies: usize,
    /// Maximum number of vertices of a submitted polygon.
    pub vertices: usize,
    /// Time for receiving a body of any size …
    pub body_grace: Duration,
    /// … plus the time that its size takes at this rate.
    pub body_bytes_a_second: usize,
    /// Time until the head of a response must be ready. The body may take as long as the client
    /// keeps reading.
    pub answer: Duration,
    /// A connection is closed if its client reads nothing, or sends no complete request head, for
    /// this long.
    pub idle: Duration,
    /// Size in bytes of the tile cache of each snapshot.
    pub tile_cache: usize,
    /// Maximum number of concurrent requests; further ones get status 503. Lookups of one place are
    /// too short to count.
    pub requests_at_once: usize,
    /// Maximum number of concurrent blocking tasks, such as a batch of bulk rows, a part of a table
    /// or the overlaps of a polygon. More wait in a queue.
    pub work_at_once: usize,
    /// Maximum number of open connections; more wait to be accepted.
    pub connections: usize,
    /// Number of threads that serve connections.
    pub threads: usize,
    /// Time for requests in progress to finish at shutdown.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Room for a hundred million postcodes.
            bulk_body: 1 << 30,
            spool: 4 << 30,
            body: 2 << 20,
            bodies: 256 << 20,
            vertices: 50_000,
            body_grace: Duration::from_secs(20),
            // A quarter of the rate of a poor mobile connection.
            body_bytes_a_second: 16 << 10,
            answer: Duration::from_secs(30),
            idle: Duration::from_mins(1),
            // Every tile of a county to zoom 14, or the most requested tiles of a country.
            tile_cache: 128 << 20,
            requests_at_once: 256,
            // One more than the number of cores, so that none is idle between two tasks.
            work_at_once: std::thread::available_parallelism().map_or(2, |n| n.get() + 1),
            connections: 4096,
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            drain: Duration::from_secs(25),
        }
    }
}
