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
use crate::compat::kinds::{self, AreaKind};
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
    ("european_electoral_region", name(of(AreaKind::ElectoralRegion))),
    ("primary_care_trust", Nothing),
    ("region", name(of(AreaKind::Region))),
    ("lsoa", name(of(AreaKind::Lsoa))),
    ("msoa", name(of(AreaKind::Msoa))),
    ("incode", Source::Incode),
    ("outcode", Source::Outcode),
    ("parliamentary_constituency", name(of(AreaKind::Constituency))),
    ("parliamentary_constituency_2024", name(of(AreaKind::Constituency))),
    ("admin_district", name(of(AreaKind::District))),
    ("parish", name(of(AreaKind::Parish))),
    ("admin_county", name(of(AreaKind::County))),
    ("date_of_introduction", Nothing),
    ("admin_ward", name(of(AreaKind::Ward))),
    ("ced", name(of(AreaKind::Division))),
    ("ccg", name(of(AreaKind::SubIcb))),
    ("nuts", Nothing),
    ("pfa", name(of(AreaKind::PoliceForce))),
    ("nhs_region", name(of(AreaKind::NhsRegion))),
    ("ttwa", name(of(AreaKind::TravelToWork))),
    ("national_park", name(of(AreaKind::NationalPark))),
    ("bua", name(of(AreaKind::BuiltUp))),
    ("icb", name(of(AreaKind::Icb))),
    ("cancer_alliance", name(of(AreaKind::CancerAlliance))),
    ("lsoa11", name(census(AreaKind::Lsoa, 2011))),
    ("msoa11", name(census(AreaKind::Msoa, 2011))),
    ("lsoa21", name(census(AreaKind::Lsoa, 2021))),
    ("msoa21", name(census(AreaKind::Msoa, 2021))),
    // Output areas have no names: postcodes.io gives the code twice.
    ("oa21", code(census(AreaKind::OutputArea, 2021))),
    ("ruc11", Nothing),
    ("ruc21", Nothing),
    ("lep1", name(of(AreaKind::Enterprise))),
    ("lep2", name(Wanted { kind: AreaKind::Enterprise, census: None, place: 1 })),
    ("lap", name(of(AreaKind::Lap))),
    ("codes", Source::Codes),
];

/// The members of `codes`.
#[rustfmt::skip]
const CODES: [(&str, Source); 30] = [
    ("admin_district", code(of(AreaKind::District))),
    ("admin_county", code(of(AreaKind::County))),
    ("admin_ward", code(of(AreaKind::Ward))),
    ("parish", code(of(AreaKind::Parish))),
    ("parliamentary_constituency", code(of(AreaKind::Constituency))),
    ("parliamentary_constituency_2024", code(of(AreaKind::Constituency))),
    ("ccg", code(of(AreaKind::SubIcb))),
    ("ccg_id", Nothing),
    ("ced", code(of(AreaKind::Division))),
    ("nuts", Nothing),
    ("lsoa", code(of(AreaKind::Lsoa))),
    ("msoa", code(of(AreaKind::Msoa))),
    ("lau2", Nothing),
    ("pfa", code(of(AreaKind::PoliceForce))),
    ("nhs_region", code(of(AreaKind::NhsRegion))),
    ("ttwa", code(of(AreaKind::TravelToWork))),
    ("national_park", code(of(AreaKind::NationalPark))),
    ("bua", code(of(AreaKind::BuiltUp))),
    ("icb", code(of(AreaKind::Icb))),
    ("cancer_alliance", code(of(AreaKind::CancerAlliance))),
    ("lsoa11", code(census(AreaKind::Lsoa, 2011))),
    ("msoa11", code(census(AreaKind::Msoa, 2011))),
    ("lsoa21", code(census(AreaKind::Lsoa, 2021))),
    ("msoa21", code(census(AreaKind::Msoa, 2021))),
    ("oa21", code(census(AreaKind::OutputArea, 2021))),
    ("ruc11", Nothing),
    ("ruc21", Nothing),
    ("lep1", code(of(AreaKind::Enterprise))),
    ("lep2", code(Wanted { kind: AreaKind::Enterprise, census: None, place: 1 })),
    ("lap", code(of(AreaKind::Lap))),
];

/// Whether there is a field of that name.
pub(super) fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(field, _)| *field == name)
}

/// What is told of one postcode.
pub(super) struct PostcodeFields<'a> {
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

impl<'a> PostcodeFields<'a> {
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

impl Serialize for PostcodeFields<'_> {
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

struct Codes<'a>(&'a PostcodeFields<'a>);

impl Serialize for Codes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(CODES.len()))?;
        for (name, source) in CODES {
            self.0.write(&mut map, name, source)?;
        }
        map.end()
    }
}
