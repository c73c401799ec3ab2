//! What must be said wherever the tiles are shown.

use lapwing_boundaries::atlas::Atlas;

use super::Selection;

/// What must be shown on the map, as HTML, which maps make of it: each layer's attribution once,
/// and that the place does not exist where it does not.
pub fn attribution(atlas: &Atlas, layers: &Selection) -> String {
    let mut each: Vec<&str> = Vec::new();
    if atlas.is_illustrative() {
        each.push("Illustrative: this place does not exist");
    }
    for (_, place) in layers.layers() {
        let said = atlas.layers()[place].layer().meta().attribution.as_deref();
        each.extend(said.filter(|said| !each.contains(said)));
    }
    let escape = |text: &&str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    each.iter().map(escape).collect::<Vec<_>>().join(" | ")
}
