//! What is refused, and that the reason names what is wrong.

use super::*;

#[test]
fn an_unknown_property_is_named_with_those_there_are() {
    let message = refusal("ward", "nmae = 'Abbey'");
    for word in ["\"nmae\"", "name", "area_m2", "LAD22NM", "geometry", "valid_from"] {
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn a_type_error_names_the_property_and_its_type() {
    for (written, words) in [
        ("name = 5", &["\"name\"", "text", "number 5", "single quotes"][..]),
        ("area_m2 = 'big'", &["\"area_m2\"", "a number", "'big'"]),
        ("valid_from > '2020-01-01'", &["\"valid_from\"", "date", "DATE('2024-05-01')"]),
        ("area_m2 LIKE '1%'", &["\"area_m2\"", "text for LIKE"]),
        ("name + 1 = 2", &["\"name\"", "a number for +"]),
        ("name BETWEEN 'a' AND 'b'", &["BETWEEN", "number or date"]),
        ("name IN ('a', 2)", &["\"name\"", "number 2"]),
        ("name", &["\"name\"", "condition"]),
        ("geometry = 'x'", &["\"geometry\"", "S_INTERSECTS"]),
        ("S_INTERSECTS(name, POINT(0 0))", &["\"name\"", "geometry"]),
        ("T_AFTER(name, DATE('2020-01-01'))", &["\"name\"", "date, timestamp or interval"]),
        ("T_DURING(valid_from, INTERVAL('2020-01-01', '..'))", &["T_DURING", "intervals"]),
        ("A_CONTAINS(name, ('a'))", &["\"name\"", "A_CONTAINS"]),
        ("true < false", &["= and <>"]),
        ("5", &["the number 5", "condition"]),
        ("CASEI(name)", &["casei", "compare"]),
        ("S_INTERSECTS(geometry)", &["2 arguments"]),
    ] {
        let message = refusal("ward", written);
        for word in words {
            assert!(message.contains(word), "{written}: {message} lacks {word}");
        }
    }
}

#[test]
fn an_unknown_function_is_named_with_those_there_are() {
    for written in [
        "Foo(geometry) = TRUE",
        "S_WITHIN(geometry, Buffer(geometry, 10, 'm'))",
        "avg(area_m2) < 4",
        "A_CONTAINS(list(name), ('a'))",
        "S_NEAR(geometry, POINT(0 0))",
    ] {
        let message = refusal("ward", written);
        assert!(
            message.contains("unknown function") && message.contains("CASEI"),
            "{written}: {message}"
        );
    }
}

#[test]
fn a_syntax_error_has_a_character_position() {
    for (written, at, word) in [
        ("", 1, "empty"),
        ("name = ", 8, "the end"),
        ("name = 'Abbey", 8, "is not closed"),
        ("name == 'Abbey'", 7, "\"=\""),
        ("name = 'a' name", 12, "AND or OR"),
        ("(name = 'a'", 12, "brackets"),
        ("name = 'a' AND", 15, "the end"),
        ("name NOT 'a'", 10, "LIKE, BETWEEN or IN"),
        ("name IS 'a'", 9, "NULL"),
        ("é # 1", 3, "'#'"),
        ("area_m2 BETWEEN 1 OR 2", 19, "AND"),
        ("name IN 'a'", 9, "\"(\""),
        ("S_INTERSECTS(geometry, POINT(1))", 31, "coordinate"),
        ("S_INTERSECTS(geometry, POINT EMPTY)", 24, "empty"),
        ("name = DATE(2020)", 13, "date takes one text"),
        ("1e999 = area_m2", 1, "is not a number"),
    ] {
        let message = refusal("ward", written);
        assert!(message.contains(&format!("at character {at}")), "{written}: {message}");
        assert!(message.contains(word), "{written}: {message} lacks {word}");
    }
}

#[test]
fn an_invalid_geometry_or_date_is_refused() {
    for (written, word) in [
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0)))", "ring"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1)))", "ring"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "not valid"),
        ("S_INTERSECTS(geometry, POINT(1e300 0))", "beyond"),
        ("S_INTERSECTS(geometry, BBOX(1, 2, 3))", "four numbers"),
        ("S_INTERSECTS(geometry, BBOX(0, 2, 1, 1))", "lower bound"),
        ("valid_from = DATE('2024-02-30')", "2024-02-30"),
        ("valid_from = DATE('tomorrow')", "tomorrow"),
        ("valid_from < TIMESTAMP('2024-02-03')", "2024-02-03"),
        ("T_AFTER(valid_from, INTERVAL('soon', '..'))", "soon"),
    ] {
        let message = refusal("ward", written);
        assert!(message.contains(word), "{written}: {message}");
    }
}

