//! Storing an atlas as sections of a snapshot, and opening it: data for lookups are used in place, the
//! rest is decoded on first use.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::feature_encoding;
use super::ground::{LayerGround, set_grounds};
use super::names::Names;
use super::postcode_table::PostcodeTable;
use super::precomputed::Precomputed;
use super::{Atlas, AtlasLayer, Counts, Lazy, Provenance, evaluated};
use crate::cells::CellIndex;
use crate::gazetteer::Address;
use crate::index::PointIndex;
use crate::layer::{Layer, LayerId, LayerMeta};
use crate::overlap::OverlapRow;
use crate::search::SearchIndex;
use crate::storage::MemoryBudget;
use crate::storage::sections::{Opened, Sections};

/// The part that is decoded when a snapshot is opened.
#[derive(Serialize, Deserialize)]
struct Head {
    title: String,
    illustrative: bool,
    layers: Vec<LayerHead>,
    lookup: Vec<LayerId>,
    postcodes_from: Provenance,
    addresses_from: Provenance,
    addresses: u64,
    counts: Vec<Counts>,
    cell_index_bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct LayerHead {
    meta: LayerMeta,
    is_areas: bool,
    count: u64,
    disjoint: bool,
}

/// The checksum of a section was verified before it is decoded, so its content is as written.
const DECODES: &str = "a section with a valid checksum can be decoded";

impl Atlas {
    /// The whole atlas as sections. Equal atlases give equal sections.
    pub(crate) fn store(&self) -> Sections<'_> {
        let mut sections = Sections::default();
        let layer_head = |layer: &AtlasLayer| LayerHead {
            meta: layer.layer.meta().clone(),
            is_areas: layer.layer.is_areas(),
            count: layer.layer.len() as u64,
            disjoint: layer.disjoint,
        };
        let head = Head {
            title: self.title.clone(),
            illustrative: self.illustrative,
            layers: self.layers.iter().map(layer_head).collect(),
            lookup: self.lookup.clone(),
            postcodes_from: self.postcodes_from.clone(),
            addresses_from: self.addresses_from.clone(),
            addresses: self.address_count as u64,
            counts: self.counts.clone(),
            cell_index_bytes: self.cell_index.bytes(),
        };
        sections.encode("atlas", &head);
        self.postcodes.store(&mut sections);
        self.precomputed.store(&mut sections);
        self.cells.store(&mut sections);
        for (layer_index, layer) in self.layers.iter().enumerate() {
            layer.names.store(layer_index, &mut sections);
            sections
                .encode(&format!("layer.{layer_index}"), &feature_encoding::encode(&layer.layer));
        }
        for first in 0..self.layers.len() {
            for second in first..self.layers.len() {
                let rows = self.overlap_rows(first, second);
                if !rows.is_empty() {
                    sections.encode(&overlap_name(first, second), &rows);
                }
            }
        }
        self.postcode_points.store("postcodes.tree", &mut sections);
        self.search.store(&mut sections);
        sections.encode("addresses", &self.addresses());
        sections
    }

    /// Opens an atlas from verified sections. Returns `None` if they are inconsistent.
    pub(crate) fn open(opened: Opened, id: String, built: Timestamp) -> Option<Self> {
        let opened = Arc::new(opened);
        let head: Head = opened.decode("atlas")?;
        let mut layers = head
            .layers
            .into_iter()
            .enumerate()
            .map(|(layer_index, head)| open_layer(&opened, layer_index, head))
            .collect::<Option<Vec<_>>>()?;
        set_grounds(&mut layers);
        let postcodes = PostcodeTable::open(&opened)?;
        let precomputed = Precomputed::open(&opened, postcodes.len(), &layers)?;
        let counts_fit = head.counts.len() == layers.len()
            && head.counts.iter().zip(&layers).all(|(counts, layer)| {
                let areas = if layer.layer.is_areas() { layer.layer.len() } else { 0 };
                counts.postcodes.len() == areas && counts.addresses.len() == areas
            });
        if !counts_fit {
            return None;
        }
        let pairs = (0..layers.len()).flat_map(|from| (0..layers.len()).map(move |to| (from, to)));
        let overlaps = pairs.map(|(from, to)| lazy_rows(&opened, from, to)).collect();
        let opened_later = Arc::clone(&opened);
        let addresses: Lazy<Vec<Address>> =
            Lazy::new(Box::new(move || opened_later.decode("addresses").expect(DECODES)));
        Some(Self {
            id,
            built,
            title: head.title,
            illustrative: head.illustrative,
            cells: CellIndex::open(&opened)?,
            cell_index: MemoryBudget::of_bytes(head.cell_index_bytes),
            lookup: head.lookup,
            postcodes,
            address_count: usize::try_from(head.addresses).ok()?,
            addresses,
            postcodes_from: head.postcodes_from,
            addresses_from: head.addresses_from,
            counts: head.counts,
            overlaps,
            site_areas: OnceLock::new(),
            precomputed,
            postcode_points: PointIndex::open(&opened, "postcodes.tree")?,
            search: SearchIndex::open(&opened)?,
            layers,
        })
    }
}

fn open_layer(opened: &Arc<Opened>, layer_index: usize, head: LayerHead) -> Option<AtlasLayer> {
    let opened_later = Arc::clone(opened);
    let count = usize::try_from(head.count).ok()?;
    let features = move || {
        let features =
            opened_later.decode(&format!("layer.{layer_index}")).and_then(feature_encoding::decode);
        features.expect(DECODES)
    };
    Some(AtlasLayer {
        names: Names::open(opened, layer_index, count)?,
        layer: Layer::lazy(head.meta, head.is_areas, count, Box::new(features)),
        areas: OnceLock::new(),
        sites: OnceLock::new(),
        disjoint: head.disjoint,
        ground: LayerGround::UNKNOWN,
    })
}

fn overlap_name(first: usize, second: usize) -> String {
    format!("overlap.{first}.{second}")
}

/// The overlaps of two layers. Only those from the layer of lower index are stored; the others are
/// reversed.
fn lazy_rows(opened: &Arc<Opened>, from: usize, to: usize) -> Lazy<Vec<OverlapRow>> {
    let name = overlap_name(from.min(to), from.max(to));
    if !opened.has(&name) {
        return evaluated(Vec::new());
    }
    let opened_later = Arc::clone(opened);
    Lazy::new(Box::new(move || {
        let rows: Vec<OverlapRow> = opened_later.decode(&name).expect(DECODES);
        if from <= to { rows } else { OverlapRow::all_reversed(&rows) }
    }))
}
