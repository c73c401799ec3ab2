//! The TOML file of `--config`. Each key sets the flag of the same name.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use clap::Args as _;
use serde::Deserialize as _;
use toml::Spanned;

use super::ServeArgs;
use crate::cli::failure::{Failure, suggest};

/// The options of `serve` without their environment variables.
fn options() -> clap::Command {
    let no_environment = |arg: clap::Arg| arg.env(None::<&'static str>);
    ServeArgs::augment_args(clap::Command::new("options").no_binary_name(true))
        .mut_args(no_environment)
}

/// Converts a configuration file to pairs of option id and flag. The error lists every problem in
/// the file.
pub(crate) fn flags_of(text: &str, file: &Path) -> Result<Vec<(String, OsString)>, Failure> {
    let place = |offset: usize| {
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count() + 1;
        format!("{}:{line}", file.display())
    };
    let table = toml::Deserializer::parse(text).and_then(|deserializer| {
        BTreeMap::<Spanned<String>, Spanned<toml::Value>>::deserialize(deserializer)
    });
    let table = table.map_err(|error| {
        let at = place(error.span().map_or(0, |span| span.start));
        Failure::Usage(format!("{at}: invalid TOML: {}", error.message()))
    })?;
    let options = options();
    // A file cannot include another file.
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
            problems.push(format!("{at}: unknown option {key:?}; {}", suggest(&key, &known)));
            continue;
        };
        match flag_of(option, &value.into_inner()) {
            Err(reason) => problems.push(format!("{at}: {key}: {reason}")),
            Ok(None) => {}
            Ok(Some(flag)) => match options.clone().try_get_matches_from([&flag]) {
                Ok(_) => flags.push((key, flag)),
                Err(error) => {
                    let text = error.to_string();
                    let first = text.lines().next().unwrap_or_default();
                    problems.push(format!("{at}: {key}: {}", first.trim_start_matches("error: ")));
                }
            },
        }
    }
    if problems.is_empty() { Ok(flags) } else { Err(Failure::Usage(problems.join("\n"))) }
}

/// The flag for a key and its value, or `None` for a switch that is off.
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
            return Err(format!("write a quoted string or a number, not a {}", other.type_str()));
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
    fn a_key_of_the_file_sets_the_flag_of_the_same_name() {
        let text = "listen = \"0.0.0.0:80\"\nseed = 7\nsource = \"county.lapwing\"\n";
        let flags = flags(text).unwrap();
        let flags: Vec<&str> = flags.iter().filter_map(|(_, flag)| flag.to_str()).collect();
        assert_eq!(flags, ["--listen=0.0.0.0:80", "--seed=7", "county.lapwing"]);
    }

    #[test]
    fn the_error_suggests_a_known_key_and_lists_every_problem() {
        let text = "# a comment\nlistn = \"0.0.0.0:80\"\nseed = \"many\"\nlog = true\n";
        let error = flags(text).unwrap_err();
        assert_eq!(
            error,
            "lapwing.toml:2: unknown option \"listn\"; did you mean \"listen\"?\n\
             lapwing.toml:3: seed: invalid value 'many' for '--seed <NUMBER>': invalid digit found in string\n\
             lapwing.toml:4: log: write a quoted string or a number, not a boolean"
        );
    }

    #[test]
    fn a_file_cannot_include_another_file() {
        assert!(flags("config = \"other.toml\"").unwrap_err().contains("unknown option"));
    }

    #[test]
    fn invalid_toml_is_reported_with_its_line() {
        let error = flags("listen = \"0.0.0.0:80\"\nseed 7\n").unwrap_err();
        assert!(error.starts_with("lapwing.toml:2: invalid TOML: "), "{error}");
    }
}