#[test]
fn a_filter_that_is_too_deep_long_or_large_is_refused_before_any_stack_is_full() {
    let nested = |open: &str, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(2_000), close.repeat(2_000))
    };
    for written in [
        nested("(", "true", ")"),
        nested("NOT ", "true", ""),
        nested("-", "1", "") + " = 1",
        nested("CASEI(", "name", ")") + " = 'a'",
        nested("GEOMETRYCOLLECTION(", "POINT(0 0)", ")"),
        format!("area_m2 = 1{}", "+1".repeat(5_000)),
    ] {
        let message = parse(&written, Language::Text).unwrap_err().to_string();
        assert!(message.contains("deep") || message.contains("parts"), "{message}");
    }
    let json = nested(r#"{"op":"not","args":["#, "true", "]}");
    assert!(parse(&json, Language::Json).is_err());
    let wide = vec!["true"; 5_000].join(" AND ");
    assert!(parse(&wide, Language::Text).unwrap_err().to_string().contains("parts"));
    let long = format!("name = '{}'", "a".repeat(100_000));
    assert!(parse(&long, Language::Text).unwrap_err().to_string().contains("longer"));
    let line = vec!["0 0"; 10_000].join(",");
    let large = format!("S_INTERSECTS(MULTIPOINT({line},{line}), geometry)");
    assert!(parse(&large, Language::Text).is_err());
}

#[test]
fn json_without_an_expression_is_refused() {
    for (written, word) in [
        ("{", "not JSON"),
        ("null", "null"),
        ("{}", "an object must be"),
        (r#"{"property": 5}"#, "an object must be"),
        (r#"{"property": "a", "more": 1}"#, "an object must be"),
        (r#"{"op": "="}"#, "args"),
        (r#"{"op": "=", "args": [], "x": 1}"#, "args"),
        (r#"{"type": "Polygon"}"#, "coordinates"),
        (r#"{"type": "Blob", "coordinates": []}"#, "Blob"),
        (r#"{"type": "Point", "coordinates": ["a", 1]}"#, "position"),
        (r#"{"bbox": [1, 2, "3", 4]}"#, "four numbers"),
        (r#"{"interval": ["2020-01-01"]}"#, "two ends"),
    ] {
        let message = parse(written, Language::Json).unwrap_err().to_string();
        assert!(message.contains(word), "{written}: {message}");
    }
}

/// Every mutation of good filters is read or refused, and nothing panics.
#[test]
fn no_mutation_of_a_filter_breaks_the_parsers() {
    const PIECES: [&str; 16] = [
        "(", ")", "'", "\"", ",", "-", " NOT ", " IN ", "POINT", "BBOX(", "{", "[", "\\", "é",
        "1e9", "..",
    ];
    let seed: u64 = std::env::var("LAPWING_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(7);
    println!("LAPWING_SEED={seed}");
    let mut state = seed;
    let mut random = move |below: usize| {
        // Knuth's MMIX generator; its high bits are good enough here.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let atlas = squares::atlas();
    let schema = Schema::of(&atlas, 0);
    let good: Vec<(String, Language)> = include_str!("examples.tsv")
        .lines()
        .flat_map(|line| {
            let mut fields = line.split('\t').skip(1).map(str::to_owned);
            let text = fields.next().unwrap_or_default();
            [(text, Language::Text), (fields.next().unwrap_or_default(), Language::Json)]
        })
        .collect();
    for _ in 0..20_000 {
        let (written, language) = &good[random(good.len())];
        let mut chars: Vec<char> = written.chars().collect();
        for _ in 0..=random(3) {
            let at = random(chars.len());
            match random(3) {
                0 => {
                    chars.truncate(at);
                }
                1 if !chars.is_empty() => {
                    chars.remove(at);
                }
                _ => {
                    let piece = PIECES[random(PIECES.len())];
                    chars.splice(at..at, piece.chars());
                }
            }
        }
        let mutated: String = chars.into_iter().collect();
        if let Ok(node) = parse(&mutated, *language) {
            let _ = Filter::new(&node, &atlas, &schema, Crs::Crs84);
        }
    }
}
