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
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Args, CommandFactory as _, FromArgMatches as _, ValueEnum};
use lapwing::http::{AdminToken, Basemap};
use serde::Deserialize as _;
use toml::Spanned;

use crate::cli::Cli;
use crate::commands::failure::{Failure, suggest};

mod limits;

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

/// The options as clap knows them, without the environment.
fn options() -> clap::Command {
    let no_environment = |arg: clap::Arg| arg.env(None::<&'static str>);
    ServeArgs::augment_args(clap::Command::new("options").no_binary_name(true))
        .mut_args(no_environment)
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

/// What a file says, as option ids and the flags that say the same. All that is wrong with the
/// file is told at once.
fn flags_of(text: &str, file: &Path) -> Result<Vec<(String, OsString)>, Failure> {
    let place = |offset: usize| {
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count() + 1;
        format!("{}:{line}", file.display())
    };
    let table = toml::Deserializer::parse(text).and_then(|deserializer| {
        std::collections::BTreeMap::<Spanned<String>, Spanned<toml::Value>>::deserialize(
            deserializer,
        )
    });
    let table = table.map_err(|error| {
        let at = place(error.span().map_or(0, |span| span.start));
        Failure::Usage(format!("{at}: this is not TOML: {}", error.message()))
    })?;
    let options = options();
    // A file cannot name another file to be read.
    let known: Vec<&str> = options
        .get_arguments()
        .map(|arg| arg.get_id().as_str())
        .filter(|id| *id != "config")
        .collect();
    let mut flags = Vec::new();
    let mut problems = Vec::new();
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let at = place(key.span().start);
        let key = key.into_inner();
        let is_known = known.contains(&key.as_str());
        let Some(option) = options.get_arguments().find(|arg| is_known && *arg.get_id() == key)
        else {
            problems.push(format!("{at}: {key:?} is no option; {}", suggest(&key, &known)));
            continue;
        };
        match flag_of(option, &value.into_inner()) {
            Err(reason) => problems.push(format!("{at}: {key}: {reason}")),
            Ok(None) => {}
            Ok(Some(flag)) => match options.clone().try_get_matches_from([&flag]) {
                Ok(_) => flags.push((key, flag)),
                Err(error) => {
                    let told = error.to_string();
                    let told = told.lines().next().unwrap_or_default();
                    problems.push(format!("{at}: {key}: {}", told.trim_start_matches("error: ")));
                }
            },
        }
    }
    if problems.is_empty() { Ok(flags) } else { Err(Failure::Usage(problems.join("\n"))) }
}

/// The flag that says what a key of the file says; none for a switch that is off.
fn flag_of(option: &clap::Arg, value: &toml::Value) -> Result<Option<OsString>, String> {
    let takes_value = option.get_action().takes_values();
    let text = match value {
        toml::Value::Boolean(on) if !takes_value => {
            return Ok(on.then(|| format!("--{}", option.get_long().unwrap_or_default()).into()));
        }
        _ if !takes_value => return Err("write true or false, without quotes".to_owned()),
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        other => {
            return Err(format!("write a text in quotes or a number, not a {}", other.type_str()));
        }
    };
    Ok(Some(match option.get_long() {
        Some(long) => format!("--{long}={text}").into(),
        None => text.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(text: &str) -> Result<Vec<(String, OsString)>, String> {
        match flags_of(text, Path::new("lapwing.toml")) {
            Ok(flags) => Ok(flags),
            Err(Failure::Usage(message)) => Err(message),
            Err(other) => panic!("{other:?}"),
        }
    }

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

    #[test]
    fn a_key_of_the_file_is_the_flag_of_that_name() {
        let text = "listen = \"0.0.0.0:80\"\nseed = 7\nsource = \"county.lapwing\"\n";
        let flags = flags(text).unwrap();
        let flags: Vec<&str> = flags.iter().filter_map(|(_, flag)| flag.to_str()).collect();
        assert_eq!(flags, ["--listen=0.0.0.0:80", "--seed=7", "county.lapwing"]);
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_one_that_was_meant_and_every_problem_is_told() {
        let text = "# a comment\nlistn = \"0.0.0.0:80\"\nseed = \"many\"\nlog = true\n";
        let told = flags(text).unwrap_err();
        assert_eq!(
            told,
            "lapwing.toml:2: \"listn\" is no option; did you mean \"listen\"?\n\
             lapwing.toml:3: seed: invalid value 'many' for '--seed <NUMBER>': invalid digit found in string\n\
             lapwing.toml:4: log: write a text in quotes or a number, not a boolean"
        );
    }

    #[test]
    fn a_file_cannot_name_another_file() {
        assert!(flags("config = \"other.toml\"").unwrap_err().contains("is no option"));
    }

    #[test]
    fn what_is_not_toml_is_told_with_its_line() {
        let told = flags("listen = \"0.0.0.0:80\"\nseed 7\n").unwrap_err();
        assert!(told.starts_with("lapwing.toml:2: this is not TOML: "), "{told}");
    }
}
