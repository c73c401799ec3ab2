//! The ward that a postcode file publishes for each postcode, against the ward in which it lies:
//! an oracle that comes with the data.

use std::collections::HashSet;
use std::fmt::Write as _;

use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::gazetteer::PostcodeRecord;
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::layer::Layer;

/// How many postcodes that differ are named, farthest from a boundary first: near one, the two
/// drawings differ; far from one, something is wrong.
const NAMED: usize = 20;

/// Compares with every layer of areas in which published codes are found.
pub(super) fn compare(contents: &Contents) -> String {
    let published: Vec<&PostcodeRecord> = contents
        .postcodes
        .iter()
        .filter(|record| record.published_ward.is_some() && record.position.is_some())
        .collect();
    if published.is_empty() {
        return "the postcode file publishes no wards\n".to_owned();
    }
    let mut out = String::new();
    for layer in contents.layers.iter().filter(|layer| layer.is_areas()) {
        let compared = compare_with(layer, &published);
        if compared.agree + compared.differ.len() > 0 {
            write_comparison(&mut out, layer, published.len(), &compared);
        }
    }
    if out.is_empty() {
        let count = published.len();
        out = format!(
            "none of the ward codes that the file publishes for {count} postcodes is in a layer of \
             this catalogue: they are of another vintage\n"
        );
    }
    out
}

#[derive(Debug, Default, PartialEq)]
struct Comparison {
    agree: usize,
    /// The postcode, the published code, what was located, metres to the nearest boundary.
    differ: Vec<(String, String, String, f64)>,
    /// Published codes that the layer does not have, counted by postcode.
    unknown_postcodes: usize,
    unknown_codes: HashSet<String>,
}

fn compare_with(layer: &Layer, published: &[&PostcodeRecord]) -> Comparison {
    let index = AreaIndex::new(layer.areas());
    let mut compared = Comparison::default();
    for record in published {
        let (Some(code), Some(at)) = (&record.published_ward, record.position) else { continue };
        if layer.area_index(code.as_str()).is_none() {
            compared.unknown_postcodes += 1;
            compared.unknown_codes.insert(code.to_string());
            continue;
        }
        let located: Vec<&str> = index
            .containing(at)
            .into_iter()
            .map(|(area, _)| layer.areas()[area].code().as_str())
            .collect();
        if located.contains(&code.as_str()) {
            compared.agree += 1;
        } else {
            let located = if located.is_empty() { "none".to_owned() } else { located.join(";") };
            let distance = index.boundary_distance_m(at).unwrap_or(f64::INFINITY);
            let postcode = record.postcode.to_string();
            compared.differ.push((postcode, code.to_string(), located, distance));
        }
    }
    compared.differ.sort_by(|a, b| b.3.total_cmp(&a.3));
    compared
}

fn write_comparison(out: &mut String, layer: &Layer, published: usize, compared: &Comparison) {
    let Comparison { agree, differ, unknown_postcodes, unknown_codes } = compared;
    // Writing to a String does not fail.
    let _ = writeln!(
        out,
        "published wards against {}: of {published} postcodes {agree} agree, {} differ, \
         {unknown_postcodes} have one of {} codes that the layer does not have",
        layer.meta().id,
        differ.len(),
        unknown_codes.len()
    );
    for (postcode, code, located, distance) in differ.iter().take(NAMED) {
        let _ = writeln!(
            out,
            "  {postcode}: published {code}, located {located}, {distance:.1} m from a boundary"
        );
    }
    if differ.len() > NAMED {
        let _ = writeln!(out, "  and {} more, nearer to a boundary", differ.len() - NAMED);
    }
}
