//! An atlas of one area and one site, for tests about their geometry.

use lapwing_boundaries::area::{Area, Site};
use lapwing_boundaries::atlas::{Atlas, Contents};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::layer::{Layer, LayerId, LayerMeta};
use lapwing_boundaries::position::Bng;

/// An atlas with `area` in the layer `ward`, and the site `H1`, "Hall", in the layer `hall`.
///
/// # Panics
///
/// If the position is outside the grid.
pub fn atlas(area: Area, [easting, northing]: [f64; 2]) -> Atlas {
    let meta = |id| LayerMeta::new(LayerId::parse(id).unwrap());
    let hall = Site {
        code: AreaCode::parse("H1").unwrap(),
        name: "Hall".to_owned(),
        position: Bng::new(easting, northing).unwrap(),
        properties: vec![],
    };
    let layers =
        vec![Layer::of_areas(meta("ward"), vec![area]), Layer::of_sites(meta("hall"), vec![hall])];
    let contents = Contents { title: "T".to_owned(), layers, ..Contents::default() };
    Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &())
}
