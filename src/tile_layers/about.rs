//! The attribution of tiles.

use lapwing_boundaries::atlas::Atlas;
use maud::html;

use super::Selection;

/// The attribution to display, as HTML, which map libraries expect: each layer's attribution once,
/// and a note if the data are illustrative.
pub fn attribution(atlas: &Atlas, layers: &Selection) -> String {
    let mut each: Vec<&str> = Vec::new();
    if atlas.is_illustrative() {
        each.push("Illustrative: this place does not exist");
    }
    for (_, layer_index) in layers.layers() {
        let credit = atlas.layers()[layer_index].layer().meta().attribution.as_deref();
        each.extend(credit.filter(|credit| !each.contains(credit)));
    }
    html! { (each.join(" | ")) }.into_string()
}
