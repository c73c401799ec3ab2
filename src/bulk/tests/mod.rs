use lapwing_boundaries::atlas::Atlas;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::answers::squares::{TODAY, atlas, with_addresses};

mod flat;
mod same;

fn ask(layers: &[&str]) -> BulkRequest {
    BulkRequest { layers: Some(layers.iter().map(|&l| l.to_owned()).collect()), day: TODAY }
}

/// Returns all output of an engine for a document that arrives in chunks of `size` bytes.
fn run(engine: &mut dyn RowEngine, input: &[u8], size: usize) -> Result<Vec<u8>, BulkError> {
    let mut out = Vec::new();
    for chunk in input.chunks(size) {
        out.extend(engine.push(chunk)?.concat());
    }
    while let Some(chunks) = engine.finish()? {
        out.extend(chunks.concat());
    }
    Ok(out)
}

fn csv_by(input: &[u8], by: Option<PlaceColumns>) -> Result<String, BulkError> {
    let atlas = atlas();
    let mut engine = CsvRows::new(
        &atlas,
        &ask(&["ward", "lap"]),
        ColumnOptions { by, ..ColumnOptions::default() },
    )?;
    let out = run(&mut engine, input, 7)?;
    Ok(out.iter().map(|&b| char::from(b)).collect())
}

fn csv(input: &str) -> String {
    csv_by(input.as_bytes(), None).unwrap()
}

#[test]
fn input_columns_are_repeated_before_the_answer() {
    assert_eq!(
        csv("id,Postcode,note\n7,nn11aa,\"a, \"\"b\"\"\"\n8,NN1 1AB,\n"),
        "id,Postcode,note,status,ward_code,ward_name,lap_code,lap_name,confidence,boundary_distance_m,coverage,unassigned,superseded_since\n\
         7,nn11aa,\"a, \"\"b\"\"\",ok,E05000001,Abbey,N4,North 4,high,500,,,\n\
         8,NN1 1AB,,ok,E05000002,Saint George's,,,low,200,incomplete:lap,,\n"
    );
}

#[test]
fn quoted_rows_are_repeated_unchanged() {
    assert_eq!(
        csv(
            "\"id\",\"postcode\",\"note\"\n\"7\",\"NN1 1AA\",\"two\nlines\"\r\n\"8\",\"NN1 1AB\"\n\
             \"9\",\"NN1 1AB\",\"\",\"too much\"\n10,\"NN1 1\"AB,5\" pipe\n"
        ),
        "id,postcode,note,,status,ward_code,ward_name,lap_code,lap_name,confidence,boundary_distance_m,coverage,unassigned,superseded_since\n\
         \"7\",\"NN1 1AA\",\"two\nlines\",,ok,E05000001,Abbey,N4,North 4,high,500,,,\n\
         \"8\",\"NN1 1AB\",,,ok,E05000002,Saint George's,,,low,200,incomplete:lap,,\n\
         \"9\",\"NN1 1AB\",\"\",\"too much\",ok,E05000002,Saint George's,,,low,200,incomplete:lap,,\n\
         10,NN1 1AB,\"5\"\" pipe\",,ok,E05000002,Saint George's,,,low,200,incomplete:lap,,\n"
    );
}

#[test]
fn each_row_has_a_status_and_a_bad_one_never_stops_the_rest() {
    let out = csv(
        "postcode,n\nNN11AA,1\nNN19ZZ,2\nNN1,3\n,4\nNN11AE,5\nNN69ZZ,6\nNN11AA\nNN11AA,8,x\n\nNN11AD,9\n",
    );
    let read: Vec<(String, String)> = csv_cells(&out, &["n", "status"]);
    let status = |n: &str, status: &str| (n.to_owned(), status.to_owned());
    assert_eq!(
        read,
        [
            status("1", "ok"),
            status("2", "not_found"),
            status("3", "invalid"),
            status("4", "invalid"),
            status("5", "no_position"),
            status("6", "outside"),
            status("", "ok"),
            status("8", "ok"),
            status("9", "ok"),
        ]
    );
}

