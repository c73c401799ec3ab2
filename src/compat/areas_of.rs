//! The areas of one postcode or position: the same areas that `/v1/lookup` returns.

use std::cmp::Reverse;

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::locate::MatchBy;
use lapwing_boundaries::position::Bng;

use super::directory::LayerArea;
use crate::answers::degrees;

/// Returns the areas of all layers that contain `at`, in order of layer and code.
pub fn areas_at(atlas: &Atlas, at: Bng) -> Vec<LayerArea> {
    let mut layer_areas = Vec::new();
    atlas.cells().locate(at, |layer, area, _| layer_areas.push((layer, area)));
    layer_areas.sort_unstable();
    layer_areas
}

/// Returns the areas of all layers that contain a postcode, in order of layer. Empty if the
/// postcode has no position.
///
/// Within a layer, the best match comes first: the area with the most of the postcode's addresses
/// if addresses are known, otherwise the first by code of the areas that contain the position or
/// have it on their boundary.
///
/// The distance to the nearest boundary is not needed, because neither MapIt nor postcodes.io
/// reports it.
pub fn areas_of(atlas: &Atlas, record: &PostcodeFacts) -> Vec<LayerArea> {
    let Some((_, known)) = atlas.precomputed(record.postcode) else { return Vec::new() };
    let mut layer_areas: Vec<LayerArea> = known.areas().collect();
    if known.is_by_addresses() {
        let addresses = |&(layer, area): &LayerArea| {
            let of_area = known.matches(layer).find(|found| found.area == area);
            of_area.map_or(0, |found| match found.by {
                MatchBy::Addresses { count, .. } => count,
                MatchBy::Position(_) => 0,
            })
        };
        // The sort is stable, so ties stay in order of code.
        layer_areas.sort_by_key(|layer_area| (layer_area.0, Reverse(addresses(layer_area))));
    }
    layer_areas
}

/// Returns the position of a postcode as `[lon, lat]` in degrees (WGS84), rounded to six decimals.
pub fn degrees_of(atlas: &Atlas, record: &PostcodeFacts) -> Option<[f64; 2]> {
    if let Some((_, known)) = atlas.precomputed(record.postcode) {
        return Some(known.millionths().map(|millionths| f64::from(millionths) / 1e6));
    }
    record.position.map(degrees_at)
}

/// Converts a position to `[lon, lat]` in degrees (WGS84), rounded to six decimals.
pub fn degrees_at(at: Bng) -> [f64; 2] {
    let (lng_lat, _) = at.to_lng_lat();
    [degrees(lng_lat.lon()), degrees(lng_lat.lat())]
}

/// Returns the areas of one layer from a slice in order of layer.
pub fn of_layer(layer_areas: &[LayerArea], layer: usize) -> &[LayerArea] {
    let start = layer_areas.partition_point(|(of, _)| *of < layer);
    let end = layer_areas.partition_point(|(of, _)| *of <= layer);
    &layer_areas[start..end]
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use lapwing_boundaries::atlas::Contents;
    use lapwing_boundaries::gazetteer::Address;

    use super::*;
    use crate::answers::squares;

    #[test]
    fn the_degrees_of_a_postcode_do_not_depend_on_the_precomputed_answer() {
        let atlas = squares::atlas();
        for record in &atlas.all_facts().collect::<Vec<_>>() {
            assert_eq!(degrees_of(&atlas, record), record.position.map(degrees_at));
        }
    }

    #[test]
    fn the_areas_of_a_postcode_are_in_order_of_layer_with_the_best_match_first() {
        let postcode = lapwing_boundaries::postcode::Postcode::parse("NN1 1AC").unwrap();
        let of = |atlas: &Atlas| areas_of(atlas, &atlas.facts(postcode).unwrap());
        let by_position = of(&squares::atlas());
        assert_eq!(by_position, [(0, 0), (1, 0), (2, 0), (3, 0)], "in every layer");
        assert_eq!(of_layer(&by_position, 2), [(2, 0)]);
        assert!(of_layer(&by_position, 4).is_empty());
        let by_addresses = of(&squares::with_addresses());
        assert_eq!(by_addresses, [(0, 0), (0, 1), (1, 0), (2, 0), (3, 0)]);
    }

    #[test]
    fn the_area_with_the_most_addresses_precedes_areas_with_a_lower_code() {
        let at = squares::at;
        let squares = squares::contents();
        let postcode = squares.postcodes[0].postcode;
        let places = [(900.0, 800.0), (1100.0, 800.0), (1100.0, 850.0), (1000.0, 900.0)];
        let address = |(uprn, (x, y))| Address { uprn, postcode, position: at(x, y) };
        let contents = Contents { addresses: (1..).zip(places).map(address).collect(), ..squares };
        let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
        let layer_areas = areas_of(&atlas, &atlas.facts(postcode).unwrap());
        // Three addresses are in Saint George and two in Abbey: one is on the boundary between
        // them.
        assert_eq!(layer_areas, [(0, 1), (0, 0), (1, 0), (2, 0)]);
    }
}
