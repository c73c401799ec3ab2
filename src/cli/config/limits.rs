//! Command line options for the limits of the service.

use std::time::Duration;

use clap::Args;
use lapwing::http::Limits;

/// Bytes in a megabyte as the options count it.
const MEGABYTE: usize = 1 << 20;

/// Limits on size, concurrency and time. The defaults are [`Limits::default`].
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Maximum size of one CSV or NDJSON body in megabytes; a large body is held in an unnamed
    /// temporary file in TMPDIR until it has been answered
    #[arg(long, value_name = "MB", env = "LAPWING_MAX_BULK_MB", default_value_t = 1024,
        value_parser = positive())]
    pub(crate) max_bulk_mb: u32,
    /// Maximum total size of these temporary files in megabytes
    #[arg(long, value_name = "MB", env = "LAPWING_MAX_SPOOL_MB", default_value_t = 4096,
        value_parser = positive())]
    pub(crate) max_spool_mb: u32,
    /// Maximum size of any other request body in megabytes
    #[arg(long, value_name = "MB", env = "LAPWING_MAX_BODY_MB", default_value_t = 2,
        value_parser = positive())]
    pub(crate) max_body_mb: u32,
    /// Maximum total size of request bodies in memory in megabytes
    #[arg(long, value_name = "MB", env = "LAPWING_MAX_BODIES_MB", default_value_t = 256,
        value_parser = positive())]
    pub(crate) max_bodies_mb: u32,
    /// Maximum number of vertices of a submitted polygon
    #[arg(long, value_name = "COUNT", env = "LAPWING_MAX_VERTICES", default_value_t = 50_000,
        value_parser = positive())]
    pub(crate) max_vertices: u32,
    /// Size of the cache of map tiles in megabytes; 0 disables it
    #[arg(long, value_name = "MB", env = "LAPWING_TILE_CACHE_MB", default_value_t = 128)]
    pub(crate) tile_cache_mb: u32,
    /// Maximum number of concurrent requests; further requests get status 503
    #[arg(long, value_name = "COUNT", env = "LAPWING_MAX_REQUESTS", default_value_t = 256,
        value_parser = positive())]
    pub(crate) max_requests: u32,
    /// Maximum number of concurrent long-running tasks; more wait [default: cores + 1]
    #[arg(long, value_name = "COUNT", env = "LAPWING_MAX_WORK", value_parser = positive())]
    pub(crate) max_work: Option<u32>,
    /// Maximum number of open connections; more wait to be accepted
    #[arg(long, value_name = "COUNT", env = "LAPWING_MAX_CONNECTIONS", default_value_t = 4096,
        value_parser = positive())]
    pub(crate) max_connections: u32,
    /// Number of threads that serve connections [default: number of cores]
    #[arg(long, value_name = "COUNT", env = "LAPWING_THREADS", value_parser = positive())]
    pub(crate) threads: Option<u32>,
    /// Time limit for receiving a request body in seconds; large bodies get more
    #[arg(long, value_name = "SECONDS", env = "LAPWING_BODY_SECONDS", default_value_t = 20,
        value_parser = positive())]
    pub(crate) body_seconds: u32,
    /// Time limit for starting a response in seconds
    #[arg(long, value_name = "SECONDS", env = "LAPWING_ANSWER_SECONDS", default_value_t = 30,
        value_parser = positive())]
    pub(crate) answer_seconds: u32,
    /// Close a connection on which the client neither sends nor reads for this many seconds
    #[arg(long, value_name = "SECONDS", env = "LAPWING_IDLE_SECONDS", default_value_t = 60,
        value_parser = positive())]
    pub(crate) idle_seconds: u32,
    /// Time for requests in progress to finish at shutdown in seconds
    #[arg(long, value_name = "SECONDS", env = "LAPWING_DRAIN_SECONDS", default_value_t = 25)]
    pub(crate) drain_seconds: u32,
}

fn positive() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}

impl LimitArgs {
    /// Returns the limits, or an error if they contradict each other.
    pub(crate) fn limits(&self) -> Result<Limits, String> {
        for (all, of_all, one, of_one) in [
            ("--max-bodies-mb", self.max_bodies_mb, "--max-body-mb", self.max_body_mb),
            ("--max-spool-mb", self.max_spool_mb, "--max-bulk-mb", self.max_bulk_mb),
        ] {
            if of_all < of_one {
                return Err(format!(
                    "{all} {of_all} is less than one body of {of_one} MB: raise it, or lower {one}"
                ));
            }
        }
        let seconds = |count: u32| Duration::from_secs(count.into());
        let defaults = Limits::default();
        Ok(Limits {
            bulk_body: self.max_bulk_mb as usize * MEGABYTE,
            spool: self.max_spool_mb as usize * MEGABYTE,
            body: self.max_body_mb as usize * MEGABYTE,
            bodies: self.max_bodies_mb as usize * MEGABYTE,
            vertices: self.max_vertices as usize,
            body_grace: seconds(self.body_seconds),
            answer: seconds(self.answer_seconds),
            idle: seconds(self.idle_seconds),
            tile_cache: self.tile_cache_mb as usize * MEGABYTE,
            requests_at_once: self.max_requests as usize,
            work_at_once: self.max_work.map_or(defaults.work_at_once, |count| count as usize),
            connections: self.max_connections as usize,
            threads: self.threads.map_or(defaults.threads, |count| count as usize),
            drain: seconds(self.drain_seconds),
            ..defaults
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn read(args: &[&str]) -> LimitArgs {
        let command = LimitArgs::augment_args(clap::Command::new("limits").no_binary_name(true))
            .mut_args(|arg| arg.env(None::<&'static str>));
        LimitArgs::from_arg_matches(&command.get_matches_from(args)).unwrap()
    }

    #[test]
    fn the_defaults_are_those_of_the_service() {
        assert_eq!(read(&[]).limits(), Ok(Limits::default()));
    }

    #[test]
    fn the_total_limit_is_at_least_the_limit_of_one_body() {
        let error = read(&["--max-bulk-mb=5000"]).limits().unwrap_err();
        assert!(error.contains("--max-spool-mb 4096 is less than one body of 5000 MB"), "{error}");
        let error = read(&["--max-body-mb=300"]).limits().unwrap_err();
        assert!(error.contains("--max-bodies-mb 256 is less than one body of 300 MB"), "{error}");
    }
}
