//! Query parameters. An unknown or repeated parameter is an error, so that a misspelt `layers`
//! never looks like an answer for all layers.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::Date;
use lapwing_boundaries::atlas::Day;
use lapwing_boundaries::position::{Bng, InvalidPosition, LngLat};
use lapwing_boundaries::postcode::Postcode;
use lapwing_boundaries::text::composed;

use crate::answers::{Choice, Place, invalid_postcode, similar_postcode};
use crate::http::RequestSnapshot;
use crate::http::error::{Problem, ProblemKind};

/// The parameters of a place.
pub(in crate::http) const PLACE: [&str; 5] = ["postcode", "lon", "lat", "easting", "northing"];

/// The parameters that are lists. Generated clients repeat them (`layers=lap&layers=ward`), which is
/// the same as one list (`layers=lap,ward`).
const LISTS: [&str; 5] = ["layers", "layer", "with", "add", "properties"];

/// The parameters of one request.
#[derive(Clone, Debug)]
pub(in crate::http) struct Params<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Params<'a> {
    /// Parses a query. Only the names in `known` are allowed, each at most once, except lists.
    pub(in crate::http) fn read(
        query: Option<&'a str>,
        known: &[&[&str]],
    ) -> Result<Self, Problem> {
        let mut pairs: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if !known.iter().any(|names| names.contains(&name.as_ref())) {
                return Err(unknown(&name, known));
            }
            let is_list = LISTS.contains(&name.as_ref());
            if !is_list && pairs.iter().any(|(earlier, _)| *earlier == name) {
                let detail = format!("{name} is repeated: give it once");
                let problem = Problem::new(ProblemKind::RepeatedParameter, detail);
                return Err(problem.with("parameter", name.into_owned()));
            }
            // Names in the data are composed.
            let value = match composed(&value) {
                Cow::Owned(composed) => Cow::Owned(composed),
                Cow::Borrowed(_) => value,
            };
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    pub(in crate::http) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_ref())
    }

    pub(in crate::http) fn required(&self, name: &str, example: &str) -> Result<&str, Problem> {
        self.get(name).ok_or_else(|| {
            let detail = format!("{name} is missing: add {name}={example}");
            Problem::new(ProblemKind::MissingParameter, detail).with("parameter", name)
        })
    }

    fn parsed<T: FromStr>(&self, name: &str, form: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| malformed(name, text, form))
    }

    /// A comma-separated list, which can also be given as several parameters; `None` if the
    /// parameter is missing.
    pub(in crate::http) fn list(&self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        let given = self.pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_ref());
        let given: Vec<&str> = given.collect();
        if given.is_empty() {
            return Ok(None);
        }
        let text = given.join(",");
        let items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
        if items.iter().any(String::is_empty) {
            return Err(malformed(name, &text, "names separated by commas, such as ward,parish"));
        }
        Ok(Some(items))
    }

    /// The requested date, or today.
    pub(in crate::http) fn day(&self) -> Result<Day, Problem> {
        let date: Option<Date> = match self.get("date") {
            None => None,
            Some(text) => Some(
                crate::answers::read_date(text)
                    .ok_or_else(|| malformed("date", text, "a date as in 2024-05-01"))?,
            ),
        };
        Ok(date.map_or_else(|| Day::Today(crate::http::today()), Day::Requested))
    }

    /// A maximum number of results, from 1 to `most`.
    pub(in crate::http) fn limit(&self, default: usize, most: usize) -> Result<usize, Problem> {
        let form = format!("a whole number from 1 to {most}");
        match self.parsed::<usize>("limit", &form)? {
            None => Ok(default),
            Some(limit) if (1..=most).contains(&limit) => Ok(limit),
            Some(limit) => Err(malformed("limit", limit, &form)),
        }
    }

    /// `slivers=include`, `touches=include`.
    pub(in crate::http) fn choice(&self) -> Result<Choice, Problem> {
        let includes = |name| match self.get(name) {
            None | Some("exclude") => Ok(false),
            Some("include") => Ok(true),
            Some(other) => Err(malformed(name, other, "include or exclude")),
        };
        Ok(Choice { slivers: includes("slivers")?, touches: includes("touches")? })
    }

    /// True if a parameter is `true`, false if it is `false` or absent.
    pub(in crate::http) fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(malformed(name, other, "true or false")),
        }
    }

    /// The place that the request asks about. A mistyped postcode is compared with those of the
    /// snapshot, to suggest one.
    pub(in crate::http) fn place(&self, snapshot: &RequestSnapshot) -> Result<Place, Problem> {
        let given = PLACE.map(|name| self.get(name).is_some());
        match given {
            [true, false, false, false, false] => {
                let text = self.get("postcode").unwrap_or_default();
                let postcode = Postcode::parse(text).map_err(|error| {
                    let atlas = snapshot.peek();
                    let similar = atlas.and_then(|atlas| similar_postcode(atlas, text));
                    Problem::new(ProblemKind::InvalidPostcode, invalid_postcode(atlas, &error))
                        .with("parameter", "postcode")
                        .with_suggestion(similar)
                })?;
                Ok(Place::Postcode(postcode))
            }
            [false, true, true, false, false] => {
                let (lon, lat) = (self.number("lon")?, self.number("lat")?);
                LngLat::given(lon, lat).map(Place::LngLat).map_err(|e| position(e, "lon"))
            }
            [false, false, false, true, true] => {
                let (easting, northing) = (self.number("easting")?, self.number("northing")?);
                Bng::given(easting, northing).map(Place::Bng).map_err(|e| position(e, "easting"))
            }
            _ => Err(self.no_place()),
        }
    }

    /// Describes what is wrong with the parameters of a place.
    fn no_place(&self) -> Problem {
        let given: Vec<&str> = PLACE.into_iter().filter(|name| self.get(name).is_some()).collect();
        match given[..] {
            [] => Problem::new(
                ProblemKind::MissingParameter,
                "give a place: postcode=NN1 1ED, or lon=-0.896&lat=52.236, or easting=475486&northing=260275",
            ),
            ["lon" | "lat" | "easting" | "northing"] => {
                let other = match given[0] {
                    "lon" => "lat",
                    "lat" => "lon",
                    "easting" => "northing",
                    _ => "easting",
                };
                let detail = format!("{} needs {other} as well", given[0]);
                Problem::new(ProblemKind::MissingParameter, detail).with("parameter", other)
            }
            _ => {
                let detail = format!(
                    "{} exclude each other: give a postcode, or lon and lat, or easting and northing",
                    given.join(", ")
                );
                Problem::new(ProblemKind::ConflictingParameters, detail).with("parameters", given)
            }
        }
    }

    fn number(&self, name: &str) -> Result<f64, Problem> {
        let form = "a number with a decimal point";
        let value = self.parsed(name, form)?.unwrap_or(f64::NAN);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(malformed(name, self.get(name).unwrap_or_default(), form))
        }
    }
}

fn unknown(name: &str, known: &[&[&str]]) -> Problem {
    let shown: String = name.chars().take(40).collect();
    let known = known.concat();
    let takes = match &known[..] {
        [] => "it takes none".to_owned(),
        known => format!("it takes {}", known.join(", ")),
    };
    let detail = format!("this route has no parameter {shown:?}: {takes}");
    Problem::new(ProblemKind::UnknownParameter, detail)
        .with("parameter", shown)
        .with("known", known)
}

fn position(error: InvalidPosition, parameter: &str) -> Problem {
    let kind = match error {
        InvalidPosition::OutsideGrid { .. }
        | InvalidPosition::FarFromBritain { .. }
        | InvalidPosition::SwappedDegrees { .. }
        | InvalidPosition::SwappedMetres { .. } => ProblemKind::OutsideBritain,
        _ => ProblemKind::InvalidParameter,
    };
    Problem::new(kind, error.to_string()).with("parameter", parameter)
}

pub(in crate::http) fn malformed(name: &str, text: impl Display, form: &str) -> Problem {
    let text: String = text.to_string().chars().take(80).collect();
    let detail = format!("{name}={text} is invalid: write {form}");
    Problem::new(ProblemKind::InvalidParameter, detail).with("parameter", name)
}
