//! `lapwing fetch`: a catalogue's files from where they are published.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use lapwing::fetch::lock::{LOCK, Lock, Standing};
use lapwing::fetch::{Client, Fetch, Listener, Manner, Outcome, Patience, Unit, Wanted, wanted};
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::progress::Progress as _;

use super::failure::{Failure, suggest};
use super::progress::{self, Teller};

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
    /// The catalogue: a TOML file whose `url`s say where its files are published
    catalogue: PathBuf,
    /// The folder of the data files, if they are not to be beside the catalogue
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only the files of these layers, by comma; `postcodes` and `addresses` are two more
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    only: Vec<String>,
    /// Ask nobody: say what is missing and what is not as it was fetched
    #[arg(long, conflicts_with_all = ["force", "mirror"])]
    offline: bool,
    /// Transfer everything anew, even over files that were put there by hand
    #[arg(long)]
    force: bool,
    /// How often a transfer that brings nothing is tried again
    #[arg(long, value_name = "NUMBER", default_value_t = Patience::default().retries)]
    retries: u32,
    /// The wait before the second try; doubled each time, to a minute
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds)]
    wait: Duration,
    /// How long a server may be silent
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = parse_seconds)]
    timeout: Duration,
    /// Ask this address for everything, the host of each `url` as the first folder: for a network
    /// that reaches the internet through a mirror
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

