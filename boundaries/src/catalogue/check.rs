//! What only all layers together can show: ids used twice, and the series of vintages.

use std::collections::BTreeMap;

use crate::layer::{LayerId, LayerMeta, Vintage};
use crate::manifest::{Keys, Manifest};

use super::read::PlacedLayer;
use super::{LayerSource, LayerSpec, PositionColumns, SitesFormat, SitesSource, Within};

/// Notes what is wrong between the layers.
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
                    "the sites of layer {} are placed by postcode: add [postcodes] to the catalogue",
                    layer.spec.meta.id
                ),
            );
        }
        check_series(layer, layers);
        if let Some(within) = &layer.spec.within {
            check_ground(within, layers, |message| layer.keys.refuse("within", message));
        }
    }
    check_dates(layers);
}

/// The series that a lookup answers unasked: each the id of a layer of areas that stands for its
/// series.
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
                    format!("`lookup` names {name:?}, which is no layer of areas here; the catalogue has {known}"),
                );
        }
    }
    lookup
}

/// The layer of a `within` must be there, have areas out of a file, and all of them.
pub(super) fn check_ground(
    within: &Within,
    layers: &[PlacedLayer<'_, '_>],
    refuse: impl Fn(String),
) {
    let id = &within.layer;
    match layers.iter().find(|layer| layer.spec.meta.id == *id) {
        None => refuse(format!("`within` names a layer {id} that there is not")),
        Some(ground) if !matches!(ground.spec.source, LayerSource::Vector(_)) => {
            refuse(format!("`within` names {id}, which is no layer of areas from a file"));
        }
        Some(ground) if ground.spec.within.is_some() => {
            refuse(format!("`within` names {id}, which has a `within` itself: name one without"));
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
                format!("the id {id} stands twice: every layer needs one of its own"),
            );
        }
    }
}

/// A layer with `vintage_of` must name a layer that stands for itself, of the same kind, and must
/// have dates.
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
        refuse(format!("`vintage_of` names a layer {} that there is not", meta.series));
        return;
    };
    if first.spec.meta.series != first.spec.meta.id {
        refuse(format!(
            "layer {} is itself a vintage of {}: name that one",
            meta.series, first.spec.meta.series
        ));
    }
    let is_sites = |spec: &LayerSpec| matches!(spec.source, LayerSource::Sites(_));
    if is_sites(&first.spec) != is_sites(&layer.spec) {
        refuse(format!("{} and {} are not of one kind: areas and sites", meta.id, meta.series));
    }
    if meta.vintage == Vintage::default() {
        refuse(format!(
            "layer {} is a vintage of {} and has no dates: give `valid_from`, `valid_to` or both",
            meta.id, meta.series
        ));
    }
}

/// On any day, one vintage of a series is in force at most.
fn check_dates(layers: &[PlacedLayer<'_, '_>]) {
    let mut series: BTreeMap<&LayerId, Vec<&PlacedLayer<'_, '_>>> = BTreeMap::new();
    for layer in layers {
        series.entry(&layer.spec.meta.series).or_default().push(layer);
    }
    for vintages in series.into_values() {
        for (at, later) in vintages.iter().enumerate() {
            for earlier in &vintages[..at] {
                let (a, b) = (&earlier.spec.meta, &later.spec.meta);
                if a.id != b.id && overlap(a.vintage, b.vintage) {
                    later.keys.refuse("valid_from", overlap_message(a, b));
                }
            }
        }
    }
}

fn overlap(a: Vintage, b: Vintage) -> bool {
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
        "layers {} ({}) and {} ({}) are vintages of one series and in force at the same time: let \
         the `valid_to` of one be the `valid_from` of the other",
        a.id,
        dates(a.vintage),
        b.id,
        dates(b.vintage)
    )
}

/// The layers without their places in the file, once every key has been asked for.
pub(super) fn settle(layers: Vec<PlacedLayer<'_, '_>>) -> Vec<LayerSpec> {
    layers
        .into_iter()
        .map(|PlacedLayer { keys, spec }| {
            keys.finish();
            spec
        })
        .collect()
}
