//! The kind of area that each layer contains, for MapIt and postcodes.io.
//!
//! The names of layers are up to the catalogue. The kind of a layer is determined by, in this
//! order:
//!
//! 1. its series, if that is a name in the table below, with or without a year at the end
//!    (`lsoa_2011`);
//! 2. the GSS codes of its areas, if more than half of them have a prefix from one row of the table
//!    (the first three characters of a GSS code identify the kind of area; ONS, Register of
//!    Geographic Codes);
//! 3. otherwise it is [`AreaKind::Other`]: MapIt shows it under the name of its series, and
//!    postcodes.io has no field for it.

use std::borrow::Cow;

use lapwing_boundaries::layer::{Layer, LayerMeta, Resolution};

/// The kind of the areas in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table names each kind")]
pub enum AreaKind {
    Lap,
    Ward,
    Parish,
    District,
    County,
    Division,
    Region,
    Constituency,
    Lsoa,
    Msoa,
    OutputArea,
    PoliceForce,
    SubIcb,
    Icb,
    NhsRegion,
    TravelToWork,
    NationalPark,
    BuiltUp,
    CancerAlliance,
    Enterprise,
    ElectoralRegion,
    Other,
}

/// A kind, names of its series, and prefixes of its GSS codes.
type Row = (AreaKind, &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const TABLE: [Row; 21] = [
    (AreaKind::Lap, &["lap", "laps", "local_area_partnership"], &[]),
    (AreaKind::Ward, &["ward", "wards"], &["E05", "W05", "S13", "N08"]),
    (AreaKind::Parish, &["parish", "parishes", "community"], &["E04", "W04", "E43"]),
    (AreaKind::District, &["local_authority", "authority", "district", "council", "lad", "unitary"],
        &["E06", "E07", "E08", "E09", "W06", "S12", "N09"]),
    (AreaKind::County, &["county"], &["E10"]),
    (AreaKind::Division, &["electoral_division", "ced"], &["E58"]),
    (AreaKind::Region, &["region"], &["E12"]),
    (AreaKind::Constituency, &["constituency", "parliamentary_constituency", "pcon"],
        &["E14", "W07", "S14", "N05", "N06"]),
    (AreaKind::Lsoa, &["lsoa"], &["E01", "W01", "S01", "N20"]),
    (AreaKind::Msoa, &["msoa"], &["E02", "W02", "S02"]),
    (AreaKind::OutputArea, &["output_area", "oa"], &["E00", "W00", "S00", "N00"]),
    (AreaKind::PoliceForce, &["police_force", "police_force_area", "pfa"], &["E23", "W15"]),
    (AreaKind::SubIcb, &["ccg", "sub_icb"], &["E38", "W11"]),
    (AreaKind::Icb, &["icb", "integrated_care_board"], &["E54"]),
    (AreaKind::NhsRegion, &["nhs_region"], &["E40"]),
    (AreaKind::TravelToWork, &["ttwa", "travel_to_work"], &["E30", "W22", "S22", "N12", "K01"]),
    (AreaKind::NationalPark, &["national_park"], &["E26", "W18", "S21"]),
    (AreaKind::BuiltUp, &["bua", "built_up_area"], &["E34", "E63", "W37", "W45", "K05", "K08"]),
    (AreaKind::CancerAlliance, &["cancer_alliance"], &["E56"]),
    (AreaKind::Enterprise, &["lep", "local_enterprise_partnership"], &["E37"]),
    (AreaKind::ElectoralRegion, &["european_electoral_region", "eer"], &["E15"]),
];

impl AreaKind {
    /// Determines the kind of a layer. Point layers are [`AreaKind::Other`].
    pub fn of(layer: &Layer) -> Self {
        let series = layer.meta().series.as_str();
        let stem = series.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        let named = TABLE.iter().find(|(_, names, _)| names.contains(&series));
        let named = named.or_else(|| TABLE.iter().find(|(_, names, _)| names.contains(&stem)));
        if let Some((kind, ..)) = named {
            return *kind;
        }
        let with = |prefixes: &[&str]| {
            let codes = layer.areas().iter().map(|area| area.code().as_str());
            codes.filter(|code| is_gss(code) && prefixes.contains(&&code[..3])).count()
        };
        let most = TABLE.iter().map(|(kind, _, prefixes)| (with(prefixes), *kind));
        most.max_by_key(|(count, _)| *count)
            .filter(|(count, _)| 2 * count > layer.len())
            .map_or(Self::Other, |(_, kind)| kind)
    }

    /// Returns the kind of area that has authority over this kind. `None` if MapIt has no such
    /// relation.
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::Ward | Self::Parish | Self::Lap => Some(Self::District),
            Self::District | Self::Division => Some(Self::County),
            _ => None,
        }
    }

    /// Returns true for census areas, whose codes MapIt calls `ons`.
    pub const fn is_census(self) -> bool {
        matches!(self, Self::Lsoa | Self::Msoa | Self::OutputArea)
    }
}

