//! Rewrites derived schemas as OpenAPI 3.0 has them, before schemars' own rewriting.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

use super::{CAN_BE_NULL, members_of, names};

/// The rewriting, from the innermost schema outwards.
#[derive(Clone, Debug)]
pub(super) struct ToOpenApi;

impl Transform for ToOpenApi {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        words_to_enum(schema);
        null_to_nullable(schema);
        absent_or_null(schema);
        keep_known_formats(schema);
        unwrap_lines(schema);
        reference_alone(schema);
    }
}

/// An enum whose variants have doc comments is derived as alternatives of one word each. Turns them
/// into one list of words.
fn words_to_enum(schema: &mut Schema) {
    let Some(Value::Array(variants)) = schema.get("oneOf") else { return };
    let word = |variant: &Value| variant.get("const").filter(|word| word.is_string()).cloned();
    let Some(words) = variants.iter().map(word).collect::<Option<Vec<Value>>>() else { return };
    schema.remove("oneOf");
    schema.insert("type".to_owned(), "string".into());
    // A field can have fewer words than its type.
    if schema.get("enum").is_none() {
        schema.insert("enum".to_owned(), words.into());
    }
}

/// Writes the alternative `null` as `nullable`.
fn null_to_nullable(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        let before = types.len();
        types.retain(|name| name != "null");
        if types.len() < before {
            if let [one] = &mut types[..] {
                let one = one.take();
                schema.insert("type".to_owned(), one);
            }
            set_nullable(schema);
        }
    }
    let null = json!({"type": "null"});
    let Some(Value::Array(alternatives)) = schema.get_mut("anyOf") else { return };
    let before = alternatives.len();
    alternatives.retain(|alternative| *alternative != null);
    if alternatives.len() == before {
        return;
    }
    if let [Value::Object(other)] = &mut alternatives[..] {
        let other = std::mem::take(other);
        schema.remove("anyOf");
        if other.contains_key("$ref") {
            schema.insert("allOf".to_owned(), json!([other]));
        } else {
            for (key, value) in other {
                // The field is more specific than its type.
                schema.ensure_object().entry(key).or_insert(value);
            }
        }
    }
    set_nullable(schema);
}

fn set_nullable(schema: &mut Schema) {
    schema.insert("nullable".to_owned(), true.into());
    // In OpenAPI 3.0 `nullable` alone does not add null to an `enum`.
    if let Some(Value::Array(words)) = schema.get_mut("enum")
        && !words.contains(&Value::Null)
    {
        words.push(Value::Null);
    }
}

/// A member that can be absent is not also `null`, unless it is marked.
fn absent_or_null(schema: &mut Schema) {
    let required = names(schema, "required");
    for (name, member) in members_of(schema) {
        let Ok(member) = <&mut Schema>::try_from(member) else { continue };
        let marked = member.remove(CAN_BE_NULL).is_some();
        if !marked && !required.contains(name) {
            set_not_nullable(member);
        }
    }
}

fn set_not_nullable(schema: &mut Schema) {
    if schema.remove("nullable").is_none() {
        return;
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    if let Some(Value::Array(one)) = schema.get("allOf")
        && let [Value::Object(reference)] = &one[..]
        && reference.contains_key("$ref")
    {
        *schema = reference.clone().into();
    }
}

/// Removes the formats of Rust's numbers, which OpenAPI does not define, and the limits of those
/// types, which are not limits of the answers.
fn keep_known_formats(schema: &mut Schema) {
    let Some(Value::String(format)) = schema.get("format") else { return };
    let limits: [i64; 2] = match &**format {
        "date" | "date-time" => return,
        "uint8" => [0, u8::MAX.into()],
        "uint16" => [0, u16::MAX.into()],
        "int8" => [i8::MIN.into(), i8::MAX.into()],
        "int16" => [i16::MIN.into(), i16::MAX.into()],
        _ => [0, 0],
    };
    schema.remove("format");
    for (key, limit) in ["minimum", "maximum"].into_iter().zip(limits) {
        if limit != 0 && schema.get(key) == Some(&limit.into()) {
            schema.remove(key);
        }
    }
}

/// Joins the lines of a doc comment.
fn unwrap_lines(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

/// In OpenAPI 3.0 a reference stands alone; the component has the description.
fn reference_alone(schema: &mut Schema) {
    if let Some(reference) = schema.get("$ref").cloned() {
        *schema = schemars::json_schema!({"$ref": reference});
    }
}
