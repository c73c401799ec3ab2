//! The limits of the service, as options.

use std::time::Duration;

use clap::Args;
use lapwing::http::Limits;

/// Bytes of a megabyte, as the options count them.
const MEGABYTE: usize = 1 << 20;

/// How much and how long. The defaults are [`Limits::default`].
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Megabytes of a bulk body of CSV or NDJSON; a large one waits in a file without a name in
    /// TMPDIR until it is answered
    #[arg(long, value_name = "MB", env = "LAPWING_MAX_BULK_MB", default_value_t = 1024,
        value_parser = positive())]
    pub(crate) max_bulk_mb: u32,
    /// Megabytes of all such files at once
    #[arg(long, value_name = "MB", env = "LAPWING_MAX_SPOOL_MB", default_value_t = 4096,
        value_parser = positive())]
    pub(crate) max_spool_mb: u32,
    /// Megabytes of any other body
    #[arg(long, value_name = "MB", env = "LAPWING_MAX_BODY_MB", default_value_t = 2,
        value_parser = positive())]
    pub(crate) max_body_mb: u32,
    /// Megabytes of all bodies in memory at once
    #[arg(long, value_name = "MB", env = "LAPWING_MAX_BODIES_MB", default_value_t = 256,
        value_parser = positive())]
    pub(crate) max_bodies_mb: u32,
    /// Vertices of a caller's own polygon
    #[arg(long, value_name = "COUNT", env = "LAPWING_MAX_VERTICES", default_value_t = 50_000,
        value_parser = positive())]
    pub(crate) max_vertices: u32,
    /// Megabytes of map tiles kept for the next who asks for them; 0 keeps none
    #[arg(long, value_name = "MB", env = "LAPWING_TILE_CACHE_MB", default_value_t = 128)]
    pub(crate) tile_cache_mb: u32,
    /// Requests at work at once; more are told to come back
    #[arg(long, value_name = "COUNT", env = "LAPWING_MAX_REQUESTS", default_value_t = 256,
        value_parser = positive())]
    pub(crate) max_requests: u32,
    /// Pieces of long work at once; more wait [default: one more than there are cores]
    #[arg(long, value_name = "COUNT", env = "LAPWING_MAX_WORK", value_parser = positive())]
    pub(crate) max_work: Option<u32>,
    /// Open connections; more wait to be accepted
    #[arg(long, value_name = "COUNT", env = "LAPWING_MAX_CONNECTIONS", default_value_t = 4096,
        value_parser = positive())]
    pub(crate) max_connections: u32,
    /// Threads that serve connections [default: as many as there are cores]
    #[arg(long, value_name = "COUNT", env = "LAPWING_THREADS", value_parser = positive())]
    pub(crate) threads: Option<u32>,
    /// A body may take this long, and longer the larger it is
    #[arg(long, value_name = "SECONDS", env = "LAPWING_BODY_SECONDS", default_value_t = 20,
        value_parser = positive())]
    pub(crate) body_seconds: u32,
    /// An answer must begin within this time
    #[arg(long, value_name = "SECONDS", env = "LAPWING_ANSWER_SECONDS", default_value_t = 30,
        value_parser = positive())]
    pub(crate) answer_seconds: u32,
    /// A client that neither sends nor reads for this long is dropped
    #[arg(long, value_name = "SECONDS", env = "LAPWING_IDLE_SECONDS", default_value_t = 60,
        value_parser = positive())]
    pub(crate) idle_seconds: u32,
    /// Requests under way have this long to finish when the service is stopped
    #[arg(long, value_name = "SECONDS", env = "LAPWING_DRAIN_SECONDS", default_value_t = 25)]
    pub(crate) drain_seconds: u32,
}

fn positive() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}

impl LimitArgs {
    /// The limits, or why they cannot be meant.
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
    fn what_is_not_said_is_as_the_service_has_it() {
        assert_eq!(read(&[]).limits(), Ok(Limits::default()));
    }

    #[test]
    fn all_bodies_together_must_hold_one() {
        let told = read(&["--max-bulk-mb=5000"]).limits().unwrap_err();
        assert!(told.contains("--max-spool-mb 4096 is less than one body of 5000 MB"), "{told}");
        let told = read(&["--max-body-mb=300"]).limits().unwrap_err();
        assert!(told.contains("--max-bodies-mb 256 is less than one body of 300 MB"), "{told}");
    }
}
