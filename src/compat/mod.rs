//! The atlas as MapIt and postcodes.io see it: kinds of areas, numeric ids, generations, parents
//! and outcodes. The routes are in [`crate::http`].
//!
//! 1. [`kinds`]: the kind of area that each layer contains;
//! 2. [`generations`]: MapIt's numbered editions, derived from the dates of the vintages;
//! 3. [`directory`]: areas by id, with type, parent and generations;
//! 4. [`outcodes`]: the first halves of postcodes, and the areas they lie in;
//! 5. [`layer_roles`]: the layer that provides each kind on a given day;
//! 6. [`areas_of`]: the areas of one postcode or position.

pub mod areas_of;
pub mod directory;
pub mod generations;
pub mod kinds;
pub mod layer_roles;
pub mod outcodes;

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use directory::Directory;
use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;
use layer_roles::LayerPlan;
use outcodes::Outcodes;

/// Tables for MapIt and postcodes.io, built on first use and kept as long as the snapshot is
/// served.
#[derive(Debug, Default)]
pub struct CompatTables {
    directory: OnceLock<Directory>,
    outcodes: OnceLock<Outcodes>,
    area_texts: OnceLock<AreaTexts>,
    /// The plan of the last requested day.
    plan: ArcSwapOption<LayerPlan>,
}

/// Every area as MapIt JSON, by layer and area.
pub type AreaTexts = Vec<Vec<Box<str>>>;

impl CompatTables {
    /// Returns the directory. `atlas` must be the same in every call.
    pub fn directory(&self, atlas: &Atlas) -> &Directory {
        self.directory.get_or_init(|| Directory::of(atlas))
    }

    /// Returns the outcodes. `atlas` must be the same in every call.
    pub fn outcodes(&self, atlas: &Atlas) -> &Outcodes {
        self.outcodes.get_or_init(|| Outcodes::of(atlas))
    }

    /// Returns the layers to use on a day. `atlas` must be the same in every call.
    pub fn plan(&self, atlas: &Atlas, day: Date) -> Arc<LayerPlan> {
        let kept = self.plan.load_full().filter(|plan| plan.day == day);
        kept.unwrap_or_else(|| {
            let plan = Arc::new(LayerPlan::of(atlas, self.directory(atlas), day));
            self.plan.store(Some(Arc::clone(&plan)));
            plan
        })
    }

    /// Returns the areas as text, which `write` creates on first use; about 3 MB for the wards of a
    /// country.
    pub fn area_texts(&self, write: impl FnOnce() -> AreaTexts) -> &AreaTexts {
        self.area_texts.get_or_init(write)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::answers::squares;

    #[test]
    fn the_plan_follows_the_day() {
        let (atlas, compat) = (squares::atlas(), CompatTables::default());
        let ward = |day| compat.plan(&atlas, day).layer(kinds::AreaKind::Ward);
        let (old, new) = (date(2020, 1, 1), squares::TODAY_DATE);
        assert_eq!(
            [ward(new), ward(old), ward(old), ward(new)],
            [Some(0), Some(1), Some(1), Some(0)]
        );
        assert!(
            Arc::ptr_eq(&compat.plan(&atlas, new), &compat.plan(&atlas, new)),
            "the plan is cached"
        );
    }
}
