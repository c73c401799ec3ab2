//! An atlas as sections of a snapshot, and the way back: what lookups need is used where it lies,
//! the rest is read when it is first asked for.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::feature_encoding;
use super::names::Names;
use super::postcode_table::Gazette;
use super::precomputed::Known;
use super::{Atlas, AtlasLayer, Counts, Late, Provenance, ready};
use crate::cells::CellIndex;
use crate::gazetteer::Address;
use crate::index::PointIndex;
use crate::layer::{Layer, LayerId, LayerMeta};
use crate::overlap::OverlapRow;
use crate::search::SearchIndex;
use crate::storage::MemoryBudget;
use crate::storage::sections::{Opened, Sections};

/// What is read at once.
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

/// A section that is read late is one whose checksum held, and this program wrote its format.
const READS: &str = "a section whose checksum held can be read";

impl Atlas {
    /// Everything as sections. The same atlas gives the same sections.
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
        self.gazette.store(&mut sections);
        self.known.store(&mut sections);
        self.cells.store(&mut sections);
        for (place, layer) in self.layers.iter().enumerate() {
            layer.names.store(place, &mut sections);
            sections.encode(&format!("layer.{place}"), &feature_encoding::encode(&layer.layer));
        }
        for first in 0..self.layers.len() {
            for second in first..self.layers.len() {
                let rows = self.overlap_rows(first, second);
                if !rows.is_empty() {
                    sections.encode(&overlap_name(first, second), &rows);
                }
            }
        }
        self.postcode_index.store("postcodes.tree", &mut sections);
        self.search.store(&mut sections);
        sections.encode("addresses", &self.addresses());
        sections
    }

    /// The atlas of checked sections; `None` where they do not fit together.
    pub(crate) fn open(opened: Opened, id: String, built: Timestamp) -> Option<Self> {
        let opened = Arc::new(opened);
        let head: Head = opened.decode("atlas")?;
        let layers = head
            .layers
            .into_iter()
            .enumerate()
            .map(|(place, head)| open_layer(&opened, place, head))
            .collect::<Option<Vec<_>>>()?;
        let gazette = Gazette::open(&opened)?;
        let known = Known::open(&opened, gazette.len(), &layers)?;
        let counts_fit = head.counts.len() == layers.len()
            && head.counts.iter().zip(&layers).all(|(counts, layer)| {
                let areas = if layer.layer.is_areas() { layer.layer.len() } else { 0 };
                counts.postcodes.len() == areas && counts.addresses.len() == areas
            });
        if !counts_fit {
            return None;
        }
        let pairs = (0..layers.len()).flat_map(|from| (0..layers.len()).map(move |to| (from, to)));
        let overlaps = pairs.map(|(from, to)| late_rows(&opened, from, to)).collect();
        let late = Arc::clone(&opened);
        let addresses: Late<Vec<Address>> =
            Late::new(Box::new(move || late.decode("addresses").expect(READS)));
        Some(Self {
            id,
            built,
            title: head.title,
            illustrative: head.illustrative,
            cells: CellIndex::open(&opened)?,
            cell_index: MemoryBudget::of_bytes(head.cell_index_bytes),
            lookup: head.lookup,
            gazette,
            address_count: usize::try_from(head.addresses).ok()?,
            addresses,
            postcodes_from: head.postcodes_from,
            addresses_from: head.addresses_from,
            counts: head.counts,
            overlaps,
            site_areas: OnceLock::new(),
            known,
            postcode_index: PointIndex::open(&opened, "postcodes.tree")?,
            search: SearchIndex::open(&opened)?,
            layers,
        })
    }
}

fn open_layer(opened: &Arc<Opened>, place: usize, head: LayerHead) -> Option<AtlasLayer> {
    let late = Arc::clone(opened);
    let count = usize::try_from(head.count).ok()?;
    let features = move || {
        let features = late.decode(&format!("layer.{place}")).and_then(feature_encoding::decode);
        features.expect(READS)
    };
    Some(AtlasLayer {
        names: Names::open(opened, place, count)?,
        layer: Layer::late(head.meta, head.is_areas, count, Box::new(features)),
        areas: OnceLock::new(),
        sites: OnceLock::new(),
        disjoint: head.disjoint,
    })
}

fn overlap_name(first: usize, second: usize) -> String {
    format!("overlap.{first}.{second}")
}

/// The rows of two layers; those read from the second are those of the first, turned round.
fn late_rows(opened: &Arc<Opened>, from: usize, to: usize) -> Late<Vec<OverlapRow>> {
    let name = overlap_name(from.min(to), from.max(to));
    if !opened.has(&name) {
        return ready(Vec::new());
    }
    let late = Arc::clone(opened);
    Late::new(Box::new(move || {
        let rows: Vec<OverlapRow> = late.decode(&name).expect(READS);
        if from <= to { rows } else { OverlapRow::all_reversed(&rows) }
    }))
}
