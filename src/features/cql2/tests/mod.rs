//! Filters: what the standard's examples are read as, what is refused, what is selected.

use std::time::{Duration, Instant as Moment};

use lapwing_boundaries::atlas::Atlas;

use super::*;
use crate::answers::squares;

mod examples;
mod laws;
mod refused;
mod selected;

/// The codes that a filter in text selects of a layer.
fn codes(atlas: &Atlas, layer: &str, written: &str) -> Vec<String> {
    codes_in(atlas, layer, written, Crs::Crs84)
}

fn codes_in(atlas: &Atlas, layer: &str, written: &str, crs: Crs) -> Vec<String> {
    let schema = Schema::of(atlas, atlas.layer_index(layer).unwrap());
    let node = parse(written, Language::Text).unwrap_or_else(|e| panic!("{written}: {e}"));
    let filter = Filter::new(&node, atlas, &schema, crs)
        .unwrap_or_else(|error| panic!("{written}: {error}"));
    let deadline = Moment::now() + Duration::from_mins(1);
    let indices = filter.select(atlas, &schema, None, deadline).unwrap();
    indices.into_iter().map(|index| schema.value(atlas, index, 0).cell()).collect()
}

/// Why a filter in text about a layer of the squares is refused.
fn refusal(layer: &str, written: &str) -> String {
    let atlas = squares::atlas();
    let schema = Schema::of(&atlas, atlas.layer_index(layer).unwrap());
    let read = parse(written, Language::Text)
        .and_then(|node| Filter::new(&node, &atlas, &schema, Crs::Crs84));
    match read {
        Ok(_) => panic!("{written} is not refused"),
        Err(error) => error.to_string(),
    }
}
