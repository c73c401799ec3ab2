//! The parameters of `/collections/{layer}/items`.
//!
//! [`crate::features::select`] evaluates them; this module parses them and reports errors by
//! parameter name.

use lapwing_boundaries::atlas::Atlas;

use std::sync::Arc;

use super::filter_params::{self, Written};
use crate::features::attributes::Schema;
use crate::features::crs::Crs;
use crate::features::select::{Bbox, Equal, Interval, Selection};
use crate::http::error::{Problem, ProblemKind};
use crate::http::request::params::{Params, malformed};

/// The parameters of every layer. An attribute with such a name has no parameter of its own and is
/// used in `filter`.
pub(in crate::http) const COMMON: [&str; 13] = [
    "f",
    "limit",
    "offset",
    "bbox",
    "bbox-crs",
    "datetime",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "sortby",
    "properties",
    "simplify",
];

/// The default number of features per page: whole layers of a county in one answer.
pub(in crate::http) const LIMIT: usize = 1000;

/// The maximum number of features per page. A greater limit is lowered to it.
pub(in crate::http) const MOST: usize = 10_000;

/// The default for an HTML page.
pub(in crate::http) const LIMIT_OF_PAGES: usize = 50;
/// The maximum for an HTML page.
pub(in crate::http) const MOST_OF_PAGES: usize = 500;

/// The attributes of a layer that are parameters: `name=Castle`.
pub(in crate::http) fn queryables(schema: &Schema) -> Vec<&str> {
    let is_free = |name: &&str| !COMMON.contains(name);
    schema.attributes().iter().map(|attribute| attribute.name.as_str()).filter(is_free).collect()
}

/// A request for features of a layer.
#[derive(Clone, Debug)]
pub(in crate::http) struct ItemsQuery {
    /// The selected features.
    pub(in crate::http) selection: Selection,
    /// A further condition on them.
    pub(in crate::http) filter: Option<Written>,
    /// The page of them.
    pub(in crate::http) window: Window,
    /// The CRS of the answer.
    pub(in crate::http) crs: Crs,
    /// The attributes to return; all if `None`.
    pub(in crate::http) properties: Option<Arc<[usize]>>,
    /// The tolerance of simplification in metres.
    pub(in crate::http) tolerance_m: Option<u16>,
}

/// A page of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Window {
    /// The number of features before it.
    pub(in crate::http) offset: usize,
    /// Its maximum number of features.
    pub(in crate::http) limit: usize,
}

impl ItemsQuery {
    pub(in crate::http) fn read(
        params: &Params,
        schema: &Schema,
        is_page: bool,
    ) -> Result<Self, Problem> {
        let mut selection = Selection::default();
        if let Some(bbox) = bbox(params)? {
            selection = selection.meeting(bbox);
        }
        if let Some(text) = params.get("datetime") {
            let interval = Interval::read(text).map_err(|error| refused("datetime", &error))?;
            selection = selection.during(interval);
        }
        for name in queryables(schema) {
            let (Some(text), Some(attribute_index)) = (params.get(name), schema.position(name))
            else {
                continue;
            };
            let equal = Equal::read(schema, attribute_index, text).ok_or_else(|| {
                malformed(name, text, schema.attributes()[attribute_index].kind.words())
            })?;
            selection = selection.equal(equal);
        }
        Ok(Self {
            selection: selection.ordered(filter_params::order(params, schema)?),
            filter: Written::read(params)?,
            window: window(params, is_page)?,
            crs: crs(params)?,
            properties: filter_params::properties(params, schema)?,
            tolerance_m: filter_params::tolerance(params)?,
        })
    }
}

/// `crs`: the CRS of the answer; CRS84 by default.
pub(in crate::http) fn crs(params: &Params) -> Result<Crs, Problem> {
    named_crs(params, "crs")
}

pub(super) fn named_crs(params: &Params, name: &str) -> Result<Crs, Problem> {
    let Some(text) = params.get(name) else { return Ok(Crs::default()) };
    Crs::from_uri(text).map_err(|error| refused(name, &error))
}

fn bbox(params: &Params) -> Result<Option<Bbox>, Problem> {
    // An invalid CRS is refused whether or not there is a box.
    let crs = named_crs(params, "bbox-crs")?;
    let Some(text) = params.get("bbox") else {
        if params.get("bbox-crs").is_some() {
            let detail = "bbox-crs applies to bbox: add bbox as well";
            return Err(
                Problem::new(ProblemKind::MissingParameter, detail).with("parameter", "bbox")
            );
        }
        return Ok(None);
    };
    Bbox::read(text, crs).map(Some).map_err(|error| refused("bbox", &error))
}

fn window(params: &Params, is_page: bool) -> Result<Window, Problem> {
    let (usual, most) = if is_page { (LIMIT_OF_PAGES, MOST_OF_PAGES) } else { (LIMIT, MOST) };
    let form = format!("a whole number from 1; numbers above {most} are lowered to {most}");
    let limit = match whole(params, "limit", &form)? {
        None => usual,
        Some(0) => return Err(malformed("limit", 0, &form)),
        Some(limit) => limit.min(most),
    };
    let offset = whole(params, "offset", "a whole number, 0 or more")?.unwrap_or(0);
    Ok(Window { offset, limit })
}

/// A whole number of any length: beyond all counts, they are equivalent.
fn whole(params: &Params, name: &str, form: &str) -> Result<Option<usize>, Problem> {
    let Some(text) = params.get(name) else { return Ok(None) };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed(name, text, form));
    }
    Ok(Some(text.parse().unwrap_or(usize::MAX)))
}

fn refused(name: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::InvalidParameter, format!("{name}: {error}")).with("parameter", name)
}

/// The index of the layer with this id.
pub(in crate::http) fn layer_index_of(atlas: &Atlas, id: &str) -> Result<usize, Problem> {
    atlas.layer_index(id).ok_or_else(|| {
        let known: Vec<&str> =
            atlas.layers().iter().map(|l| l.layer().meta().id.as_str()).collect();
        let id: String = id.chars().take(80).collect();
        let detail = format!("there is no layer {id:?}: the layers here are {}", known.join(", "));
        Problem::new(ProblemKind::UnknownLayer, detail)
    })
}
