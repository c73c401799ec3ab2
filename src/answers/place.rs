//! A place as it is asked for, and where it is.

use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Day, PrecomputedAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::position::{Accuracy, Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;
use serde::Serialize;

use super::common_fields::{Metres, degrees};
use super::error::AnswerError;

/// A place that is asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// A postcode.
    Postcode(Postcode),
    /// A position in WGS84 degrees.
    LngLat(LngLat),
    /// A position in grid metres.
    Bng(Bng),
}

impl Place {
    /// What is known of it, if it is a postcode whose answers are.
    pub(crate) fn known(self, atlas: &Atlas) -> Option<(PostcodeFacts, PrecomputedAnswer<'_>)> {
        match self {
            Self::Postcode(postcode) => atlas.precomputed(postcode),
            Self::LngLat(_) | Self::Bng(_) => None,
        }
    }
}

/// Reads a day as it is asked for, `YYYY-MM-DD` and nothing else.
pub fn read_date(text: &str) -> Option<Date> {
    let is_digit =
        |at: usize, b: u8| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() };
    let has_form = text.len() == 10 && text.bytes().enumerate().all(|(at, b)| is_digit(at, b));
    if has_form { text.parse().ok() } else { None }
}

/// The question, as it was understood.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Query {
    /// The place.
    #[serde(flatten)]
    pub place: QueryPlace,
    /// The day asked for, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// The place of a question; numbers are given back as they came.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum QueryPlace {
    /// In canonical form.
    Postcode {
        /// `NN1 1ED`
        postcode: String,
    },
    /// In degrees.
    LngLat {
        /// Degrees east.
        lon: f64,
        /// Degrees north.
        lat: f64,
    },
    /// In grid metres.
    Bng {
        /// Metres east.
        easting: Metres,
        /// Metres north.
        northing: Metres,
    },
}

impl Query {
    /// The question about a place, on a day.
    pub fn new(place: Place, day: Day) -> Self {
        let date = match day {
            Day::Asked(date) => Some(date),
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

/// Where a place is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Location {
    /// Degrees east, WGS84.
    pub lon: f64,
    /// Degrees north, WGS84.
    pub lat: f64,
    /// Metres east on the British National Grid.
    pub easting: Metres,
    /// Metres north on the British National Grid.
    pub northing: Metres,
    /// Of a postcode: how its source found the position, 10 the best, 90 none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positional_quality: Option<u8>,
    /// `helmert` where degrees and metres are only the 5 m approximation of each other, outside
    /// the OSTN15 grid; absent where they are good to the millimetre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Accuracy>,
}

/// A place found on the grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) place: Place,
    pub(super) at: Bng,
    /// Of degrees: how good those metres are.
    accuracy: Option<Accuracy>,
    /// What is known of the postcode, if the place is one.
    pub(super) record: Option<PostcodeFacts>,
}

impl Standing {
    /// A position on the grid.
    pub(super) fn at(at: Bng) -> Self {
        Self { place: Place::Bng(at), at, accuracy: None, record: None }
    }

    pub(super) fn find(atlas: &Atlas, place: Place) -> Result<Self, AnswerError> {
        let (at, accuracy, record) = match place {
            Place::Postcode(postcode) => {
                let record = atlas.facts(postcode).ok_or(AnswerError::UnknownPostcode(postcode))?;
                let at = record.position.ok_or(AnswerError::PostcodeWithoutPosition(postcode))?;
                (at, None, Some(record))
            }
            Place::LngLat(at) => {
                let (at, accuracy) = at.to_bng().map_err(AnswerError::Outside)?;
                (at, Some(accuracy), None)
            }
            Place::Bng(at) => return Ok(Self::at(at)),
        };
        Ok(Self { place, at, accuracy, record })
    }

    /// Degrees, and how good an approximation of the metres they are.
    pub(super) fn lng_lat(&self) -> (LngLat, Accuracy) {
        match (self.place, self.accuracy) {
            // The caller's own degrees are exact; how good the metres are is the way forth.
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
