//! The examples that the OGC publishes with CQL2: opengeospatial/ogcapi-features, tag cql2-1.0.0,
//! cql2/standard/schema/examples, © Open Geospatial Consortium. Each line has the example's name,
//! its text and its JSON, with white space made single; the alternatives (`alt01`) have no JSON of
//! their own.

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
