//! Chooses the two vintages of a series to compare.
//!
//! A vintage is named by the id of its layer, or by a day on which it is in force. `date=` means
//! the same as elsewhere: the vintage of a layer that is named by its series.

use lapwing_boundaries::atlas::{Atlas, AtlasLayer, Day};
use lapwing_boundaries::layer::{LayerId, LayerMeta};

use super::date::read_date;
use super::direction::ChangeDirection;
use super::error::{AnswerError, no_such_area, no_such_area_layer};

fn meta(atlas: &Atlas, layer_index: usize) -> &LayerMeta {
    atlas.layers()[layer_index].layer().meta()
}

/// The series of a name, and true if the name is that of the series.
fn series_of(atlas: &Atlas, name: &str) -> Result<(LayerId, bool), AnswerError> {
    let metas = || atlas.layers().iter().map(AtlasLayer::layer).filter(|l| l.is_areas());
    let by_series = metas().map(|l| &l.meta().series).find(|series| series.as_str() == name);
    let by_id = || metas().find(|l| l.meta().id.as_str() == name).map(|l| &l.meta().series);
    match (by_series, by_id()) {
        (Some(series), _) => Ok((series.clone(), true)),
        (None, Some(series)) => Ok((series.clone(), false)),
        (None, None) => Err(no_such_area_layer(atlas, name)),
    }
}

/// Finds the vintage of a series by its id or by a day.
fn named(
    atlas: &Atlas,
    series: &LayerId,
    vintages: &[usize],
    parameter: &'static str,
    name: &str,
) -> Result<usize, AnswerError> {
    if let Some(date) = read_date(name) {
        let holds = |layer_index: &usize| meta(atlas, *layer_index).vintage.holds_on(date);
        return vintages
            .iter()
            .position(holds)
            .ok_or_else(|| AnswerError::NotInForce { layer: series.to_string(), date });
    }
    let at = vintages.iter().position(|&layer_index| meta(atlas, layer_index).id.as_str() == name);
    at.ok_or_else(|| AnswerError::NotAVintage {
        parameter,
        name: name.chars().take(40).collect(),
        series: series.to_string(),
        vintages: vintages
            .iter()
            .map(|&layer_index| meta(atlas, layer_index).id.to_string())
            .collect(),
    })
}

fn wrong_order(atlas: &Atlas, parameter: &'static str, named: usize, other: usize) -> AnswerError {
    AnswerError::WrongOrder {
        parameter,
        named: meta(atlas, named).id.to_string(),
        other: meta(atlas, other).id.to_string(),
    }
}

fn no_other(atlas: &Atlas, layer_index: usize, direction: ChangeDirection) -> AnswerError {
    AnswerError::NoOtherVintage { layer: meta(atlas, layer_index).id.to_string(), direction }
}

/// Finds which of the vintages a name selects on a day.
fn of_day(atlas: &Atlas, vintages: &[usize], name: &str, day: Day) -> Result<usize, AnswerError> {
    let (_, layer_index) = super::choose_one(atlas, name, day)?;
    let at = vintages.iter().position(|&vintage| vintage == layer_index);
    at.ok_or_else(|| no_such_area_layer(atlas, name))
}

/// Returns the vintage of the requested area, the position of the area in it, and the vintage to
/// compare it with: `target`, or else the next one or the one before.
///
/// The name of a series selects the vintage of the day if one is requested, and otherwise the
/// latest that has the code and can be compared.
pub(super) fn of_area(
    atlas: &Atlas,
    name: &str,
    code: &str,
    target: Option<&str>,
    day: Day,
    direction: ChangeDirection,
) -> Result<(usize, usize, usize), AnswerError> {
    let (series, by_series) = series_of(atlas, name)?;
    let vintages = atlas.vintages_of(&series);
    let parameter = if direction == ChangeDirection::Successors { "to" } else { "from" };
    let target =
        target.map(|name| named(atlas, &series, &vintages, parameter, name)).transpose()?;
    let code_in = |at: usize| atlas.layers()[vintages[at]].layer().area_index(code);
    let later = direction == ChangeDirection::Successors;
    let comparable = |at: usize| match target {
        Some(target) if later => at < target,
        Some(target) => at > target,
        None if later => at + 1 < vintages.len(),
        None => at > 0,
    };
    let requested = if let (true, Day::Today(_)) = (by_series, day) {
        let holding = || (0..vintages.len()).rev().filter(|&at| code_in(at).is_some());
        holding().find(|&at| comparable(at)).or_else(|| holding().next())
    } else {
        None
    };
    let requested = requested.map_or_else(|| of_day(atlas, &vintages, name, day), Ok)?;
    let layer_index = vintages[requested];
    let area = code_in(requested).ok_or_else(|| no_such_area(atlas, layer_index, code))?;
    match target {
        Some(target) if comparable(requested) => Ok((layer_index, area, vintages[target])),
        Some(target) => Err(wrong_order(atlas, parameter, vintages[target], layer_index)),
        None if comparable(requested) => {
            Ok((layer_index, area, vintages[if later { requested + 1 } else { requested - 1 }]))
        }
        None => Err(no_other(atlas, layer_index, direction)),
    }
}

/// Returns the earlier and the later vintage of a series: the named ones, or else the vintage of
/// the day and the one before it. A vintage named alone is compared with its neighbour in time.
pub(super) fn of_series(
    atlas: &Atlas,
    name: &str,
    from: Option<&str>,
    to: Option<&str>,
    day: Day,
) -> Result<(LayerId, usize, usize), AnswerError> {
    let (series, _) = series_of(atlas, name)?;
    let vintages = atlas.vintages_of(&series);
    let from = from.map(|name| named(atlas, &series, &vintages, "from", name)).transpose()?;
    let to = to.map(|name| named(atlas, &series, &vintages, "to", name)).transpose()?;
    let after = |at: usize| (at + 1 < vintages.len()).then_some(at + 1);
    let no_later = |at: usize| no_other(atlas, vintages[at], ChangeDirection::Successors);
    let no_earlier = |at: usize| no_other(atlas, vintages[at], ChangeDirection::Predecessors);
    let (earlier, later) = match (from, to) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, after(from).ok_or_else(|| no_later(from))?),
        (None, to) => {
            let to = to.map_or_else(|| of_day(atlas, &vintages, name, day), Ok)?;
            (to.checked_sub(1).ok_or_else(|| no_earlier(to))?, to)
        }
    };
    if earlier >= later {
        return Err(wrong_order(atlas, "from", vintages[earlier], vintages[later]));
    }
    Ok((series, vintages[earlier], vintages[later]))
}
