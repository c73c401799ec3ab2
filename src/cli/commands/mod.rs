//! One module per command. Data go to stdout or a file, messages to stderr.

pub(crate) mod build;
pub(crate) mod changes;
pub(crate) mod check;
pub(crate) mod export;
mod fault_report;
pub(crate) mod fetch;
pub(crate) mod inspect;
pub(crate) mod load_catalogue;
pub(crate) mod locate;
mod log;
pub(crate) mod match_rows;
pub(crate) mod new;
mod output;
pub(crate) mod overlaps;
mod progress;
mod published;
pub(crate) mod serve;
pub(crate) mod source;
mod superseded;
mod table;
pub(crate) mod tiles;