pub(super) fn run(args: &FetchArgs, quiet: bool) -> Result<(), Failure> {
    let catalogue = match &args.data {
        Some(folder) => Catalogue::read_with_data(&args.catalogue, folder),
        None => Catalogue::read(&args.catalogue),
    };
    let catalogue = catalogue.map_err(Failure::refused)?;
    if let Some(mirror) = &args.mirror
        && !mirror.starts_with("http://")
        && !mirror.starts_with("https://")
    {
        let message = format!("--mirror {mirror:?} is not a web address");
        return Err(Failure::Usage(message));
    }
    let all = wanted(&catalogue)
        .map_err(|why| Failure::Refused(format!("{}: {why}", args.catalogue.display())))?;
    let chosen = choose(all, &args.only)?;
    if chosen.is_empty() {
        let message = format!(
            "{} names no `url`: its files are brought by hand, or add to each layer where it is \
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
    chosen: &[Wanted],
    lock: Lock,
    quiet: bool,
) -> Result<(), Failure> {
    // Two runs into one folder would write the same parts. The lock ends with the process.
    let guard = std::fs::File::open(&args.catalogue);
    let guard = guard.map_err(|error| Failure::unreadable(&args.catalogue, &error))?;
    if let Err(std::fs::TryLockError::WouldBlock) = guard.try_lock() {
        let message = format!("another lapwing is fetching {}", args.catalogue.display());
        return Err(Failure::Refused(message));
    }
    let patience = Patience { retries: args.retries, first_wait: args.wait, silence: args.timeout };
    let client = Client::new(patience, args.mirror.as_deref());
    let screen = Screen::new(quiet);
    let manner = Manner { force: args.force };
    let lock_path = catalogue.data_folder.join(LOCK);
    let mut fetch =
        Fetch { catalogue, client: &client, lock_path, lock, manner, listener: &screen };
    let mut failures = Vec::new();
    for wanted in chosen {
        screen.name(&wanted.file);
        match fetch.fetch(wanted) {
            Ok(outcome) => screen.tell(&outcome_in_words(wanted, outcome, &fetch.lock)),
            Err(why) => failures.push(why),
        }
    }
    if failures.is_empty() {
        screen.tell(&format!(
            "all {} files are there: lapwing build {} -o FILE",
            chosen.len(),
            args.catalogue.display()
        ));
        return Ok(());
    }
    let count = failures.len();
    Err(Failure::Refused(format!(
        "{count} of {} files could not be fetched; run the command again to go on\n{}",
        chosen.len(),
        failures.join("\n")
    )))
}

fn outcome_in_words(wanted: &Wanted, outcome: Outcome, lock: &Lock) -> String {
    let entry = lock.entry(&wanted.file);
    let size = entry.map(|entry| super::table::size(entry.bytes)).unwrap_or_default();
    let features =
        entry.and_then(|entry| entry.features).map_or(String::new(), |n| format!(", {n} features"));
    let what = match outcome {
        Outcome::Fetched => "fetched",
        Outcome::Same => "fetched again, and the same as before",
        Outcome::Unchanged => "not changed since it was fetched",
    };
    format!("{}: {what}{features}, {size}", wanted.file)
}

/// Keeps what is used by the layers that are asked for.
fn choose(all: Vec<Wanted>, only: &[String]) -> Result<Vec<Wanted>, Failure> {
    if only.is_empty() {
        return Ok(all);
    }
    let name = |user: &str| user.rsplit(' ').next().unwrap_or(user).to_owned();
    let known: Vec<String> =
        all.iter().flat_map(|wanted| &wanted.users).map(|user| name(user)).collect();
    for asked in only {
        if !known.contains(asked) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = suggest(asked, &known);
            return Err(Failure::Usage(format!("nothing is fetched for {asked:?}; {hint}")));
        }
    }
    let is_asked = |wanted: &Wanted| wanted.users.iter().any(|user| only.contains(&name(user)));
    Ok(all.into_iter().filter(is_asked).collect())
}

/// Says how the files that are there stand to the lock.
fn offline(chosen: &[Wanted], lock: &Lock, quiet: bool) -> Result<(), Failure> {
    let mut faults = Vec::new();
    for wanted in chosen {
        let standing = lock
            .standing(&wanted.file, &wanted.path)
            .map_err(|error| Failure::unreadable(Path::new(&wanted.path), &error))?;
        let users = wanted.users_in_words();
        let file = &wanted.file;
        match standing {
            Standing::Unknown if !quiet => {
                eprintln!("{file}: there, put there by hand");
            }
            Standing::AsFetched | Standing::Unknown => {}
            Standing::Changed => faults.push(format!(
                "{file}, for {users}, is not as it was fetched: fetch it again with --force, or \
                 take its entry out of {LOCK} to keep it"
            )),
            Standing::Missing => faults.push(format!("{file}, for {users}, is missing")),
        }
    }
    if faults.is_empty() {
        if !quiet {
            eprintln!("all {} files are there", chosen.len());
        }
        return Ok(());
    }
    let count = faults.len();
    let head = format!("{count} of {} files are not as they must be", chosen.len());
    Err(Failure::Refused(format!("{head}\n{}", faults.join("\n"))))
}

/// Tells how it goes on stderr.
struct Screen {
    quiet: bool,
    name: std::cell::RefCell<String>,
    bytes: Teller,
    features: Teller,
}

impl Screen {
    fn new(quiet: bool) -> Self {
        Self {
            quiet,
            name: std::cell::RefCell::default(),
            bytes: Teller::of(quiet, progress::Unit::Bytes),
            features: Teller::of(quiet, progress::Unit::Steps),
        }
    }

    /// What the next transfers are for.
    fn name(&self, file: &str) {
        file.clone_into(&mut self.name.borrow_mut());
    }

    fn tell(&self, line: &str) {
        if !self.quiet {
            eprintln!("{line}");
        }
    }
}

impl Listener for Screen {
    fn begin(&self, unit: Unit, total: Option<u64>) {
        let teller = if unit == Unit::Bytes { &self.bytes } else { &self.features };
        teller.begin(&self.name.borrow(), total.unwrap_or(0));
    }

    fn advance(&self, more: u64) {
        // The one that has no stage takes no notice.
        self.bytes.advance(more);
        self.features.advance(more);
    }

    fn end(&self) {
        self.bytes.finish();
        self.features.finish();
    }

    fn say(&self, line: &str) {
        self.end();
        self.tell(&format!("{}: {line}", self.name.borrow()));
    }
}
