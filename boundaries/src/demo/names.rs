//! Invented names, from the elements of Cornish place names.

use std::collections::HashSet;

use super::rng::{Purpose, Rng};

/// Beginnings of names: homestead, pool, head, church site, heath, valley, fort, dwelling, house,
/// cove, stone, downs, moor, hole, mouth, well, field, hill.
const BEGINNINGS: [&str; 20] = [
    "Tre", "Pol", "Pen", "Lan", "Ros", "Nan", "Car", "Bos", "Chy", "Porth", "Men", "Goon", "Hal",
    "Tol", "Aber", "Ven", "Gwel", "Bron", "Crug", "Lis",
];

/// Endings of names: mostly trees, birds, weather and colours.
const ENDINGS: [&str; 60] = [
    "scawen", "golow", "varrow", "lowen", "morva", "tewen", "steren", "nowyth", "gollen",
    "bronnen", "eythin", "reden", "gelyn", "derowen", "onnen", "helyk", "vedwen", "wernen",
    "avallen", "spernen", "delyow", "gwelsow", "corrik", "skathow", "goosel", "dreath", "lethow",
    "sowan", "garrek", "caradow", "haloen", "kernyk", "mellyn", "rudhek", "glasen", "wynnek",
    "dhuven", "loryk", "howlek", "awelen", "niwlen", "keser", "taran", "cothen", "govenek",
    "colomen", "golvan", "bargos", "moryon", "gwenen", "logosen", "dowrgi", "brogh", "carow",
    "yewen", "ethen", "gavar", "davas", "marghek", "lowarn",
];

/// Invented saints, for the dedications of parishes.
const SAINTS: [&str; 24] = [
    "Kewara", "Morvetha", "Senarth", "Illowen", "Breaca", "Wendern", "Elwyna", "Cradock",
    "Gothian", "Levara", "Mabena", "Ruthen", "Tallan", "Veryth", "Zelion", "Perrow", "Ladoca",
    "Enodwen", "Guron", "Issolda", "Keverna", "Mertholl", "Sithorn", "Uvelys",
];

/// Qualifiers that distinguish places of the same name, before or after it.
const BEFORE: [&str; 6] = ["North", "South", "East", "West", "Higher", "Lower"];
const AFTER: [&str; 6] = ["Churchtown", "Cross", "Downs", "Moor", "Veor", "Vean"];

/// Quarters of a town, used to name its wards.
pub(super) const QUARTERS: [&str; 12] = [
    "Castle",
    "Harbour",
    "Market",
    "Priory",
    "Moorside",
    "Lighthouse",
    "Quay",
    "Trinity",
    "Eastgate",
    "Westgate",
    "Park",
    "Beacon",
];

/// A supply of unique names.
pub(super) struct Names {
    bases: Vec<String>,
    given: usize,
}

impl Names {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed, Purpose::Names);
        let plain = BEGINNINGS.iter().flat_map(|b| ENDINGS.iter().map(move |e| format!("{b}{e}")));
        let mut bases: Vec<String> = plain.collect();
        bases.extend(SAINTS.iter().map(|saint| format!("St {saint}")));
        rng.shuffle(&mut bases);
        Self { bases, given: 0 }
    }

    /// Returns a name that was not returned before.
    pub(super) fn fresh(&mut self) -> String {
        let (round, place) = (self.given / self.bases.len(), self.given % self.bases.len());
        self.given += 1;
        let base = &self.bases[place];
        let further = BEFORE.len() + AFTER.len();
        match round {
            0 => base.clone(),
            r if r <= BEFORE.len() => format!("{} {base}", BEFORE[r - 1]),
            r if r <= further => format!("{base} {}", AFTER[r - 1 - BEFORE.len()]),
            // The second name moves on by one in each further round, so pairs differ.
            r => format!("{base} with {}", self.bases[(place + r - further) % self.bases.len()]),
        }
    }

    /// Returns the first of the wanted names that is not in `used`, or otherwise a new one, and
    /// adds it.
    pub(super) fn first_free(
        &mut self,
        used: &mut HashSet<String>,
        candidates: impl IntoIterator<Item = String>,
    ) -> String {
        for name in candidates {
            if used.insert(name.clone()) {
                return name;
            }
        }
        loop {
            let name = self.fresh();
            if used.insert(name.clone()) {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names = Names::new(1);
        let given: HashSet<String> = (0..40_000).map(|_| names.fresh()).collect();
        assert_eq!(given.len(), 40_000);
    }
}
