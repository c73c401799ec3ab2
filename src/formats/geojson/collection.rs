//! Many features as one document, piece by piece.

use std::ops::Deref;
use std::sync::Arc;

use lapwing_boundaries::atlas::Atlas;
use serde_json::{Map, Value, json};

use super::{Bounds, Form, append, write_members};
use crate::features::attributes::Schema;
use crate::features::crs::Crs;

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

/// A FeatureCollection in pieces of some 64 KB, each made when it is asked for.
///
/// It holds the atlas as the caller does, borrowed or in an `Arc`.
#[derive(Debug)]
pub struct FeatureCollection<A, I> {
    atlas: A,
    schema: Arc<Schema>,
    indices: I,
    form: Form,
    members: Map<String, Value>,
    bounds: Bounds,
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
    pub fn new(atlas: A, schema: Arc<Schema>, indices: I, form: impl Into<Form>) -> Self {
        Self {
            atlas,
            schema,
            indices,
            form: form.into(),
            members: Map::new(),
            bounds: Bounds::default(),
            stage: Stage::Head,
        }
    }

    /// Other members of the collection, written before the features: `links`, `numberReturned`…
    #[must_use]
    pub fn with_members(mut self, members: Map<String, Value>) -> Self {
        self.members = members;
        self
    }

    fn head(&self) -> Vec<u8> {
        let mut head = br#"{"type":"FeatureCollection""#.to_vec();
        if let Some(crs) = crs_member(self.form.crs) {
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
            let Some(index) = self.indices.next() else {
                // After the features, when it is known.
                piece.extend(b"\n]");
                self.bounds.write(&mut piece, self.form.crs);
                piece.extend(b"}\n");
                self.stage = Stage::Done;
                return Some(piece);
            };
            // One feature a line: such a file can be looked at and compared with line tools.
            piece.extend(if any { &b",\n"[..] } else { b"\n" });
            let (atlas, schema, bounds) = (&self.atlas, &self.schema, &mut self.bounds);
            append(&mut piece, atlas, schema, index, &self.form, bounds, |_, _| {});
            any = true;
        }
        self.stage = Stage::Features { any };
        Some(piece)
    }
}
