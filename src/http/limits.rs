//! How much and how long.

use std::time::Duration;

/// The limits that keep one caller, or many, from taking all there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body of CSV or NDJSON for `POST /v1/lookup`, as it is sent and when it is
    /// unpacked. It is received whole before it is answered, in a file if it is large: many clients
    /// read nothing until they have sent all.
    pub bulk_body: usize,
    /// Bytes of all such bodies on disk at once.
    pub spool: usize,
    /// Bytes of any other body, JSON for `POST /v1/lookup` among them.
    pub body: usize,
    /// Bytes of all bodies in memory at once.
    pub bodies: usize,
    /// Vertices of a caller's polygon.
    pub vertices: usize,
    /// A body may take this long whatever its size …
    pub body_grace: Duration,
    /// … and as long as this many bytes a second allow on top.
    pub body_bytes_a_second: usize,
    /// The head of an answer must be ready by then; from there on an answer may take as long as
    /// the client keeps reading.
    pub answer: Duration,
    /// A client that reads nothing for this long is dropped; so is one that has sent no whole
    /// request head.
    pub idle: Duration,
    /// Bytes of tiles kept for the next who asks for them, for each snapshot.
    pub tile_cache: usize,
    /// Requests at work at once; more are told to come back. A lookup of one place is there too
    /// soon to be counted.
    pub requests_at_once: usize,
    /// Pieces of long work at once: a stretch of a bulk request or table, the overlaps of a
    /// polygon. More wait in a queue.
    pub work_at_once: usize,
    /// Open connections; more wait to be accepted.
    pub connections: usize,
    /// Threads that serve connections.
    pub threads: usize,
    /// How long requests under way may take to finish once shutdown has begun.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A hundred million postcodes.
            bulk_body: 1 << 30,
            spool: 4 << 30,
            body: 2 << 20,
            bodies: 256 << 20,
            vertices: 50_000,
            body_grace: Duration::from_secs(20),
            // A poor mobile line sends four times as much.
            body_bytes_a_second: 16 << 10,
            answer: Duration::from_secs(30),
            idle: Duration::from_mins(1),
            // Every tile of a county to zoom 14, or the most asked of a country.
            tile_cache: 128 << 20,
            requests_at_once: 256,
            // One more than there are cores, so that none is idle while a piece is handed over.
            work_at_once: std::thread::available_parallelism().map_or(2, |n| n.get() + 1),
            connections: 4096,
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            drain: Duration::from_secs(25),
        }
    }
}