#[test]
fn a_row_with_an_unclosed_quote_is_read_to_the_end_of_the_file() {
    for (row, expected) in [
        ("\"", ",,,,blank"),
        ("\"NN11AA", "NN11AA,,,,ok"),
        ("\"NN11AA\"x", "NN11AAx,,,,invalid"),
        ("NN11AA,a\"b,\"c", "NN11AA,\"a\"\"b\",c,,ok"),
        ("\"NN11AA\"x,b,c,d,e", "NN11AAx,b,c,d,e,invalid"),
    ] {
        let out = csv(&format!("postcode,b,c,d\nNN11AA,1,2,3\n{row}"));
        let rows: Vec<&str> = out.lines().skip(1).collect();
        let wider = if expected.contains(",e,") { "," } else { "" };
        assert!(rows[0].starts_with(&format!("NN11AA,1,2,3,{wider}ok,")), "{out}");
        assert!(rows[1].starts_with(expected), "{row}: {out}");
    }
}

fn csv_cells(text: &str, names: &[&str; 2]) -> Vec<(String, String)> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = names.map(|name| header.iter().position(|h| h == name).unwrap());
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| (row[at[0]].to_owned(), row[at[1]].to_owned())).collect()
}

#[test]
fn positions_in_degrees_and_metres_are_located() {
    let metres = csv("easting,northing\n475500,260500\n475500.0 , 260500\n9e9,0\nx,1\nNaN,1\n");
    let read = csv_cells(&metres, &["status", "ward_code"]);
    let statuses: Vec<&str> = read.iter().map(|(status, _)| &**status).collect();
    assert_eq!(statuses, ["ok", "ok", "outside", "invalid", "invalid"]);
    assert_eq!(read[0].1, "E05000001");
    let (at, _) = Bng::new(475_500.0, 260_500.0).unwrap().to_lng_lat();
    let degrees = csv(&format!("LON,lat\n{},{}\n200,1\n12,41\n", at.lon(), at.lat()));
    let read = csv_cells(&degrees, &["status", "ward_code"]);
    assert_eq!(read[0], ("ok".to_owned(), "E05000001".to_owned()));
    assert_eq!((&*read[1].0, &*read[2].0), ("invalid", "outside"));
}

#[test]
fn only_requested_columns_are_added_with_the_same_cells() {
    let atlas = atlas();
    // A reason can contain commas, at which the rows are split below.
    let columns = OutputColumn::ALL.into_iter().filter(|column| *column != OutputColumn::Reason);
    let words: Vec<&str> = columns.clone().map(OutputColumn::as_str).collect();
    // Positions and postcodes, with few rows and with enough rows for text to be prepared.
    let postcodes = "postcode\nNN11AA\nNN1 1AB\nNN69ZZ\nnonsense\nNN19ZZ\n".to_owned();
    let positions = "easting,northing\n475500,260500\n475500,260500.5\n9e9,0\nx,1\n".to_owned();
    let many = format!("{positions}{}", "475500,260500\n1,1\n".repeat(4000));
    for input in [postcodes, positions, many] {
        let run_with = |add: OutputColumnSet| {
            let asked = ColumnOptions { add, ..ColumnOptions::default() };
            let mut engine = CsvRows::new(&atlas, &ask(&["ward", "lap"]), asked).unwrap();
            String::from_utf8(run(&mut engine, input.as_bytes(), 1 << 16).unwrap()).unwrap()
        };
        let whole = run_with(columns.clone().collect());
        let header = whole.lines().next().unwrap();
        for some in 0..1_usize << words.len() {
            let asked: Vec<&str> =
                (0..words.len()).filter(|at| some >> at & 1 == 1).map(|at| words[at]).collect();
            // The columns of the whole answer with one of the names as suffix, and those before
            // them.
            let kept: Vec<bool> = header
                .split(',')
                .map(|name| {
                    let is_of = |word: &&str| name.ends_with(*word) && name != "postcode";
                    !words.iter().any(is_of) || asked.iter().any(is_of)
                })
                .collect();
            let expected: Vec<String> = whole
                .lines()
                .map(|row| {
                    let cells = row.split(',').zip(&kept).filter(|(_, kept)| **kept);
                    cells.map(|(cell, _)| cell).collect::<Vec<_>>().join(",")
                })
                .collect();
            let out = run_with(asked.iter().filter_map(|word| OutputColumn::parse(word)).collect());
            assert!(out.lines().eq(&expected), "{asked:?}");
        }
    }
}

