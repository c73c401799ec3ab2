//! `lapwing fetch` and `lapwing new` against a stand-in for the publishers.

mod faults;
mod files;
mod foreign;
mod layers;
mod new;
mod official;
mod world;
