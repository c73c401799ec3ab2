//! Every area by a number, with its type, its parent and its generations.
//!
//! # Numbers
//!
//! MapIt's ids are integers, and clients keep them. Here an area's number is made of its code
//! alone, so it is the same in every snapshot:
//!
//! * of a GSS code: the country as a digit, then the eight digits of the code (`E05013246` is
//!   105013246). Where two series have the same code, the first in the catalogue has the number;
//! * of any other (`N4` of the LAPs): from 1,000,000,000 up, by a hash of series and code. Of two
//!   that fall on the same number, the later in order of series and code has the next one.
//!
//! The vintages of a series that have the same code are one area, in force over all of their
//! generations.

use std::collections::{BTreeMap, HashMap};

use lapwing_boundaries::area::Area;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::overlap::Relation;

use super::generations::{Generations, Number};
use super::kinds::{self, AreaKind, Type};

/// The number of an area.
pub type Id = u32;

/// An area, by the places of its layer and of itself in code order.
pub type Spot = (usize, usize);

/// The numbers of areas without a GSS code begin here.
const HASHED: Id = 1_000_000_000;

/// All areas of an atlas.
#[derive(Debug)]
pub struct Directory {
    generations: Generations,
    /// By layer.
    kinds: Vec<AreaKind>,
    /// By layer.
    editions: Vec<Option<i16>>,
    /// By layer and area.
    ids: Vec<Vec<Id>>,
    /// By layer and area, as places in `types`.
    type_of: Vec<Vec<u16>>,
    /// By layer and area.
    parents: Vec<Vec<Option<Id>>>,
    /// Each once, in order of their codes.
    types: Vec<Type>,
    /// The vintages of each area, in the catalogue's order.
    spots: HashMap<Id, Vec<Spot>>,
}

impl Directory {
    /// Of an atlas.
    pub fn of(atlas: &Atlas) -> Self {
        let generations = Generations::of(atlas);
        let kinds: Vec<AreaKind> =
            atlas.layers().iter().map(|layer| AreaKind::of(layer.layer())).collect();
        let editions = atlas.layers().iter().map(|layer| kinds::edition(layer.layer().meta()));
        let editions = editions.collect();
        let ids = number(atlas);
        let mut spots: HashMap<Id, Vec<Spot>> = HashMap::new();
        for (layer, of_layer) in ids.iter().enumerate() {
            for (area, &id) in of_layer.iter().enumerate() {
                spots.entry(id).or_default().push((layer, area));
            }
        }
        let authorities = Authorities { atlas, generations: &generations, kinds: &kinds };
        let mut types: BTreeMap<Type, u16> = BTreeMap::new();
        let (mut typed, mut parents) = (Vec::new(), Vec::new());
        for (layer, content) in atlas.layers().iter().enumerate() {
            let (mut of_layer, mut parents_of_layer) = (Vec::new(), Vec::new());
            for (place, area) in content.layer().areas().iter().enumerate() {
                let (code, parent) = authorities.of(layer, place, area);
                let code = code.or_else(|| parent.map(|spot| code_at(atlas, spot)));
                let meta = content.layer().meta();
                let of = kinds::mapit_type(kinds[layer], area.code().as_str(), code, meta);
                let next = types.len() as u16;
                of_layer.push(*types.entry(of).or_insert(next));
                parents_of_layer.push(parent.map(|(layer, area)| ids[layer][area]));
            }
            typed.push(of_layer);
            parents.push(parents_of_layer);
        }
        // From the order in which they were met to that of their codes.
        let mut order = vec![0; types.len()];
        for (place, met) in types.values().enumerate() {
            order[*met as usize] = place as u16;
        }
        for of_area in typed.iter_mut().flatten() {
            *of_area = order[*of_area as usize];
        }
        let types = types.into_keys().collect();
        Self { generations, kinds, editions, ids, type_of: typed, parents, types, spots }
    }

    /// The generations.
    pub fn generations(&self) -> &Generations {
        &self.generations
    }

    /// What a layer holds.
    pub fn kind(&self, layer: usize) -> AreaKind {
        self.kinds[layer]
    }

    /// The census of which a layer's small areas would be.
    pub fn edition(&self, layer: usize) -> Option<i16> {
        self.editions[layer]
    }

    /// The number of an area.
    pub fn id(&self, (layer, area): Spot) -> Id {
        self.ids[layer][area]
    }

