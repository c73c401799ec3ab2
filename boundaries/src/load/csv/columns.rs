//! Recognition of the columns of published directories by name.
//!
//! Publishers rename columns from edition to edition: `pcd`, `pcd7`; `oseast1m`, `east1m`;
//! `osward`, `wd23cd`, `wd25cd`. The patterns are of what the names have in common, so that the
//! editions of coming years are read too.

use super::Header;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A postcode: `pcds`, `pcd`, `pcd7`, `pcd8`, `postcode`.
    Postcode,
    /// National Grid metres: `oseast1m`, `east1m`, `GRIDGB1E`, `X_COORDINATE`.
    Easting,
    /// National Grid metres: `osnrth1m`, `north1m`, `GRIDGB1N`, `Y_COORDINATE`.
    Northing,
    /// The positional quality: `osgrdind`, `gridind`.
    Quality,
    /// The month of termination: `doterm`.
    Terminated,
    /// The ward: `osward`, `wd25cd`.
    Ward,
    /// The country: `ctry`, `ctry25cd`.
    Country,
    /// `long`, `lon`, `lng`.
    Longitude,
    /// `lat`.
    Latitude,
    /// The unique property reference number.
    Uprn,
}

impl Role {
    /// Returns the column with this role: that of the best name, or of the latest year.
    pub(crate) fn find(self, header: &Header) -> Option<usize> {
        let ranked = header.names().iter().enumerate();
        let ranked = ranked.filter_map(|(at, name)| Some((self.rank(&normalised(name))?, at)));
        ranked.min().map(|(_, at)| at)
    }

    /// Names of this role, for messages.
    pub(crate) const fn examples(self) -> &'static str {
        match self {
            Self::Postcode => "pcds, pcd or postcode",
            Self::Easting => "east1m, oseast1m or easting",
            Self::Northing => "north1m, osnrth1m or northing",
            Self::Quality => "gridind or osgrdind",
            Self::Terminated => "doterm",
            Self::Ward => "osward or wd25cd",
            Self::Country => "ctry or ctry25cd",
            Self::Longitude => "long",
            Self::Latitude => "lat",
            Self::Uprn => "uprn",
        }
    }

    /// How well a normalised name fits: 0 best. `None` if it does not.
    fn rank(self, name: &str) -> Option<u32> {
        let one_of = |names: &[&str]| names.iter().position(|known| *known == name);
        let os = name.strip_prefix("os").unwrap_or(name);
        let metres = |stems: &[&str], others: &[&str]| {
            let is_stem = stems.iter().filter_map(|stem| os.strip_prefix(stem));
            let mut is_stem = is_stem.filter(|rest| ["", "1m", "m", "bng"].contains(rest));
            is_stem.next().map(|_| 0).or_else(|| one_of(others).map(|at| 1 + at as u32))
        };
        match self {
            Self::Postcode => match name.strip_prefix("pcd") {
                Some("s") => Some(0),
                Some("") => Some(3),
                Some(rest) if rest.len() == 1 => Some(2),
                Some(_) => None,
                None => one_of(&["postcode", "postcodes", "postalcode"]).map(|_| 1),
            },
            Self::Easting => metres(
                &["easting", "eastings", "east"],
                &["gridgb1e", "xcoordinate", "xcoord", "x"],
            ),
            Self::Northing => metres(
                &["northing", "northings", "north", "nrth"],
                &["gridgb1n", "ycoordinate", "ycoord", "y"],
            ),
            Self::Quality => {
                let is_indicator = ["gridind", "grdind", "gridindicator"].contains(&os);
                let is_quality = name.starts_with("positionalquality") || name == "pqi";
                (is_indicator || is_quality).then_some(0)
            }
            Self::Terminated => (name.starts_with("doterm")
                || ["terminated", "dateterminated", "dateoftermination"].contains(&name))
            .then_some(0),
            Self::Ward => area_code(os, &["ward", "wd"]),
            Self::Country => area_code(os, &["ctry", "country"]),
            Self::Longitude => one_of(&["long", "lon", "lng", "longitude"]).map(|at| at as u32),
            Self::Latitude => one_of(&["lat", "latitude"]).map(|at| at as u32),
            Self::Uprn => (name == "uprn").then_some(0),
        }
    }
}

/// Lower-case letters and digits only.
fn normalised(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Ranks the name of a column of area codes, such as `wd25cd`: the latest year first, then names
/// without a year.
fn area_code(name: &str, kinds: &[&str]) -> Option<u32> {
    const WITHOUT_YEAR: u32 = 10_000;
    let rest = kinds.iter().find_map(|kind| name.strip_prefix(kind))?;
    let year = rest.strip_suffix("cd").or_else(|| rest.strip_suffix("code")).unwrap_or(rest);
    match (year.len(), year.parse::<u32>()) {
        (0, _) => Some(WITHOUT_YEAR),
        // Census wards of 1998 (`ward98`) are in some directories.
        (2, Ok(year)) if year >= 70 => Some(WITHOUT_YEAR - (1900 + year)),
        (2, Ok(year)) => Some(WITHOUT_YEAR - (2000 + year)),
        (4, Ok(year)) => Some(WITHOUT_YEAR.saturating_sub(year)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(role: Role, names: &[&str]) -> Option<String> {
        let header = Header::of(names.iter().map(|&name| name.to_owned()).collect());
        role.find(&header).map(|at| names[at].to_owned())
    }

    #[test]
    fn names_of_past_and_coming_editions_are_recognised() {
        for (role, names) in [
            (Role::Postcode, &["PCD", "pcd2", "pcd7", "pcd8", "pcds", "Postcode", "pcd9"][..]),
            (Role::Easting, &["oseast1m", "east1m", "EASTING", "GRIDGB1E", "X_COORDINATE"]),
            (Role::Northing, &["osnrth1m", "north1m", "Northings", "GRIDGB1N", "Y_COORDINATE"]),
            (Role::Quality, &["osgrdind", "gridind", "Positional_quality_indicator"]),
            (Role::Terminated, &["doterm", "DOTERM"]),
            (Role::Ward, &["osward", "wd19cd", "WD31CD", "wd2027cd", "ward"]),
            (Role::Country, &["ctry", "ctry31cd"]),
            (Role::Uprn, &["UPRN"]),
        ] {
            for name in names {
                assert_eq!(found(role, &["objectid", name]).as_deref(), Some(*name), "{role:?}");
            }
        }
    }

    #[test]
    fn other_columns_are_not_taken_for_these() {
        for (role, names) in [
            (Role::Postcode, &["pcdistrict", "postcode_area", "pcon"][..]),
            (Role::Easting, &["oseast100m", "easter"]),
            (Role::Northing, &["osnrth100m"]),
            (Role::Ward, &["statsward", "casward", "wd25nm", "wz11"]),
            (Role::Country, &["ctry25nm", "county"]),
        ] {
            assert_eq!(found(role, names), None, "{role:?}");
        }
    }

    #[test]
    fn the_latest_year_is_taken() {
        assert_eq!(found(Role::Ward, &["wd23cd", "osward", "wd25cd", "ward98"]).unwrap(), "wd25cd");
        assert_eq!(found(Role::Ward, &["ward98", "wd08cd"]).unwrap(), "wd08cd");
        assert_eq!(found(Role::Postcode, &["pcd", "pcd2", "pcds"]).unwrap(), "pcds");
    }
}
