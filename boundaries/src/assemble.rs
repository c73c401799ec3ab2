//! From a catalogue to the contents of an atlas.
//!
//! 1. Read postcodes and addresses first, because sites may be placed by postcode.
//! 2. Load every file of polygons or points and check it with [`validity`], all files in parallel.
//! 3. Read every CSV of sites. Of files and sites, leave out what does not lie `within` its layer.
//! 4. Compose layers, each after the layers it refers to.
//! 5. Check that every layer declared a coverage is one.
//!
//! Every step adds its faults to the report. The result is `None` if the report has errors: nothing
//! is built from an incomplete catalogue.

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
use crate::load::within::{WithinFilter, left_out};
use crate::load::{load_polygons, load_vector};
use crate::position::Bng;
use crate::postcode::Postcode;
use crate::progress::Progress;
use crate::validity::{self, coverage};

/// Reads everything that a catalogue names.
///
/// Returns `None` if the report has an error.
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
    let mut filters: HashMap<LayerId, WithinFilter> = HashMap::new();
    // Layers with a `within` come after the layers they refer to.
    for second in [false, true] {
        let turn: Vec<usize> = (0..layers.len())
            .filter(|index| catalogue.layers[*index].within.is_some() == second)
            .collect();
        let read: Vec<(usize, Option<Layer>, Report)> = turn
            .into_par_iter()
            .map(|index| {
                let mut report = Report::default();
                let spec = &catalogue.layers[index];
                let layer = read_layer(spec, &postcodes, &filters, &mut report);
                progress.advance(1);
                (index, layer, report)
            })
            .collect();
        for (index, layer, of_layer) in read {
            layers[index] = layer;
            report.extend(of_layer);
        }
        if !second {
            filters = within_filters(catalogue, &layers);
        }
    }
    let (mut postcodes, mut addresses) = (postcodes, addresses);
    let within = catalogue.postcodes.as_ref().and_then(|spec| spec.within.as_ref());
    keep_within(&mut postcodes, "postcodes", within, &filters, |record| record.position, report);
    let within = catalogue.addresses.as_ref().and_then(|spec| spec.within.as_ref());
    keep_within(&mut addresses, "addresses", within, &filters, |a| Some(a.position), report);
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

/// Reads a layer from its file. Returns `None` for a composed layer and for a refused one.
fn read_layer(
    spec: &LayerSpec,
    postcodes: &[PostcodeRecord],
    filters: &HashMap<LayerId, WithinFilter>,
    report: &mut Report,
) -> Option<Layer> {
    let meta = spec.meta.clone();
    let within = match &spec.within {
        None => None,
        // The faults of a refused `within` layer are already in the report.
        Some(within) => Some((within, filters.get(&within.layer)?)),
    };
    let layer = match &spec.source {
        LayerSource::Vector(source) => {
            let mut raw = load_vector(source, &meta.id, report)?;
            if let Some((within, filter)) = within {
                raw.features.retain(|feature| filter.may_contain(feature, within.margin_m));
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
    let Some((within, filter)) = within else { return Some(layer) };
    let (layer, fault) = filter.filter(&layer, within);
    if let Some(fault) = fault {
        report.add(fault);
    }
    Some(layer)
}

/// Returns a filter for every layer that a `within` names.
fn within_filters(
    catalogue: &Catalogue,
    layers: &[Option<Layer>],
) -> HashMap<LayerId, WithinFilter> {
    let of_layers = catalogue.layers.iter().filter_map(|spec| spec.within.as_ref());
    let of_postcodes = catalogue.postcodes.iter().filter_map(|spec| spec.within.as_ref());
    let of_addresses = catalogue.addresses.iter().filter_map(|spec| spec.within.as_ref());
    let named: HashSet<&LayerId> =
        of_layers.chain(of_postcodes).chain(of_addresses).map(|within| &within.layer).collect();
    layers
        .iter()
        .flatten()
        .filter(|layer| named.contains(&layer.meta().id))
        .map(|layer| (layer.meta().id.clone(), WithinFilter::of(layer)))
        .collect()
}

/// Removes the points outside their `within` layer. Points without a position stay, because their
/// location is unknown.
fn keep_within<T: Send + Sync>(
    points: &mut Vec<T>,
    what: &str,
    within: Option<&Within>,
    filters: &HashMap<LayerId, WithinFilter>,
    position: impl Fn(&T) -> Option<Bng> + Sync,
    report: &mut Report,
) {
    let Some(within) = within else { return };
    let Some(filter) = filters.get(&within.layer) else { return };
    let keep: Vec<bool> = points
        .par_iter()
        .map(|point| position(point).is_none_or(|at| filter.contains(at, within.margin_m)))
        .collect();
    let before = points.len();
    let mut keep = keep.into_iter();
    points.retain(|_| keep.next().unwrap_or(true));
    if let Some(fault) = left_out(what, before, points.len(), within) {
        report.add(fault);
    }
}

/// Composes layers, each after the layers it takes areas from.
///
/// Composes nothing if any layer was refused: reports of missing members would only repeat that.
fn compose_layers(
    catalogue: &Catalogue,
    layers: &mut [Option<Layer>],
    report: &mut Report,
    progress: &dyn Progress,
) {
    let mut waiting: Vec<(usize, &LayerSpec, Definition)> = Vec::new();
    let mut refused = false;
    for (index, spec) in catalogue.layers.iter().enumerate() {
        let LayerSource::Compose(file) = &spec.source else {
            refused |= layers[index].is_none();
            continue;
        };
        match Definition::read(file) {
            Ok(definition) => waiting.push((index, spec, definition)),
            Err(error) => {
                refused = true;
                report.extend(compose::faults_of(&error, &spec.meta.id));
            }
        }
    }
    progress.begin("composing layers", waiting.len() as u64);
    while !refused && !waiting.is_empty() {
        let ids: Vec<_> = waiting.iter().map(|(_, spec, _)| spec.meta.id.clone()).collect();
        // Next comes a definition that waits for no other. If all wait for each other, compose the
        // first anyway, so that it reports which of its layers is missing.
        let waits = |(_, spec, definition): &(usize, &LayerSpec, Definition)| {
            definition.layers().into_iter().any(|id| *id != spec.meta.id && ids.contains(id))
        };
        let next = waiting.iter().position(|composed| !waits(composed)).unwrap_or(0);
        let (index, spec, definition) = waiting.remove(next);
        let id = &spec.meta.id;
        let ready: Vec<&Layer> = layers.iter().flatten().collect();
        let mut read = |path: &Path, report: &mut Report| load_polygons(path, id, report);
        let composed = compose::compose(&definition, &ready, spec.meta.clone(), &mut read, report);
        refused |= composed.is_none();
        layers[index] = composed;
        progress.advance(1);
    }
}

/// Checks every layer that is declared a coverage.
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
    let index = postcodes.binary_search_by_key(&postcode, |record| record.postcode).ok()?;
    postcodes[index].position
}
