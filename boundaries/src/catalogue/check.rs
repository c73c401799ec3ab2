//! Checks across all layers: duplicate ids, `within` references, and the series of vintages.

use std::collections::BTreeMap;

use crate::layer::{LayerId, LayerMeta, Vintage};
use crate::manifest::{Keys, Manifest};

use super::layers::PlacedLayer;
use super::{LayerSource, LayerSpec, PositionColumns, SitesFormat, SitesSource, Within};

/// Records the problems that concern more than one layer.
pub(super) fn check_layers(
    manifest: &Manifest<'_>,
    layers: &[PlacedLayer<'_, '_>],
    has_postcodes: bool,
) {
    check_ids(manifest, layers);
    for layer in layers {
        if is_placed_by_postcode(&layer.spec) && !has_postcodes {
            layer.keys.refuse(
                "source",
                format!(
                    "layer {} places its sites by postcode: add [postcodes] to the catalogue",
                    layer.spec.meta.id
                ),
            );
        }
        check_series(layer, layers);
        if let Some(within) = &layer.spec.within {
            check_within(within, layers, |message| layer.keys.refuse("within", message));
        }
    }
    check_dates(layers);
}

/// Returns the series that a lookup answers by default. Each is the id of a layer of areas that is
/// the first of its series.
pub(super) fn read_lookup(
    keys: &Keys<'_, '_>,
    names: &[String],
    layers: &[PlacedLayer<'_, '_>],
) -> Vec<LayerId> {
    let series: Vec<&LayerMeta> = layers
        .iter()
        .filter(|layer| !matches!(layer.spec.source, LayerSource::Sites(_)))
        .map(|layer| &layer.spec.meta)
        .filter(|meta| meta.series == meta.id)
        .collect();
    let mut lookup = Vec::new();
    for name in names {
        if let Some(meta) = series.iter().find(|meta| meta.id.as_str() == name) {
            lookup.push(meta.id.clone());
        } else {
            let known: Vec<&str> = series.iter().map(|meta| meta.id.as_str()).collect();
            let known = known.join(", ");
            keys.refuse(
                    "lookup",
                    format!("`lookup` names {name:?}, which is not a layer of areas in this catalogue; choose from {known}"),
                );
        }
    }
    lookup
}

/// Checks that the layer of a `within` exists, has areas read from a file, and is not cut itself.
pub(super) fn check_within(
    within: &Within,
    layers: &[PlacedLayer<'_, '_>],
    refuse: impl Fn(String),
) {
    let id = &within.layer;
    match layers.iter().find(|layer| layer.spec.meta.id == *id) {
        None => refuse(format!("`within` names the layer {id}, which the catalogue does not have")),
        Some(ground) if !matches!(ground.spec.source, LayerSource::Vector(_)) => {
            refuse(format!("`within` names {id}, which is not a layer of areas read from a file"));
        }
        Some(ground) if ground.spec.within.is_some() => {
            refuse(format!(
                "`within` names {id}, which has a `within` itself: name a layer without one"
            ));
        }
        Some(_) => {}
    }
}

fn is_placed_by_postcode(spec: &LayerSpec) -> bool {
    matches!(
        &spec.source,
        LayerSource::Sites(SitesSource {
            format: SitesFormat::OdsEpraccur { .. }
                | SitesFormat::Columns { position: PositionColumns::Postcode(_), .. },
            ..
        })
    )
}

fn check_ids(manifest: &Manifest<'_>, layers: &[PlacedLayer<'_, '_>]) {
    for (at, layer) in layers.iter().enumerate() {
        let id = &layer.spec.meta.id;
        if layers[..at].iter().any(|earlier| earlier.spec.meta.id == *id) {
            manifest.note(
                layer.keys.offset(),
                format!("the id {id} is used twice: give every layer its own id"),
            );
        }
    }
}

/// Checks that `vintage_of` names the first layer of a series, that both hold areas or both hold
/// sites, and that the layer has dates.
fn check_series(layer: &PlacedLayer<'_, '_>, layers: &[PlacedLayer<'_, '_>]) {
    let meta = &layer.spec.meta;
    if !layer.keys.has("vintage_of") {
        return;
    }
    let refuse = |message: String| layer.keys.refuse("vintage_of", message);
    if meta.series == meta.id {
        refuse(format!("layer {} cannot be a vintage of itself", meta.id));
        return;
    }
    let Some(first) = layers.iter().find(|other| other.spec.meta.id == meta.series) else {
        refuse(format!(
            "`vintage_of` names the layer {}, which the catalogue does not have",
            meta.series
        ));
        return;
    };
    if first.spec.meta.series != first.spec.meta.id {
        refuse(format!(
            "layer {} is itself a vintage of {}: name {} instead",
            meta.series, first.spec.meta.series, first.spec.meta.series
        ));
    }
    let is_sites = |spec: &LayerSpec| matches!(spec.source, LayerSource::Sites(_));
    if is_sites(&first.spec) != is_sites(&layer.spec) {
        refuse(format!(
            "{} and {} cannot be one series: one holds areas, the other sites",
            meta.id, meta.series
        ));
    }
    if meta.vintage == Vintage::default() {
        refuse(format!(
            "layer {} is a vintage of {} and has no dates: give `valid_from`, `valid_to` or both",
            meta.id, meta.series
        ));
    }
}

/// Checks that at most one vintage of a series is in force on any day.
fn check_dates(layers: &[PlacedLayer<'_, '_>]) {
    let mut series: BTreeMap<&LayerId, Vec<&PlacedLayer<'_, '_>>> = BTreeMap::new();
    for layer in layers {
        series.entry(&layer.spec.meta.series).or_default().push(layer);
    }
    for vintages in series.into_values() {
        for (at, later) in vintages.iter().enumerate() {
            for earlier in &vintages[..at] {
                let (a, b) = (&earlier.spec.meta, &later.spec.meta);
                if a.id != b.id && vintages_overlap(a.vintage, b.vintage) {
                    later.keys.refuse("valid_from", overlap_message(a, b));
                }
            }
        }
    }
}

fn vintages_overlap(a: Vintage, b: Vintage) -> bool {
    let starts_before_end = |from: Vintage, to: Vintage| match (from.valid_from, to.valid_to) {
        (Some(from), Some(to)) => from < to,
        _ => true,
    };
    starts_before_end(a, b) && starts_before_end(b, a)
}

fn overlap_message(a: &LayerMeta, b: &LayerMeta) -> String {
    let dates = |vintage: Vintage| {
        let day = |day: Option<jiff::civil::Date>| day.map_or("…".to_owned(), |d| d.to_string());
        format!("{} to {}", day(vintage.valid_from), day(vintage.valid_to))
    };
    format!(
        "layers {} ({}) and {} ({}) are vintages of one series and in force at the same time: set \
         the `valid_to` of the earlier to the `valid_from` of the later",
        a.id,
        dates(a.vintage),
        b.id,
        dates(b.vintage)
    )
}

/// Drops the layers' locations in the file, after reporting the keys that were never read.
pub(super) fn settle(layers: Vec<PlacedLayer<'_, '_>>) -> Vec<LayerSpec> {
    layers
        .into_iter()
        .map(|PlacedLayer { keys, spec }| {
            keys.finish();
            spec
        })
        .collect()
}
