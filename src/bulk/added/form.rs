//! How what is added to a row is written: as cells of CSV or as members of an object in JSON.

use std::fmt::Debug;

use lapwing_boundaries::locate::Level;

use crate::bulk::Status;
use crate::bulk::write::cell_of;
use crate::pen::Pen;

/// A way to write it. What is known when the program is compiled is copied without asking how long
/// it is.
pub(in crate::bulk) trait Form: Debug + Send + Sync {
    /// The status of most rows.
    const OK: &'static [u8];
    /// Before and after any other.
    const STATUS: [&'static [u8]; 2];
    /// How sure most rows are, up to where the distance stands.
    const HIGH: &'static [u8];
    /// Before and after any other, and where nothing is known of that.
    const LEVEL: [&'static [u8]; 2];
    const NO_LEVEL: &'static [u8];
    const NO_DISTANCE: &'static [u8];
    /// The end of a row.
    const END: &'static [u8];

    /// Writes the codes and names of the areas of a layer, of which there may be several or none.
    fn areas<'t>(
        out: &mut Vec<u8>,
        key: &str,
        areas: impl Iterator<Item = (&'t str, &'t str)> + Clone,
    );
}

/// Cells, each after a comma; several areas in one, by semicolons.
#[derive(Debug)]
pub(in crate::bulk) struct Cells;

impl Form for Cells {
    const OK: &'static [u8] = b",ok";
    const STATUS: [&'static [u8]; 2] = [b",", b""];
    const HIGH: &'static [u8] = b",high,";
    const LEVEL: [&'static [u8]; 2] = [b",", b","];
    const NO_LEVEL: &'static [u8] = b",,";
    const NO_DISTANCE: &'static [u8] = b"";
    const END: &'static [u8] = b"\n";

    fn areas<'t>(
        out: &mut Vec<u8>,
        _key: &str,
        areas: impl Iterator<Item = (&'t str, &'t str)> + Clone,
    ) {
        out.push(b',');
        cell_of(out, areas.clone().map(|(code, _)| code));
        out.push(b',');
        cell_of(out, areas.map(|(_, name)| name));
    }
}

/// Members after those that an object has; several areas in one text, by semicolons, and `null` for
/// none.
#[derive(Debug)]
pub(in crate::bulk) struct FlatMembers;

impl Form for FlatMembers {
    const OK: &'static [u8] = b",\"status\":\"ok\"";
    const STATUS: [&'static [u8]; 2] = [b",\"status\":\"", b"\""];
    const HIGH: &'static [u8] = b",\"confidence\":\"high\",\"boundary_distance_m\":";
    const LEVEL: [&'static [u8]; 2] = [b",\"confidence\":\"", b"\",\"boundary_distance_m\":"];
    const NO_LEVEL: &'static [u8] = b",\"confidence\":null,\"boundary_distance_m\":";
    const NO_DISTANCE: &'static [u8] = b"null";
    const END: &'static [u8] = b"}\n";

    fn areas<'t>(
        out: &mut Vec<u8>,
        key: &str,
        areas: impl Iterator<Item = (&'t str, &'t str)> + Clone,
    ) {
        let (codes, names): (Vec<&str>, Vec<&str>) = areas.unzip();
        for (what, texts) in [("code", codes), ("name", names)] {
            out.push(b',');
            // Neither memory nor a text can fail to be written.
            let _ = serde_json::to_writer(&mut *out, &format!("{key}_{what}"));
            out.push(b':');
            let text = (!texts.is_empty()).then(|| texts.join(";"));
            let _ = serde_json::to_writer(&mut *out, &text);
        }
    }
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

/// Writes how sure an answer is and how far the nearest boundary, in metres.
#[inline]
pub(super) fn put_sureness<F: Form>(pen: &mut Pen, level: Option<Level>, distance: f64) {
    match level {
        None => pen.put(F::NO_LEVEL),
        Some(Level::High) => pen.put(F::HIGH),
        Some(level) => {
            pen.put(F::LEVEL[0]);
            pen.put(level.as_str().as_bytes());
            pen.put(F::LEVEL[1]);
        }
    }
    if distance < f64::INFINITY {
        pen.tenths(distance);
    } else {
        pen.put(F::NO_DISTANCE);
    }
}
