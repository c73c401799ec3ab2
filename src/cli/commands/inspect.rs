//! `lapwing inspect`: describes the contents of a snapshot.

use std::fmt::Write as _;
use std::io::Write as _;

use lapwing_boundaries::atlas::{Atlas, Provenance};
use lapwing_boundaries::layer::{Completeness, Layer, Vintage};
use lapwing_boundaries::snapshot;
use serde_json::{Value, json};

use super::source::{self, SnapshotArgs};
use crate::cli::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  lapwing inspect county.lapwing")]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &InspectArgs) -> Result<(), Failure> {
    let atlas = source::open(&args.snapshot)?;
    let path = &args.snapshot.snapshot;
    // The demonstration county has no file.
    let bytes = match source::kind_of(path)? {
        source::SourceKind::Lyonesse => None,
        _ => std::fs::metadata(path).ok().map(|found| found.len()),
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &as_json(&atlas, bytes))
            .map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        out.write_all(as_text(&atlas, bytes).as_bytes())?;
    }
    Ok(())
}

/// The number of postcodes by state.
#[derive(Debug, PartialEq, Eq)]
struct PostcodeCounts {
    live: usize,
    terminated: usize,
    without_position: usize,
}

fn count_postcodes(atlas: &Atlas) -> PostcodeCounts {
    let live = atlas.live_postcode_count();
    let without_position = atlas.all_facts().filter(|facts| facts.position.is_none()).count();
    PostcodeCounts { live, terminated: atlas.postcode_count() - live, without_position }
}

fn as_json(atlas: &Atlas, bytes: Option<u64>) -> Value {
    let layers: Vec<Value> = atlas
        .layers()
        .iter()
        .map(|indexed| {
            let layer = indexed.layer();
            let meta = layer.meta();
            json!({
                "id": meta.id,
                "series": meta.series,
                "title": meta.title,
                "kind": kind(layer),
                "count": layer.len(),
                "vertices": vertices(layer),
                "valid_from": meta.vintage.valid_from,
                "valid_to": meta.vintage.valid_to,
                "resolution": meta.resolution,
                "coverage": meta.coverage,
                "complete": meta.complete != Completeness::Unknown,
                "complete_within": meta.complete.region(),
                "licence": meta.licence,
                "attribution": meta.attribution,
                "source": meta.source,
            })
        })
        .collect();
    let PostcodeCounts { live, terminated, without_position } = count_postcodes(atlas);
    let (postcodes_from, addresses_from) = (atlas.postcodes_from(), atlas.addresses_from());
    json!({
        "id": atlas.id(),
        "title": atlas.title(),
        "built": atlas.built().to_string(),
        "illustrative": atlas.is_illustrative(),
        "format": snapshot::FORMAT,
        "bytes": bytes,
        "layers": layers,
        "postcodes": {
            "live": live,
            "terminated": terminated,
            "without_position": without_position,
            "licence": postcodes_from.licence,
            "attribution": postcodes_from.attribution,
        },
        "addresses": {
            "count": atlas.address_count(),
            "licence": addresses_from.licence,
            "attribution": addresses_from.attribution,
        },
    })
}

fn as_text(atlas: &Atlas, bytes: Option<u64>) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = write_text(&mut text, atlas, bytes);
    text
}

fn write_text(out: &mut String, atlas: &Atlas, bytes: Option<u64>) -> std::fmt::Result {
    writeln!(out, "{}", atlas.title())?;
    if atlas.is_illustrative() {
        writeln!(out, "Illustrative data: this place does not exist.")?;
    }
    writeln!(out, "id      {}", atlas.id())?;
    match bytes {
        Some(bytes) => {
            writeln!(out, "built   {}", atlas.built())?;
            writeln!(
                out,
                "size    {}, snapshot format {}",
                super::table::size(bytes),
                snapshot::FORMAT
            )?;
        }
        None => writeln!(out, "built   just now, in memory")?,
    }

    let rows: Vec<[String; 6]> = atlas.layers().iter().map(|l| layer_row(l.layer())).collect();
    let head = ["layer", "holds", "in force", "drawn", "licence", "title"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(rows).collect();
    writeln!(out)?;
    super::table::write(out, &rows)?;

    let PostcodeCounts { live, terminated, without_position } = count_postcodes(atlas);
    writeln!(out)?;
    writeln!(
        out,
        "postcodes  {live} live, {terminated} terminated, {without_position} without a position{}",
        licence(atlas.postcodes_from())
    )?;
    if atlas.address_count() > 0 {
        let count = atlas.address_count();
        writeln!(out, "addresses  {count}{}", licence(atlas.addresses_from()))?;
    }

    let mut attributions: Vec<&str> = atlas
        .layers()
        .iter()
        .filter_map(|l| l.layer().meta().attribution.as_deref())
        .chain(atlas.postcodes_from().attribution.as_deref())
        .chain(atlas.addresses_from().attribution.as_deref())
        .collect();
    attributions.sort_unstable();
    attributions.dedup();
    if !attributions.is_empty() {
        writeln!(out, "\nattribution to display:")?;
    }
    for attribution in attributions {
        writeln!(out, "  {attribution}")?;
    }
    Ok(())
}

fn licence(from: &Provenance) -> String {
    from.licence.as_ref().map_or_else(String::new, |licence| format!(" ({licence})"))
}

fn layer_row(layer: &Layer) -> [String; 6] {
    let meta = layer.meta();
    let drawn = match (layer.is_areas(), meta.resolution) {
        (false, _) => "points".to_owned(),
        (true, None) => "not stated".to_owned(),
        (true, Some(resolution)) => {
            format!("{} ±{:.0} m", resolution.as_str(), resolution.metres())
        }
    };
    let coverage = if meta.coverage { ", a coverage" } else { "" };
    let complete = match &meta.complete {
        Completeness::Unknown => String::new(),
        Completeness::Everywhere => ", complete".to_owned(),
        Completeness::Within(region) => format!(", complete within {region}"),
    };
    [
        meta.id.to_string(),
        format!("{} {}{coverage}{complete}", layer.len(), kind(layer)),
        in_force(meta.vintage),
        drawn,
        meta.licence.clone().unwrap_or_else(|| "not stated".to_owned()),
        meta.title.clone(),
    ]
}

fn in_force(vintage: Vintage) -> String {
    match (vintage.valid_from, vintage.valid_to) {
        (None, None) => "not stated".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("until {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    }
}

fn kind(layer: &Layer) -> &'static str {
    if layer.is_areas() { "areas" } else { "sites" }
}

fn vertices(layer: &Layer) -> usize {
    if !layer.is_areas() {
        return layer.len();
    }
    layer.areas().iter().map(|area| geo::CoordsIter::coords_count(area.geometry())).sum()
}