/// Returns the year of the census that a layer's areas come from: from the year in its id or in its
/// title, otherwise from the date on which it came into force.
pub fn census_year(meta: &LayerMeta) -> Option<i16> {
    let years = [2001, 2011, 2021];
    let names = |text: &str| years.into_iter().find(|year| text.contains(&year.to_string()));
    let of_date = |year: i16| years.into_iter().rev().find(|&census| census <= year);
    names(meta.id.as_str())
        .or_else(|| names(&meta.title))
        .or_else(|| meta.vintage.valid_from.and_then(|from| of_date(from.year())))
}

/// Returns true if a code has the form of a GSS code: a capital letter and eight digits. The codes
/// of Lyonesse, which begin with X, count as GSS codes so that every feature can be tried there.
pub fn is_gss(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 9 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
}

/// Returns MapIt's letter and the name of the country of a GSS code, from its first letter.
pub fn country(code: &str) -> Option<(&'static str, &'static str)> {
    match code.as_bytes().first().filter(|_| is_gss(code))? {
        b'E' => Some(("E", "England")),
        b'N' => Some(("N", "Northern Ireland")),
        b'S' => Some(("S", "Scotland")),
        b'W' => Some(("W", "Wales")),
        _ => None,
    }
}

/// An area type of MapIt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MapItType {
    /// Usually three capital letters.
    pub code: Cow<'static, str>,
    /// The name of the type.
    pub name: Cow<'static, str>,
}

const fn fixed(code: &'static str, name: &'static str) -> MapItType {
    MapItType { code: Cow::Borrowed(code), name: Cow::Borrowed(name) }
}

