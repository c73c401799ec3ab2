//! Formats of the output columns: CSV cells or JSON members.

use std::fmt::Debug;

use lapwing_boundaries::confidence::ConfidenceLevel;

use super::names::{OutputColumn, STATUS};
use crate::answers::text_writer::{ShortText, TextWriter};
use crate::bulk::Status;
use crate::bulk::csv_cell::cell_of;

/// A format. Text that is known at compile time is copied with a fixed length.
pub(in crate::bulk) trait RowFormat: Debug + Send + Sync {
    /// The most frequent status.
    const OK: &'static [u8];
    /// The text before and after any other status.
    const STATUS: [&'static [u8]; 2];
    /// The text before and after a level, and the text for no level.
    const LEVEL: [&'static [u8]; 2];
    const NO_LEVEL: &'static [u8];
    /// The text without a level, then of each level in order.
    const LEVELS: [ShortText; 1 + ConfidenceLevel::ALL.len()] = {
        let [before, after] = Self::LEVEL;
        let mut texts = [ShortText::of([Self::NO_LEVEL, b"", b""]); 1 + ConfidenceLevel::ALL.len()];
        let mut at = 0;
        while at < ConfidenceLevel::ALL.len() {
            let level = ConfidenceLevel::ALL[at].as_str().as_bytes();
            texts[1 + at] = ShortText::of([before, level, after]);
            at += 1;
        }
        texts
    };
    /// The text before a distance, and the text for no distance.
    const DISTANCE: &'static [u8];
    const NO_DISTANCE: &'static [u8];
    /// The text before and after a coverage, and the text for none.
    const COVERAGE: [&'static [u8]; 2];
    const NO_COVERAGE: &'static [u8];
    /// The text before and after the shares of addresses in no area, and the text for none.
    const UNASSIGNED: [&'static [u8]; 2];
    const NO_UNASSIGNED: &'static [u8];
    /// The text before and after the days of boundaries no longer in force, and the text for none.
    const SUPERSEDED: [&'static [u8]; 2];
    const NO_SUPERSEDED: &'static [u8];
    /// The end of a row.
    const END: &'static [u8];

    /// Writes a column for the areas of a layer, of which there can be several or none.
    fn areas<'t>(
        out: &mut Vec<u8>,
        name: impl FnOnce() -> String,
        texts: impl Iterator<Item = &'t str>,
    );

    /// Writes a column with a text or without one.
    fn text(out: &mut Vec<u8>, name: &str, text: Option<&str>);
}

/// CSV cells, each after a comma. Several areas are joined by semicolons.
#[derive(Debug)]
pub(in crate::bulk) struct CsvFormat;

impl RowFormat for CsvFormat {
    const OK: &'static [u8] = ShortText::of([b",", Status::Ok.as_str().as_bytes(), b""]).bytes();
    const STATUS: [&'static [u8]; 2] = [b",", b""];
    const LEVEL: [&'static [u8]; 2] = [b",", b""];
    const NO_LEVEL: &'static [u8] = b",";
    const DISTANCE: &'static [u8] = b",";
    const NO_DISTANCE: &'static [u8] = b",";
    const COVERAGE: [&'static [u8]; 2] = [b",", b""];
    const NO_COVERAGE: &'static [u8] = b",";
    const UNASSIGNED: [&'static [u8]; 2] = [b",", b""];
    const NO_UNASSIGNED: &'static [u8] = b",";
    const SUPERSEDED: [&'static [u8]; 2] = [b",", b""];
    const NO_SUPERSEDED: &'static [u8] = b",";
    const END: &'static [u8] = b"\n";

    fn areas<'t>(
        out: &mut Vec<u8>,
        _name: impl FnOnce() -> String,
        texts: impl Iterator<Item = &'t str>,
    ) {
        out.push(b',');
        cell_of(out, texts);
    }

    fn text(out: &mut Vec<u8>, _name: &str, text: Option<&str>) {
        out.push(b',');
        cell_of(out, text.into_iter());
    }
}

/// Members that follow those of an object. Several areas are joined by semicolons; no area is
/// `null`.
#[derive(Debug)]
pub(in crate::bulk) struct FlatJsonFormat;

impl RowFormat for FlatJsonFormat {
    const OK: &'static [u8] =
        ShortText::of([Self::STATUS[0], Status::Ok.as_str().as_bytes(), Self::STATUS[1]]).bytes();
    const STATUS: [&'static [u8]; 2] = [member(STATUS, b"\"").bytes(), b"\""];
    const LEVEL: [&'static [u8]; 2] = [member(CONFIDENCE, b"\"").bytes(), b"\""];
    const NO_LEVEL: &'static [u8] = member(CONFIDENCE, b"null").bytes();
    const DISTANCE: &'static [u8] = member(DISTANCE, b"").bytes();
    const NO_DISTANCE: &'static [u8] = member(DISTANCE, b"null").bytes();
    const COVERAGE: [&'static [u8]; 2] = [member(COVERAGE, b"\"").bytes(), b"\""];
    const NO_COVERAGE: &'static [u8] = member(COVERAGE, b"null").bytes();
    const UNASSIGNED: [&'static [u8]; 2] = [member(UNASSIGNED, b"\"").bytes(), b"\""];
    const NO_UNASSIGNED: &'static [u8] = member(UNASSIGNED, b"null").bytes();
    const SUPERSEDED: [&'static [u8]; 2] = [member(SUPERSEDED, b"\"").bytes(), b"\""];
    const NO_SUPERSEDED: &'static [u8] = member(SUPERSEDED, b"null").bytes();
    const END: &'static [u8] = b"}\n";

    fn areas<'t>(
        out: &mut Vec<u8>,
        name: impl FnOnce() -> String,
        texts: impl Iterator<Item = &'t str>,
    ) {
        out.push(b',');
        // Writing text to memory cannot fail.
        let _ = serde_json::to_writer(&mut *out, &name());
        out.push(b':');
        let texts: Vec<&str> = texts.collect();
        let text = (!texts.is_empty()).then(|| texts.join(";"));
        let _ = serde_json::to_writer(&mut *out, &text);
    }

    fn text(out: &mut Vec<u8>, name: &str, text: Option<&str>) {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        // Writing text to memory cannot fail.
        let _ = serde_json::to_writer(&mut *out, &text);
    }
}

const CONFIDENCE: &str = OutputColumn::Confidence.as_str();
const DISTANCE: &str = OutputColumn::BoundaryDistance.as_str();
const COVERAGE: &str = OutputColumn::Coverage.as_str();
const UNASSIGNED: &str = OutputColumn::Unassigned.as_str();
const SUPERSEDED: &str = OutputColumn::SupersededSince.as_str();

/// `,"name":` and a value.
pub(in crate::bulk) const fn member(name: &str, value: &[u8]) -> ShortText {
    ShortText::of([b",\"", name.as_bytes(), b"\":"]).and(value)
}

/// Writes a status.
#[inline]
pub(super) fn put_status<F: RowFormat>(writer: &mut TextWriter, status: Status) {
    match status {
        Status::Ok => writer.put(F::OK),
        other => {
            writer.put(F::STATUS[0]);
            writer.put(other.as_str().as_bytes());
            writer.put(F::STATUS[1]);
        }
    }
}

/// Writes a confidence level.
#[inline]
pub(super) fn put_level<F: RowFormat>(writer: &mut TextWriter, level: Option<ConfidenceLevel>) {
    // A table lookup, because a branch on the level would be mispredicted.
    writer.put_short_text(&F::LEVELS[level.map_or(0, |level| 1 + level as usize)]);
}

/// Writes the distance to the nearest boundary in metres. Infinite means none.
#[inline]
pub(super) fn put_distance<F: RowFormat>(writer: &mut TextWriter, metres: f64) {
    if metres < f64::INFINITY {
        writer.put(F::DISTANCE);
        writer.tenths(metres);
    } else {
        writer.put(F::NO_DISTANCE);
    }
}
