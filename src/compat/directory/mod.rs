//! Numeric ids for areas, with each area's type, parent and generations.
//!
//! # Ids
//!
//! MapIt's ids are integers, and clients store them. Here an id depends only on the area's code, so
//! it is the same in every snapshot:
//!
//! * GSS code: a digit for the country, then the eight digits of the code (`E05013246` becomes
//!   105013246). If two series have the same code, the id belongs to the first in the catalogue.
//! * Any other code (a LAP's `N4`): 1,000,000,000 or more, from a hash of series and code. If two
//!   collide, the later in order of series and code gets the next free id.
//!
//! Vintages of one series with the same code are one area, which is in force in all of their
//! generations.

use std::collections::{BTreeMap, HashMap};

use lapwing_boundaries::area::Area;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::overlap::Relation;

use super::generations::{GenerationNumber, Generations};
use super::kinds::{self, AreaKind, MapItType};

/// The id of an area in MapIt's routes.
pub type AreaId = u32;

/// An area: the index of its layer, and its index in that layer in order of code.
pub type LayerArea = (usize, usize);

/// Lowest id of an area without a GSS code.
const HASHED: AreaId = 1_000_000_000;

/// The ids, types and parents of all areas of an atlas.
#[derive(Debug)]
pub struct Directory {
    generations: Generations,
    /// By layer.
    kinds: Vec<AreaKind>,
    /// Year of the census, by layer.
    census_years: Vec<Option<i16>>,
    /// By layer and area.
    ids: Vec<Vec<AreaId>>,
    /// Indices into `types`, by layer and area.
    type_of: Vec<Vec<u16>>,
    /// By layer and area.
    parents: Vec<Vec<Option<AreaId>>>,
    /// Distinct types, in order of code.
    types: Vec<MapItType>,
    /// The vintages of each area, in catalogue order.
    vintages: HashMap<AreaId, Vec<LayerArea>>,
}

impl Directory {
    /// Builds the directory of an atlas.
    pub fn of(atlas: &Atlas) -> Self {
        let generations = Generations::of(atlas);
        let kinds: Vec<AreaKind> =
            atlas.layers().iter().map(|layer| AreaKind::of(layer.layer())).collect();
        let census_years =
            atlas.layers().iter().map(|layer| kinds::census_year(layer.layer().meta()));
        let census_years = census_years.collect();
        let ids = number(atlas);
        let mut vintages: HashMap<AreaId, Vec<LayerArea>> = HashMap::new();
        for (layer, of_layer) in ids.iter().enumerate() {
            for (area, &id) in of_layer.iter().enumerate() {
                vintages.entry(id).or_default().push((layer, area));
            }
        }
        let authorities = Authorities { atlas, generations: &generations, kinds: &kinds };
        let mut types: BTreeMap<MapItType, u16> = BTreeMap::new();
        let (mut typed, mut parents) = (Vec::new(), Vec::new());
        for (layer, content) in atlas.layers().iter().enumerate() {
            let (mut of_layer, mut parents_of_layer) = (Vec::new(), Vec::new());
            for (index, area) in content.layer().areas().iter().enumerate() {
                let (code, parent) = authorities.of(layer, index, area);
                let code = code.or_else(|| parent.map(|layer_area| code_at(atlas, layer_area)));
                let meta = content.layer().meta();
                let of = kinds::mapit_type(kinds[layer], area.code().as_str(), code, meta);
                let next = types.len() as u16;
                of_layer.push(*types.entry(of).or_insert(next));
                parents_of_layer.push(parent.map(|(layer, area)| ids[layer][area]));
            }
            typed.push(of_layer);
            parents.push(parents_of_layer);
        }
        // Translate indices from order of discovery to order of code.
        let mut order = vec![0; types.len()];
        for (index, met) in types.values().enumerate() {
            order[*met as usize] = index as u16;
        }
        for of_area in typed.iter_mut().flatten() {
            *of_area = order[*of_area as usize];
        }
        let types = types.into_keys().collect();
        Self { generations, kinds, census_years, ids, type_of: typed, parents, types, vintages }
    }

    /// Returns the generations of the atlas.
    pub fn generations(&self) -> &Generations {
        &self.generations
    }

    /// Returns the kind of area that a layer contains.
    pub fn kind(&self, layer: usize) -> AreaKind {
        self.kinds[layer]
    }

    /// Returns the census year of a layer of census areas.
    pub fn census_year(&self, layer: usize) -> Option<i16> {
        self.census_years[layer]
    }

    /// Returns the id of an area.
    pub fn id(&self, (layer, area): LayerArea) -> AreaId {
        self.ids[layer][area]
    }

    /// Returns the id of the area with authority over an area, if the atlas contains it.
    pub fn parent(&self, (layer, area): LayerArea) -> Option<AreaId> {
        self.parents[layer][area]
    }

    /// Returns the MapIt type of an area.
    pub fn type_of(&self, (layer, area): LayerArea) -> &MapItType {
        &self.types[self.type_of[layer][area] as usize]
    }

    /// Returns the types that areas of the atlas have, in order of code.
    pub fn types(&self) -> &[MapItType] {
        &self.types
    }

