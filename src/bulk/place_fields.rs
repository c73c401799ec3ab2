//! What an object in JSON says of a place.

use std::borrow::Cow;

use serde::Deserialize;

use super::input_columns::By;
use super::{Refusal, Status, bng, lng_lat, postcode};
use crate::answers::Place;

/// The members that say where; a postcode as it was read.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Said<T> {
    pub(super) postcode: Option<T>,
    pub(super) lon: Option<f64>,
    pub(super) lat: Option<f64>,
    pub(super) easting: Option<f64>,
    pub(super) northing: Option<f64>,
}

/// A text, read where it lies unless it has escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    /// The place of a postcode.
    pub(super) fn place(&self) -> Result<Place, Refusal> {
        postcode(&self.0)
    }
}

impl<T> Default for Said<T> {
    /// Nothing.
    fn default() -> Self {
        Self { postcode: None, lon: None, lat: None, easting: None, northing: None }
    }
}

/// The members of one way to say where.
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

impl<'a> Said<Text<'a>> {
    /// Reads an object. If one way is chosen, what other ways would say may be anything.
    pub(super) fn read(object: &'a [u8], by: Option<By>) -> serde_json::Result<Self> {
        Ok(match by {
            None => serde_json::from_slice(object)?,
            Some(By::Postcode) => {
                let ByPostcode { postcode } = serde_json::from_slice(object)?;
                Self { postcode, ..Self::default() }
            }
            Some(By::LngLat) => {
                let ByLngLat { lon, lat } = serde_json::from_slice(object)?;
                Self { lon, lat, ..Self::default() }
            }
            Some(By::Bng) => {
                let ByBng { easting, northing } = serde_json::from_slice(object)?;
                Self { easting, northing, ..Self::default() }
            }
        })
    }
}

impl<T> Said<T> {
    /// The place, if they say one and no more.
    pub(super) fn place(
        self,
        postcode: impl FnOnce(T) -> Result<Place, Refusal>,
    ) -> Result<Place, Refusal> {
        match (self.postcode, (self.lon, self.lat), (self.easting, self.northing)) {
            (Some(text), (None, None), (None, None)) => postcode(text),
            (None, (Some(lon), Some(lat)), (None, None)) => lng_lat(lon, lat),
            (None, (None, None), (Some(easting), Some(northing))) => bng(easting, northing),
            _ => {
                let why = "give one of postcode, lon and lat, or easting and northing";
                Err((Status::Invalid, why.to_owned()))
            }
        }
    }
}
