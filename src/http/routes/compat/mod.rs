//! `/mapit` and `/postcodes-io`: the shapes that clients of MapIt and of postcodes.io understand.
//!
//! A program written for either works against this service when its base URL is changed. What we
//! hold no data for is `null` (postcodes.io) or absent (MapIt), never invented. Both services
//! ignore unknown query parameters and Accept headers, so these routes do; both have errors of
//! their own shape, so nothing here answers in problem documents.
//!
//! # What differs from the originals
//!
//! | both | |
//! |---|---|
//! | a position on a boundary | is in every area that it touches; PostGIS puts it in none |
//! | a postcode whose addresses are known | is in the areas of its addresses, as in `/v1/lookup`; where one area is to be named, the one with most of them |
//! | errors of the server | carry a status of 503 where it is overloaded or not ready; a wrong method 405 |
//! | HTML pages, rate limits | there are none |
//!
//! | MapIt | |
//! |---|---|
//! | ids | are made of the codes ([`crate::compat::directory`]), not MapIt's own |
//! | generations | are made of the vintages' dates ([`crate::compat::generations`]) |
//! | types | also `LAP`; and `WRD`, `LAD`, `NCP`, `RGN` where MapIt has no word or nothing tells which of its words ([`crate::compat::kinds`]) |
//! | codes | `gss`; `ons` beside it for the census's areas; else the series, as in `{"lap": "N4"}` |
//! | `touches`, `overlaps`, … | on whole geometries, drawing errors set aside: a sliver is no overlap but a touch. MapIt compares the parts it cuts areas into |
//! | `simplify_tolerance` | keeps common boundaries common, is never coarser than asked, and never leaves nothing |
//! | `/area/N4` | codes that are not GSS codes lead to their area too |
//! | `.kml` | is in degrees whatever the srid, as KML demands |
//! | JSONP | is called a script, as which browsers run it; MapIt calls it JSON |
//! | the enclosing areas 900000 to 900008 | are not added |
//!
//! | postcodes.io | |
//! |---|---|
//! | `lap`, `codes.lap` | ours |
//! | `lsoa`, `msoa` | of whichever census is loaded; `lsoa11`, `lsoa21` say which. There they are those of 2011 |
//! | `country` | what the GSS codes of the areas say; `null` outside all areas |
//! | `?filter=` | takes every field, not only the older ones |
//! | `limit` and `radius` below 0 | are refused; there they fail in the database |
//! | JSONP | errors too are wrapped, with status 200 |
//! | places, Scottish postcodes | we hold none: an empty list, `null`, or "not found" |

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use crate::http::error::Problem;
use crate::http::{AppState, Routes};

mod distance;
mod mapit;
mod postcodes_io;
mod query;
mod reply;

/// Routes that answer the same to the same question as long as the snapshot serves.
pub(in crate::http) fn routes() -> Routes {
    [mapit::routes(), postcodes_io::routes()].concat()
}

/// Routes that do not: chance, and whether the service is there.
pub(in crate::http) fn fresh_routes() -> Routes {
    postcodes_io::fresh_routes()
}

/// Does work that takes long on a thread for work. What it refuses, it refuses in the words of a
/// service.
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

/// Whose words an address is answered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ErrorFormat {
    MapIt,
    PostcodesIo,
}

/// The mark of an answer that is in such words already.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Spoken;

impl ErrorFormat {
    /// Of the path of a request; `None` of our own.
    pub(in crate::http) fn of(path: &str) -> Option<Self> {
        let under = |start: &str| {
            path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if under("/mapit") {
            Some(Self::MapIt)
        } else {
            under("/postcodes-io").then_some(Self::PostcodesIo)
        }
    }

    /// A problem in its words, with the headers it has.
    pub(in crate::http) fn say(self, problem: &Problem, mut response: Response) -> Response {
        let status = response.status();
        let body = match self {
            Self::MapIt => json!({"error": problem.detail(), "code": status.as_u16()}),
            Self::PostcodesIo if status == StatusCode::NOT_FOUND => {
                json!({"status": 404, "error": "Resource not found"})
            }
            Self::PostcodesIo => json!({"status": status.as_u16(), "error": problem.detail()}),
        };
        let written = reply::json(status, body.to_string().into());
        *response.body_mut() = written.into_body();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(reply::JSON));
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response
    }
}
