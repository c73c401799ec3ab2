//! Layers: all areas, or all sites, of one kind and vintage, with their metadata.

use std::fmt;
use std::sync::{Arc, LazyLock};

use geo::Rect;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::area::{Area, Site};

mod id;

pub use id::{InvalidLayerId, LayerId};

/// The degree to which the boundaries of a layer are generalised, as ONS classifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
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
    /// The greatest distance of a drawn boundary from the true one, in metres. For full resolution
    /// this is 1 m, the accuracy of Ordnance Survey's 1:1,250 mapping of towns.
    pub const fn metres(self) -> f64 {
        match self {
            Self::Bfc | Self::Bfe => 1.0,
            Self::Bgc => 20.0,
            Self::Bsc => 200.0,
            Self::Buc => 500.0,
        }
    }

    /// The three-letter abbreviation that ONS uses.
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

/// The period in which a layer's boundaries are in force: from `valid_from` to the day before
/// `valid_to`. `None` means unbounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vintage {
    /// The first day on which the boundaries are in force.
    pub valid_from: Option<Date>,
    /// The first day on which they are no longer in force.
    pub valid_to: Option<Date>,
}

impl Vintage {
    /// Returns true if the boundaries are in force on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }

    /// The day from which the boundaries are no longer in force, if `day` is not before it.
    pub fn superseded_on(&self, day: Date) -> Option<Date> {
        self.valid_to.filter(|&to| to <= day)
    }
}

/// Where a layer is known to hold every area of its kind. There, a place in none of its areas is
/// certainly in none; elsewhere the area may only be missing from the layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Completeness {
    /// Nowhere: the catalogue does not declare it.
    #[default]
    Unknown,
    /// In all of the ground that the layers of the catalogue cover.
    Everywhere,
    /// In the areas of another layer, outside which the catalogue leaves areas out.
    Within(LayerId),
}

impl Completeness {
    /// The layer in whose areas the layer is complete, if that is not everywhere.
    pub fn region(&self) -> Option<&LayerId> {
        match self {
            Self::Unknown | Self::Everywhere => None,
            Self::Within(region) => Some(region),
        }
    }
}

/// The metadata of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerMeta {
    /// The id, used in URLs and answers.
    pub id: LayerId,
    /// The id that all vintages of a layer share: `ward` for both `ward` and `ward_2013`, if the
    /// catalogue declares the second a vintage of the first. Otherwise the layer's own id.
    pub series: LayerId,
    /// A title for people.
    pub title: String,
    /// The period in which its boundaries are in force.
    pub vintage: Vintage,
    /// The generalisation of its boundaries; `None` if the catalogue does not state it, as for points.
    pub resolution: Option<Resolution>,
    /// True if its areas tile the plane without gaps or overlaps. The catalogue declares it and
    /// `check` verifies it.
    pub coverage: bool,
    /// Where it holds every area of its kind. The catalogue declares it.
    pub complete: Completeness,
    /// The licence, as an SPDX id if it has one.
    pub licence: Option<String>,
    /// The attribution to show wherever the layer is served.
    pub attribution: Option<String>,
    /// The file or definition that it was built from, for display.
    pub source: String,
}

impl LayerMeta {
    /// Metadata with only an id: it is also the series and the title.
    ///
    /// ```
    /// use lapwing_boundaries::layer::{LayerId, LayerMeta, Resolution};
    ///
    /// let id = LayerId::parse("ward")?;
    /// let meta = LayerMeta { resolution: Some(Resolution::Bgc), ..LayerMeta::new(id) };
    /// assert_eq!(meta.title, "ward");
    /// assert_eq!(meta.drawing_error_m(), 20.0);
    /// # Ok::<(), lapwing_boundaries::layer::InvalidLayerId>(())
    /// ```
    pub fn new(id: LayerId) -> Self {
        Self {
            series: id.clone(),
            title: id.to_string(),
            id,
            vintage: Vintage::default(),
            resolution: None,
            coverage: false,
            complete: Completeness::Unknown,
            licence: None,
            attribution: None,
            source: String::new(),
        }
    }

