//! The atlas in the words of MapIt and postcodes.io: what kind of area a layer holds, numbers for
//! areas, generations for vintages, parents, and outcodes. HTTP is in [`crate::http`].
//!
//! 1. [`kinds`]: the one place that says which layer is what to those services;
//! 2. [`generations`]: MapIt's numbered editions, out of the dates of the vintages;
//! 3. [`directory`]: every area by its number, with type, parent and generations;
//! 4. [`outcodes`]: the first halves of postcodes, and what lies in each;
//! 5. [`layer_roles`]: which layer answers for each kind on a day;
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
use layer_roles::Plan;
use outcodes::Outcodes;

/// What is made from a snapshot for these services when they are first asked, and kept as long as
/// it serves.
#[derive(Debug, Default)]
pub struct Compat {
    directory: OnceLock<Directory>,
    outcodes: OnceLock<Outcodes>,
    area_texts: OnceLock<AreaTexts>,
    /// That of the last day that was asked about.
    plan: ArcSwapOption<Plan>,
}

/// Every area as MapIt writes it, by layer and area.
pub type AreaTexts = Vec<Vec<Box<str>>>;

impl Compat {
    /// The areas of the atlas, always the same atlas.
    pub fn directory(&self, atlas: &Atlas) -> &Directory {
        self.directory.get_or_init(|| Directory::of(atlas))
    }

    /// The outcodes of the atlas, always the same atlas.
    pub fn outcodes(&self, atlas: &Atlas) -> &Outcodes {
        self.outcodes.get_or_init(|| Outcodes::of(atlas))
    }

    /// The layers of the atlas, always the same atlas, that answer on a day.
    pub fn plan(&self, atlas: &Atlas, day: Date) -> Arc<Plan> {
        let kept = self.plan.load_full().filter(|plan| plan.day == day);
        kept.unwrap_or_else(|| {
            let plan = Arc::new(Plan::of(atlas, self.directory(atlas), day));
            self.plan.store(Some(Arc::clone(&plan)));
            plan
        })
    }

    /// The texts of the areas, always written alike; of a country's wards some three megabytes.
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
    fn the_layers_that_answer_are_those_of_the_day() {
        let (atlas, compat) = (squares::atlas(), Compat::default());
        let ward = |day| compat.plan(&atlas, day).layer(kinds::AreaKind::Ward);
        let (old, new) = (date(2020, 1, 1), squares::TODAY_DATE);
        assert_eq!(
            [ward(new), ward(old), ward(old), ward(new)],
            [Some(0), Some(1), Some(1), Some(0)]
        );
        assert!(Arc::ptr_eq(&compat.plan(&atlas, new), &compat.plan(&atlas, new)), "it is kept");
    }
}
