//! The rules of the HTTP service. Most tests call the router as a function; tests about time and
//! sockets are in `socket`.

mod admin;
mod areas;
mod ask;
mod bulk;
mod caching;
mod changes;
mod collections;
mod compat_same;
mod files;
mod filters;
mod hostile;
mod items;
mod lookup;
mod map;
mod mapit;
mod markup;
mod metrics;
mod mutations;
mod openapi;
mod overlaps;
mod pages;
mod points;
mod postcodes_io;
mod problems;
mod socket;
mod tiles;
