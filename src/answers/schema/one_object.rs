//! Enums that are written as objects with different members.

use schemars::Schema;
use serde_json::{Map, Value};

use super::names;

/// Merges the alternatives of an enum into one object, for `#[schemars(transform = one_object)]`. A
/// member that some alternatives lack can be absent. A member that is one word in each is one of
/// these words.
///
/// A list of alternatives would be more exact. But beside other members of a flattened enum it
/// closes no object, and generated clients give up on it.
pub(crate) fn one_object(schema: &mut Schema) {
    let keys = ["oneOf", "anyOf"];
    let Some(Value::Array(variants)) = keys.into_iter().find_map(|key| schema.remove(key)) else {
        return;
    };
    let variants: Vec<Schema> = variants.into_iter().filter_map(|v| v.try_into().ok()).collect();
    let mut members = Map::new();
    for variant in &variants {
        let listed = variant.get("properties").and_then(Value::as_object);
        for (name, member) in listed.into_iter().flatten() {
            if let Some(known) = members.get_mut(name) {
                add_words(known, member);
            } else {
                members.insert(name.clone(), member.clone());
            }
        }
    }
    let always = |name: &&String| variants.iter().all(|v| names(v, "required").contains(name));
    let required: Vec<String> = members.keys().filter(always).cloned().collect();
    schema.insert("type".to_owned(), "object".into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.insert("properties".to_owned(), members.into());
}

/// Adds the word of a member to the words of the same member of earlier alternatives.
fn add_words(known: &mut Value, member: &Value) {
    let (Some(known), Some(word)) = (known.as_object_mut(), member.get("const")) else { return };
    if let Some(first) = known.remove("const") {
        known.insert("enum".to_owned(), vec![first].into());
    }
    if let Some(Value::Array(words)) = known.get_mut("enum")
        && !words.contains(word)
    {
        words.push(word.clone());
    }
}
