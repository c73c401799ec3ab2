//! The README and the pages of `docs/` are tests: every command, catalogue, option, route, metric
//! and link that they show is run or compared with the program.

mod catalogues;
mod console;
mod links;
mod operating;
mod routes;
mod service;
mod text;
