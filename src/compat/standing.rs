//! The areas of one postcode: the same that `/v1/lookup` names.

use std::cmp::Reverse;

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeRecord;
use lapwing_boundaries::locate::MatchBy;

/// The areas of a layer that hold a postcode, the one to be named alone first: that with the most
/// of its addresses, where they are known, and else the first in code order of those that its
/// position lies in or on the boundary of. None where it has no position.
///
/// How near the boundary is, is not asked: neither service has a word for it.
pub fn areas_of(atlas: &Atlas, layer: usize, record: &PostcodeRecord) -> Vec<usize> {
    let Some(at) = record.position else { return Vec::new() };
    if atlas.addresses_of(record.postcode).is_empty() {
        let holders = atlas.layers()[layer].area_index().containing(at);
        return holders.into_iter().map(|(area, _)| area).collect();
    }
    let located = atlas.locate_postcode(layer, record);
    let mut matches = located.map_or_else(Vec::new, |located| located.matches);
    // Stable: of equal ones the first in code order.
    matches.sort_by_key(|found| match found.by {
        MatchBy::Addresses { count, .. } => Reverse(count),
        MatchBy::Position(_) => Reverse(0),
    });
    matches.into_iter().map(|found| found.area).collect()
}
