//! `lapwing fetch` and `lapwing new` against a stand-in for the publishers.

#[path = "../county/mod.rs"]
mod county;
#[path = "../standin/mod.rs"]
mod standin;

mod faults;
mod files;
mod foreign;
mod layers;
mod new;
mod official;
mod world;
