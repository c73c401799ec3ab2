//! Building blocks of the document: schemas, responses and operations.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::http::error::ProblemKind;
use crate::http::request::negotiate::JSON;

pub(super) type Members = Map<String, Value>;

pub(super) fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

pub(super) fn truth(description: &str) -> Value {
    json!({"type": "boolean", "description": description})
}

pub(super) fn one_of(words: &[&str], description: &str) -> Value {
    json!({"type": "string", "enum": words, "description": description})
}

pub(super) fn list(of: &Value, description: &str) -> Value {
    json!({"type": "array", "items": of, "description": description})
}

pub(super) fn any_object(description: &str) -> Value {
    json!({"type": "object", "description": description})
}

pub(super) fn named(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

pub(super) fn or_null(schema: Value) -> Value {
    match schema {
        Value::Object(mut schema) if !schema.contains_key("$ref") => {
            schema.insert("nullable".to_owned(), true.into());
            // In OpenAPI 3.0 `nullable` alone does not add null to an `enum`.
            if let Some(Value::Array(words)) = schema.get_mut("enum") {
                words.push(Value::Null);
            }
            Value::Object(schema)
        }
        reference => json!({"allOf": [reference], "nullable": true}),
    }
}

/// An object. A member whose name ends in `?` is optional.
pub(super) fn object<const N: usize>(description: &str, members: [(&str, Value); N]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in members {
        let plain = name.trim_end_matches('?');
        properties.insert(plain.to_owned(), schema);
        if plain == name {
            required.push(name);
        }
    }
    let mut object = Map::new();
    object.insert("type".to_owned(), "object".into());
    object.insert("description".to_owned(), description.into());
    // JSON Schema draft 4, on which OpenAPI 3.0 is based, forbids an empty `required`.
    if !required.is_empty() {
        object.insert("required".to_owned(), required.into());
    }
    object.insert("properties".to_owned(), properties.into());
    Value::Object(object)
}

/// A 200 response in one or more formats.
pub(super) fn ok(description: &str, formats: &[(&str, Value)]) -> Value {
    let content: Map<String, Value> = formats
        .iter()
        .map(|(format, schema)| ((*format).to_owned(), json!({"schema": schema})))
        .collect();
    json!({"description": description, "content": content})
}

pub(super) fn ok_json(description: &str, schema: &str) -> Value {
    ok(description, &[(JSON, named(schema))])
}

/// Problems that any route can return.
const ANY_ROUTE: [ProblemKind; 2] = [ProblemKind::UrlTooLong, ProblemKind::Internal];

/// Problems of routes that answer from the snapshot.
const SNAPSHOT_PROBLEMS: [ProblemKind; 5] = [
    ProblemKind::Refused,
    ProblemKind::NotAcceptable,
    ProblemKind::NotReady,
    ProblemKind::Overloaded,
    ProblemKind::TookTooLong,
];

/// Problems of routes that reject unknown and repeated parameters.
const QUERY_PROBLEMS: [ProblemKind; 2] =
    [ProblemKind::UnknownParameter, ProblemKind::RepeatedParameter];

/// Problems of routes that read a request body.
pub(super) const BODY_PROBLEMS: [ProblemKind; 5] = [
    ProblemKind::InvalidBody,
    ProblemKind::BodyTooSlow,
    ProblemKind::BodyTooLarge,
    ProblemKind::UnsupportedMediaType,
    ProblemKind::ConflictingParameters,
];

/// Problems of routes that take a place.
pub(super) const PLACE_PROBLEMS: [ProblemKind; 7] = [
    ProblemKind::MissingParameter,
    ProblemKind::InvalidParameter,
    ProblemKind::ConflictingParameters,
    ProblemKind::InvalidPostcode,
    ProblemKind::OutsideBritain,
    ProblemKind::UnknownPostcode,
    ProblemKind::PostcodeWithoutPosition,
];

/// One operation of the document.
pub(super) struct Operation {
    pub(super) tag: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) parameters: &'static [&'static str],
    pub(super) ok: Value,
    pub(super) problems: Vec<ProblemKind>,
}

impl Operation {
    /// A GET that answers from the snapshot and supports conditional requests.
    pub(super) fn get(self) -> (&'static str, Value) {
        let mut operation = self.into_json(&[&SNAPSHOT_PROBLEMS[..], &QUERY_PROBLEMS].concat());
        operation["responses"]["304"] =
            json!({"description": "Not modified: the copy named by If-None-Match is current."});
        ("get", operation)
    }

    /// A POST with the request body `body`.
    pub(super) fn post(self, body: &Value) -> (&'static str, Value) {
        let mut operation = self.into_json(&[&SNAPSHOT_PROBLEMS[..], &QUERY_PROBLEMS].concat());
        operation["requestBody"] = json!({"required": true, "content": body});
        ("post", operation)
    }

    /// A GET that does not depend on the snapshot.
    pub(super) fn get_fresh(self) -> (&'static str, Value) {
        ("get", self.into_json(&[]))
    }

    fn into_json(self, further: &[ProblemKind]) -> Value {
        let mut responses = Map::new();
        responses.insert("200".to_owned(), self.ok);
        let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
        for kind in self.problems.into_iter().chain(further.iter().copied()).chain(ANY_ROUTE) {
            let kinds = by_status.entry(kind.status().as_u16()).or_default();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        for (status, kinds) in by_status {
            let descriptions: Vec<String> =
                kinds.iter().map(|kind| format!("`{}`: {}", kind.slug(), kind.title())).collect();
            let types: Vec<String> =
                kinds.iter().map(|kind| format!("/problems/{}", kind.slug())).collect();
            let schema = json!({
                "allOf": [named("Problem"), {"properties": {"type": {"enum": types}}}]
            });
            responses.insert(
                status.to_string(),
                json!({
                    "description": descriptions.join("; "),
                    "content": {"application/problem+json": {"schema": schema}}
                }),
            );
        }
        let parameters: Vec<Value> = self
            .parameters
            .iter()
            .map(|name| json!({"$ref": format!("#/components/parameters/{name}")}))
            .collect();
        json!({
            "tags": [self.tag],
            "operationId": self.id,
            "summary": self.summary,
            "parameters": parameters,
            "responses": responses,
        })
    }
}

/// The path items of the document, from `(path, [(method, operation)])`.
pub(super) fn paths(
    of: impl IntoIterator<Item = (&'static str, Vec<(&'static str, Value)>)>,
) -> Members {
    of.into_iter()
        .map(|(path, operations)| {
            let operations: Members =
                operations.into_iter().map(|(method, op)| (method.to_owned(), op)).collect();
            (path.to_owned(), Value::Object(operations))
        })
        .collect()
}
