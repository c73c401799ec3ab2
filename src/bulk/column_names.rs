//! Recognises the columns that hold a place by the names that people give them.
//!
//! A name is exact (`postcode`), a usual other name (`Post Code`, `pcds`, `X_COORDINATE`), or likely
//! (`Postcode (registered)`, `Site Easting`). A column is taken if it is the only one of the best of
//! these three.

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Postcode,
    Lon,
    Lat,
    Easting,
    Northing,
    /// A coordinate of unknown unit.
    X,
    Y,
}

/// How well a name fits. The best comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Exact,
    Usual,
    Likely,
}

/// Names of the same postcode in the products of the Office for National Statistics, which differ
/// only in their spaces. The first is preferred.
const ONS_POSTCODES: [&str; 5] = ["pcds", "pcd8", "pcd2", "pcd7", "pcd"];

/// Words that say that a column of postcodes holds something else.
const NOT_A_POSTCODE: [&str; 20] = [
    "district", "sector", "area", "outward", "inward", "outcode", "incode", "count", "total",
    "type", "status", "quality", "valid", "date", "id", "index", "lookup", "region", "name",
    "prefix",
];

impl Part {
    /// The name of the column in this documentation.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Postcode => "postcode",
            Self::Lon => "lon",
            Self::Lat => "lat",
            Self::Easting => "easting",
            Self::Northing => "northing",
            Self::X => "x",
            Self::Y => "y",
        }
    }

    /// Other names, without case, spaces and punctuation.
    fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Postcode => &[
                "postcode",
                "postcodes",
                "postalcode",
                "pcds",
                "pcd8",
                "pcd2",
                "pcd7",
                "pcd",
                "pcode",
                "zip",
                "zipcode",
                "postzip",
            ],
            Self::Lon => &["lon", "longitude", "long", "lng", "londeg", "geolong", "geolon"],
            Self::Lat => &["lat", "latitude", "latdeg", "geolat"],
            Self::Easting => &[
                "easting",
                "eastings",
                "oseast1m",
                "east1m",
                "gridgb1e",
                "oseasting",
                "bngeasting",
                "eastingm",
                "osgbeasting",
                "osgb36easting",
            ],
            Self::Northing => &[
                "northing",
                "northings",
                "osnrth1m",
                "nrth1m",
                "north1m",
                "gridgb1n",
                "osnorthing",
                "bngnorthing",
                "northingm",
                "osgbnorthing",
                "osgb36northing",
            ],
            Self::X => &["x", "geox", "xcoordinate", "xcoord", "coordx", "pointx", "xcoordinates"],
            Self::Y => &["y", "geoy", "ycoordinate", "ycoord", "coordy", "pointy", "ycoordinates"],
        }
    }

    /// Words, one of which makes a name likely.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Postcode => &["pcds", "pcd8", "pcd2", "pcd7", "pcd", "pcode", "zip"],
            Self::Lon => &["longitude", "lon", "lng", "long"],
            Self::Lat => &["latitude", "lat"],
            Self::Easting => &["easting", "eastings"],
            Self::Northing => &["northing", "northings"],
            Self::X => &["x"],
            Self::Y => &["y"],
        }
    }

    /// How well a column name fits, or `None`.
    pub(super) fn fit(self, name: &ColumnName) -> Option<Fit> {
        if name.plain == self.name() && !matches!(self, Self::X | Self::Y) {
            return Some(Fit::Exact);
        }
        if self.usual().contains(&name.letters.as_str()) {
            return Some(Fit::Usual);
        }
        let has_word =
            |words: &[&str]| name.words.iter().any(|word| words.contains(&word.as_str()));
        let contains = |parts: &[&str]| parts.iter().any(|part| name.letters.contains(part));
        let is_likely = match self {
            Self::Postcode => {
                (has_word(self.words()) || contains(&["postcode", "postalcode", "zipcode"]))
                    && !has_word(&NOT_A_POSTCODE)
            }
            _ => has_word(self.words()),
        };
        is_likely.then_some(Fit::Likely)
    }

    /// The column that fits best. If several fit equally well, none is taken and all are returned.
    pub(super) fn find(self, names: &[ColumnName]) -> Found {
        let fits: Vec<(Fit, usize)> =
            (0..).zip(names).filter_map(|(at, name)| Some((self.fit(name)?, at))).collect();
        let Some(best) = fits.iter().map(|&(fit, _)| fit).min() else { return Found::None };
        let at: Vec<usize> =
            fits.into_iter().filter(|&(fit, _)| fit == best).map(|(_, at)| at).collect();
        if let [at] = at[..] {
            return Found::One(best, at);
        }
        let rank = |at: usize| ONS_POSTCODES.iter().position(|&name| name == names[at].letters);
        let ranks: Option<Vec<(usize, usize)>> =
            at.iter().map(|&at| Some((rank(at)?, at))).collect();
        match ranks.map(|mut ranks| {
            ranks.sort_unstable();
            ranks
        }) {
            Some(ranks) if ranks[0].0 < ranks[1].0 => Found::One(best, ranks[0].1),
            _ => Found::Several(at),
        }
    }
}

