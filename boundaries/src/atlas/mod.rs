//! All layers of a place, indexed, with precomputed answers. Immutable.
//!
//! An atlas is built in four steps:
//!
//! 1. index the layers, the cells of all layers, the postcodes and the addresses;
//! 2. locate every postcode and every address in every area layer, and compute the answer of each
//!    postcode;
//! 3. measure the overlaps of all pairs of area layers;
//! 4. count the postcodes and addresses of each area and of each overlap.
//!
//! The snapshot contains all of this except the R-trees of step 1. They are rebuilt on first use,
//! since lookups do not need them.
//!
//! The methods of [`Atlas`] are grouped by subject: `postcodes`, `located` (positions and
//! postcodes), `ground` (where a layer answers), `shares` (overlaps and counts), `choice` (the layers that answer on a date), `names`
//! and `vintages`.

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
mod ground;
mod located;
mod names;
mod postcode_index;
mod postcode_table;
mod postcodes;
mod precomputed;
mod shares;
mod stored;
mod vintages;

pub use choice::{ChosenLayer, Day};
use containing_areas::ContainingAreas;
use ground::LayerGround;
use names::Names;
use postcode_table::PostcodeTable;
pub use postcodes::PostcodeBatch;
use precomputed::Precomputed;
pub use precomputed::PrecomputedAnswer;

/// A value that is decoded or computed on first use.
type Lazy<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send>>;

/// A value that exists already, as a [`Lazy`].
fn evaluated<T: Send + 'static>(value: T) -> Lazy<T> {
    let lazy: Lazy<T> = Lazy::new(Box::new(move || value));
    LazyLock::force(&lazy);
    lazy
}

/// The input of [`Atlas::build`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The title of the place, shown with every answer.
    pub title: String,
    /// True if the place is fictional.
    pub illustrative: bool,
    /// The layers, in the catalogue's order.
    pub layers: Vec<Layer>,
    /// The series that a lookup answers by default; all if empty.
    pub lookup: Vec<LayerId>,
    /// The postcodes, in any order, without duplicates.
    pub postcodes: Vec<PostcodeRecord>,
    /// The addresses, in any order.
    pub addresses: Vec<Address>,
    /// The licence and attribution of the postcodes.
    pub postcodes_from: Provenance,
    /// The licence and attribution of the addresses.
    pub addresses_from: Provenance,
    /// The memory budget of the cell index.
    pub cell_index: MemoryBudget,
}

/// The licence and attribution of the postcodes or addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The licence, as an SPDX id if it has one.
    pub licence: Option<String>,
    /// The attribution to show.
    pub attribution: Option<String>,
}

/// The numbers of postcodes and addresses in each area of a layer, in code order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Live postcodes.
    pub postcodes: Vec<u32>,
    /// Addresses.
    pub addresses: Vec<u32>,
}

/// The pairs of areas of two layers that overlap or touch.
#[derive(Debug)]
struct PairTable {
    first: usize,
    second: usize,
    rows: Vec<OverlapRow>,
}

/// The results of steps 2 to 4.
#[derive(Debug)]
struct Computed {
    /// One for each layer; empty for point layers.
    counts: Vec<Counts>,
    /// One for each pair of area layers, including each layer with itself.
    tables: Vec<PairTable>,
    /// The answers of postcodes.
    precomputed: Precomputed,
}

/// A layer with its index.
#[derive(Debug)]
pub struct AtlasLayer {
    layer: Layer,
    names: Names,
    /// Built on first use: lookups use the cell index.
    areas: OnceLock<AreaIndex>,
    sites: OnceLock<PointIndex>,
    /// True if no two of its areas overlap by more than a sliver.
    disjoint: bool,
    ground: LayerGround,
}

impl AtlasLayer {
    /// The layer.
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// The index of its areas; empty for a point layer.
    pub fn area_index(&self) -> &AreaIndex {
        self.areas.get_or_init(|| AreaIndex::new(self.layer.areas()))
    }

    /// The index of its sites; empty for an area layer.
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
    /// The cell index of all layers.
    cells: CellIndex,
    cell_index: MemoryBudget,
    lookup: Vec<LayerId>,
    /// In order.
    postcodes: PostcodeTable,
    /// In order of postcode, then UPRN.
    addresses: Lazy<Vec<Address>>,
    address_count: usize,
    postcodes_from: Provenance,
    addresses_from: Provenance,
    counts: Vec<Counts>,
    /// The overlaps of layer `from` with layer `to` at `from * layers + to`, sorted by both areas.
    overlaps: Vec<Lazy<Vec<OverlapRow>>>,
    /// The areas of layer `areas` that contain the sites of layer `sites`, at
    /// `sites * layers + areas`. Computed on first use, not stored in a snapshot.
    site_areas: OnceLock<Vec<ContainingAreas>>,
    /// The answers of postcodes.
    precomputed: Precomputed,
    postcode_points: PointIndex,
    search: SearchIndex,
}

impl Atlas {
    /// The id: a hash of the content, so that equal data have equal ids.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The build time.
    pub fn built(&self) -> Timestamp {
        self.built
    }

    /// The title of the place.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns true if the place is fictional.
    pub fn is_illustrative(&self) -> bool {
        self.illustrative
    }

    /// The layers, in the catalogue's order.
    pub fn layers(&self) -> &[AtlasLayer] {
        &self.layers
    }

    /// The index of the layer with that id.
    pub fn layer_index(&self, id: &str) -> Option<usize> {
        self.layers.iter().position(|l| l.layer.meta().id.as_str() == id)
    }

    /// The series that a lookup answers by default; all if empty.
    pub fn lookup(&self) -> &[LayerId] {
        &self.lookup
    }

    /// The search index of names and codes.
    pub fn search(&self) -> &SearchIndex {
        &self.search
    }
}
