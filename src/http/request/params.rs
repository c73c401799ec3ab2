//! Query parameters, read strictly: an unknown or repeated one is refused, not ignored, so that a
//! misspelt `layers` never looks like an answer for all layers.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::Date;
use lapwing_boundaries::atlas::Day;
use lapwing_boundaries::position::{Bng, InvalidPosition, LngLat};
use lapwing_boundaries::postcode::Postcode;

use crate::answers::{Choice, Place};
use crate::http::error::{Kind, Problem};

/// The parameters of a place.
pub(in crate::http) const PLACE: [&str; 5] = ["postcode", "lon", "lat", "easting", "northing"];

/// The parameters of one request.
#[derive(Clone, Debug)]
pub(in crate::http) struct Params<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Params<'a> {
    /// Reads a query, of which only the `known` names may be there, each once.
    pub(in crate::http) fn read(
        query: Option<&'a str>,
        known: &[&[&str]],
    ) -> Result<Self, Problem> {
        let mut pairs: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if !known.iter().any(|names| names.contains(&name.as_ref())) {
                return Err(unknown(&name, known));
            }
            if pairs.iter().any(|(earlier, _)| *earlier == name) {
                let detail = format!("{name} is given twice: give it once");
                let problem = Problem::new(Kind::RepeatedParameter, detail);
                return Err(problem.with("parameter", name.into_owned()));
            }
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    pub(in crate::http) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_ref())
    }

    pub(in crate::http) fn required(&self, name: &str, example: &str) -> Result<&str, Problem> {
        self.get(name).ok_or_else(|| {
            let detail = format!("{name} is missing: give it as in {name}={example}");
            Problem::new(Kind::MissingParameter, detail).with("parameter", name)
        })
    }

    fn parsed<T: FromStr>(&self, name: &str, form: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| malformed(name, text, form))
    }

    /// A list with commas; `None` where it is not given.
    pub(in crate::http) fn list(&self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
        if items.iter().any(String::is_empty) {
            return Err(malformed(name, text, "names with commas between them, as in ward,parish"));
        }
        Ok(Some(items))
    }

    /// The day asked for, else today.
    pub(in crate::http) fn day(&self) -> Result<Day, Problem> {
        let date: Option<Date> = match self.get("date") {
            None => None,
            Some(text) => Some(
                crate::answers::read_date(text)
                    .ok_or_else(|| malformed("date", text, "a date as in 2024-05-01"))?,
            ),
        };
        Ok(date.map_or_else(|| Day::Today(crate::http::today()), Day::Asked))
    }

    /// How many at most, 1 to `most`.
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

    /// The one place asked about.
    pub(in crate::http) fn place(&self) -> Result<Place, Problem> {
        let given = PLACE.map(|name| self.get(name).is_some());
        match given {
            [true, false, false, false, false] => {
                let text = self.get("postcode").unwrap_or_default();
                let postcode = Postcode::parse(text).map_err(|error| {
                    Problem::new(Kind::InvalidPostcode, error.to_string())
                        .with("parameter", "postcode")
                })?;
                Ok(Place::Postcode(postcode))
            }
            [false, true, true, false, false] => {
                let (lon, lat) = (self.number("lon")?, self.number("lat")?);
                LngLat::new(lon, lat).map(Place::LngLat).map_err(|e| position(e, "lon"))
            }
            [false, false, false, true, true] => {
                let (easting, northing) = (self.number("easting")?, self.number("northing")?);
                Bng::new(easting, northing).map(Place::Bng).map_err(|e| position(e, "easting"))
            }
            _ => Err(self.no_place()),
        }
    }

    /// What is wrong with the parameters of a place.
    fn no_place(&self) -> Problem {
        let given: Vec<&str> = PLACE.into_iter().filter(|name| self.get(name).is_some()).collect();
        match given[..] {
            [] => Problem::new(
                Kind::MissingParameter,
                "say which place: postcode=NN1 1ED, or lon=-0.896&lat=52.236, or easting=475486&northing=260275",
            ),
            ["lon" | "lat" | "easting" | "northing"] => {
                let other = match given[0] {
                    "lon" => "lat",
                    "lat" => "lon",
                    "easting" => "northing",
                    _ => "easting",
                };
                let detail = format!("{} needs {other} beside it", given[0]);
                Problem::new(Kind::MissingParameter, detail).with("parameter", other)
            }
            _ => {
                let detail = format!(
                    "{} are given together: ask by postcode, or by lon and lat, or by easting and northing",
                    given.join(", ")
                );
                Problem::new(Kind::ConflictingParameters, detail).with("parameters", given)
            }
        }
    }

    fn number(&self, name: &str) -> Result<f64, Problem> {
        let form = "a number, with a point for the fraction";
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
    Problem::new(Kind::UnknownParameter, detail).with("parameter", shown).with("known", known)
}

fn position(error: InvalidPosition, parameter: &str) -> Problem {
    let kind = match error {
        InvalidPosition::OutsideGrid { .. } => Kind::OutsideBritain,
        _ => Kind::InvalidParameter,
    };
    Problem::new(kind, error.to_string()).with("parameter", parameter)
}

pub(in crate::http) fn malformed(name: &str, text: impl Display, form: &str) -> Problem {
    let text: String = text.to_string().chars().take(80).collect();
    let detail = format!("{name}={text} cannot be read: write {form}");
    Problem::new(Kind::InvalidParameter, detail).with("parameter", name)
}
