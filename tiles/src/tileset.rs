//! What a map must be told of some layers: the values of a TileJSON 3.0 document, without the
//! addresses, which only the server knows.

use crate::input::{Attributes, Value, label_name};
use crate::mercator::Fine;
use crate::source::{Prepared, Shapes};
use crate::{MAX_ZOOM, TileSource};

/// The values of a TileJSON document.
#[derive(Clone, Debug, PartialEq)]
pub struct TileSet {
    /// West, south, east, north of all features in degrees; none without features.
    pub bounds: Option<[f64; 4]>,
    /// The shallowest zoom with tiles.
    pub minzoom: u8,
    /// The deepest zoom with tiles.
    pub maxzoom: u8,
    /// The layers in the tiles, labels included.
    pub vector_layers: Vec<VectorLayer>,
}

/// One layer of a tile, as TileJSON describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorLayer {
    /// The layer's name in the tile.
    pub id: String,
    /// Names of properties, each with its kind: `String`, `Number` or `Boolean`.
    pub fields: Vec<(String, &'static str)>,
}

impl Default for TileSet {
    /// Of no layers.
    fn default() -> Self {
        Self { bounds: None, minzoom: 0, maxzoom: MAX_ZOOM, vector_layers: Vec::new() }
    }
}

impl TileSet {
    /// Adds the layers of another.
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
    /// What a map must be told of the layers with these numbers.
    pub fn tile_set(&self, layers: &[usize]) -> TileSet {
        let named = |layer: usize| (layer, self.layers.get(layer).map_or("", |l| l.name.as_str()));
        self.tile_set_as(&layers.iter().map(|&layer| named(layer)).collect::<Vec<_>>())
    }

    /// The same, with the names that the layers are to have in the tiles.
    pub fn tile_set_as(&self, layers: &[(usize, &str)]) -> TileSet {
        let layers = || layers.iter().filter_map(|(l, name)| Some((self.layers.get(*l)?, name)));
        let corners: Vec<Fine> = layers().filter_map(|(l, _)| l.extent()).flatten().collect();
        let vector_layers = layers().flat_map(|(layer, name)| layer.vector_layers(name)).collect();
        TileSet { bounds: degrees(&corners), minzoom: 0, maxzoom: MAX_ZOOM, vector_layers }
    }
}

fn degrees(points: &[Fine]) -> Option<[f64; 4]> {
    let [low, high] = around(points.iter().copied())?.map(Fine::to_mercator);
    let (west, north) = low.to_degrees();
    let (east, south) = high.to_degrees();
    Some([west, south, east, north])
}

/// The low and the high corner around points.
pub(crate) fn around(mut points: impl Iterator<Item = Fine>) -> Option<[Fine; 2]> {
    let first = points.next()?;
    Some(points.fold([first, first], |[low, high], p| {
        [
            Fine { x: low.x.min(p.x), y: low.y.min(p.y) },
            Fine { x: high.x.max(p.x), y: high.y.max(p.y) },
        ]
    }))
}

impl Prepared {
    fn extent(&self) -> Option<[Fine; 2]> {
        match &self.shapes {
            Shapes::Areas { coverage, .. } => coverage.extent(),
            Shapes::Points(clusters) => around(clusters.points()),
        }
    }

    fn vector_layers(&self, name: &str) -> Vec<VectorLayer> {
        let fields = fields(&self.attributes);
        match self.shapes {
            Shapes::Areas { .. } => vec![
                VectorLayer { id: name.to_owned(), fields: fields.clone() },
                VectorLayer { id: label_name(name), fields },
            ],
            Shapes::Points(_) => {
                let mut fields = fields;
                fields.push(("count".to_owned(), "Number"));
                vec![VectorLayer { id: name.to_owned(), fields }]
            }
        }
    }
}

/// The properties of all features, in the order they first come.
fn fields(attributes: &[Attributes]) -> Vec<(String, &'static str)> {
    let mut fields: Vec<(String, &'static str)> = Vec::new();
    for (name, value) in attributes.iter().flat_map(|attributes| &attributes.properties) {
        if !fields.iter().any(|(known, _)| known == name) {
            let kind = match value {
                Value::Text(_) => "String",
                Value::Integer(_) | Value::Number(_) => "Number",
                Value::Truth(_) => "Boolean",
            };
            fields.push((name.clone(), kind));
        }
    }
    fields
}
