//! `lapwing check`: lists the problems in the files of a catalogue.

use std::io::Write as _;
use std::path::PathBuf;

use lapwing_boundaries::atlas::Day;

use super::load_catalogue::SourceArgs;
use super::output::is_dash;
use super::progress::ProgressReporter;
use super::{fault_report, load_catalogue, locate, published, superseded};
use crate::cli::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  lapwing check northamptonshire/catalogue.toml --data ~/downloads --report faults.json")]
pub(crate) struct CheckArgs {
    /// Catalogue: a TOML file that names the boundary files
    pub(crate) catalogue: PathBuf,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// Compare the ward published for each postcode with the ward that contains it, and list the
    /// published codes that are in no layer
    #[arg(long)]
    pub(crate) postcodes: bool,
    /// Note composed areas whose members are no longer in force on this date [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
}

pub(crate) fn run(args: &CheckArgs, quiet: bool) -> Result<(), Failure> {
    let progress = ProgressReporter::new(quiet);
    let gathered = load_catalogue::gather_all(&args.catalogue, &args.sources, &progress)?;
    progress.finish();
    let load_catalogue::LoadedCatalogue { catalogue, contents, mut report } = gathered;
    if let Some(contents) = &contents {
        let (Day::Requested(day) | Day::Today(day)) = locate::day(args.date);
        superseded::note(&catalogue, contents, day, &mut report);
    }
    let compared = contents.as_ref().filter(|_| args.postcodes).map(published::compare);
    if let Some(path) = &args.sources.report {
        let (file, compared) = (&args.catalogue, compared.as_ref());
        fault_report::write_report(path, file, &catalogue, contents.as_ref(), &report, compared)?;
    }

    // If the JSON report goes to stdout, the text goes to stderr.
    let report_on_stdout = args.sources.report.as_deref().is_some_and(is_dash);
    let mut out: Box<dyn std::io::Write> =
        if report_on_stdout { Box::new(std::io::stderr()) } else { Box::new(std::io::stdout()) };
    let text = fault_report::as_text(&report, fault_report::FEW);
    out.write_all(text.as_bytes())?;
    if fault_report::has_more(&report) {
        match &args.sources.report {
            Some(path) if !report_on_stdout => {
                writeln!(out, "every fault is in {}", path.display())?;
            }
            Some(_) => {}
            None => writeln!(out, "`--report FILE` writes every fault as JSON")?,
        }
    }
    if !report.faults.is_empty() {
        writeln!(out)?;
    }
    out.write_all(fault_report::summary(&catalogue, contents.as_ref(), &report).as_bytes())?;
    if args.postcodes {
        match &compared {
            Some(compared) => out.write_all(compared.as_text().as_bytes())?,
            None => {
                writeln!(out, "the published wards were not compared: correct the errors first")?;
            }
        }
    }
    out.flush()?;
    if report.has_errors() {
        let errors = fault_report::errors_in_words(&report);
        return Err(Failure::Refused(format!("{errors}: these files cannot be built")));
    }
    Ok(())
}
