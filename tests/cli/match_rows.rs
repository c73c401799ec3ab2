//! `lapwing match` over files and pipes.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::process::Stdio;

use crate::county::{command, lapwing, refusal, snapshot_file, squares_file, stdout_of};

const PLACES: &str = "name,postcode\n\"Abbey, by the church\",nn11aa\nBoundary,NN1 1AC\n\
                      Nobody,ZZ1 1AA\nBroken,hello\nFar,NN6 9ZZ\n";

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn every_row_is_returned_in_order_with_its_areas_and_a_status() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
    fs::write(&input, PLACES).unwrap();
    let args = ["match", squares_file(), input.to_str().unwrap(), "-o", output.to_str().unwrap()];
    let done = lapwing(&[&args[..], &["--layers", "ward,lap"]].concat());
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(text(&done.stderr).contains("5 rows: 2 ok, 1 not found"), "{}", text(&done.stderr));
    let written = fs::read_to_string(&output).unwrap();
    insta::assert_snapshot!(written);
}

#[test]
fn files_pipes_and_compressed_files_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("in.csv"), PLACES).unwrap();
    let by_file = stdout_of(&["match", squares_file(), &at("in.csv"), "-o", "-", "-q"]);

    let mut child = command(&["match", squares_file(), "-", "-o", "-", "-q"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PLACES.as_bytes()).unwrap();
    assert_eq!(text(&child.wait_with_output().unwrap().stdout), by_file);

    // Two members one after the other, as `cat a.gz b.gz` makes them.
    let mut zipped = Vec::new();
    for part in [&PLACES[..30], &PLACES[30..]] {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(part.as_bytes()).unwrap();
        zipped.extend(gzip.finish().unwrap());
    }
    fs::write(at("in.csv.gz"), zipped).unwrap();
    stdout_of(&["match", squares_file(), &at("in.csv.gz"), "-o", &at("out.csv.gz")]);
    let mut unzipped = String::new();
    flate2::read::GzDecoder::new(fs::File::open(at("out.csv.gz")).unwrap())
        .read_to_string(&mut unzipped)
        .unwrap();
    assert_eq!(unzipped, by_file);
}

#[test]
fn ndjson_goes_in_and_out() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.ndjson");
    fs::write(&input, "{\"postcode\":\"NN1 1AA\",\"id\":7}\n{\"lon\":-0.8957,\"lat\":52.2375}\n")
        .unwrap();
    let out = stdout_of(&["match", squares_file(), input.to_str().unwrap(), "-o", "-", "-q"]);
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["id"], 7);
    for line in lines {
        assert_eq!(line["areas"]["ward"][0]["code"], "E05000001", "{line}");
    }
}

#[test]
fn flat_ndjson_has_what_csv_has_as_columns() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.ndjson");
    fs::write(&input, "{\"postcode\":\"NN1 1AA\",\"name\":\"Surgery\"}\n").unwrap();
    let args = ["match", squares_file(), input.to_str().unwrap(), "-o", "-", "-q", "--flat"];
    let out = stdout_of(&[&args[..], &["--layers", "ward"]].concat());
    assert_eq!(
        out,
        "{\"postcode\":\"NN1 1AA\",\"name\":\"Surgery\",\"status\":\"ok\",\
         \"ward_code\":\"E05000001\",\"ward_name\":\"Abbey\",\"confidence\":\"high\",\
         \"boundary_distance_m\":500,\"coverage\":null,\"unassigned\":null,\
         \"superseded_since\":null}\n"
    );
}

#[test]
fn only_the_requested_columns_are_added() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.csv");
    fs::write(&input, "postcode\nNN1 1AA\n").unwrap();
    let args = ["match", squares_file(), input.to_str().unwrap(), "-o", "-", "-q"];
    let out = stdout_of(&[&args[..], &["--layers", "ward", "--add", "code,confidence"]].concat());
    assert_eq!(out, "postcode,status,ward_code,confidence\nNN1 1AA,ok,E05000001,high\n");
    let args = [&args[..], &["--format", "ndjson", "--add", "code"]].concat();
    let (code, message) = refusal(&args);
    assert!(code == 2 && message.contains("--flat"), "{message}");
}

