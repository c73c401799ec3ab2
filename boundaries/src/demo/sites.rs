//! GP practices and community assets, each at a postcode.

use std::collections::HashSet;

use super::names::{Names, QUARTERS};
use super::rng::{Purpose, Rng};
use crate::area::Site;
use crate::code::AreaCode;
use crate::gazetteer::PostcodeRecord;

/// The kinds of community assets: slug, name and frequency out of 40.
const ASSET_KINDS: [(&str, &str, usize); 12] = [
    ("village_hall", "Village Hall", 8),
    ("pharmacy", "Pharmacy", 7),
    ("primary_school", "Primary School", 5),
    ("community_centre", "Community Centre", 4),
    ("library", "Library", 3),
    ("food_bank", "Food Bank", 3),
    ("post_office", "Post Office", 3),
    ("family_hub", "Family Hub", 2),
    ("leisure_centre", "Leisure Centre", 2),
    ("warm_space", "Warm Space", 1),
    ("care_home", "Care Home", 1),
    ("lifeboat_station", "Lifeboat Station", 1),
];

const PRACTICE_KINDS: [&str; 4] = ["Surgery", "Medical Centre", "Health Centre", "Practice"];

/// Postcodes, and the name of the place at each: its town or parish.
pub(super) struct Places<'a> {
    /// The postcodes.
    pub(super) postcodes: &'a [PostcodeRecord],
    /// The place name at each postcode.
    pub(super) names: Vec<String>,
}

/// Generates the practices and the assets.
pub(super) fn generate(
    places: &Places<'_>,
    practices: usize,
    assets: usize,
    names: &mut Names,
    seed: u64,
) -> (Vec<Site>, Vec<Site>) {
    let mut rng = Rng::new(seed, Purpose::Sites);
    let mut used = HashSet::new();
    let practices = (1..=practices)
        .map(|number| {
            let kind = PRACTICE_KINDS[rng.below(PRACTICE_KINDS.len())];
            let code = format!("X8{number:04}");
            places.site(&code, kind, None, names, &mut used, &mut rng)
        })
        .collect();
    let assets = (1..=assets)
        .map(|number| {
            let (slug, kind, _) = asset_kind(&mut rng);
            let code = format!("XA{number:05}");
            places.site(&code, kind, Some(slug), names, &mut used, &mut rng)
        })
        .collect();
    (practices, assets)
}

fn asset_kind(rng: &mut Rng) -> (&'static str, &'static str, usize) {
    let mut drawn = rng.below(ASSET_KINDS.iter().map(|k| k.2).sum());
    for kind in ASSET_KINDS {
        if drawn < kind.2 {
            return kind;
        }
        drawn -= kind.2;
    }
    ASSET_KINDS[0]
}

impl Places<'_> {
    /// Returns a site at a live postcode.
    fn site(
        &self,
        code: &str,
        kind: &str,
        slug: Option<&str>,
        names: &mut Names,
        used: &mut HashSet<String>,
        rng: &mut Rng,
    ) -> Site {
        // LY1 1AA is live and has a position, so one always exists.
        let start = rng.below(self.postcodes.len());
        let here = (0..self.postcodes.len()).map(|i| (start + i) % self.postcodes.len());
        let (at, position) = here
            .filter(|&i| self.postcodes[i].terminated.is_none())
            .find_map(|i| self.postcodes[i].position.map(|position| (i, position)))
            .expect("LY1 1AA is live and has a position");
        let place = &self.names[at];
        let candidates = std::iter::once(format!("{place} {kind}"))
            .chain(QUARTERS.iter().map(|quarter| format!("{place} {quarter} {kind}")));
        let name = names.first_free(used, candidates);
        let mut properties = Vec::new();
        if let Some(slug) = slug {
            properties.push(("kind".to_owned(), slug.into()));
        }
        let postcode = self.postcodes[at].postcode.to_string();
        properties.push(("postcode".to_owned(), postcode.into()));
        Site {
            code: AreaCode::parse(code).expect("letters and digits are valid"),
            name,
            position,
            properties,
        }
    }
}
