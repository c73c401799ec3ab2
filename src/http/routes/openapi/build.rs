//! The bricks of the document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::http::error::ProblemKind;
use crate::http::request::negotiate::JSON;

pub(super) type Members = Map<String, Value>;

pub(super) fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

pub(super) fn date(description: &str) -> Value {
    json!({"type": "string", "format": "date", "description": description})
}

pub(super) fn number(description: &str) -> Value {
    json!({"type": "number", "description": description})
}

/// 0 to 1.
pub(super) fn share(description: &str) -> Value {
    json!({"type": "number", "minimum": 0, "maximum": 1, "description": description})
}

pub(super) fn whole(description: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": description})
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

/// An object with a member for each layer asked.
pub(super) fn per_layer(of: &Value, description: &str) -> Value {
    json!({"type": "object", "additionalProperties": of, "description": description})
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
            // A value outside the words is not allowed by `nullable` alone.
            if let Some(Value::Array(words)) = schema.get_mut("enum") {
                words.push(Value::Null);
            }
            Value::Object(schema)
        }
        reference => json!({"allOf": [reference], "nullable": true}),
    }
}

/// An object; a member whose name ends in `?` may be absent.
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
    // Draft 4, which OpenAPI 3.0 follows, has no empty list of what is required.
    if !required.is_empty() {
        object.insert("required".to_owned(), required.into());
    }
    object.insert("properties".to_owned(), properties.into());
    Value::Object(object)
}

/// A response of 200 in some formats.
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

/// What any route may say.
const ALWAYS: [ProblemKind; 2] = [ProblemKind::UrlTooLong, ProblemKind::Internal];

/// What a route that answers from the snapshot may say.
const OF_DATA: [ProblemKind; 5] = [
    ProblemKind::Refused,
    ProblemKind::NotAcceptable,
    ProblemKind::NotReady,
    ProblemKind::Overloaded,
    ProblemKind::TookTooLong,
];

/// What a route that reads its parameters strictly may say.
const OF_QUERIES: [ProblemKind; 2] =
    [ProblemKind::UnknownParameter, ProblemKind::RepeatedParameter];

/// What a route that reads a body may say.
pub(super) const OF_BODIES: [ProblemKind; 5] = [
    ProblemKind::InvalidBody,
    ProblemKind::BodyTooSlow,
    ProblemKind::BodyTooLarge,
    ProblemKind::UnsupportedMediaType,
    ProblemKind::ConflictingParameters,
];

/// What a route that takes a place may say of it.
pub(super) const OF_PLACES: [ProblemKind; 7] = [
    ProblemKind::MissingParameter,
    ProblemKind::InvalidParameter,
    ProblemKind::ConflictingParameters,
    ProblemKind::InvalidPostcode,
    ProblemKind::OutsideBritain,
    ProblemKind::UnknownPostcode,
    ProblemKind::PostcodeWithoutPosition,
];

/// What is said of one operation.
pub(super) struct Operation {
    pub(super) tag: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) parameters: &'static [&'static str],
    pub(super) ok: Value,
    pub(super) problems: Vec<ProblemKind>,
}

impl Operation {
    /// As a GET of data, of which a client may have the answer already.
    pub(super) fn get(self) -> (&'static str, Value) {
        let mut operation = self.written(&[&OF_DATA[..], &OF_QUERIES].concat());
        operation["responses"]["304"] =
            json!({"description": "The copy that If-None-Match names is still good."});
        ("get", operation)
    }

    /// As a POST with that body.
    pub(super) fn post(self, body: &Value) -> (&'static str, Value) {
        let mut operation = self.written(&[&OF_DATA[..], &OF_QUERIES].concat());
        operation["requestBody"] = json!({"required": true, "content": body});
        ("post", operation)
    }

    /// As a GET whose answer has nothing to do with the snapshot.
    pub(super) fn get_fresh(self) -> (&'static str, Value) {
        ("get", self.written(&[]))
    }

    fn written(self, also: &[ProblemKind]) -> Value {
        let mut responses = Map::new();
        responses.insert("200".to_owned(), self.ok);
        let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
        for kind in self.problems.into_iter().chain(also.iter().copied()).chain(ALWAYS) {
            let kinds = by_status.entry(kind.status().as_u16()).or_default();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        for (status, kinds) in by_status {
            let told: Vec<String> =
                kinds.iter().map(|kind| format!("`{}`: {}", kind.slug(), kind.title())).collect();
            let types: Vec<String> =
                kinds.iter().map(|kind| format!("/problems/{}", kind.slug())).collect();
            let schema = json!({
                "allOf": [named("Problem"), {"properties": {"type": {"enum": types}}}]
            });
            responses.insert(
                status.to_string(),
                json!({
                    "description": told.join("; "),
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

/// Paths, each with its operations.
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
