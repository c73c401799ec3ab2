//! MapIt's generations, derived from the dates of the vintages.
//!
//! MapIt numbers the editions of its boundaries, and each area has a first and a last generation.
//! Here a generation is a period in which the same vintages are in force. It begins with the
//! `valid_from` of a layer, or on the day a vintage ends that is not the last of its series.
//! Generations are numbered from 1 in chronological order. A generation that begins after today is
//! not active. The last vintage of a series stays in force past its `valid_to` until there is a
//! newer one, because a lookup without a date uses it too.

use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::layer::LayerId;

/// The number of a generation, from 1.
pub type GenerationNumber = u32;

/// The generations of an atlas.
#[derive(Debug)]
pub struct Generations {
    /// First day of each generation. `None` if the first has no start date.
    starts: Vec<Option<Date>>,
    /// Area layers in force in each generation, in catalogue order.
    in_force: Vec<Vec<usize>>,
    /// First and last generation of each layer. `(0, 0)` if it is never in force.
    spans: Vec<(GenerationNumber, GenerationNumber)>,
    /// The last vintage of each series.
    last: Vec<usize>,
}

impl Generations {
    /// Derives the generations of an atlas.
    pub fn of(atlas: &Atlas) -> Self {
        let series = series_of(atlas);
        let meta = |layer: usize| atlas.layers()[layer].layer().meta();
        // Like `Atlas::choose`: the last of equal ones.
        let last: Vec<usize> = series
            .iter()
            .filter_map(|layers| {
                layers.iter().copied().max_by_key(|&layer| meta(layer).vintage.valid_from)
            })
            .collect();
        let mut days: Vec<Date> = Vec::new();
        for &layer in series.iter().flatten() {
            let vintage = meta(layer).vintage;
            days.extend(vintage.valid_from);
            days.extend(vintage.valid_to.filter(|_| !last.contains(&layer)));
        }
        days.sort_unstable();
        days.dedup();
        let mut starts: Vec<Option<Date>> = days.into_iter().map(Some).collect();
        let without_beginning = series.iter().flatten().any(|&layer| {
            let vintage = meta(layer).vintage;
            vintage.valid_from.is_none()
        });
        if without_beginning || starts.is_empty() {
            starts.insert(0, None);
        }
        let in_force: Vec<Vec<usize>> = (0..starts.len())
            .map(|at| {
                // The first generation without a start date: use the day before the second.
                let day =
                    starts[at].or_else(|| starts.get(at + 1).copied().flatten()?.yesterday().ok());
                let chosen = series.iter().zip(&last).filter_map(|(layers, &last)| {
                    let Some(day) = day else { return Some(last) };
                    let holds = |layer: &usize| meta(*layer).vintage.holds_on(day);
                    let began = meta(last).vintage.valid_from.is_none_or(|from| from <= day);
                    layers.iter().copied().find(holds).or_else(|| began.then_some(last))
                });
                let mut layers: Vec<usize> = chosen.collect();
                layers.sort_unstable();
                layers
            })
            .collect();
        let spans = (0..atlas.layers().len())
            .map(|layer| {
                let holds = |at: &usize| in_force[*at].contains(&layer);
                let first = (0..starts.len()).find(holds).map_or(0, |at| at + 1);
                let last = (0..starts.len()).rev().find(holds).map_or(0, |at| at + 1);
                (first as GenerationNumber, last as GenerationNumber)
            })
            .collect();
        Self { starts, in_force, spans, last }
    }

    /// Returns the number of generations, at least 1.
    pub fn count(&self) -> GenerationNumber {
        self.starts.len() as GenerationNumber
    }

    /// Returns the first day of a generation. `None` if it has no start date.
    ///
    /// # Panics
    ///
    /// Panics if there is no such generation.
    pub fn start(&self, number: GenerationNumber) -> Option<Date> {
        self.starts[number as usize - 1]
    }