#[test]
fn unparished_ground_is_not_outside() {
    let atlas = atlas();
    let mut engine = CsvRows::new(&atlas, &ask(&["parish"]), ColumnOptions::default()).unwrap();
    let out = run(&mut engine, b"postcode\nNN11AA\n", 64).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "postcode,status,parish_code,parish_name,confidence,boundary_distance_m,coverage,unassigned,superseded_since\n\
         NN11AA,ok,,,high,300,,,\n"
    );
    assert_eq!(engine.tally(), Tally { ok: 1, ..Tally::default() });
}

#[test]
fn a_row_says_what_is_not_known_and_which_boundaries_are_old() {
    let atlas = atlas();
    let layers = ["lap", "parish", "ward_2013"];
    let answer = |rows: &str| {
        let mut engine = CsvRows::new(&atlas, &ask(&layers), ColumnOptions::default()).unwrap();
        let out = run(&mut engine, rows.as_bytes(), 64).unwrap();
        String::from_utf8(out).unwrap().split_once('\n').unwrap().1.to_owned()
    };
    assert_eq!(
        answer("postcode\nNN11AA\nNN11AB\nNN69ZZ\nNN19ZZ\n"),
        "NN11AA,ok,N4,North 4,,,E05000009,\"Old, Town\",high,300,,,ward_2013:2021-04-01\n\
         NN11AB,ok,,,,,E05000009,\"Old, Town\",low,200,incomplete:lap,,ward_2013:2021-04-01\n\
         NN69ZZ,outside,,,,,,,low,3000,outside,,ward_2013:2021-04-01\n\
         NN19ZZ,not_found,,,,,,,,,,,\n"
    );
    assert_eq!(
        answer("easting,northing\n476700,260500\n480000,260500\n"),
        "476700,260500,ok,,,,,E05000009,\"Old, Town\",low,200,incomplete:lap,,ward_2013:2021-04-01\n\
         480000,260500,outside,,,,,,,low,3000,outside,,ward_2013:2021-04-01\n"
    );
}

#[test]
fn a_row_has_the_share_of_its_addresses_that_are_in_no_area() {
    let atlas = crate::answers::squares::with_addresses_of_lap();
    let mut engine =
        CsvRows::new(&atlas, &ask(&["ward", "lap"]), ColumnOptions::default()).unwrap();
    let out = String::from_utf8(run(&mut engine, b"postcode\nNN11AB\n", 64).unwrap()).unwrap();
    let row = out.lines().nth(1).unwrap();
    assert_eq!(
        row,
        "NN11AB,ok,E05000002,Saint George's,N4,North 4,low,100,incomplete:lap,lap:0.75,"
    );
}

#[test]
fn several_areas_are_joined_by_semicolons() {
    let atlas = with_addresses();
    let mut engine = CsvRows::new(&atlas, &ask(&["ward"]), ColumnOptions::default()).unwrap();
    let out = run(&mut engine, b"postcode\nNN11AC\n", 64).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("ok,E05000001;E05000002,Abbey;Saint George's,low,10"), "{out}");
}

#[test]
fn every_encoding_is_answered_in_utf_8() {
    let atlas = atlas();
    let answer = |input: &[u8], size: usize| {
        let mut engine = CsvRows::new(&atlas, &ask(&["lap"]), ColumnOptions::default()).unwrap();
        let out = String::from_utf8(run(&mut engine, input, size).unwrap()).unwrap();
        (out, engine.encoding())
    };
    let text = "postcode,caf\u{e9}\r\nNN11AA,\u{e9}\u{2019}\r\n";
    let expected = "postcode,caf\u{e9},status,lap_code,lap_name,confidence,boundary_distance_m,coverage,unassigned,superseded_since\n\
                    NN11AA,\u{e9}\u{2019},ok,N4,North 4,high,500,,,\n";
    let marked = format!("\u{feff}{expected}");
    let utf_16: Vec<u8> =
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let windows = b"postcode,caf\xE9\r\nNN11AA,\xE9\x92\r\n";
    for size in [1, 2, 3, 5, 64] {
        assert_eq!(answer(text.as_bytes(), size), (expected.to_owned(), TextEncoding::Utf8));
        let bom = format!("\u{feff}{text}");
        assert_eq!(answer(bom.as_bytes(), size), (marked.clone(), TextEncoding::Utf8));
        assert_eq!(answer(&utf_16, size), (marked.clone(), TextEncoding::Utf16));
        assert_eq!(answer(windows, size), (expected.to_owned(), TextEncoding::Windows1252));
    }
}

