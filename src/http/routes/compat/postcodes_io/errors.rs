//! Errors in postcodes.io's format, with its messages.

use axum::body::Bytes;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::http::error::Problem;

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

/// A terminated postcode, with the month in which it ended.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Terminated {
    pub(super) postcode: String,
    pub(super) year_terminated: i16,
    pub(super) month_terminated: u8,
    pub(super) longitude: Option<f64>,
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
        let mut body = json!({"status": status.as_u16(), "error": error});
        if let Self::PostcodeNotFound(Some(terminated)) = self {
            body["terminated"] = json!(terminated);
        }
        body.to_string().into()
    }
}
