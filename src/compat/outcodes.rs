//! Outcodes, the first halves of postcodes: their positions, and the areas their postcodes lie in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::PostcodePrefix;

use super::areas_of::{areas_of, of_layer};
use super::kinds;

/// The outcodes of an atlas, in order.
#[derive(Debug)]
pub struct Outcodes {
    all: Vec<Outcode>,
}

/// An outcode, with the position and the areas of its live postcodes.
#[derive(Debug)]
pub struct Outcode {
    /// As in `NN1`.
    pub outcode: String,
    /// Mean position of its live postcodes. `None` if none of them has one.
    pub centre: Option<Bng>,
    /// Range of its live and terminated postcodes in the atlas, end exclusive.
    range: (usize, usize),
    /// The last result of [`Outcode::containing_areas`] and the layers it was for.
    containing_areas: Mutex<Option<(Vec<usize>, Arc<ContainingAreas>)>>,
}

/// The areas that an outcode's live postcodes lie in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainingAreas {
    /// Distinct names by layer, in order.
    pub names: BTreeMap<usize, BTreeSet<String>>,
    /// Countries, from the codes of the areas.
    pub countries: BTreeSet<&'static str>,
}

impl Outcodes {
    /// Collects the outcodes of an atlas that have live postcodes.
    pub fn of(atlas: &Atlas) -> Self {
        let mut all = Vec::new();
        let mut start = 0;
        while start < atlas.postcode_count() {
            let outcode = atlas.facts_at(start).postcode.outward();
            let own = PostcodePrefix::of_halves(&outcode, "").map(|own| atlas.range_of(own));
            let end = own.map_or(start, |own| own.end).max(start + 1);
            let live = || live_between(atlas, (start, end));
            if live().next().is_some() {
                let centre = mean(live());
                let range = (start, end);
                all.push(Outcode { outcode, centre, range, containing_areas: Mutex::default() });
            }
            start = end;
        }
        Self { all }
    }

    /// Returns all outcodes, in order.
    pub fn all(&self) -> &[Outcode] {
        &self.all
    }

    /// Returns one outcode; case is ignored.
    pub fn get(&self, outcode: &str) -> Option<&Outcode> {
        let upper_case = outcode.to_ascii_uppercase();
        self.all
            .binary_search_by(|known| known.outcode.cmp(&upper_case))
            .ok()
            .map(|at| &self.all[at])
    }
}

fn live_between(
    atlas: &Atlas,
    (start, end): (usize, usize),
) -> impl Iterator<Item = PostcodeFacts> + '_ {
    let all = (start..end).map(|index| atlas.facts_at(index));
    all.filter(PostcodeFacts::is_live)
}

/// The mean of positions, which PostGIS calls the centroid of points.
fn mean(records: impl Iterator<Item = PostcodeFacts>) -> Option<Bng> {
    let (mut x, mut y, mut count) = (0.0, 0.0, 0.0);
    for at in records.filter_map(|record| record.position) {
        x += at.easting();
        y += at.northing();
        count += 1.0;
    }
    if count > 0.0 { Bng::new(x / count, y / count).ok() } else { None }
}

impl Outcode {
    /// Returns its live postcodes.
    pub fn live<'a>(&self, atlas: &'a Atlas) -> impl Iterator<Item = PostcodeFacts> + use<'a> {
        live_between(atlas, self.range)
    }

    /// Returns the areas of `layers` that its live postcodes lie in. The first call takes
    /// milliseconds; the result is cached until `layers` changes.
    pub fn containing_areas(&self, atlas: &Atlas, layers: &[usize]) -> Arc<ContainingAreas> {
        let mut kept = self.containing_areas.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, containing_areas)) = kept.as_ref().filter(|(of, _)| of == layers) {
            return Arc::clone(containing_areas);
        }
        let containing_areas = Arc::new(self.find_containing_areas(atlas, layers));
        *kept = Some((layers.to_vec(), Arc::clone(&containing_areas)));
        containing_areas
    }

    fn find_containing_areas(&self, atlas: &Atlas, layers: &[usize]) -> ContainingAreas {
        let mut containing_areas = ContainingAreas::default();
        for record in self.live(atlas) {
            let layer_areas = areas_of(atlas, &record);
            for &layer in layers {
                let Some(&(_, area)) = of_layer(&layer_areas, layer).first() else { continue };
                let (code, name) = atlas.code_and_name(layer, area);
                let names = containing_areas.names.entry(layer).or_default();
                if !names.contains(name) {
                    names.insert(name.to_owned());
                }
                let country = kinds::country(code);
                containing_areas.countries.extend(country.map(|(_, name)| name));
            }
        }
        containing_areas
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::squares;

    #[test]
    fn the_position_of_an_outcode_is_the_mean_of_its_live_postcodes() {
        let atlas = squares::atlas();
        let outcodes = Outcodes::of(&atlas);
        let names: Vec<&str> = outcodes.all().iter().map(|o| &*o.outcode).collect();
        assert_eq!(names, ["NN1", "NN11", "NN6"]);
        let one = outcodes.get("nn1").unwrap();
        // Terminated postcodes of NN1 and those without a position do not count; four remain.
        assert_eq!(one.live(&atlas).count(), 5, "one has no position");
        let centre = one.centre.unwrap();
        assert_eq!(centre.easting() - squares::EAST, (500.0 + 1700.0 + 990.0 + 500.0) / 4.0);
        assert!(outcodes.get("NN1 ").is_none());
    }
}