#[test]
fn invalid_headers_are_refused_with_what_to_change() {
    let message = |header: &str| csv_by(header.as_bytes(), None).unwrap_err().to_string();
    assert!(message("").contains("empty"));
    assert!(message("\u{feff}").contains("empty"));
    assert!(message("name,town\n").contains("a column called postcode"));
    assert!(message("name,town\n").contains("Yours are: name, town."));
    let hint = "town holds postcodes: choose it with postcode_column=town";
    assert!(message("name,town\nx,NN1 1AA\ny,\n").ends_with(hint));
    assert!(message("a,lat\n").contains("has a column lat but no lon"));
    assert!(message("easting,x\n").contains("has a column easting but no northing"));
    assert!(message("postcode,lon,lat\n").contains("by=postcode"));
    assert!(message("Home Postcode,Work Postcode\n").contains("Home Postcode, Work Postcode"));
    assert!(message("PK\u{3}\u{4}x").contains("an .xlsx or other zip file"));
    assert!(message("a\0b,postcode\n").contains("binary"));
    assert!(csv_by(b"postcode,,\nNN11AA,,\n", None).is_ok(), "columns without a name may be many");
}

#[test]
fn by_chooses_one_of_several_kinds_of_place() {
    let input = b"postcode,easting,northing\nNN11AA,476500,260500\n";
    assert!(csv_by(input, Some(PlaceColumns::Postcode)).unwrap().contains("ok,E05000001"));
    assert!(csv_by(input, Some(PlaceColumns::Bng)).unwrap().contains("ok,E05000002"));
    assert!(matches!(
        csv_by(input, Some(PlaceColumns::LngLat)),
        Err(BulkError::NoPlaceColumn { .. })
    ));
}

#[test]
fn an_unclosed_quote_ends_the_document_before_memory_is_full() {
    let quote = format!("\"{}", "x\n".repeat(2 << 20));
    for separator in [",", ";"] {
        let rows = format!("{separator}NN11AA\n").repeat(70_000);
        let input = format!("a{separator}postcode\n{rows}{quote}");
        let error = csv_by(input.as_bytes(), None).unwrap_err();
        assert!(matches!(error, BulkError::RowTooLong { row: 70_002, .. }), "{error}");
    }
}

fn csv_with(input: &str, options: ColumnOptions) -> Result<String, BulkError> {
    let atlas = atlas();
    let mut engine = CsvRows::new(&atlas, &ask(&["ward"]), options)?;
    let out = String::from_utf8(run(&mut engine, input.as_bytes(), 11)?).unwrap();
    Ok(out)
}

fn adding(columns: &[OutputColumn]) -> ColumnOptions {
    ColumnOptions { add: columns.iter().copied().collect(), ..ColumnOptions::default() }
}

#[test]
fn the_reason_says_why_a_row_has_no_answer() {
    let rows = "NN11AA\nNN1 9ZZ\nNN1 1AE\nNN6 9ZZ\nn/a\nNN1 IAA\n\"\"\n";
    let out = csv_with(&format!("postcode\n{rows}"), adding(&[OutputColumn::Reason])).unwrap();
    let expected = [
        "postcode,status,reason",
        "NN11AA,ok,",
        "NN1 9ZZ,not_found,\"NN1 9ZZ is not among the postcodes of this snapshot: check it, or use a \
         position\"",
        "NN1 1AE,no_position,\"NN1 1AE is a postcode, but its source gives it no position: use a \
         position\"",
        "NN6 9ZZ,outside,the place is in no area of any layer",
        "n/a,invalid,\"\"\"n/a\"\" is not a postcode: write it like \"\"NN1 1ED\"\"\"",
        "NN1 IAA,invalid,\"\"\"NN1 IAA\"\" is not a postcode: did you mean NN1 1AA?\"",
        "\"\",blank,the row is empty",
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), expected);
    let metres = "id,easting,northing\n1,,\n2,475500\n3,x,1\n4,-0.9,52.2\n5,1,2,a\n,,\n";
    let out = csv_with(metres, adding(&[OutputColumn::Reason])).unwrap();
    let statuses: Vec<&str> = out.lines().map(|line| line.split(',').nth(4).unwrap()).collect();
    assert_eq!(
        statuses,
        ["status", "invalid", "invalid", "invalid", "invalid", "invalid", "blank"]
    );
    for expected in [
        "easting is empty",
        "northing is empty",
        "easting \"\"x\"\" is not a number",
        "give them as lon and lat",
        "put quotes around cells with commas",
    ] {
        assert!(out.contains(expected), "{expected} in {out}");
    }
}

