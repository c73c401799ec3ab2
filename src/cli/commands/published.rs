//! The ward that a postcode file publishes for each postcode, against the ward in which it lies:
//! an oracle that comes with the data. And the published codes that no layer has, which tell that
//! the postcodes are of another year than the boundaries.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::gazetteer::PostcodeRecord;
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::layer::Layer;
use serde::Serialize;

/// How many postcodes that differ are named, farthest from a boundary first: near one, the two
/// drawings differ; far from one, something is wrong.
const NAMED: usize = 20;

/// What a postcode file publishes, compared with the layers.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Published {
    /// Postcodes, with a position, for which a ward is published.
    postcodes: usize,
    /// Each layer that has any of the published codes.
    layers: Vec<Comparison>,
    /// The codes that no layer has.
    unknown: Unknown,
}

/// Published codes that no layer of areas has.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Unknown {
    /// For how many postcodes one is published.
    postcodes: usize,
    /// Each with the number of its postcodes, the most first.
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
    /// Farthest from a boundary first.
    differ: Vec<Difference>,
    /// For how many postcodes a code is published that this layer does not have.
    unknown_postcodes: usize,
    /// How many such codes there are.
    unknown_codes: usize,
}

#[derive(Debug, PartialEq, Serialize)]
struct Difference {
    postcode: String,
    published: String,
    located: Vec<String>,
    /// Metres to the nearest boundary; null in a layer without areas.
    boundary_distance_m: Option<f64>,
}

/// Compares with every layer of areas in which published codes are found.
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
        // Codes repeat from postcode to postcode: each is looked for once.
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
    /// For people: every comparison, then every code that no layer has.
    pub(super) fn as_text(&self) -> String {
        if self.postcodes == 0 {
            return "the postcode file publishes no wards\n".to_owned();
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
                "unknown ward codes: for {postcodes} of {} postcodes one of {} codes is published \
                 that no layer of this catalogue has; they are of another vintage",
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
             {unknown_postcodes} have one of {unknown_codes} codes that the layer does not have",
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
