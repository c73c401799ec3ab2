//! The members of a JSON object that hold a place.

use std::borrow::Cow;

use serde::Deserialize;

use super::input_columns::PlaceColumns;
use super::{RowError, Status, bng, lng_lat, postcode};
use crate::answers::Place;

/// The members that hold a place. `T` is a postcode as it was read.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct PlaceFields<T> {
    pub(super) postcode: Option<T>,
    pub(super) lon: Option<f64>,
    pub(super) lat: Option<f64>,
    pub(super) easting: Option<f64>,
    pub(super) northing: Option<f64>,
}

/// A string, borrowed from the input unless it has escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    /// Parses the string as a postcode.
    pub(super) fn place(&self) -> Result<Place, RowError> {
        postcode(&self.0)
    }
}

impl<T> Default for PlaceFields<T> {
    /// No members.
    fn default() -> Self {
        Self { postcode: None, lon: None, lat: None, easting: None, northing: None }
    }
}

/// The members for one kind of place.
#[derive(Deserialize)]
struct ByPostcode<'a> {
    #[serde(borrow)]
    postcode: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ByLngLat {
    lon: Option<f64>,
    lat: Option<f64>,
}

#[derive(Deserialize)]
struct ByBng {
    easting: Option<f64>,
    northing: Option<f64>,
}

impl<'a> PlaceFields<Text<'a>> {
    /// Reads an object. If `by` chooses a kind of place, the members of other kinds can have any
    /// value.
    pub(super) fn read(object: &'a [u8], by: Option<PlaceColumns>) -> serde_json::Result<Self> {
        Ok(match by {
            None => serde_json::from_slice(object)?,
            Some(PlaceColumns::Postcode) => {
                let ByPostcode { postcode } = serde_json::from_slice(object)?;
                Self { postcode, ..Self::default() }
            }
            Some(PlaceColumns::LngLat) => {
                let ByLngLat { lon, lat } = serde_json::from_slice(object)?;
                Self { lon, lat, ..Self::default() }
            }
            Some(PlaceColumns::Bng) => {
                let ByBng { easting, northing } = serde_json::from_slice(object)?;
                Self { easting, northing, ..Self::default() }
            }
        })
    }
}

impl<T> PlaceFields<T> {
    /// Returns the place. Fails unless the members hold exactly one.
    pub(super) fn place(
        self,
        postcode: impl FnOnce(T) -> Result<Place, RowError>,
    ) -> Result<Place, RowError> {
        match (self.postcode, (self.lon, self.lat), (self.easting, self.northing)) {
            (Some(text), (None, None), (None, None)) => postcode(text),
            (None, (Some(lon), Some(lat)), (None, None)) => lng_lat(lon, lat),
            (None, (None, None), (Some(easting), Some(northing))) => bng(easting, northing),
            _ => {
                let why = "give one of postcode, lon and lat, or easting and northing";
                Err((Status::Invalid, why.into()))
            }
        }
    }
}
