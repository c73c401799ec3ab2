use serde::Serialize;
use serde_json::json;

use super::*;
use crate::answers::{Keyed, Metres};

/// What a shape is.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(dead_code, reason = "only described")]
enum Shape {
    /// All sides are equal.
    PlainSquare,
    /// All points are equally far.
    Circle,
}

/// A thing.
#[derive(JsonSchema, Serialize)]
struct Thing {
    /// How far away
    /// it is.
    far: Option<f64>,
}

fn members(schema: &Value) -> &Value {
    &schema["properties"]
}

#[test]
fn an_option_is_present_and_can_be_null() {
    #[derive(JsonSchema, Serialize)]
    #[schemars(inline)]
    struct Answer {
        number: Option<f64>,
        shape: Option<Shape>,
        thing: Option<Thing>,
    }
    let schema = of::<Answer>();
    assert_eq!(schema["required"], json!(["number", "shape", "thing"]));
    let expected = json!({
        "number": {"type": "number", "nullable": true},
        "shape": {
            "type": "string", "enum": ["plain_square", "circle", null], "nullable": true,
            "description": "What a shape is.",
        },
        "thing": {"allOf": [{"$ref": "#/components/schemas/Thing"}], "nullable": true},
    });
    assert_eq!(members(&schema), &expected);
}

#[test]
fn a_skipped_option_can_be_absent_and_is_never_null() {
    #[derive(JsonSchema, Serialize)]
    #[schemars(inline)]
    struct Answer {
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(extend("enum" = ["circle"]))]
        shape: Option<Shape>,
        #[serde(skip_serializing_if = "Option::is_none")]
        thing: Option<Thing>,
    }
    let schema = of::<Answer>();
    assert_eq!(schema.get("required"), None);
    let expected = json!({
        "number": {"type": "number"},
        "shape": {"type": "string", "enum": ["circle"], "description": "What a shape is."},
        "thing": {"$ref": "#/components/schemas/Thing"},
    });
    assert_eq!(members(&schema), &expected);
}

#[test]
fn members_that_are_absent_together_keep_their_null() {
    #[derive(JsonSchema, Serialize)]
    #[schemars(inline)]
    struct Part {
        count: usize,
        share: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rest: Option<f64>,
    }
    #[derive(JsonSchema, Serialize)]
    #[schemars(inline)]
    struct Answer {
        #[serde(flatten)]
        #[schemars(with = "Option<Together<Part>>")]
        part: Option<Part>,
    }
    let schema = of::<Answer>();
    assert_eq!(schema.get("required"), None);
    let expected = json!({
        "count": {"type": "integer", "minimum": 0},
        "share": {"type": "number", "nullable": true},
        "rest": {"type": "number"},
    });
    assert_eq!(members(&schema), &expected);
}

#[test]
fn different_objects_of_an_enum_become_one() {
    #[derive(JsonSchema, Serialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    #[schemars(inline, transform = one_object)]
    #[expect(dead_code, reason = "only described")]
    enum Hit {
        Area { code: String, name: String },
        Postcode { code: String },
    }
    let schema = of::<Hit>();
    assert_eq!(schema["required"], json!(["kind", "code"]));
    let text = json!({"type": "string"});
    let kind = json!({"type": "string", "enum": ["area", "postcode"]});
    assert_eq!(members(&schema), &json!({"kind": kind, "code": text, "name": text}));
    assert_eq!((schema.get("oneOf"), &schema["type"]), (None, &json!("object")));
}

#[test]
fn the_answers_own_types_have_schemas_beside_their_text() {
    assert_eq!(of::<Metres>(), json!({"type": "number"}));
    let thing = json!({"allOf": [{"$ref": "#/components/schemas/Thing"}], "nullable": true});
    assert_eq!(
        of::<Keyed<Option<Thing>>>(),
        json!({"type": "object", "additionalProperties": thing})
    );
}

#[test]
fn widths_of_rust_numbers_are_no_limits() {
    #[derive(JsonSchema, Serialize)]
    #[schemars(inline)]
    struct Answer {
        byte: u8,
        small: i16,
        #[schemars(range(min = 1, max = 12))]
        month: u8,
        day: jiff::civil::Date,
    }
    let expected = json!({
        "byte": {"type": "integer", "minimum": 0},
        "small": {"type": "integer"},
        "month": {"type": "integer", "minimum": 1, "maximum": 12},
        "day": {"type": "string", "format": "date"},
    });
    assert_eq!(members(&of::<Answer>()), &expected);
}

#[test]
fn doc_comments_are_descriptions_on_one_line() {
    let mut generator = generator();
    generator.subschema_for::<Thing>();
    let things = generator.take_definitions(true);
    let expected = json!({
        "type": "object", "description": "A thing.", "required": ["far"],
        "properties": {
            "far": {"type": "number", "nullable": true, "description": "How far away it is."},
        },
    });
    assert_eq!(things["Thing"], expected);
}
