//! `lapwing fetch` and `lapwing new` against a mock of the publishers.

mod faults;
mod files;
mod foreign;
mod layers;
mod new;
mod official;
mod world;
