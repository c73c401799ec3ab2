//! The examples that the OGC publishes with CQL2: opengeospatial/ogcapi-features, tag cql2-1.0.0,
//! cql2/standard/schema/examples, © Open Geospatial Consortium. Each line has the example's name,
//! its text and its JSON, with white space made single; the alternatives (`alt01`) have no JSON of
//! their own.

use lapwing_boundaries::text::composed;

use super::*;

const EXAMPLES: &str = include_str!("examples.tsv");

/// Those whose text and JSON are written a little differently, and how.
const DIFFER: [(&str, &str); 3] = [
    ("example54", "the text writes out a fraction of a second that is nought"),
    ("example55", "the text writes out a fraction of a second that is nought"),
    ("example82", "the text writes out a fraction of a second that is nought"),
];

#[test]
fn every_published_example_is_read_and_its_two_forms_are_one() {
    let (mut read, mut differing) = (0, Vec::new());
    for line in EXAMPLES.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, text, json] = fields[..] else { panic!("three fields: {line}") };
        // Filters in text arrive as query parameters, which are in composed form.
        let text = &*composed(text);
        let of_text = parse(text, Language::Text).unwrap_or_else(|e| panic!("{name}: {e}: {text}"));
        read += 1;
        if json.is_empty() {
            continue;
        }
        let of_json = parse(json, Language::Json).unwrap_or_else(|e| panic!("{name}: {e}: {json}"));
        if of_text != of_json {
            println!("{name}\n  {text}\n  {of_text:?}\n  {of_json:?}");
            differing.push(name);
        }
    }
    assert_eq!(read, 120);
    assert_eq!(differing, DIFFER.map(|(name, _)| name));
}

/// What becomes of the examples when they are asked of a layer of wards: most ask for properties
/// that wards do not have, and are refused for it. The others, with their error.
const OUTCOMES: [(&str, &str); 27] = [
    ("clause6_01", "unknown function or operator \"avg\""),
    ("clause6_02b", "unknown function or operator \"avg\""),
    ("clause6_03", ""),
    ("clause7_01", ""),
    ("clause7_07", ""),
    ("clause7_16", ""),
    ("clause7_17", ""),
    ("example24", ""),
    ("example35", ""),
    ("example36-alt01", ""),
    ("example36", ""),
    ("example45", ""),
    ("example46-alt01", "not valid"),
    ("example46", "not valid"),
    ("example47", ""),
    ("example48", ""),
    ("example49-alt01", "not valid"),
    ("example49", "not valid"),
    ("example50", ""),
    ("example51", ""),
    ("example52", ""),
    ("example68", "unknown function or operator \"foo\""),
    ("example69", "unknown function or operator \"bar\""),
    ("example83", ""),
    ("example84", ""),
    ("example86", ""),
    ("clause7_18", "no property \"road\""),
];

#[test]
fn every_published_example_is_answered_or_refused_with_its_reason() {
    let atlas = squares::atlas();
    let schema = Schema::of(&atlas, 0);
    let mut wrong = Vec::new();
    for line in EXAMPLES.lines() {
        let mut fields = line.split('\t');
        let (name, text) = (fields.next().unwrap(), fields.next().unwrap());
        let node = parse(text, Language::Text).unwrap();
        let expected = OUTCOMES.iter().find(|(known, _)| *known == name);
        let expected = expected.map_or("there is no property", |(_, result)| result);
        let result = Filter::new(&node, &atlas, &schema, Crs::Crs84)
            .map_or_else(|error| error.to_string(), |_| String::new());
        if !result.contains(expected) || result.is_empty() != expected.is_empty() {
            wrong.push(format!("{name}: {result:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
