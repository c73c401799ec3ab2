//! The areas of one postcode or position: the same that `/v1/lookup` names.

use std::cmp::Reverse;

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::locate::MatchBy;
use lapwing_boundaries::position::Bng;

use super::directory::Spot;
use crate::answers::degrees;

/// The areas of all layers that hold a position, in order of layer and code.
pub fn areas_at(atlas: &Atlas, at: Bng) -> Vec<Spot> {
    let mut spots = Vec::new();
    atlas.cells().locate(at, |layer, area, _| spots.push((layer, area)));
    spots.sort_unstable();
    spots
}

/// The areas that hold a postcode, in order of layer; of each of `layers` that to be named alone
/// first: the one with the most of its addresses, where they are known, and else the first in code
/// order of those that its position lies in or on the boundary of. None where it has no position.
/// Other layers may stand among them.
///
/// How near a boundary is, is not asked: neither service has a word for it.
pub fn areas_of(atlas: &Atlas, layers: &[usize], record: &PostcodeFacts) -> Vec<Spot> {
    if let Some((_, known)) = atlas.known(record.postcode) {
        return known.holders().map(|(layer, area, _)| (layer, area)).collect();
    }
    let Some(at) = record.position else { return Vec::new() };
    if atlas.addresses_of(record.postcode).is_empty() {
        return areas_at(atlas, at);
    }
    let mut spots = Vec::new();
    for &layer in layers {
        let located = atlas.locate_facts(layer, record);
        let mut matches = located.map_or_else(Vec::new, |located| located.matches);
        // Stable: of equal ones the first in code order.
        matches.sort_by_key(|found| match found.by {
            MatchBy::Addresses { count, .. } => Reverse(count),
            MatchBy::Position(_) => Reverse(0),
        });
        spots.extend(matches.into_iter().map(|found| (layer, found.area)));
    }
    // Stable again.
    spots.sort_by_key(|(layer, _)| *layer);
    spots
}

/// Where a postcode is, in degrees east and north to six decimals.
pub fn degrees_of(atlas: &Atlas, record: &PostcodeFacts) -> Option<[f64; 2]> {
    if let Some((_, known)) = atlas.known(record.postcode) {
        return Some(known.millionths().map(|millionths| f64::from(millionths) / 1e6));
    }
    record.position.map(degrees_at)
}

/// A position in degrees east and north to six decimals.
pub fn degrees_at(at: Bng) -> [f64; 2] {
    let (lng_lat, _) = at.to_lng_lat();
    [degrees(lng_lat.lon()), degrees(lng_lat.lat())]
}

/// The areas of one layer among those of many in order of layer.
pub fn of_layer(spots: &[Spot], layer: usize) -> &[Spot] {
    let start = spots.partition_point(|(of, _)| *of < layer);
    let end = spots.partition_point(|(of, _)| *of <= layer);
    &spots[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::squares;

    #[test]
    fn the_degrees_of_a_postcode_are_the_same_known_or_not() {
        let atlas = squares::atlas();
        for record in &atlas.all_facts().collect::<Vec<_>>() {
            assert_eq!(degrees_of(&atlas, record), record.position.map(degrees_at));
        }
    }

    #[test]
    fn the_areas_of_a_postcode_come_in_order_of_layer_the_one_to_name_first() {
        let postcode = lapwing_boundaries::postcode::Postcode::parse("NN1 1AC").unwrap();
        let layers = [3, 0, 2];
        let of = |atlas: &Atlas| areas_of(atlas, &layers, &atlas.facts(postcode).unwrap());
        let by_position = of(&squares::atlas());
        assert_eq!(by_position, [(0, 0), (1, 0), (2, 0), (3, 0)], "of every layer");
        assert_eq!(of_layer(&by_position, 2), [(2, 0)]);
        assert!(of_layer(&by_position, 4).is_empty());
        let by_addresses = of(&squares::with_addresses());
        assert_eq!(by_addresses, [(0, 0), (0, 1), (2, 0), (3, 0)]);
    }
}
