//! A GeoJSON file to a valid layer in BNG: against parsing its JSON and nothing more.
//!
//!     cargo bench --bench load

use std::sync::Arc;

use jiff::Timestamp;
use lapwing::features::attributes::Schema;
use lapwing::features::crs::Crs;
use lapwing::formats::geojson::FeatureCollection;
use lapwing_boundaries::area::Area;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::catalogue::VectorSource;
use lapwing_boundaries::demo;
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::load::load_vector;
use lapwing_boundaries::validity;

mod support;

use support::{Ratio, compare};

fn main() {
    let county = demo::lyonesse(7).into_contents();
    let atlas = Atlas::build(county, Timestamp::UNIX_EPOCH, &());
    let layer_index = atlas.layer_index("parish").expect("every world has parishes");
    let parishes = atlas.layers()[layer_index].layer();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("parishes.geojson");
    let schema = Arc::new(Schema::of(&atlas, layer_index));
    let pieces = FeatureCollection::new(&atlas, schema, 0..parishes.len(), Crs::default());
    std::fs::write(&path, pieces.collect::<Vec<_>>().concat()).expect("a file");
    let source = VectorSource {
        path: path.clone(),
        table: None,
        code: "code".into(),
        name: None,
        keep: vec![],
        crs: None,
        encoding: None,
        only: Vec::new(),
    };

    let parse = || -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(&path).expect("the file")).expect("is JSON")
    };
    let load = || {
        let mut report = Report::default();
        let meta = parishes.meta().clone();
        let raw = load_vector(&source, &meta.id, &mut report).expect("loads");
        validity::admit(raw, meta, &mut report).expect("is valid")
    };
    assert_eq!(load().len(), parishes.len());
    let vertices = parishes.areas().iter().flat_map(Area::edges).count();
    compare("load_vs_parse", Ratio::Cost, vertices, parse, load);
}
