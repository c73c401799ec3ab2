//! The properties of the source that a layer keeps besides code and name.

use lapwing_boundaries::area::Properties;
use lapwing_boundaries::layer::Layer;
use serde_json::Value as Json;

fn all_properties(layer: &Layer, index: usize) -> &Properties {
    if layer.is_areas() {
        layer.areas()[index].properties()
    } else {
        &layer.sites()[index].properties
    }
}

/// The properties of a layer in order of first appearance, each with its index in that feature.
pub(super) fn property_keys(layer: &Layer) -> Vec<(String, usize)> {
    let mut keys: Vec<(String, usize)> = Vec::new();
    for index in 0..layer.len() {
        for (hint, (key, _)) in all_properties(layer, index).iter().enumerate() {
            let known = keys.get(hint).is_some_and(|(known, _)| known == key)
                || keys.iter().any(|(known, _)| known == key);
            if !known {
                keys.push((key.clone(), hint));
            }
        }
    }
    keys
}

/// A property that is not null. `hint` is its probable index.
pub(super) fn property<'a>(
    layer: &'a Layer,
    index: usize,
    key: &str,
    hint: usize,
) -> Option<&'a Json> {
    let properties = all_properties(layer, index);
    let at_hint = properties.get(hint).filter(|(k, _)| k == key);
    let (_, value) = at_hint.or_else(|| properties.iter().find(|(k, _)| k == key))?;
    (!value.is_null()).then_some(value)
}
