//! `docs/catalogue.md` and `docs/laps.md` against the readers of catalogues and definitions.
//!
//! - Every block marked `toml catalogue` or `toml laps` is read as a whole file.
//! - Every table marked `<!-- table: keys of … -->` has a key per row, with an example in the last
//!   cell. Each example is inserted into a file with the other keys that it needs, and read.
//! - The keys of each table are those that the reader knows, no more and no fewer.

use std::collections::BTreeSet;
use std::path::Path;

use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::compose::Definition;
use toml::{Table, Value};

use super::text::{Document, code};

/// A key unlike any other, so that the reader lists every key that it knows.
const NO_KEY: &str = "zzzzzzzzzzzzzzzzzzzzzzzz";

/// Reads a file and returns its errors.
type Read = fn(&[u8]) -> Result<(), String>;

fn read_catalogue(bytes: &[u8]) -> Result<(), String> {
    let read = Catalogue::parse(bytes, Path::new("catalogue.toml"), None);
    read.map(drop).map_err(|error| error.to_string())
}

fn read_laps(bytes: &[u8]) -> Result<(), String> {
    let read = Definition::parse(bytes, Path::new("laps.toml"));
    read.map(drop).map_err(|error| error.to_string())
}

/// A table of keys in a document: its name, the path of the TOML table that has these keys, and
/// files with such a table. An example must be valid in one of the files.
struct Keys {
    name: &'static str,
    path: &'static [&'static str],
    files: &'static [&'static str],
}

/// The end of every catalogue, after the tested table.
const OTHER_LAYERS: &str = r#"
[[layer]]
id = "ward"
title = "Wards"
source = "wards.gpkg"
code = "C"
valid_from = 2021-04-01

[[layer]]
id = "local_authority"
title = "Local authorities"
source = "authorities.gpkg"
code = "C"
"#;

/// A catalogue with one layer, `example`: the keys of the layer, and first those of the catalogue.
macro_rules! example_layer {
    ($($catalogue_key:literal)? ; $($layer_key:literal),+) => {
        concat!(
            "title = \"T\"\n", $($catalogue_key, "\n",)?
            "[[layer]]\nid = \"example\"\ntitle = \"E\"\n", $($layer_key, "\n"),+
        )
    };
}

