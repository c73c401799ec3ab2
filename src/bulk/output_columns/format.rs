//! How what is added to a row is written: as cells of CSV or as members of an object in JSON.

use std::fmt::Debug;

use lapwing_boundaries::confidence::ConfidenceLevel;

use super::names::{AddedColumn, STATUS};
use crate::answers::text_writer::{Pen, Short};
use crate::bulk::Status;
use crate::bulk::csv_cell::cell_of;

/// A way to write it. What is known when the program is compiled is copied without asking how long
/// it is.
pub(in crate::bulk) trait Form: Debug + Send + Sync {
    /// The status of most rows.
    const OK: &'static [u8];
    /// Before and after any other.
    const STATUS: [&'static [u8]; 2];
    /// Before and after the level of an answer, and where there is none.
    const LEVEL: [&'static [u8]; 2];
    const NO_LEVEL: &'static [u8];
    /// The text without a level, then of each level in order.
    const LEVELS: [Short; 1 + ConfidenceLevel::ALL.len()] = {
        let [before, after] = Self::LEVEL;
        let mut texts = [Short::of([Self::NO_LEVEL, b"", b""]); 1 + ConfidenceLevel::ALL.len()];
        let mut at = 0;
        while at < ConfidenceLevel::ALL.len() {
            let level = ConfidenceLevel::ALL[at].as_str().as_bytes();
            texts[1 + at] = Short::of([before, level, after]);
            at += 1;
        }
        texts
    };
    /// Before a distance, and where there is none.
    const DISTANCE: &'static [u8];
    const NO_DISTANCE: &'static [u8];
    /// The end of a row.
    const END: &'static [u8];

    /// Writes a column of the areas of a layer, of which there may be several or none.
    fn areas<'t>(
        out: &mut Vec<u8>,
        name: impl FnOnce() -> String,
        texts: impl Iterator<Item = &'t str>,
    );
}

/// Cells, each after a comma; several areas in one, by semicolons.
#[derive(Debug)]
pub(in crate::bulk) struct Cells;

impl Form for Cells {
    const OK: &'static [u8] = Short::of([b",", Status::Ok.as_str().as_bytes(), b""]).bytes();
    const STATUS: [&'static [u8]; 2] = [b",", b""];
    const LEVEL: [&'static [u8]; 2] = [b",", b""];
    const NO_LEVEL: &'static [u8] = b",";
    const DISTANCE: &'static [u8] = b",";
    const NO_DISTANCE: &'static [u8] = b",";
    const END: &'static [u8] = b"\n";

    fn areas<'t>(
        out: &mut Vec<u8>,
        _name: impl FnOnce() -> String,
        texts: impl Iterator<Item = &'t str>,
    ) {
        out.push(b',');
        cell_of(out, texts);
    }
}

/// Members after those that an object has; several areas in one text, by semicolons, and `null` for
/// none.
#[derive(Debug)]
pub(in crate::bulk) struct FlatMembers;

impl Form for FlatMembers {
    const OK: &'static [u8] =
        Short::of([Self::STATUS[0], Status::Ok.as_str().as_bytes(), Self::STATUS[1]]).bytes();
    const STATUS: [&'static [u8]; 2] = [member(STATUS, b"\"").bytes(), b"\""];
    const LEVEL: [&'static [u8]; 2] = [member(CONFIDENCE, b"\"").bytes(), b"\""];
    const NO_LEVEL: &'static [u8] = member(CONFIDENCE, b"null").bytes();
    const DISTANCE: &'static [u8] = member(DISTANCE, b"").bytes();
    const NO_DISTANCE: &'static [u8] = member(DISTANCE, b"null").bytes();
    const END: &'static [u8] = b"}\n";

    fn areas<'t>(
        out: &mut Vec<u8>,
        name: impl FnOnce() -> String,
        texts: impl Iterator<Item = &'t str>,
    ) {
        out.push(b',');
        // Neither memory nor a text can fail to be written.
        let _ = serde_json::to_writer(&mut *out, &name());
        out.push(b':');
        let texts: Vec<&str> = texts.collect();
        let text = (!texts.is_empty()).then(|| texts.join(";"));
        let _ = serde_json::to_writer(&mut *out, &text);
    }
}

const CONFIDENCE: &str = AddedColumn::Confidence.as_str();
const DISTANCE: &str = AddedColumn::BoundaryDistance.as_str();

/// `,"name":` and a value.
pub(in crate::bulk) const fn member(name: &str, value: &[u8]) -> Short {
    Short::of([b",\"", name.as_bytes(), b"\":"]).and(value)
}

/// Writes a status.
#[inline]
pub(super) fn put_status<F: Form>(pen: &mut Pen, status: Status) {
    match status {
        Status::Ok => pen.put(F::OK),
        other => {
            pen.put(F::STATUS[0]);
            pen.put(other.as_str().as_bytes());
            pen.put(F::STATUS[1]);
        }
    }
}

/// Writes how sure an answer is.
#[inline]
pub(super) fn put_level<F: Form>(pen: &mut Pen, level: Option<ConfidenceLevel>) {
    // Which it is can't be guessed.
    pen.put_short(&F::LEVELS[level.map_or(0, |level| 1 + level as usize)]);
}

/// Writes how far the nearest boundary is, in metres; infinite where there is none.
#[inline]
pub(super) fn put_distance<F: Form>(pen: &mut Pen, metres: f64) {
    if metres < f64::INFINITY {
        pen.put(F::DISTANCE);
        pen.tenths(metres);
    } else {
        pen.put(F::NO_DISTANCE);
    }
}
