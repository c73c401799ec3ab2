//! The text around the values of a place: the question, the location and a termination date.

use lapwing_boundaries::atlas::{Day, PrecomputedAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::position::{Accuracy, Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;

use crate::answers::PlaceAnswer;
use crate::answers::common_fields::{Keyed, Metres};
use crate::answers::number;
use crate::answers::place::{Location, Place, Query, ResolvedPlace};
use crate::answers::sample::{around, json};
use crate::answers::text_writer::{ShortText, StoredText, TextStore, TextWriter};

/// The text around the values of a place, for a day.
#[derive(Debug)]
pub(super) struct PlaceFragments {
    /// `"query":{"postcode":"`
    postcode: ShortText,
    /// `"query":{"lon":`, `,"lat":`
    lng_lat: [ShortText; 2],
    /// `"query":{"easting":`, `,"northing":`
    bng: [ShortText; 2],
    /// From after the postcode to before the longitude:
    /// `","date":"2024-05-01"},"location":{"lon":`
    after_postcode: StoredText,
    /// The same after a position, without the first quotation mark.
    after_position: StoredText,
    /// `,"lat":`, `,"easting":`, `,"northing":`
    location: [ShortText; 3],
    /// `,"positional_quality":`
    positional_quality: ShortText,
    /// `,"accuracy":"helmert"`
    helmert: ShortText,
    /// `}`
    end_of_location: ShortText,
    /// `,"terminated":"`
    terminated: ShortText,
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

fn short(text: &str) -> ShortText {
    ShortText::of([text.as_bytes(), b"", b""])
}

impl PlaceFragments {
    pub(super) fn new(day: Day, texts: &mut TextStore) -> (Self, MemberNames) {
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

    fn put_location(&self, writer: &mut TextWriter, [lon, lat]: [i32; 2], at: Option<Bng>) {
        number::degrees(writer, lon);
        writer.put_short_text(&self.location[0]);
        number::degrees(writer, lat);
        if let Some(at) = at {
            writer.put_short_text(&self.location[1]);
            number::grid_metres(writer, at.easting());
            writer.put_short_text(&self.location[2]);
            number::grid_metres(writer, at.northing());
        }
    }

    fn end_location(&self, writer: &mut TextWriter, accuracy: Accuracy) {
        if accuracy == Accuracy::Helmert {
            writer.put_short_text(&self.helmert);
        }
        writer.put_short_text(&self.end_of_location);
    }
}

/// A place whose question and location can be written.
pub(super) trait WritePlace {
    /// Writes from `"query":` to before `,"areas":`.
    fn write(&self, writer: &mut TextWriter, fragments: &PlaceFragments, texts: &TextStore);
}

/// A postcode whose answer is precomputed.
impl WritePlace for (PostcodeFacts, PrecomputedAnswer<'_>) {
    fn write(&self, writer: &mut TextWriter, fragments: &PlaceFragments, texts: &TextStore) {
        let (facts, known) = self;
        writer.put_short_text(&fragments.postcode);
        put_postcode(writer, facts.postcode);
        writer.put_stored(texts, fragments.after_postcode);
        fragments.put_location(writer, known.millionths(), facts.position);
        writer.put_short_text(&fragments.positional_quality);
        writer.integer(u64::from(facts.positional_quality));
        fragments.end_location(writer, known.accuracy());
        if let Some(month) = facts.terminated {
            writer.put_short_text(&fragments.terminated);
            number::month(writer, month);
            writer.put(b"\"");
        }
    }
}

/// A position.
impl WritePlace for ResolvedPlace {
    fn write(&self, writer: &mut TextWriter, fragments: &PlaceFragments, texts: &TextStore) {
        let after = match self.place {
            Place::LngLat(at) => {
                writer.put_short_text(&fragments.lng_lat[0]);
                number::by_serde(writer, at.lon());
                writer.put_short_text(&fragments.lng_lat[1]);
                number::by_serde(writer, at.lat());
                fragments.after_position
            }
            Place::Bng(at) => {
                writer.put_short_text(&fragments.bng[0]);
                number::grid_metres(writer, at.easting());
                writer.put_short_text(&fragments.bng[1]);
                number::grid_metres(writer, at.northing());
                fragments.after_position
            }
            Place::Postcode(postcode) => {
                writer.put_short_text(&fragments.postcode);
                put_postcode(writer, postcode);
                fragments.after_postcode
            }
        };
        writer.put_stored(texts, after);
        let (at, accuracy) = self.lng_lat();
        let millionths = [at.lon(), at.lat()].map(|degrees| (degrees * 1e6).round() as i32);
        fragments.put_location(writer, millionths, Some(self.at));
        fragments.end_location(writer, accuracy);
    }
}

fn put_postcode(writer: &mut TextWriter, postcode: Postcode) {
    let (text, length) = postcode.canonical();
    writer.put_prefix(text, length);
}