/// The column for a part of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    None,
    One(Fit, usize),
    Several(Vec<usize>),
}

/// A column name, in the forms in which it is compared.
#[derive(Clone, Debug)]
pub(super) struct ColumnName {
    /// Trimmed, in lower case.
    pub(super) plain: String,
    /// Only its letters and digits, in lower case.
    letters: String,
    /// Its words, in lower case, split at punctuation, spaces and capitals.
    words: Vec<String>,
}

impl ColumnName {
    pub(super) fn new(name: &[u8]) -> Self {
        let text = String::from_utf8_lossy(name);
        let mut words = vec![String::new()];
        let mut was_lower = false;
        for char in text.chars() {
            if !char.is_alphanumeric() || char.is_uppercase() && was_lower {
                words.push(String::new());
            }
            if char.is_alphanumeric() {
                let word = words.last_mut().expect("begins with one");
                word.extend(char.to_lowercase());
            }
            was_lower = char.is_lowercase();
        }
        words.retain(|word| !word.is_empty());
        Self { plain: text.trim().to_lowercase(), letters: words.concat(), words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(part: Part, names: &[&str]) -> Found {
        let names: Vec<ColumnName> =
            names.iter().map(|name| ColumnName::new(name.as_bytes())).collect();
        part.find(&names)
    }

    #[test]
    fn names_that_people_give_are_recognised() {
        for (part, names) in [
            (
                Part::Postcode,
                &[
                    "Postcode",
                    "POSTCODE",
                    "Post Code",
                    "post_code",
                    "PostCode ",
                    "Postal Code",
                    "Postcode (registered)",
                    "Home Postcode",
                    "pcd",
                    "PCDS",
                    "PostCode1",
                    "zip",
                    "Patient Postcode",
                    "ZIP Code",
                    "branch-postcode",
                    "PC_POSTCODE",
                    "LSOA pcd",
                ][..],
            ),
            (Part::Lat, &["Latitude", "LAT", "lat_deg", "Site Latitude", "start_lat", "geoLat"]),
            (Part::Lon, &["Longitude", "lng", "long", "LON", "Longitude (WGS84)", "homeLng"]),
            (Part::Easting, &["Eastings", "EASTING", "oseast1m", "Site Easting", "easting_27700"]),
            (Part::Northing, &["Northings", "osnrth1m", "OS Northing"]),
            (Part::X, &["X", "GeoX", "X_COORDINATE", "x coord", "Point X"]),
            (Part::Y, &["Y", "geoY", "Y_COORDINATE", "point_y"]),
        ] {
            for name in names {
                let found = find(part, &["id", name, "notes"]);
                assert!(matches!(found, Found::One(_, 1)), "{name}: {found:?}");
            }
        }
    }

    #[test]
    fn names_of_other_things_are_not() {
        for name in [
            "id",
            "post",
            "addressline6",
            "Postcode district",
            "postcode_area",
            "Postcode count",
            "outcode",
            "code",
            "platform",
            "belong",
            "along",
            "max",
            "xray",
            "n",
            "e",
        ] {
            for part in
                [Part::Postcode, Part::Lon, Part::Lat, Part::Easting, Part::Northing, Part::X]
            {
                assert_eq!(find(part, &[name]), Found::None, "{name} as {part:?}");
            }
        }
    }

    #[test]
    fn the_best_name_is_taken_and_equal_ones_are_not() {
        let names = ["Home Postcode", "postcode", "Post Code"];
        assert_eq!(find(Part::Postcode, &names), Found::One(Fit::Exact, 1));
        assert_eq!(find(Part::Postcode, &names[..1]), Found::One(Fit::Likely, 0));
        let both = ["Home Postcode", "Work Postcode"];
        assert_eq!(find(Part::Postcode, &both), Found::Several(vec![0, 1]));
        let ons = ["pcd", "pcd2", "pcds", "lat"];
        assert_eq!(find(Part::Postcode, &ons), Found::One(Fit::Usual, 2));
        assert_eq!(find(Part::Postcode, &["pcd", "pcd"]), Found::Several(vec![0, 1]));
    }
}
