//! Schemas of answers, derived from their types, in the dialect of OpenAPI 3.0.
//!
//! The type of a field, its serde attributes and its doc comment are the only definition of a
//! member. Three rules of the answers decide what the schema says about absent members and `null`:
//!
//! * A field with `skip_serializing_if` can be absent. Then it is never `null`.
//! * Any other `Option` is always present and can be `null`.
//! * The members of a flattened `Option` ([`Together`]) are absent together. When they are present,
//!   they follow the two rules above.
//!
//! A type with a hand-written `Serialize` has a hand-written `JsonSchema` beside it.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

mod dialect;
mod one_object;

pub(crate) use one_object::one_object;

/// The key that marks a member as one that can be absent and can be `null`. [`dialect`] removes it.
const CAN_BE_NULL: &str = "x-can-be-null";

/// A generator of schemas in the dialect of the OpenAPI document. Its definitions are the
/// components of the document.
pub(crate) fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::openapi3().for_serialize();
    settings
        .with(|settings| settings.transforms.insert(0, Box::new(dialect::ToOpenApi)))
        .into_generator()
}

/// The schema of a type, for a place in the document outside the components. Types that are
/// components appear as references.
pub(crate) fn of<T: JsonSchema>() -> Value {
    let mut generator = generator();
    let mut schema = generator.subschema_for::<T>();
    for transform in generator.transforms_mut() {
        transform.transform(&mut schema);
    }
    schema.into()
}

/// Lets a member that can be absent also be `null`.
pub(crate) fn can_be_null(member: &mut Schema) {
    member.insert(CAN_BE_NULL.to_owned(), true.into());
}

/// The schema of a flattened `Option<T>`, as `#[schemars(with = "Option<Together<T>>")]`.
pub(crate) struct Together<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Together<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("Together<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let always = names(&schema, "required");
        for (name, member) in members_of(&mut schema) {
            if let Ok(member) = member.try_into()
                && always.contains(name)
            {
                can_be_null(member);
            }
        }
        schema
    }
}

/// The members that an object schema lists, by name.
fn members_of(schema: &mut Schema) -> impl Iterator<Item = (&String, &mut Value)> {
    schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
}

/// The strings in a list of the schema, such as `required`.
fn names(schema: &Schema, list: &str) -> Vec<String> {
    let texts = schema.get(list).and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// An object schema with these members, of which those in `required` are always present.
pub(crate) fn object(description: &str, members: Map<String, Value>, required: &[&str]) -> Schema {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("description".to_owned(), description.into());
    // JSON Schema draft 4, on which OpenAPI 3.0 is based, forbids an empty `required`.
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.insert("properties".to_owned(), members.into());
    schema.into()
}

#[cfg(test)]
mod tests;
