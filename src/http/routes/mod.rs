//! The handlers: one module per family of routes, each with a `routes()` that lists its paths.
//!
//! A handler parses its parameters, takes the snapshot once, asks [`crate::answers`],
//! [`crate::bulk`] or [`crate::features`], and encodes the result. It contains no rule of its own.

pub(crate) mod admin;
pub(crate) mod areas;
pub(crate) mod bulk;
pub(crate) mod changes;
pub(crate) mod compat;
pub(crate) mod downloads;
pub(crate) mod health;
pub(crate) mod lookup;
pub(crate) mod metrics;
pub(crate) mod nearest_and_search;
pub(crate) mod ogc;
pub(crate) mod openapi;
pub(crate) mod overlaps;
pub(crate) mod tiles;
pub(crate) mod web;
