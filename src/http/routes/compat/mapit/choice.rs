//! Which areas are asked for: `generation`, `min_generation`, `type`, `country`.

use std::collections::HashSet;

use super::{Query, Refusal, malformed};
use crate::compat::directory::Spot;
use crate::compat::kinds;
use crate::live::Served;

/// What lets an area pass.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The layers to take areas from, those of later generations first.
    layers: Vec<usize>,
    types: Vec<String>,
    countries: Vec<String>,
}

/// Empty parts say nothing: `,` asks for no type.
fn list(text: Option<&str>) -> Vec<String> {
    let items = text.unwrap_or_default().split(',').map(str::trim);
    items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// A number of a generation; 0 is as good as none.
fn number(query: &Query, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let number: i64 =
        text.trim().parse().map_err(|_| malformed(format!("Bad {name} specified")))?;
    Ok((number != 0).then_some(number))
}

impl Choice {
    /// What a query asks for; `types` instead of its own.
    pub(super) fn read(
        query: &Query,
        types: Option<&str>,
        served: &Served,
    ) -> Result<Self, Refusal> {
        let generation = number(query, "generation")?;
        let from = number(query, "min_generation")?;
        Ok(Self {
            layers: layers(served, generation, from),
            types: list(types.or_else(|| query.get("type"))),
            countries: list(query.get("country")),
        })
    }

    /// By `generation` alone; what is no number is passed over.
    pub(super) fn by_generation(query: &Query, served: &Served) -> Self {
        let generation = number(query, "generation").ok().flatten();
        Self { layers: layers(served, generation, None), types: vec![], countries: vec![] }
    }

    /// The layers to take areas from.
    pub(super) fn layers(&self) -> &[usize] {
        &self.layers
    }

    /// Whether an area of one of the layers passes.
    pub(super) fn takes(&self, served: &Served, spot: Spot) -> bool {
        let of_type = &*served.directory().type_of(spot).code;
        if !self.types.is_empty() && !self.types.iter().any(|wanted| wanted == of_type) {
            return false;
        }
        if self.countries.is_empty() {
            return true;
        }
        let (code, _) = served.atlas().code_and_name(spot.0, spot.1);
        let country = kinds::country(code).map_or("", |(letter, _)| letter);
        self.countries.iter().any(|wanted| wanted == country)
    }

    /// Those of some areas that pass, each number once: the latest of its vintages.
    pub(super) fn filter(
        &self,
        served: &Served,
        spots: impl IntoIterator<Item = Spot>,
    ) -> Vec<Spot> {
        let mut seen = HashSet::new();
        let directory = served.directory();
        spots
            .into_iter()
            .filter(|&spot| self.takes(served, spot) && seen.insert(directory.id(spot)))
            .collect()
    }

    /// All areas that pass.
    pub(super) fn all(&self, served: &Served) -> Vec<Spot> {
        let layers = served.atlas().layers();
        let spots = self.layers.iter().flat_map(|&layer| {
            (0..layers[layer].layer().areas().len()).map(move |area| (layer, area))
        });
        self.filter(served, spots)
    }
}

/// The layers in force in some generation from `from` to `generation`; in the present one where
/// neither is asked for; in any where `from` is below 0.
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
