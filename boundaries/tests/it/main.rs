//! The crate as its users meet it: one program, because each that is linked takes seconds.

mod atlas;
mod bad_catalogues;
mod bad_definitions;
mod bad_rings;
mod catalogues;
mod cells;
mod changes;
mod changes_worlds;
mod load_vector;
mod mutations;
mod northamptonshire;
mod ostn15;
mod points;
mod selection;
mod worlds;
