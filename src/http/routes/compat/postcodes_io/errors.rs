//! Errors in postcodes.io's format, with its messages.

use axum::body::Bytes;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::http::error::Problem;
use crate::http::routes::compat::PostcodesIoErrorJson;

/// Why a request fails.
#[derive(Debug)]
pub(super) enum PostcodesIoError {
    InvalidPostcode,
    PostcodeNotFound(Option<Terminated>),
    TerminatedNotFound,
    NotScottish,
    OutcodeNotFound,
    PlaceNotFound,
    NotReady,
    InvalidJson,
    InvalidQuery,
    NoArray,
    TooManyPostcodes,
    TooManyLocations,
    NoPostcode,
    NoQuery,
    InvalidPosition,
    InvalidLimit,
    InvalidRadius,
    Problem(Problem),
}

/// A terminated postcode.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PostcodesIoTerminated")]
pub(in crate::http::routes) struct Terminated {
    /// Postcode in standard form.
    pub(super) postcode: String,
    /// Year in which it was terminated.
    #[schemars(range(min = 0))]
    pub(super) year_terminated: i16,
    /// Month in which it was terminated, 1 to 12.
    #[schemars(range(min = 1, max = 12))]
    pub(super) month_terminated: u8,
    /// Longitude in degrees (WGS84). Null if unknown.
    pub(super) longitude: Option<f64>,
    /// Latitude in degrees (WGS84). Null if unknown.
    pub(super) latitude: Option<f64>,
}

impl From<Problem> for PostcodesIoError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Maximum number of postcodes or positions in one request.
pub(super) const MAX_BULK_ITEMS: usize = 100;

impl PostcodesIoError {
    fn status_and_message(&self) -> (StatusCode, &'static str) {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        const NONE: StatusCode = StatusCode::NOT_FOUND;
        match self {
            Self::InvalidPostcode => (NONE, "Invalid postcode"),
            Self::PostcodeNotFound(_) => (NONE, "Postcode not found"),
            Self::TerminatedNotFound => (NONE, "Terminated postcode not found"),
            Self::NotScottish => (NONE, "Postcode exists in ONSPD but not in SPD"),
            Self::OutcodeNotFound => (NONE, "Outcode not found"),
            Self::PlaceNotFound => (NONE, "Place not found"),
            Self::NotReady | Self::Problem(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "Service not ready. Database is not available")
            }
            Self::InvalidJson => (
                BAD,
                "Invalid JSON submitted.\nYou need to submit a JSON object with an array of postcodes or geolocation objects.\nAlso ensure that Content-Type is set to application/json\n",
            ),
            Self::InvalidQuery => (
                BAD,
                "Invalid JSON query submitted. \nYou need to submit a JSON object with an array of postcodes or geolocation objects.\nAlso ensure that Content-Type is set to application/json\n",
            ),
            Self::NoArray => (BAD, "Invalid data submitted. You need to provide a JSON array"),
            Self::TooManyPostcodes => (
                BAD,
                "Too many postcodes submitted. Up to 100 postcodes can be bulk requested at a time",
            ),
            Self::TooManyLocations => (
                BAD,
                "Too many locations submitted. Up to 100 locations can be bulk requested at a time",
            ),
            Self::NoPostcode => {
                (BAD, "No postcode query submitted. Remember to include query parameter")
            }
            Self::NoQuery => (BAD, "No valid query submitted. Remember to include every parameter"),
            Self::InvalidPosition => (BAD, "Invalid longitude/latitude submitted"),
            Self::InvalidLimit => (BAD, "Invalid result limit submitted"),
            Self::InvalidRadius => (BAD, "Invalid lookup radius submitted"),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status_and_message().0
    }

    pub(super) fn body(&self) -> Bytes {
        let (status, error) = self.status_and_message();
        let terminated = match self {
            Self::PostcodeNotFound(terminated) => terminated.as_ref(),
            _ => None,
        };
        PostcodesIoErrorJson { status: status.as_u16(), error, terminated }.text()
    }
}
