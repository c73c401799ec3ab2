//! PreparedLayer layers, and the tiles made from them.

use rayon::prelude::*;

use crate::clip::{Window, clip, origin};
use crate::cluster::{Clusters, tile_of, unit_of};
use crate::coverage::Coverage;
use crate::encode::{Feature, Shape, Tile};
use crate::input::{Attributes, Features, InputError, InputLayer, check, label_name};
use crate::mercator::{FinePoint, Mercator, unit_shift};
use crate::{MAX_ZOOM, TileCoord};

/// An area gets its label from the zoom at which a circle with this radius in tile units fits
/// inside it: eight pixels for tiles drawn at 512. At the deepest zoom all areas do.
const LABEL_RADIUS: f64 = 64.0;

/// Layers prepared for tiles.
///
/// Each layer of areas has a second layer, with the suffix `_label`: one point per area, the inner
/// point farthest from its outline, for the area's name.
#[derive(Debug)]
pub struct TileSource {
    pub(crate) layers: Vec<PreparedLayer>,
}

/// One prepared layer.
#[derive(Debug)]
pub(crate) struct PreparedLayer {
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attributes>,
    pub(crate) shapes: PreparedFeatures,
}

#[derive(Debug)]
pub(crate) enum PreparedFeatures {
    Areas {
        coverage: Box<Coverage>,
        /// The label positions, each with the index of its area and the lowest zoom that shows it,
        /// sorted by tile of the deepest zoom.
        labels: Vec<Label>,
    },
    Points(Clusters),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Label {
    pub(crate) at: FinePoint,
    area: u32,
    pub(crate) lowest: u8,
}

impl TileSource {
    /// Prepares layers: cuts areas into arcs, simplifies these for every zoom, clusters points.
    ///
    /// # Errors
    ///
    /// Fails if a layer has no name or a duplicate name, or a coordinate is not in degrees.
    pub fn prepare(layers: Vec<InputLayer>) -> Result<Self, InputError> {
        check(&layers)?;
        Ok(Self { layers: layers.into_par_iter().map(PreparedLayer::of).collect() })
    }

    /// Returns the names of the layers, in input order, without label layers.
    pub fn layer_names(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().map(|layer| layer.name.as_str())
    }

    /// Returns the uncompressed bytes of one tile with the layers at these indexes, or `None` if
    /// they have no features there. Indexes without a layer are ignored.
    ///
    /// The first tile of a zoom also draws that zoom. To do that in advance, call [`Self::draw`].
    pub fn tile(&self, tile: TileCoord, layers: &[usize]) -> Option<Vec<u8>> {
        let named = |layer: usize| (layer, self.layers.get(layer).map_or("", |l| l.name.as_str()));
        self.tile_as(tile, &layers.iter().map(|&layer| named(layer)).collect::<Vec<_>>())
    }

    /// Like [`Self::tile`], with the layer names to use in the tile. Concatenated tiles form one
    /// tile with the layers of both.
    pub fn tile_as(&self, tile: TileCoord, layers: &[(usize, &str)]) -> Option<Vec<u8>> {
        let mut out = Tile::at(origin(tile));
        for (layer, name) in
            layers.iter().filter_map(|(l, name)| Some((self.layers.get(*l)?, name)))
        {
            // This fails only beyond the format's 32-bit counts; such a layer is omitted.
            let _ = layer.write(name, tile, &mut out);
        }
        out.finish()
    }

