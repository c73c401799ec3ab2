//! The text around the values of a place: the question, the location and a termination date.

use lapwing_boundaries::atlas::{Day, PrecomputedAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::position::{Accuracy, Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;

use crate::answers::PlaceAnswer;
use crate::answers::common_fields::{Keyed, Metres};
use crate::answers::number;
use crate::answers::place::{Location, Place, Query, Standing};
use crate::answers::sample::{around, json};
use crate::answers::text_writer::{Pen, Short, Text, Texts};

/// The text around the values of a place, for a day.
#[derive(Debug)]
pub(super) struct PlaceFragments {
    /// `"query":{"postcode":"`
    postcode: Short,
    /// `"query":{"lon":`, `,"lat":`
    lng_lat: [Short; 2],
    /// `"query":{"easting":`, `,"northing":`
    bng: [Short; 2],
    /// From after the postcode to before the longitude:
    /// `","date":"2024-05-01"},"location":{"lon":`
    after_postcode: Text,
    /// The same after a position, without the first quotation mark.
    after_position: Text,
    /// `,"lat":`, `,"easting":`, `,"northing":`
    location: [Short; 3],
    /// `,"positional_quality":`
    positional_quality: Short,
    /// `,"accuracy":"helmert"`
    helmert: Short,
    /// `}`
    end_of_location: Short,
    /// `,"terminated":"`
    terminated: Short,
}

/// The names of the members that hold the areas and their confidence, with what is before them:
/// `,"areas":` and `,"confidence":`.
pub(super) struct MemberNames {
    pub(super) areas: String,
    pub(super) confidence: String,
}

fn sample_postcode() -> Postcode {
    Postcode::parse("AA1 1AA").expect("a postcode")
}

fn short(text: &str) -> Short {
    Short::of([text.as_bytes(), b"", b""])
}

impl PlaceFragments {
    pub(super) fn new(day: Day, texts: &mut Texts) -> (Self, MemberNames) {
        let lng_lat = LngLat::new(1.25, 52.5).expect("degrees");
        let bng = Bng::new(701.0, 802.0).expect("metres on the grid");
        let query = |place| Query::new(place, day);
        let ([postcode_is], after_postcode) =
            around(&query(Place::Postcode(sample_postcode())), ["AA1 1AA"]);
        let (lng_lat, after_position) = around(&query(Place::LngLat(lng_lat)), ["1.25", "52.5"]);
        let (bng, _) = around(&query(Place::Bng(bng)), ["701", "802"]);

        let place = Self::sample(day);
        let helmert = json(&Accuracy::Helmert);
        let ([lon, lat, easting, northing, quality, accuracy], end_of_location) =
            around(&place.location, ["1.25", "52.5", "701", "802", "10", &helmert]);

        let values = [&*json(&place.query), &*json(&place.location), "2019-07", "{}", "null"];
        let ([query_is, location_is, terminated, areas, confidence], _) = around(&place, values);
        let query_is = query_is.trim_start_matches('{');
        let first = |member: &str| short(&format!("{query_is}{member}"));
        let mut last = |end: &str| texts.keep(format!("{end}{location_is}{lon}").as_bytes());
        let fragments = Self {
            postcode: first(&postcode_is),
            after_postcode: last(&after_postcode),
            after_position: last(&after_position),
            lng_lat: [first(&lng_lat[0]), short(&lng_lat[1])],
            bng: [first(&bng[0]), short(&bng[1])],
            location: [lat, easting, northing].map(|text| short(&text)),
            positional_quality: short(&quality),
            helmert: short(&format!("{accuracy}{helmert}")),
            end_of_location: short(&end_of_location),
            terminated: short(&terminated),
        };
        // The text before the areas begins with the end of the termination date.
        let areas = areas.trim_start_matches('"').to_owned();
        (fragments, MemberNames { areas, confidence })
    }

    /// A place whose values [`Self::new`] finds in its JSON.
    pub(super) fn sample(day: Day) -> PlaceAnswer<'static> {
        PlaceAnswer {
            query: Query::new(Place::Postcode(sample_postcode()), day),
            location: Location {
                lon: 1.25,
                lat: 52.5,
                easting: Metres(701.0),
                northing: Metres(802.0),
                positional_quality: Some(10),
                accuracy: Some(Accuracy::Helmert),
            },
            terminated: Some("2019-07".to_owned()),
            areas: Keyed(Vec::new()),
            confidence: None,
        }
    }

    fn put_location(&self, pen: &mut Pen, [lon, lat]: [i32; 2], at: Option<Bng>) {
        number::degrees(pen, lon);
        pen.put_short(&self.location[0]);
        number::degrees(pen, lat);
        if let Some(at) = at {
            pen.put_short(&self.location[1]);
            number::grid_metres(pen, at.easting());
            pen.put_short(&self.location[2]);
            number::grid_metres(pen, at.northing());
        }
    }

    fn end_location(&self, pen: &mut Pen, accuracy: Accuracy) {
        if accuracy == Accuracy::Helmert {
            pen.put_short(&self.helmert);
        }
        pen.put_short(&self.end_of_location);
    }
}

/// A place whose question and location can be written.
pub(super) trait WritePlace {
    /// Writes from `"query":` to before `,"areas":`.
    fn write(&self, pen: &mut Pen, fragments: &PlaceFragments, texts: &Texts);
}

/// A postcode whose answer is precomputed.
impl WritePlace for (PostcodeFacts, PrecomputedAnswer<'_>) {
    fn write(&self, pen: &mut Pen, fragments: &PlaceFragments, texts: &Texts) {
        let (facts, known) = self;
        pen.put_short(&fragments.postcode);
        put_postcode(pen, facts.postcode);
        pen.put_text(texts, fragments.after_postcode);
        fragments.put_location(pen, known.millionths(), facts.position);
        pen.put_short(&fragments.positional_quality);
        pen.whole(u64::from(facts.positional_quality));
        fragments.end_location(pen, known.accuracy());
        if let Some(month) = facts.terminated {
            pen.put_short(&fragments.terminated);
            number::month(pen, month);
            pen.put(b"\"");
        }
    }
}

/// A position.
impl WritePlace for Standing {
    fn write(&self, pen: &mut Pen, fragments: &PlaceFragments, texts: &Texts) {
        let after = match self.place {
            Place::LngLat(at) => {
                pen.put_short(&fragments.lng_lat[0]);
                number::by_serde(pen, at.lon());
                pen.put_short(&fragments.lng_lat[1]);
                number::by_serde(pen, at.lat());
                fragments.after_position
            }
            Place::Bng(at) => {
                pen.put_short(&fragments.bng[0]);
                number::grid_metres(pen, at.easting());
                pen.put_short(&fragments.bng[1]);
                number::grid_metres(pen, at.northing());
                fragments.after_position
            }
            Place::Postcode(postcode) => {
                pen.put_short(&fragments.postcode);
                put_postcode(pen, postcode);
                fragments.after_postcode
            }
        };
        pen.put_text(texts, after);
        let (at, accuracy) = self.lng_lat();
        let millionths = [at.lon(), at.lat()].map(|degrees| (degrees * 1e6).round() as i32);
        fragments.put_location(pen, millionths, Some(self.at));
        fragments.end_location(pen, accuracy);
    }
}

fn put_postcode(pen: &mut Pen, postcode: Postcode) {
    let (text, length) = postcode.canonical();
    pen.put_few(text, length);
}
