//! The service: answers from an atlas, over HTTP and on the command line.

pub mod answers;
pub mod attributes;
pub mod bulk;
pub mod compat;
pub mod crs;
pub mod fetch;
pub mod filter;
pub mod formats;
pub mod generalise;
pub mod geojson;
pub mod http;
mod pen;
pub mod reload;
pub mod select;
pub mod state;
pub mod tiles;

pub use pen::Pen;
