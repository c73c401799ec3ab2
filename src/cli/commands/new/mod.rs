//! `lapwing new`: writes a catalogue for any local authority in England, ready to fetch and build.

mod authorities;
mod sources;
mod write;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::Output;
use crate::cli::failure::{Failure, suggest};
use authorities::Authority;
use sources::{DEFAULT_WARDS, Edition, WARDS};
use write::{NO_LAPS, Plan};

/// The only place whose partnerships are published in the sources we have.
const NORTHAMPTONSHIRE: &str = "northamptonshire";

/// Its known partnerships.
const NORTHAMPTONSHIRE_LAPS: &str =
    include_str!("../../../../boundaries/catalogues/northamptonshire/laps.toml");

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing new northamptonshire -o northamptonshire
  lapwing new --authority E06000062 -o west
  lapwing new --authority \"Milton Keynes\" --authority E06000055 --wards 2025-05 -o mk
then
  lapwing fetch west/catalogue.toml
  lapwing build west/catalogue.toml -o west.lapwing

The catalogue names the sources of wards, parishes, unparished areas, census areas, GP practices
and postcodes. Edit it as you need.")]
pub(crate) struct NewArgs {
    /// A place with known partnerships: northamptonshire
    #[arg(conflicts_with_all = ["authority", "wards"], required_unless_present = "authority")]
    place: Option<String>,
    /// Local authority in England, by code (E06…, E07…, E08…, E09…) or name; repeatable
    #[arg(long, value_name = "CODE")]
    authority: Vec<String>,
    /// Folder to write to
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// Title of the catalogue [default: the names of the authorities]
    #[arg(long)]
    title: Option<String>,
    /// Resolution of the boundaries
    #[arg(long, value_enum, ignore_case = true, default_value_t = Fineness::Bgc)]
    resolution: Fineness,
    /// Edition of the wards: 2022-12, 2024-05 or 2025-05; repeat for several vintages of one layer
    #[arg(long, value_name = "YYYY-MM", default_value = DEFAULT_WARDS)]
    wards: Vec<String>,
    /// Overwrite an existing catalogue
    #[arg(long)]
    force: bool,
}

/// The resolution of boundaries, as ONS names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Fineness {
    /// Generalised to 20 m
    Bgc,
    /// Full resolution, for lookups close to a boundary; about ten times the size
    Bfc,
}

pub(crate) fn run(args: &NewArgs, quiet: bool) -> Result<(), Failure> {
    let (plan, laps) = plan(args)?;
    let folder = &args.output;
    let files = [("catalogue.toml", write::catalogue(&plan)), ("laps.toml", laps.to_owned())];
    if !args.force {
        for (name, _) in &files {
            let path = folder.join(name);
            if path.exists() {
                return Err(Failure::Refused(format!(
                    "{} already exists: choose another folder, or overwrite it with --force",
                    path.display()
                )));
            }
        }
    }
    fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, &error))?;
    for (name, text) in &files {
        write_file(&folder.join(name), text)?;
    }
    if !quiet {
        let catalogue = folder.join("catalogue.toml");
        let catalogue = catalogue.display();
        eprintln!("{catalogue}: {}", plan.title);
        eprintln!("to download its files: lapwing fetch {catalogue}");
    }
    Ok(())
}

fn plan(args: &NewArgs) -> Result<(Plan<'static>, &'static str), Failure> {
    let resolution = match args.resolution {
        Fineness::Bgc => "BGC",
        Fineness::Bfc => "BFC",
    };
    if let Some(place) = &args.place {
        if !place.eq_ignore_ascii_case(NORTHAMPTONSHIRE) {
            let hint = suggest(&place.to_lowercase(), &[NORTHAMPTONSHIRE]);
            let message = format!(
                "the partnerships of {place:?} are not known; {hint}; for any other place, use \
                 --authority CODE"
            );
            return Err(Failure::Usage(message));
        }
        let plan = Plan {
            title: args.title.clone().unwrap_or_else(|| "Northamptonshire".to_owned()),
            authorities: find_all(&["E06000061", "E06000062"])?,
            resolution,
            // The wards that make up the partnerships.
            wards: editions(&["2022-12"])?,
            wards_hold: Some(("2021-04-01", "2025-05-01")),
            has_laps: true,
        };
        return Ok((plan, NORTHAMPTONSHIRE_LAPS));
    }
    let codes: Vec<&str> = args.authority.iter().map(String::as_str).collect();
    let authorities = find_all(&codes)?;
    let names: Vec<&str> = authorities.iter().map(|a| a.name.as_str()).collect();
    let editions_asked: Vec<&str> = args.wards.iter().map(String::as_str).collect();
    let plan = Plan {
        title: args.title.clone().unwrap_or_else(|| names.join(", ")),
        authorities,
        resolution,
        wards: editions(&editions_asked)?,
        wards_hold: None,
        has_laps: false,
    };
    Ok((plan, NO_LAPS))
}

/// The authorities without duplicates, sorted by code.
fn find_all(texts: &[&str]) -> Result<Vec<Authority>, Failure> {
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for text in texts {
        match authorities::find(text) {
            Ok(authority) if !found.contains(&authority) => found.push(authority),
            Ok(_) => {}
            Err(why) => faults.push(why),
        }
    }
    if !faults.is_empty() {
        return Err(Failure::Usage(faults.join("\n")));
    }
    found.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(found)
}

/// The editions of wards without duplicates, oldest first.
fn editions(ids: &[&str]) -> Result<Vec<&'static Edition>, Failure> {
    let known: Vec<&str> = WARDS.iter().map(|edition| edition.id).collect();
    for id in ids {
        if !known.contains(id) {
            let hint = suggest(id, &known);
            let message = format!("unknown edition of wards {id:?}; {hint}");
            return Err(Failure::Usage(message));
        }
    }
    Ok(WARDS.iter().filter(|edition| ids.contains(&edition.id)).collect())
}

fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    output.write_all(text.as_bytes()).map_err(|error| output.failed(&error))?;
    output.finish()
}
