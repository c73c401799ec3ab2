//! Layers as GeoJSON (RFC 7946), written in chunks, for `lapwing export` and the collections of the
//! service.
//!
//! A feature is `{"type": "Feature", "id": CODE, "geometry": …, "properties": …}`, its properties
//! those of [`crate::features::attributes`]. All features of
//! a layer have one geometry type, MultiPolygon for areas and Point for sites, so that tables
//! with a typed geometry column take them as they come.

use std::io::Write as _;
use std::sync::Arc;

use geo::{Coord, LineString, MultiPolygon};
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::Bng;
use serde_json::{Map, Value};

use crate::features::attributes::Schema;
use crate::features::crs::Crs;
use crate::features::generalise::Drawing;

mod collection;
#[cfg(test)]
mod tests;

pub use collection::FeatureCollection;

/// How features are written.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The CRS.
    pub crs: Crs,
    /// The attributes, as indices in the schema; `None` for all.
    pub only: Option<Arc<[usize]>>,
    /// Simplified geometries to write instead of the areas' own.
    pub drawing: Option<Drawing>,
}

impl From<Crs> for Form {
    /// All attributes and the original geometries.
    fn from(crs: Crs) -> Self {
        Self { crs, ..Self::default() }
    }
}

/// Appends a feature, with its `bbox` if it is an area. `members`, such as `links`, follow its own
/// members.
///
/// # Panics
///
/// If the index is not in the layer of the schema.
pub fn write_feature(
    out: &mut Vec<u8>,
    atlas: &Atlas,
    schema: &Schema,
    index: usize,
    form: &Form,
    members: &Map<String, Value>,
) {
    append(out, atlas, schema, index, form, &mut Bounds::default(), |out, bounds| {
        if atlas.layers()[schema.layer()].layer().is_areas() {
            bounds.write(out, form.crs);
        }
        write_members(out, members);
    });
}

