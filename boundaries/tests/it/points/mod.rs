//! Sites, postcodes and addresses from CSV files: valid ones, invalid ones, and the real ones.

mod bad_postcodes;
mod bad_sites;
mod directories;
mod layouts;
mod onspd;
mod registers;
mod sample;
mod sites;

use std::path::PathBuf;

use lapwing_boundaries::catalogue::{PositionColumns, SitesFormat, SitesSource};
use lapwing_boundaries::fault::{Report, Severity};
use lapwing_boundaries::layer::LayerId;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

fn postcode(text: &str) -> Postcode {
    Postcode::parse(text).unwrap()
}

/// The faults as `lapwing check` prints them, each after its severity.
fn messages(report: &Report) -> Vec<String> {
    let severity = |severity| match severity {
        Severity::Note => "note",
        Severity::Repaired => "repaired",
        Severity::Error => "error",
    };
    report.faults.iter().map(|fault| format!("{} {fault}", severity(fault.severity))).collect()
}

/// A layer of sites with one column of each kind.
fn source_of(format: SitesFormat, keep: &[&str]) -> SitesSource {
    SitesSource {
        path: PathBuf::from("gp.csv"),
        format,
        keep: keep.iter().map(|name| (*name).to_owned()).collect(),
        include_closed: false,
        strict: false,
        encoding: None,
    }
}

fn columns(position: PositionColumns) -> SitesFormat {
    SitesFormat::Columns { code: "code".into(), name: "name".into(), position }
}

fn by_postcode() -> SitesFormat {
    columns(PositionColumns::Postcode("postcode".into()))
}

fn by_grid() -> SitesFormat {
    columns(PositionColumns::EastingNorthing("x".into(), "y".into()))
}

fn by_degrees() -> SitesFormat {
    columns(PositionColumns::LonLat("lon".into(), "lat".into()))
}

fn gp() -> LayerId {
    LayerId::parse("gp").unwrap()
}

/// The catalogue's postcodes in these tests: only NN1 1ED.
fn only_nn1_1ed(found: Postcode) -> Option<Bng> {
    (found == postcode("NN1 1ED")).then(|| Bng::new(475_486.0, 260_275.0).unwrap())
}
