//! Reading a request: parameters, bodies, content negotiation, and the URL that the client used.
//!
//! Every check of what a client sent happens here. A handler gets values that are already valid, or
//! the request ends with a [`Problem`](crate::http::error::Problem).

pub(super) mod base_url;
pub(super) mod body;
pub(super) mod multipart;
pub(super) mod negotiate;
pub(super) mod params;
pub(super) mod percent;
pub(super) mod polygon;
pub(super) mod public_url;
pub(super) mod spooled_body;
