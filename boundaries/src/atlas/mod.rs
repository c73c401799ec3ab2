//! All layers of a place, indexed, with every answer that can be known beforehand. Immutable.
//!
//! An atlas is made in four steps:
//!
//! 1. index every layer, the cells of all layers, the postcodes and the addresses;
//! 2. locate every postcode and every address in every area layer, and find what a lookup of each
//!    postcode answers;
//! 3. measure every pair of areas of every pair of area layers;
//! 4. count the postcodes and addresses of each area and of each pair.
//!
//! All of it is kept in the snapshot, but for the trees of step 1: they are made again when they
//! are first asked for, since lookups do without them.
//!
//! What can be asked of it stands in rooms of its own: `postcodes`, `located`, `shares`, `choice`
//! of the vintages of a day, `names`, `vintages` of a series.

use std::sync::{LazyLock, OnceLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cells::CellIndex;
use crate::gazetteer::{Address, PostcodeRecord};
use crate::index::{AreaIndex, PointIndex};
use crate::layer::{Layer, LayerId};
use crate::overlap::OverlapRow;
use crate::search::SearchIndex;
use crate::storage::MemoryBudget;

mod build;
mod choice;
mod containing_areas;
mod feature_encoding;
mod located;
mod names;
mod postcode_index;
mod postcode_table;
mod postcodes;
mod precomputed;
mod shares;
mod stored;
mod vintages;

pub use choice::{Chosen, Day};
use containing_areas::Holders;
use names::Names;
use postcode_table::Gazette;
pub use postcodes::KnownTogether;
use precomputed::Known;
pub use precomputed::KnownAnswer;

/// What is read, or made, when it is first asked for.
type Late<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send>>;

/// What is there already, as [`Late`].
fn ready<T: Send + 'static>(value: T) -> Late<T> {
    let late: Late<T> = Late::new(Box::new(move || value));
    LazyLock::force(&late);
    late
}

/// What an atlas is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The title of the place, shown with every answer.
    pub title: String,
    /// Whether the place does not exist.
    pub illustrative: bool,
    /// The layers, in the catalogue's order.
    pub layers: Vec<Layer>,
    /// The series that a lookup answers when none is asked for; all if empty.
    pub lookup: Vec<LayerId>,
    /// The postcodes, in any order, none twice.
    pub postcodes: Vec<PostcodeRecord>,
    /// The addresses, in any order.
    pub addresses: Vec<Address>,
    /// Where the postcodes come from.
    pub postcodes_from: Provenance,
    /// Where the addresses come from.
    pub addresses_from: Provenance,
    /// How much memory the cell index may take.
    pub cell_index: MemoryBudget,
}

/// The licence and attribution of the postcodes or addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The licence, as an SPDX id where there is one.
    pub licence: Option<String>,
    /// The attribution to show.
    pub attribution: Option<String>,
}

/// How many postcodes and addresses the areas of a layer hold, in code order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Live postcodes.
    pub postcodes: Vec<u32>,
    /// Addresses.
    pub addresses: Vec<u32>,
}

/// Every pair of areas of two layers that share ground or touch. Layers named by place.
#[derive(Debug)]
struct PairTable {
    first: usize,
    second: usize,
    rows: Vec<OverlapRow>,
}

/// What is computed once and kept.
#[derive(Debug)]
struct Computed {
    /// One for each layer; empty for a layer of sites.
    counts: Vec<Counts>,
    /// One for each pair of area layers, the first before the second or the same.
    tables: Vec<PairTable>,
    /// The answers of postcodes.
    known: Known,
}

/// A layer with its index.
#[derive(Debug)]
pub struct AtlasLayer {
    layer: Layer,
    names: Names,
    /// Made when they are first asked for: lookups ask the cells.
    areas: OnceLock<AreaIndex>,
    sites: OnceLock<PointIndex>,
    /// Whether no two of its areas share ground beyond a sliver.
    disjoint: bool,
}

impl AtlasLayer {
    /// The layer.
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// The index of its areas; empty for a layer of sites.
    pub fn area_index(&self) -> &AreaIndex {
        self.areas.get_or_init(|| AreaIndex::new(self.layer.areas()))
    }

    /// The index of its sites; empty for a layer of areas.
    pub fn site_index(&self) -> &PointIndex {
        self.sites.get_or_init(|| {
            PointIndex::new(self.layer.sites().iter().map(|site| Some(site.position)))
        })
    }
}

/// All layers of a place, indexed and immutable.
#[derive(Debug)]
pub struct Atlas {
    id: String,
    built: Timestamp,
    title: String,
    illustrative: bool,
    layers: Vec<AtlasLayer>,
    /// Where the areas of all layers are.
    cells: CellIndex,
    cell_index: MemoryBudget,
    lookup: Vec<LayerId>,
    /// In order.
    gazette: Gazette,
    /// In order of postcode, then UPRN.
    addresses: Late<Vec<Address>>,
    address_count: usize,
    postcodes_from: Provenance,
    addresses_from: Provenance,
    counts: Vec<Counts>,
    /// The rows of layer `from` and layer `to` at `from * layers + to`, in order of both areas.
    overlaps: Vec<Late<Vec<OverlapRow>>>,
    /// The areas of layer `areas` that hold the sites of layer `sites`, at
    /// `sites * layers + areas`. Known by the rest, so no part of a snapshot file.
    site_areas: OnceLock<Vec<Holders>>,
    /// The answers of postcodes, found beforehand.
    known: Known,
    postcode_index: PointIndex,
    search: SearchIndex,
}

impl Atlas {
    /// Its id: a hash of all it holds, so that equal data have equal ids.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it was built.
    pub fn built(&self) -> Timestamp {
        self.built
    }

    /// The title of the place.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether the place does not exist.
    pub fn is_illustrative(&self) -> bool {
        self.illustrative
    }

    /// The layers, in the catalogue's order.
    pub fn layers(&self) -> &[AtlasLayer] {
        &self.layers
    }

    /// The place of the layer with that id.
    pub fn layer_place(&self, id: &str) -> Option<usize> {
        self.layers.iter().position(|l| l.layer.meta().id.as_str() == id)
    }

    /// The series that a lookup answers when none is asked for; all if empty.
    pub fn lookup(&self) -> &[LayerId] {
        &self.lookup
    }

    /// Names, codes and postcodes that begin with a text.
    pub fn search(&self) -> &SearchIndex {
        &self.search
    }
}