    /// Draws a zoom of the given layers, so that its tiles only need clipping.
    pub fn draw(&self, zoom: u8, layers: &[usize]) {
        for layer in layers.iter().filter_map(|&number| self.layers.get(number)) {
            if let PreparedFeatures::Areas { coverage, .. } = &layer.shapes {
                coverage.at(zoom);
            }
        }
    }
}

impl PreparedLayer {
    fn of(layer: InputLayer) -> Self {
        let InputLayer { name, features } = layer;
        match features {
            Features::Areas(areas) => {
                let coverage = Box::new(Coverage::of(areas.iter().map(|(_, area)| area)));
                let labels = labels_of(&coverage);
                let attributes = areas.into_iter().map(|(attributes, _)| attributes).collect();
                Self { name, attributes, shapes: PreparedFeatures::Areas { coverage, labels } }
            }
            Features::Points(points) => {
                let fine = |p: &geo::Point| Mercator::from_degrees(p.x(), p.y()).to_fine();
                let positions: Vec<FinePoint> =
                    points.iter().map(|(_, point)| fine(point)).collect();
                let attributes = points.into_iter().map(|(attributes, _)| attributes).collect();
                Self {
                    name,
                    attributes,
                    shapes: PreparedFeatures::Points(Clusters::of(&positions)),
                }
            }
        }
    }

    fn write(&self, name: &str, tile: TileCoord, out: &mut Tile) -> fast_mvt::MvtResult<()> {
        let zoom = tile.zoom();
        match &self.shapes {
            PreparedFeatures::Areas { coverage, labels } => {
                let window = Window::of(tile);
                let clipped: Vec<_> = coverage
                    .at(zoom)
                    .meeting(window)
                    .map(|drawn| (drawn.area, clip(&drawn.polygons, window)))
                    .filter(|(_, polygons)| !polygons.is_empty())
                    .collect();
                let areas = clipped.iter().map(|(area, polygons)| Feature {
                    attributes: &self.attributes[*area as usize],
                    shape: Shape::Polygons(polygons),
                    count: None,
                });
                out.add_layer(name, areas)?;
                let labels = labels_in(labels, tile).map(|label| Feature {
                    attributes: &self.attributes[label.area as usize],
                    shape: Shape::Point(unit_of(label.at, zoom)),
                    count: None,
                });
                out.add_layer(&label_name(name), labels)
            }
            PreparedFeatures::Points(clusters) => {
                let points = clusters.in_tile(zoom, tile.column_row()).map(|cluster| Feature {
                    attributes: &self.attributes[cluster.first as usize],
                    shape: Shape::Point(unit_of(cluster.at, zoom)),
                    count: Some(cluster.count),
                });
                out.add_layer(name, points)
            }
        }
    }
}

/// Returns the labels of a coverage, sorted by column and row of their tile at the deepest zoom.
fn labels_of(coverage: &Coverage) -> Vec<Label> {
    let mut labels: Vec<Label> = coverage
        .poles()
        .iter()
        .enumerate()
        .filter_map(|(area, pole)| {
            let pole = pole.as_ref()?;
            let fits =
                |zoom: &u8| pole.radius >= LABEL_RADIUS * f64::from(1_u32 << unit_shift(*zoom));
            let lowest = (0..MAX_ZOOM).find(fits).unwrap_or(MAX_ZOOM);
            Some(Label { at: pole.at, area: area as u32, lowest })
        })
        .collect();
    labels.sort_by_key(|label| tile_of(label.at, MAX_ZOOM));
    labels
}

/// Returns the labels that a tile shows.
pub(crate) fn labels_in(labels: &[Label], tile: TileCoord) -> impl Iterator<Item = Label> {
    let deeper = MAX_ZOOM - tile.zoom();
    let (column, row) = tile.column_row();
    let columns = column << deeper..(column + 1) << deeper;
    let tile_column_and_row = |label: &Label| tile_of(label.at, MAX_ZOOM);
    let from = labels.partition_point(|label| tile_column_and_row(label).0 < columns.start);
    let until = labels.partition_point(|label| tile_column_and_row(label).0 < columns.end);
    labels[from..until]
        .iter()
        .filter(move |label| {
            label.lowest <= tile.zoom() && tile_column_and_row(label).1 >> deeper == row
        })
        .copied()
}

/// Returns the column and row of the tiles of a zoom that show labels.
pub(crate) fn labels_at(labels: &[Label], zoom: u8) -> impl Iterator<Item = (i32, i32)> {
    labels
        .iter()
        .filter(move |label| label.lowest <= zoom)
        .map(move |label| tile_of(label.at, zoom))
}
