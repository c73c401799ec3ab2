//! Definitions of composed areas with an error, each with its message.

use std::path::Path;

use lapwing_boundaries::compose::Definition;

fn messages(text: &str) -> String {
    Definition::parse(text.as_bytes(), Path::new("laps.toml"))
        .expect_err(&format!("taken as good:\n{text}"))
        .to_string()
}

/// A definition of one area, valid except for `lines`, which start at line 4.
fn area(lines: &str) -> String {
    format!("[[area]]\ncode = \"N4\"\nname = \"Northampton 4\"\n{lines}\n")
}

/// A definition that is valid except for its `include`.
fn include(entry: &str) -> String {
    area(&format!("include = [ {entry} ]"))
}

const GOOD: &str = "include = [ { layer = \"ward\", codes = [\"W1\"] } ]";

#[test]
#[expect(clippy::too_many_lines, reason = "it is one table")]
fn mistakes_are_reported_with_line_and_remedy() {
    let cases: &[(String, &str)] = &[
        (String::new(), "laps.toml:1:1: the definition has no areas: start each one with [[area]]"),
        ("[[area]\n".into(), "laps.toml:1:8: invalid TOML"),
        (
            "[area]\ncode = \"N4\"\n".into(),
            "`area` of the definition is a table; write each one under double brackets: [[area]]",
        ),
        (
            "[[areas]]\ncode = \"N4\"\n".into(),
            "`areas` is not a key of the definition; did you mean `area`?",
        ),
        (
            "[[area]]\nname = \"N\"\ninclude = [ { layer = \"ward\", codes = [\"W1\"] } ]\n".into(),
            "laps.toml:1:1: [[area]] has no `code`: add a unique code, like \"N4\"",
        ),
        (
            format!("[[area]]\ncode = \"N4\"\n{GOOD}\n"),
            "area N4 has no `name`: add the name of the area",
        ),
        (format!("[[area]]\ncode = \"N 4\"\nname = \"N\"\n{GOOD}\n"), "\"N 4\" is not a code"),
        (
            format!("[[area]]\ncode = 4\nname = \"N\"\n{GOOD}\n"),
            "`code` of [[area]] is an integer; write a string in quotes",
        ),
        (
            area(GOOD) + &area(GOOD),
            "laps.toml:6:8: the code N4 is already used by an earlier area: give each area its own",
        ),
        (
            area(&format!("{GOOD}\nplaec = \"West\"")),
            "laps.toml:5:1: `plaec` is not a key of area N4; did you mean `place`?",
        ),
        (
            area(&format!("{GOOD}\nstatus = true")),
            "`status` of area N4 is a boolean; write a string in quotes",
        ),
        (area(&format!("{GOOD}\nsource = \"\"")), "`source` of area N4 is empty; give it a value"),
        (area(""), "the area is made of nothing: add `include` or `polygon`"),
        (
            area("exclude = [ { layer = \"ward\", codes = [\"W1\"] } ]"),
            "the area is made of nothing",
        ),
        (
            area("include = []"),
            "`include` is empty: write a list like [ { layer = \"ward\", codes = [\"E05013246\"] } ], or remove it",
        ),
        (
            area("include = { layer = \"ward\", codes = [\"W1\"] }"),
            "laps.toml:4:11: `include` of area N4 is a table; write a list like",
        ),
        (area("include = [\"W1\"]"), "`include` of area N4 is a string; write a list like"),
        (
            include("{ codes = [\"W1\"] }"),
            "an entry of `include` has no `layer`: add the id of a catalogue layer, like \"ward\"",
        ),
        (
            include("{ layer = \"ward\" }"),
            "`codes` is missing: add the codes of the areas, like [\"E05013246\"]",
        ),
        (include("{ layer = \"ward\", codes = [] }"), "`codes` is empty: name at least one area"),
        (
            include("{ layer = \"ward\", codes = \"W1\" }"),
            "`codes` of an entry of `include` is a string; write a list of strings",
        ),
        (include("{ layer = \"ward\", codes = [\"St George\"] }"), "\"St George\" is not a code"),
        (
            include("{ layer = \"ward\", codes = [\"W1\", \"W1\"] }"),
            "`codes` of an entry of `include` names \"W1\" twice",
        ),
        (include("{ layer = \"Ward 2022\", codes = [\"W1\"] }"), "\"Ward 2022\" is not a layer id"),
        (
            include("{ layer = \"ward\", code = [\"W1\"] }"),
            "`code` is not a key of an entry of `include`; did you mean `codes`?",
        ),
        (
            include(
                "{ layer = \"ward\", codes = [\"W1\"] }, { layer = \"ward\", codes = [\"W1\"] }",
            ),
            "`include` names ward W1 twice; remove one",
        ),
        (
            include("{ layer = \"ward\", codes = [\"W1\"], within = \"P1\" }"),
            "`within` of an entry of `include` is a string; write a table",
        ),
        (
            include("{ layer = \"ward\", codes = [\"W1\"], within = { layer = \"parish\" } }"),
            "`codes` is missing",
        ),
        (
            include("{ layer = \"ward\", codes = [\"W1\"], within = { codes = [\"P1\"] } }"),
            "`within` has no `layer`",
        ),
        (
            include(
                "{ layer = \"ward\", codes = [\"W1\"], within = { layer = \"parish\", codes = [\"P1\"], part = 1 } }",
            ),
            "`part` is not a key of `within`",
        ),
        (
            area(&format!("{GOOD}\nexclude = [ {{ layer = \"ward\", codes = [\"W1\"] }} ]")),
            "ward W1 is both included and excluded: remove it from one",
        ),
        (area(&format!("{GOOD}\nexclude = []")), "`exclude` is empty: write a list like"),
        (area(&format!("{GOOD}\nintersect = [ {{ layer = \"parish\" }} ]")), "`codes` is missing"),
        (
            area(&format!("{GOOD}\nintersects = [ {{ layer = \"parish\", codes = [\"P1\"] }} ]")),
            "`intersects` is not a key of area N4; did you mean `intersect`?",
        ),
        (area("polygon = 4"), "`polygon` of area N4 is an integer; write a string in quotes"),
        (format!("[places]\nfield = \"LAD\"\n{}", area(GOOD)), "[places] has no `layer`"),
        (
            format!("[places]\nlayer = \"ward\"\n{}", area(GOOD)),
            "[places] has no `field`: add the property that holds the place of an area",
        ),
        (
            format!("[places]\nlayer = \"ward\"\nfeild = \"LAD\"\n{}", area(GOOD)),
            "`feild` is not a key of [places]; did you mean `field`?",
        ),
        (format!("title = \"LAPs\"\n{}", area(GOOD)), "`title` is not a key of the definition"),
    ];
    let mut missed = Vec::new();
    for (text, expected) in cases {
        let found = messages(text);
        if !found.contains(expected) {
            missed.push(format!("of\n{text}expected: {expected}\nfound: {found}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let text = area(
        "include = [ { layer = \"Ward\", codes = [\"a b\", \"\"] } ]\ncolour = \"red\"\npolygon = 1",
    );
    assert_eq!(messages(&text).lines().count(), 5, "{}", messages(&text));
}

#[test]
fn a_missing_file_and_a_binary_file_are_reported() {
    let error = Definition::read(Path::new("/nowhere/laps.toml")).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/laps.toml: the definition cannot be opened"), "{error}");
    let error = Definition::parse(b"[[area]]\nname = \"\xff\"\n", Path::new("l.toml")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "l.toml:2:1: this line is not valid UTF-8; save the file as UTF-8"
    );
}

#[test]
fn every_key_is_read() {
    let text = r#"
        [places]
        layer = "ward"
        field = "LAD22NM"

        [[area]]
        code = "DSN3"
        name = "Daventry and South Northamptonshire 3"
        place = "West Northamptonshire"
        locality = "Daventry and South Northamptonshire"
        status = "pioneer"
        source = "Council report"
        include = [
            { layer = "ward", codes = ["W1", "W2"] },
            { layer = "ward", codes = ["W3"], within = { layer = "parish", codes = ["P1"] } },
        ]
        exclude = [ { layer = "parish", codes = ["P2"] } ]
        intersect = [ { layer = "locality", codes = ["DSN"] } ]
        polygon = "dsn3.geojson"
    "#;
    let definition = Definition::parse(text.as_bytes(), Path::new("county/laps.toml")).unwrap();
    let layers: Vec<_> = definition.layers().into_iter().map(ToString::to_string).collect();
    assert_eq!(layers, ["locality", "parish", "ward"]);
    assert_eq!(definition.places.unwrap().field, "LAD22NM");
    let [area] = &definition.areas[..] else { panic!() };
    assert_eq!(area.locality.as_deref(), Some("Daventry and South Northamptonshire"));
    assert_eq!(area.include[1].within.as_ref().unwrap().codes[0].as_str(), "P1");
    assert_eq!(area.polygon.as_deref(), Some(Path::new("county/dsn3.geojson")));
}
