//! `GET /v1/lookup`: the areas of one place.

use std::cell::RefCell;

use axum::body::Bytes;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;

use crate::TextWriter;
use crate::http::blocking::respond;
use crate::http::error::Problem;
use crate::http::request::negotiate::{JSON, negotiate};
use crate::http::request::params::{PLACE, Params};
use crate::http::{RequestSnapshot, Routes};

pub(in crate::http) const ADDRESS: &str = "/v1/lookup";

pub(in crate::http) fn routes() -> Routes {
    let one = async |snapshot: RequestSnapshot, request: Request| one(snapshot, &request);
    vec![(ADDRESS, get(one).post(super::bulk::many))]
}

/// A lookup takes about a microsecond, less than handing it to another thread.
pub(in crate::http) fn one(
    snapshot: RequestSnapshot,
    request: &Request,
) -> Result<Response, Problem> {
    let params = Params::read(request.uri().query(), &[&PLACE, &["layers", "date"]])?;
    let place = params.place(&snapshot)?;
    let (layers, day) = (params.list("layers")?, params.day()?);
    let format = negotiate(request.headers(), &[JSON])?;
    let served = snapshot.served()?;
    let answer = written(|writer| {
        served.ready().write_lookup(writer, served.atlas(), place, layers.as_deref(), day)
    })?;
    Ok(respond(format, answer))
}

/// The body, written to a buffer that is reused by the thread and then copied at its exact size.
fn written<E>(write: impl FnOnce(&mut TextWriter) -> Result<(), E>) -> Result<Bytes, E> {
    thread_local! {
        static KEPT: RefCell<TextWriter> = RefCell::default();
    }
    KEPT.with_borrow_mut(|writer| {
        writer.clear();
        write(writer)?;
        Ok(Bytes::copy_from_slice(writer.written()))
    })
}
