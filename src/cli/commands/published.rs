//! `check --postcodes`: compares the ward that a postcode file publishes for each postcode with the
//! ward that contains it, and lists the published codes that are in no layer. Such codes show that
//! the postcode file and the boundaries are of different vintages.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::gazetteer::PostcodeRecord;
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::layer::Layer;
use serde::Serialize;

/// How many differing postcodes are listed, farthest from a boundary first. Near a boundary the two
/// drawings may differ; far from one, something is wrong.
const NAMED: usize = 20;

/// The published wards of a postcode file, compared with the layers.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Published {
    /// The number of postcodes with a position and a published ward.
    postcodes: usize,
    /// One comparison per layer that has any of the published codes.
    layers: Vec<Comparison>,
    /// The codes that are in no layer.
    unknown: Unknown,
}

/// Published codes that are in no area layer.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Unknown {
    /// The number of postcodes with such a code.
    postcodes: usize,
    /// Each code with its number of postcodes, most frequent first.
    codes: Vec<UnknownCode>,
}

#[derive(Debug, PartialEq, Serialize)]
struct UnknownCode {
    code: String,
    postcodes: usize,
}

#[derive(Debug, PartialEq, Serialize)]
struct Comparison {
    layer: String,
    agree: usize,
    /// Sorted by distance to the nearest boundary, farthest first.
    differ: Vec<Difference>,
    /// The number of postcodes whose published code is not in this layer.
    unknown_postcodes: usize,
    /// The number of such codes.
    unknown_codes: usize,
}

#[derive(Debug, PartialEq, Serialize)]
struct Difference {
    postcode: String,
    published: String,
    located: Vec<String>,
    /// Distance to the nearest boundary in metres; null in a layer without areas.
    boundary_distance_m: Option<f64>,
}

/// Compares the published codes with every area layer that has any of them.
pub(super) fn compare(contents: &Contents) -> Published {
    let published: Vec<&PostcodeRecord> = contents
        .postcodes
        .iter()
        .filter(|record| record.published_ward.is_some() && record.position.is_some())
        .collect();
    let area_layers = || contents.layers.iter().filter(|layer| layer.is_areas());
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for code in published.iter().filter_map(|record| record.published_ward.as_ref()) {
        let code = code.as_str();
        // Many postcodes have the same code, so each code is looked up once.
        match unknown.get_mut(code) {
            Some(postcodes) => *postcodes += 1,
            None if area_layers().all(|layer| layer.area_index(code).is_none()) => {
                unknown.insert(code, 1);
            }
            None => {}
        }
    }
    let mut codes: Vec<UnknownCode> = unknown
        .into_iter()
        .map(|(code, postcodes)| UnknownCode { code: code.to_owned(), postcodes })
        .collect();
    codes.sort_by_key(|code| std::cmp::Reverse(code.postcodes));
    let compared = area_layers().map(|layer| compare_with(layer, &published));
    Published {
        postcodes: published.len(),
        layers: compared.filter(|of| of.agree + of.differ.len() > 0).collect(),
        unknown: Unknown { postcodes: codes.iter().map(|code| code.postcodes).sum(), codes },
    }
}

fn compare_with(layer: &Layer, published: &[&PostcodeRecord]) -> Comparison {
    let index = AreaIndex::new(layer.areas());
    let mut compared = Comparison {
        layer: layer.meta().id.to_string(),
        agree: 0,
        differ: Vec::new(),
        unknown_postcodes: 0,
        unknown_codes: 0,
    };
    let mut unknown = std::collections::HashSet::new();
    for record in published {
        let (Some(code), Some(at)) = (&record.published_ward, record.position) else { continue };
        if layer.area_index(code.as_str()).is_none() {
            compared.unknown_postcodes += 1;
            unknown.insert(code.as_str());
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
            compared.differ.push(Difference {
                postcode: record.postcode.to_string(),
                published: code.to_string(),
                located: located.into_iter().map(str::to_owned).collect(),
                boundary_distance_m: index.boundary_distance_m(at),
            });
        }
    }
    let far = |of: &Difference| of.boundary_distance_m.unwrap_or(f64::INFINITY);
    compared.differ.sort_by(|a, b| far(b).total_cmp(&far(a)));
    compared.unknown_codes = unknown.len();
    compared
}

impl Published {
    /// The comparisons and the unknown codes as text.
    pub(super) fn as_text(&self) -> String {
        if self.postcodes == 0 {
            return "the postcode file has no ward codes\n".to_owned();
        }
        let mut out = String::new();
        for compared in &self.layers {
            self.write_comparison(&mut out, compared);
        }
        let Unknown { postcodes, codes } = &self.unknown;
        if !codes.is_empty() {
            // Writing to a String does not fail.
            let _ = writeln!(
                out,
                "unknown ward codes: {postcodes} of {} postcodes have one of {} codes that are in \
                 no layer of this catalogue; they belong to another vintage",
                self.postcodes,
                codes.len()
            );
            for UnknownCode { code, postcodes } in codes {
                let many = if *postcodes == 1 { "" } else { "s" };
                let _ = writeln!(out, "  {code}: {postcodes} postcode{many}");
            }
        }
        out
    }

    fn write_comparison(&self, out: &mut String, compared: &Comparison) {
        let Comparison { layer, agree, differ, unknown_postcodes, unknown_codes } = compared;
        let _ = writeln!(
            out,
            "published wards against {layer}: of {} postcodes {agree} agree, {} differ, \
             {unknown_postcodes} have one of {unknown_codes} codes that are not in the layer",
            self.postcodes,
            differ.len(),
        );
        for Difference { postcode, published, located, boundary_distance_m } in
            differ.iter().take(NAMED)
        {
            let located = if located.is_empty() { "none".to_owned() } else { located.join(";") };
            let distance = boundary_distance_m.unwrap_or(f64::INFINITY);
            let _ = writeln!(
                out,
                "  {postcode}: published {published}, located {located}, {distance:.1} m from a \
                 boundary"
            );
        }
        if differ.len() > NAMED {
            let _ = writeln!(out, "  and {} more, nearer to a boundary", differ.len() - NAMED);
        }
    }
}
