//! Layers made ready, and any tile of them.

use rayon::prelude::*;

use crate::clip::{Window, clip, origin};
use crate::cluster::{Clusters, tile_of, unit_of};
use crate::coverage::Coverage;
use crate::encode::{Feature, Shape, Tile};
use crate::input::{Attributes, Features, InputError, InputLayer, check, label_name};
use crate::mercator::{Fine, Mercator, unit_shift};
use crate::{MAX_ZOOM, TileCoord};

/// An area is named from the zoom on at which a circle of this many tile units fits around its
/// middle: eight pixels where tiles are drawn at 512. At the deepest zoom all are.
const LABEL_RADIUS: f64 = 64.0;

/// Layers made ready for tiles.
///
/// Each layer of areas comes with a second layer, named with `_label` behind it, of one point for
/// each area: the inner point furthest from its outline, for its name.
#[derive(Debug)]
pub struct TileSource {
    pub(crate) layers: Vec<Prepared>,
}

/// One layer.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attributes>,
    pub(crate) shapes: Shapes,
}

#[derive(Debug)]
pub(crate) enum Shapes {
    Areas {
        coverage: Box<Coverage>,
        /// The places of the names, each with the number of its area and the lowest zoom that
        /// shows it, sorted by tile of the deepest zoom.
        labels: Vec<Label>,
    },
    Points(Clusters),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Label {
    pub(crate) at: Fine,
    area: u32,
    pub(crate) lowest: u8,
}

impl TileSource {
    /// Makes layers ready: cuts areas into arcs, simplifies those for every zoom, gathers points.
    ///
    /// # Errors
    ///
    /// [`InputError`]: a layer without a name or with another's, a coordinate that is not in
    /// degrees.
    pub fn prepare(layers: Vec<InputLayer>) -> Result<Self, InputError> {
        check(&layers)?;
        Ok(Self { layers: layers.into_par_iter().map(Prepared::of).collect() })
    }

    /// The names of the layers, in the order they were given. Labels are not listed.
    pub fn layer_names(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().map(|layer| layer.name.as_str())
    }

    /// The bytes of one tile with the layers of the given numbers, not compressed; none where
    /// they have nothing there. Numbers that are no layer's are passed over.
    ///
    /// The first tile of a zoom takes the time to draw the zoom; [`Self::draw`] does it before.
    pub fn tile(&self, tile: TileCoord, layers: &[usize]) -> Option<Vec<u8>> {
        let named = |layer: usize| (layer, self.layers.get(layer).map_or("", |l| l.name.as_str()));
        self.tile_as(tile, &layers.iter().map(|&layer| named(layer)).collect::<Vec<_>>())
    }

    /// The same, with the names that the layers are to have in the tile. Tiles written one after
    /// the other are one tile with the layers of both.
    pub fn tile_as(&self, tile: TileCoord, layers: &[(usize, &str)]) -> Option<Vec<u8>> {
        let mut out = Tile::at(origin(tile));
        for (layer, name) in
            layers.iter().filter_map(|(l, name)| Some((self.layers.get(*l)?, name)))
        {
            // Only a tile beyond the format's 32-bit counts is refused; such a layer is left out.
            let _ = layer.write(name, tile, &mut out);
        }
        out.finish()
    }

    /// Draws a zoom of the given layers, so that its tiles are ready to be cut.
    pub fn draw(&self, zoom: u8, layers: &[usize]) {
        for layer in layers.iter().filter_map(|&number| self.layers.get(number)) {
            if let Shapes::Areas { coverage, .. } = &layer.shapes {
                coverage.at(zoom);
            }
        }
    }
}

impl Prepared {
    fn of(layer: InputLayer) -> Self {
        let InputLayer { name, features } = layer;
        match features {
            Features::Areas(areas) => {
                let coverage = Box::new(Coverage::of(areas.iter().map(|(_, area)| area)));
                let labels = labels_of(&coverage);
                let attributes = areas.into_iter().map(|(attributes, _)| attributes).collect();
                Self { name, attributes, shapes: Shapes::Areas { coverage, labels } }
            }
            Features::Points(points) => {
                let fine = |p: &geo::Point| Mercator::from_degrees(p.x(), p.y()).to_fine();
                let places: Vec<Fine> = points.iter().map(|(_, point)| fine(point)).collect();
                let attributes = points.into_iter().map(|(attributes, _)| attributes).collect();
                Self { name, attributes, shapes: Shapes::Points(Clusters::of(&places)) }
            }
        }
    }

    fn write(&self, name: &str, tile: TileCoord, out: &mut Tile) -> fast_mvt::MvtResult<()> {
        let zoom = tile.zoom();
        match &self.shapes {
            Shapes::Areas { coverage, labels } => {
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
            Shapes::Points(clusters) => {
                let points = clusters.in_tile(zoom, tile.place()).map(|cluster| Feature {
                    attributes: &self.attributes[cluster.first as usize],
                    shape: Shape::Point(unit_of(cluster.at, zoom)),
                    count: Some(cluster.count),
                });
                out.add_layer(name, points)
            }
        }
    }
}

/// The labels of a coverage, sorted by column and row of their tile at the deepest zoom.
fn labels_of(coverage: &Coverage) -> Vec<Label> {
    let mut labels: Vec<Label> = coverage
        .middles()
        .iter()
        .enumerate()
        .filter_map(|(area, middle)| {
            let middle = middle.as_ref()?;
            let fits =
                |zoom: &u8| middle.radius >= LABEL_RADIUS * f64::from(1_u32 << unit_shift(*zoom));
            let lowest = (0..MAX_ZOOM).find(fits).unwrap_or(MAX_ZOOM);
            Some(Label { at: middle.at, area: area as u32, lowest })
        })
        .collect();
    labels.sort_by_key(|label| tile_of(label.at, MAX_ZOOM));
    labels
}

/// The labels that a tile shows.
pub(crate) fn labels_in(labels: &[Label], tile: TileCoord) -> impl Iterator<Item = Label> {
    let deeper = MAX_ZOOM - tile.zoom();
    let (column, row) = tile.place();
    let columns = column << deeper..(column + 1) << deeper;
    let place = |label: &Label| tile_of(label.at, MAX_ZOOM);
    let from = labels.partition_point(|label| place(label).0 < columns.start);
    let until = labels.partition_point(|label| place(label).0 < columns.end);
    labels[from..until]
        .iter()
        .filter(move |label| label.lowest <= tile.zoom() && place(label).1 >> deeper == row)
        .copied()
}

/// Column and row of the tiles of a zoom that show labels.
pub(crate) fn labels_at(labels: &[Label], zoom: u8) -> impl Iterator<Item = (i32, i32)> {
    labels
        .iter()
        .filter(move |label| label.lowest <= zoom)
        .map(move |label| tile_of(label.at, zoom))
}
