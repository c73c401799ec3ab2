//! Tests of the public interface. They are one program, since linking each program takes seconds.

mod atlas;
#[cfg(feature = "load")]
mod bad_catalogues;
#[cfg(feature = "load")]
mod bad_definitions;
#[cfg(feature = "load")]
mod bad_rings;
#[cfg(feature = "load")]
mod catalogues;
#[cfg(feature = "load")]
mod cells;
mod changes;
#[cfg(feature = "load")]
mod changes_worlds;
#[cfg(feature = "load")]
mod load_vector;
#[cfg(feature = "load")]
mod mutations;
#[cfg(feature = "load")]
mod northamptonshire;
mod ostn15;
#[cfg(feature = "load")]
mod points;
#[cfg(feature = "load")]
mod selection;
mod stored_snapshot;
#[cfg(feature = "load")]
mod worlds;
