//! What an object in JSON says of a place.

use std::borrow::Cow;

use serde::Deserialize;

use super::columns::By;
use super::{Refusal, Status, bng, lng_lat, postcode};
use crate::answers::Place;

/// The members that say where; a postcode as it was read.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
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

impl<T> Said<T> {
    /// Only what one way says, if one is chosen.
    pub(super) fn by(self, by: Option<By>) -> Self {
        let Self { postcode, lon, lat, easting, northing } = self;
        let nothing = Self { postcode: None, lon: None, lat: None, easting: None, northing: None };
        match by {
            None => Self { postcode, lon, lat, easting, northing },
            Some(By::Postcode) => Self { postcode, ..nothing },
            Some(By::LngLat) => Self { lon, lat, ..nothing },
            Some(By::Bng) => Self { easting, northing, ..nothing },
        }
    }

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
