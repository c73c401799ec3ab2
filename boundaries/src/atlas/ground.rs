//! Where a layer answers: whether a place in none of its areas is certainly in none.

use super::{Atlas, AtlasLayer};
use crate::cells::CellIndex;
use crate::confidence::Ground;
use crate::gazetteer::Address;
use crate::layer::{Completeness, LayerId, LayerMeta};
use crate::position::Bng;

/// Where one layer answers, from the metadata of all.
#[derive(Clone, Copy, Debug)]
pub(super) struct LayerGround {
    complete: Complete,
    /// [`Ground::edge_error_m`].
    edge_error_m: f64,
}

/// [`Completeness`], with the layer of its region by place in the atlas.
#[derive(Clone, Copy, Debug)]
enum Complete {
    Unknown,
    Everywhere,
    Within(usize),
}

impl LayerGround {
    /// The ground of a layer that stands alone.
    pub(super) const UNKNOWN: Self = Self { complete: Complete::Unknown, edge_error_m: 0.0 };

    /// What is known at a place. `covers` is true for a layer whose areas contain the place: for a
    /// postcode by addresses, every one of them.
    #[inline]
    pub(super) fn at(self, is_outside: bool, covers: impl FnOnce(usize) -> bool) -> Ground {
        let is_complete = match self.complete {
            Complete::Unknown => false,
            Complete::Everywhere => true,
            Complete::Within(region) => covers(region),
        };
        Ground { is_outside, is_complete, edge_error_m: self.edge_error_m }
    }
}

/// Sets the ground of each layer.
pub(super) fn set_grounds(layers: &mut [AtlasLayer]) {
    let metas = || layers.iter().map(|layer| layer.layer.meta());
    let coarsest_other_m = |id: &LayerId| {
        let others = layers.iter().filter(|layer| layer.layer.is_areas());
        let others = others.map(|layer| layer.layer.meta()).filter(|meta| meta.id != *id);
        others.map(LayerMeta::drawing_error_m).fold(0.0, f64::max)
    };
    let of_layer = |meta: &LayerMeta| LayerGround {
        complete: match &meta.complete {
            Completeness::Unknown => Complete::Unknown,
            Completeness::Everywhere => Complete::Everywhere,
            // Without its region nothing is known.
            Completeness::Within(id) => metas()
                .position(|other| other.id == *id)
                .map_or(Complete::Unknown, Complete::Within),
        },
        edge_error_m: if meta.coverage {
            meta.drawing_error_m() + coarsest_other_m(&meta.id)
        } else {
            0.0
        },
    };
    let grounds: Vec<LayerGround> = metas().map(of_layer).collect();
    for (layer, ground) in layers.iter_mut().zip(grounds) {
        layer.ground = ground;
    }
}

impl Atlas {
    /// What is known of a layer at a place, besides its areas there. `found` are the layers that have
    /// an area there.
    #[inline]
    pub fn ground_among(
        &self,
        layer: usize,
        found: &(impl Iterator<Item = usize> + Clone),
    ) -> Ground {
        let is_outside = found.clone().next().is_none();
        self.layers[layer].ground.at(is_outside, |region| found.clone().any(|of| of == region))
    }

    /// What is known of a layer at a position, besides its areas there.
    pub fn ground_at(&self, layer: usize, at: Bng) -> Ground {
        self.ground_among(layer, &layers_at(&self.cells, at).into_iter())
    }

    /// The same for a postcode at a position with addresses. It is outside if none of these is in any
    /// area.
    pub fn ground_of_addresses(&self, layer: usize, at: Bng, addresses: &[Address]) -> Ground {
        let of_each: Vec<Vec<usize>> =
            addresses.iter().map(|address| layers_at(&self.cells, address.position)).collect();
        let is_outside = of_each.iter().all(Vec::is_empty) && self.is_outside_all(at);
        let covers = |region| of_each.iter().all(|layers| layers.contains(&region));
        self.layers[layer].ground.at(is_outside, covers)
    }
}

/// The layers with an area that contains a position.
fn layers_at(cells: &CellIndex, at: Bng) -> Vec<usize> {
    let mut layers = Vec::new();
    cells.locate(at, |layer, _, _| layers.push(layer));
    layers
}