/// Returns MapIt's type of an area; `authority` is the code of the authority that a ward belongs
/// to, if known. Areas for which MapIt has no type, or whose type cannot be determined, get a type
/// of our own: clients would rely on a wrong one.
pub fn mapit_type(
    kind: AreaKind,
    code: &str,
    authority: Option<&str>,
    meta: &LayerMeta,
) -> MapItType {
    let digits = |code: &str| if is_gss(code) { code[1..3].to_owned() } else { String::new() };
    let is_full = matches!(meta.resolution, None | Some(Resolution::Bfc | Resolution::Bfe));
    match kind {
        AreaKind::Lap => fixed("LAP", "Local Area Partnership"),
        AreaKind::Ward => {
            match (code.as_bytes().first(), &*digits(authority.unwrap_or_default())) {
                (Some(b'W' | b'S'), _) => {
                    fixed("UTE", "Unitary Authority electoral division (UTE)")
                }
                (Some(b'N'), _) => fixed("LGW", "Northern Irish Council ward"),
                (_, "06") => fixed("UTW", "Unitary Authority ward (UTW)"),
                (_, "07") => fixed("DIW", "District council ward"),
                (_, "08") => fixed("MTW", "Metropolitan district ward"),
                (_, "09") => fixed("LBW", "London borough ward"),
                _ => fixed("WRD", "Ward"),
            }
        }
        AreaKind::Parish if digits(code) == "43" => fixed("NCP", "Non-civil parished area"),
        AreaKind::Parish => fixed("CPC", "Civil parish/community"),
        AreaKind::District => match (code.as_bytes().first(), &*digits(code)) {
            (Some(b'N'), _) => fixed("LGD", "Northern Irish Council"),
            (_, "06") | (Some(b'S'), "12") => fixed("UTA", "Unitary Authority"),
            (_, "07") => fixed("DIS", "District council"),
            (_, "08") => fixed("MTD", "Metropolitan district"),
            (_, "09") => fixed("LBO", "London borough"),
            _ => fixed("LAD", "Local authority"),
        },
        AreaKind::County => fixed("CTY", "County council"),
        AreaKind::Division => fixed("CED", "County council electoral division"),
        AreaKind::Constituency => fixed("WMC", "UK Parliament constituency"),
        AreaKind::ElectoralRegion => fixed("EUR", "European region"),
        AreaKind::Lsoa if is_full => fixed("OLF", "Lower Layer Super Output Area (Full)"),
        AreaKind::Lsoa => fixed("OLG", "Lower Layer Super Output Area (Generalised)"),
        AreaKind::Msoa if is_full => fixed("OMF", "Middle Layer Super Output Area (Full)"),
        AreaKind::Msoa => fixed("OMG", "Middle Layer Super Output Area (Generalised)"),
        AreaKind::OutputArea => fixed("OUA", "Output Area"),
        AreaKind::SubIcb if code.starts_with('W') => fixed("WLHB", "Welsh Local Health Board"),
        AreaKind::SubIcb => fixed("CCG", "Clinical Commissioning Group"),
        AreaKind::TravelToWork => fixed("TTW", "Travel to Work Areas"),
        AreaKind::Region => fixed("RGN", "Region"),
        _ => {
            let series = meta.series.as_str().to_ascii_uppercase().replace('_', "");
            MapItType { code: series.into(), name: meta.title.clone().into() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::squares;

    fn layer(series: &str, codes: &[&str]) -> Layer {
        let squares = squares::contents();
        let mut meta = squares.layers[0].meta().clone();
        meta.series = lapwing_boundaries::layer::LayerId::parse(series).unwrap();
        let ground = squares.layers[0].areas()[0].geometry();
        let areas = codes.iter().map(|code| {
            let code = lapwing_boundaries::code::AreaCode::parse(code).unwrap();
            lapwing_boundaries::area::Area::from_valid(code, String::new(), vec![], ground.clone())
        });
        Layer::of_areas(meta, areas.collect())
    }

    #[test]
    fn the_kind_of_a_layer_follows_from_its_series_otherwise_from_its_codes() {
        assert_eq!(AreaKind::of(&layer("ward", &["Q1"])), AreaKind::Ward);
        assert_eq!(AreaKind::of(&layer("lsoa_2011", &["Q1"])), AreaKind::Lsoa);
        assert_eq!(AreaKind::of(&layer("polls", &["E05000001", "E05000002", "Q"])), AreaKind::Ward);
        assert_eq!(
            AreaKind::of(&layer("polls", &["E05000001", "Q"])),
            AreaKind::Other,
            "not more than half"
        );
        assert_eq!(
            AreaKind::of(&layer("polls", &["E06000001", "E07000002", "E04000001"])),
            AreaKind::District
        );
        assert_eq!(AreaKind::of(&layer("polls", &[])), AreaKind::Other);
    }

    #[test]
    fn the_type_of_a_ward_follows_from_its_authority() {
        let meta = squares::contents().layers[0].meta().clone();
        let code = |ward: &str, of: Option<&str>| mapit_type(AreaKind::Ward, ward, of, &meta).code;
        assert_eq!(code("E05000001", Some("E06000062")), "UTW");
        assert_eq!(code("E05000001", Some("E07000154")), "DIW");
        assert_eq!(code("E05000001", Some("E08000001")), "MTW");
        assert_eq!(code("E05000001", Some("E09000001")), "LBW");
        assert_eq!(code("W05000001", None), "UTE");
        assert_eq!(code("E05000001", None), "WRD", "the authority is unknown");
    }

    #[test]
    fn the_census_year_comes_from_id_title_or_date() {
        let mut meta = squares::contents().layers[0].meta().clone();
        assert_eq!(census_year(&meta), Some(2021), "in force from 2021-04-01");
        meta.title = "LSOAs of the census of 2011".to_owned();
        assert_eq!(census_year(&meta), Some(2011));
        meta.id = lapwing_boundaries::layer::LayerId::parse("lsoa_2021").unwrap();
        assert_eq!(census_year(&meta), Some(2021));
    }
}
