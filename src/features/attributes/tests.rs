//! Attributes of the squares, and kinds found from values.

use serde_json::json;

use super::*;
use crate::answers::squares;

fn names(schema: &Schema) -> Vec<&str> {
    schema.attributes().iter().map(|attribute| attribute.name.as_str()).collect()
}

#[test]
fn an_area_has_code_name_measure_and_what_the_catalogue_keeps() {
    let atlas = squares::atlas();
    let schema = Schema::of(&atlas, 0);
    assert_eq!(names(&schema), ["code", "name", "area_m2", "LAD22NM"]);
    assert_eq!(
        Json::Object(schema.properties(&atlas, 0, None)),
        json!({"code": "E05000001", "name": "Abbey", "area_m2": 1_000_000.0, "LAD22NM": "West"})
    );
    assert_eq!(
        Json::Object(schema.properties(&atlas, 0, Some(&[1]))),
        json!({"name": "Abbey"}),
        "a choice of them"
    );
}

#[test]
fn a_site_has_its_areas_by_series_or_by_vintage_if_there_are_several() {
    let atlas = squares::atlas();
    let schema = Schema::of(&atlas, 4);
    assert_eq!(names(&schema), ["code", "name", "ward", "ward_2013", "lap", "parish", "seats"]);
    assert_eq!(
        Json::Object(schema.properties(&atlas, 0, None)),
        json!({
            "code": "H1", "name": "Abbey Hall", "ward": "E05000001", "ward_2013": "E05000009",
            "lap": "N4", "parish": null, "seats": 80
        })
    );
}

#[test]
fn a_series_of_one_vintage_names_the_attribute_though_the_layer_is_called_otherwise() {
    let mut contents = squares::contents();
    contents.layers.remove(0);
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    assert_eq!(
        names(&Schema::of(&atlas, 3)),
        ["code", "name", "ward", "lap", "parish", "seats"],
        "ward_2013 is the only vintage of ward"
    );
}

#[test]
fn a_site_on_a_boundary_has_all_its_areas_joined_by_semicolons() {
    let mut contents = squares::contents();
    let hall = lapwing_boundaries::area::Site {
        code: AreaCode::parse("H9").unwrap(),
        name: "Border Hall".to_owned(),
        position: squares::at(1000.0, 900.0),
        properties: vec![("ward".to_owned(), "as the source says".into())],
    };
    let meta = contents.layers[4].meta().clone();
    contents.layers[4] = Layer::of_sites(meta, vec![hall]);
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    let schema = Schema::of(&atlas, 4);
    let ward = schema.position("ward").unwrap();
    assert_eq!(schema.json(&atlas, 0, ward), json!("E05000001;E05000002"));
    let kept = schema.position("source_ward").unwrap();
    assert_eq!(schema.json(&atlas, 0, kept), json!("as the source says"));
    let codes = ["E05000001", "E05000002"].map(|code| AreaCode::parse(code).unwrap());
    assert_eq!(schema.value(&atlas, 0, ward), Value::Codes(codes.iter().collect()));
}

#[test]
fn the_kind_of_an_attribute_is_that_of_all_its_values() {
    for (values, kind) in [
        (json!([1, 2]), AttributeType::Integer),
        (json!([1, 2.5]), AttributeType::Number),
        (json!([2.5, 1]), AttributeType::Number),
        (json!([u64::MAX]), AttributeType::Number),
        (json!([true, false]), AttributeType::Boolean),
        (json!(["2024-05-01", "2024-12-31"]), AttributeType::Date),
        (json!(["2024-05-01", "soon"]), AttributeType::Text),
        (json!(["20240501"]), AttributeType::Text),
        (json!(["2024-02-30"]), AttributeType::Text),
        (json!(["2024-05-01T12:00:00Z", "2024-05-01T12:00:00+01:00"]), AttributeType::Timestamp),
        (json!([["a", "b"], []]), AttributeType::List),
        (json!([["a"], "b"]), AttributeType::Text),
        (json!([{"a": 1}]), AttributeType::Text),
        (json!([1, "one"]), AttributeType::Text),
        (json!([]), AttributeType::Text),
    ] {
        assert_eq!(kind::of_all(values.as_array().unwrap().iter()), kind, "{values}");
    }
}

#[test]
fn values_of_several_types_are_text() {
    let cell = |json: Json| AttributeType::Text.read(&json).cell();
    assert_eq!(cell(json!(7)), "7");
    assert_eq!(cell(json!(true)), "true");
    assert_eq!(cell(json!(["a", 3, null])), "a;3;");
    assert_eq!(cell(json!({"a": [1]})), r#"{"a":[1]}"#);
    assert_eq!(AttributeType::List.read(&json!(["ward:W1", 3])).cell(), "ward:W1;3");
}
