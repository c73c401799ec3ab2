//! `POST /postcodes-io/postcodes`: up to 100 postcodes or positions in one request.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};

use super::errors::{MAX_BULK_ITEMS, PostcodesIoError};
use super::fields::{PostcodeFields, is_field};
use super::near::{NearbyParams, NearbyQuery};
use super::postcode::live;
use super::{Answer, Query, answer, form, respond};
use crate::compat::layer_roles::LayerPlan;
use crate::http::request::body;
use crate::http::routes::compat::run_blocking;
use crate::http::{AppState, RequestSnapshot, today};
use crate::live::Served;

/// The limit of the original.
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
    let input = read(headers, &received.concat())?;
    let request = BulkRequest::of(input, query)?;
    let only = query.get("filter").map(filter);
    let served = snapshot.served()?;
    run_blocking(app, move || request.answer(&served, &served.plan(today()), only.as_deref())).await
}

/// Parses the body by its media type; a body of any other type is ignored.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Value, PostcodesIoError> {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = stated.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(form::read(&String::from_utf8_lossy(body)));
    }
    if !essence.eq_ignore_ascii_case("application/json") || body.is_empty() {
        return Ok(Value::Null);
    }
    let value: Value = serde_json::from_slice(body).map_err(|_| PostcodesIoError::InvalidJson)?;
    if value.is_object() || value.is_array() {
        Ok(value)
    } else {
        Err(PostcodesIoError::InvalidJson)
    }
}

/// Parses `filter`; names that are not fields are dropped.
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

enum BulkRequest {
    Postcodes(Vec<String>),
    /// Each with the members to echo.
    Positions(Vec<(Map<String, Value>, NearbyQuery)>),
}

/// Returns true if the value is truthy in JavaScript.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// Converts the value to text as JavaScript does.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl BulkRequest {
    fn of(mut input: Value, query: &Query) -> Result<Self, PostcodesIoError> {
        let mut take = |name: &str| input.get_mut(name).map(Value::take).filter(is_truthy);
        let list = |value: Value| match value {
            Value::Array(all) => Ok(all),
            _ => Err(PostcodesIoError::NoArray),
        };
        if let Some(postcodes) = take("postcodes") {
            let postcodes = list(postcodes)?;
            if postcodes.len() > MAX_BULK_ITEMS {
                return Err(PostcodesIoError::TooManyPostcodes);
            }
            // Items that are not strings are ignored.
            let texts = postcodes.into_iter().filter_map(|one| match one {
                Value::String(text) => Some(text),
                _ => None,
            });
            return Ok(Self::Postcodes(texts.collect()));
        }
        let positions =
            take("geolocations").ok_or(PostcodesIoError::InvalidQuery).and_then(list)?;
        if positions.len() > MAX_BULK_ITEMS {
            return Err(PostcodesIoError::TooManyLocations);
        }
        let mut common = Map::new();
        for name in ["limit", "radius"] {
            if let Some(text) = query.get(name) {
                common.insert(name.to_owned(), text.into());
            }
        }
        // The original's clients use either spelling.
        if query.get("widesearch").or_else(|| query.get("wideSearch")).is_some() {
            common.insert("widesearch".to_owned(), true.into());
        }
        let read = |position: Value| {
            let mut given = common.clone();
            if let Value::Object(own) = position {
                given.extend(own);
            }
            let text = |name: &str| given.get(name).filter(|v| !v.is_null()).map(as_text);
            // Falsy values, including 0, mean the default.
            let choice = |name: &str| given.get(name).filter(|v| is_truthy(v)).map(as_text);
            let (lon, lat) = (text("longitude"), text("latitude"));
            let (limit, radius) = (choice("limit"), choice("radius"));
            let raw = NearbyParams {
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
        Ok(Self::Positions(
            positions.into_iter().map(read).collect::<Result<_, PostcodesIoError>>()?,
        ))
    }

    fn answer(&self, served: &Served, plan: &LayerPlan, only: Option<&[String]>) -> Answer {
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
                    result: around.to_fields(served, plan, only),
                });
                answer(&found.collect::<Vec<_>>())
            }
        }
    }
}
