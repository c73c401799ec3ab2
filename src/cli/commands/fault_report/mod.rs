//! The report of `check` and `build`, as text and as JSON.

mod json;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::fault::{Fault, FaultKind, Report, RowCounts, Severity};
use lapwing_boundaries::layer::LayerId;

pub(super) use json::{write_catalogue_report, write_report};

/// How many faults of each kind are printed: enough to see what they have in common.
pub(super) const FEW: usize = 5;

/// The faults as text: errors first, then repairs, then notes; in each, by layer and kind, at most
/// `most` of each kind.
pub(super) fn as_text(report: &Report, most: usize) -> String {
    let mut out = String::new();
    let layers = layers_of(report);
    for severity in [Severity::Error, Severity::Repaired, Severity::Note] {
        for &layer in &layers {
            let is_of_both =
                |fault: &&Fault| fault.severity == severity && fault.layer.as_ref() == layer;
            let faults: Vec<&Fault> = report.faults.iter().filter(is_of_both).collect();
            for kind in kinds_of(&faults) {
                let group: Vec<&Fault> =
                    faults.iter().copied().filter(|fault| fault.kind == kind).collect();
                write_group(&mut out, layer, severity, kind, &group, most);
            }
        }
    }
    out
}

/// Returns true if the text does not list every fault.
pub(super) fn has_more(report: &Report) -> bool {
    let mut counts = BTreeMap::new();
    for fault in &report.faults {
        *counts.entry((fault.layer.as_ref(), fault.severity, fault.kind)).or_insert(0_usize) += 1;
    }
    counts.into_values().any(|count| count > FEW)
}

fn write_group(
    out: &mut String,
    layer: Option<&LayerId>,
    severity: Severity,
    kind: FaultKind,
    group: &[&Fault],
    most: usize,
) {
    let layer = layer.map_or_else(String::new, |layer| format!("{layer}: "));
    // Writing to a String does not fail.
    let _ = writeln!(out, "{layer}{} {} ({})", word(severity), kind.slug(), group.len());
    for fault in group.iter().take(most) {
        // The heading names the layer.
        let fault = Fault { layer: None, ..(*fault).clone() };
        let _ = writeln!(out, "  {fault}");
    }
    if group.len() > most {
        let _ = writeln!(out, "  and {} more of this kind", group.len() - most);
    }
}

/// One line per layer, then the postcodes and addresses.
pub(super) fn summary(
    catalogue: &Catalogue,
    contents: Option<&Contents>,
    report: &Report,
) -> String {
    let mut out = String::new();
    let tally = |of: &dyn Fn(&Fault) -> bool| Tally::of(report.faults.iter().filter(|f| of(f)));
    for spec in &catalogue.layers {
        let id = &spec.meta.id;
        let held = contents.and_then(|contents| {
            let layer = contents.layers.iter().find(|layer| layer.meta().id == *id)?;
            let kind = if layer.is_areas() { "areas" } else { "sites" };
            Some(format!("{} {kind}, ", layer.len()))
        });
        let tally = tally(&|fault| fault.layer.as_ref() == Some(id));
        let _ = writeln!(out, "{id}: {}{tally}", held.unwrap_or_default());
        write_rows(&mut out, report, Some(id));
    }
    let rest = tally(&|fault| fault.layer.is_none());
    if let Some(contents) = contents.filter(|_| catalogue.postcodes.is_some()) {
        let _ = writeln!(out, "postcodes: {} postcodes, {rest}", contents.postcodes.len());
    } else if rest != Tally::default() {
        let _ = writeln!(out, "outside the layers: {rest}");
    }
    if let Some(contents) = contents.filter(|_| catalogue.addresses.is_some()) {
        let _ = writeln!(out, "addresses: {} addresses", contents.addresses.len());
    }
    write_rows(&mut out, report, None);
    out
}

/// What became of the rows of each CSV.
pub(super) fn rows(report: &Report) -> String {
    let mut out = String::new();
    for counts in &report.rows {
        let _ = writeln!(out, "{}", rows_in_words(counts));
    }
    out
}

/// Writes the rows of the files of a layer, or of those outside any.
fn write_rows(out: &mut String, report: &Report, layer: Option<&LayerId>) {
    for counts in report.rows.iter().filter(|counts| counts.layer.as_ref() == layer) {
        let _ = writeln!(out, "  {}", rows_in_words(counts));
    }
}

/// `onspd.csv: 9 rows: 5 kept (2 terminated, 3 without a position), 4 left out`.
fn rows_in_words(counts: &RowCounts) -> String {
    let RowCounts { file, rows, kept, terminated, without_position, left_out, .. } = counts;
    let mut of_kept = Vec::new();
    for (count, what) in [(terminated, "terminated"), (without_position, "without a position")] {
        if *count > 0 {
            of_kept.push(format!("{count} {what}"));
        }
    }
    let of_kept =
        if of_kept.is_empty() { String::new() } else { format!(" ({})", of_kept.join(", ")) };
    format!("{file}: {rows} rows: {kept} kept{of_kept}, {left_out} left out")
}

