//! `/mapit` and `/postcodes-io`: responses in the formats of MapIt and postcodes.io.
//!
//! A client of either service works with this one after a change of its base URL. Data that we do
//! not have are `null` (postcodes.io) or absent (MapIt), never invented. Both services ignore
//! unknown query parameters and Accept headers, so these routes do too. Both have an error format
//! of their own, so no route here returns a problem document.
//!
//! # Differences from the originals
//!
//! | both | |
//! |---|---|
//! | a position on a boundary | is in every area it touches; PostGIS puts it in none |
//! | a postcode with known addresses | is in the areas of its addresses, as in `/v1/lookup`; a field for one area has the one with the most addresses |
//! | server errors | status 503 if the service is overloaded or not ready; a wrong method returns 405 |
//! | HTML pages, rate limits | not provided |
//!
//! | MapIt | |
//! |---|---|
//! | ids | derived from the codes ([`crate::compat::directory`]); not the ids of mapit.mysociety.org |
//! | generations | derived from the dates of the vintages ([`crate::compat::generations`]) |
//! | types | also `LAP`; and `WRD`, `LAD`, `NCP`, `RGN` where MapIt has no type or the type cannot be determined ([`crate::compat::kinds`]) |
//! | codes | `gss`; also `ons` for census areas; otherwise the series, as in `{"lap": "N4"}` |
//! | `touches`, `overlaps`, … | compare whole geometries and allow for drawing errors: a sliver is a touch, not an overlap. MapIt compares the parts into which it splits areas |
//! | `simplify_tolerance` | keeps shared boundaries shared, is never coarser than requested, and never returns an empty geometry |
//! | `/area/N4` | codes other than GSS codes also redirect to their area |
//! | `.kml` | always in degrees, as KML requires, whatever the srid |
//! | JSONP | has the media type of JavaScript, so that browsers run it; MapIt's is JSON |
//! | the enclosing areas 900000 to 900008 | not added |
//!
//! | postcodes.io | |
//! |---|---|
//! | `lap`, `codes.lap` | additional fields |
//! | `lsoa`, `msoa` | from whichever census is loaded; `lsoa11` and `lsoa21` are of a fixed census. postcodes.io has those of 2011 |
//! | `country` | from the GSS codes of the areas; `null` outside all areas |
//! | `?filter=` | accepts every field; postcodes.io accepts only the older ones |
//! | `limit` and `radius` below 0 | rejected; in postcodes.io they fail in the database |
//! | JSONP | wraps errors too, with status 200 |
//! | places, Scottish postcodes | no data: an empty list, `null`, or "not found" |

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use postcodes_io::Terminated;

use crate::http::error::{ErrorFormat, Problem};
use crate::http::{AppState, Routes};

mod distance;
pub(super) mod mapit;
pub(super) mod postcodes_io;
mod query;
mod reply;

/// Routes whose responses depend only on the request and the snapshot.
pub(in crate::http) fn routes() -> Routes {
    [mapit::routes(), postcodes_io::routes()].concat()
}

/// Routes whose responses vary: random postcodes and status.
pub(in crate::http) fn fresh_routes() -> Routes {
    postcodes_io::fresh_routes()
}

/// Runs `work` on the blocking pool. Errors of the pool are converted to the error type of `work`.
async fn run_blocking<T, R>(
    app: &AppState,
    work: impl FnOnce() -> Result<T, R> + Send + 'static,
) -> Result<T, R>
where
    T: Send + 'static,
    R: From<Problem> + Send + 'static,
{
    app.blocking_pool.run_blocking(move || Ok(work())).await?
}

/// Error in MapIt's shape.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MapItError")]
pub(super) struct MapItErrorJson<'a> {
    /// What is wrong.
    error: &'a str,
    /// HTTP status code.
    code: u16,
}

impl MapItErrorJson<'_> {
    fn text(&self) -> Bytes {
        // Strings and numbers always serialize.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// Error in postcodes.io's shape.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PostcodesIoError")]
pub(super) struct PostcodesIoErrorJson<'a> {
    /// HTTP status code.
    status: u16,
    /// What is wrong.
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    terminated: Option<&'a Terminated>,
}

impl<'a> PostcodesIoErrorJson<'a> {
    fn new(status: u16, error: &'a str) -> Self {
        Self { status, error, terminated: None }
    }

    fn text(&self) -> Bytes {
        // Strings and numbers always serialize.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// Returns the error format for a request path. `None` for our own routes.
pub(in crate::http) fn error_format(path: &str) -> Option<ErrorFormat> {
    let under = |start: &str| {
        path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if under("/mapit") {
        Some(|problem, response| {
            let code = response.status().as_u16();
            rewritten(response, MapItErrorJson { error: problem.detail(), code }.text())
        })
    } else if under("/postcodes-io") {
        Some(|problem, response| {
            let status = response.status();
            let error = if status == StatusCode::NOT_FOUND {
                "Resource not found"
            } else {
                problem.detail()
            };
            rewritten(response, PostcodesIoErrorJson::new(status.as_u16(), error).text())
        })
    } else {
        None
    }
}

/// Replaces the body of a problem response.
fn rewritten(mut response: Response, body: Bytes) -> Response {
    *response.body_mut() = reply::json(response.status(), body).into_body();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(reply::JSON));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}