/// Appends a feature and the members that `more` writes, and extends the bounds by its coordinates.
fn append(
    out: &mut Vec<u8>,
    atlas: &Atlas,
    schema: &Schema,
    index: usize,
    form: &Form,
    bounds: &mut Bounds,
    more: impl FnOnce(&mut Vec<u8>, &Bounds),
) {
    let layer = atlas.layers()[schema.layer()].layer();
    let crs = form.crs;
    let properties = schema.properties(atlas, index, form.only.as_deref());
    out.extend(br#"{"type":"Feature","id":"#);
    write_value(out, &schema.json(atlas, index, Schema::CODE));
    out.extend(br#","geometry":"#);
    if layer.is_areas() {
        let drawn = form.drawing.as_ref().and_then(|drawing| drawing.get(index));
        let ground = drawn.unwrap_or_else(|| layer.areas()[index].geometry());
        write_multi_polygon(out, ground, crs, bounds);
    } else {
        out.extend(br#"{"type":"Point","coordinates":"#);
        write_position(out, layer.sites()[index].position, crs, bounds);
        out.push(b'}');
    }
    out.extend(br#","properties":"#);
    write_value(out, &Value::Object(properties));
    more(out, bounds);
    out.push(b'}');
}

/// Appends a geometry in BNG metres as a MultiPolygon, and extends the bounds by its coordinates.
pub fn write_multi_polygon(
    out: &mut Vec<u8>,
    ground: &MultiPolygon<f64>,
    crs: Crs,
    bounds: &mut Bounds,
) {
    out.extend(br#"{"type":"MultiPolygon","coordinates":["#);
    for (at, polygon) in ground.iter().enumerate() {
        out.extend(if at == 0 { &b"["[..] } else { b",[" });
        write_ring(out, polygon.exterior(), crs, bounds);
        for hole in polygon.interiors() {
            out.push(b',');
            write_ring(out, hole, crs, bounds);
        }
        out.push(b']');
    }
    out.extend(b"]}");
}

/// Appends a geometry in BNG metres: a Polygon if it has one part, otherwise a MultiPolygon.
pub fn write_ground(out: &mut Vec<u8>, ground: &MultiPolygon<f64>, crs: Crs) {
    let bounds = &mut Bounds::default();
    let [polygon] = ground.0.as_slice() else {
        return write_multi_polygon(out, ground, crs, bounds);
    };
    out.extend(br#"{"type":"Polygon","coordinates":["#);
    write_ring(out, polygon.exterior(), crs, bounds);
    for hole in polygon.interiors() {
        out.push(b',');
        write_ring(out, hole, crs, bounds);
    }
    out.extend(b"]}");
}

/// Positions that equal the previous one after rounding are left out while more than four remain.
fn write_ring(out: &mut Vec<u8>, ring: &LineString<f64>, crs: Crs, bounds: &mut Bounds) {
    let start = out.len();
    if write_positions(out, ring, crs, bounds, true) < 4 {
        out.truncate(start);
        write_positions(out, ring, crs, bounds, false);
    }
}

/// Returns the number of positions written.
fn write_positions(
    out: &mut Vec<u8>,
    ring: &LineString<f64>,
    crs: Crs,
    bounds: &mut Bounds,
    leave_out: bool,
) -> usize {
    out.push(b'[');
    let mut last = out.len()..out.len();
    let mut written = 0;
    // Every coordinate of an atlas was checked where it entered.
    for at in ring.coords().filter_map(|&Coord { x, y }| Bng::new(x, y).ok()) {
        if written > 0 {
            out.push(b',');
        }
        let start = out.len();
        write_position(out, at, crs, bounds);
        if leave_out && out[start..] == out[last.clone()] {
            out.truncate(start - 1);
        } else {
            last = start..out.len();
            written += 1;
        }
    }
    out.push(b']');
    written
}

fn write_position(out: &mut Vec<u8>, at: Bng, crs: Crs, bounds: &mut Bounds) {
    let [first, second] = crs.own(at);
    bounds.widen([first, second]);
    out.push(b'[');
    write_number(out, first, crs.decimals());
    out.push(b',');
    write_number(out, second, crs.decimals());
    out.push(b']');
}

/// Writes a number with at most `decimals` decimals, up to 9, without trailing zeros.
fn write_number(out: &mut Vec<u8>, number: f64, decimals: usize) {
    let unit = 10_u64.pow(decimals as u32);
    let scaled = (number.abs() * unit as f64).round();
    // Up to this value every integer is exact; no coordinate is larger.
    if scaled >= 9e15 {
        // Writing to memory does not fail, here and below.
        let _ = write!(out, "{number}");
        return;
    }
    let scaled = scaled as u64;
    if number < 0.0 && scaled > 0 {
        out.push(b'-');
    }
    let _ = write!(out, "{}", scaled / unit);
    let mut fraction = scaled % unit;
    if fraction == 0 {
        return;
    }
    let mut width = decimals;
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        width -= 1;
    }
    let _ = write!(out, ".{fraction:0width$}");
}

/// The minimum and maximum coordinates written, in the axis order of their CRS.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds(Option<[f64; 4]>);

impl Bounds {
    fn widen(&mut self, [a, b]: [f64; 2]) {
        self.0 = Some(self.0.map_or([a, b, a, b], |[low_a, low_b, high_a, high_b]| {
            [low_a.min(a), low_b.min(b), high_a.max(a), high_b.max(b)]
        }));
    }

    /// Appends the `bbox` member (RFC 7946, section 5), if anything was written.
    fn write(&self, out: &mut Vec<u8>, crs: Crs) {
        let Some(numbers) = self.0 else { return };
        out.extend(br#","bbox":["#);
        for (at, number) in numbers.into_iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            write_number(out, number, crs.decimals());
        }
        out.push(b']');
    }
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    // Neither memory nor a `Value` can fail to be written.
    let _ = serde_json::to_writer(out, value);
}

fn write_members(out: &mut Vec<u8>, members: &Map<String, Value>) {
    for (key, value) in members {
        out.push(b',');
        write_value(out, &Value::String(key.clone()));
        out.push(b':');
        write_value(out, value);
    }
}
