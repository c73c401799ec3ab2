use super::*;
use crate::answers::squares;
use crate::live::Live;

/// Calls `check` with every object of the document.
fn for_each(value: &Value, check: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            check(members);
            members.values().for_each(|member| for_each(member, check));
        }
        Value::Array(items) => items.iter().for_each(|item| for_each(item, check)),
        _ => {}
    }
}

#[test]
fn a_snapshot_builds_its_document_once() {
    let live = Live::with(squares::atlas());
    let of = |served: &Served| document(served, &Base::default()).unwrap();
    let served = live.served().unwrap();
    assert!(Arc::ptr_eq(&of(&served), &of(&served)));
    let text: Value = serde_json::from_slice(&of(&served).text).unwrap();
    assert_eq!(text, of(&served).value);

    live.swap(squares::with_addresses());
    let other = live.served().unwrap();
    assert!(!Arc::ptr_eq(&of(&served), &of(&other)), "of another snapshot");
}

#[test]
fn every_reference_has_a_component_and_every_component_a_reference() {
    let served = Live::with(squares::atlas()).served().unwrap();
    let document = &document(&served, &Base::default()).unwrap().value;
    let mut references = Vec::new();
    for_each(document, &mut |object| {
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            assert_eq!(object.len(), 1, "{reference} has siblings");
            references.push(reference.to_owned());
        }
    });
    for reference in &references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} is missing");
    }
    for kind in ["schemas", "parameters"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(references.contains(&reference), "{reference} is never used");
        }
    }
}

/// What JSON Schema has and OpenAPI 3.0 does not.
#[test]
fn schemas_keep_to_the_dialect_of_openapi_3_0() {
    for (name, schema) in schemas::all() {
        for_each(&schema, &mut |object| {
            for key in ["$schema", "$defs", "const", "examples", "prefixItems", "x-can-be-null"] {
                assert!(!object.contains_key(key), "{name}: {key} in {object:?}");
            }
            let is_schema = |value: &&Value| value.is_string() || value.is_object();
            let types = object.get("type").filter(|of| !is_schema(of));
            assert_eq!(types, None, "{name}: {object:?}");
            if let Some(description) = object.get("description").and_then(Value::as_str) {
                let is_rustdoc = ["[`", "](", "::", "\n"].iter().any(|it| description.contains(it));
                assert!(!is_rustdoc, "{name}: {description}");
            }
        });
    }
}

#[test]
fn members_of_shared_types_are_only_where_they_can_be() {
    let all = schemas::all();
    for (name, list, other) in [
        ("Successors", "successors", "predecessors"),
        ("Predecessors", "predecessors", "successors"),
    ] {
        let (schema, members) = (&all[name], &all[name]["properties"]);
        assert!(schema["required"].as_array().unwrap().contains(&json!(list)), "{schema:#}");
        assert_eq!(
            (&members[list]["type"], members[list].get("nullable")),
            (&json!("array"), None)
        );
        assert_eq!(members.get(other), None, "{name}");
    }
    let location = &all["Location"]["properties"];
    let site = &all["Nearest"]["properties"]["nearest"]["items"]["properties"];
    assert!(location["positional_quality"].is_object() && site["lon"].is_object());
    assert_eq!(site.get("positional_quality"), None, "only postcodes have a quality");
}
