//! Which layer answers for each kind of area on a day.

use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;

use super::directory::Directory;
use super::kinds::AreaKind;

/// The areas that are asked for: a kind, the census it must be of if that matters, and which of
/// several areas (enterprise partnerships overlap).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What the areas are.
    pub kind: AreaKind,
    /// The year of the census; `None` where any will do.
    pub census: Option<i16>,
    /// Which of the areas that hold one postcode, from 0.
    pub place: usize,
}

/// Those of a kind, the first of several.
pub const fn of(kind: AreaKind) -> Wanted {
    Wanted { kind, census: None, place: 0 }
}

/// Those of a kind and a census.
pub const fn census(kind: AreaKind, year: i16) -> Wanted {
    Wanted { kind, census: Some(year), place: 0 }
}

/// How many of [`WANTED`] there are. Types are as long as this, and not as `WANTED.len()`: to know
/// that the compiler would have to have made what the types are part of.
pub const COUNT: usize = 27;

/// All that is ever asked for.
pub const WANTED: [Wanted; COUNT] = [
    of(AreaKind::District),
    of(AreaKind::County),
    of(AreaKind::Ward),
    of(AreaKind::Parish),
    of(AreaKind::Constituency),
    of(AreaKind::SubIcb),
    of(AreaKind::Division),
    of(AreaKind::Lsoa),
    of(AreaKind::Msoa),
    of(AreaKind::PoliceForce),
    of(AreaKind::NhsRegion),
    of(AreaKind::TravelToWork),
    of(AreaKind::NationalPark),
    of(AreaKind::BuiltUp),
    of(AreaKind::Icb),
    of(AreaKind::CancerAlliance),
    census(AreaKind::Lsoa, 2011),
    census(AreaKind::Msoa, 2011),
    census(AreaKind::Lsoa, 2021),
    census(AreaKind::Msoa, 2021),
    census(AreaKind::OutputArea, 2021),
    of(AreaKind::Enterprise),
    Wanted { kind: AreaKind::Enterprise, census: None, place: 1 },
    of(AreaKind::Lap),
    of(AreaKind::Region),
    of(AreaKind::ElectoralRegion),
    of(AreaKind::OutputArea),
];

/// The place of something wanted in [`WANTED`], found when this is compiled: seventy fields ask for
/// it at every postcode.
///
/// # Panics
///
/// When it is not among them.
pub const fn place_of(wanted: Wanted) -> usize {
    let mut at = 0;
    loop {
        let known = WANTED[at];
        let same_census = match (known.census, wanted.census) {
            (None, None) => true,
            (Some(known), Some(wanted)) => known == wanted,
            _ => false,
        };
        if known.kind as u8 == wanted.kind as u8 && same_census && known.place == wanted.place {
            return at;
        }
        at += 1;
    }
}

/// The layers that answer on a day, one for each of [`WANTED`].
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) day: Date,
    layers: [Option<usize>; COUNT],
    /// The same, each once, in order.
    all: Vec<usize>,
}

impl Plan {
    /// For a day. Of several layers of one kind it is the one in force, as `/v1/lookup` answers
    /// from; of a census, the layer of that census, in force or not.
    pub fn of(atlas: &Atlas, directory: &Directory, day: Date) -> Self {
        let current = directory.generations().layers_today(day, atlas);
        let all = || (0..atlas.layers().len()).filter(|&at| atlas.layers()[at].layer().is_areas());
        let layers = WANTED.map(|wanted| {
            let is_kind = |layer: &usize| directory.kind(*layer) == wanted.kind;
            match wanted.census {
                None => current.iter().copied().find(is_kind),
                Some(year) => {
                    all().filter(is_kind).find(|&layer| directory.edition(layer) == Some(year))
                }
            }
        });
        let mut all: Vec<usize> = layers.iter().copied().flatten().collect();
        all.sort_unstable();
        all.dedup();
        Self { day, layers, all }
    }

    /// One for each of [`WANTED`].
    pub fn layers(&self) -> &[Option<usize>; COUNT] {
        &self.layers
    }

    /// The same, each once, in order.
    pub fn all(&self) -> &[usize] {
        &self.all
    }

    /// The layer that answers for a kind.
    pub fn layer(&self, kind: AreaKind) -> Option<usize> {
        let at = WANTED.iter().position(|wanted| *wanted == of(kind))?;
        self.layers[at]
    }
}