    /// Returns the generation of a day: the last one that has begun, or the first.
    pub fn of_day(&self, day: Date) -> GenerationNumber {
        let begun = |start: &Option<Date>| start.is_none_or(|start| start <= day);
        let begun = self.starts.iter().filter(|start| begun(start)).count();
        begun.max(1) as GenerationNumber
    }

    /// Returns the area layers in force in a generation. Empty if there is no such generation.
    pub fn layers(&self, number: GenerationNumber) -> &[usize] {
        let at = (number as usize).checked_sub(1);
        at.and_then(|at| self.in_force.get(at)).map_or(&[], Vec::as_slice)
    }

    /// Returns the layers used when the request names no generation: those of a lookup without a
    /// date.
    pub fn layers_today(&self, today: Date, atlas: &Atlas) -> Vec<usize> {
        let mut layers = self.layers(self.of_day(today)).to_vec();
        let series = |layer: usize| &atlas.layers()[layer].layer().meta().series;
        // If every vintage of a series begins later, a lookup uses the last one.
        let ahead = self
            .last
            .iter()
            .copied()
            .filter(|&last| !layers.iter().any(|&layer| series(layer) == series(last)));
        let ahead: Vec<usize> = ahead.collect();
        layers.extend(ahead);
        layers.sort_unstable();
        layers
    }

    /// Returns the first and last generation of a layer.
    pub fn span(&self, layer: usize) -> (GenerationNumber, GenerationNumber) {
        self.spans[layer]
    }
}

/// The area layers of each series, in catalogue order.
fn series_of(atlas: &Atlas) -> Vec<Vec<usize>> {
    let mut series: Vec<(&LayerId, Vec<usize>)> = Vec::new();
    for (index, layer) in atlas.layers().iter().enumerate() {
        if !layer.layer().is_areas() {
            continue;
        }
        let name = &layer.layer().meta().series;
        match series.iter_mut().find(|(known, _)| *known == name) {
            Some((_, layers)) => layers.push(index),
            None => series.push((name, vec![index])),
        }
    }
    series.into_iter().map(|(_, layers)| layers).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::answers::squares;

    #[test]
    fn a_generation_begins_with_each_vintage() {
        let atlas = squares::atlas();
        let generations = Generations::of(&atlas);
        // Layers: ward from 2021, ward_2013 from 2013 to 2021, lap and parish always.
        assert_eq!(generations.count(), 3);
        assert_eq!(generations.start(1), None);
        assert_eq!(generations.start(3), Some(date(2021, 4, 1)));
        assert_eq!(generations.layers(1), [2, 3]);
        assert_eq!(generations.layers(2), [1, 2, 3]);
        assert_eq!(generations.layers(3), [0, 2, 3]);
        assert!(generations.layers(4).is_empty());
        assert!(generations.layers(0).is_empty());
        assert_eq!(generations.span(1), (2, 2));
        assert_eq!(generations.span(2), (1, 3));
        assert_eq!(generations.of_day(date(2020, 1, 1)), 2);
        assert_eq!(generations.of_day(date(1900, 1, 1)), 1);
        assert_eq!(generations.layers_today(squares::TODAY_DATE, &atlas), [0, 2, 3]);
    }

    #[test]
    fn the_last_vintage_outlives_its_end_and_a_future_one_is_used_if_it_is_the_only_one() {
        let mut contents = squares::contents();
        contents.layers.truncate(1);
        let mut meta = contents.layers[0].meta().clone();
        meta.vintage.valid_to = Some(date(2025, 5, 1));
        let areas = contents.layers[0].areas().to_vec();
        contents.layers = vec![lapwing_boundaries::layer::Layer::of_areas(meta, areas)];
        let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
        let generations = Generations::of(&atlas);
        assert_eq!(generations.count(), 1);
        assert_eq!(generations.layers_today(squares::TODAY_DATE, &atlas), [0]);
        assert_eq!(generations.layers_today(date(2000, 1, 1), &atlas), [0]);
    }
}