/// The number of faults of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    errors: usize,
    repaired: usize,
    notes: usize,
}

impl Tally {
    fn of<'a>(faults: impl Iterator<Item = &'a Fault>) -> Self {
        let mut tally = Self::default();
        for fault in faults {
            match fault.severity {
                Severity::Error => tally.errors += 1,
                Severity::Repaired => tally.repaired += 1,
                Severity::Note => tally.notes += 1,
            }
        }
        tally
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { errors, repaired, notes } = self;
        if *self == Self::default() {
            return f.write_str("no faults");
        }
        let mut parts = Vec::new();
        for (count, one, many) in [
            (*errors, "error", "errors"),
            (*repaired, "repaired", "repaired"),
            (*notes, "note", "notes"),
        ] {
            match count {
                0 => {}
                1 => parts.push(format!("1 {one}")),
                _ => parts.push(format!("{count} {many}")),
            }
        }
        f.write_str(&parts.join(", "))
    }
}

/// `1 error`, `12 errors`.
pub(super) fn errors_in_words(report: &Report) -> String {
    match report.count(Severity::Error) {
        1 => "1 error".to_owned(),
        count => format!("{count} errors"),
    }
}

/// The layers with faults, in order of first appearance; `None` for faults outside any layer.
fn layers_of(report: &Report) -> Vec<Option<&LayerId>> {
    let mut layers = Vec::new();
    for fault in &report.faults {
        let layer = fault.layer.as_ref();
        if !layers.contains(&layer) {
            layers.push(layer);
        }
    }
    layers
}

fn kinds_of(faults: &[&Fault]) -> Vec<FaultKind> {
    let mut kinds = Vec::new();
    for fault in faults {
        if !kinds.contains(&fault.kind) {
            kinds.push(fault.kind);
        }
    }
    kinds
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Repaired => "repaired",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let ward = LayerId::parse("ward").unwrap();
        let mut report = Report::default();
        for feature in 0..7 {
            let fault = Fault::repaired(FaultKind::WrongWinding, "turned round");
            report.add(fault.in_layer(&ward).in_file("w.geojson").of_feature(feature, None));
        }
        let crossing = Fault::error(FaultKind::SelfCrossing, "the ring crosses itself");
        report.add(
            crossing
                .in_layer(&ward)
                .in_file("w.geojson")
                .of_feature(3, Some("W3"))
                .of_ring(0, 0)
                .at(475_486.0, 260_275.0),
        );
        report.add(Fault::note(FaultKind::InvalidPostcode, "left out").in_file("p.csv"));
        report
    }

    #[test]
    fn errors_come_first_and_the_remainder_of_a_kind_is_counted() {
        assert_eq!(
            as_text(&report(), 2),
            "ward: error self_crossing (1)\n  \
               w.geojson: feature 3 (W3), polygon 0, ring 0, at 475486 260275: the ring crosses itself\n\
             ward: repaired wrong_winding (7)\n  \
               w.geojson: feature 0: turned round\n  \
               w.geojson: feature 1: turned round\n  \
               and 5 more of this kind\n\
             note invalid_postcode (1)\n  \
               p.csv: left out\n"
        );
    }

    #[test]
    fn errors_of_any_layer_come_before_notes_of_the_first() {
        let (ward, parish) = (LayerId::parse("ward").unwrap(), LayerId::parse("parish").unwrap());
        let mut report = Report::default();
        report.add(Fault::note(FaultKind::WrongWinding, "wound the wrong way").in_layer(&ward));
        report.add(Fault::error(FaultKind::MissingCode, "no code").in_layer(&parish));
        let text = as_text(&report, FEW);
        assert!(text.starts_with("parish: error missing_code (1)\n"), "{text}");
    }

    #[test]
    fn the_rows_of_a_file_are_counted_by_what_became_of_them() {
        let counts = RowCounts {
            file: "onspd.csv".to_owned(),
            rows: 9,
            kept: 5,
            terminated: 2,
            without_position: 3,
            left_out: 4,
            ..RowCounts::default()
        };
        let report = Report { rows: vec![counts], ..Report::default() };
        let expected =
            "onspd.csv: 9 rows: 5 kept (2 terminated, 3 without a position), 4 left out\n";
        assert_eq!(rows(&report), expected);
    }

    #[test]
    fn without_a_limit_every_fault_is_listed() {
        let text = as_text(&report(), usize::MAX);
        assert_eq!(text.matches("turned round").count(), 7);
        assert!(!text.contains("more of this kind"));
    }

    #[test]
    fn a_tally_omits_severities_without_faults() {
        assert_eq!(Tally::default().to_string(), "no faults");
        let report = report();
        assert_eq!(Tally::of(report.faults.iter()).to_string(), "1 error, 7 repaired, 1 note");
    }
}
