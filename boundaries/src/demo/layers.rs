//! Conversion of groups of blocks and sites to layers with metadata.

use std::collections::BTreeMap;

use geo::MultiPolygon;

use super::land::Land;
use super::lattice::{Lattice, NOBODY};
use super::towns::Town;
use super::trace::trace;
use super::{ATTRIBUTION, LICENCE};
use crate::area::{Area, Properties, Site};
use crate::code::AreaCode;
use crate::layer::{Completeness, Layer, LayerId, LayerMeta, Resolution, Vintage};

/// The county to be labelled.
pub(super) struct County<'a> {
    pub(super) lattice: &'a Lattice,
    pub(super) land: &'a Land,
    pub(super) towns: &'a [Town],
    pub(super) seed: u64,
}

impl County<'_> {
    /// Returns the metadata of a layer of areas.
    pub(super) fn layer(&self, name: &str, title: &str, coverage: bool) -> LayerMeta {
        LayerMeta {
            coverage,
            complete: Completeness::Everywhere,
            resolution: Some(Resolution::Bfc),
            ..meta(name, title, self.seed)
        }
    }

    pub(super) fn areas(
        &self,
        meta: LayerMeta,
        labels: &[u32],
        codes: &[AreaCode],
        describe: impl Fn(usize) -> (String, Properties),
    ) -> Layer {
        let geometries: Vec<MultiPolygon<f64>> =
            trace(self.lattice, &self.land.all, labels, codes.len());
        let areas = geometries
            .into_iter()
            .zip(codes)
            .enumerate()
            .map(|(i, (geometry, code))| {
                let (name, properties) = describe(i);
                Area::from_valid(code.clone(), name, properties, geometry)
            })
            .collect();
        Layer::of_areas(meta, areas)
    }

    /// Returns the town whose inner part covers more than half of each ward.
    pub(super) fn town_of_each(&self, ward: &[u32], count: usize) -> Vec<Option<usize>> {
        let mut blocks = vec![0; count];
        let mut urban: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); count];
        for &block in &self.land.all {
            blocks[ward[block] as usize] += 1;
        }
        for (number, town) in self.towns.iter().enumerate() {
            for block in town.inner(self.lattice).into_iter().filter(|&b| ward[b] != NOBODY) {
                *urban[ward[block] as usize].entry(number).or_default() += 1;
            }
        }
        urban
            .into_iter()
            .zip(blocks)
            .map(|(towns, all)| towns.into_iter().find(|&(_, n)| 2 * n > all).map(|(town, _)| town))
            .collect()
    }
}

/// Creates the layer of GP practices.
pub(super) fn practices(sites: Vec<Site>, seed: u64) -> Layer {
    Layer::of_sites(meta("gp_practice", "GP practices", seed), sites)
}

/// Creates the layer of community assets.
pub(super) fn assets(sites: Vec<Site>, seed: u64) -> Layer {
    Layer::of_sites(meta("asset", "Community assets", seed), sites)
}

fn meta(name: &str, title: &str, seed: u64) -> LayerMeta {
    LayerMeta {
        id: id(name),
        series: id(name),
        title: title.to_owned(),
        vintage: Vintage::default(),
        resolution: None,
        coverage: false,
        complete: Completeness::Unknown,
        licence: Some(LICENCE.to_owned()),
        attribution: Some(ATTRIBUTION.to_owned()),
        source: format!("generated from seed {seed}"),
    }
}

pub(super) fn id(name: &str) -> LayerId {
    LayerId::parse(name).expect("layer names in this module are valid")
}

pub(super) fn parse(code: &str) -> AreaCode {
    AreaCode::parse(code).expect("letters and digits are valid")
}

/// Returns codes in the form of GSS codes: a prefix and a number, nine characters in all.
pub(super) fn numbered(beginning: &str, count: usize) -> Vec<AreaCode> {
    (1..=count).map(|number| parse(&format!("{beginning}{number:05}"))).collect()
}
