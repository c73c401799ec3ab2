//! The service: answers from an atlas, over HTTP and on the command line.

pub mod answers;
pub mod bulk;
pub mod compat;
pub mod features;
pub mod fetch;
pub mod formats;
pub mod http;
pub mod live;
pub mod tile_layers;

pub use answers::text_writer::TextWriter;