    /// The greatest error of its boundaries in metres, from the resolution; 0 if that is not stated.
    pub fn drawing_error_m(&self) -> f64 {
        self.resolution.map_or(0.0, Resolution::metres)
    }
}

/// The features of a layer.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Areas, in code order.
    Areas(Vec<Area>),
    /// Sites, in code order.
    Sites(Vec<Site>),
}

/// All areas, or all sites, of one kind and vintage, in code order. Codes are unique.
#[derive(Clone)]
pub struct Layer {
    meta: LayerMeta,
    is_areas: bool,
    count: usize,
    /// Decoded on first use if they come from a snapshot.
    features: Arc<LazyLock<Features, ReadFeatures>>,
}

/// Reads the features of a layer on first use.
pub(crate) type ReadFeatures = Box<dyn FnOnce() -> Features + Send>;

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
    /// Creates a layer of areas and sorts them by code.
    ///
    /// # Panics
    ///
    /// Panics if a code occurs twice.
    pub fn of_areas(meta: LayerMeta, mut areas: Vec<Area>) -> Self {
        areas.sort_by(|a, b| a.code().cmp(b.code()));
        assert!(areas.windows(2).all(|w| w[0].code() != w[1].code()), "a code occurs twice");
        Self::from_sorted(meta, Features::Areas(areas))
    }

    /// Creates a layer of sites and sorts them by code.
    ///
    /// # Panics
    ///
    /// Panics if a code occurs twice.
    pub fn of_sites(meta: LayerMeta, mut sites: Vec<Site>) -> Self {
        sites.sort_by(|a, b| a.code.cmp(&b.code));
        assert!(sites.windows(2).all(|w| w[0].code != w[1].code), "a code occurs twice");
        Self::from_sorted(meta, Features::Sites(sites))
    }

    /// Creates a layer of features that are in code order already.
    fn from_sorted(meta: LayerMeta, features: Features) -> Self {
        let (is_areas, count) = match &features {
            Features::Areas(areas) => (true, areas.len()),
            Features::Sites(sites) => (false, sites.len()),
        };
        let layer = Self::lazy(meta, is_areas, count, Box::new(move || features));
        LazyLock::force(&layer.features);
        layer
    }

    /// Creates a layer of `count` features, which `features` reads in code order on first use.
    pub(crate) fn lazy(
        meta: LayerMeta,
        is_areas: bool,
        count: usize,
        features: ReadFeatures,
    ) -> Self {
        Self { meta, is_areas, count, features: Arc::new(LazyLock::new(features)) }
    }

    /// The metadata.
    pub fn meta(&self) -> &LayerMeta {
        &self.meta
    }

    /// The areas or sites.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// The areas, in code order; empty for a point layer.
    pub fn areas(&self) -> &[Area] {
        match self.features() {
            Features::Areas(areas) => areas,
            Features::Sites(_) => &[],
        }
    }

    /// The bounding box of the area, or the position of the site, with that index in code order. BNG
    /// metres.
    ///
    /// # Panics
    ///
    /// Panics if `index` is out of range.
    pub fn extent_of(&self, index: usize) -> Rect<f64> {
        match self.features() {
            Features::Areas(areas) => areas[index].extent(),
            Features::Sites(sites) => {
                let at = sites[index].position.coord();
                Rect::new(at, at)
            }
        }
    }

    /// The sites, in code order; empty for an area layer.
    pub fn sites(&self) -> &[Site] {
        match self.features() {
            Features::Sites(sites) => sites,
            Features::Areas(_) => &[],
        }
    }

    /// Returns true for a layer of areas, false for a layer of sites.
    pub fn is_areas(&self) -> bool {
        self.is_areas
    }

    /// The index in [`Layer::areas`] of the area with that code.
    pub fn area_index(&self, code: &str) -> Option<usize> {
        self.areas().binary_search_by(|area| area.code().as_str().cmp(code)).ok()
    }

    /// The index in [`Layer::sites`] of the site with that code.
    pub fn site_index(&self, code: &str) -> Option<usize> {
        self.sites().binary_search_by(|site| site.code.as_str().cmp(code)).ok()
    }

    /// The number of areas or sites.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Returns true if there are no features.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
