//! How `serve` is set up: by flag, by environment, by file, in that order.
//!
//! Every option is declared once, on [`ServeArgs`]. Its name `long-name` is `LAPWING_LONG_NAME` in
//! the environment and `long_name` in the TOML file of `--config`:
//!
//! 1. clap reads the flags and the environment;
//! 2. each key of the file becomes a flag, unless a flag or the environment said it already;
//! 3. clap reads the whole again.
//!
//! So a value is checked by the same rules wherever it comes from.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Args, CommandFactory as _, FromArgMatches as _, ValueEnum};
use lapwing::http::{AdminToken, Basemap};

use crate::cli::args::Cli;
use crate::cli::commands::failure::Failure;

mod file;
mod limits;

use file::flags_of;
pub(crate) use limits::LimitArgs;

/// The seed of the Lyonesse that is shown in the documentation.
pub(crate) const SEED: u64 = 1;

/// The options of `serve`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing serve                                    the demonstration county, at once
  lapwing serve county.lapwing                     a snapshot
  lapwing serve catalogue.toml --data ~/downloads  built in memory first
  LAPWING_LISTEN=0.0.0.0:80 lapwing serve county.lapwing

Every option can stand in the file of --config under its name with _ for -, such as
  listen = \"0.0.0.0:80\"
  source = \"county.lapwing\"
A flag goes before the environment, the environment before the file.

SIGTERM ends it when the requests under way are answered. SIGHUP, POST /admin/reload and, with
--watch, a changed file open the same snapshot or catalogue again and answer from it, or go on as
before if it is refused; /health/ready and the log tell how it ended.")]
pub(crate) struct ServeArgs {
    /// A snapshot, a catalogue, or "lyonesse"; Lyonesse if there is none
    #[arg(value_name = "SNAPSHOT|CATALOGUE", env = "LAPWING_SOURCE")]
    pub(crate) source: Option<PathBuf>,
    /// A TOML file with any of these options
    #[arg(long, value_name = "FILE", env = "LAPWING_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Where to listen; 0.0.0.0:8080 is all of this machine's addresses
    #[arg(long, value_name = "ADDR", env = "LAPWING_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The folder of the data files, if they are not beside the catalogue
    #[arg(long, value_name = "DIR", env = "LAPWING_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// The seed of the demonstration county
    #[arg(long, value_name = "NUMBER", env = "LAPWING_SEED", default_value_t = SEED)]
    pub(crate) seed: u64,
    /// The form of the log on stderr
    #[arg(long, value_enum, env = "LAPWING_LOG", default_value_t = LogFormat::Text)]
    pub(crate) log: LogFormat,
    /// How much is logged: error, warn, info, debug or trace, or a list such as
    /// "warn,lapwing=debug"
    #[arg(long, value_name = "LEVEL", env = "LAPWING_LOG_LEVEL", default_value = "info")]
    pub(crate) log_level: String,
    /// Pictures under the areas of the map page, such as
    /// "https://tiles.example.org/{z}/{x}/{y}.png"; without it the page loads nothing from elsewhere
    #[arg(long, value_name = "TEMPLATE", env = "LAPWING_BASEMAP_URL")]
    pub(crate) basemap_url: Option<String>,
    /// The credit to show with them
    #[arg(long, value_name = "TEXT", env = "LAPWING_BASEMAP_ATTRIBUTION")]
    pub(crate) basemap_attribution: Option<String>,
    /// Open the snapshot, or the catalogue and all its files, again when they change
    #[arg(long, env = "LAPWING_WATCH", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) watch: bool,
    /// Have POST /admin/reload, for who shows this token; others on this machine can see a flag, so
    /// rather set it in the environment or in the file of --config
    #[arg(long, value_name = "TOKEN", env = "LAPWING_ADMIN_TOKEN", hide_env_values = true)]
    pub(crate) admin_token: Option<Secret>,
    /// Serve /metrics here, and not among the other routes
    #[arg(long, value_name = "ADDR", env = "LAPWING_METRICS_LISTEN")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// A text that is not shown by debugging.
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
                "--basemap-attribution credits a base map, and --basemap-url gives none".to_owned(),
            )),
            (Some(url), attribution) => {
                Basemap::new(url, attribution.as_deref().unwrap_or_default())
                    .map(Some)
                    .map_err(|why| Failure::Usage(format!("--basemap-url: {why}")))
            }
        }
    }
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line an event, for people
    Text,
    /// A JSON object an event, for machines
    Json,
}

/// Reads the command line, the environment and the configuration file.
pub(crate) fn read_command_line(mut args: Vec<OsString>) -> Result<Cli, Failure> {
    let command_line = Failure::CommandLine;
    // Without a command, Lyonesse is served.
    let any = Cli::command().subcommand_required(false).arg_required_else_help(false);
    let matches = any.try_get_matches_from(&args).map_err(command_line)?;
    let serve = match matches.subcommand() {
        None => {
            args.push("serve".into());
            Cli::command().try_get_matches_from(&args).map_err(command_line)?
        }
        Some(_) => matches,
    };
    let Some(("serve", given)) = serve.subcommand() else {
        return Cli::from_arg_matches(&serve).map_err(command_line);
    };
    if let Some(file) = given.get_one::<PathBuf>("config") {
        let said = |id: &str| {
            let source = given.value_source(id);
            !matches!(source, None | Some(ValueSource::DefaultValue))
        };
        let bytes =
            std::fs::read_to_string(file).map_err(|error| Failure::unreadable(file, &error))?;
        let from_file = flags_of(&bytes, file)?;
        let flags = from_file.into_iter().filter(|(id, _)| !said(id)).map(|(_, flag)| flag);
        // The first such word is the command itself: no option that stands before it has a value.
        let place = args.iter().position(|arg| arg == OsStr::new("serve")).unwrap_or(0) + 1;
        args.splice(place..place, flags);
    }
    let matches = Cli::command().try_get_matches_from(&args).map_err(command_line)?;
    Cli::from_arg_matches(&matches).map_err(command_line)
}

/// Variables of the environment that look like misspelt options of ours, each with the name that
/// was probably meant. Others that begin alike may be somebody else's.
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

/// The names without what all begin with, which would make all look alike.
fn bare<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().filter_map(|name| name.strip_prefix("LAPWING_")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_has_its_name_in_the_environment_and_a_key_of_the_file() {
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        for option in serve.get_arguments() {
            let id = option.get_id().as_str();
            if ["help", "quiet"].contains(&id) {
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
