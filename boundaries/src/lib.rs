//! Areas and every question about them: where a point lies, what overlaps what, what changed.
//!
//! An [`Atlas`](atlas::Atlas) holds the layers of a place, indexed and immutable. It is built once,
//! written to one file, and opened from that file in milliseconds:
//!
//! ```no_run
//! use lapwing_boundaries::{position::Bng, postcode::Postcode, snapshot};
//!
//! let atlas = snapshot::read("northamptonshire.lapwing".as_ref())?;
//! let ward = atlas.layer_index("ward").expect("the snapshot has a layer `ward`");
//! // By position, in British National Grid metres…
//! let at = Bng::new(475_300.0, 260_500.0)?;
//! for found in atlas.locate(ward, at).matches {
//!     let (code, name) = atlas.code_and_name(ward, found.area);
//!     println!("{code} {name}");
//! }
//! // … or by postcode, which was answered when the snapshot was built.
//! if let Some((_, answer)) = atlas.precomputed(Postcode::parse("NN1 1ED")?) {
//!     println!("{:?}", answer.level(ward));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//!
//! Read them in this order. Each uses only modules before it or in its own line:
//!
//! 1. [`code`], [`postcode`], [`projection`], [`position`]: values, checked when they are parsed;
//! 2. [`area`], [`layer`], [`gazetteer`]: a ward, all wards of one vintage, postcodes and addresses;
//! 3. [`geometry`]: exact predicates, measures, and the indexed outline of an area;
//! 4. [`storage`], [`progress`]: mapped arrays, sections of a file, atomic files; progress reports;
//! 5. [`index`], [`cells`], [`confidence`], [`locate`], [`overlap`], [`change`], [`search`]: the
//!    questions;
//! 6. [`atlas`], [`snapshot`]: all layers with their precomputed answers, in memory and as one file.
//!
//! With the cargo feature `load`, which is on by default, also:
//!
//! 7. `fault`, `manifest`, `catalogue`, `load`, `validity`, `compose`: from a TOML catalogue and the
//!    files that it names to valid layers, and everything that can be wrong on the way;
//! 8. `assemble`: from a catalogue to the contents of an atlas;
//! 9. `demo`: Lyonesse, a generated county.
//!
//! # Cargo features
//!
//! - `load` (default): build atlases from published files. Without it the crate opens snapshots and
//!   answers questions, and depends on no SQLite, zip, CSV or TOML library.
//! - `proj`: coordinate reference systems beyond the built-in ones, through PROJ. Implies `load`.
//!
//! # Units
//!
//! All coordinates are in British National Grid metres (EPSG:27700), and all areas are planar, in
//! m². Degrees occur only in [`position`] and in the loaders.
//!
//! # The boundary rule
//!
//! A point on a boundary belongs to every area whose boundary it touches. In a coverage without
//! gaps, every point is therefore in at least one area. The rule is decided with exact predicates,
//! never with a tolerance.

pub mod area;
#[cfg(feature = "load")]
pub mod assemble;
pub mod atlas;
#[cfg(feature = "load")]
pub mod catalogue;
pub mod cells;
pub mod change;
pub mod code;
#[cfg(feature = "load")]
pub mod compose;
pub mod confidence;
#[cfg(feature = "load")]
pub mod demo;
#[cfg(feature = "load")]
pub mod fault;
pub mod gazetteer;
pub mod geometry;
pub mod index;
pub mod layer;
#[cfg(feature = "load")]
pub mod load;
pub mod locate;
#[cfg(feature = "load")]
pub mod manifest;
pub mod overlap;
pub mod position;
pub mod postcode;
pub mod progress;
pub mod projection;
pub mod search;
pub mod snapshot;
pub mod storage;
pub mod text;
#[cfg(feature = "load")]
pub mod validity;