    /// Returns the vintages of the area with this id. Empty if there is no such area.
    pub fn vintages(&self, id: AreaId) -> &[LayerArea] {
        self.vintages.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Returns the first and last generation of the area with this id.
    pub fn span(&self, id: AreaId) -> (GenerationNumber, GenerationNumber) {
        let spans = self.vintages(id).iter().map(|&(layer, _)| self.generations.span(layer));
        // A vintage that another one hides is never in force.
        let spans = spans.filter(|(low, _)| *low > 0);
        spans.reduce(|(a, b), (c, d)| (a.min(c), b.max(d))).unwrap_or((0, 0))
    }

    /// Returns the vintage of an area that is in one of `layers`, otherwise the latest one.
    pub fn vintage_in(&self, id: AreaId, layers: &[usize]) -> Option<LayerArea> {
        let layer_areas = self.vintages(id);
        let current = layer_areas.iter().copied().find(|(layer, _)| layers.contains(layer));
        current.or_else(|| {
            layer_areas.iter().copied().max_by_key(|&(layer, _)| self.generations.span(layer).1)
        })
    }
}

fn code_at(atlas: &Atlas, (layer, area): LayerArea) -> &str {
    atlas.layers()[layer].layer().areas()[area].code().as_str()
}

/// Assigns an id to every area, by layer and area.
fn number(atlas: &Atlas) -> Vec<Vec<AreaId>> {
    let mut taken: HashMap<AreaId, &str> = HashMap::new();
    let mut ids: Vec<Vec<AreaId>> =
        atlas.layers().iter().map(|layer| vec![0; layer.layer().areas().len()]).collect();
    // Areas whose id cannot be derived from the code alone.
    let mut rest: BTreeMap<(&str, &str), Vec<LayerArea>> = BTreeMap::new();
    for (layer, content) in atlas.layers().iter().enumerate() {
        let series = content.layer().meta().series.as_str();
        for (index, area) in content.layer().areas().iter().enumerate() {
            let code = area.code().as_str();
            match by_code(code).map(|id| (id, *taken.entry(id).or_insert(series))) {
                Some((id, owner)) if owner == series => ids[layer][index] = id,
                _ => rest.entry((series, code)).or_default().push((layer, index)),
            }
        }
    }
    for ((series, code), layer_areas) in rest {
        let mut id = by_hash(series, code);
        while taken.contains_key(&id) {
            id = if id == AreaId::MAX / 2 { HASHED } else { id + 1 };
        }
        taken.insert(id, series);
        for (layer, index) in layer_areas {
            ids[layer][index] = id;
        }
    }
    ids
}

/// Returns the id of a GSS code, below 1,000,000,000.
fn by_code(code: &str) -> Option<AreaId> {
    let country =
        "EWSNKLMJX".bytes().position(|letter| code.as_bytes().first() == Some(&letter))?;
    let digits: AreaId = code.get(1..).filter(|_| kinds::is_gss(code))?.parse().ok()?;
    Some((country as AreaId + 1) * 100_000_000 + digits)
}

/// Returns an id from [`HASHED`] up to the greatest signed 32-bit integer.
fn by_hash(series: &str, code: &str) -> AreaId {
    let hash = blake3::hash(format!("{series}\0{code}").as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    HASHED + AreaId::from_le_bytes([a, b, c, d]) % (AreaId::MAX / 2 - HASHED)
}

/// Finds the area with authority over another area.
struct Authorities<'a> {
    atlas: &'a Atlas,
    generations: &'a Generations,
    kinds: &'a [AreaKind],
}

impl<'a> Authorities<'a> {
    /// Returns the authority's code from the area's own properties, and the area that has
    /// authority. That area must be in force in the same generations: it is the one with the code,
    /// otherwise the one that contains more than half of the area. ONS names the property
    /// `LAD22CD`, with the year.
    fn of(
        &self,
        layer: usize,
        index: usize,
        area: &'a Area,
    ) -> (Option<&'a str>, Option<LayerArea>) {
        let Some(parent_kind) = self.kinds[layer].parent() else { return (None, None) };
        let named = area.properties().iter().find_map(|(key, value)| {
            let is_code =
                parent_kind == AreaKind::District && key.starts_with("LAD") && key.ends_with("CD");
            value.as_str().filter(|_| is_code)
        });
        let (low, high) = self.generations.span(layer);
        let mut candidates: Vec<(usize, (GenerationNumber, GenerationNumber))> =
            (0..self.kinds.len())
                .filter(|&other| self.kinds[other] == parent_kind && other != layer)
                .map(|other| (other, self.generations.span(other)))
                .filter(|(_, (first, last))| *first <= high && *last >= low)
                .collect();
        candidates.sort_by_key(|(_, (_, last))| std::cmp::Reverse(*last));
        let found = candidates.iter().find_map(|&(other, _)| {
            if let Some(code) = named {
                let there = self.atlas.layers()[other].layer().area_index(code)?;
                return Some((other, there));
            }
            let rows = self.atlas.overlaps_of(layer, index, other).iter();
            let most = rows
                .filter(|row| row.relation != Relation::Touches)
                .max_by(|a, b| a.shared_m2.total_cmp(&b.shared_m2))?;
            (2.0 * most.shared_m2 > area.area_m2()).then_some((other, most.to as usize))
        });
        (named, found)
    }
}

#[cfg(test)]
mod tests;
