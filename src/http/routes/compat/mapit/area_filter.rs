//! The parameters that select areas: `generation`, `min_generation`, `type` and `country`.

use std::collections::HashSet;

use super::{MapItError, Query, malformed};
use crate::compat::directory::LayerArea;
use crate::compat::kinds;
use crate::live::Served;

/// Selects areas by layer, type and country.
#[derive(Clone, Debug)]
pub(super) struct AreaFilter {
    /// The layers to take areas from, later generations first.
    layers: Vec<usize>,
    types: Vec<String>,
    countries: Vec<String>,
}

/// Splits a comma-separated list; empty items are dropped.
fn list(text: Option<&str>) -> Vec<String> {
    let items = text.unwrap_or_default().split(',').map(str::trim);
    items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// Parses the number of a generation; 0 counts as not given.
fn number(query: &Query, name: &str) -> Result<Option<i64>, MapItError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let number: i64 =
        text.trim().parse().map_err(|_| malformed(format!("Bad {name} specified")))?;
    Ok((number != 0).then_some(number))
}

impl AreaFilter {
    /// Reads the parameters; `types` overrides the parameter `type`.
    pub(super) fn read(
        query: &Query,
        types: Option<&str>,
        served: &Served,
    ) -> Result<Self, MapItError> {
        let generation = number(query, "generation")?;
        let from = number(query, "min_generation")?;
        Ok(Self {
            layers: layers(served, generation, from),
            types: list(types.or_else(|| query.get("type"))),
            countries: list(query.get("country")),
        })
    }

    /// Reads `generation` only; a value that is not a number is ignored.
    pub(super) fn by_generation(query: &Query, served: &Served) -> Self {
        let generation = number(query, "generation").ok().flatten();
        Self { layers: layers(served, generation, None), types: vec![], countries: vec![] }
    }

    /// Returns the layers to take areas from.
    pub(super) fn layers(&self) -> &[usize] {
        &self.layers
    }

    /// Returns true if an area of one of the layers is selected.
    pub(super) fn selects(&self, served: &Served, layer_area: LayerArea) -> bool {
        let of_type = &*served.directory().type_of(layer_area).code;
        if !self.types.is_empty() && !self.types.iter().any(|listed| listed == of_type) {
            return false;
        }
        if self.countries.is_empty() {
            return true;
        }
        let (code, _) = served.atlas().code_and_name(layer_area.0, layer_area.1);
        let country = kinds::country(code).map_or("", |(letter, _)| letter);
        self.countries.iter().any(|listed| listed == country)
    }

    /// Returns the selected areas among `layer_areas`. Each id appears once, with its latest vintage.
    pub(super) fn filter(
        &self,
        served: &Served,
        layer_areas: impl IntoIterator<Item = LayerArea>,
    ) -> Vec<LayerArea> {
        let mut seen = HashSet::new();
        let directory = served.directory();
        layer_areas
            .into_iter()
            .filter(|&layer_area| {
                self.selects(served, layer_area) && seen.insert(directory.id(layer_area))
            })
            .collect()
    }

    /// Returns all selected areas.
    pub(super) fn all(&self, served: &Served) -> Vec<LayerArea> {
        let layers = served.atlas().layers();
        let layer_areas = self.layers.iter().flat_map(|&layer| {
            (0..layers[layer].layer().areas().len()).map(move |area| (layer, area))
        });
        self.filter(served, layer_areas)
    }
}

/// Returns the layers in force in any generation from `from` to `generation`. With neither, the
/// current generation; with `from` below 0, every generation.
fn layers(served: &Served, generation: Option<i64>, from: Option<i64>) -> Vec<usize> {
    let (atlas, generations) = (served.atlas(), served.directory().generations());
    let today = crate::http::today();
    let to = generation.unwrap_or_else(|| i64::from(generations.of_day(today)));
    let mut layers: Vec<usize> = match (generation, from) {
        (None, None) => return generations.layers_today(today, atlas),
        (Some(one), None) => {
            return generations.layers(one.try_into().unwrap_or(0)).to_vec();
        }
        (_, Some(from)) => {
            let all = (0..atlas.layers().len()).filter(|&at| atlas.layers()[at].layer().is_areas());
            all.filter(|&layer| {
                let (first, last) = generations.span(layer);
                from < 0 || (i64::from(first) <= to && i64::from(last) >= from)
            })
            .collect()
        }
    };
    layers.sort_by_key(|&layer| (std::cmp::Reverse(generations.span(layer).1), layer));
    layers
}
