//! What is told of a postcode: each field, and which layer it comes from.
//!
//! This is the one place that joins postcodes.io's fields with kinds of layers
//! ([`crate::compat::layer_roles`] says which layer answers for which kind). A field without a row here, or
//! whose kind no layer is of, is `null`.

use lapwing_boundaries::gazetteer::PostcodeFacts;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use crate::answers::Metres;
use crate::compat::areas_of::{areas_of, degrees_of, of_layer};
use crate::compat::kinds::{self, Kind};
use crate::compat::layer_roles::{COUNT, Plan, WANTED, Wanted, census, of, place_of};
use crate::live::Served;

/// Where a field's value comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Postcode,
    Quality,
    Easting,
    Northing,
    Country,
    Longitude,
    Latitude,
    Incode,
    Outcode,
    Codes,
    /// The name of an area, by its place in [`WANTED`].
    Name(usize),
    /// Its code.
    Code(usize),
    /// We hold nothing of the kind.
    Nothing,
}

use Source::Nothing;

const fn name(wanted: Wanted) -> Source {
    Source::Name(place_of(wanted))
}

const fn code(wanted: Wanted) -> Source {
    Source::Code(place_of(wanted))
}

/// In postcodes.io's order, ours behind.
#[rustfmt::skip]
const FIELDS: [(&str, Source); 43] = [
    ("postcode", Source::Postcode),
    ("quality", Source::Quality),
    ("eastings", Source::Easting),
    ("northings", Source::Northing),
    ("country", Source::Country),
    ("nhs_ha", Nothing),
    ("longitude", Source::Longitude),
    ("latitude", Source::Latitude),
    ("european_electoral_region", name(of(Kind::ElectoralRegion))),
    ("primary_care_trust", Nothing),
    ("region", name(of(Kind::Region))),
    ("lsoa", name(of(Kind::Lsoa))),
    ("msoa", name(of(Kind::Msoa))),
    ("incode", Source::Incode),
    ("outcode", Source::Outcode),
    ("parliamentary_constituency", name(of(Kind::Constituency))),
    ("parliamentary_constituency_2024", name(of(Kind::Constituency))),
    ("admin_district", name(of(Kind::District))),
    ("parish", name(of(Kind::Parish))),
    ("admin_county", name(of(Kind::County))),
    ("date_of_introduction", Nothing),
    ("admin_ward", name(of(Kind::Ward))),
    ("ced", name(of(Kind::Division))),
    ("ccg", name(of(Kind::SubIcb))),
    ("nuts", Nothing),
    ("pfa", name(of(Kind::PoliceForce))),
    ("nhs_region", name(of(Kind::NhsRegion))),
    ("ttwa", name(of(Kind::TravelToWork))),
    ("national_park", name(of(Kind::NationalPark))),
    ("bua", name(of(Kind::BuiltUp))),
    ("icb", name(of(Kind::Icb))),
    ("cancer_alliance", name(of(Kind::CancerAlliance))),
    ("lsoa11", name(census(Kind::Lsoa, 2011))),
    ("msoa11", name(census(Kind::Msoa, 2011))),
    ("lsoa21", name(census(Kind::Lsoa, 2021))),
    ("msoa21", name(census(Kind::Msoa, 2021))),
    // Output areas have no names: postcodes.io gives the code twice.
    ("oa21", code(census(Kind::OutputArea, 2021))),
    ("ruc11", Nothing),
    ("ruc21", Nothing),
    ("lep1", name(of(Kind::Enterprise))),
    ("lep2", name(Wanted { kind: Kind::Enterprise, census: None, place: 1 })),
    ("lap", name(of(Kind::Lap))),
    ("codes", Source::Codes),
];

/// The members of `codes`.
#[rustfmt::skip]
const CODES: [(&str, Source); 30] = [
    ("admin_district", code(of(Kind::District))),
    ("admin_county", code(of(Kind::County))),
    ("admin_ward", code(of(Kind::Ward))),
    ("parish", code(of(Kind::Parish))),
    ("parliamentary_constituency", code(of(Kind::Constituency))),
    ("parliamentary_constituency_2024", code(of(Kind::Constituency))),
    ("ccg", code(of(Kind::SubIcb))),
    ("ccg_id", Nothing),
    ("ced", code(of(Kind::Division))),
    ("nuts", Nothing),
    ("lsoa", code(of(Kind::Lsoa))),
    ("msoa", code(of(Kind::Msoa))),
    ("lau2", Nothing),
    ("pfa", code(of(Kind::PoliceForce))),
    ("nhs_region", code(of(Kind::NhsRegion))),
    ("ttwa", code(of(Kind::TravelToWork))),
    ("national_park", code(of(Kind::NationalPark))),
    ("bua", code(of(Kind::BuiltUp))),
    ("icb", code(of(Kind::Icb))),
    ("cancer_alliance", code(of(Kind::CancerAlliance))),
    ("lsoa11", code(census(Kind::Lsoa, 2011))),
    ("msoa11", code(census(Kind::Msoa, 2011))),
    ("lsoa21", code(census(Kind::Lsoa, 2021))),
    ("msoa21", code(census(Kind::Msoa, 2021))),
    ("oa21", code(census(Kind::OutputArea, 2021))),
    ("ruc11", Nothing),
    ("ruc21", Nothing),
    ("lep1", code(of(Kind::Enterprise))),
    ("lep2", code(Wanted { kind: Kind::Enterprise, census: None, place: 1 })),
    ("lap", code(of(Kind::Lap))),
];

