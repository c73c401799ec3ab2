//! Filters in CQL2 (OGC 21-065r2), as OGC API - Features Part 3 takes them (OGC 19-079r2).
//!
//! 1. [`text`] or [`json`] reads what was written, within [`limits`], to a [`ast::Node`], the
//!    same for both forms. The parsers are our own: they stop at a depth before any stack does,
//!    and say at which character they were lost.
//! 2. [`bind`] looks the names up in the layer's schema, checks that kinds fit, and brings the
//!    geometries onto the grid ([`prepared_geometry`]): an [`expression`].
//! 3. [`index_bounds`] derives where matches can be, and the indexes name the candidates.
//! 4. [`evaluate`] tells of each candidate whether the expression is true, false or unknown.
//!
//! What holds here beyond the standard:
//!
//! * An attribute of codes (`lap` of a site on a boundary) is equal to a text where any of its
//!   codes is, and `<>` says that none is.
//! * A date and a timestamp are compared by the timestamp's day in UTC.
//! * `valid_from` and `valid_to`, the layer's vintage, may be asked of every feature. As an end of
//!   an `INTERVAL`, one that the catalogue leaves open is open.
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

/// The form in which a filter is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// `name = 'Castle'`
    #[default]
    Text,
    /// `{"op": "=", "args": [{"property": "name"}, "Castle"]}`
    Json,
}

/// Reads an expression without asking what its names mean.
pub fn parse(written: &str, language: Language) -> Result<Node, FilterError> {
    match language {
        Language::Text => text::parse(written),
        Language::Json => json::parse(written),
    }
}

/// What is asked of the areas or sites of one layer.
#[derive(Clone, Debug)]
pub struct Filter {
    predicate: Predicate,
}

/// The time for evaluating a filter is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSlow;

impl Filter {
    /// An expression about the layer of a schema, its geometries in a CRS and its axis order.
    pub fn new(node: &Node, atlas: &Atlas, schema: &Schema, crs: Crs) -> Result<Self, FilterError> {
        let vintage = atlas.layers()[schema.layer()].layer().meta().vintage;
        let binder = bind::Binder { schema, vintage, crs };
        Ok(Self { predicate: binder.predicate(node)? })
    }

    /// What is true of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { predicate: Predicate::And(vec![self.predicate, other.predicate]) }
    }

    /// Whether the area or site at `place` of the schema's layer is selected.
    pub fn selects(&self, atlas: &Atlas, schema: &Schema, place: usize) -> bool {
        self.predicate.of(Subject { atlas, schema, place }) == Some(true)
    }

    /// The places of all that are selected, in code order, if they are found by the deadline;
    /// `among` those places, in code order, where it is given.
    pub fn select(
        &self,
        atlas: &Atlas,
        schema: &Schema,
        among: Option<&[usize]>,
        deadline: Moment,
    ) -> Result<Vec<usize>, TooSlow> {
        let mut candidates = Reach::of(&self.predicate, atlas, schema).candidates(atlas, schema);
        if let Some(among) = among {
            candidates.retain(|place| among.binary_search(place).is_ok());
        }
        let late = AtomicBool::new(false);
        let selected = candidates
            .into_par_iter()
            .with_min_len(64)
            .filter(|&place| {
                if late.load(Ordering::Relaxed) || Moment::now() > deadline {
                    late.store(true, Ordering::Relaxed);
                    return false;
                }
                self.selects(atlas, schema, place)
            })
            .collect();
        if late.into_inner() { Err(TooSlow) } else { Ok(selected) }
    }
}
