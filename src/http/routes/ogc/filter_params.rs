//! The parameters of items beyond Part 1: `filter` with `filter-lang` and `filter-crs` (OGC
//! 19-079r2), `sortby`, `properties`, `simplify`.

use std::sync::Arc;

use lapwing_boundaries::atlas::Atlas;

use super::params::named_crs;
use crate::features::attributes::Schema;
use crate::features::cql2::{Filter, FilterError, Language, Node, parse};
use crate::features::crs::Crs;
use crate::features::generalise::{TOLERANCES_M, tolerance_m};
use crate::features::select::Order;
use crate::http::error::{Problem, ProblemKind};
use crate::http::request::params::{Params, malformed};

/// The parameters of one feature.
pub(in crate::http) const OF_ITEM: [&str; 2] = ["properties", "simplify"];

/// The values of `filter-lang`.
pub(in crate::http) const LANGUAGES: [&str; 2] = ["cql2-text", "cql2-json"];

/// A parsed filter whose names have not been resolved yet.
#[derive(Clone, Debug)]
pub(in crate::http) struct Written {
    node: Node,
    crs: Crs,
}

impl Written {
    /// Parses the filter; `None` if there is none.
    pub(in crate::http) fn read(params: &Params) -> Result<Option<Self>, Problem> {
        let language = match params.get("filter-lang") {
            None | Some("cql2-text") => Language::Text,
            Some("cql2-json") => Language::Json,
            Some(other) => return Err(malformed("filter-lang", other, &LANGUAGES.join(" or "))),
        };
        let crs = named_crs(params, "filter-crs")?;
        let Some(text) = params.get("filter") else {
            let alone = ["filter-lang", "filter-crs"].into_iter().find(|n| params.get(n).is_some());
            return match alone {
                None => Ok(None),
                Some(name) => {
                    let detail = format!("{name} applies to filter: add filter as well");
                    Err(Problem::new(ProblemKind::MissingParameter, detail)
                        .with("parameter", "filter"))
                }
            };
        };
        let node = parse(text, language).map_err(|error| refused(&error))?;
        Ok(Some(Self { node, crs }))
    }

    /// Resolves its names and projects its geometries, which can take a while.
    pub(in crate::http) fn bind(&self, atlas: &Atlas, schema: &Schema) -> Result<Filter, Problem> {
        Filter::new(&self.node, atlas, schema, self.crs).map_err(|error| refused(&error))
    }
}

fn refused(error: &FilterError) -> Problem {
    let problem = Problem::new(ProblemKind::InvalidParameter, format!("filter: {error}"));
    let problem = problem.with("parameter", "filter");
    match error {
        FilterError::Syntax { at: Some(at), .. } => problem.with("character", *at),
        FilterError::UnknownProperty { known, .. } => problem.with("known", known.clone()),
        _ => problem,
    }
}

/// Parses `sortby`; without it features are in code order.
pub(in crate::http) fn order(params: &Params, schema: &Schema) -> Result<Order, Problem> {
    let Some(text) = params.get("sortby") else { return Ok(Order::default()) };
    Order::read(text, schema).map_err(|error| {
        let problem = Problem::new(ProblemKind::InvalidParameter, format!("sortby: {error}"));
        problem.with("parameter", "sortby")
    })
}

/// Parses `properties`: the indices of attributes in the schema; all if it is missing.
pub(in crate::http) fn properties(
    params: &Params,
    schema: &Schema,
) -> Result<Option<Arc<[usize]>>, Problem> {
    let Some(names) = params.list("properties")? else { return Ok(None) };
    let places = names.iter().map(|name| {
        schema.position(name).ok_or_else(|| {
            let known: Vec<&str> = schema.attributes().iter().map(|a| a.name.as_str()).collect();
            let shown: String = name.chars().take(60).collect();
            let detail = format!(
                "properties: there is no attribute {shown:?}: the layer has {}",
                known.join(", ")
            );
            let problem = Problem::new(ProblemKind::InvalidParameter, detail);
            problem.with("parameter", "properties").with("known", known)
        })
    });
    places.collect::<Result<_, _>>().map(Some)
}

/// Parses `simplify`: the tolerance in metres; `None` for full resolution.
pub(in crate::http) fn tolerance(params: &Params) -> Result<Option<u16>, Problem> {
    let Some(text) = params.get("simplify") else { return Ok(None) };
    let metres: Option<f64> = text.trim().parse().ok().filter(|metres: &f64| metres.is_finite());
    match metres {
        Some(metres) if metres >= 0.0 => Ok(tolerance_m(metres)),
        _ => {
            let form = format!(
                "metres, 0 or more; drawn are {}, and between two the finer",
                TOLERANCES_M.map(|metres| metres.to_string()).join(", ")
            );
            Err(malformed("simplify", text, &form))
        }
    }
}