#[test]
fn a_terminated_postcode_has_its_month() {
    let columns = adding(&[OutputColumn::Code, OutputColumn::Terminated]);
    let out = csv_with("postcode\nNN1 1AD\nNN1 1AA\nx\n", columns).unwrap();
    let rows: Vec<&str> = out.lines().collect();
    assert_eq!(rows[0], "postcode,status,ward_code,terminated");
    let month = rows[1].rsplit(',').next().unwrap();
    let is_month = month.len() == 7 && month[..4].parse::<u16>().is_ok();
    assert!(is_month, "{}", rows[1]);
    assert!(rows[2].starts_with("NN1 1AA,ok,") && rows[2].ends_with(','), "{}", rows[2]);
    assert_eq!(rows[3], "x,invalid,,");
}

#[test]
fn short_rows_are_answered_and_rows_without_content_are_blank() {
    let out = csv("id,postcode,notes\n1,NN1 1AA,x\n2,NN1 1AA\n3\n,,\n\" \",,\n\n");
    let statuses: Vec<String> =
        csv_cells(&out, &["status", "id"]).into_iter().map(|(status, _)| status).collect();
    assert_eq!(statuses, ["ok", "ok", "invalid", "blank", "blank"]);
}

#[test]
fn other_separators_come_back_as_commas() {
    let expected =
        "id,name,postcode,status\n1,\"Hall, old\",NN1 1AA,ok\n2,\"a \"\"b\"\"\",NN1 1AA,ok\n";
    for input in [
        "id;name;postcode\r\n1;Hall, old;NN1 1AA\r\n2;\"a \"\"b\"\"\";NN1 1AA\r\n",
        "sep=;\nid;name;postcode\n1;\"Hall, old\";NN1 1AA\n2;\"a \"\"b\"\"\";NN1 1AA",
        "id\tname\tpostcode\n1\tHall, old\tNN1 1AA\n2\t\"a \"\"b\"\"\"\tNN1 1AA\n",
        "sep=,\r\nid,name,postcode\n1,\"Hall, old\",NN1 1AA\n2,\"a \"\"b\"\"\",NN1 1AA\n",
    ] {
        assert_eq!(csv_with(input, adding(&[])).unwrap(), expected, "{input}");
    }
}

#[test]
fn columns_with_the_names_of_ours_are_kept_and_ours_are_renamed() {
    let out = csv_with("Address,Address,postcode,Status\na,b,NN1 1AA,open\n", adding(&[])).unwrap();
    assert_eq!(out, "Address,Address,postcode,Status,lapwing_status\na,b,NN1 1AA,open,ok\n");
    let out = csv_with("postcode,ward_code,lapwing_ward_code\n", adding(&[OutputColumn::Code]));
    assert!(out.unwrap().ends_with(",status,lapwing_lapwing_ward_code\n"));
}

#[test]
fn columns_can_be_named_by_the_caller() {
    let named = |named: NamedColumns| ColumnOptions { named, ..adding(&[]) };
    let postcode = |name: &str| {
        named(NamedColumns { postcode: Some(name.to_owned()), ..NamedColumns::default() })
    };
    let input = "Home Postcode,Work Postcode\nx,NN1 1AA\n";
    for name in ["work postcode", "Work Postcode ", "2"] {
        assert!(csv_with(input, postcode(name)).unwrap().ends_with("x,NN1 1AA,ok\n"), "{name}");
    }
    for name in ["3", "0", "postcode"] {
        let error = csv_with(input, postcode(name)).unwrap_err().to_string();
        assert!(error.contains("The columns are: Home Postcode, Work Postcode"), "{error}");
    }
    let metres = NamedColumns {
        easting: Some("across".to_owned()),
        northing: Some("up".to_owned()),
        ..NamedColumns::default()
    };
    let input = "postcode,up,across\nx,\"260,500\",475 500\n";
    assert!(csv_with(input, named(metres)).unwrap().ends_with(",ok\n"));
}

