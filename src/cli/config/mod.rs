//! Configuration of `serve`. Flags take precedence over environment variables, and those over the
//! configuration file.
//!
//! Every option is declared once, on [`ServeArgs`]. Its name `long-name` is `LAPWING_LONG_NAME` in
//! the environment and `long_name` in the TOML file of `--config`:
//!
//! 1. clap reads the flags and the environment;
//! 2. each key of the file becomes a flag, unless a flag or the environment already sets it;
//! 3. clap parses the combined command line again.
//!
//! The same rules therefore check a value wherever it comes from.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lapwing::http::{AdminToken, Basemap};

use crate::cli::failure::Failure;

mod file;
mod limits;

pub(super) use file::flags_of;
pub(crate) use limits::LimitArgs;

/// The seed of the version of Lyonesse that the documentation shows.
pub(crate) const SEED: u64 = 1;

/// The options of `serve`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing serve                                    serve the demonstration county
  lapwing serve county.lapwing                     serve a snapshot
  lapwing serve catalogue.toml --data ~/downloads  build in memory, then serve
  LAPWING_LISTEN=0.0.0.0:80 lapwing serve county.lapwing

The file given by --config can set every option, with _ in place of -:
  listen = \"0.0.0.0:80\"
  source = \"county.lapwing\"
Flags override environment variables, which override the file.

SIGTERM stops the service after the requests in progress. SIGHUP, POST /admin/reload and, with
--watch, a changed file make it reload the snapshot or catalogue. If the new data are refused, it
continues with the old; /health/ready and the log report the result.")]
pub(crate) struct ServeArgs {
    /// A snapshot, a catalogue, or "lyonesse" [default: lyonesse]
    #[arg(value_name = "SNAPSHOT|CATALOGUE", env = "LAPWING_SOURCE")]
    pub(crate) source: Option<PathBuf>,
    /// TOML file that sets any of these options
    #[arg(long, value_name = "FILE", env = "LAPWING_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Address to listen on; 0.0.0.0:8080 listens on all addresses of the machine
    #[arg(long, value_name = "ADDR", env = "LAPWING_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Folder of the data files, if they are not beside the catalogue
    #[arg(long, value_name = "DIR", env = "LAPWING_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Seed of the demonstration county
    #[arg(long, value_name = "NUMBER", env = "LAPWING_SEED", default_value_t = SEED)]
    pub(crate) seed: u64,
    /// Format of the log on stderr
    #[arg(long, value_enum, env = "LAPWING_LOG", default_value_t = LogFormat::Text)]
    pub(crate) log: LogFormat,
    /// Log level: error, warn, info, debug or trace, or a list such as "warn,lapwing=debug"
    #[arg(long, value_name = "LEVEL", env = "LAPWING_LOG_LEVEL", default_value = "info")]
    pub(crate) log_level: String,
    /// Raster tiles of a base map for the map page, such as
    /// "https://tiles.example.org/{z}/{x}/{y}.png"; without it the page contacts no other host
    #[arg(long, value_name = "TEMPLATE", env = "LAPWING_BASEMAP_URL")]
    pub(crate) basemap_url: Option<String>,
    /// Attribution of the base map
    #[arg(long, value_name = "TEXT", env = "LAPWING_BASEMAP_ATTRIBUTION")]
    pub(crate) basemap_attribution: Option<String>,
    /// Reload when the snapshot, or the catalogue or one of its files, changes
    #[arg(long, env = "LAPWING_WATCH", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) watch: bool,
    /// Bearer token that enables POST /admin/reload; other users of this machine can see flags, so
    /// prefer the environment variable or the file of --config
    #[arg(long, value_name = "TOKEN", env = "LAPWING_ADMIN_TOKEN", hide_env_values = true)]
    pub(crate) admin_token: Option<Secret>,
    /// Serve /metrics on this address only
    #[arg(long, value_name = "ADDR", env = "LAPWING_METRICS_LISTEN")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// A secret that `Debug` does not print.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl ServeArgs {
    /// The operator's token, if there is one.
    pub(crate) fn admin_token(&self) -> Result<Option<AdminToken>, Failure> {
        let token = self.admin_token.as_ref().map(|Secret(text)| AdminToken::new(text));
        token.transpose().map_err(|why| Failure::Usage(format!("--admin-token: {why}")))
    }

    /// The base map of the page, if there is one.
    pub(crate) fn basemap(&self) -> Result<Option<Basemap>, Failure> {
        match (&self.basemap_url, &self.basemap_attribution) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Failure::Usage(
                "--basemap-attribution is set without --basemap-url: set both or neither"
                    .to_owned(),
            )),
            (Some(url), attribution) => {
                Basemap::new(url, attribution.as_deref().unwrap_or_default())
                    .map(Some)
                    .map_err(|why| Failure::Usage(format!("--basemap-url: {why}")))
            }
        }
    }
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// One line of text per event
    Text,
    /// One JSON object per event
    Json,
}

/// Environment variables that look like misspelt options, each with the likely intended name. Other
/// variables with the same prefix may belong to another program and are ignored.
pub(crate) fn misspelt_variables() -> Vec<(String, String)> {
    let options = ServeArgs::augment_args(clap::Command::new("options"));
    let known: Vec<&str> =
        options.get_arguments().filter_map(|arg| arg.get_env()?.to_str()).collect();
    let ours = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    ours.filter(|name| name.starts_with("LAPWING_") && !known.contains(&name.as_str()))
        .filter_map(|name| {
            let meant = lapwing_boundaries::manifest::nearest(
                name.strip_prefix("LAPWING_")?,
                &bare(&known),
            )?;
            Some((name, format!("LAPWING_{meant}")))
        })
        .collect()
}

/// The names without their common prefix, which would make them all look similar.
fn bare<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().filter_map(|name| name.strip_prefix("LAPWING_")).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn every_option_has_its_name_in_the_environment_and_a_key_of_the_file() {
        let serve = ServeArgs::augment_args(clap::Command::new("serve"));
        for option in serve.get_arguments() {
            let id = option.get_id().as_str();
            if id == "help" {
                continue;
            }
            let expected = format!("LAPWING_{}", id.to_uppercase());
            assert_eq!(option.get_env(), Some(OsStr::new(&expected)), "{id}");
            if let Some(long) = option.get_long() {
                assert_eq!(long.replace('-', "_"), id);
            }
        }
    }
}
