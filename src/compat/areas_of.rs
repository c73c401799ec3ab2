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

/// The areas of all layers that hold a postcode, in order of layer; of each layer that to be named
/// alone first: the one with the most of its addresses, where they are known, and else the first in
/// code order of those that its position lies in or on the boundary of. None where it has no
/// position.
///
/// How near a boundary is, is not asked: neither service has a word for it.
pub fn areas_of(atlas: &Atlas, record: &PostcodeFacts) -> Vec<Spot> {
    let Some((_, known)) = atlas.precomputed(record.postcode) else { return Vec::new() };
    let mut spots: Vec<Spot> = known.areas().collect();
    if known.is_by_addresses() {
        let addresses = |&(layer, area): &Spot| {
            let of_area = known.matches(layer).find(|found| found.area == area);
            of_area.map_or(0, |found| match found.by {
                MatchBy::Addresses { count, .. } => count,
                MatchBy::Position(_) => 0,
            })
        };
        // Stable: of equal ones the first in code order.
        spots.sort_by_key(|spot| (spot.0, Reverse(addresses(spot))));
    }
    spots
}

/// Where a postcode is, in degrees east and north to six decimals.
pub fn degrees_of(atlas: &Atlas, record: &PostcodeFacts) -> Option<[f64; 2]> {
    if let Some((_, known)) = atlas.precomputed(record.postcode) {
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
    use jiff::Timestamp;
    use lapwing_boundaries::atlas::Contents;
    use lapwing_boundaries::gazetteer::Address;

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
        let of = |atlas: &Atlas| areas_of(atlas, &atlas.facts(postcode).unwrap());
        let by_position = of(&squares::atlas());
        assert_eq!(by_position, [(0, 0), (1, 0), (2, 0), (3, 0)], "of every layer");
        assert_eq!(of_layer(&by_position, 2), [(2, 0)]);
        assert!(of_layer(&by_position, 4).is_empty());
        let by_addresses = of(&squares::with_addresses());
        assert_eq!(by_addresses, [(0, 0), (0, 1), (1, 0), (2, 0), (3, 0)]);
    }

    #[test]
    fn the_area_with_most_addresses_is_named_first_though_another_comes_first_in_code_order() {
        let at = squares::at;
        let squares = squares::contents();
        let postcode = squares.postcodes[0].postcode;
        let places = [(900.0, 800.0), (1100.0, 800.0), (1100.0, 850.0), (1000.0, 900.0)];
        let address = |(uprn, (x, y))| Address { uprn, postcode, position: at(x, y) };
        let contents = Contents { addresses: (1..).zip(places).map(address).collect(), ..squares };
        let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
        let spots = areas_of(&atlas, &atlas.facts(postcode).unwrap());
        // Three of Saint George's and two of Abbey: one lies on the boundary between them.
        assert_eq!(spots, [(0, 1), (0, 0), (1, 0), (2, 0)]);
    }
}
