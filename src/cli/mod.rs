//! The command line: arguments, configuration and one module per command.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod config;
