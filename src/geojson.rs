//! Layers as GeoJSON (RFC 7946), written piece by piece: the one writer behind `lapwing export`
//! and the collections of the service.
//!
//! A feature is `{"type": "Feature", "id": CODE, "geometry": …, "properties": …}`, its properties
//! those of [`crate::attributes`]. All features of
//! a layer have one geometry type, MultiPolygon for areas and Point for sites, so that tables
//! with a typed geometry column take them as they come.

use std::io::Write as _;
use std::ops::Deref;
use std::sync::Arc;

use geo::{Coord, LineString, MultiPolygon};
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::Bng;
use serde_json::{Map, Value, json};

use crate::attributes::Schema;
use crate::crs::Crs;

#[cfg(test)]
mod tests;

/// A piece is sent once it is so long: fewer would make many small writes, more would hold much
/// in memory for a slow reader.
const PIECE_BYTES: usize = 64 * 1024;

/// The `crs` member of GeoJSON's 2008 edition, which GDAL and QGIS heed. RFC 7946 has none, and
/// with latitude first readers differ on what it would mean: only metres are told.
fn crs_member(crs: Crs) -> Option<Map<String, Value>> {
    let name = (!crs.is_degrees()).then(|| crs.urn())?;
    let member = json!({"type": "name", "properties": {"name": name}});
    Some(Map::from_iter([("crs".to_owned(), member)]))
}

/// Appends a feature; `members` stand after its own, such as `links`.
///
/// # Panics
///
/// When the layer of the schema has no such place.
pub fn write_feature(
    out: &mut Vec<u8>,
    atlas: &Atlas,
    schema: &Schema,
    place: usize,
    crs: Crs,
    members: &Map<String, Value>,
) {
    let layer = atlas.layers()[schema.layer()].layer();
    let properties = schema.properties(atlas, place, None);
    out.extend(br#"{"type":"Feature","id":"#);
    write_value(out, &properties["code"]);
    out.extend(br#","geometry":"#);
    if layer.is_areas() {
        write_multi_polygon(out, layer.areas()[place].geometry(), crs);
    } else {
        out.extend(br#"{"type":"Point","coordinates":"#);
        write_position(out, layer.sites()[place].position, crs);
        out.push(b'}');
    }
    out.extend(br#","properties":"#);
    write_value(out, &Value::Object(properties));
    write_members(out, members);
    out.push(b'}');
}

/// Appends a MultiPolygon geometry of ground in BNG metres.
pub fn write_multi_polygon(out: &mut Vec<u8>, ground: &MultiPolygon<f64>, crs: Crs) {
    out.extend(br#"{"type":"MultiPolygon","coordinates":["#);
    for (at, polygon) in ground.iter().enumerate() {
        out.extend(if at == 0 { &b"["[..] } else { b",[" });
        write_ring(out, polygon.exterior(), crs);
        for hole in polygon.interiors() {
            out.push(b',');
            write_ring(out, hole, crs);
        }
        out.push(b']');
    }
    out.extend(b"]}");
}

/// A ring whose vertices are closer than the decimals can tell has positions left out that would
/// repeat the one before, as long as four remain.
fn write_ring(out: &mut Vec<u8>, ring: &LineString<f64>, crs: Crs) {
    let mut positions: Vec<Vec<u8>> = ring
        .coords()
        .map(|&Coord { x, y }| {
            let mut position = Vec::with_capacity(28);
            // Every coordinate of an atlas was checked where it entered.
            if let Ok(at) = Bng::new(x, y) {
                write_position(&mut position, at, crs);
            }
            position
        })
        .collect();
    let distinct = positions.windows(2).filter(|pair| pair[0] != pair[1]).count() + 1;
    if distinct >= 4 {
        positions.dedup();
    }
    out.push(b'[');
    out.extend(positions.join(&b','));
    out.push(b']');
}

fn write_position(out: &mut Vec<u8>, at: Bng, crs: Crs) {
    let [first, second] = crs.own(at);
    out.push(b'[');
    write_number(out, first, crs.decimals());
    out.push(b',');
    write_number(out, second, crs.decimals());
    out.push(b']');
}

/// A number to so many decimals, without the zeros at its end.
fn write_number(out: &mut Vec<u8>, number: f64, decimals: usize) {
    let start = out.len();
    // Writing to memory does not fail.
    let _ = write!(out, "{number:.decimals$}");
    if decimals > 0 {
        while out.ends_with(b"0") {
            out.pop();
        }
        if out.ends_with(b".") {
            out.pop();
        }
    }
    if out[start..] == *b"-0" {
        out.remove(start);
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

/// A FeatureCollection in pieces of some 64 KB, each made when it is asked for.
///
/// It holds the atlas as the caller does, borrowed or in an `Arc`.
#[derive(Debug)]
pub struct FeatureCollection<A, I> {
    atlas: A,
    schema: Arc<Schema>,
    places: I,
    crs: Crs,
    members: Map<String, Value>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Head,
    Features { any: bool },
    Done,
}

impl<A: Deref<Target = Atlas>, I: Iterator<Item = usize>> FeatureCollection<A, I> {
    /// The areas or sites of the layer of the schema at those places, in that order.
    pub fn new(atlas: A, schema: Arc<Schema>, places: I, crs: Crs) -> Self {
        Self { atlas, schema, places, crs, members: Map::new(), stage: Stage::Head }
    }

    /// Other members of the collection, written before the features: `links`, `numberReturned`…
    #[must_use]
    pub fn with_members(mut self, members: Map<String, Value>) -> Self {
        self.members = members;
        self
    }

    fn head(&self) -> Vec<u8> {
        let mut head = br#"{"type":"FeatureCollection""#.to_vec();
        if let Some(crs) = crs_member(self.crs) {
            write_members(&mut head, &crs);
        }
        write_members(&mut head, &self.members);
        head.extend(br#","features":["#);
        head
    }
}

impl<A: Deref<Target = Atlas>, I: Iterator<Item = usize>> Iterator for FeatureCollection<A, I> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut piece = match self.stage {
            Stage::Head => self.head(),
            Stage::Features { .. } => Vec::new(),
            Stage::Done => return None,
        };
        let mut any = self.stage == Stage::Features { any: true };
        while piece.len() < PIECE_BYTES {
            let Some(place) = self.places.next() else {
                piece.extend(b"\n]}\n");
                self.stage = Stage::Done;
                return Some(piece);
            };
            // One feature a line: such a file can be looked at and compared with line tools.
            piece.extend(if any { &b",\n"[..] } else { b"\n" });
            write_feature(&mut piece, &self.atlas, &self.schema, place, self.crs, &Map::new());
            any = true;
        }
        self.stage = Stage::Features { any };
        Some(piece)
    }
}
