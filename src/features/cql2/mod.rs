//! Filters in CQL2 (OGC 21-065r2), as in OGC API - Features Part 3 (OGC 19-079r2).
//!
//! 1. [`text`] or [`json`] parses the filter, within [`limits`], to an [`ast::Node`], the same for
//!    both. The parsers are our own rather than the crate `cql2`: they limit nesting before the stack
//!    overflows, and report the position of an error.
//! 2. [`bind`] resolves names in the schema of the layer, checks types, and projects geometries to
//!    the grid ([`prepared_geometry`]). The result is an [`expression`].
//! 3. [`index_bounds`] derives where matches can be, and the indexes return the candidates.
//! 4. [`evaluate`] decides for each candidate whether the expression is true, false or unknown.
//!
//! Beyond the standard:
//!
//! * An attribute with several codes (`lap` of a site on a boundary) equals a text if any of its
//!   codes does; `<>` means that none does.
//! * A date and a timestamp are compared by the date of the timestamp in UTC.
//! * `valid_from` and `valid_to`, the vintage of the layer, are properties of every feature. As an
//!   end of an `INTERVAL`, one that the catalogue leaves open is open.
//! * Arithmetic without a result, such as a division by zero, is unknown.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant as Moment;

use lapwing_boundaries::atlas::Atlas;
use rayon::prelude::*;

use crate::features::attributes::Schema;
use crate::features::crs::Crs;

mod ast;
mod bind;
mod error;
mod evaluate;
mod expression;
mod index_bounds;
mod instant;
mod json;
mod limits;
mod literal;
mod pattern;
mod prepared_geometry;
mod relation;
#[cfg(test)]
mod tests;
mod text;

pub use ast::Node;
pub use error::FilterError;
use evaluate::Subject;
use expression::Predicate;
use index_bounds::Reach;

/// The encoding of a filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// `name = 'Castle'`
    #[default]
    Text,
    /// `{"op": "=", "args": [{"property": "name"}, "Castle"]}`
    Json,
}

/// Parses an expression without resolving its names.
pub fn parse(written: &str, language: Language) -> Result<Node, FilterError> {
    match language {
        Language::Text => text::parse(written),
        Language::Json => json::parse(written),
    }
}

/// A filter for the areas or sites of one layer.
#[derive(Clone, Debug)]
pub struct Filter {
    predicate: Predicate,
}

/// The deadline for evaluating a filter has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSlow;

impl Filter {
    /// Binds an expression to the layer of a schema. Its geometries are in `crs` and its axis
    /// order.
    pub fn new(node: &Node, atlas: &Atlas, schema: &Schema, crs: Crs) -> Result<Self, FilterError> {
        let vintage = atlas.layers()[schema.layer()].layer().meta().vintage;
        let binder = bind::Binder { schema, vintage, crs };
        Ok(Self { predicate: binder.predicate(node)? })
    }

    /// The conjunction of two filters.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { predicate: Predicate::And(vec![self.predicate, other.predicate]) }
    }

    /// Returns whether the area or site at `place` of the schema's layer matches.
    pub fn selects(&self, atlas: &Atlas, schema: &Schema, index: usize) -> bool {
        self.predicate.of(Subject { atlas, schema, index }) == Some(true)
    }

    /// The indices of all matches in code order; only `among` these indices, if given. Fails if the
    /// deadline passes.
    pub fn select(
        &self,
        atlas: &Atlas,
        schema: &Schema,
        among: Option<&[usize]>,
        deadline: Moment,
    ) -> Result<Vec<usize>, TooSlow> {
        let mut candidates = Reach::of(&self.predicate, atlas, schema).candidates(atlas, schema);
        if let Some(among) = among {
            candidates.retain(|index| among.binary_search(index).is_ok());
        }
        let late = AtomicBool::new(false);
        let selected = candidates
            .into_par_iter()
            .with_min_len(64)
            .filter(|&index| {
                if late.load(Ordering::Relaxed) || Moment::now() > deadline {
                    late.store(true, Ordering::Relaxed);
                    return false;
                }
                self.selects(atlas, schema, index)
            })
            .collect();
        if late.into_inner() { Err(TooSlow) } else { Ok(selected) }
    }
}