#[test]
fn a_large_file_agrees_with_locating_each_of_its_postcodes() {
    let postcodes: Vec<_> = crate::county::atlas().all_facts().collect();
    let mut input = "postcode\n".to_owned();
    for record in postcodes.iter().cycle().take(postcodes.len() * 10) {
        let _ = writeln!(input, "{}", record.postcode);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.csv");
    fs::write(&file, input).unwrap();
    let args =
        ["match", snapshot_file(), file.to_str().unwrap(), "-o", "-", "-q", "--layers", "ward"];
    let out = stdout_of(&args);
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let ward = rows.headers().unwrap().iter().position(|name| name == "ward_code").unwrap();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), postcodes.len() * 10);
    let layer_index = crate::county::atlas().layer_index("ward").unwrap();
    let areas = crate::county::atlas().layers()[layer_index].layer().areas();
    for (row, record) in rows.iter().zip(postcodes.iter().cycle()) {
        assert_eq!(row[0], record.postcode.to_string());
        let located = crate::county::atlas().locate_facts(layer_index, record);
        let codes: Vec<&str> = located
            .iter()
            .flat_map(|located| &located.matches)
            .map(|m| areas[m.area].code().as_str())
            .collect();
        assert_eq!(row[ward], codes.join(";"), "{}", record.postcode);
    }
}

#[test]
fn a_failed_match_has_a_message_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("no_place.csv"), "name,town\nA,B\n").unwrap();
    fs::write(at("two_ways.csv"), "postcode,lon,lat\nNN1 1AA,-0.89,52.2\n").unwrap();
    fs::write(at("cut.csv.gz"), [0x1f, 0x8b, 8, 0, 0]).unwrap();
    fs::write(at("in.csv"), PLACES).unwrap();
    let out = at("out.csv");
    let match_error = |input: &str, more: &[&str]| {
        refusal(&[&["match", squares_file(), &at(input), "-o", &out], more].concat())
    };
    let (code, message) = match_error("no_place.csv", &[]);
    assert!(code == 1 && message.contains("no_place.csv: we need a column"), "{message}");
    assert!(message.contains("--postcode-column") && !message.contains("_column="), "{message}");
    let (code, message) = match_error("two_ways.csv", &[]);
    assert!(code == 2 && message.contains("choose one with --by"), "{message}");
    let (code, message) = match_error("cut.csv.gz", &[]);
    assert!(code == 1 && message.contains("cut.csv.gz cannot be read"), "{message}");
    let (code, message) = match_error("none.csv", &[]);
    assert!(code == 1 && message.contains("none.csv cannot be read"), "{message}");
    let (code, message) = match_error("in.csv", &["--layers", "wrd"]);
    assert!(code == 2 && message.contains("did you mean \"ward\"?"), "{message}");
    let (code, message) = refusal(&["match", squares_file(), &at("in.csv"), "-o", &at("o.ndjson")]);
    assert!(code == 2 && message.contains("the output has the format of the input"), "{message}");
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("partial") || name.starts_with("out"))
        .collect();
    assert_eq!(left, Vec::<String>::new());

    let done =
        lapwing(&["match", squares_file(), &at("two_ways.csv"), "-o", "-", "--by", "lonlat"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
}

#[test]
fn a_spreadsheet_of_another_country_is_matched_by_the_column_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.tsv");
    fs::write(&input, b"Zo\xEB\tHome\tstatus\r\na\t'NN1\xA01AA\topen\r\nb\tNN1 IAA\r\n").unwrap();
    let args = ["match", squares_file(), input.to_str().unwrap(), "-o", "-", "--layers", "ward"];
    let done =
        lapwing(&[&args[..], &["--postcode-column", "home", "--add", "code,reason"]].concat());
    assert_eq!(
        text(&done.stdout),
        "Zo\u{eb},Home,status,lapwing_status,ward_code,reason\n\
         a,'NN1\u{a0}1AA,open,ok,E05000001,\n\
         b,NN1 IAA,,invalid,,\"\"\"NN1 IAA\"\" is not a postcode: did you mean NN1 1AA?\"\n"
    );
    assert!(text(&done.stderr).contains("read as windows-1252"), "{}", text(&done.stderr));
}
