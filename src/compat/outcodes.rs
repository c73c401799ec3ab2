//! The outcodes, the first halves of postcodes: where each is, and what its postcodes lie in.

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

/// One outcode.
#[derive(Debug)]
pub struct Outcode {
    /// `NN1`
    pub outcode: String,
    /// The mean of its live postcodes' positions; `None` where none has one.
    pub centre: Option<Bng>,
    /// Where its live and terminated postcodes stand in the atlas, first and last but one.
    places: (usize, usize),
    /// What was last found, and in which layers: those of a day.
    holders: Mutex<Option<(Vec<usize>, Arc<Holders>)>>,
}

/// The names of what an outcode's live postcodes lie in, by the layers they were asked of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holders {
    /// By layer, each name once, in order.
    pub names: BTreeMap<usize, BTreeSet<String>>,
    /// The countries that their codes tell.
    pub countries: BTreeSet<&'static str>,
}

impl Outcodes {
    /// Of an atlas; only outcodes with live postcodes.
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
                let places = (start, end);
                all.push(Outcode { outcode, centre, places, holders: Mutex::default() });
            }
            start = end;
        }
        Self { all }
    }

    /// All, in order.
    pub fn all(&self) -> &[Outcode] {
        &self.all
    }

    /// One, in whatever case.
    pub fn get(&self, outcode: &str) -> Option<&Outcode> {
        let wanted = outcode.to_ascii_uppercase();
        self.all.binary_search_by(|known| known.outcode.cmp(&wanted)).ok().map(|at| &self.all[at])
    }
}

fn live_between(
    atlas: &Atlas,
    (start, end): (usize, usize),
) -> impl Iterator<Item = PostcodeFacts> + '_ {
    let all = (start..end).map(|place| atlas.facts_at(place));
    all.filter(PostcodeFacts::is_live)
}

/// The mean of positions: what PostGIS calls the centroid of points.
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
    /// Its live postcodes.
    pub fn live<'a>(&self, atlas: &'a Atlas) -> impl Iterator<Item = PostcodeFacts> + use<'a> {
        live_between(atlas, self.places)
    }

    /// What its live postcodes lie in, in the layers given: found when it is first asked, which takes
    /// some milliseconds, and kept.
    pub fn holders(&self, atlas: &Atlas, layers: &[usize]) -> Arc<Holders> {
        let mut kept = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, holders)) = kept.as_ref().filter(|(of, _)| of == layers) {
            return Arc::clone(holders);
        }
        let holders = Arc::new(self.find_holders(atlas, layers));
        *kept = Some((layers.to_vec(), Arc::clone(&holders)));
        holders
    }

    fn find_holders(&self, atlas: &Atlas, layers: &[usize]) -> Holders {
        let mut holders = Holders::default();
        for record in self.live(atlas) {
            let spots = areas_of(atlas, &record);
            for &layer in layers {
                let Some(&(_, area)) = of_layer(&spots, layer).first() else { continue };
                let (code, name) = atlas.code_and_name(layer, area);
                let names = holders.names.entry(layer).or_default();
                if !names.contains(name) {
                    names.insert(name.to_owned());
                }
                let country = kinds::country(code);
                holders.countries.extend(country.map(|(_, name)| name));
            }
        }
        holders
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::squares;

    #[test]
    fn an_outcode_is_where_its_live_postcodes_are() {
        let atlas = squares::atlas();
        let outcodes = Outcodes::of(&atlas);
        let names: Vec<&str> = outcodes.all().iter().map(|o| &*o.outcode).collect();
        assert_eq!(names, ["NN1", "NN11", "NN6"]);
        let one = outcodes.get("nn1").unwrap();
        // Of NN1 the terminated and the placeless are not counted: four are left.
        assert_eq!(one.live(&atlas).count(), 5, "one of which has no position");
        let centre = one.centre.unwrap();
        assert_eq!(centre.easting() - squares::EAST, (500.0 + 1700.0 + 990.0 + 500.0) / 4.0);
        assert!(outcodes.get("NN1 ").is_none());
    }
}
