//! Invented names, from the elements of Cornish place names.

use std::collections::HashSet;

use super::rng::{Purpose, Rng};

/// What names begin with: homestead, pool, head, church-site, heath, valley, fort, dwelling,
/// house, cove, stone, downs, moor, hole, mouth, well, field, hill.
const BEGINNINGS: [&str; 20] = [
    "Tre", "Pol", "Pen", "Lan", "Ros", "Nan", "Car", "Bos", "Chy", "Porth", "Men", "Goon", "Hal",
    "Tol", "Aber", "Ven", "Gwel", "Bron", "Crug", "Lis",
];

/// What names end with: mostly trees, birds, weather and colours.
const ENDINGS: [&str; 60] = [
    "scawen", "golow", "varrow", "lowen", "morva", "tewen", "steren", "nowyth", "gollen",
    "bronnen", "eythin", "reden", "gelyn", "derowen", "onnen", "helyk", "vedwen", "wernen",
    "avallen", "spernen", "delyow", "gwelsow", "corrik", "skathow", "goosel", "dreath", "lethow",
    "sowan", "garrek", "caradow", "haloen", "kernyk", "mellyn", "rudhek", "glasen", "wynnek",
    "dhuven", "loryk", "howlek", "awelen", "niwlen", "keser", "taran", "cothen", "govenek",
    "colomen", "golvan", "bargos", "moryon", "gwenen", "logosen", "dowrgi", "brogh", "carow",
    "yewen", "ethen", "gavar", "davas", "marghek", "lowarn",
];

/// Invented saints, to whom parishes are dedicated.
const SAINTS: [&str; 24] = [
    "Kewara", "Morvetha", "Senarth", "Illowen", "Breaca", "Wendern", "Elwyna", "Cradock",
    "Gothian", "Levara", "Mabena", "Ruthen", "Tallan", "Veryth", "Zelion", "Perrow", "Ladoca",
    "Enodwen", "Guron", "Issolda", "Keverna", "Mertholl", "Sithorn", "Uvelys",
];

/// What tells apart places of one name, before it or after it.
const BEFORE: [&str; 6] = ["North", "South", "East", "West", "Higher", "Lower"];
const AFTER: [&str; 6] = ["Churchtown", "Cross", "Downs", "Moor", "Veor", "Vean"];

/// The wards of a town are named after its quarters.
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

/// A stock of names, none given twice.
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

    /// A name that was not given before.
    pub(super) fn fresh(&mut self) -> String {
        let (round, place) = (self.given / self.bases.len(), self.given % self.bases.len());
        self.given += 1;
        let base = &self.bases[place];
        let further = BEFORE.len() + AFTER.len();
        match round {
            0 => base.clone(),
            r if r <= BEFORE.len() => format!("{} {base}", BEFORE[r - 1]),
            r if r <= further => format!("{base} {}", AFTER[r - 1 - BEFORE.len()]),
            // The partner moves on by one in each further round, so pairs differ.
            r => format!("{base} with {}", self.bases[(place + r - further) % self.bases.len()]),
        }
    }

    /// The first of the wanted names that is not yet used, or else a fresh one; used from now on.
    pub(super) fn first_free(
        &mut self,
        used: &mut HashSet<String>,
        wanted: impl IntoIterator<Item = String>,
    ) -> String {
        for name in wanted {
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
    fn no_name_is_given_twice() {
        let mut names = Names::new(1);
        let given: HashSet<String> = (0..40_000).map(|_| names.fresh()).collect();
        assert_eq!(given.len(), 40_000);
    }
}