    /// The number of the area that has authority over an area, if one here has.
    pub fn parent(&self, (layer, area): Spot) -> Option<Id> {
        self.parents[layer][area]
    }

    /// MapIt's type of an area.
    pub fn type_of(&self, (layer, area): Spot) -> &Type {
        &self.types[self.type_of[layer][area] as usize]
    }

    /// Every type that an area here has, in order of their codes.
    pub fn types(&self) -> &[Type] {
        &self.types
    }

    /// The vintages of the area of a number; none where there is no such area.
    pub fn spots(&self, id: Id) -> &[Spot] {
        self.spots.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The first and the last generation of the area of a number.
    pub fn span(&self, id: Id) -> (Number, Number) {
        let spans = self.spots(id).iter().map(|&(layer, _)| self.generations.span(layer));
        // A vintage that another hides is in force in none.
        let spans = spans.filter(|(low, _)| *low > 0);
        spans.reduce(|(a, b), (c, d)| (a.min(c), b.max(d))).unwrap_or((0, 0))
    }

    /// The vintage of an area that is in one of the layers given, or else the latest.
    pub fn spot_in(&self, id: Id, layers: &[usize]) -> Option<Spot> {
        let spots = self.spots(id);
        let current = spots.iter().copied().find(|(layer, _)| layers.contains(layer));
        current.or_else(|| {
            spots.iter().copied().max_by_key(|&(layer, _)| self.generations.span(layer).1)
        })
    }
}

fn code_at(atlas: &Atlas, (layer, area): Spot) -> &str {
    atlas.layers()[layer].layer().areas()[area].code().as_str()
}

/// The number of every area of every layer.
fn number(atlas: &Atlas) -> Vec<Vec<Id>> {
    let mut taken: HashMap<Id, &str> = HashMap::new();
    let mut ids: Vec<Vec<Id>> =
        atlas.layers().iter().map(|layer| vec![0; layer.layer().areas().len()]).collect();
    // Those that a code alone does not tell, in order.
    let mut rest: BTreeMap<(&str, &str), Vec<Spot>> = BTreeMap::new();
    for (layer, content) in atlas.layers().iter().enumerate() {
        let series = content.layer().meta().series.as_str();
        for (place, area) in content.layer().areas().iter().enumerate() {
            let code = area.code().as_str();
            match by_code(code).map(|id| (id, *taken.entry(id).or_insert(series))) {
                Some((id, owner)) if owner == series => ids[layer][place] = id,
                _ => rest.entry((series, code)).or_default().push((layer, place)),
            }
        }
    }
    for ((series, code), spots) in rest {
        let mut id = by_hash(series, code);
        while taken.contains_key(&id) {
            id = if id == Id::MAX / 2 { HASHED } else { id + 1 };
        }
        taken.insert(id, series);
        for (layer, place) in spots {
            ids[layer][place] = id;
        }
    }
    ids
}

/// The number of a GSS code, under 1,000,000,000.
fn by_code(code: &str) -> Option<Id> {
    let country =
        "EWSNKLMJX".bytes().position(|letter| code.as_bytes().first() == Some(&letter))?;
    let digits: Id = code.get(1..).filter(|_| kinds::is_gss(code))?.parse().ok()?;
    Some((country as Id + 1) * 100_000_000 + digits)
}

/// A number from [`HASHED`] to the greatest that fits a signed 32-bit integer.
fn by_hash(series: &str, code: &str) -> Id {
    let hash = blake3::hash(format!("{series}\0{code}").as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    HASHED + Id::from_le_bytes([a, b, c, d]) % (Id::MAX / 2 - HASHED)
}

/// Which area has authority over which.
struct Authorities<'a> {
    atlas: &'a Atlas,
    generations: &'a Generations,
    kinds: &'a [AreaKind],
}

impl<'a> Authorities<'a> {
    /// The code that an area's own properties name as its authority, and the area in a layer of
    /// the same time that is it: the one with that code, or else the one that holds more than half
    /// of its ground. ONS writes authorities as `LAD22CD`.
    fn of(&self, layer: usize, place: usize, area: &'a Area) -> (Option<&'a str>, Option<Spot>) {
        let Some(wanted) = self.kinds[layer].parent() else { return (None, None) };
        let named = area.properties().iter().find_map(|(key, value)| {
            let is_code =
                wanted == AreaKind::District && key.starts_with("LAD") && key.ends_with("CD");
            value.as_str().filter(|_| is_code)
        });
        let (low, high) = self.generations.span(layer);
        let mut holders: Vec<(usize, (Number, Number))> = (0..self.kinds.len())
            .filter(|&other| self.kinds[other] == wanted && other != layer)
            .map(|other| (other, self.generations.span(other)))
            .filter(|(_, (first, last))| *first <= high && *last >= low)
            .collect();
        holders.sort_by_key(|(_, (_, last))| std::cmp::Reverse(*last));
        let found = holders.iter().find_map(|&(other, _)| {
            if let Some(code) = named {
                let there = self.atlas.layers()[other].layer().area_index(code)?;
                return Some((other, there));
            }
            let rows = self.atlas.overlaps_of(layer, place, other).iter();
            let most = rows
                .filter(|row| row.relation != Relation::Touches)
                .max_by(|a, b| a.shared_m2.total_cmp(&b.shared_m2))?;
            (2.0 * most.shared_m2 > area.area_m2()).then_some((other, most.to as usize))
        });
        (named, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::squares;

    #[test]
    fn a_number_is_made_of_the_code_and_the_same_in_every_snapshot() {
        assert_eq!(by_code("E05013246"), Some(105_013_246));
        assert_eq!(by_code("X06000001"), Some(906_000_001));
        assert_eq!(by_code("N4"), None);
        assert!((HASHED..=Id::MAX / 2).contains(&by_hash("lap", "N4")));
        assert_ne!(by_hash("lap", "N4"), by_hash("locality", "N4"));
        let directory = Directory::of(&squares::atlas());
        assert_eq!(directory.id((0, 0)), 105_000_001);
        assert_eq!(directory.id((2, 0)), by_hash("lap", "N4"));
    }

    #[test]
    fn two_series_with_the_same_code_have_two_numbers_and_two_vintages_one() {
        let mut contents = squares::contents();
        let [ward, parish] = [0, 3].map(|at| contents.layers[at].clone());
        let mut meta = parish.meta().clone();
        meta.id = lapwing_boundaries::layer::LayerId::parse("other").unwrap();
        meta.series = meta.id.clone();
        contents
            .layers
            .push(lapwing_boundaries::layer::Layer::of_areas(meta, ward.areas().to_vec()));
        let mut meta = ward.meta().clone();
        meta.vintage.valid_to = Some(jiff::civil::date(2030, 1, 1));
        contents.layers[0] =
            lapwing_boundaries::layer::Layer::of_areas(meta.clone(), ward.areas().to_vec());
        meta.id = lapwing_boundaries::layer::LayerId::parse("ward_2030").unwrap();
        meta.vintage.valid_from = meta.vintage.valid_to.take();
        contents
            .layers
            .push(lapwing_boundaries::layer::Layer::of_areas(meta, ward.areas().to_vec()));
        let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
        let directory = Directory::of(&atlas);
        assert_ne!(directory.id((0, 0)), directory.id((5, 0)));
        assert!(directory.id((5, 0)) >= HASHED);
        assert_eq!(directory.id((0, 0)), directory.id((6, 0)));
        assert_eq!(directory.spots(105_000_001), [(0, 0), (6, 0)]);
        assert_eq!(directory.span(105_000_001), (3, 4));
        assert_eq!(directory.spot_in(105_000_001, &[0]), Some((0, 0)));
        assert_eq!(directory.spot_in(105_000_001, &[]), Some((6, 0)));
    }

    #[test]
    fn every_number_names_its_area_alone() {
        let atlas = Atlas::build(
            lapwing_boundaries::demo::lyonesse(1).into_contents(),
            jiff::Timestamp::UNIX_EPOCH,
            &(),
        );
        let directory = Directory::of(&atlas);
        for (layer, content) in atlas.layers().iter().enumerate() {
            for place in 0..content.layer().areas().len() {
                let id = directory.id((layer, place));
                assert!(id > 0 && id <= Id::MAX / 2);
                assert_eq!(directory.spots(id), [(layer, place)]);
            }
        }
        let ward = atlas.layer_place("ward").unwrap();
        let authority = directory.parent((ward, 0)).expect("each ward has an authority");
        assert_eq!(directory.type_of(directory.spots(authority)[0]).code, "UTA");
        assert_eq!(directory.type_of((ward, 0)).code, "UTW");
    }
}
