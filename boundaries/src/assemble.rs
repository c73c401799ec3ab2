//! A catalogue to the contents of an atlas: the whole way of the files, once.
//!
//! 1. the postcodes and the addresses are read, since sites may be placed by postcode;
//! 2. every file of polygons or points is loaded and passes [`validity`], all files at once;
//! 3. every CSV of sites is read;
//!    of both, what does not lie `within` the ground it must lie on is left out;
//! 4. composed layers are put together, each when the layers it names are there;
//! 5. every layer declared a coverage is checked to be one.
//!
//! Every fault of every step goes into the report, and only a report without errors gives
//! contents: nothing is built from half of what a catalogue names.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use crate::atlas::{Contents, Provenance};
use crate::catalogue::{Catalogue, LayerSource, LayerSpec, Within};
use crate::compose::{self, Definition};
use crate::fault::Report;
use crate::gazetteer::PostcodeRecord;
use crate::layer::{Layer, LayerId};
use crate::load::addresses::load_addresses;
use crate::load::postcodes::load_postcodes;
use crate::load::sites::load_sites;
use crate::load::within::{Ground, left_out};
use crate::load::{load_ground, load_vector};
use crate::position::Bng;
use crate::postcode::Postcode;
use crate::progress::Progress;
use crate::validity::{self, coverage};

/// Reads everything that a catalogue names.
///
/// `None` when the report holds an error; then nothing may be built.
pub fn contents(
    catalogue: &Catalogue,
    report: &mut Report,
    progress: &dyn Progress,
) -> Option<Contents> {
    progress.begin("reading postcodes", 1);
    let postcodes =
        catalogue.postcodes.as_ref().map(|s| load_postcodes(s, report)).unwrap_or_default();
    let addresses =
        catalogue.addresses.as_ref().map(|s| load_addresses(s, report)).unwrap_or_default();
    progress.advance(1);

    progress.begin("reading layers", catalogue.layers.len() as u64);
    let mut layers: Vec<Option<Layer>> = catalogue.layers.iter().map(|_| None).collect();
    let mut grounds: HashMap<LayerId, Ground> = HashMap::new();
    // Layers that lie within others come after those.
    for second in [false, true] {
        let turn: Vec<usize> = (0..layers.len())
            .filter(|place| catalogue.layers[*place].within.is_some() == second)
            .collect();
        let read: Vec<(usize, Option<Layer>, Report)> = turn
            .into_par_iter()
            .map(|place| {
                let mut report = Report::default();
                let spec = &catalogue.layers[place];
                let layer = read_layer(spec, &postcodes, &grounds, &mut report);
                progress.advance(1);
                (place, layer, report)
            })
            .collect();
        for (place, layer, of_layer) in read {
            layers[place] = layer;
            report.extend(of_layer);
        }
        if !second {
            grounds = grounds_of(catalogue, &layers);
        }
    }
    let (mut postcodes, mut addresses) = (postcodes, addresses);
    let within = catalogue.postcodes.as_ref().and_then(|spec| spec.within.as_ref());
    keep_within(&mut postcodes, "postcodes", within, &grounds, |record| record.position, report);
    let within = catalogue.addresses.as_ref().and_then(|spec| spec.within.as_ref());
    keep_within(&mut addresses, "addresses", within, &grounds, |a| Some(a.position), report);
    compose_layers(catalogue, &mut layers, report, progress);
    check_coverages(&layers, report, progress);
    if report.has_errors() {
        return None;
    }
    let provenance = |licence: &Option<String>, attribution: &Option<String>| Provenance {
        licence: licence.clone(),
        attribution: attribution.clone(),
    };
    let postcodes_from = catalogue.postcodes.as_ref();
    let addresses_from = catalogue.addresses.as_ref();
    Some(Contents {
        title: catalogue.title.clone(),
        illustrative: false,
        layers: layers.into_iter().flatten().collect(),
        lookup: catalogue.lookup.clone(),
        postcodes,
        addresses,
        postcodes_from: postcodes_from
            .map(|s| provenance(&s.licence, &s.attribution))
            .unwrap_or_default(),
        addresses_from: addresses_from
            .map(|s| provenance(&s.licence, &s.attribution))
            .unwrap_or_default(),
        cell_index: catalogue.cell_index,
    })
}

/// Reads a layer from its file; `None` for a composed one, and for one that is refused.
fn read_layer(
    spec: &LayerSpec,
    postcodes: &[PostcodeRecord],
    grounds: &HashMap<LayerId, Ground>,
    report: &mut Report,
) -> Option<Layer> {
    let meta = spec.meta.clone();
    let within = match &spec.within {
        None => None,
        // A ground that was refused has said why.
        Some(within) => Some((within, grounds.get(&within.layer)?)),
    };
    let layer = match &spec.source {
        LayerSource::Vector(source) => {
            let mut raw = load_vector(source, &meta.id, report)?;
            if let Some((within, ground)) = within {
                raw.features.retain(|feature| ground.may_hold(feature, within.margin_m));
            }
            validity::admit(raw, meta, report)?
        }
        LayerSource::Sites(source) => {
            let position_of = |postcode| position_of(postcodes, postcode);
            let sites = load_sites(source, &meta.id, &position_of, report);
            Layer::of_sites(meta, sites)
        }
        LayerSource::Compose(_) => return None,
    };
    let Some((within, ground)) = within else { return Some(layer) };
    let (layer, fault) = ground.choose(&layer, within);
    if let Some(fault) = fault {
        report.add(fault);
    }
    Some(layer)
}

