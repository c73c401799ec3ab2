//! The catalogue: the TOML manifest that lists a county's files and describes them.
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
pub use selection::{Only, ValuePattern, Within};

/// A catalogue: its files, and what each holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// The title of the place, shown in every answer.
    pub title: String,
    /// The catalogue's folder. Relative paths of `compose` start here.
    pub folder: PathBuf,
    /// The folder in which relative paths of `source` start: the catalogue's own folder, or the
    /// data folder passed to [`Catalogue::read_with_data`].
    pub data_folder: PathBuf,
    /// The layers, in catalogue order.
    pub layers: Vec<LayerSpec>,
    /// The series that a lookup answers by default. Empty means all.
    pub lookup: Vec<LayerId>,
    /// The postcodes, if any.
    pub postcodes: Option<PostcodeSpec>,
    /// The addresses, if any.
    pub addresses: Option<AddressSpec>,
    /// Memory limit of the cell index.
    pub cell_index: MemoryBudget,
}

/// One `[[layer]]` of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSpec {
    /// The layer's metadata.
    pub meta: LayerMeta,
    /// The layer's source.
    pub source: LayerSource,
    /// Where `lapwing fetch` finds its file.
    pub origin: Origin,
    /// The layer within which its features must lie. `None` means anywhere.
    pub within: Option<Within>,
}

/// The source of a layer.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerSource {
    /// A GIS file of polygons or points.
    Vector(VectorSource),
    /// A CSV of sites.
    Sites(SitesSource),
    /// A definition file that composes areas of other layers.
    Compose(PathBuf),
}

/// A GIS file, and the fields to read from it.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorSource {
    /// The file.
    pub path: PathBuf,
    /// The table of a GeoPackage with several, or the `.shp` of a zip with several.
    pub table: Option<String>,
    /// The field with the code.
    pub code: String,
    /// The field with the name.
    pub name: Option<String>,
    /// Other fields to keep.
    pub keep: Vec<String>,
    /// The CRS to assume if the file does not state one, such as `EPSG:27700`.
    pub crs: Option<String>,
    /// The encoding of the file's text, if the file does not state it or states a wrong one.
    pub encoding: Option<String>,
    /// Conditions that a feature must all meet to be part of the layer.
    pub only: Vec<Only>,
}

/// A CSV of sites, and the columns to read from it.
#[derive(Clone, Debug, PartialEq)]
pub struct SitesSource {
    /// The file.
    pub path: PathBuf,
    /// The file's columns.
    pub format: SitesFormat,
    /// Other columns to keep. For `ods-epraccur`, names from [`EPRACCUR_PROPERTIES`].
    pub keep: Vec<String>,
    /// If true, closed and dormant records are included.
    pub include_closed: bool,
    /// If true, a row that cannot be read is an error. Otherwise it is left out with a note.
    pub strict: bool,
    /// The encoding of the file's text, if it is neither UTF-8 nor Windows-1252.
    pub encoding: Option<String>,
}

/// The columns of a CSV of sites.
#[derive(Clone, Debug, PartialEq)]
pub enum SitesFormat {
    /// `epraccur` as NHS ODS publishes it: no header, the practice code first. Despite its title it
    /// lists every prescriber, including prisons, hospices and prescribing pharmacies.
    OdsEpraccur {
        /// Prescribing settings to include. `None` means all; 4 is a GP practice.
        settings: Option<Vec<u16>>,
    },
    /// A CSV with a header. The catalogue names its columns.
    Columns {
        /// The column with the code.
        code: String,
        /// The column with the name.
        name: String,
        /// The columns with the position.
        position: PositionColumns,
    },
}

/// The properties that can be kept from an `ods-epraccur` record, whose columns have no header. All
/// are kept if the catalogue has no `keep`.
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

/// The columns that give the position of a site.
#[derive(Clone, Debug, PartialEq)]
pub enum PositionColumns {
    /// A postcode, looked up in the catalogue's postcodes.
    Postcode(String),
    /// Easting and northing in BNG metres.
    EastingNorthing(String, String),
    /// Longitude and latitude in WGS84 degrees.
    LonLat(String, String),
}

/// The `[postcodes]` table of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct PostcodeSpec {
    /// A file, a folder of files, or a zip.
    pub path: PathBuf,
    /// The file's columns.
    pub format: PostcodeFormat,
    /// If true, a row that cannot be read is an error. Otherwise it is left out and counted.
    pub strict: bool,
    /// The licence.
    pub licence: Option<String>,
    /// The attribution.
    pub attribution: Option<String>,
    /// Where `lapwing fetch` finds the file.
    pub origin: Origin,
    /// The layer within which the postcodes must lie. `None` means anywhere.
    pub within: Option<Within>,
}

/// The format of a postcode file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostcodeFormat {
    /// Code-Point Open: no header, ten columns.
    CodePointOpen,
    /// ONS Postcode Directory, National Statistics Postcode Lookup or NHS Postcode Directory: a
    /// header, columns found by name.
    Onspd,
}

/// The `[addresses]` table of a catalogue: a CSV of UPRN, postcode, easting and northing.
#[derive(Clone, Debug, PartialEq)]
pub struct AddressSpec {
    /// A file, a folder of files, or a zip.
    pub path: PathBuf,
    /// The column with the UPRN. A column that is not named is recognised by its name.
    pub uprn: Option<String>,
    /// The column with the postcode.
    pub postcode: Option<String>,
    /// The column with the easting.
    pub easting: Option<String>,
    /// The column with the northing.
    pub northing: Option<String>,
    /// If true, a row that cannot be read is an error. Otherwise it is left out and counted.
    pub strict: bool,
    /// The licence.
    pub licence: Option<String>,
    /// The attribution.
    pub attribution: Option<String>,
    /// Where `lapwing fetch` finds the file.
    pub origin: Origin,
    /// The layer within which the addresses must lie. `None` means anywhere.
    pub within: Option<Within>,
}

impl Catalogue {
    /// Returns the layer with this id.
    pub fn layer(&self, id: &LayerId) -> Option<&LayerSpec> {
        self.layers.iter().find(|layer| layer.meta.id == *id)
    }
}
