//! National layers, from files that are not part of the project.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::{Atlas, Contents};
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::fault::Report;

/// The folder of the files: what `LAPWING_SHARED` names, else `../shared/data`.
pub(crate) fn data() -> PathBuf {
    std::env::var_os("LAPWING_SHARED").map_or_else(|| "../shared/data".into(), PathBuf::from)
}

/// A snapshot of one layer, see [`contents_of`].
#[allow(dead_code, reason = "a benchmark may have use for a layer alone")]
pub(crate) fn atlas_of(data: &Path, file: &str, layer: &str, fields: &str) -> Atlas {
    Atlas::build(contents_of(data, file, layer, fields), Timestamp::UNIX_EPOCH, &())
}

/// One layer from a file of the Office for National Statistics, whose fields for code and name
/// begin alike: `WD22CD`, `WD22NM`.
pub(crate) fn contents_of(data: &Path, file: &str, layer: &str, fields: &str) -> Contents {
    let folder = tempfile::tempdir().expect("a folder");
    let catalogue = folder.path().join("catalogue.toml");
    let text = format!(
        "title = \"The country\"\n[[layer]]\nid = \"{layer}\"\ntitle = \"{layer}\"\n\
         source = \"{file}\"\ncode = \"{fields}CD\"\nname = \"{fields}NM\"\nresolution = \"BSC\"\n"
    );
    std::fs::write(&catalogue, text).expect("a file");
    let catalogue = Catalogue::read_with_data(&catalogue, data).expect("the catalogue is good");
    let mut report = Report::default();
    assemble::contents(&catalogue, &mut report, &()).expect("the layer is good")
}
