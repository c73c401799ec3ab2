//! Flat NDJSON: the output repeats each line and adds the members that CSV adds as columns.

use std::fmt::Write as _;

use super::same::{asks, odd_world, positions, postcodes};
use super::*;

fn flat_by(input: &str, by: Option<PlaceColumns>) -> Vec<String> {
    let atlas = atlas();
    let mut engine = FlatRows::new(
        &atlas,
        &ask(&["ward", "lap"]),
        ColumnOptions { by, ..ColumnOptions::default() },
    )
    .unwrap();
    let out = String::from_utf8(run(&mut engine, input.as_bytes(), 7).unwrap()).unwrap();
    assert_eq!(engine.tally().rows(), out.lines().count() as u64);
    out.lines().map(str::to_owned).collect()
}

fn flat(input: &str) -> Vec<String> {
    flat_by(input, None)
}

#[test]
fn members_are_repeated_unchanged_before_the_answer() {
    assert_eq!(
        flat(
            "{\"id\": 7.50, \"postcode\":\"nn11aa\", \"tags\":[\"a\",{}] }\r\n\n\
             {\"name\":\"Caf\u{e9} \\u0041\",\"easting\":475500,\"northing\":260500}\n\
             {\"postcode\":\"NN1 1AB\",\"lon\":null}"
        ),
        [
            "{\"id\": 7.50, \"postcode\":\"nn11aa\", \"tags\":[\"a\",{}],\"status\":\"ok\",\
             \"ward_code\":\"E05000001\",\"ward_name\":\"Abbey\",\"lap_code\":\"N4\",\
             \"lap_name\":\"North 4\",\"confidence\":\"high\",\"boundary_distance_m\":500,\
             \"coverage\":null,\"unassigned\":null,\"superseded_since\":null}",
            "{\"name\":\"Caf\u{e9} \\u0041\",\"easting\":475500,\"northing\":260500,\"status\":\"ok\",\
             \"ward_code\":\"E05000001\",\"ward_name\":\"Abbey\",\"lap_code\":\"N4\",\
             \"lap_name\":\"North 4\",\"confidence\":\"high\",\"boundary_distance_m\":500,\
             \"coverage\":null,\"unassigned\":null,\"superseded_since\":null}",
            "{\"postcode\":\"NN1 1AB\",\"lon\":null,\"status\":\"ok\",\"ward_code\":\"E05000002\",\
             \"ward_name\":\"Saint George's\",\"lap_code\":null,\"lap_name\":null,\
             \"confidence\":\"low\",\"boundary_distance_m\":200,\
             \"coverage\":\"incomplete:lap\",\"unassigned\":null,\"superseded_since\":null}",
        ]
    );
}

#[test]
fn a_bad_line_says_why_and_never_stops_the_rest() {
    let lines = flat(
        "{\"id\":1,\"postcode\":\"NN19ZZ\"}\n{\"id\":2,\"postcode\":\"NN1\"}\n{}\n{ }\nnonsense\n\
         {\"postcode\":\"NN11AA\"\n[1]\n{\"postcode\":5}\n{\"status\":1,\"postcode\":\"NN11AA\"}\n\
         {\"stat\\u0075s\":1}\n{\"lon\":1}\n{\"postcode\":\"NN11AA\",\"lon\":1,\"lat\":52}\n\
         {\"lon\":200,\"lat\":52}\n{\"lon\":12,\"lat\":41}\n{\"postcode\":\"a\",\"postcode\":\"b\"}\n\
         {\"easting\":1e9,\"northing\":2}\n{\"postcode\":\"NN11AA\"}\n",
    );
    let read: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line).expect(line)).collect();
    let expected = [
        ("not_found", "NN1 9ZZ"),
        ("invalid", "NN1"),
        ("invalid", "give one of postcode"),
        ("invalid", "give one of postcode"),
        ("invalid", "not an object"),
        ("invalid", "not an object"),
        ("invalid", "not an object"),
        ("invalid", "expected a string"),
        ("invalid", "the answer adds a member \"status\""),
        ("invalid", "the answer adds a member \"status\""),
        ("invalid", "give one of postcode"),
        ("invalid", "give one of postcode"),
        ("invalid", "longitude"),
        ("outside", ""),
        ("invalid", "duplicate field"),
        ("outside", ""),
    ];
    for ((line, text), (status, error)) in read.iter().zip(&lines).zip(expected) {
        assert_eq!(line["status"], status, "{text}");
        assert!(line["error"].as_str().expect(text).contains(error), "{text}");
        assert_eq!(line["ward_code"], Value::Null, "{text}");
        assert_eq!(line["boundary_distance_m"], Value::Null, "{text}");
    }
    assert_eq!(read.len(), expected.len() + 1);
    assert_eq!(read[expected.len()]["status"], "ok");
    assert_eq!(read[1]["id"], 2);
    assert_eq!(read[6]["query"], json!([1]));
    assert_eq!(read[8]["query"], json!({"status": 1, "postcode": "NN11AA"}));
}

#[test]
fn a_line_with_several_kinds_of_place_needs_by() {
    let line = "{\"postcode\":\"NN1 1AA\",\"easting\":475500,\"northing\":261500}\n";
    let status = |by| {
        let read: Value = serde_json::from_str(&flat_by(line, by)[0]).unwrap();
        (read["status"].to_string(), read["ward_code"].clone())
    };
    assert_eq!(status(None).0, "\"invalid\"");
    assert_eq!(status(Some(PlaceColumns::Postcode)).1, "E05000001");
    assert_ne!(status(Some(PlaceColumns::Bng)).1, "E05000001");
    assert_eq!(status(Some(PlaceColumns::LngLat)).0, "\"invalid\"");
}

