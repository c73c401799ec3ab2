//! The schema of a line. Its members have names that depend on the layers and on the input.

use std::borrow::Cow;

use lapwing_boundaries::confidence::ConfidenceLevel;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, json};

use crate::answers::schema::{can_be_null, object};
use crate::bulk::output_columns::{ERROR, QUERY, STATUS};
use crate::bulk::{OutputColumn, Status};

/// One line of a flat NDJSON response.
pub(crate) enum FlatLine {}

impl JsonSchema for FlatLine {
    fn schema_name() -> Cow<'static, str> {
        "FlatLine".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut status = generator.subschema_for::<Status>();
        status.insert(
            "description".to_owned(),
            "Result of the line. `outside`: the place lies in no area of any layer.".into(),
        );
        // With `add` a member is absent, otherwise null if there is no answer.
        let mut level = generator.subschema_for::<Option<ConfidenceLevel>>();
        let mut distance = generator.subschema_for::<Option<f64>>();
        let mut coverage = generator.subschema_for::<Option<String>>();
        let mut unassigned = generator.subschema_for::<Option<String>>();
        let mut superseded = generator.subschema_for::<Option<String>>();
        let mut month = generator.subschema_for::<Option<String>>();
        let mut reason = generator.subschema_for::<Option<String>>();
        for schema in [
            &mut level,
            &mut distance,
            &mut coverage,
            &mut unassigned,
            &mut superseded,
            &mut month,
            &mut reason,
        ] {
            can_be_null(schema);
        }
        for (schema, description) in [
            (
                &mut coverage,
                "`incomplete:` and the key of each layer that may lack an area there, joined by `;`; \
                 or `outside`. Null if every layer answers for the place.",
            ),
            (
                &mut unassigned,
                "`{layer}:{share}` for each layer in none of whose areas some of the postcode's \
                 addresses lie, joined by `;`. Null if there are none.",
            ),
            (
                &mut superseded,
                "`{layer}:{day}` for each layer whose boundaries are no longer in force, joined by \
                 `;`. Null if there are none.",
            ),
            (&mut month, "Month in which the postcode was terminated. Only if `add` lists it."),
            (&mut reason, "Why the line has no areas. Only if `add` lists it."),
        ] {
            schema.insert("description".to_owned(), description.into());
        }
        let error = json_schema!({
            "type": "string",
            "description": "Why the line has no answer. Present only if the line failed.",
        });
        let query = json_schema!({
            "description": "The input line as received, if its members cannot be returned.",
        });
        let members = [
            (STATUS, status),
            (OutputColumn::Confidence.as_str(), level),
            (OutputColumn::BoundaryDistance.as_str(), distance),
            (OutputColumn::Coverage.as_str(), coverage),
            (OutputColumn::Unassigned.as_str(), unassigned),
            (OutputColumn::SupersededSince.as_str(), superseded),
            (OutputColumn::Terminated.as_str(), month),
            (OutputColumn::Reason.as_str(), reason),
            (ERROR, error),
            (QUERY, query),
        ];
        let members: Map<_, _> =
            members.into_iter().map(|(name, schema)| (name.to_owned(), schema.into())).collect();
        let mut line = object(
            "The members of the input line, then those of its answer. Each layer has {layer}_code \
             and {layer}_name, null if the place lies in none of its areas; several areas are \
             joined by `;`. With `add` only the members it lists, and the status.",
            members,
            &[STATUS],
        );
        line.insert("additionalProperties".to_owned(), json!(true));
        line
    }
}