/// Whether there is a field of that name.
pub(super) fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(field, _)| *field == name)
}

/// What is told of one postcode.
pub(super) struct Told<'a> {
    record: PostcodeFacts,
    /// Code and name of each of [`WANTED`].
    areas: [Option<(&'a str, &'a str)>; COUNT],
    /// Degrees east and north.
    lng_lat: Option<[f64; 2]>,
    /// Metres, near something.
    distance: Option<f64>,
    /// The fields to tell, in that order; all without.
    only: Option<&'a [String]>,
}

impl<'a> Told<'a> {
    pub(super) fn of(served: &'a Served, plan: &Plan, record: PostcodeFacts) -> Self {
        let atlas = served.atlas();
        let spots = areas_of(atlas, &record);
        let mut areas = [None; COUNT];
        for ((area, wanted), layer) in areas.iter_mut().zip(WANTED).zip(plan.layers()) {
            let Some(layer) = *layer else { continue };
            let spot = of_layer(&spots, layer).get(wanted.place);
            *area = spot.map(|&(_, area)| atlas.code_and_name(layer, area));
        }
        let lng_lat = degrees_of(atlas, &record);
        Self { record, areas, lng_lat, distance: None, only: None }
    }

    pub(super) fn at_distance(self, metres: f64) -> Self {
        Self { distance: Some(metres), ..self }
    }

    pub(super) fn only(self, fields: Option<&'a [String]>) -> Self {
        Self { only: fields, ..self }
    }

    /// The country that the codes of its areas say, if they say one.
    fn country(&self) -> Option<&'static str> {
        let mut codes = self.areas.iter().flatten();
        codes.find_map(|(code, _)| kinds::country(code)).map(|(_, name)| name)
    }

    fn write<M: serde::ser::SerializeMap>(
        &self,
        map: &mut M,
        name: &str,
        source: Source,
    ) -> Result<(), M::Error> {
        let postcode = self.record.postcode;
        let at = self.record.position;
        match source {
            Source::Postcode => map.serialize_entry(name, &postcode.to_string()),
            // The Postcode Directory's figure, from 1.
            Source::Quality => map.serialize_entry(name, &(self.record.positional_quality / 10)),
            Source::Easting => map.serialize_entry(name, &at.map(|at| Metres(at.easting()))),
            Source::Northing => map.serialize_entry(name, &at.map(|at| Metres(at.northing()))),
            Source::Country => map.serialize_entry(name, &self.country()),
            Source::Longitude => map.serialize_entry(name, &self.lng_lat.map(|[lon, _]| lon)),
            Source::Latitude => map.serialize_entry(name, &self.lng_lat.map(|[_, lat]| lat)),
            Source::Incode => map.serialize_entry(name, &postcode.inward()),
            Source::Outcode => map.serialize_entry(name, &postcode.outward()),
            Source::Codes => map.serialize_entry(name, &Codes(self)),
            Source::Name(at) => map.serialize_entry(name, &self.areas[at].map(|(_, name)| name)),
            Source::Code(at) => map.serialize_entry(name, &self.areas[at].map(|(code, _)| code)),
            Source::Nothing => map.serialize_entry(name, &None::<()>),
        }
    }
}

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.only {
            None => {
                for (name, source) in FIELDS {
                    self.write(&mut map, name, source)?;
                }
                if let Some(metres) = self.distance {
                    map.serialize_entry("distance", &metres)?;
                }
            }
            Some(only) => {
                for wanted in only {
                    if let Some((name, source)) = FIELDS.iter().find(|(name, _)| name == wanted) {
                        self.write(&mut map, name, *source)?;
                    }
                }
            }
        }
        map.end()
    }
}

struct Codes<'a>(&'a Told<'a>);

impl Serialize for Codes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(CODES.len()))?;
        for (name, source) in CODES {
            self.0.write(&mut map, name, source)?;
        }
        map.end()
    }
}
