//! `/mapit/generations` and `/mapit/types`.

use std::fmt::Write as _;

use axum::extract::RawQuery;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Answer, Query, json as send, respond};
use crate::compat::generations::GenerationNumber;
use crate::http::RequestSnapshot;

/// A period in which the boundaries do not change.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(in crate::http::routes) struct Generation<'a> {
    /// Number of the generation.
    id: GenerationNumber,
    /// True if the generation has begun.
    active: bool,
    /// Time at which it began.
    created: String,
    /// The layers in force.
    description: &'a str,
}

/// An area type.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(in crate::http::routes) struct AreaType<'a> {
    /// Code of the type.
    code: &'a str,
    /// Name of the type.
    description: &'a str,
}

pub(super) async fn generations(snapshot: RequestSnapshot, RawQuery(query): RawQuery) -> Response {
    respond(&Query::read(query.as_deref()), generations_of(snapshot))
}

fn generations_of(snapshot: RequestSnapshot) -> Answer {
    let served = snapshot.served()?;
    let (atlas, generations) = (served.atlas(), served.directory().generations());
    let now = generations.of_day(crate::http::today());
    let mut all = Map::new();
    for number in 1..=generations.count() {
        let start = generations.start(number);
        let created = match start {
            Some(day) => format!("{day}T00:00:00Z"),
            // Without a start date, use the time at which the snapshot was built.
            None => atlas.built().to_string(),
        };
        let mut description = match start {
            Some(day) => format!("From {day}:"),
            None => "From the beginning:".to_owned(),
        };
        for &layer in generations.layers(number) {
            // Writing to a `String` cannot fail.
            let _ = write!(description, " {};", atlas.layers()[layer].layer().meta().title);
        }
        let one = Generation {
            id: number,
            active: number <= now,
            created,
            description: description.trim_end_matches([';', ':']),
        };
        all.insert(number.to_string(), json!(one));
    }
    send(&all)
}

pub(super) async fn types(snapshot: RequestSnapshot, RawQuery(query): RawQuery) -> Response {
    respond(&Query::read(query.as_deref()), types_of(snapshot))
}

fn types_of(snapshot: RequestSnapshot) -> Answer {
    let served = snapshot.served()?;
    let types = served.directory().types().iter();
    let types: Map<String, Value> = types
        .map(|of| (of.code.to_string(), json!(AreaType { code: &of.code, description: &of.name })))
        .collect();
    send(&types)
}
