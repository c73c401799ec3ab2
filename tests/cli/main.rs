//! The command `lapwing` as a process, and the files that it reads and writes.

mod commands;
mod county;
#[cfg(unix)]
mod crash;
mod documents;
mod fetch;
mod files;
mod formats;
mod http_logs;
mod match_rows;
#[cfg(target_os = "linux")]
mod memory;

mod mock_publishers;
#[cfg(unix)]
mod reload;
#[cfg(unix)]
mod serve;
mod tiles;
mod vintages;

/// Requests to a router in this process.
#[allow(dead_code, reason = "`tests/http` uses the rest")]
#[path = "../http/ask.rs"]
mod ask;
