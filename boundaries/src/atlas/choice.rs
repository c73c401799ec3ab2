//! Which layers answer: by name, by series, by day.
//!
//! # The rule of dates
//!
//! A *series* is what the vintages of a layer share; a *vintage* is one layer.
//!
//! 1. A name that is a series stands for one vintage of it: of the day asked for, its first day
//!    included and the first day on which it is no longer in force left out; if no day is asked
//!    for, that of today, or else the latest. If none is in force on the day asked for, the series
//!    does not answer.
//! 2. A name that is one vintage's own id, and no series, stands for that vintage, whatever the
//!    day. A series is called by the id of one of its vintages. Where another one is in force
//!    today, an area is looked for in that one first and then, if no day was asked for, in the
//!    layer of that id, so that an address that was good before a redrawing stays good; links name
//!    the day ([`Atlas::outright`]).
//! 3. Where a whole layer is asked for as it is, a collection of features, a download, an export,
//!    the id is that of one vintage always, series or not.
//! 4. No two vintages of a series are in force on one day: the catalogue refuses them.

use jiff::civil::Date;

use super::Atlas;
use crate::layer::LayerId;

/// A layer chosen for an answer: the name it was asked by, and its place in the atlas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The word it was asked by: a series, or one layer's own id.
    pub key: LayerId,
    /// Its place in [`Atlas::layers`]; `None` where no vintage of the series is in force on the
    /// day asked for.
    pub layer: Option<usize>,
}

/// The day for which an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Day {
    /// The day the caller asked for: a layer that was not in force then does not answer.
    Asked(Date),
    /// No day was asked for: what is in force today, or else the latest.
    Today(Date),
}

impl Atlas {
    /// The area layers to answer from: those named, or one for each series of [`Atlas::lookup`]. A series gives its
    /// vintage of the day; a vintage named by its own id is taken whatever the day.
    ///
    /// An unknown name is returned as the error.
    pub fn choose(&self, names: Option<&[String]>, day: Day) -> Result<Vec<Chosen>, String> {
        let area_layers = || (0..).zip(&self.layers).filter(|(_, l)| l.layer.is_areas());
        let Some(names) = names else {
            let mut series: Vec<&LayerId> = Vec::new();
            for (_, layer) in area_layers() {
                let name = &layer.layer.meta().series;
                let wanted = self.lookup.is_empty() || self.lookup.contains(name);
                if wanted && !series.contains(&name) {
                    series.push(name);
                }
            }
            return Ok(series.into_iter().map(|s| self.choose_vintage(s, day)).collect());
        };
        let mut chosen: Vec<Chosen> = Vec::new();
        for name in names {
            let is_series = area_layers().any(|(_, l)| l.layer.meta().series.as_str() == name);
            let one = if is_series {
                let series = LayerId::parse(name).map_err(|_| name.clone())?;
                self.choose_vintage(&series, day)
            } else {
                let (place, layer) = area_layers()
                    .find(|(_, l)| l.layer.meta().id.as_str() == name)
                    .ok_or_else(|| name.clone())?;
                Chosen { key: layer.layer.meta().id.clone(), layer: Some(place) }
            };
            if !chosen.contains(&one) {
                chosen.push(one);
            }
        }
        Ok(chosen)
    }

    /// The day that must be asked for with a layer's own id so that it stands for that layer, where
    /// the id is that of a series and gives another vintage on `day`; `None` where the id is
    /// enough. It is the last day on which the layer is in force, or else the first.
    pub fn outright(&self, layer: usize, day: Day) -> Option<Date> {
        let meta = self.layers[layer].layer().meta();
        if meta.series != meta.id || self.choose_vintage(&meta.series, day).layer == Some(layer) {
            return None;
        }
        let last = meta.vintage.valid_to.and_then(|end| end.yesterday().ok());
        last.or(meta.vintage.valid_from)
    }

    fn choose_vintage(&self, series: &LayerId, day: Day) -> Chosen {
        let mut vintages = (0..)
            .zip(&self.layers)
            .filter(|(_, l)| l.layer.is_areas() && l.layer.meta().series == *series)
            .map(|(place, l)| (place, l.layer.meta().vintage));
        let layer = match day {
            Day::Asked(date) => vintages.find(|(_, v)| v.holds_on(date)),
            Day::Today(date) => vintages
                .clone()
                .find(|(_, v)| v.holds_on(date))
                .or_else(|| vintages.max_by_key(|(_, v)| v.valid_from)),
        };
        Chosen { key: series.clone(), layer: layer.map(|(place, _)| place) }
    }
}