const VECTOR: &str = example_layer!(; r#"source = "e.gpkg""#, r#"code = "C""#);
const EARLIER_VINTAGE: &str =
    example_layer!(; r#"source = "e.gpkg""#, r#"code = "C""#, "valid_to = 2021-04-01");
const EPRACCUR: &str = example_layer!(
    r#"postcodes = { source = "p.zip", format = "onspd" }"#;
    r#"source = "e.csv""#, r#"format = "ods-epraccur""#
);
const CSV_COLUMNS: &str = example_layer!(
    r#"postcodes = { source = "p.zip", format = "onspd" }"#;
    r#"source = "e.csv""#, r#"columns = { code = "c", name = "n", postcode = "p" }"#
);
const COMPOSED: &str = example_layer!(; r#"compose = "e.toml""#);
const CSV_GRID: &str = example_layer!(;
    r#"source = "e.csv""#, r#"columns = { code = "c", name = "n", easting = "e", northing = "n" }"#
);
const CSV_DEGREES: &str = example_layer!(;
    r#"source = "e.csv""#, r#"columns = { code = "c", name = "n", lon = "x", lat = "y" }"#
);
const WITHIN: &str = example_layer!(;
    r#"source = "e.gpkg""#, r#"code = "C""#, r#"within = { layer = "ward" }"#
);

const POSTCODES: &str = r#"
title = "T"
postcodes = { source = "p.zip", format = "onspd" }
"#;

const ADDRESSES: &str = r#"
title = "T"
addresses = { source = "a.csv" }
"#;

const ADDRESS_COLUMNS: &str = r#"
title = "T"
addresses = { source = "a.csv", columns = { uprn = "u" } }
"#;

const CATALOGUE: [Keys; 7] = [
    Keys { name: "keys of the catalogue", path: &[], files: &["title = \"T\"\n"] },
    Keys {
        name: "keys of a layer",
        path: &["layer"],
        files: &[VECTOR, EARLIER_VINTAGE, EPRACCUR, CSV_COLUMNS, COMPOSED],
    },
    Keys {
        name: "keys of columns",
        path: &["layer", "columns"],
        files: &[CSV_COLUMNS, CSV_GRID, CSV_DEGREES],
    },
    Keys { name: "keys of within", path: &["layer", "within"], files: &[WITHIN] },
    Keys { name: "keys of postcodes", path: &["postcodes"], files: &[POSTCODES] },
    Keys { name: "keys of addresses", path: &["addresses"], files: &[ADDRESSES] },
    Keys {
        name: "keys of the columns of addresses",
        path: &["addresses", "columns"],
        files: &[ADDRESS_COLUMNS],
    },
];

const AREA: &str = r#"
[[area]]
code = "A"
name = "A"
include = [ { layer = "ward", codes = ["E05013246"], within = { layer = "parish", codes = ["E04006700"] } } ]
exclude = [ { layer = "ward", codes = ["E05013247"] } ]
intersect = [ { layer = "ward", codes = ["E05013248"] } ]
"#;

const PLACES: &str = r#"
places = { layer = "ward", field = "LAD22NM" }
[[area]]
code = "A"
name = "A"
polygon = "a.geojson"
"#;

const LAPS: [Keys; 7] = [
    Keys { name: "keys of the definition", path: &[], files: &[PLACES] },
    Keys { name: "keys of places", path: &["places"], files: &[PLACES] },
    Keys { name: "keys of an area", path: &["area"], files: &[AREA] },
    Keys { name: "keys of include", path: &["area", "include"], files: &[AREA] },
    Keys { name: "keys of members", path: &["area", "include", "within"], files: &[AREA] },
    Keys { name: "keys of members", path: &["area", "exclude"], files: &[AREA] },
    Keys { name: "keys of members", path: &["area", "intersect"], files: &[AREA] },
];

impl Keys {
    /// Each file with these keys set in the table, as bytes.
    fn with(&self, keys: &Table, after: &str) -> Vec<String> {
        let set = |file: &&str| {
            let mut file: Table = format!("{file}{after}").parse().expect("the file is TOML");
            self.at(&mut file).extend(keys.clone());
            file.to_string()
        };
        self.files.iter().map(set).collect()
    }

    /// The table whose keys these are: of several tables in a list, the first.
    fn at<'f>(&self, file: &'f mut Table) -> &'f mut Table {
        self.path.iter().fold(file, |table, key| match &mut table[*key] {
            Value::Array(tables) => tables[0].as_table_mut().expect("is a list of tables"),
            other => other.as_table_mut().expect("is a table"),
        })
    }

    /// The keys that the reader knows here, as its message about an unknown key lists them.
    fn known(&self, read: Read, after: &str) -> BTreeSet<String> {
        let unknown = Table::from_iter([(NO_KEY.to_owned(), Value::Boolean(true))]);
        let mut known = BTreeSet::new();
        for file in self.with(&unknown, after) {
            let message = read(file.as_bytes()).expect_err("an unknown key is refused");
            let line = message.lines().find(|line| line.contains(NO_KEY));
            let line = line.unwrap_or_else(|| panic!("{message}: nothing about {NO_KEY}"));
            let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let listed = line.rsplit([';', ':']).next().unwrap_or_default();
            known.extend(listed.split(", ").filter_map(|item| {
                let word = item.split_whitespace().next_back()?.trim_matches(|c| !is_key(c));
                word.chars().all(is_key).then(|| word.to_owned())
            }));
        }
        known
    }
}

/// Compares the tables of keys of a document with the reader.
fn check(document: &Document, all: &[Keys], read: Read, after: &str) {
    let mut failures = Vec::new();
    for keys in all {
        let rows = document.table(keys.name);
        let documented: BTreeSet<String> =
            rows.iter().filter_map(|(_, cells)| code(cells[0])).map(str::to_owned).collect();
        let known = keys.known(read, after);
        if documented != known {
            failures.push(format!(
                "{}: {}: not documented {:?}, not known {:?}",
                document.path.display(),
                keys.name,
                known.difference(&documented).collect::<Vec<_>>(),
                documented.difference(&known).collect::<Vec<_>>()
            ));
        }
        for (line, cells) in rows {
            let key = code(cells[0]).unwrap_or_default();
            let example = cells.last().and_then(|cell| code(cell)).unwrap_or_default();
            let example: Table = match example.replace("\\|", "|").parse() {
                Ok(example) => example,
                Err(error) => {
                    failures.push(format!("{}: {error}", document.at(line)));
                    continue;
                }
            };
            if !example.contains_key(key) {
                failures.push(format!("{}: the example does not set {key}", document.at(line)));
            }
            let refusals: Vec<String> = keys
                .with(&example, after)
                .iter()
                .filter_map(|file| read(file.as_bytes()).err())
                .collect();
            if refusals.len() == keys.files.len() {
                failures.push(format!("{}: {}", document.at(line), refusals.join("\n")));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_key_of_a_catalogue_is_documented_with_an_example_that_is_read() {
    check(&Document::named("catalogue.md"), &CATALOGUE, read_catalogue, OTHER_LAYERS);
}

#[test]
fn every_key_of_a_definition_is_documented_with_an_example_that_is_read() {
    check(&Document::named("laps.md"), &LAPS, read_laps, "");
}

#[test]
fn every_toml_block_of_the_documents_is_read() {
    let mut read = 0;
    for document in Document::all() {
        for block in document.blocks() {
            let bytes = block.lines.join("\n");
            let result = match block.info {
                "toml catalogue" => read_catalogue(bytes.as_bytes()),
                "toml laps" => read_laps(bytes.as_bytes()),
                "toml serve" => super::operating::read_options(&bytes),
                other if other.starts_with("toml") => Err(format!("no test reads {other:?}")),
                _ => continue,
            };
            read += 1;
            if let Err(error) = result {
                panic!("{}: {error}", document.at(block.line));
            }
        }
    }
    assert!(read >= 3, "{read} blocks were read");
}

#[test]
fn the_reader_lists_its_keys() {
    let keys = &CATALOGUE[3];
    assert_eq!(keys.name, "keys of within");
    let known: Vec<String> = keys.known(read_catalogue, OTHER_LAYERS).into_iter().collect();
    assert_eq!(known, ["layer", "margin_m"]);
}
