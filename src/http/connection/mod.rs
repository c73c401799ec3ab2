//! Everything between a socket and the middleware: accepting connections, their timeouts, and the
//! threads that serve them.

pub(crate) mod idle_timeout;
pub(crate) mod serve;
pub(crate) mod worker_threads;
pub(crate) mod write_coalescing;
