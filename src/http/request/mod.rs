//! Reading a request: parameters, bodies, content negotiation, and the URL that the client used.
//!
//! Every check of what a client sent happens here. A handler gets values that are already valid, or
//! the request ends with a [`Problem`](crate::http::error::Problem).

pub(crate) mod base_url;
pub(crate) mod body;
pub(crate) mod negotiate;
pub(crate) mod params;
pub(crate) mod percent;
pub(crate) mod polygon;
pub(crate) mod public_url;
pub(crate) mod spooled_body;
