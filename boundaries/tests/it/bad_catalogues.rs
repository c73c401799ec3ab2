//! Catalogues with an error, each with its message.

use std::path::Path;

use lapwing_boundaries::catalogue::Catalogue;

fn messages(text: &str) -> Vec<String> {
    let error = Catalogue::parse(text.as_bytes(), Path::new("c.toml"), None)
        .expect_err(&format!("taken as good:\n{text}"));
    error.to_string().lines().map(str::to_owned).collect()
}

/// A valid catalogue except for `lines`, which start at line 2, and with one layer.
fn layer(lines: &str) -> String {
    format!("title = \"T\"\n[[layer]]\n{lines}\n")
}

/// A valid layer except for `lines`, which start at line 7.
fn ward(lines: &str) -> String {
    layer(&format!("id = \"ward\"\ntitle = \"Wards\"\nsource = \"w.shp\"\ncode = \"CD\"\n{lines}"))
}

/// A layer of sites; `lines` start at line 6.
fn sites(lines: &str) -> String {
    layer(&format!("id = \"gp\"\ntitle = \"GPs\"\nsource = \"gp.csv\"\n{lines}"))
}

/// Two layers of wards, each with its `lines`.
fn two_wards(first: &str, second: &str) -> String {
    let one = |id: &str, lines: &str| {
        format!(
            "[[layer]]\nid = \"{id}\"\ntitle = \"W\"\nsource = \"w.shp\"\ncode = \"CD\"\n{lines}\n"
        )
    };
    format!("title = \"T\"\n{}{}", one("ward", first), one("ward_2013", second))
}

