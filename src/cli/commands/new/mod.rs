//! `lapwing new`: a catalogue for any authority of England, ready to be fetched and built.

mod authorities;
mod sources;
mod write;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::failure::{Failure, suggest};
use super::output::Output;
use authorities::Authority;
use sources::{Edition, USUAL_WARDS, WARDS};
use write::{NO_LAPS, Plan};

/// The one place whose partnerships are published in what we hold.
const NORTHAMPTONSHIRE: &str = "northamptonshire";

/// Its partnerships, as far as they are known.
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

The catalogue names wards, parishes, ground without a parish, census areas, GP practices and
postcodes, each with where it is published. It is yours to change.")]
pub(crate) struct NewArgs {
    /// A place that is known with its partnerships: northamptonshire
    #[arg(conflicts_with_all = ["authority", "wards"], required_unless_present = "authority")]
    place: Option<String>,
    /// An authority of England, by its code (E06…, E07…, E08…, E09…) or name; may be repeated
    #[arg(long, value_name = "CODE")]
    authority: Vec<String>,
    /// The folder to write to
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// The title of the place; without it, the authorities' names
    #[arg(long)]
    title: Option<String>,
    /// How finely boundaries are drawn
    #[arg(long, value_enum, ignore_case = true, default_value_t = Fineness::Bgc)]
    resolution: Fineness,
    /// An edition of wards: 2022-12, 2024-05 or 2025-05; several are vintages of one layer
    #[arg(long, value_name = "YYYY-MM", default_value = USUAL_WARDS)]
    wards: Vec<String>,
    /// Write over a catalogue that is there
    #[arg(long)]
    force: bool,
}

/// How finely boundaries are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Fineness {
    /// Generalised to 20 m, ONS's usual choice for maps
    Bgc,
    /// Full, for answers close to a boundary; ten times as large
    Bfc,
}

pub(super) fn run(args: &NewArgs, quiet: bool) -> Result<(), Failure> {
    let (plan, laps) = plan(args)?;
    let folder = &args.output;
    let files = [("catalogue.toml", write::catalogue(&plan)), ("laps.toml", laps.to_owned())];
    if !args.force {
        for (name, _) in &files {
            let path = folder.join(name);
            if path.exists() {
                return Err(Failure::Refused(format!(
                    "{} is there already: name another folder, or --force writes over it",
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
        eprintln!("fetch what it names: lapwing fetch {catalogue}");
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
                "{place:?} is no place that is known with its partnerships; {hint}; of any other, \
                 name the authorities: --authority CODE"
            );
            return Err(Failure::Usage(message));
        }
        let plan = Plan {
            title: args.title.clone().unwrap_or_else(|| "Northamptonshire".to_owned()),
            authorities: find_all(&["E06000061", "E06000062"])?,
            resolution,
            // The wards of which the partnerships are made.
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

/// The authorities, none twice, in the order of their codes.
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

/// The editions of wards, none twice, oldest first.
fn editions(ids: &[&str]) -> Result<Vec<&'static Edition>, Failure> {
    let known: Vec<&str> = WARDS.iter().map(|edition| edition.id).collect();
    for id in ids {
        if !known.contains(id) {
            let hint = suggest(id, &known);
            let message = format!("there is no edition {id:?} of wards; {hint}");
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
