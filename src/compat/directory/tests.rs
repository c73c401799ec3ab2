use super::*;
use crate::answers::squares;

#[test]
fn an_id_depends_on_the_code_alone() {
    assert_eq!(by_code("E05013246"), Some(105_013_246));
    assert_eq!(by_code("X06000001"), Some(906_000_001));
    assert_eq!(by_code("N4"), None);
    assert!((HASHED..=AreaId::MAX / 2).contains(&by_hash("lap", "N4")));
    assert_ne!(by_hash("lap", "N4"), by_hash("locality", "N4"));
    let directory = Directory::of(&squares::atlas());
    assert_eq!(directory.id((0, 0)), 105_000_001);
    assert_eq!(directory.id((2, 0)), by_hash("lap", "N4"));
}

#[test]
fn series_with_a_common_code_have_different_ids_and_vintages_of_a_series_have_the_same_id() {
    let mut contents = squares::contents();
    let [ward, parish] = [0, 3].map(|at| contents.layers[at].clone());
    let mut meta = parish.meta().clone();
    meta.id = lapwing_boundaries::layer::LayerId::parse("other").unwrap();
    meta.series = meta.id.clone();
    contents.layers.push(lapwing_boundaries::layer::Layer::of_areas(meta, ward.areas().to_vec()));
    let mut meta = ward.meta().clone();
    meta.vintage.valid_to = Some(jiff::civil::date(2030, 1, 1));
    contents.layers[0] =
        lapwing_boundaries::layer::Layer::of_areas(meta.clone(), ward.areas().to_vec());
    meta.id = lapwing_boundaries::layer::LayerId::parse("ward_2030").unwrap();
    meta.vintage.valid_from = meta.vintage.valid_to.take();
    contents.layers.push(lapwing_boundaries::layer::Layer::of_areas(meta, ward.areas().to_vec()));
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    let directory = Directory::of(&atlas);
    assert_ne!(directory.id((0, 0)), directory.id((5, 0)));
    assert!(directory.id((5, 0)) >= HASHED);
    assert_eq!(directory.id((0, 0)), directory.id((6, 0)));
    assert_eq!(directory.vintages(105_000_001), [(0, 0), (6, 0)]);
    assert_eq!(directory.span(105_000_001), (3, 4));
    assert_eq!(directory.vintage_in(105_000_001, &[0]), Some((0, 0)));
    assert_eq!(directory.vintage_in(105_000_001, &[]), Some((6, 0)));
}

#[test]
fn every_id_belongs_to_one_area() {
    let atlas = Atlas::build(
        lapwing_boundaries::demo::lyonesse(1).into_contents(),
        jiff::Timestamp::UNIX_EPOCH,
        &(),
    );
    let directory = Directory::of(&atlas);
    for (layer, content) in atlas.layers().iter().enumerate() {
        for index in 0..content.layer().areas().len() {
            let id = directory.id((layer, index));
            assert!(id > 0 && id <= AreaId::MAX / 2);
            assert_eq!(directory.vintages(id), [(layer, index)]);
        }
    }
    let ward = atlas.layer_index("ward").unwrap();
    let authority = directory.parent((ward, 0)).expect("every ward has an authority");
    assert_eq!(directory.type_of(directory.vintages(authority)[0]).code, "UTA");
    assert_eq!(directory.type_of((ward, 0)).code, "UTW");
}
