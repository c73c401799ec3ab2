//! `POST /postcodes-io/postcodes`: up to a hundred postcodes or positions in one request.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};

use super::errors::{MOST_AT_ONCE, Refusal};
use super::fields::{PostcodeFields, is_field};
use super::near::{Around, Raw};
use super::postcode::live;
use super::{Answer, Query, answer, form, respond};
use crate::compat::layer_roles::Plan;
use crate::http::request::body;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot, today};
use crate::live::Served;

/// As much as the original reads.
const BODY_BYTES: usize = 100 << 10;

pub(super) async fn bulk(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let query = Query::read(query.as_deref());
    let answer = read_and_find(&app, snapshot, &query, &headers, body).await;
    respond(&query, answer)
}

async fn read_and_find(
    app: &AppState,
    snapshot: RequestSnapshot,
    query: &Query<'_>,
    headers: &HeaderMap,
    body: Body,
) -> Answer {
    let received = body::read(headers, body, BODY_BYTES, &app.limits, &app.body_memory).await?;
    let asked = read(headers, &received.concat())?;
    let question = Question::of(asked, query)?;
    let only = query.get("filter").map(filter);
    let served = snapshot.served()?;
    run_blocking(app, move || question.answer(&served, &served.plan(today()), only.as_deref()))
        .await
}

/// The body as its type says; of a type that is not read it is as good as empty.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = stated.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(form::read(&String::from_utf8_lossy(body)));
    }
    if !essence.eq_ignore_ascii_case("application/json") || body.is_empty() {
        return Ok(Value::Null);
    }
    let value: Value = serde_json::from_slice(body).map_err(|_| Refusal::InvalidJson)?;
    if value.is_object() || value.is_array() { Ok(value) } else { Err(Refusal::InvalidJson) }
}

/// The names of fields to tell, those that there are.
fn filter(text: &str) -> Vec<String> {
    let plain: String = text.split_whitespace().collect::<String>().to_lowercase();
    let mut fields: Vec<String> = Vec::new();
    for name in plain.split(',').filter(|name| is_field(name)) {
        if !fields.iter().any(|known| known == name) {
            fields.push(name.to_owned());
        }
    }
    fields
}

enum Question {
    Postcodes(Vec<String>),
    /// Each as it is given back, and as it was read.
    Positions(Vec<(Map<String, Value>, Around)>),
}

/// Whether JavaScript takes it for true.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// What JavaScript makes of it as text.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Question {
    fn of(mut asked: Value, query: &Query) -> Result<Self, Refusal> {
        let mut take = |name: &str| asked.get_mut(name).map(Value::take).filter(is_truthy);
        let list = |value: Value| match value {
            Value::Array(all) => Ok(all),
            _ => Err(Refusal::NoArray),
        };
        if let Some(postcodes) = take("postcodes") {
            let postcodes = list(postcodes)?;
            if postcodes.len() > MOST_AT_ONCE {
                return Err(Refusal::TooManyPostcodes);
            }
            // What is no text is passed over.
            let texts = postcodes.into_iter().filter_map(|one| match one {
                Value::String(text) => Some(text),
                _ => None,
            });
            return Ok(Self::Postcodes(texts.collect()));
        }
        let positions = take("geolocations").ok_or(Refusal::InvalidQuery).and_then(list)?;
        if positions.len() > MOST_AT_ONCE {
            return Err(Refusal::TooManyLocations);
        }
        let mut common = Map::new();
        for name in ["limit", "radius"] {
            if let Some(text) = query.get(name) {
                common.insert(name.to_owned(), text.into());
            }
        }
        // As clients write it, which JavaScript's own clients of the original do either way.
        if query.get("widesearch").or_else(|| query.get("wideSearch")).is_some() {
            common.insert("widesearch".to_owned(), true.into());
        }
        let read = |position: Value| {
            let mut given = common.clone();
            if let Value::Object(own) = position {
                given.extend(own);
            }
            let text = |name: &str| given.get(name).filter(|v| !v.is_null()).map(as_text);
            // Of what is as good as false, 0 among them, the default is taken.
            let choice = |name: &str| given.get(name).filter(|v| is_truthy(v)).map(as_text);
            let (lon, lat) = (text("longitude"), text("latitude"));
            let (limit, radius) = (choice("limit"), choice("radius"));
            let raw = Raw {
                lon: lon.as_deref(),
                lat: lat.as_deref(),
                limit: limit.as_deref(),
                radius: radius.as_deref(),
                wide: choice("widesearch").or_else(|| choice("wideSearch")).is_some(),
            };
            let around = raw.postcodes()?;
            given.retain(|name, _| {
                let known = ["limit", "longitude", "latitude", "radius", "widesearch"];
                known.contains(&&*name.to_lowercase())
            });
            Ok((given, around))
        };
        Ok(Self::Positions(positions.into_iter().map(read).collect::<Result<_, Refusal>>()?))
    }

    fn answer(&self, served: &Served, plan: &Plan, only: Option<&[String]>) -> Answer {
        #[derive(Serialize)]
        struct Found<Q, R> {
            query: Q,
            result: R,
        }
        match self {
            Self::Postcodes(postcodes) => {
                let found = postcodes.iter().map(|query| {
                    let record = live(served, query);
                    let result =
                        record.map(|record| PostcodeFields::of(served, plan, record).only(only));
                    Found { query, result }
                });
                answer(&found.collect::<Vec<_>>())
            }
            Self::Positions(positions) => {
                let found = positions.iter().map(|(query, around)| Found {
                    query,
                    result: around.told(served, plan, only),
                });
                answer(&found.collect::<Vec<_>>())
            }
        }
    }
}