/// The ground of every layer that a `within` names.
fn grounds_of(catalogue: &Catalogue, layers: &[Option<Layer>]) -> HashMap<LayerId, Ground> {
    let of_layers = catalogue.layers.iter().filter_map(|spec| spec.within.as_ref());
    let of_postcodes = catalogue.postcodes.iter().filter_map(|spec| spec.within.as_ref());
    let of_addresses = catalogue.addresses.iter().filter_map(|spec| spec.within.as_ref());
    let named: HashSet<&LayerId> =
        of_layers.chain(of_postcodes).chain(of_addresses).map(|within| &within.layer).collect();
    layers
        .iter()
        .flatten()
        .filter(|layer| named.contains(&layer.meta().id))
        .map(|layer| (layer.meta().id.clone(), Ground::of(layer)))
        .collect()
}

/// Leaves out the points that do not lie on the ground they must lie on. What has no position
/// stays: nobody knows where it is.
fn keep_within<T: Send + Sync>(
    points: &mut Vec<T>,
    what: &str,
    within: Option<&Within>,
    grounds: &HashMap<LayerId, Ground>,
    position: impl Fn(&T) -> Option<Bng> + Sync,
    report: &mut Report,
) {
    let Some(within) = within else { return };
    let Some(ground) = grounds.get(&within.layer) else { return };
    let keep: Vec<bool> = points
        .par_iter()
        .map(|point| position(point).is_none_or(|at| ground.holds(at, within.margin_m)))
        .collect();
    let before = points.len();
    let mut keep = keep.into_iter();
    points.retain(|_| keep.next().unwrap_or(true));
    if let Some(fault) = left_out(what, before, points.len(), within) {
        report.add(fault);
    }
}

/// Puts the composed layers together, each after the layers it takes areas from.
///
/// Nothing is composed while a layer is refused: that its areas are missing would be no news.
fn compose_layers(
    catalogue: &Catalogue,
    layers: &mut [Option<Layer>],
    report: &mut Report,
    progress: &dyn Progress,
) {
    let mut waiting: Vec<(usize, &LayerSpec, Definition)> = Vec::new();
    let mut refused = false;
    for (place, spec) in catalogue.layers.iter().enumerate() {
        let LayerSource::Compose(file) = &spec.source else {
            refused |= layers[place].is_none();
            continue;
        };
        match Definition::read(file) {
            Ok(definition) => waiting.push((place, spec, definition)),
            Err(error) => {
                refused = true;
                report.extend(compose::faults_of(&error, &spec.meta.id));
            }
        }
    }
    progress.begin("composing layers", waiting.len() as u64);
    while !refused && !waiting.is_empty() {
        let ids: Vec<_> = waiting.iter().map(|(_, spec, _)| spec.meta.id.clone()).collect();
        // A definition that waits for no other is next. If all wait for each other, the first is
        // tried all the same, and says which of its layers is not there.
        let waits = |(_, spec, definition): &(usize, &LayerSpec, Definition)| {
            definition.layers().into_iter().any(|id| *id != spec.meta.id && ids.contains(id))
        };
        let next = waiting.iter().position(|composed| !waits(composed)).unwrap_or(0);
        let (place, spec, definition) = waiting.remove(next);
        let id = &spec.meta.id;
        let ready: Vec<&Layer> = layers.iter().flatten().collect();
        let mut read = |path: &Path, report: &mut Report| load_ground(path, id, report);
        let composed = compose::compose(&definition, &ready, spec.meta.clone(), &mut read, report);
        refused |= composed.is_none();
        layers[place] = composed;
        progress.advance(1);
    }
}

/// Checks that every layer declared a coverage is one.
fn check_coverages(layers: &[Option<Layer>], report: &mut Report, progress: &dyn Progress) {
    let coverages: Vec<&Layer> =
        layers.iter().flatten().filter(|layer| layer.meta().coverage).collect();
    progress.begin("checking coverages", coverages.len() as u64);
    let checked: Vec<Report> = coverages
        .par_iter()
        .map(|layer| {
            let mut report = Report::default();
            coverage::check(layer, layer.meta().drawing_error_m(), &mut report);
            progress.advance(1);
            report
        })
        .collect();
    for of_layer in checked {
        report.extend(of_layer);
    }
}

fn position_of(postcodes: &[PostcodeRecord], postcode: Postcode) -> Option<Bng> {
    let place = postcodes.binary_search_by_key(&postcode, |record| record.postcode).ok()?;
    postcodes[place].position
}
