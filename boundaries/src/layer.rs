//! All areas, or all sites, of one kind and vintage.

use std::fmt;
use std::sync::{Arc, LazyLock};

use geo::Rect;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::area::{Area, Site};

/// The name of a layer in catalogues, URLs and answers: `[a-z][a-z0-9_]*`, at most 40 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LayerId(Box<str>);

/// The text is not a layer's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a layer id: use a to z, 0 to 9 and _, beginning with a letter, at most 40 characters"
)]
pub struct InvalidLayerId {
    text: String,
}

impl LayerId {
    /// Reads a layer's name.
    ///
    /// ```
    /// use lapwing_boundaries::layer::LayerId;
    /// assert!(LayerId::parse("ward_2013").is_ok());
    /// assert!(LayerId::parse("Ward 2013").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidLayerId> {
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_lowercase());
        let rest = bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if first && rest && text.len() <= 40 {
            Ok(Self(text.into()))
        } else {
            Err(InvalidLayerId { text: text.chars().take(80).collect() })
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LayerId {
    type Error = InvalidLayerId;
    fn try_from(text: String) -> Result<Self, InvalidLayerId> {
        Self::parse(&text)
    }
}

impl From<LayerId> for String {
    fn from(id: LayerId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// How far the drawing of a layer has been generalised, in ONS's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Resolution {
    /// Full resolution, clipped to the coast.
    Bfc,
    /// Full resolution, to the extent of the realm.
    Bfe,
    /// Generalised to 20 m.
    Bgc,
    /// Super-generalised to 200 m.
    Bsc,
    /// Ultra-generalised to 500 m.
    Buc,
}

impl Resolution {
    /// How far the drawn boundary may lie from the true one, in metres. For full resolution this
    /// is 1 m: Ordnance Survey's own drawing at 1:1,250 is good to about that in towns.
    pub const fn metres(self) -> f64 {
        match self {
            Self::Bfc | Self::Bfe => 1.0,
            Self::Bgc => 20.0,
            Self::Bsc => 200.0,
            Self::Buc => 500.0,
        }
    }

    /// ONS's three letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bfc => "BFC",
            Self::Bfe => "BFE",
            Self::Bgc => "BGC",
            Self::Bsc => "BSC",
            Self::Buc => "BUC",
        }
    }
}

/// The dates for which a layer's boundaries hold: from the first day, to the day before
/// `valid_to`. An open end is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vintage {
    /// The first day on which the boundaries are in force.
    pub valid_from: Option<Date>,
    /// The first day on which they are no longer in force.
    pub valid_to: Option<Date>,
}

impl Vintage {
    /// Whether the boundaries are in force on that day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }
}

/// What a layer says of itself, in every answer or one link away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerMeta {
    /// Its name in URLs and answers.
    pub id: LayerId,
    /// What its vintages share: `ward` for `ward` and `ward_2013` if the catalogue says that the
    /// second is a vintage of the first; otherwise its own id.
    pub series: LayerId,
    /// A title for people.
    pub title: String,
    /// When its boundaries hold.
    pub vintage: Vintage,
    /// How far its drawing is generalised; `None` where the catalogue does not say, as for points.
    pub resolution: Option<Resolution>,
    /// Whether its areas tile without gap or overlap, as the catalogue declares and `check` proves.
    pub coverage: bool,
    /// The licence, as an SPDX id where there is one.
    pub licence: Option<String>,
    /// The attribution to show wherever the layer is served.
    pub attribution: Option<String>,
    /// The file or definition it was made from, for people.
    pub source: String,
}

impl LayerMeta {
    /// How far its drawing may be trusted, in metres: its resolution, or 0 where it states none.
    pub fn drawing_error_m(&self) -> f64 {
        self.resolution.map_or(0.0, Resolution::metres)
    }
}

/// What a layer holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Areas, in code order.
    Areas(Vec<Area>),
    /// Sites, in code order.
    Sites(Vec<Site>),
}

