//! The handlers: one module per family of routes, each with a `routes()` that lists its paths.
//!
//! A handler parses its parameters, takes the snapshot once, asks [`crate::answers`],
//! [`crate::bulk`] or [`crate::features`], and encodes the result. It contains no rule of its own.

pub(super) mod admin;
pub(super) mod areas;
pub(super) mod bulk;
pub(super) mod changes;
pub(super) mod compat;
pub(super) mod downloads;
pub(super) mod health;
pub(super) mod lookup;
pub(super) mod metrics;
pub(super) mod nearest_and_search;
pub(super) mod ogc;
pub(super) mod openapi;
pub(super) mod overlaps;
pub(super) mod tiles;
pub(super) mod web;