#[test]
fn columns_called_x_and_y_are_metres_or_degrees_by_their_numbers() {
    let (at, _) = Bng::new(475_500.0, 260_500.0).unwrap().to_lng_lat();
    for (x, y) in
        [("475500".to_owned(), "260500".to_owned()), (at.lon().to_string(), at.lat().to_string())]
    {
        let out = csv_with(&format!("id,X,Y\n1,{x},{y}\n"), adding(&[])).unwrap();
        assert!(out.ends_with(",ok\n"), "{out}");
    }
}

#[test]
fn rows_keep_their_order_over_many_batches_and_are_counted() {
    let atlas = atlas();
    let row = |n: usize| format!("{},{n}\n", ["NN11AA", "NN11AB", "NN19ZZ"][n % 3]);
    let rows: Vec<String> = (0..4321).map(row).collect();
    let input = format!("postcode,n\n{}", rows.concat());
    let mut engine = CsvRows::new(&atlas, &ask(&["ward"]), ColumnOptions::default()).unwrap();
    let out = String::from_utf8(run(&mut engine, input.as_bytes(), 999).unwrap()).unwrap();
    for (n, line) in out.lines().skip(1).enumerate() {
        let expected = ["E05000001", "E05000002", "not_found"][n % 3];
        assert!(line.contains(&format!(",{n},")) && line.contains(expected), "{n}: {line}");
    }
    assert_eq!(engine.tally(), Tally { ok: 2881, not_found: 1440, ..Tally::default() });
}

