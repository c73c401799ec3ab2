//! The catalogue: the TOML manifest that names a county's files and says what they are.
//!
//! ```
//! # use std::path::Path;
//! use lapwing_boundaries::catalogue::Catalogue;
//! let text = r#"
//!     title = "Northamptonshire"
//!     [[layer]]
//!     id = "ward"
//!     title = "Wards, December 2022"
//!     source = "wards_2022.geojson"
//!     code = "WD22CD"
//!     name = "WD22NM"
//!     resoluton = "BSC"
//! "#;
//! let error = Catalogue::parse(text.as_bytes(), Path::new("catalogue.toml"), None).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "catalogue.toml:9:5: `resoluton` is not a key of layer ward; did you mean `resolution`?"
//! );
//! ```

mod check;
mod layers;
mod origin;
mod read;
mod selection;

use std::path::PathBuf;

use crate::layer::{LayerId, LayerMeta};
pub use crate::manifest::{ManifestError as CatalogueError, Problem};
use crate::storage::MemoryBudget;
pub use origin::Origin;
pub use selection::{Only, Wish, Within};

/// A catalogue as read: where its files are, and what each holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// The title of the place, shown with every answer.
    pub title: String,
    /// The folder of the catalogue. Relative paths of `compose` start here.
    pub folder: PathBuf,
    /// The folder in which relative paths of `source` start: the catalogue's own, or that of the
    /// data if the reader was told another.
    pub data_folder: PathBuf,
    /// The layers, in the catalogue's order.
    pub layers: Vec<LayerSpec>,
    /// The series that a lookup answers when none is asked for; all if empty.
    pub lookup: Vec<LayerId>,
    /// The postcodes, if it has any.
    pub postcodes: Option<PostcodeSpec>,
    /// The addresses, if it has any.
    pub addresses: Option<AddressSpec>,
    /// How much memory the cell index may take.
    pub cell_index: MemoryBudget,
}

/// One `[[layer]]` of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSpec {
    /// What the layer will say of itself.
    pub meta: LayerMeta,
    /// Where it comes from.
    pub source: LayerSource,
    /// Where its file can be fetched, for `lapwing fetch`.
    pub origin: Origin,
    /// The ground on which its features must lie; anywhere if `None`.
    pub within: Option<Within>,
}

/// Where a layer comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerSource {
    /// A file of polygons or points in a GIS format.
    Vector(VectorSource),
    /// A CSV of sites.
    Sites(SitesSource),
    /// Areas of other layers put together, by a definition file.
    Compose(PathBuf),
}

/// A file in a GIS format, and the fields to read.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorSource {
    /// The file.
    pub path: PathBuf,
    /// The table of a GeoPackage that has several, or the `.shp` of a zip that has several.
    pub table: Option<String>,
    /// The field that holds the code.
    pub code: String,
    /// The field that holds the name.
    pub name: Option<String>,
    /// Other fields to keep.
    pub keep: Vec<String>,
    /// The CRS, where the file does not say: `EPSG:27700`.
    pub crs: Option<String>,
    /// Which of the file's features are the layer's: those that meet every condition.
    pub only: Vec<Only>,
}

/// A CSV of sites, and the columns to read.
#[derive(Clone, Debug, PartialEq)]
pub struct SitesSource {
    /// The file.
    pub path: PathBuf,
    /// How its columns are named.
    pub format: SitesFormat,
    /// Other columns to keep; for `ods-epraccur` the names of [`EPRACCUR_PROPERTIES`].
    pub keep: Vec<String>,
    /// Whether closed and dormant records are wanted too.
    pub include_closed: bool,
}

/// How the columns of a CSV of sites are named.
#[derive(Clone, Debug, PartialEq)]
pub enum SitesFormat {
    /// `epraccur` as NHS ODS publishes it: no header, the practice's code first. Despite its
    /// title it holds every prescriber (prisons, hospices, pharmacies that prescribe).
    OdsEpraccur {
        /// The prescribing settings wanted, all if `None`; 4 is a GP practice.
        settings: Option<Vec<u16>>,
    },
    /// A CSV with a header, its columns named in the catalogue.
    Columns {
        /// The column of the code.
        code: String,
        /// The column of the name.
        name: String,
        /// The columns that say where.
        position: PositionColumns,
    },
}

/// What can be kept of a record of `ods-epraccur`, whose columns have no header; without `keep`
/// it is all of these.
pub const EPRACCUR_PROPERTIES: [&str; 8] = [
    "address",
    "postcode",
    "telephone",
    "prescribing_setting",
    "status",
    "open_date",
    "close_date",
    "commissioner",
];

/// Which columns say where a site is.
#[derive(Clone, Debug, PartialEq)]
pub enum PositionColumns {
    /// A postcode, to be looked up in the catalogue's postcodes.
    Postcode(String),
    /// Easting and northing, BNG metres.
    EastingNorthing(String, String),
    /// Longitude and latitude, WGS84 degrees.
    LonLat(String, String),
}

/// The `[postcodes]` of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct PostcodeSpec {
    /// A file, a folder of files, or a zip.
    pub path: PathBuf,
    /// How its columns stand.
    pub format: PostcodeFormat,
    /// The licence.
    pub licence: Option<String>,
    /// The attribution.
    pub attribution: Option<String>,
    /// Where it can be fetched, for `lapwing fetch`.
    pub origin: Origin,
    /// The ground on which they must lie; anywhere if `None`.
    pub within: Option<Within>,
}

/// The form of a postcode file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostcodeFormat {
    /// Code-Point Open: no header, ten columns.
    CodePointOpen,
    /// ONS Postcode Directory: a header, columns by name.
    Onspd,
}

/// The `[addresses]` of a catalogue: a CSV of UPRN, postcode, easting, northing.
#[derive(Clone, Debug, PartialEq)]
pub struct AddressSpec {
    /// The file.
    pub path: PathBuf,
    /// The column of the UPRN.
    pub uprn: String,
    /// The column of the postcode.
    pub postcode: String,
    /// The column of the easting.
    pub easting: String,
    /// The column of the northing.
    pub northing: String,
    /// The licence.
    pub licence: Option<String>,
    /// The attribution.
    pub attribution: Option<String>,
    /// Where it can be fetched, for `lapwing fetch`.
    pub origin: Origin,
    /// The ground on which they must lie; anywhere if `None`.
    pub within: Option<Within>,
}

impl Catalogue {
    /// The layer with that id.
    pub fn layer(&self, id: &LayerId) -> Option<&LayerSpec> {
        self.layers.iter().find(|layer| layer.meta.id == *id)
    }
}
