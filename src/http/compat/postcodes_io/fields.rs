//! What is told of a postcode: each field, and which layer it comes from.
//!
//! This is the one place that joins postcodes.io's fields with kinds of layers
//! ([`crate::compat::kinds`] says which layer is of which kind). A field without a row here, or
//! whose kind no layer is of, is `null`.

use jiff::civil::Date;
use lapwing_boundaries::area::Area;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use crate::answers::Metres;
use crate::compat::kinds::{self, Kind};
use crate::compat::standing::{areas_of, degrees_of, of_layer};
use crate::state::Served;

/// The areas that fields are taken from: a kind, the census it must be of if that matters, and
/// which of several areas (enterprise partnerships overlap).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    kind: Kind,
    census: Option<i16>,
    place: usize,
}

const fn of(kind: Kind) -> Wanted {
    Wanted { kind, census: None, place: 0 }
}

const fn census(kind: Kind, year: i16) -> Wanted {
    Wanted { kind, census: Some(year), place: 0 }
}

const WANTED: [Wanted; 27] = [
    of(Kind::District),
    of(Kind::County),
    of(Kind::Ward),
    of(Kind::Parish),
    of(Kind::Constituency),
    of(Kind::SubIcb),
    of(Kind::Division),
    of(Kind::Lsoa),
    of(Kind::Msoa),
    of(Kind::PoliceForce),
    of(Kind::NhsRegion),
    of(Kind::TravelToWork),
    of(Kind::NationalPark),
    of(Kind::BuiltUp),
    of(Kind::Icb),
    of(Kind::CancerAlliance),
    census(Kind::Lsoa, 2011),
    census(Kind::Msoa, 2011),
    census(Kind::Lsoa, 2021),
    census(Kind::Msoa, 2021),
    census(Kind::OutputArea, 2021),
    of(Kind::Enterprise),
    Wanted { kind: Kind::Enterprise, census: None, place: 1 },
    of(Kind::Lap),
    of(Kind::Region),
    of(Kind::ElectoralRegion),
    of(Kind::OutputArea),
];

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

/// The place in [`WANTED`], found when this is compiled: seventy fields ask for it at every
/// postcode.
const fn place_of(wanted: Wanted) -> usize {
    let mut at = 0;
    loop {
        let known = WANTED[at];
        let same_census = match (known.census, wanted.census) {
            (None, None) => true,
            (Some(known), Some(wanted)) => known == wanted,
            _ => false,
        };
        if known.kind as u8 == wanted.kind as u8 && same_census && known.place == wanted.place {
            return at;
        }
        at += 1;
    }
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

/// The layers that answer on a day, one for each of [`WANTED`].
#[derive(Clone, Debug)]
pub(super) struct Plan {
    layers: [Option<usize>; WANTED.len()],
    /// The same, each once, in order.
    all: Vec<usize>,
}

impl Plan {
    /// For a day. Of several layers of one kind it is the one in force, as `/v1/lookup` answers
    /// from; of a census, the layer of that census, in force or not.
    pub(super) fn of(served: &Served, today: Date) -> Self {
        let (atlas, directory) = (served.atlas(), served.directory());
        let current = directory.generations().layers_today(today, atlas);
        let all = || (0..atlas.layers().len()).filter(|&at| atlas.layers()[at].layer().is_areas());
        let layers = WANTED.map(|wanted| {
            let is_kind = |layer: &usize| directory.kind(*layer) == wanted.kind;
            match wanted.census {
                None => current.iter().copied().find(is_kind),
                Some(year) => {
                    all().filter(is_kind).find(|&layer| directory.edition(layer) == Some(year))
                }
            }
        });
        let mut all: Vec<usize> = layers.iter().copied().flatten().collect();
        all.sort_unstable();
        all.dedup();
        Self { layers, all }
    }

    /// The layers that answer for kinds, for outcodes.
    pub(super) fn layer(&self, kind: Kind) -> Option<usize> {
        let at = WANTED.iter().position(|wanted| *wanted == of(kind))?;
        self.layers[at]
    }
}

/// What is told of one postcode.
pub(super) struct Told<'a> {
    record: PostcodeFacts,
    areas: [Option<&'a Area>; WANTED.len()],
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
        let spots = areas_of(atlas, &plan.all, &record);
        let mut areas = [None; WANTED.len()];
        for ((area, wanted), layer) in areas.iter_mut().zip(WANTED).zip(plan.layers) {
            let Some(layer) = layer else { continue };
            *area = of_layer(&spots, layer)
                .get(wanted.place)
                .map(|&(_, area)| &atlas.layers()[layer].layer().areas()[area]);
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
        let mut codes = self.areas.iter().flatten().map(|area| area.code().as_str());
        codes.find_map(kinds::country).map(|(_, name)| name)
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
            Source::Name(at) => map.serialize_entry(name, &self.areas[at].map(Area::name)),
            Source::Code(at) => {
                map.serialize_entry(name, &self.areas[at].map(|area| area.code().as_str()))
            }
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
