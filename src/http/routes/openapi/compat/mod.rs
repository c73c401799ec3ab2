//! Parameters and responses of `/mapit` and `/postcodes-io`.
//!
//! Both ignore unknown query parameters and parse the known ones leniently, so all parameters are
//! described as strings. Each has its own error shape.

use serde_json::{Map, Value, json};

use super::build::{Members, named};
use crate::http::request::negotiate::JSON;

mod mapit;
mod postcodes_io;

pub(super) fn paths() -> Members {
    let mut paths = postcodes_io::paths();
    paths.extend(mapit::paths());
    paths
}

/// A parameter with a string schema.
fn parameter(place: &str, name: &str, description: &str, example: &str) -> Value {
    json!({
        "name": name, "in": place, "required": place == "path", "description": description,
        "schema": {"type": "string"}, "example": example
    })
}

fn path(name: &str, description: &str, example: &str) -> Value {
    parameter("path", name, description, example)
}

fn query(name: &str, description: &str, example: &str) -> Value {
    parameter("query", name, description, example)
}

/// One operation of the document.
struct Operation {
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    /// Schemas by media type.
    ok: Vec<(&'static str, Value)>,
    /// Error statuses of this operation, besides those of every operation.
    errors: &'static [u16],
    error: &'static str,
}

impl Operation {
    fn into_json(self) -> Value {
        let content: Map<String, Value> = self
            .ok
            .into_iter()
            .map(|(media_type, schema)| (media_type.to_owned(), json!({"schema": schema})))
            .collect();
        let mut responses = Map::new();
        responses
            .insert("200".to_owned(), json!({"description": "The answer.", "content": content}));
        let error = json!({"application/json": {"schema": named(self.error)}});
        // Any request can be malformed, too long, one too many, or too early.
        let any = [400, 414, 500, 503];
        let mut statuses: Vec<u16> = self.errors.iter().copied().chain(any).collect();
        statuses.sort_unstable();
        statuses.dedup();
        for status in statuses {
            responses
                .insert(status.to_string(), json!({"description": "An error.", "content": error}));
        }
        json!({
            "tags": [self.tag], "operationId": self.id, "summary": self.summary,
            "parameters": self.parameters, "responses": responses,
        })
    }

    /// A GET that answers from the snapshot and supports conditional requests.
    fn get(self) -> (&'static str, Value) {
        let (method, mut operation) = self.get_fresh();
        operation["responses"]["304"] =
            json!({"description": "Not modified: the copy named by If-None-Match is current."});
        (method, operation)
    }

    /// A GET whose response changes from request to request.
    fn get_fresh(self) -> (&'static str, Value) {
        ("get", self.into_json())
    }

    /// A GET that can redirect.
    fn get_or_redirect(self) -> (&'static str, Value) {
        let (method, mut operation) = self.get();
        operation["responses"]["302"] = json!({
            "description": "The answer is at the URL in `Location`.",
            "headers": {
                "Location": {"schema": {"type": "string"}, "description": "URL of the answer."}
            },
        });
        (method, operation)
    }

    /// A POST with the request body `body`.
    fn post(self, body: &Value) -> (&'static str, Value) {
        let mut operation = self.into_json();
        for status in ["408", "413"] {
            operation["responses"][status] = operation["responses"]["400"].clone();
        }
        operation["requestBody"] = json!({"required": true, "content": body});
        ("post", operation)
    }
}
