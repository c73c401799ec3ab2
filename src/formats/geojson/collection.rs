//! A feature collection, written in chunks.

use std::ops::Deref;
use std::sync::Arc;

use lapwing_boundaries::atlas::Atlas;
use serde_json::{Map, Value, json};

use super::{Bounds, Form, append, write_members};
use crate::features::attributes::Schema;
use crate::features::crs::Crs;

/// The size of a chunk. A smaller one would cause many small writes; a larger one would use more
/// memory for each slow client.
const PIECE_BYTES: usize = 64 * 1024;

/// The `crs` member of GeoJSON 2008, which GDAL and QGIS read. RFC 7946 does not have it, and readers
/// disagree about it for CRSs with latitude first, so it is written only for CRSs in metres.
fn crs_member(crs: Crs) -> Option<Map<String, Value>> {
    let name = (!crs.is_degrees()).then(|| crs.urn())?;
    let member = json!({"type": "name", "properties": {"name": name}});
    Some(Map::from_iter([("crs".to_owned(), member)]))
}

/// A FeatureCollection as an iterator of chunks of about 64 KB.
///
/// The atlas is borrowed or in an `Arc`.
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
    /// The features of the layer of the schema with these indices, in this order.
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