#[test]
fn members_of_other_kinds_can_have_any_value() {
    // serde reads the second line, because the fast path cannot.
    let lines = "{\"postcode\":\"NN1 1AA\",\"lat\":\"n/a\",\"lon\":[]}\n\
                 {\"postcode\":\"NN1\\u00201AA\",\"lat\":\"n/a\",\"lat\":{}}\n";
    for line in flat_by(lines, Some(PlaceColumns::Postcode)) {
        assert!(line.contains("\"status\":\"ok\",\"ward_code\":\"E05000001\""), "{line}");
    }
    let metres = "{\"postcode\":7,\"easting\":475500,\"northing\":260500}\n";
    assert!(flat_by(metres, Some(PlaceColumns::Bng))[0].contains("\"E05000001\""));
    for line in flat(lines).iter().chain(&flat(metres)) {
        assert!(line.contains("\"status\":\"invalid\""), "{line}");
    }
}

#[test]
fn a_line_can_use_the_names_of_columns_that_are_not_added() {
    let atlas = atlas();
    let add = [OutputColumn::Code].into_iter().collect();
    let asked = ColumnOptions { add, ..ColumnOptions::default() };
    let mut engine = FlatRows::new(&atlas, &ask(&["ward"]), asked).unwrap();
    let lines = "{\"postcode\":\"NN11AA\",\"ward_name\":1}\n{\"postcode\":\"NN1\"}\n\
                 {\"postcode\":\"NN11AA\",\"ward_code\":1}\n";
    let out = String::from_utf8(run(&mut engine, lines.as_bytes(), 7).unwrap()).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[0],
        "{\"postcode\":\"NN11AA\",\"ward_name\":1,\"status\":\"ok\",\"ward_code\":\"E05000001\"}"
    );
    assert!(
        lines[1].starts_with(
            "{\"postcode\":\"NN1\",\"status\":\"invalid\",\"ward_code\":null,\"error\":"
        )
    );
    assert!(lines[2].contains("the answer adds a member"), "{}", lines[2]);
}

#[test]
fn an_endless_line_is_not_held_in_memory() {
    let atlas = atlas();
    let short = "{\"postcode\":\"NN1 1AA\"}\n";
    for (note, size) in [(1 << 17, 7), (1 << 17, 1 << 16), (66_000, 7), (66_000, 40_000)] {
        let note = "x".repeat(note);
        let lines = format!("{short}{{\"postcode\":\"NN1 1AA\",\"note\":\"{note}\"}}\n{short}");
        let mut engine = FlatRows::new(&atlas, &ask(&["ward"]), ColumnOptions::default()).unwrap();
        let out = String::from_utf8(run(&mut engine, lines.as_bytes(), size).unwrap()).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[1].contains("longer than 65536 bytes"), "{}", lines[1]);
        assert!(
            lines[2].starts_with("{\"postcode\":\"NN1 1AA\",\"status\":\"ok\""),
            "{}",
            lines[2]
        );
    }
}

/// The rows that CSV returns for a file, each as the members of a flat line.
fn members_by_csv(atlas: &Atlas, ask: &BulkRequest, input: &str) -> Vec<Vec<(String, Value)>> {
    let mut engine = CsvRows::new(atlas, ask, ColumnOptions::default()).unwrap();
    let out = run(&mut engine, input.as_bytes(), 1 << 16).unwrap();
    let mut reader = ::csv::Reader::from_reader(&*out);
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| {
        let members = header.iter().zip(&row).skip_while(|(name, _)| *name != "status");
        let value = |name: &str, cell: &str| match (name, cell) {
            (_, "") => Value::Null,
            ("boundary_distance_m", number) => serde_json::from_str(number).unwrap(),
            (_, text) => json!(text),
        };
        members.map(|(name, cell)| (name.to_owned(), value(name, cell))).collect()
    })
    .collect()
}

#[test]
fn flat_lines_equal_csv_rows() {
    for atlas in [odd_world(), with_addresses()] {
        for ask in asks(&atlas) {
            let (mut rows, mut lines) = ("postcode\n".to_owned(), String::new());
            for text in postcodes(&atlas).into_iter().filter(|text| !text.is_empty()) {
                let _ = writeln!(rows, "{text}");
                let _ = writeln!(lines, "{{\"postcode\":{}}}", json!(text));
            }
            let mut of_metres = "easting,northing\n".to_owned();
            let mut expected = members_by_csv(&atlas, &ask, &rows);
            for [x, y] in positions(&atlas)
                .into_iter()
                .filter(|[x, _]| x.parse::<f64>().is_ok_and(f64::is_finite))
            {
                let _ = writeln!(of_metres, "{x},{y}");
                let _ = writeln!(lines, "{{\"easting\":{x},\"northing\":{y}}}");
            }
            expected.extend(members_by_csv(&atlas, &ask, &of_metres));
            // Often enough for prepared text to be used.
            let rounds = 4;
            let mut engine = FlatRows::new(&atlas, &ask, ColumnOptions::default()).unwrap();
            let out = run(&mut engine, lines.repeat(rounds).as_bytes(), 1 << 16).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert_eq!(out.lines().count(), rounds * expected.len());
            for (line, members) in out.lines().zip(expected.iter().cycle()) {
                let line: Value = serde_json::from_str(line).expect(line);
                for (name, value) in members {
                    assert_eq!(line.get(name), Some(value), "{line}");
                }
            }
        }
    }
}
