//! The choice of the layers that answer a request, by name, series and date.
//!
//! # The rule of dates
//!
//! A *vintage* is one layer; a *series* groups the vintages of the same kind of area.
//!
//! 1. The name of a series selects one of its vintages: the one in force on the requested date (from
//!    its first day to the day before `valid_to`). Without a requested date it selects the one in
//!    force today, or else the latest. If none is in force on the requested date, the series gives
//!    no answer.
//! 2. The id of a vintage that is not the name of a series selects that vintage, whatever the date.
//!    The name of a series is the id of one of its vintages. If another vintage is in force today, an
//!    area is looked up in that one first and then, if no date was requested, in the layer with that
//!    id, so that URLs from before a boundary change keep working. Links include the date where it is
//!    needed ([`Atlas::required_date`]).
//! 3. For a whole layer (a collection of features, a download, an export) the id always selects that
//!    one vintage, even if it is also the name of a series.
//! 4. At most one vintage of a series is in force on a date. The catalogue enforces this.

use jiff::civil::Date;

use super::Atlas;
use crate::layer::LayerId;

/// A layer that was chosen to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenLayer {
    /// The name by which it was requested: a series, or the id of one layer.
    pub key: LayerId,
    /// Its index in [`Atlas::layers`]; `None` if no vintage of the series is in force on the requested
    /// date.
    pub layer: Option<usize>,
}

/// The date of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Day {
    /// The requested date. A layer that is not in force on it gives no answer.
    Requested(Date),
    /// No date was requested: the vintage in force today, or else the latest.
    Today(Date),
}

impl Day {
    /// The date.
    pub fn date(self) -> Date {
        match self {
            Self::Requested(date) | Self::Today(date) => date,
        }
    }
}

impl Atlas {
    /// Chooses the area layers that answer: those in `names`, by the rule above, or by default one for
    /// each series of [`Atlas::lookup`].
    ///
    /// Fails with the first unknown name.
    pub fn choose(&self, names: Option<&[String]>, day: Day) -> Result<Vec<ChosenLayer>, String> {
        let area_layers = || (0..).zip(&self.layers).filter(|(_, l)| l.layer.is_areas());
        let Some(names) = names else {
            let mut series: Vec<&LayerId> = Vec::new();
            for (_, layer) in area_layers() {
                let name = &layer.layer.meta().series;
                let is_default = self.lookup.is_empty() || self.lookup.contains(name);
                if is_default && !series.contains(&name) {
                    series.push(name);
                }
            }
            return Ok(series.into_iter().map(|s| self.choose_vintage(s, day)).collect());
        };
        let mut chosen: Vec<ChosenLayer> = Vec::new();
        for name in names {
            let is_series = area_layers().any(|(_, l)| l.layer.meta().series.as_str() == name);
            let one = if is_series {
                let series = LayerId::parse(name).map_err(|_| name.clone())?;
                self.choose_vintage(&series, day)
            } else {
                let (layer_index, layer) = area_layers()
                    .find(|(_, l)| l.layer.meta().id.as_str() == name)
                    .ok_or_else(|| name.clone())?;
                ChosenLayer { key: layer.layer.meta().id.clone(), layer: Some(layer_index) }
            };
            if !chosen.contains(&one) {
                chosen.push(one);
            }
        }
        Ok(chosen)
    }

    /// The date that a request must include, along with the layer's id, to select that layer. Returns
    /// `None` if the id alone selects it on `day`. Otherwise the id is the name of a series and selects
    /// another vintage; the date is the last day on which the layer is in force, or else the first.
    pub fn required_date(&self, layer: usize, day: Day) -> Option<Date> {
        let meta = self.layers[layer].layer().meta();
        if meta.series != meta.id || self.choose_vintage(&meta.series, day).layer == Some(layer) {
            return None;
        }
        let last = meta.vintage.valid_to.and_then(|end| end.yesterday().ok());
        last.or(meta.vintage.valid_from)
    }

    fn choose_vintage(&self, series: &LayerId, day: Day) -> ChosenLayer {
        let mut vintages = (0..)
            .zip(&self.layers)
            .filter(|(_, l)| l.layer.is_areas() && l.layer.meta().series == *series)
            .map(|(layer_index, l)| (layer_index, l.layer.meta().vintage));
        let layer = match day {
            Day::Requested(date) => vintages.find(|(_, v)| v.holds_on(date)),
            Day::Today(date) => vintages
                .clone()
                .find(|(_, v)| v.holds_on(date))
                .or_else(|| vintages.max_by_key(|(_, v)| v.valid_from)),
        };
        ChosenLayer { key: series.clone(), layer: layer.map(|(layer_index, _)| layer_index) }
    }
}
