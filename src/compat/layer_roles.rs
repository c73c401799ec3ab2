//! Selects the layer that provides each kind of area on a given day.

use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;

use super::directory::Directory;
use super::kinds::AreaKind;

/// A kind of area that a field needs: optionally from one census, and which one if several areas
/// contain a postcode (enterprise partnerships overlap).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// The kind of area.
    pub kind: AreaKind,
    /// Year of the census. `None` accepts any.
    pub census: Option<i16>,
    /// Which of the areas that contain the postcode, from 0.
    pub nth: usize,
}

/// The first area of a kind.
pub const fn of(kind: AreaKind) -> Role {
    Role { kind, census: None, nth: 0 }
}

/// The first area of a kind, from one census.
pub const fn census(kind: AreaKind, year: i16) -> Role {
    Role { kind, census: Some(year), nth: 0 }
}

/// Length of [`ROLES`]. Array types use this constant instead of `ROLES.len()`, which the
/// compiler would have to evaluate in a cycle.
pub const ROLE_COUNT: usize = 27;

/// Every role that a field needs.
pub const ROLES: [Role; ROLE_COUNT] = [
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
    Role { kind: AreaKind::Enterprise, census: None, nth: 1 },
    of(AreaKind::Lap),
    of(AreaKind::Region),
    of(AreaKind::ElectoralRegion),
    of(AreaKind::OutputArea),
];

/// Returns the index of a role in [`ROLES`]. Evaluated at compile time, because seventy fields use
/// it for every postcode.
///
/// # Panics
///
/// Panics if the role is not in the list.
pub const fn role_index(role: Role) -> usize {
    let mut at = 0;
    loop {
        let known = ROLES[at];
        let same_census = match (known.census, role.census) {
            (None, None) => true,
            (Some(known), Some(role)) => known == role,
            _ => false,
        };
        if known.kind as u8 == role.kind as u8 && same_census && known.nth == role.nth {
            return at;
        }
        at += 1;
    }
}

/// The layers used on one day, one for each entry of [`ROLES`].
#[derive(Clone, Debug)]
pub struct LayerPlan {
    pub(super) day: Date,
    layers: [Option<usize>; ROLE_COUNT],
    /// The distinct layers, in order.
    all: Vec<usize>,
}

impl LayerPlan {
    /// Selects the layers for a day. Of several layers of one kind it takes the one in force, as
    /// `/v1/lookup` does; for a census, the layer of that census, whether in force or not.
    pub fn of(atlas: &Atlas, directory: &Directory, day: Date) -> Self {
        let current = directory.generations().layers_today(day, atlas);
        let all = || (0..atlas.layers().len()).filter(|&at| atlas.layers()[at].layer().is_areas());
        let layers = ROLES.map(|role| {
            let is_kind = |layer: &usize| directory.kind(*layer) == role.kind;
            match role.census {
                None => current.iter().copied().find(is_kind),
                Some(year) => {
                    all().filter(is_kind).find(|&layer| directory.census_year(layer) == Some(year))
                }
            }
        });
        let mut all: Vec<usize> = layers.iter().copied().flatten().collect();
        all.sort_unstable();
        all.dedup();
        Self { day, layers, all }
    }

    /// Returns the layer for each entry of [`ROLES`].
    pub fn layers(&self) -> &[Option<usize>; ROLE_COUNT] {
        &self.layers
    }

    /// Returns the distinct layers, in order.
    pub fn all(&self) -> &[usize] {
        &self.all
    }

    /// Returns the layer that provides a kind.
    pub fn layer(&self, kind: AreaKind) -> Option<usize> {
        let at = ROLES.iter().position(|role| *role == of(kind))?;
        self.layers[at]
    }
}
