//! What is known of a place, before it is put into words.

use lapwing_boundaries::atlas::PrecomputedAnswer;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::locate::{Level, Located, Match};
use lapwing_boundaries::position::{Accuracy, Bng};
use lapwing_boundaries::postcode::Postcode;

use crate::answers::number;
use crate::answers::place::{Place, Standing};
use crate::answers::text_writer::Pen;

/// What layers say of a place. A layer is given by its place among those asked, and by that in the
/// atlas.
pub(super) trait Told {
    /// Whether addresses say it, and not a position.
    fn is_by_addresses(&self) -> bool;

    /// The areas that hold it, in code order.
    fn holders(&self, at: usize, layer: usize) -> impl Iterator<Item = Match>;

    /// How sure that is, and metres to the nearest boundary.
    fn sureness(&self, at: usize, layer: usize) -> (Level, Option<f64>);

    /// The other areas near it, in code order, with the distance in metres.
    fn near(&self, at: usize, layer: usize) -> impl Iterator<Item = (usize, f64)>;
}

impl Told for PrecomputedAnswer<'_> {
    fn is_by_addresses(&self) -> bool {
        self.is_by_addresses()
    }

    fn holders(&self, _: usize, layer: usize) -> impl Iterator<Item = Match> {
        self.matches(layer)
    }

    fn sureness(&self, _: usize, layer: usize) -> (Level, Option<f64>) {
        (self.level(layer), self.boundary_distance_m(layer))
    }

    fn near(&self, _: usize, layer: usize) -> impl Iterator<Item = (usize, f64)> {
        let own = self.near().filter(move |(of, ..)| *of == layer);
        own.map(|(_, area, distance)| (area, distance))
    }
}

/// A position: one for each layer asked; `None` where no vintage is in force on the day.
impl Told for [Option<Located>] {
    fn is_by_addresses(&self) -> bool {
        false
    }

    fn holders(&self, at: usize, _: usize) -> impl Iterator<Item = Match> {
        self[at].iter().flat_map(|located| &located.matches).copied()
    }

    fn sureness(&self, at: usize, _: usize) -> (Level, Option<f64>) {
        let located = self[at].as_ref();
        located.map_or((Level::High, None), |located| (located.level, located.boundary_distance_m))
    }

    fn near(&self, at: usize, _: usize) -> impl Iterator<Item = (usize, f64)> {
        self[at].iter().flat_map(|located| &located.near).copied()
    }
}

/// A place as it is written.
pub(super) trait Written {
    /// `"postcode":"NN1 1ED"`
    fn write_query(&self, pen: &mut Pen);

    /// From `"lon":` to what stands before `,"areas":`.
    fn write_location(&self, pen: &mut Pen);
}

/// A postcode.
impl Written for (PostcodeFacts, PrecomputedAnswer<'_>) {
    fn write_query(&self, pen: &mut Pen) {
        pen.put(b"\"postcode\":\"");
        put_postcode(pen, self.0.postcode);
        pen.put(b"\"");
    }

    fn write_location(&self, pen: &mut Pen) {
        let (facts, known) = self;
        write_degrees(pen, known.millionths());
        if let Some(at) = facts.position {
            pen.put(b",");
            write_metres(pen, at);
        }
        pen.put(b",\"positional_quality\":");
        pen.whole(u64::from(facts.positional_quality));
        end_location(pen, known.accuracy());
        if let Some(month) = facts.terminated {
            pen.put(b",\"terminated\":\"");
            number::month(pen, month);
            pen.put(b"\"");
        }
    }
}

/// A position.
impl Written for Standing {
    fn write_query(&self, pen: &mut Pen) {
        match self.place {
            Place::LngLat(at) => {
                pen.put(b"\"lon\":");
                number::by_serde(pen, at.lon());
                pen.put(b",\"lat\":");
                number::by_serde(pen, at.lat());
            }
            Place::Bng(at) => write_metres(pen, at),
            Place::Postcode(postcode) => {
                pen.put(b"\"postcode\":\"");
                put_postcode(pen, postcode);
                pen.put(b"\"");
            }
        }
    }

    fn write_location(&self, pen: &mut Pen) {
        let (at, accuracy) = self.lng_lat();
        write_degrees(pen, [at.lon(), at.lat()].map(|degrees| (degrees * 1e6).round() as i32));
        pen.put(b",");
        write_metres(pen, self.at);
        end_location(pen, accuracy);
    }
}

fn write_degrees(pen: &mut Pen, [lon, lat]: [i32; 2]) {
    pen.put(b"\"lon\":");
    number::degrees(pen, lon);
    pen.put(b",\"lat\":");
    number::degrees(pen, lat);
}

fn write_metres(pen: &mut Pen, at: Bng) {
    pen.put(b"\"easting\":");
    number::grid_metres(pen, at.easting());
    pen.put(b",\"northing\":");
    number::grid_metres(pen, at.northing());
}

fn end_location(pen: &mut Pen, accuracy: Accuracy) {
    if accuracy == Accuracy::Helmert {
        pen.put(b",\"accuracy\":\"helmert\"");
    }
    pen.put(b"}");
}

fn put_postcode(pen: &mut Pen, postcode: Postcode) {
    let (text, length) = postcode.canonical();
    pen.put_few(text, length);
}
