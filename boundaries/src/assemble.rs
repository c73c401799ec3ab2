//! A catalogue to the contents of an atlas: the whole way of the files, once.
//!
//! 1. the postcodes and the addresses are read, since sites may be placed by postcode;
//! 2. every file of polygons or points is loaded and passes [`validity`], all files at once;
//! 3. every CSV of sites is read;
//! 4. composed layers are put together, each when the layers it names are there;
//! 5. every layer declared a coverage is checked to be one.
//!
//! Every fault of every step goes into the report, and only a report without errors gives
//! contents: nothing is built from half of what a catalogue names.

use rayon::prelude::*;

use crate::atlas::{Contents, Provenance};
use crate::catalogue::{Catalogue, LayerSource, LayerSpec};
use crate::fault::Report;
use crate::gazetteer::PostcodeRecord;
use crate::layer::Layer;
use crate::load::addresses::load_addresses;
use crate::load::load_vector;
use crate::load::postcodes::load_postcodes;
use crate::load::sites::load_sites;
use crate::position::Bng;
use crate::postcode::Postcode;
use crate::progress::Progress;
use crate::validity;

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
    let read: Vec<(Option<Layer>, Report)> = catalogue
        .layers
        .par_iter()
        .map(|spec| {
            let mut report = Report::default();
            let layer = read_layer(spec, &postcodes, &mut report);
            progress.advance(1);
            (layer, report)
        })
        .collect();
    let mut layers: Vec<Option<Layer>> = Vec::new();
    for (layer, of_layer) in read {
        layers.push(layer);
        report.extend(of_layer);
    }
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
    })
}

/// Reads a layer from its file; `None` for a composed one, and for one that is refused.
fn read_layer(
    spec: &LayerSpec,
    postcodes: &[PostcodeRecord],
    report: &mut Report,
) -> Option<Layer> {
    let meta = spec.meta.clone();
    match &spec.source {
        LayerSource::Vector(source) => {
            let raw = load_vector(source, &meta.id, report)?;
            validity::admit(raw, meta, report)
        }
        LayerSource::Sites(source) => {
            let position_of = |postcode| position_of(postcodes, postcode);
            let sites = load_sites(source, &meta.id, &position_of, report);
            Some(Layer::of_sites(meta, sites))
        }
        LayerSource::Compose(_) => None,
    }
}

fn position_of(postcodes: &[PostcodeRecord], postcode: Postcode) -> Option<Bng> {
    let place = postcodes.binary_search_by_key(&postcode, |record| record.postcode).ok()?;
    postcodes[place].position
}
