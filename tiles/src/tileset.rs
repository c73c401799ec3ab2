//! TileJSON 3.0 values of some layers, without the URLs, which only the server knows.

use crate::input::{Attributes, Value, label_name};
use crate::mercator::{FinePoint, bounding_box};
use crate::source::{PreparedFeatures, PreparedLayer};
use crate::{MAX_ZOOM, TileSource};

/// The values of a TileJSON document.
#[derive(Clone, Debug, PartialEq)]
pub struct TileSet {
    /// West, south, east and north of all features in degrees, or `None` without features.
    pub bounds: Option<[f64; 4]>,
    /// The shallowest zoom with tiles.
    pub minzoom: u8,
    /// The deepest zoom with tiles.
    pub maxzoom: u8,
    /// The layers in the tiles, including labels.
    pub vector_layers: Vec<VectorLayer>,
}

/// One layer of a tile, as TileJSON describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorLayer {
    /// The layer's name in the tile.
    pub id: String,
    /// Property names and types: `String`, `Number` or `Boolean`.
    pub fields: Vec<(String, &'static str)>,
}

/// Where a map of a tile set begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Center {
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
    /// The zoom that shows all of it.
    pub zoom: u8,
}

impl Default for TileSet {
    /// Returns the values for no layers.
    fn default() -> Self {
        Self { bounds: None, minzoom: 0, maxzoom: MAX_ZOOM, vector_layers: Vec::new() }
    }
}

impl TileSet {
    /// Returns the centre of the bounds, and the integer zoom at which they fill a map of two by two
    /// tiles. `None` without features.
    pub fn center(&self) -> Option<Center> {
        let [west, south, east, north] = self.bounds?;
        let fits = |&zoom: &u8| east - west <= 720.0 / f64::from(1_u32 << zoom);
        let zoom = (self.minzoom..self.maxzoom).rev().find(fits).unwrap_or(self.minzoom);
        Some(Center { lon: f64::midpoint(west, east), lat: f64::midpoint(south, north), zoom })
    }

    /// Adds the layers of another tile set.
    pub fn join(&mut self, other: Self) {
        self.bounds = match (self.bounds, other.bounds) {
            (Some([w, s, e, n]), Some([west, south, east, north])) => {
                Some([w.min(west), s.min(south), e.max(east), n.max(north)])
            }
            (ours, theirs) => ours.or(theirs),
        };
        self.minzoom = self.minzoom.min(other.minzoom);
        self.maxzoom = self.maxzoom.max(other.maxzoom);
        self.vector_layers.extend(other.vector_layers);
    }
}

impl TileSource {
    /// Returns the TileJSON values of the layers at these indexes.
    pub fn tile_set(&self, layers: &[usize]) -> TileSet {
        let named = |layer: usize| (layer, self.layers.get(layer).map_or("", |l| l.name.as_str()));
        self.tile_set_as(&layers.iter().map(|&layer| named(layer)).collect::<Vec<_>>())
    }

    /// Like [`Self::tile_set`], with the layer names to use in the tiles.
    pub fn tile_set_as(&self, layers: &[(usize, &str)]) -> TileSet {
        let layers = || layers.iter().filter_map(|(l, name)| Some((self.layers.get(*l)?, name)));
        let corners: Vec<FinePoint> = layers().filter_map(|(l, _)| l.extent()).flatten().collect();
        let vector_layers = layers().flat_map(|(layer, name)| layer.vector_layers(name)).collect();
        TileSet { bounds: degrees(&corners), minzoom: 0, maxzoom: MAX_ZOOM, vector_layers }
    }
}

fn degrees(points: &[FinePoint]) -> Option<[f64; 4]> {
    let [low, high] = bounding_box(points.iter().copied())?.map(FinePoint::to_mercator);
    let (west, north) = low.to_degrees();
    let (east, south) = high.to_degrees();
    Some([west, south, east, north])
}

impl PreparedLayer {
    fn extent(&self) -> Option<[FinePoint; 2]> {
        match &self.shapes {
            PreparedFeatures::Areas { coverage, .. } => coverage.extent(),
            PreparedFeatures::Points(clusters) => bounding_box(clusters.points()),
        }
    }

    fn vector_layers(&self, name: &str) -> Vec<VectorLayer> {
        let fields = fields(&self.attributes);
        match self.shapes {
            PreparedFeatures::Areas { .. } => vec![
                VectorLayer { id: name.to_owned(), fields: fields.clone() },
                VectorLayer { id: label_name(name), fields },
            ],
            PreparedFeatures::Points(_) => {
                let mut fields = fields;
                fields.push(("count".to_owned(), "Number"));
                vec![VectorLayer { id: name.to_owned(), fields }]
            }
        }
    }
}

/// Returns the properties of all features, in order of first appearance.
fn fields(attributes: &[Attributes]) -> Vec<(String, &'static str)> {
    let mut fields: Vec<(String, &'static str)> = Vec::new();
    for (name, value) in attributes.iter().flat_map(|attributes| &attributes.properties) {
        if !fields.iter().any(|(known, _)| known == name) {
            let kind = match value {
                Value::Text(_) => "String",
                Value::Integer(_) | Value::Number(_) => "Number",
                Value::Bool(_) => "Boolean",
            };
            fields.push((name.clone(), kind));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_begins_at_the_zoom_that_shows_all() {
        let center = |bounds| TileSet { bounds: Some(bounds), ..TileSet::default() }.center();
        let at = |lon, lat, zoom| Some(Center { lon, lat, zoom });
        assert_eq!(center([-180.0, -85.0, 180.0, 85.0]), at(0.0, 0.0, 1));
        // A county of one degree: tiles of 0.7° at zoom 9, of which two cover it.
        assert_eq!(center([-1.5, 52.0, -0.5, 53.0]), at(-1.0, 52.5, 9));
        assert_eq!(center([0.0, 0.0, 0.0, 0.0]), at(0.0, 0.0, 13));
        assert_eq!(TileSet::default().center(), None);
    }
}
