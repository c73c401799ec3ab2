//! Bringing a catalogue's files from where they are published.
//!
//! 1. the catalogue says which files are wanted and where they are to be had ([`downloads`]);
//! 2. each is asked for at its addresses in their order, as a plain file ([`file`]) or a layer of
//!    a feature service ([`features`]), with patience ([`retry`]) where a trouble may pass;
//! 3. a file takes its name only when it is whole and is what was expected;
//! 4. what came from where is written down ([`lock`]).

mod client;
mod digest;
mod downloads;
mod error;
pub mod features;
mod file;
pub mod lock;
mod partial_file;
pub mod portal;
mod progress;
mod retry;
mod server_filter;

use std::path::PathBuf;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit as TimeUnit};
use lapwing_boundaries::catalogue::Catalogue;

pub use client::Client;
pub use downloads::{Choice, Fields, Wanted, wanted};
pub use error::Trouble;
use file::Got;
use lock::{Entry, Lock, Standing};
pub use progress::{Listener, Unit};
pub use retry::Patience;

/// How a fetch is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Take everything anew, even over files that were put there by hand.
    pub force: bool,
}

/// What became of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was transferred; a later one of the same name may have been there.
    Fetched,
    /// It was transferred and is, byte for byte, what was there.
    Same,
    /// What is there is what is published: nothing was transferred.
    Unchanged,
}

/// A fetch of one catalogue.
pub struct Fetch<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The client.
    pub client: &'a Client,
    /// Where the lock is.
    pub lock_path: PathBuf,
    /// What was fetched before.
    pub lock: Lock,
    /// How it is done.
    pub manner: Manner,
    /// Who is told how it goes.
    pub listener: &'a dyn Listener,
}

impl Fetch<'_> {
    /// Fetches one file, and writes into the lock where it came from.
    ///
    /// # Errors
    ///
    /// A sentence that names the file, its users, every address that was tried and what to do.
    pub fn fetch(&mut self, wanted: &Wanted) -> Result<Outcome, String> {
        let file = &wanted.file;
        let standing = self
            .lock
            .standing(file, &wanted.path)
            .map_err(|error| format!("{file} cannot be read: {error}"))?;
        if !self.manner.force {
            let remedy = "--force takes the published one in its place, or give `source` another \
                          name, or take out `url` to keep it";
            match standing {
                Standing::Unknown => {
                    return Err(format!(
                        "{file} is there and was not fetched by lapwing: {remedy}"
                    ));
                }
                Standing::Changed => {
                    return Err(format!("{file} was changed since it was fetched: {remedy}"));
                }
                Standing::AsFetched | Standing::Missing => {}
            }
        }
        let known = self.lock.entry(file).cloned();
        let keep = known.as_ref().filter(|_| standing == Standing::AsFetched && !self.manner.force);
        let mut troubles = Vec::new();
        let got = match self.first_that_gives(wanted, &wanted.origin.urls, keep, &mut troubles)? {
            None => self.by_search(wanted, keep, &mut troubles)?,
            got => got,
        };
        match got {
            Some(Got::Unchanged) => Ok(Outcome::Unchanged),
            Some(Got::Fetched(entry)) => {
                let same = keep.is_some_and(|known| known.sha256 == entry.sha256);
                self.lock.put(*entry);
                self.lock.write(&self.lock_path)?;
                Ok(if same { Outcome::Same } else { Outcome::Fetched })
            }
            None => Err(refusal(wanted, standing, &troubles)),
        }
    }

    /// What the first of the addresses gives that gives anything; what the others said is put to
    /// the troubles.
    fn first_that_gives(
        &self,
        wanted: &Wanted,
        urls: &[String],
        keep: Option<&Entry>,
        troubles: &mut Vec<String>,
    ) -> Result<Option<Got>, String> {
        for url in urls {
            let known = keep.filter(|known| is_of(&known.url, url));
            let got = if features::is_feature_service(url) {
                let narrowing = server_filter::narrowing(self.catalogue, wanted)?;
                features::fetch(self.client, wanted, url, &narrowing, known, self.listener)
            } else {
                file::fetch(self.client, wanted, url, known, self.listener)
            };
            match got {
                Ok(got) => return Ok(Some(got)),
                Err(Trouble::Here(why)) => return Err(why),
                Err(trouble) => {
                    self.listener.say(&trouble.to_string());
                    troubles.push(trouble.to_string());
                }
            }
        }
        Ok(None)
    }

    /// What a service gives that the portal's search finds in the place of those that have gone.
    fn by_search(
        &self,
        wanted: &Wanted,
        keep: Option<&Entry>,
        troubles: &mut Vec<String>,
    ) -> Result<Option<Got>, String> {
        let Some(url) = wanted.origin.urls.first() else { return Ok(None) };
        let found = match portal::search(self.client, url) {
            None => return Ok(None),
            Some(Ok(found)) => found,
            Some(Err(trouble)) => {
                troubles.push(trouble.to_string());
                return Ok(None);
            }
        };
        let new: Vec<String> =
            found.into_iter().filter(|url| !wanted.origin.urls.contains(url)).collect();
        if new.is_empty() {
            troubles.push(format!(
                "the search of geoportal.statistics.gov.uk knows no service for {}: look there for \
                 the layer's new name, and write its address as `url`",
                portal::words(&features::service_name(url).unwrap_or_default()).join(" ")
            ));
            return Ok(None);
        }
        let got = self.first_that_gives(wanted, &new, keep, troubles)?;
        if let Some(Got::Fetched(entry)) = &got {
            self.listener.say(&format!(
                "the services that the catalogue names have gone; taken from {}, which the search \
                 of geoportal.statistics.gov.uk gave",
                entry.url
            ));
        }
        Ok(got)
    }
}

fn refusal(wanted: &Wanted, standing: Standing, troubles: &[String]) -> String {
    let left = match standing {
        Standing::Missing => "",
        _ => "; the file that is there was left as it is",
    };
    let (users, file) = (wanted.users_in_words(), &wanted.file);
    let mut text = format!("{file}, for {users}, cannot be fetched{left}:");
    for trouble in troubles {
        text.push_str("\n  ");
        text.push_str(trouble);
    }
    text
}

/// Whether an address of the lock is one of the catalogue: a feature layer's may be longer.
fn is_of(locked: &str, url: &str) -> bool {
    locked == url
        || features::is_feature_service(url)
            && locked.starts_with(client::shown(url).trim_end_matches("/query"))
}

/// The present second.
fn now() -> Timestamp {
    let to_seconds = TimestampRound::new().smallest(TimeUnit::Second).mode(RoundMode::Trunc);
    Timestamp::now().round(to_seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
