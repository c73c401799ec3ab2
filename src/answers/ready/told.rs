//! What is known of a place, before it is put into words.

use lapwing_boundaries::atlas::KnownAnswer;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::locate::{Level, Located, MatchBy};
use lapwing_boundaries::position::{Accuracy, Bng};
use lapwing_boundaries::predicate::Position;

use crate::answers::number;
use crate::answers::place::{Place, Standing};

/// What layers say of a place. A layer is given by its place among those asked, and by that in the
/// atlas.
pub(super) trait Told {
    /// The areas that hold it, in code order.
    fn holders(&self, at: usize, layer: usize) -> impl Iterator<Item = (usize, Position)>;

    /// How sure that is.
    fn level(&self, at: usize, layer: usize) -> Level;

    /// Metres to the nearest boundary.
    fn boundary_distance_m(&self, at: usize, layer: usize) -> Option<f64>;

    /// The other areas near it, in code order, with the distance in metres.
    fn near(&self, at: usize, layer: usize) -> impl Iterator<Item = (usize, f64)>;
}

impl Told for KnownAnswer<'_> {
    fn holders(&self, _: usize, layer: usize) -> impl Iterator<Item = (usize, Position)> {
        let own = self.holders().filter(move |(of, ..)| *of == layer);
        own.map(|(_, area, position)| (area, position))
    }

    fn level(&self, _: usize, layer: usize) -> Level {
        self.level(layer)
    }

    fn boundary_distance_m(&self, _: usize, layer: usize) -> Option<f64> {
        self.boundary_distance_m(layer)
    }

    fn near(&self, _: usize, layer: usize) -> impl Iterator<Item = (usize, f64)> {
        let own = self.near().filter(move |(of, ..)| *of == layer);
        own.map(|(_, area, distance)| (area, distance))
    }
}

/// One for each layer asked; `None` where no vintage is in force on the day.
impl Told for [Option<Located>] {
    fn holders(&self, at: usize, _: usize) -> impl Iterator<Item = (usize, Position)> {
        self[at].iter().flat_map(|located| &located.matches).map(|of| match of.by {
            MatchBy::Position(position) => (of.area, position),
            MatchBy::Addresses { .. } => unreachable!("a position has no addresses"),
        })
    }

    fn level(&self, at: usize, _: usize) -> Level {
        self[at].as_ref().map_or(Level::High, |located| located.level)
    }

    fn boundary_distance_m(&self, at: usize, _: usize) -> Option<f64> {
        self[at].as_ref()?.boundary_distance_m
    }

    fn near(&self, at: usize, _: usize) -> impl Iterator<Item = (usize, f64)> {
        self[at].iter().flat_map(|located| &located.near).copied()
    }
}

/// A place as it is written.
pub(super) trait Written {
    /// `"postcode":"NN1 1ED"`
    fn write_query(&self, out: &mut Vec<u8>);

    /// From `"lon":` to what stands before `,"areas":`.
    fn write_location(&self, out: &mut Vec<u8>);
}

/// A postcode.
impl Written for (PostcodeFacts, KnownAnswer<'_>) {
    fn write_query(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"postcode\":\"");
        self.0.postcode.write_to(out);
        out.push(b'"');
    }

    fn write_location(&self, out: &mut Vec<u8>) {
        let (facts, known) = self;
        write_degrees(out, known.millionths());
        if let Some(at) = facts.position {
            out.push(b',');
            write_metres(out, at);
        }
        out.extend_from_slice(b",\"positional_quality\":");
        number::whole(out, u64::from(facts.positional_quality));
        end_location(out, known.accuracy());
        if let Some(month) = facts.terminated {
            out.extend_from_slice(b",\"terminated\":\"");
            number::month(out, month);
            out.push(b'"');
        }
    }
}

/// A position.
impl Written for Standing {
    fn write_query(&self, out: &mut Vec<u8>) {
        match self.place {
            Place::LngLat(at) => {
                out.extend_from_slice(b"\"lon\":");
                number::by_serde(out, at.lon());
                out.extend_from_slice(b",\"lat\":");
                number::by_serde(out, at.lat());
            }
            Place::Bng(at) => write_metres(out, at),
            Place::Postcode(postcode) => {
                out.extend_from_slice(b"\"postcode\":\"");
                postcode.write_to(out);
                out.push(b'"');
            }
        }
    }

    fn write_location(&self, out: &mut Vec<u8>) {
        let (at, accuracy) = self.lng_lat();
        write_degrees(out, [at.lon(), at.lat()].map(|degrees| (degrees * 1e6).round() as i32));
        out.push(b',');
        write_metres(out, self.at);
        end_location(out, accuracy);
    }
}

fn write_degrees(out: &mut Vec<u8>, [lon, lat]: [i32; 2]) {
    out.extend_from_slice(b"\"lon\":");
    number::degrees(out, lon);
    out.extend_from_slice(b",\"lat\":");
    number::degrees(out, lat);
}

fn write_metres(out: &mut Vec<u8>, at: Bng) {
    out.extend_from_slice(b"\"easting\":");
    number::grid_metres(out, at.easting());
    out.extend_from_slice(b",\"northing\":");
    number::grid_metres(out, at.northing());
}

fn end_location(out: &mut Vec<u8>, accuracy: Accuracy) {
    if accuracy == Accuracy::Helmert {
        out.extend_from_slice(b",\"accuracy\":\"helmert\"");
    }
    out.push(b'}');
}
