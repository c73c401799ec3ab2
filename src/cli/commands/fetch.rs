//! `lapwing fetch`: downloads the files of a catalogue from their publishers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use lapwing::fetch::lock::{LOCK, Lock, Standing};
use lapwing::fetch::{
    Client, Download, Fetch, FetchOptions, Outcome, ProgressListener, RetryPolicy, Unit,
    downloads_of,
};
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::progress::Progress as _;

use super::progress::{self, ProgressReporter};
use crate::cli::failure::{Failure, suggest};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing fetch northamptonshire/catalogue.toml
  lapwing fetch northamptonshire/catalogue.toml --only ward,parish
  lapwing fetch northamptonshire/catalogue.toml --offline

A transfer that broke off is gone on with by the next run; what has not changed is not transferred
again. A file takes its name only when it is whole. What came from where is written to sources.lock
beside the files. Proxies are those of the environment (HTTPS_PROXY, NO_PROXY).")]
pub(crate) struct FetchArgs {
    /// Catalogue: a TOML file whose `url` keys say where its files are published
    catalogue: PathBuf,
    /// Folder for the data files [default: beside the catalogue]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Fetch only the files of these layers, separated by commas; also `postcodes` and `addresses`
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    only: Vec<String>,
    /// Use no network: list files that are missing or have changed since they were fetched
    #[arg(long, conflicts_with_all = ["force", "mirror"])]
    offline: bool,
    /// Download every file again, replacing files that were put there by hand
    #[arg(long)]
    force: bool,
    /// Number of retries of a transfer that makes no progress
    #[arg(long, value_name = "NUMBER", default_value_t = RetryPolicy::default().retries)]
    retries: u32,
    /// Wait before the first retry in seconds; doubled each time, up to a minute
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds)]
    wait: Duration,
    /// Time limit for a server that sends nothing, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = parse_seconds)]
    timeout: Duration,
    /// Send all requests to this address, with the host of each `url` as the first path segment, for
    /// a network that reaches the internet through a mirror
    #[arg(long, value_name = "URL", env = "LAPWING_MIRROR")]
    mirror: Option<String>,
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    if !(0.001..=86_400.0).contains(&seconds) {
        return Err("write a number of seconds from 0.001 to 86400".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

pub(crate) fn run(args: &FetchArgs, quiet: bool) -> Result<(), Failure> {
    let catalogue = match &args.data {
        Some(folder) => Catalogue::read_with_data(&args.catalogue, folder),
        None => Catalogue::read(&args.catalogue),
    };
    let catalogue = catalogue.map_err(Failure::refused)?;
    if let Some(mirror) = &args.mirror
        && !mirror.starts_with("http://")
        && !mirror.starts_with("https://")
    {
        let message = format!("--mirror {mirror:?} is not an http or https URL");
        return Err(Failure::Usage(message));
    }
    let all = downloads_of(&catalogue)
        .map_err(|why| Failure::Refused(format!("{}: {why}", args.catalogue.display())))?;
    let chosen = choose(all, &args.only)?;
    if chosen.is_empty() {
        let message = format!(
            "{} has no `url`, so there is nothing to fetch: add a url to each layer that is \
             published",
            args.catalogue.display()
        );
        return Err(Failure::Refused(message));
    }
    let lock = Lock::read(&catalogue.data_folder.join(LOCK)).map_err(Failure::Refused)?;
    if args.offline {
        return offline(&chosen, &lock, quiet);
    }
    fetch(args, &catalogue, &chosen, lock, quiet)
}

fn fetch(
    args: &FetchArgs,
    catalogue: &Catalogue,
    chosen: &[Download],
    lock: Lock,
    quiet: bool,
) -> Result<(), Failure> {
    // Two processes would write the same partial files. The lock ends with the process.
    let guard = std::fs::File::open(&args.catalogue);
    let guard = guard.map_err(|error| Failure::unreadable(&args.catalogue, &error))?;
    if let Err(std::fs::TryLockError::WouldBlock) = guard.try_lock() {
        let message = format!("another lapwing is fetching {}", args.catalogue.display());
        return Err(Failure::Refused(message));
    }
    let retry_policy =
        RetryPolicy { retries: args.retries, first_wait: args.wait, silence: args.timeout };
    let client = Client::new(retry_policy, args.mirror.as_deref());
    let screen = Screen::new(quiet);
    let options = FetchOptions { force: args.force };
    let lock_path = catalogue.data_folder.join(LOCK);
    let mut fetch =
        Fetch { catalogue, client: &client, lock_path, lock, options, listener: &screen };
    let mut failures = Vec::new();
    for download in chosen {
        screen.name(&download.file);
        match fetch.fetch(download) {
            Ok(outcome) => screen.print(&outcome_in_words(download, outcome, &fetch.lock)),
            Err(why) => failures.push(why),
        }
    }
    if failures.is_empty() {
        screen.print(&format!(
            "all {} files are present; to build: lapwing build {} -o FILE",
            chosen.len(),
            args.catalogue.display()
        ));
        return Ok(());
    }
    let count = failures.len();
    Err(Failure::Refused(format!(
        "{count} of {} files could not be fetched; run the command again to continue\n{}",
        chosen.len(),
        failures.join("\n")
    )))
}

fn outcome_in_words(download: &Download, outcome: Outcome, lock: &Lock) -> String {
    let entry = lock.entry(&download.file);
    let size = entry.map(|entry| super::table::size(entry.bytes)).unwrap_or_default();
    let features =
        entry.and_then(|entry| entry.features).map_or(String::new(), |n| format!(", {n} features"));
    let what = match outcome {
        Outcome::Fetched => "fetched",
        Outcome::Same => "fetched again, same content",
        Outcome::Unchanged => "unchanged",
    };
    format!("{}: {what}{features}, {size}", download.file)
}

/// The files of the layers in `only`, or all files if it is empty.
fn choose(all: Vec<Download>, only: &[String]) -> Result<Vec<Download>, Failure> {
    if only.is_empty() {
        return Ok(all);
    }
    let name = |user: &str| user.rsplit(' ').next().unwrap_or(user).to_owned();
    let known: Vec<String> =
        all.iter().flat_map(|download| &download.users).map(|user| name(user)).collect();
    for requested in only {
        if !known.contains(requested) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = suggest(requested, &known);
            return Err(Failure::Usage(format!("no file to fetch for {requested:?}; {hint}")));
        }
    }
    let is_asked =
        |download: &Download| download.users.iter().any(|user| only.contains(&name(user)));
    Ok(all.into_iter().filter(is_asked).collect())
}

/// Compares the files on disk with the lock file.
fn offline(chosen: &[Download], lock: &Lock, quiet: bool) -> Result<(), Failure> {
    let mut faults = Vec::new();
    for download in chosen {
        let standing = lock
            .standing(&download.file, &download.path)
            .map_err(|error| Failure::unreadable(Path::new(&download.path), &error))?;
        let users = download.users_in_words();
        let file = &download.file;
        match standing {
            Standing::Unknown if !quiet => {
                eprintln!("{file}: present, not fetched by lapwing");
            }
            Standing::AsFetched | Standing::Unknown => {}
            Standing::Changed => faults.push(format!(
                "{file}, for {users}, has changed since it was fetched: fetch it again with \
                 --force, or remove its entry from {LOCK} to keep it"
            )),
            Standing::Missing => faults.push(format!("{file}, for {users}, is missing")),
        }
    }
    if faults.is_empty() {
        if !quiet {
            eprintln!("all {} files are present", chosen.len());
        }
        return Ok(());
    }
    let count = faults.len();
    let head = format!("{count} of {} files are missing or have changed", chosen.len());
    Err(Failure::Refused(format!("{head}\n{}", faults.join("\n"))))
}

/// Reports the progress of transfers on stderr.
struct Screen {
    quiet: bool,
    name: std::cell::RefCell<String>,
    bytes: ProgressReporter,
    features: ProgressReporter,
}

impl Screen {
    fn new(quiet: bool) -> Self {
        Self {
            quiet,
            name: std::cell::RefCell::default(),
            bytes: ProgressReporter::of(quiet, progress::Unit::Bytes),
            features: ProgressReporter::of(quiet, progress::Unit::Steps),
        }
    }

    /// Sets the file that the next transfers belong to.
    fn name(&self, file: &str) {
        file.clone_into(&mut self.name.borrow_mut());
    }

    fn print(&self, line: &str) {
        if !self.quiet {
            eprintln!("{line}");
        }
    }
}

impl ProgressListener for Screen {
    fn begin(&self, unit: Unit, total: Option<u64>) {
        let progress = if unit == Unit::Bytes { &self.bytes } else { &self.features };
        progress.begin(&self.name.borrow(), total.unwrap_or(0));
    }

    fn advance(&self, more: u64) {
        // Only the reporter with a current stage counts.
        self.bytes.advance(more);
        self.features.advance(more);
    }

    fn end(&self) {
        self.bytes.finish();
        self.features.finish();
    }

    fn say(&self, line: &str) {
        self.end();
        self.print(&format!("{}: {line}", self.name.borrow()));
    }
}