/// All areas, or all sites, of one kind and vintage, in code order, no code twice.
#[derive(Clone)]
pub struct Layer {
    meta: LayerMeta,
    is_areas: bool,
    count: usize,
    /// Read when they are first asked for, where they come from a snapshot.
    features: Arc<LazyLock<Features, Make>>,
}

/// How the features of a layer are read.
pub(crate) type Make = Box<dyn FnOnce() -> Features + Send>;

impl PartialEq for Layer {
    fn eq(&self, other: &Self) -> bool {
        self.meta == other.meta && self.features() == other.features()
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer")
            .field("meta", &self.meta)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Layer {
    /// A layer of areas, put in code order.
    ///
    /// # Panics
    ///
    /// When a code stands twice, which [`crate::validity`] has refused before.
    pub fn of_areas(meta: LayerMeta, mut areas: Vec<Area>) -> Self {
        areas.sort_by(|a, b| a.code().cmp(b.code()));
        assert!(areas.windows(2).all(|w| w[0].code() != w[1].code()), "a code stands twice");
        Self::now(meta, Features::Areas(areas))
    }

    /// A layer of sites, put in code order.
    ///
    /// # Panics
    ///
    /// When a code stands twice, which [`crate::validity`] has refused before.
    pub fn of_sites(meta: LayerMeta, mut sites: Vec<Site>) -> Self {
        sites.sort_by(|a, b| a.code.cmp(&b.code));
        assert!(sites.windows(2).all(|w| w[0].code != w[1].code), "a code stands twice");
        Self::now(meta, Features::Sites(sites))
    }

    /// A layer of features in code order.
    fn now(meta: LayerMeta, features: Features) -> Self {
        let (is_areas, count) = match &features {
            Features::Areas(areas) => (true, areas.len()),
            Features::Sites(sites) => (false, sites.len()),
        };
        let layer = Self::late(meta, is_areas, count, Box::new(move || features));
        LazyLock::force(&layer.features);
        layer
    }

    /// A layer of so many features in code order, which are read when they are first asked for.
    pub(crate) fn late(meta: LayerMeta, is_areas: bool, count: usize, features: Make) -> Self {
        Self { meta, is_areas, count, features: Arc::new(LazyLock::new(features)) }
    }

    /// What it says of itself.
    pub fn meta(&self) -> &LayerMeta {
        &self.meta
    }

    /// Its areas or sites.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Its areas, in code order; none for a point layer.
    pub fn areas(&self) -> &[Area] {
        match self.features() {
            Features::Areas(areas) => areas,
            Features::Sites(_) => &[],
        }
    }

    /// The extent of the area, or the position of the site, at a place in code order.
    ///
    /// # Panics
    ///
    /// When there are no more than `place` of them.
    pub fn extent_of(&self, place: usize) -> Rect<f64> {
        match self.features() {
            Features::Areas(areas) => areas[place].extent(),
            Features::Sites(sites) => {
                let at = sites[place].position.coord();
                Rect::new(at, at)
            }
        }
    }

    /// Its sites, in code order; none for an area layer.
    pub fn sites(&self) -> &[Site] {
        match self.features() {
            Features::Sites(sites) => sites,
            Features::Areas(_) => &[],
        }
    }

    /// Whether it holds areas rather than sites.
    pub fn is_areas(&self) -> bool {
        self.is_areas
    }

    /// The place of the area with that code in [`Layer::areas`].
    pub fn area_index(&self, code: &str) -> Option<usize> {
        self.areas().binary_search_by(|area| area.code().as_str().cmp(code)).ok()
    }

    /// The place of the site with that code in [`Layer::sites`].
    pub fn site_index(&self, code: &str) -> Option<usize> {
        self.sites().binary_search_by(|site| site.code.as_str().cmp(code)).ok()
    }

    /// How many areas or sites it holds.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
