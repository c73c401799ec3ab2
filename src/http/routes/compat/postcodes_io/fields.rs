//! The fields of a postcode, and the kind of area that each field comes from.
//!
//! [`crate::compat::layer_roles`] selects the layer for each kind. A field that has no source here,
//! or for whose kind there is no layer, is `null`.

use std::borrow::Cow;

use lapwing_boundaries::gazetteer::PostcodeFacts;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use crate::answers::Metres;
use crate::answers::schema::{can_be_null, object};
use crate::compat::areas_of::{areas_of, degrees_of, of_layer};
use crate::compat::kinds::{self, AreaKind};
use crate::compat::layer_roles::{LayerPlan, ROLE_COUNT, ROLES, Role, census, of, role_index};
use crate::live::Served;

/// The source of a field's value.
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
    /// The name of an area, by its index in [`ROLES`].
    Name(usize),
    /// The code of an area, by its index in [`ROLES`].
    Code(usize),
    /// Not available.
    Nothing,
}

use Source::Nothing;

const fn name(role: Role) -> Source {
    Source::Name(role_index(role))
}

const fn code(role: Role) -> Source {
    Source::Code(role_index(role))
}

/// In the order of postcodes.io, with our own fields at the end.
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
    // Output areas have no names; postcodes.io uses the code instead.
    ("oa21", code(census(AreaKind::OutputArea, 2021))),
    ("ruc11", Nothing),
    ("ruc21", Nothing),
    ("lep1", name(of(AreaKind::Enterprise))),
    ("lep2", name(Role { kind: AreaKind::Enterprise, census: None, nth: 1 })),
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
    ("lep2", code(Role { kind: AreaKind::Enterprise, census: None, nth: 1 })),
    ("lap", code(of(AreaKind::Lap))),
];

/// Returns true if there is a field with this name.
pub(super) fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(field, _)| *field == name)
}

/// One postcode, ready to serialize.
pub(in crate::http::routes) struct PostcodeFields<'a> {
    record: PostcodeFacts,
    /// Code and name for each entry of [`ROLES`].
    areas: [Option<(&'a str, &'a str)>; ROLE_COUNT],
    /// Longitude and latitude in degrees (WGS84).
    lng_lat: Option<[f64; 2]>,
    /// In metres; for searches near a position.
    distance: Option<f64>,
    /// Fields to write, in this order. `None` writes all of them.
    only: Option<&'a [String]>,
}

impl<'a> PostcodeFields<'a> {
    pub(super) fn of(served: &'a Served, plan: &LayerPlan, record: PostcodeFacts) -> Self {
        let atlas = served.atlas();
        let layer_areas = areas_of(atlas, &record);
        let mut areas = [None; ROLE_COUNT];
        for ((area, role), layer) in areas.iter_mut().zip(ROLES).zip(plan.layers()) {
            let Some(layer) = *layer else { continue };
            let layer_area = of_layer(&layer_areas, layer).get(role.nth);
            *area = layer_area.map(|&(_, area)| atlas.code_and_name(layer, area));
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

    /// Returns the country, from the codes of the areas. `None` if no code has one.
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
            // Postcodes.io uses a single digit: 1 to 6, 8 and 9.
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
                for requested in only {
                    if let Some((name, source)) = FIELDS.iter().find(|(name, _)| name == requested)
                    {
                        self.write(&mut map, name, *source)?;
                    }
                }
            }
        }
        map.end()
    }
}

impl Source {
    /// The schema of a member from this source, beside [`PostcodeFields::write`]. A member can be
    /// absent, because `filter` leaves it out.
    fn schema(self, generator: &mut SchemaGenerator) -> Schema {
        let mut schema = match self {
            Self::Postcode => json_schema!({
                "type": "string", "description": "Postcode in standard form.",
            }),
            Self::Quality => json_schema!({
                "type": "integer", "minimum": 0,
                "description": "Positional quality: 1 is best, 9 means no position.",
            }),
            Self::Easting | Self::Northing | Self::Longitude | Self::Latitude => {
                generator.subschema_for::<Option<f64>>()
            }
            Self::Incode | Self::Outcode => generator.subschema_for::<String>(),
            Self::Codes => generator.subschema_for::<Codes<'_>>(),
            Self::Country | Self::Name(_) | Self::Code(_) | Self::Nothing => {
                generator.subschema_for::<Option<String>>()
            }
        };
        can_be_null(&mut schema);
        schema
    }
}

fn members(generator: &mut SchemaGenerator, of: &[(&str, Source)]) -> Map<String, Value> {
    of.iter().map(|(name, source)| ((*name).to_owned(), source.schema(generator).into())).collect()
}

impl JsonSchema for PostcodeFields<'_> {
    fn schema_name() -> Cow<'static, str> {
        "PostcodesIoPostcode".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut members = members(generator, &FIELDS);
        let distance = json_schema!({
            "type": "number",
            "description": "Distance in metres on the ellipsoid. Present only in searches near a position.",
        });
        members.insert("distance".to_owned(), distance.into());
        object(
            "A postcode. A field is null if the snapshot has no such data. With `filter` only the \
             requested fields are present.",
            members,
            &[],
        )
    }
}

impl JsonSchema for Codes<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Codes".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // `filter` leaves out `codes` as a whole.
        object(
            "Codes of the areas. Null for areas that the snapshot does not have.",
            members(generator, &CODES),
            &CODES.map(|(name, _)| name),
        )
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
