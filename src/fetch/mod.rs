//! Downloads the files of a catalogue from their publishers.
//!
//! 1. [`downloads`] lists the files and their URLs;
//! 2. each is requested from its URLs in order, as a plain file ([`file`]) or a layer of a feature
//!    service ([`features`]), with retries after transient errors ([`retry`]);
//! 3. a file gets its name only when it is complete and as expected;
//! 4. [`lock`] records what came from where.

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
pub use downloads::{Choice, Download, Fields, downloads_of};
pub use error::FetchError;
use file::Got;
use lock::{Entry, Lock, Standing};
pub use progress::{ProgressListener, Unit};
pub use retry::RetryPolicy;

/// Options of a fetch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FetchOptions {
    /// Download everything again, replacing files that were put there by hand.
    pub force: bool,
}

/// What happened to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was downloaded, possibly replacing an older one.
    Fetched,
    /// It was downloaded and has the same bytes as before.
    Same,
    /// It is unchanged at its publisher; nothing was downloaded.
    Unchanged,
}

/// A fetch for one catalogue.
pub struct Fetch<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The client.
    pub client: &'a Client,
    /// The path of the lock.
    pub lock_path: PathBuf,
    /// The lock.
    pub lock: Lock,
    /// The options.
    pub options: FetchOptions,
    /// The listener for progress.
    pub listener: &'a dyn ProgressListener,
}

impl Fetch<'_> {
    /// Fetches one file and records it in the lock.
    ///
    /// # Errors
    ///
    /// A message with the file, its users, every URL that was tried and what to do.
    pub fn fetch(&mut self, download: &Download) -> Result<Outcome, String> {
        let file = &download.file;
        let standing = self
            .lock
            .standing(file, &download.path)
            .map_err(|error| format!("{file} cannot be read: {error}"))?;
        if !self.options.force {
            let remedy = "--force takes the published one in its place, or give `source` another \
                          name, or take out `url` to keep it";
            match standing {
                Standing::Unknown => {
                    return Err(format!("{file} exists and was not fetched by lapwing: {remedy}"));
                }
                Standing::Changed => {
                    return Err(format!("{file} has changed since it was fetched: {remedy}"));
                }
                Standing::AsFetched | Standing::Missing => {}
            }
        }
        let known = self.lock.entry(file).cloned();
        let keep =
            known.as_ref().filter(|_| standing == Standing::AsFetched && !self.options.force);
        let mut errors = Vec::new();
        let got = match self.first_that_gives(download, &download.origin.urls, keep, &mut errors)? {
            None => self.by_search(download, keep, &mut errors)?,
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
            None => Err(refusal(download, standing, &errors)),
        }
    }

    /// Tries the URLs in order and returns the first result. The errors of the others are added to
    /// `errors`.
    fn first_that_gives(
        &self,
        download: &Download,
        urls: &[String],
        keep: Option<&Entry>,
        errors: &mut Vec<String>,
    ) -> Result<Option<Got>, String> {
        for url in urls {
            let known = keep.filter(|known| is_of(&known.url, url));
            let got = if features::is_feature_service(url) {
                let filter = server_filter::for_download(self.catalogue, download)?;
                features::fetch(self.client, download, url, &filter, known, self.listener)
            } else {
                file::fetch(self.client, download, url, known, self.listener)
            };
            match got {
                Ok(got) => return Ok(Some(got)),
                Err(FetchError::Local(why)) => return Err(why),
                Err(error) => {
                    self.listener.say(&error.to_string());
                    errors.push(error.to_string());
                }
            }
        }
        Ok(None)
    }

    /// Tries the services that the portal search finds in place of those that no longer exist.
    fn by_search(
        &self,
        download: &Download,
        keep: Option<&Entry>,
        errors: &mut Vec<String>,
    ) -> Result<Option<Got>, String> {
        let Some(url) = download.origin.urls.first() else { return Ok(None) };
        let found = match portal::search(self.client, url) {
            None => return Ok(None),
            Some(Ok(found)) => found,
            Some(Err(error)) => {
                errors.push(error.to_string());
                return Ok(None);
            }
        };
        let new: Vec<String> =
            found.into_iter().filter(|url| !download.origin.urls.contains(url)).collect();
        if new.is_empty() {
            errors.push(format!(
                "the search of geoportal.statistics.gov.uk knows no service for {}: look there for \
                 the layer's new name, and write its address as `url`",
                portal::words(&features::service_name(url).unwrap_or_default()).join(" ")
            ));
            return Ok(None);
        }
        let got = self.first_that_gives(download, &new, keep, errors)?;
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

fn refusal(download: &Download, standing: Standing, errors: &[String]) -> String {
    let left = match standing {
        Standing::Missing => "",
        _ => "; the existing file is unchanged",
    };
    let (users, file) = (download.users_in_words(), &download.file);
    let mut text = format!("cannot fetch {file}, for {users}{left}:");
    for error in errors {
        text.push_str("\n  ");
        text.push_str(error);
    }
    text
}

/// Returns whether a URL of the lock is one of the catalogue; that of a feature layer may be
/// longer.
fn is_of(locked: &str, url: &str) -> bool {
    locked == url
        || features::is_feature_service(url)
            && locked.starts_with(client::shown(url).trim_end_matches("/query"))
}

/// The current time in seconds.
fn now() -> Timestamp {
    let to_seconds = TimestampRound::new().smallest(TimeUnit::Second).mode(RoundMode::Trunc);
    Timestamp::now().round(to_seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
