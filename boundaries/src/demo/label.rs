//! Codes and names of the areas.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::{Date, date};

use super::lattice::{Block, NOBODY};
use super::layers::{County, id, numbered, parse};
use super::names::{Names, QUARTERS};
use super::parishes::Parishes;
use super::wards::{OldWards, Wards, count_of};
use crate::area::Properties;
use crate::code::AreaCode;
use crate::layer::{Layer, Vintage};

/// The day on which the later wards came into force and the earlier ones ceased.
const REVIEW: Date = date(2021, 4, 1);
/// The day on which the earlier wards came into force.
const EARLIER_REVIEW: Date = date(2013, 5, 2);

/// The codes and names assigned so far.
pub(super) struct Labels {
    pub(super) names: Names,
    pub(super) ward_codes: Vec<AreaCode>,
    ward_names: Vec<String>,
    parish_names: Vec<String>,
    town_names: Vec<String>,
    /// The town whose inner part covers most of each ward.
    town_of_ward: Vec<Option<usize>>,
}

impl Labels {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            names: Names::new(seed),
            ward_codes: Vec::new(),
            ward_names: Vec::new(),
            parish_names: Vec::new(),
            town_names: Vec::new(),
            town_of_ward: Vec::new(),
        }
    }

    /// Creates all layers of areas, from the wards up.
    pub(super) fn area_layers(
        &mut self,
        county: &County<'_>,
        wards: &Wards,
        old_wards: &OldWards,
        parishes: &Parishes,
        small_areas: Option<&[u32]>,
    ) -> Vec<Layer> {
        self.town_names = county.towns.iter().map(|_| self.names.fresh()).collect();
        self.town_of_ward = county.town_of_each(&wards.ward, wards.count());
        self.name_parishes(county, parishes);
        self.ward_codes = numbered("X050", wards.count());
        let mut used = HashSet::new();
        self.ward_names = self.name_wards(
            county,
            &wards.ward,
            wards.count(),
            parishes,
            &self.town_of_ward.clone(),
            &mut used,
        );

        let mut ward = county.layer("ward", "Wards, April 2021", true);
        ward.vintage = Vintage { valid_from: Some(REVIEW), valid_to: None };
        let authority_codes = numbered("X060", count_of(&wards.authority_of_locality));
        let authority_names: Vec<String> = (0..authority_codes.len())
            .map(|i| if i == 0 { "Lyonesse".to_owned() } else { self.names.fresh() })
            .collect();
        let authority_of_lap: Vec<usize> = wards
            .locality_of_lap
            .iter()
            .map(|&locality| wards.authority_of_locality[locality as usize] as usize)
            .collect();
        let in_authority = |authority: usize| -> Properties {
            vec![
                ("authority_code".to_owned(), authority_codes[authority].as_str().into()),
                ("authority".to_owned(), authority_names[authority].clone().into()),
            ]
        };
        let ward_layer = county.areas(ward, &wards.ward, &self.ward_codes, |i| {
            let lap = wards.lap_of_ward[i] as usize;
            (self.ward_names[i].clone(), in_authority(authority_of_lap[lap]))
        });
        let old_ward_layer = self.old_ward_layer(county, old_wards, parishes);
        let parish_codes = numbered("X040", parishes.count);
        let parish_layer = county.areas(
            county.layer("parish", "Parishes", false),
            &parishes.parish,
            &parish_codes,
            |i| (self.parish_names[i].clone(), Vec::new()),
        );

        let localities = self.localities(county, wards);
        let lap_labels = lap_labels(wards, &localities);
        let lap_layer = county.areas(
            county.layer("lap", "Local Area Partnerships", true),
            &wards.lap(),
            &lap_labels.iter().map(|(code, _)| parse(code)).collect::<Vec<_>>(),
            |i| {
                let locality = &localities[wards.locality_of_lap[i] as usize];
                let place = authority_names[authority_of_lap[i]].clone();
                let properties = vec![
                    ("place".to_owned(), place.into()),
                    ("locality".to_owned(), locality.name.clone().into()),
                ];
                (lap_labels[i].1.clone(), properties)
            },
        );
        let locality_layer = county.areas(
            county.layer("locality", "Localities", true),
            &wards.locality(),
            &localities.iter().map(|l| parse(&format!("XL{}", l.letters))).collect::<Vec<_>>(),
            |i| (localities[i].name.clone(), in_authority(wards.authority_of_locality[i] as usize)),
        );
        let authority_layer = county.areas(
            county.layer("authority", "Authorities", true),
            &wards.authority(),
            &authority_codes,
            |i| (authority_names[i].clone(), Vec::new()),
        );
        let mut layers = vec![
            ward_layer,
            old_ward_layer,
            parish_layer,
            lap_layer,
            locality_layer,
            authority_layer,
        ];
        if let Some(small) = small_areas {
            layers.push(county.areas(
                county.layer("small_area", "Small areas", true),
                small,
                &numbered("X010", count_of(small)),
                |i| (format!("Small area {}", i + 1), Vec::new()),
            ));
        }
        layers
    }

    fn old_ward_layer(
        &mut self,
        county: &County<'_>,
        old: &OldWards,
        parishes: &Parishes,
    ) -> Layer {
        let count = old.kept_as.len();
        let kept_names: Vec<Option<String>> = old
            .kept_as
            .iter()
            .map(|kept| kept.map(|ward| self.ward_names[ward as usize].clone()))
            .collect();
        let mut used: HashSet<String> = kept_names.iter().flatten().cloned().collect();
        let towns = county.town_of_each(&old.ward, count);
        let fresh = self.name_wards(county, &old.ward, count, parishes, &towns, &mut used);
        let names: Vec<String> =
            kept_names.into_iter().zip(fresh).map(|(kept, fresh)| kept.unwrap_or(fresh)).collect();
        let mut meta = county.layer("ward_2013", "Wards, May 2013", true);
        meta.series = id("ward");
        meta.vintage = Vintage { valid_from: Some(EARLIER_REVIEW), valid_to: Some(REVIEW) };
        county.areas(meta, &old.ward, &numbered("X059", count), |i| (names[i].clone(), Vec::new()))
    }

    /// Names the parishes. The parish of a town has the town's name.
    fn name_parishes(&mut self, county: &County<'_>, parishes: &Parishes) {
        let mut names = vec![None; parishes.count];
        for (town, name) in county.towns.iter().zip(&self.town_names) {
            if let Some(slot) = names.get_mut(parishes.parish[town.middle] as usize) {
                slot.get_or_insert_with(|| name.clone());
            }
        }
        self.parish_names =
            names.into_iter().map(|name| name.unwrap_or_else(|| self.names.fresh())).collect();
    }

    /// Names the wards after the quarters of a town or the parishes that cover most of the ward.
    fn name_wards(
        &mut self,
        county: &County<'_>,
        ward: &[u32],
        count: usize,
        parishes: &Parishes,
        towns: &[Option<usize>],
        used: &mut HashSet<String>,
    ) -> Vec<String> {
        let mut blocks: Vec<BTreeMap<u32, usize>> = vec![BTreeMap::new(); count];
        for &block in &county.land.all {
            let parish = parishes.parish[block];
            if parish != NOBODY {
                *blocks[ward[block] as usize].entry(parish).or_default() += 1;
            }
        }
        (0..count)
            .map(|i| {
                let mut largest: Vec<(u32, usize)> =
                    blocks[i].iter().map(|(&p, &n)| (p, n)).collect();
                largest.sort_by_key(|&(parish, n)| (std::cmp::Reverse(n), parish));
                let parish = |place: usize| {
                    largest.get(place).map(|&(p, _)| self.parish_names[p as usize].clone())
                };
                let mut candidates: Vec<String> = Vec::new();
                if let Some(town) = towns[i] {
                    let town = &self.town_names[town];
                    candidates.extend(QUARTERS.iter().map(|quarter| format!("{town} {quarter}")));
                }
                if let (Some(first), Some(second)) = (parish(0), parish(1)) {
                    // Every second name combines two parishes, as many real ones do.
                    let joined = format!("{first} and {second}");
                    candidates.extend(if i % 2 == 0 { [first, joined] } else { [joined, first] });
                }
                candidates.extend(parish(0));
                candidates.extend(parish(1));
                self.names.first_free(used, candidates)
            })
            .collect()
    }

    fn localities(&mut self, county: &County<'_>, wards: &Wards) -> Vec<Locality> {
        let count = count_of(&wards.locality_of_lap);
        if count != 2 {
            return (0..count)
                .map(|i| Locality { name: self.names.fresh(), letters: letters(i) })
                .collect();
        }
        // Two localities are named North and South.
        let locality = wards.locality();
        let mut northing = [(0.0, 0.0); 2];
        for &block in &county.land.all {
            let sum = &mut northing[locality[block] as usize];
            *sum = (sum.0 + county.lattice.middle(block).y, sum.1 + 1.0);
        }
        let first_is_north = northing[0].0 / northing[0].1 > northing[1].0 / northing[1].1;
        [first_is_north, !first_is_north]
            .map(|north| if north { "North" } else { "South" })
            .map(|side| Locality {
                name: format!("{side} Lyonesse"),
                letters: side[..1].to_owned(),
            })
            .into()
    }

    /// Returns the name of the place that contains a block: its parish, or its town if it has none.
    pub(super) fn place(&self, parishes: &Parishes, wards: &Wards, block: Block) -> String {
        let ward = wards.ward[block] as usize;
        match (parishes.parish[block], self.town_of_ward[ward]) {
            (NOBODY, Some(town)) => self.town_names[town].clone(),
            (NOBODY, None) => self.ward_names[ward].clone(),
            (parish, _) => self.parish_names[parish as usize].clone(),
        }
    }
}

/// A locality's name, and the letters used in the codes of its LAPs.
struct Locality {
    name: String,
    letters: String,
}

/// Returns the code and name of each LAP, numbered within its locality.
fn lap_labels(wards: &Wards, localities: &[Locality]) -> Vec<(String, String)> {
    let mut numbers = vec![0; localities.len()];
    wards
        .locality_of_lap
        .iter()
        .map(|&l| {
            let locality = &localities[l as usize];
            numbers[l as usize] += 1;
            let number = numbers[l as usize];
            (format!("X{}{number}", locality.letters), format!("{} {number}", locality.name))
        })
        .collect()
}

/// Returns at least two letters that number a locality: AA, AB, …
fn letters(mut number: usize) -> String {
    let mut letters = Vec::new();
    while number > 0 || letters.len() < 2 {
        letters.push(char::from(b'A' + (number % 26) as u8));
        number /= 26;
    }
    letters.into_iter().rev().collect()
}