fn lines(atlas: &Atlas, input: &[u8], size: usize) -> Vec<Value> {
    let mut engine = NdjsonRows::new(atlas, &ask(&["ward"])).unwrap();
    let out = run(&mut engine, input, size).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_question_line_has_one_answer_line() {
    let atlas = atlas();
    let input = br#"{"postcode": "nn1 1aa", "id": 7}
{"easting": 476700, "northing": 260500, "layers": ["lap"], "id": "b"}

{"postcode": "NN1 1AA", "date": "2014-07-01"}
"#;
    let answers = lines(&atlas, input, 11);
    assert_eq!(answers.len(), 3);
    assert_eq!((&answers[0]["id"], &answers[0]["status"]), (&json!(7), &json!("ok")));
    assert_eq!(answers[0]["query"], json!({"postcode": "NN1 1AA"}));
    assert_eq!(answers[0]["areas"]["ward"][0]["name"], "Abbey");
    assert_eq!(answers[0]["confidence"]["level"], "high");
    assert_eq!(answers[0]["layers"]["ward"]["layer"], "ward");
    assert_eq!(answers[0]["snapshot"]["title"], "Squares");
    assert_eq!(answers[1]["areas"], json!({"lap": []}));
    assert_eq!(answers[1]["id"], "b");
    assert_eq!(answers[2]["layers"]["ward"]["layer"], "ward_2013");
}

#[test]
fn a_malformed_line_says_why_and_the_next_is_answered() {
    let atlas = atlas();
    let long = format!("{{\"postcode\": \"{}\"}}", "x".repeat(100_000));
    let input = [
        r#"{"postcode": "NN1 9ZZ", "id": 1}"#,
        r#"{"postcode": "NN1"}"#,
        r#"{"lon": 0}"#,
        r#"{"postcode": "NN1 1AA", "lon": 0, "lat": 52}"#,
        r#"{"postcode": "NN1 1AA", "colour": "red"}"#,
        r#"{"postcode": "NN1 1AA", "layers": ["nil"]}"#,
        r#"{"postcode": "NN1 1AA", "date": "soon"}"#,
        r#"{"postcode": 5}"#,
        "[1]",
        "{",
        &long,
        r#"{"lon": 12, "lat": 41}"#,
        r#"{"easting": 480000, "northing": 260000}"#,
        r#"{"postcode": "NN1 1AA"}"#,
    ]
    .join("\n");
    let answers = lines(&atlas, input.as_bytes(), 4096);
    let statuses: Vec<&str> = answers.iter().map(|a| a["status"].as_str().unwrap()).collect();
    let mut expected = vec!["not_found"];
    expected.extend(["invalid"; 10]);
    expected.extend(["outside", "outside", "ok"]);
    assert_eq!(statuses, expected);
    assert_eq!(answers[0]["id"], 1);
    assert_eq!(answers[1]["query"], json!({"postcode": "NN1"}));
    assert!(answers[4]["error"].as_str().unwrap().contains("colour"));
    assert!(answers[9].get("query").is_none(), "what is no JSON is not given back");
    assert!(answers[12]["areas"]["ward"].as_array().unwrap().is_empty(), "off every area");
    assert!(answers.iter().all(|answer| answer["snapshot"]["title"] == "Squares"));
}

fn document(input: &str, ask: BulkRequest) -> Result<Value, BulkError> {
    let atlas = atlas();
    let mut engine = JsonRows::new(&atlas, ask);
    let out = run(&mut engine, input.as_bytes(), 5)?;
    Ok(serde_json::from_slice(&out).unwrap())
}

fn plain() -> BulkRequest {
    BulkRequest { layers: None, day: TODAY }
}

#[test]
fn a_document_of_postcodes_or_points_is_answered_in_order() {
    let input = r#"{"postcodes": ["NN11AA", "NN1", 5, "NN19ZZ"], "layers": ["ward"]}"#;
    let answer = document(input, plain()).unwrap();
    let statuses: Vec<_> =
        answer["answers"].as_array().unwrap().iter().map(|a| &a["status"]).collect();
    assert_eq!(statuses, ["ok", "invalid", "invalid", "not_found"]);
    assert_eq!(answer["answers"][0]["areas"]["ward"][0]["code"], "E05000001");
    assert_eq!(answer["answers"][2]["query"], 5);
    assert!(answer["answers"][0].get("snapshot").is_none(), "written once");
    assert_eq!(answer["layers"]["ward"]["layer"], "ward");
    assert_eq!(answer["snapshot"]["title"], "Squares");

    let points = r#"{"date": "2014-07-01", "points": [[-3.2, 55.95], [1], [12, 41], [0, 91]]}"#;
    let answer = document(points, plain()).unwrap();
    let statuses: Vec<_> =
        answer["answers"].as_array().unwrap().iter().map(|a| &a["status"]).collect();
    assert_eq!(statuses, ["outside", "invalid", "outside", "invalid"]);
    assert_eq!(answer["layers"]["ward"]["layer"], "ward_2013");
    assert_eq!(document(r#"{"postcodes": []}"#, plain()).unwrap()["answers"], json!([]));
}

#[test]
fn a_document_of_many_batches_is_one_document() {
    let postcodes: Vec<&str> = (0..3210).map(|n| ["NN11AA", "NN1"][n % 2]).collect();
    let answer = document(&json!({"postcodes": postcodes}).to_string(), plain()).unwrap();
    let answers = answer["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 3210);
    assert!((0..).zip(answers).all(|(n, a)| a["status"] == ["ok", "invalid"][n % 2]));
}

#[test]
fn documents_of_another_form_are_refused_with_the_expected_form() {
    let message = |input: &str, ask| document(input, ask).unwrap_err().to_string();
    for input in [
        "",
        "[]",
        "{}",
        "{\"postcodes\": [], \"points\": []}",
        "{\"postcodes\": \"NN1 1AA\"}",
        "{\"postcode\": [\"NN1 1AA\"]}",
        "{\"postcodes\": [}",
        "{\"postcodes\": [], \"date\": \"soon\"}",
    ] {
        assert!(message(input, plain()).contains("a list of [longitude, latitude]"), "{input}");
    }
    assert!(message("{\"postcodes\": [], \"layers\": [\"nil\"]}", plain()).contains("no layer"));
    let twice = message("{\"postcodes\": [], \"layers\": [\"lap\"]}", ask(&["ward"]));
    assert!(twice.contains("both in the URL and in the body"), "{twice}");
}

/// Parts of malformed input.
const PARTS: &[&[u8]] = &[
    b"NN11AA",
    b",",
    b"\n",
    b"\r\n",
    b"\"",
    b"\xEF\xBB\xBF",
    b"{\"postcode\":\"NN11AA\"}",
    b"x",
    b"\xFF",
];

proptest! {
    #[test]
    fn chunks_can_be_cut_anywhere(
        input in proptest::collection::vec(
            proptest::sample::select(PARTS),
            0..40,
        ),
        size in 1_usize..9,
    ) {
        let atlas = atlas();
        let csv = [b"postcode,a\n".to_vec(), input.concat()].concat();
        let all = |size| {
            run(&mut CsvRows::new(&atlas, &ask(&["ward"]), ColumnOptions::default()).unwrap(), &csv, size)
        };
        prop_assert_eq!(all(size), all(1 << 20));
        let ndjson = input.concat();
        let all = |size| run(&mut NdjsonRows::new(&atlas, &ask(&["ward"])).unwrap(), &ndjson, size);
        prop_assert_eq!(all(size), all(1 << 20));
    }

    /// Any table that a spreadsheet could write comes back in its place, before what is added.
    #[test]
    fn every_cell_comes_back_unchanged_and_in_its_place(
        rows in proptest::collection::vec(
            (
                "(NN1 ?1A[ABE]|nonsense|)",
                proptest::collection::vec("[ -~\u{a0}-\u{ff}\u{2019}\r\n]{0,6}", 0..5),
            ),
            1..20,
        ),
        separator in proptest::sample::select(vec![b',', b';', b'\t']),
        size in 1_usize..50,
    ) {
        let mut writer = ::csv::WriterBuilder::new()
            .delimiter(separator).flexible(true).quote_style(::csv::QuoteStyle::Always)
            .from_writer(Vec::new());
        writer.write_record(["postcode", "note"]).unwrap();
        for (postcode, cells) in &rows {
            writer.write_record(std::iter::once(postcode).chain(cells)).unwrap();
        }
        let input = writer.into_inner().unwrap();
        let atlas = atlas();
        let mut engine = CsvRows::new(&atlas, &ask(&["ward"]), ColumnOptions::default()).unwrap();
        let out = run(&mut engine, &input, size).unwrap();
        let mut reader = ::csv::Reader::from_reader(&*out);
        let status = reader.headers().unwrap().iter().position(|name| name == "status").unwrap();
        let back: Vec<Vec<String>> = reader.records()
            .map(|row| row.unwrap().iter().take(status).map(str::to_owned).collect()).collect();
        prop_assert_eq!(back.len(), rows.len());
        for (back, (postcode, cells)) in back.iter().zip(&rows) {
            let mut sent: Vec<&str> = vec![postcode];
            sent.extend(cells.iter().map(String::as_str));
            // Empty cells at the end may have been left out, or filled in.
            sent.resize(sent.len().max(status), "");
            prop_assert!(sent[status..].iter().all(|cell| cell.trim().is_empty()));
            prop_assert_eq!(back, &sent[..status]);
        }
    }
}

#[test]
fn added_columns_are_named_as_the_members_of_a_json_answer() {
    let atlas = atlas();
    let answer = answers::lookup(&atlas, postcode("NN1 1AA").unwrap(), None, TODAY).unwrap();
    let answer = serde_json::to_value(answer).unwrap();
    for column in [OutputColumn::Code, OutputColumn::Name] {
        assert!(answer["areas"]["ward"][0][column.as_str()].is_string(), "{column:?}");
    }
    let confidence = &answer[OutputColumn::Confidence.as_str()];
    assert!(confidence["level"].is_string(), "{answer}");
    assert!(confidence[OutputColumn::BoundaryDistance.as_str()].is_number(), "{answer}");
    let incomplete = answers::lookup(&atlas, postcode("NN1 1AB").unwrap(), None, TODAY).unwrap();
    let incomplete = serde_json::to_value(incomplete).unwrap();
    assert_eq!(incomplete["confidence"][OutputColumn::Coverage.as_str()], "incomplete");
    let old = answers::lookup(
        &atlas,
        postcode("NN1 1AB").unwrap(),
        Some(&["ward_2013".to_owned()]),
        TODAY,
    );
    let old = serde_json::to_value(old.unwrap()).unwrap();
    let since = &old["layers"]["ward_2013"][OutputColumn::SupersededSince.as_str()];
    assert_eq!(since, "2021-04-01");
    let statuses = Status::ALL.map(|status| serde_json::to_string(&status).unwrap());
    assert_eq!(
        statuses.join(" "),
        "\"ok\" \"not_found\" \"invalid\" \"outside\" \"no_position\" \"blank\""
    );
    assert_eq!(Status::ALL.map(|status| status as usize), [0, 1, 2, 3, 4, 5]);
}
