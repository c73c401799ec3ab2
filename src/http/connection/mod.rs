//! Everything between a socket and the middleware: accepting connections, their timeouts, and the
//! threads that serve them.

pub(super) mod idle_timeout;
pub(super) mod serve;
pub(super) mod worker_threads;
