//! A requested place, and its location.

use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Day, PrecomputedAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::position::{Accuracy, Bng, InvalidPosition, LngLat};
use lapwing_boundaries::postcode::{InvalidPostcode, Postcode};
use schemars::JsonSchema;
use serde::Serialize;

use super::common_fields::{Metres, degrees};
use super::error::AnswerError;
use super::schema::one_object;

/// A requested place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// A postcode.
    Postcode(Postcode),
    /// A position in WGS84 degrees.
    LngLat(LngLat),
    /// A position in metres on the grid.
    Bng(Bng),
}

impl Place {
    /// The facts and the precomputed answer of a postcode that has one.
    pub(crate) fn known(self, atlas: &Atlas) -> Option<(PostcodeFacts, PrecomputedAnswer<'_>)> {
        match self {
            Self::Postcode(postcode) => atlas.precomputed(postcode),
            Self::LngLat(_) | Self::Bng(_) => None,
        }
    }
}

/// The postcode of the atlas that a text seems to mean, if a letter was typed for a digit or the
/// reverse. It is only suggested: a wrong guess would look like an answer.
pub fn similar_postcode(atlas: &Atlas, text: &str) -> Option<Postcode> {
    Postcode::suggest(text, |postcode| atlas.facts(postcode).is_some())
}

/// Says that a text is not a postcode, and suggests one if possible.
pub fn invalid_postcode(atlas: Option<&Atlas>, error: &InvalidPostcode) -> String {
    match atlas.and_then(|atlas| similar_postcode(atlas, error.text())) {
        Some(similar) => {
            format!("{:?} is not a postcode: did you mean {similar}?", error.text())
        }
        None => error.to_string(),
    }
}

/// The place and day of the request, as understood. Has only the members that the request gave.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Query {
    /// The place.
    #[serde(flatten)]
    pub place: QueryPlace,
    /// Day for which boundaries were requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// The place of a question. Numbers are repeated unchanged.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline, transform = one_object)]
pub enum QueryPlace {
    /// A postcode in canonical form.
    Postcode {
        /// Postcode in standard form.
        postcode: String,
    },
    /// A position in degrees.
    LngLat {
        /// Longitude in degrees (WGS84).
        lon: f64,
        /// Latitude in degrees (WGS84).
        lat: f64,
    },
    /// A position in metres on the grid.
    Bng {
        /// Easting in metres (EPSG:27700).
        easting: Metres,
        /// Northing in metres (EPSG:27700).
        northing: Metres,
    },
}

impl Query {
    /// Creates the question about a place, on a day.
    pub fn new(place: Place, day: Day) -> Self {
        let date = match day {
            Day::Requested(date) => Some(date),
            Day::Today(_) => None,
        };
        let place = match place {
            Place::Postcode(postcode) => QueryPlace::Postcode { postcode: postcode.to_string() },
            Place::LngLat(at) => QueryPlace::LngLat { lon: at.lon(), lat: at.lat() },
            Place::Bng(at) => {
                QueryPlace::Bng { easting: Metres(at.easting()), northing: Metres(at.northing()) }
            }
        };
        Self { place, date }
    }
}

/// Position of the place.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Location {
    /// Longitude in degrees (WGS84).
    pub lon: f64,
    /// Latitude in degrees (WGS84).
    pub lat: f64,
    /// Easting in metres (EPSG:27700).
    pub easting: Metres,
    /// Northing in metres (EPSG:27700).
    pub northing: Metres,
    /// ONS positional quality of the postcode: 10 is best, 50 and 60 are estimates, 90 has no
    /// position. Absent for other places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positional_quality: Option<u8>,
    /// Present if degrees and metres agree only to within 5 m, because the place lies outside the
    /// OSTN15 grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["helmert"]))]
    pub accuracy: Option<Accuracy>,
}

/// A place with its position on the grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResolvedPlace {
    pub(super) place: Place,
    pub(super) at: Bng,
    /// For a place in degrees: the accuracy of the metres.
    accuracy: Option<Accuracy>,
    /// The facts of the postcode, if the place is one.
    pub(super) record: Option<PostcodeFacts>,
}

impl ResolvedPlace {
    /// Resolves a position on the grid.
    pub(super) fn at(at: Bng) -> Self {
        Self { place: Place::Bng(at), at, accuracy: None, record: None }
    }

    /// Resolves a position in degrees.
    pub(super) fn in_degrees(degrees: LngLat) -> Result<Self, AnswerError> {
        let (lon, lat) = (degrees.lon(), degrees.lat());
        let outside = |_| AnswerError::Outside(InvalidPosition::FarFromBritain { lon, lat });
        let (at, accuracy) = degrees.to_bng().map_err(outside)?;
        let place = Place::LngLat(degrees);
        Ok(Self { place, at, accuracy: Some(accuracy), record: None })
    }

    pub(super) fn find(atlas: &Atlas, place: Place) -> Result<Self, AnswerError> {
        let (at, record) = match place {
            Place::Postcode(postcode) => {
                let record = atlas.facts(postcode).ok_or_else(|| {
                    let similar = similar_postcode(atlas, &postcode.to_string());
                    AnswerError::UnknownPostcode { postcode, similar }
                })?;
                let at = record.position.ok_or(AnswerError::PostcodeWithoutPosition(postcode))?;
                (at, record)
            }
            Place::LngLat(at) => return Self::in_degrees(at),
            Place::Bng(at) => return Ok(Self::at(at)),
        };
        Ok(Self { place, at, accuracy: None, record: Some(record) })
    }

    /// The position in degrees, and how accurately degrees and metres agree.
    pub(super) fn lng_lat(&self) -> (LngLat, Accuracy) {
        match (self.place, self.accuracy) {
            // The given degrees are exact, so the accuracy is that of the metres.
            (Place::LngLat(given), Some(accuracy)) => (given, accuracy),
            _ => self.at.to_lng_lat(),
        }
    }

    pub(super) fn location(&self) -> Location {
        let (lng_lat, accuracy) = self.lng_lat();
        Location {
            lon: degrees(lng_lat.lon()),
            lat: degrees(lng_lat.lat()),
            easting: Metres(self.at.easting()),
            northing: Metres(self.at.northing()),
            positional_quality: self.record.map(|record| record.positional_quality),
            accuracy: (accuracy == Accuracy::Helmert).then_some(accuracy),
        }
    }
}
