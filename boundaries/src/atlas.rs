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

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cells::{CellIndex, MemoryBudget};
use crate::gazetteer::{Address, PostcodeFacts, PostcodeRecord};
use crate::index::{AreaIndex, PointIndex};
use crate::layer::{Layer, LayerId};
use crate::locate::{self, Level, Located, Match, MatchBy};
use crate::overlap::{OverlapRow, Relation};
use crate::position::Bng;
use crate::postcode::{Beginning, Postcode};
use crate::search::SearchIndex;

mod build;
mod choice;
mod directory;
mod gazette;
mod holders;
mod known;
mod names;
mod stored;
mod vintages;

pub use choice::{Chosen, Day};
use gazette::Gazette;
use holders::Holders;
use known::Known;
pub use known::KnownAnswer;
use names::Names;

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

    /// All that is known of every postcode, in order: what its source publishes, too.
    pub fn all_records(&self) -> impl Iterator<Item = PostcodeRecord> + '_ {
        self.gazette.all_records()
    }

    /// What a lookup needs to know of every postcode, in order, read where it lies.
    pub fn all_facts(&self) -> impl Iterator<Item = PostcodeFacts> + '_ {
        self.gazette.all_facts()
    }

    /// How many postcodes there are.
    pub fn postcode_count(&self) -> usize {
        self.gazette.len()
    }

    /// How many of them are not terminated.
    pub fn live_postcode_count(&self) -> usize {
        self.gazette.live()
    }

    /// How many addresses there are.
    pub fn address_count(&self) -> usize {
        self.address_count
    }

    /// Where the postcodes come from.
    pub fn postcodes_from(&self) -> &Provenance {
        &self.postcodes_from
    }

    /// Where the addresses come from.
    pub fn addresses_from(&self) -> &Provenance {
        &self.addresses_from
    }

    /// All addresses, in order of postcode.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// What a lookup needs to know of a postcode.
    pub fn facts(&self, postcode: Postcode) -> Option<PostcodeFacts> {
        Some(self.gazette.facts(self.gazette.find(postcode)?))
    }

    /// What a lookup needs to know of the postcode at a place in their order.
    ///
    /// # Panics
    ///
    /// When there are no more than `place` of them.
    pub fn facts_at(&self, place: usize) -> PostcodeFacts {
        self.gazette.facts(place)
    }

    /// The places of the postcodes that begin so.
    pub fn places_of(&self, beginning: Beginning) -> Range<usize> {
        self.gazette.places_of(beginning)
    }

    /// What a lookup needs to know of the postcodes that begin so, in order.
    pub fn facts_of(&self, beginning: Beginning) -> impl Iterator<Item = PostcodeFacts> + '_ {
        self.places_of(beginning).map(|place| self.facts_at(place))
    }

    /// A postcode and what its lookup needs, found when the atlas was built; `None` where it is
    /// unknown, has no position, or is answered by its addresses.
    pub fn known(&self, postcode: Postcode) -> Option<(PostcodeFacts, KnownAnswer<'_>)> {
        let place = self.gazette.find(postcode)?;
        let facts = self.gazette.facts(place);
        Some((facts, self.known.answer(place, facts.positional_quality, &self.layers)?))
    }

    /// What the lookups of several postcodes need, as by [`Self::known`] for each. What memory is
    /// slow to give is waited for once for all of them.
    #[inline]
    pub fn known_together<const N: usize>(
        &self,
        asked: &[Option<Postcode>; N],
    ) -> [Option<KnownAnswer<'_>>; N] {
        self.gazette.find_together(asked).map(|place| {
            let place = place?;
            self.known.answer(place, self.gazette.positional_quality(place), &self.layers)
        })
    }

    /// The same with what [`Self::known`] gives beside it.
    pub fn known_facts_together<const N: usize>(
        &self,
        asked: &[Option<Postcode>; N],
    ) -> [Option<(PostcodeFacts, KnownAnswer<'_>)>; N] {
        self.gazette.find_together(asked).map(|place| {
            let place = place?;
            let facts = self.gazette.facts(place);
            Some((facts, self.known.answer(place, facts.positional_quality, &self.layers)?))
        })
    }

    /// The addresses of a postcode.
    pub fn addresses_of(&self, postcode: Postcode) -> &[Address] {
        let addresses = self.addresses();
        let start = addresses.partition_point(|address| address.postcode < postcode);
        let end = addresses.partition_point(|address| address.postcode <= postcode);
        &addresses[start..end]
    }

    /// The series that a lookup answers when none is asked for; all if empty.
    pub fn lookup(&self) -> &[LayerId] {
        &self.lookup
    }

    /// Where the areas of all layers are.
    pub fn cells(&self) -> &CellIndex {
        &self.cells
    }

    /// How much memory the cell index was allowed.
    pub fn cell_index_budget(&self) -> MemoryBudget {
        self.cell_index
    }

    /// What an area layer answers for a position.
    pub fn locate(&self, layer: usize, at: Bng) -> Located {
        locate::locate(self.layers[layer].layer.meta(), &self.cells.of_layer(layer), at)
    }

    /// What several area layers answer for a position, whose cell is found once for all of them;
    /// `None` for `None`.
    pub fn locate_each(
        &self,
        layers: impl Iterator<Item = Option<usize>>,
        at: Bng,
    ) -> Vec<Option<Located>> {
        let mut holders = Vec::new();
        self.cells.locate(at, |layer, area, position| holders.push((layer, area, position)));
        layers
            .map(|layer| {
                let layer = layer?;
                let own = holders.iter().filter(|(of, ..)| *of == layer);
                let matches =
                    own.map(|&(_, area, at)| Match { area, by: MatchBy::Position(at) }).collect();
                let meta = self.layers[layer].layer.meta();
                Some(locate::with_holders(meta, &self.cells.of_layer(layer), at, matches))
            })
            .collect()
    }

    /// Fetches what the cells will be asked about several positions, so that memory is waited for
    /// once for all of them; `layers` are those of which the boundaries will be asked for.
    pub fn fetch_together<const N: usize>(
        &self,
        layers: impl Iterator<Item = usize>,
        positions: &[Option<Bng>; N],
    ) {
        let cells = self.cells.view();
        cells.fetch_areas(positions);
        for layer in layers {
            cells.fetch_boundaries(layer, positions);
        }
    }

    /// Whether a position lies in no area of any layer.
    pub fn is_nowhere(&self, at: Bng) -> bool {
        let mut is_nowhere = true;
        self.cells.locate(at, |_, _, _| is_nowhere = false);
        is_nowhere
    }

    /// What an area layer answers for a postcode; `None` where the postcode has no position. Its
    /// addresses, where they are known, are asked instead of its centroid.
    pub fn locate_facts(&self, layer: usize, record: &PostcodeFacts) -> Option<Located> {
        if let Some((_, known)) = self.known(record.postcode) {
            return Some(known.located(layer));
        }
        let at = record.position?;
        let addresses = self.addresses_of(record.postcode);
        if !addresses.is_empty() {
            let meta = self.layers[layer].layer.meta();
            let cells = self.cells.of_layer(layer);
            return Some(locate::locate_addresses(meta, &cells, addresses));
        }
        let mut located = self.locate(layer, at);
        if record.positional_quality >= locate::POOR_QUALITY {
            located.level = Level::Low;
        }
        Some(located)
    }

    /// The areas of a layer that hold a site of another, its boundary included, in code order.
    ///
    /// # Panics
    ///
    /// When `sites` is no layer of sites with such a site, or `areas` no layer of areas.
    pub fn areas_of_site(&self, sites: usize, site: usize, areas: usize) -> &[u32] {
        let site_areas =
            self.site_areas.get_or_init(|| holders::of_sites(&self.layers, &self.cells));
        site_areas[sites * self.layers.len() + areas].of(site)
    }

    /// How many live postcodes an area holds.
    pub fn postcodes_in(&self, layer: usize, area: usize) -> u32 {
        self.counts[layer].postcodes[area]
    }

    /// How many addresses an area holds.
    pub fn addresses_in(&self, layer: usize, area: usize) -> u32 {
        self.counts[layer].addresses[area]
    }

    /// Every pair of areas of two area layers that share ground or touch, in order of both. The
    /// rows of a layer with itself are its areas' neighbours.
    pub fn overlap_rows(&self, from: usize, to: usize) -> &[OverlapRow] {
        &self.overlaps[from * self.layers.len() + to]
    }

    /// The rows of one area.
    pub fn overlaps_of(&self, from: usize, area: usize, to: usize) -> &[OverlapRow] {
        let rows = self.overlap_rows(from, to);
        let start = rows.partition_point(|row| (row.from as usize) < area);
        let end = rows.partition_point(|row| row.from as usize <= area);
        &rows[start..end]
    }

    /// The ground of an area that no area of another layer covers, in m².
    pub fn uncovered_m2(&self, from: usize, area: usize, to: usize) -> f64 {
        let rows = self.overlaps_of(from, area, to);
        let asked = &self.layers[from].layer.areas()[area];
        if from == to {
            return 0.0;
        }
        if self.layers[to].disjoint {
            let covered: f64 = rows.iter().map(|row| row.shared_m2).sum();
            return (asked.area_m2() - covered).max(0.0);
        }
        let covering = rows
            .iter()
            .filter(|row| row.relation != Relation::Touches)
            .map(|row| self.layers[to].layer.areas()[row.to as usize].geometry());
        crate::overlap::uncovered_m2(asked.geometry(), covering)
    }

    /// Whether no two areas of a layer share ground beyond a sliver.
    pub fn is_disjoint(&self, layer: usize) -> bool {
        self.layers[layer].disjoint
    }

    /// The postcodes with a position, live and terminated, nearest first, of equally near ones in
    /// order, with the distance in metres.
    pub fn nearest_postcodes(&self, at: Bng) -> impl Iterator<Item = (PostcodeFacts, f64)> + '_ {
        self.postcode_index.nearest(at).map(|(place, distance)| (self.facts_at(place), distance))
    }

    /// The live postcodes within a geometry, its boundary included, in order.
    pub fn postcodes_within(&self, ground: &geo::MultiPolygon<f64>) -> Vec<PostcodeFacts> {
        use crate::predicate::{Position, position_in};
        let Some(extent) = geo::BoundingRect::bounding_rect(ground) else { return Vec::new() };
        let mut places: Vec<usize> = self
            .postcode_index
            .within(extent)
            .filter(|(place, _)| self.gazette.facts(*place).is_live())
            .filter(|(_, point)| position_in(ground, *point) != Position::Outside)
            .map(|(place, _)| place)
            .collect();
        places.sort_unstable();
        places.into_iter().map(|place| self.facts_at(place)).collect()
    }

    /// Names, codes and postcodes that begin with a text.
    pub fn search(&self) -> &SearchIndex {
        &self.search
    }
}
