//! The atlas in the words of MapIt and postcodes.io: what kind of area a layer holds, numbers for
//! areas, generations for vintages, parents, and outcodes. HTTP is in [`crate::http`].
//!
//! 1. [`kinds`]: the one place that says which layer is what to those services;
//! 2. [`generations`]: MapIt's numbered editions, out of the dates of the vintages;
//! 3. [`directory`]: every area by its number, with type, parent and generations;
//! 4. [`outcodes`]: the first halves of postcodes, and what lies in each;
//! 5. [`standing`]: the areas of one postcode or position.

pub mod directory;
pub mod generations;
pub mod kinds;
pub mod outcodes;
pub mod standing;

use std::sync::OnceLock;

use directory::Directory;
use lapwing_boundaries::atlas::Atlas;
use outcodes::Outcodes;

/// What is made from a snapshot for these services when they are first asked, and kept as long as
/// it serves.
#[derive(Debug, Default)]
pub struct Compat {
    directory: OnceLock<Directory>,
    outcodes: OnceLock<Outcodes>,
    area_texts: OnceLock<AreaTexts>,
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

    /// The texts of the areas, always written alike; of a country's wards some three megabytes.
    pub fn area_texts(&self, write: impl FnOnce() -> AreaTexts) -> &AreaTexts {
        self.area_texts.get_or_init(write)
    }
}
