//! `/mapit` and `/postcodes-io`: what they take and answer.
//!
//! Both pass over query parameters that they do not know and read those they know leniently, so
//! parameters are described as text. Their errors have shapes of their own.

use serde_json::{Map, Value, json};

use super::build::{Members, named, object, text, whole};
use crate::http::request::negotiate::JSON;

mod mapit;
mod postcodes_io;

pub(super) fn paths() -> Members {
    let mut paths = postcodes_io::paths();
    paths.extend(mapit::paths());
    paths
}

pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let mapit = object(
        "An error in MapIt's shape.",
        [("error", text("What is wrong.")), ("code", whole("The status."))],
    );
    let terminated = named("PostcodesIoTerminated");
    let postcodes_io = object(
        "An error in postcodes.io's shape.",
        [
            ("status", whole("The status.")),
            ("error", text("What is wrong.")),
            ("terminated?", terminated),
        ],
    );
    let shared = vec![("MapItError", mapit), ("PostcodesIoError", postcodes_io)];
    [shared, postcodes_io::schemas(), mapit::schemas()].concat()
}

/// A parameter, as text.
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

/// What is said of one operation.
struct Operation {
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    /// By media type.
    ok: Vec<(&'static str, Value)>,
    /// The statuses of errors that this question has, beyond those of any.
    errors: &'static [u16],
    error: &'static str,
}

impl Operation {
    fn written(self) -> Value {
        let content: Map<String, Value> = self
            .ok
            .into_iter()
            .map(|(media_type, schema)| (media_type.to_owned(), json!({"schema": schema})))
            .collect();
        let mut responses = Map::new();
        responses
            .insert("200".to_owned(), json!({"description": "The answer.", "content": content}));
        let error = json!({"application/json": {"schema": named(self.error)}});
        // Any question may be malformed for HTTP, too long, too much, or come too early.
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

    /// As a GET of data, of which a client may have the answer already.
    fn get(self) -> (&'static str, Value) {
        let (method, mut operation) = self.get_fresh();
        operation["responses"]["304"] =
            json!({"description": "The copy that If-None-Match names is still good."});
        (method, operation)
    }

    /// As a GET whose answer is another each time.
    fn get_fresh(self) -> (&'static str, Value) {
        ("get", self.written())
    }

    /// As a GET that may send the client on to another address.
    fn get_or_redirect(self) -> (&'static str, Value) {
        let (method, mut operation) = self.get();
        operation["responses"]["302"] = json!({
            "description": "The answer is at another address.",
            "headers": {"Location": {"schema": {"type": "string"}, "description": "Which."}},
        });
        (method, operation)
    }

    /// As a POST with that body.
    fn post(self, body: &Value) -> (&'static str, Value) {
        let mut operation = self.written();
        for status in ["408", "413"] {
            operation["responses"][status] = operation["responses"]["400"].clone();
        }
        operation["requestBody"] = json!({"required": true, "content": body});
        ("post", operation)
    }
}
