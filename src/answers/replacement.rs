//! What replaced an area whose boundaries are no longer in force.

use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::change::OverlapPart;
use lapwing_boundaries::overlap::Relation;

use super::common_fields::share;
use super::overlaps::Amount;

/// What replaced an area.
#[derive(Clone, Debug, PartialEq)]
pub struct Replacement<'a> {
    /// Day from which the boundaries of the area are no longer in force.
    pub since: Date,
    /// The next vintage. `None` if the snapshot has none.
    pub newer: Option<NewerVintage<'a>>,
}

/// The vintage after that of an area.
#[derive(Clone, Debug, PartialEq)]
pub struct NewerVintage<'a> {
    /// Id of its layer.
    pub layer: &'a str,
    /// Its areas that have ground of the replaced one, apart from slivers; the largest share first.
    pub areas: Vec<ReplacingArea<'a>>,
}

/// An area that has ground of a replaced one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReplacingArea<'a> {
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Its share of the replaced area, from 0 to 1.
    pub share: Option<f64>,
}

/// Finds what replaced an area. `None` if its boundaries are not superseded on the day.
pub fn replacement(atlas: &Atlas, layer: usize, area: usize, day: Day) -> Option<Replacement<'_>> {
    let indexed = &atlas.layers()[layer];
    let meta = indexed.layer().meta();
    let since = meta.vintage.superseded_on(day.date()).filter(|_| indexed.layer().is_areas())?;
    let vintages = atlas.vintages_of(&meta.series);
    let next = vintages.iter().skip_while(|&&vintage| vintage != layer).nth(1).copied();
    let newer = next.map(|next| {
        let requested = Amount::of_area(atlas, layer, area);
        let mut parts = atlas.succession(layer, next).successors_of(area);
        parts.retain(|part| !part.row.sliver && part.row.relation != Relation::Touches);
        parts.sort_by(|a, b| b.row.shared_m2.total_cmp(&a.row.shared_m2));
        let named = |part: &OverlapPart| {
            let (code, name) = atlas.code_and_name(next, part.row.to as usize);
            let is_all = matches!(part.row.relation, Relation::Within | Relation::Equals);
            let share = if is_all { Some(1.0) } else { share(part.row.shared_m2, requested.m2) };
            ReplacingArea { code, name, share }
        };
        NewerVintage {
            layer: atlas.layers()[next].layer().meta().id.as_str(),
            areas: parts.iter().map(named).collect(),
        }
    });
    Some(Replacement { since, newer })
}

/// True if the snapshot has a later vintage of the series of a layer.
pub fn has_newer(atlas: &Atlas, layer: usize) -> bool {
    let series = &atlas.layers()[layer].layer().meta().series;
    atlas.vintages_of(series).last().is_some_and(|&last| last != layer)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::answers::squares::{self, TODAY};

    #[test]
    fn an_old_area_names_the_areas_that_have_its_ground_now() {
        let atlas = squares::atlas();
        let [ward, before] = ["ward", "ward_2013"].map(|id| atlas.layer_index(id).unwrap());
        let found = replacement(&atlas, before, 0, TODAY).unwrap();
        assert_eq!(found.since, date(2021, 4, 1));
        let newer = found.newer.unwrap();
        assert_eq!(newer.layer, "ward");
        let named: Vec<_> = newer.areas.iter().map(|area| (area.code, area.share)).collect();
        assert_eq!(named, [("E05000001", Some(0.5)), ("E05000002", Some(0.5))]);
        assert!(has_newer(&atlas, before) && !has_newer(&atlas, ward));
        assert_eq!(replacement(&atlas, ward, 0, TODAY), None, "it is in force");
        let then = Day::Requested(date(2014, 7, 1));
        assert_eq!(replacement(&atlas, before, 0, then), None, "it was in force then");
    }
}