/// Checks that each catalogue is refused with a message that contains the expected text.
fn each_is_told(cases: &[(String, &str)]) {
    let mut missed = Vec::new();
    for (text, expected) in cases {
        let found = messages(text);
        if !found.iter().any(|message| message.contains(expected)) {
            missed.push(format!("of\n{text}expected: {expected}\nfound: {}", found.join("\n")));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

#[test]
fn errors_of_the_file_are_reported() {
    each_is_told(&[
        (
            String::new(),
            "c.toml:1:1: the catalogue has no `title`: add the name of the place, shown in every answer",
        ),
        (
            "title = \"T\"\n".into(),
            "c.toml:1:1: the catalogue has no layers: start each one with [[layer]]",
        ),
        ("title = \"T\n[[layer]]\n".into(), "c.toml:1:11: invalid TOML: invalid basic string"),
        ("title = \"T\"\ntitle = \"U\"\n".into(), "c.toml:2:1: invalid TOML: duplicate key"),
        (
            "title = \"T\"\n[layer]\nid = \"ward\"\n".into(),
            "`layer` of the catalogue is a table; write each one under double brackets: [[layer]]",
        ),
        (
            "title = 2022\n[[layer]]\n".into(),
            "c.toml:1:9: `title` of the catalogue is an integer; write a string in quotes",
        ),
        (
            "title = \"T\"\n[[layers]]\nid = \"ward\"\n".into(),
            "c.toml:2:3: `layers` is not a key of the catalogue; did you mean `layer`?",
        ),
    ]);
}

#[test]
fn mistakes_in_the_keys_of_a_layer_are_reported_with_line_and_remedy() {
    each_is_told(&[
        (
            layer("title = \"Wards\"\nsource = \"w.shp\"\ncode = \"CD\""),
            "[[layer]] has no `id`: add an id for URLs and answers, such as \"ward\"",
        ),
        (
            layer("id = \"Ward 2022\"\ntitle = \"W\"\nsource = \"w.shp\"\ncode = \"CD\""),
            "c.toml:3:6: \"Ward 2022\" is not a layer id: use a to z, 0 to 9 and _",
        ),
        (
            layer("id = \"ward\"\nsource = \"w.shp\"\ncode = \"CD\""),
            "layer ward has no `title`: add a title for readers",
        ),
        (
            layer("id = \"ward\"\ntitle = \" \"\nsource = \"w.shp\"\ncode = \"CD\""),
            "c.toml:4:9: `title` of layer ward is empty; give it a value",
        ),
        (
            layer("id = \"ward\"\ntitle = \"W\""),
            "the layer needs `source` (a data file) or `compose` (a definition file)",
        ),
        (
            layer("id = \"ward\"\ntitle = \"W\"\nurl = \"https://example.org/w.zip\""),
            "c.toml:5:7: `url` also needs `source`: name the file to save the download in",
        ),
        (ward("url = \"w.zip\""), "c.toml:7:7: \"w.zip\" is not a URL: start it with https://"),
        (
            layer("id = \"ward\"\ntitle = \"W\"\nsource = \"w.shp\""),
            "layer ward has no `code`: add the field with the code, such as \"WD22CD\"",
        ),
        (
            ward("resoluton = \"BSC\""),
            "c.toml:7:1: `resoluton` is not a key of layer ward; did you mean `resolution`?",
        ),
        (
            ward("colour = \"red\""),
            "c.toml:7:1: `colour` is not a key of layer ward; the known keys are attribution, blake3, code, ",
        ),
        (
            ward("license = \"OGL\""),
            "`license` is not a key of layer ward; did you mean `licence`?",
        ),
        (
            ward("resolution = \"20m\""),
            "c.toml:7:14: \"20m\" is not a resolution; write \"BFC\" or \"BFE\" (full), \"BGC\" (20 m), \"BSC\" (200 m) or \"BUC\" (500 m)",
        ),
        (
            ward("coverage = \"yes\""),
            "c.toml:7:12: `coverage` of layer ward is a string; write true or false, without quotes",
        ),
        (
            ward("complete = \"yes\""),
            "c.toml:7:12: `complete` of layer ward is a string; write true or false, without quotes",
        ),
        (
            ward("keep = \"LAD22CD\""),
            "c.toml:7:8: `keep` of layer ward is a string; write a list of strings",
        ),
        (
            ward("keep = [\"A\", 2]"),
            "c.toml:7:14: `keep` of layer ward is an integer; write a list of strings",
        ),
        (ward("keep = [\"A\", \"A\"]"), "c.toml:7:14: `keep` of layer ward names \"A\" twice"),
        (
            ward("crs = \"27700\""),
            "c.toml:7:7: \"27700\" is not a CRS code; write it like \"EPSG:27700\"",
        ),
        (
            layer("id = \"ward\"\ntitle = \"W\"\nsource = \"w.gpkg#\"\ncode = \"CD\""),
            "c.toml:5:10: `source` ends in #: add the table name after it, or remove the #",
        ),
    ]);
}

#[test]
fn impossible_dates_and_overlapping_vintages_are_refused() {
    each_is_told(&[
        (
            ward("valid_from = \"2021-04-01\""),
            "c.toml:7:14: `valid_from` of layer ward is a string; write a date without quotes, like 2021-04-01",
        ),
        (
            ward("valid_from = 2021-04-01T00:00:00Z"),
            "`valid_from` must be a date without a time, like 2021-04-01",
        ),
        (ward("valid_from = 2021-02-30"), "c.toml:7:"),
        (
            ward("valid_from = 2021-04-01\nvalid_to = 2021-04-01"),
            "c.toml:8:12: `valid_to` 2021-04-01 is not after `valid_from` 2021-04-01: it must be the first day on which these boundaries are no longer in force",
        ),
        (
            ward("vintage_of = \"ward\"\nvalid_to = 2021-04-01"),
            "c.toml:7:14: layer ward cannot be a vintage of itself",
        ),
        (
            ward("vintage_of = \"wards\"\nvalid_to = 2021-04-01"),
            "c.toml:7:14: `vintage_of` names the layer wards, which the catalogue does not have",
        ),
        (
            ward("vintage_of = \"The wards\"\nvalid_to = 2021-04-01"),
            "\"The wards\" is not a layer id",
        ),
        (
            two_wards("valid_from = 2021-04-01", "vintage_of = \"ward\""),
            "layer ward_2013 is a vintage of ward and has no dates: give `valid_from`, `valid_to` or both",
        ),
        (
            two_wards(
                "valid_from = 2021-04-01\nvintage_of = \"ward_2013\"",
                "vintage_of = \"ward\"\nvalid_to = 2021-04-01",
            ),
            "layer ward_2013 is itself a vintage of ward: name ward instead",
        ),
        (
            two_wards("valid_from = 2021-04-01", "vintage_of = \"ward\"\nvalid_to = 2021-04-02"),
            "layers ward (2021-04-01 to …) and ward_2013 (… to 2021-04-02) are vintages of one series and in force at the same time",
        ),
        (
            two_wards("", "vintage_of = \"ward\"\nvalid_to = 2021-04-02"),
            "layers ward (… to …) and ward_2013 (… to 2021-04-02) are vintages of one series",
        ),
        (
            format!("lookup = [\"lap\"]\n{}", two_wards("", "")),
            "`lookup` names \"lap\", which is not a layer of areas in this catalogue; choose from ward",
        ),
        (
            two_wards("", "").replace("ward_2013", "ward"),
            "c.toml:8:1: the id ward is used twice: give every layer its own id",
        ),
    ]);
}

#[test]
fn a_composed_layer_must_not_have_a_source() {
    each_is_told(&[
        (
            layer("id = \"lap\"\ntitle = \"LAPs\"\ncompose = \"laps.toml\"\nsource = \"l.shp\""),
            "c.toml:6:10: `source` does not apply here: the layer is composed of areas of other layers; remove it",
        ),
        (
            layer("id = \"lap\"\ntitle = \"LAPs\"\ncompose = [\"laps.toml\"]"),
            "`compose` of layer lap is an array; write a string in quotes",
        ),
    ]);
}

#[test]
fn a_csv_of_sites_must_name_its_columns() {
    each_is_told(&[
        (sites(""), "a CSV needs column names: write columns = { code ="),
        (
            sites("format = \"epraccur\""),
            "c.toml:6:10: \"epraccur\" is not a known format of sites; write \"ods-epraccur\", or name the columns with `columns`",
        ),
        (
            sites("format = \"ods-epraccur\""),
            "layer gp places its sites by postcode: add [postcodes] to the catalogue",
        ),
        (
            sites("format = \"ods-epraccur\"\ncoverage = true"),
            "`coverage` does not apply here: only a layer of areas can be a coverage; remove it",
        ),
        (
            sites("format = \"ods-epraccur\"\ncomplete = true"),
            "`complete` does not apply here: only a layer of areas answers which area a place is in; remove it",
        ),
        (
            sites("format = \"ods-epraccur\"\nresolution = \"BGC\""),
            "`resolution` does not apply here: a CSV of sites holds points, which have no resolution; remove it",
        ),
        (
            sites("format = \"ods-epraccur\"\nkeep = [\"adress\"]"),
            "c.toml:7:8: ods-epraccur has no property \"adress\"; did you mean \"address\"?",
        ),
        (
            sites("format = \"ods-epraccur\"\nprescribing_settings = [\"4\"]"),
            "c.toml:7:25: `prescribing_settings` of layer gp is a string; write a list of whole numbers, like [4]",
        ),
        (
            sites("format = \"ods-epraccur\"\nprescribing_settings = []"),
            "`prescribing_settings` is empty; write [4] for GP practices",
        ),
        (
            sites("format = \"ods-epraccur\"\ncolumns = { code = \"C\" }"),
            "c.toml:7:11: a layer can have `format` or `columns`, not both; remove one",
        ),
        (sites("columns = \"code\""), "`columns` of layer gp is a string; write a table"),
        (
            sites("columns = { code = \"C\", name = \"N\" }"),
            "`columns` does not give the position of a site: name postcode, or easting and northing, or lon and lat",
        ),
        (
            sites("columns = { code = \"C\", name = \"N\", easting = \"E\" }"),
            "c.toml:6:47: `columns` has `easting` but no `northing`: add it",
        ),
        (
            sites(
                "columns = { code = \"C\", name = \"N\", postcode = \"P\", lon = \"X\", lat = \"Y\" }",
            ),
            "`columns` gives the position of a site twice",
        ),
        (
            sites("columns = { code = \"C\", postcode = \"P\" }"),
            "`columns` has no `name`: add the column with the name",
        ),
        (
            sites("columns = { code = \"C\", name = \"N\", lng = \"X\", lat = \"Y\" }"),
            "`lng` is not a key of `columns`; the known keys are code, easting, lat, lon, ",
        ),
        (
            sites(
                "columns = { code = \"C\", name = \"N\", lon = \"X\", lat = \"Y\" }\ninclude_closed = true",
            ),
            "only `format = \"ods-epraccur\"` has closed records",
        ),
        (
            sites(
                "code = \"C\"\ncolumns = { code = \"C\", name = \"N\", lon = \"X\", lat = \"Y\" }",
            ),
            "c.toml:6:8: `code` does not apply here: a CSV of points names its columns in `columns` or `format`; remove it",
        ),
        (
            ward("include_closed = true"),
            "c.toml:7:18: `include_closed` does not apply here: it belongs to a CSV of sites; remove it",
        ),
    ]);
}

#[test]
fn mistakes_in_postcodes_and_addresses_are_reported() {
    each_is_told(&[
        (
            ward("[postcodes]\nformat = \"onspd\""),
            "[postcodes] has no `source`: add the postcode file, a folder of files, or the published zip",
        ),
        (
            ward("[postcodes]\nsource = \"p.zip\""),
            "[postcodes] has no `format`: add \"code-point-open\", \"onspd\", \"nspl\" or \"nhspd\"",
        ),
        (
            ward("[postcodes]\nsource = \"p.zip\"\nformat = \"codepoint-open\""),
            "c.toml:9:10: \"codepoint-open\" is not a known postcode format; did you mean \"code-point-open\"?",
        ),
        (
            ward("[postcode]\nsource = \"p.zip\""),
            "`postcode` is not a key of the catalogue; did you mean `postcodes`?",
        ),
        (
            ward("[addresses]\ncolumns = { uprn = \"U\" }"),
            "[addresses] has no `source`: add a CSV with UPRN, postcode, easting and northing",
        ),
        (
            ward("[addresses]\nsource = \"a.csv\"\ncolumns = { eastings = \"E\" }"),
            "`eastings` is not a key of columns of [addresses]; did you mean `easting`?",
        ),
    ]);
}

#[test]
fn all_mistakes_are_reported_at_once_in_line_order() {
    let text = "title = \"T\"\n[[layer]]\nid = \"ward\"\ntitle = 3\nsource = \"w.shp\"\ncod = \"CD\"\n\
                coverage = 1\n[postcodes]\nsource = \"p\"\nformat = \"x\"\nlicense = \"y\"\n";
    let lines: Vec<String> = messages(text)
        .iter()
        .map(|message| message.split(": ").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        ["c.toml:2:1", "c.toml:4:9", "c.toml:6:1", "c.toml:7:12", "c.toml:10:10", "c.toml:11:1"]
    );
}

#[test]
fn a_file_that_is_not_utf8_is_reported_with_its_line() {
    let error =
        Catalogue::parse(b"title = \"T\"\n# M\xF4n\n", Path::new("c.toml"), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "c.toml:2:1: this line is not valid UTF-8; save the file as UTF-8"
    );
}

#[test]
fn a_missing_catalogue_and_a_folder_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Catalogue::read(&folder.path().join("c.toml")).unwrap_err().to_string();
    assert!(missing.contains("c.toml: the catalogue cannot be opened: "), "{missing}");
    let folder = Catalogue::read(folder.path()).unwrap_err().to_string();
    assert!(folder.contains("this is a folder; name the catalogue file in it"), "{folder}");
}
