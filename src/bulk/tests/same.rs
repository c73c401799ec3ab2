//! Rows written from prepared text equal those that are found and written without it.

use jiff::Timestamp;
use jiff::civil::date;
use lapwing_boundaries::atlas::Day;
use lapwing_boundaries::confidence::{Coverage, CoverageGap};
use lapwing_boundaries::locate::Located;
use serde_json::value::{RawValue, to_raw_value};

use super::super::json_row::{self, AnswerSource, IdentifiedRow};
use super::*;
use crate::answers::{tenths, test_worlds};

pub(super) fn odd_world() -> Atlas {
    Atlas::build(test_worlds::world(3, 700), Timestamp::UNIX_EPOCH, &())
}

/// Layers and days: the default, some layers, one layer twice, none in force.
pub(super) fn asks(atlas: &Atlas) -> Vec<BulkRequest> {
    let names = |n: usize| -> Vec<String> {
        let layers = atlas.layers().iter().filter(|layer| layer.layer().is_areas());
        layers.map(|layer| layer.layer().meta().id.to_string()).take(n).collect()
    };
    let days = [TODAY, Day::Requested(date(2015, 1, 1)), Day::Requested(date(1066, 10, 14))];
    [None, Some(names(1)), Some(names(2))]
        .into_iter()
        .flat_map(|layers| days.map(|day| BulkRequest { layers: layers.clone(), day }))
        .collect()
}

/// Every postcode of an atlas, some that it lacks, and some that are not postcodes.
pub(super) fn postcodes(atlas: &Atlas) -> Vec<String> {
    let mut texts: Vec<String> =
        atlas.all_facts().map(|facts| facts.postcode.to_string().to_lowercase()).collect();
    texts.extend(["ZZ9 9ZZ", "", "NN1", "b\u{e4}h", "NN1 1ED extra"].map(str::to_owned));
    texts
}

/// Positions in metres: random, on vertices, far away, and invalid.
pub(super) fn positions(atlas: &Atlas) -> Vec<[String; 2]> {
    let areas = atlas.layers().iter().flat_map(|layer| layer.layer().areas());
    let vertices = areas.flat_map(lapwing_boundaries::area::Area::edges).map(|edge| edge.start);
    let mut places: Vec<[f64; 2]> = vertices.step_by(23).map(|at| [at.x, at.y]).collect();
    for at in 0..400_u32 {
        let base = places[at as usize % places.len()];
        let off = |by: u32| f64::from(at.wrapping_mul(by) % 4001) - 2000.0;
        places.push([base[0] + off(2_654_435_761), base[1] + off(40_503)]);
    }
    places.extend([[-100_000.0, -100_000.0], [800_000.0, 1_350_000.0], [9e9, 0.0], [0.25, 0.125]]);
    let mut texts: Vec<[String; 2]> =
        places.into_iter().map(|at| at.map(|metres| metres.to_string())).collect();
    texts.push(["x".to_owned(), "1".to_owned()]);
    texts.push(["nan".to_owned(), " 1 ".to_owned()]);
    texts
}

/// The cells that are added for a place, according to [`answers::find`].
fn expected_cells(
    atlas: &Atlas,
    place: Result<Place, RowError>,
    chosen: &[ChosenLayer],
    day: Day,
) -> Vec<String> {
    let found = match place.clone().and_then(|place| locate(atlas, place, chosen)) {
        Ok(found) => found,
        Err((status, _)) => {
            let mut cells = vec![String::new(); 2 * chosen.len() + 6];
            status.as_str().clone_into(&mut cells[0]);
            return cells;
        }
    };
    let (status, found) = found;
    let mut cells = vec![status.as_str().to_owned()];
    for (chosen, located) in chosen.iter().zip(&found.located) {
        let areas: Vec<(&str, &str)> = match (chosen.layer, located) {
            (Some(layer), Some(located)) => {
                located.matches.iter().map(|m| atlas.code_and_name(layer, m.area)).collect()
            }
            _ => Vec::new(),
        };
        let (codes, names): (Vec<&str>, Vec<&str>) = areas.into_iter().unzip();
        cells.extend([codes.join(";"), names.join(";")]);
    }
    let confidence = found.confidence();
    cells.push(confidence.map_or("", |of| of.level.as_str()).to_owned());
    let distance = confidence.and_then(|of| of.nearest.boundary_distance_m);
    cells.push(distance.map_or(String::new(), |metres| tenths(metres).to_string()));
    let of_layers = |text: &dyn Fn(&ChosenLayer, &Located) -> Option<String>| {
        let layers = chosen.iter().zip(&found.located);
        let texts = layers.filter_map(|(chosen, located)| text(chosen, located.as_ref()?));
        texts.collect::<Vec<_>>().join(";")
    };
    cells.push(match confidence.and_then(|of| of.coverage.gap()) {
        Some(CoverageGap::Outside) => "outside".to_owned(),
        _ => of_layers(&|chosen, located| {
            let is_incomplete = located.coverage == Coverage::Incomplete;
            is_incomplete.then(|| format!("incomplete:{}", chosen.key))
        }),
    });
    let addresses =
        place.ok().and_then(|place| place.known(atlas)).map_or(0, |(_, known)| known.addresses());
    cells.push(of_layers(&|chosen, located| {
        let share = (located.unassigned as f64 / addresses as f64 * 1e9).round() / 1e9;
        (located.unassigned > 0).then(|| format!("{}:{}", chosen.key, json!(share)))
    }));
    cells.push(of_layers(&|chosen, _| {
        let vintage = atlas.layers()[chosen.layer?].layer().meta().vintage;
        Some(format!("{}:{}", chosen.key, vintage.superseded_on(day.date())?))
    }));
    cells
}

fn assert_csv_as_found(atlas: &Atlas) {
    let by_postcode = postcodes(atlas).into_iter().map(|text| {
        let place = postcode(&text);
        (vec![text], place)
    });
    let by_metres = positions(atlas).into_iter().map(|[x, y]| {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let place = match (number(&x), number(&y)) {
            (Some(x), Some(y)) => bng(x, y),
            _ => Err((Status::Invalid, "".into())),
        };
        (vec![x, y], place)
    });
    let files: [(&[&str], Vec<_>); 2] =
        [(&["postcode"], by_postcode.collect()), (&["easting", "northing"], by_metres.collect())];
    for ((header, rows), ask) in
        files.iter().flat_map(|file| asks(atlas).into_iter().map(move |ask| (file, ask)))
    {
        let chosen = answers::choose(atlas, ask.layers.as_deref(), ask.day).unwrap();
        let mut expected = ::csv::Writer::from_writer(Vec::new());
        let mut input = ::csv::Writer::from_writer(Vec::new());
        let mut head = vec!["n".to_owned()];
        head.extend(header.iter().map(|&name| name.to_owned()));
        input.write_record(&head).unwrap();
        head.push("status".to_owned());
        head.extend(
            chosen.iter().flat_map(|c| [format!("{}_code", c.key), format!("{}_name", c.key)]),
        );
        let added = OutputColumn::DEFAULT.iter().skip(2);
        head.extend(added.map(|column| column.as_str().to_owned()));
        expected.write_record(&head).unwrap();
        // Often enough for many blocks, so that prepared cells are used.
        for (n, (cells, place)) in (0..4).flat_map(|_| rows).enumerate() {
            let mut row = vec![n.to_string()];
            row.extend(cells.iter().cloned());
            input.write_record(&row).unwrap();
            row.extend(expected_cells(atlas, place.clone(), &chosen, ask.day));
            expected.write_record(&row).unwrap();
        }
        let input = input.into_inner().unwrap();
        let expected = String::from_utf8(expected.into_inner().unwrap()).unwrap();
        for size in [777, 1 << 20] {
            let mut engine = CsvRows::new(atlas, &ask, ColumnOptions::default()).unwrap();
            let out = String::from_utf8(run(&mut engine, &input, size).unwrap()).unwrap();
            for (ours, theirs) in out.lines().zip(expected.lines()) {
                assert_eq!(ours, theirs, "{ask:?}");
            }
            assert_eq!(out, expected);
        }
    }
}

#[test]
fn csv_rows_equal_the_located_answers() {
    assert_csv_as_found(&odd_world());
    assert_csv_as_found(&with_addresses());
}

#[test]
fn rows_of_a_long_file_equal_single_rows() {
    for atlas in [odd_world(), with_addresses()] {
        let rows: Vec<String> = postcodes(&atlas).into_iter().map(|row| row + "\n").collect();
        // Text is prepared only after some rounds of full blocks.
        let rounds = (1_usize << 20).div_ceil(rows.concat().len());
        let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        for ask in asks(&atlas) {
            let answer = |rows: &str| {
                let mut engine = CsvRows::new(&atlas, &ask, ColumnOptions::default()).unwrap();
                let input = format!("postcode\n{rows}");
                let out = one_core.install(|| run(&mut engine, input.as_bytes(), 1 << 16));
                let out = String::from_utf8(out.unwrap()).unwrap();
                out.split_once('\n').unwrap().1.to_owned()
            };
            let alone: String = rows.iter().map(|row| answer(row)).collect();
            assert_eq!(answer(&rows.concat().repeat(rounds)), alone.repeat(rounds), "{ask:?}");
        }
    }
}

/// A row by serde, without and with its source.
fn by_serde(
    atlas: &Atlas,
    row: &impl serde::Serialize,
    chosen: &[ChosenLayer],
    day: Day,
) -> [String; 2] {
    let alone = serde_json::to_string(row).unwrap();
    let source = serde_json::to_string(&AnswerSource::new(atlas, chosen, day)).unwrap();
    let line = format!("{},{}", &alone[..alone.len() - 1], &source[1..]);
    [alone, line]
}

/// NDJSON questions without braces, the same as members of a JSON list where there is one, and
/// their places.
fn questions(atlas: &Atlas) -> Vec<(String, Option<String>, Result<Place, RowError>)> {
    let by_postcode = postcodes(atlas).into_iter().map(|text| {
        let place = postcode(&text);
        (format!("\"postcode\":{}", json!(text)), Some(json!(text).to_string()), place)
    });
    let numbers = |texts: [String; 2]| -> Option<[f64; 2]> {
        let [x, y] = texts.map(|text| text.parse::<f64>().ok().filter(|number| !number.is_nan()));
        Some([x?, y?])
    };
    let metres: Vec<[f64; 2]> = positions(atlas).into_iter().filter_map(numbers).collect();
    let by_metres = metres.clone().into_iter().map(|[x, y]| {
        (format!("\"easting\":{},\"northing\":{}", json!(x), json!(y)), None, bng(x, y))
    });
    let mut degrees: Vec<[f64; 2]> = metres
        .iter()
        .filter_map(|&[x, y]| Bng::new(x, y).ok())
        .map(|at| [at.to_lng_lat().0.lon(), at.to_lng_lat().0.lat()])
        .collect();
    degrees.extend([[12.0, 41.0], [-3.25, 55.5], [0.0, 91.0]]);
    let by_degrees = degrees.into_iter().map(|[lon, lat]| {
        let question = format!("\"lon\":{},\"lat\":{}", json!(lon), json!(lat));
        (question, Some(json!([lon, lat]).to_string()), lng_lat(lon, lat))
    });
    by_postcode.chain(by_metres).chain(by_degrees).collect()
}

#[test]
fn json_rows_equal_serde() {
    for atlas in [odd_world(), with_addresses()] {
        for ask in asks(&atlas) {
            let chosen = answers::choose(&atlas, ask.layers.as_deref(), ask.day).unwrap();
            let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
            let (mut input, mut lines) = (String::new(), Vec::new());
            let mut lists: [(Vec<String>, Vec<String>); 2] = Default::default();
            for (n, (question, member, place)) in questions(&atlas).into_iter().enumerate() {
                let (id, question) =
                    (to_raw_value(&n).unwrap(), format!("{{\"id\":{n},{question}}}"));
                let query = raw(&question);
                let row = json_row::row(&atlas, place.clone(), &chosen, ask.day, || Some(&*query));
                let row = IdentifiedRow { id: Some(&id), row };
                lines.push(by_serde(&atlas, &row, &chosen, ask.day)[1].clone());
                input.push_str(&question);
                input.push('\n');
                if let Some(member) = member {
                    let query = raw(&member);
                    let row = json_row::row(&atlas, place, &chosen, ask.day, || Some(&*query));
                    let (members, rows) = &mut lists[usize::from(member.starts_with('['))];
                    rows.push(by_serde(&atlas, &row, &chosen, ask.day)[0].clone());
                    members.push(member);
                }
            }
            let mut engine = NdjsonRows::new(&atlas, &ask).unwrap();
            let out = run(&mut engine, input.as_bytes(), 999).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert_eq!(out.lines().count(), lines.len());
            for (ours, theirs) in out.lines().zip(&lines) {
                assert_eq!(ours, theirs);
            }
            for (name, (members, rows)) in ["postcodes", "points"].iter().zip(lists) {
                let input = format!("{{\"{name}\":[{}]}}", members.join(","));
                let mut engine = JsonRows::new(&atlas, ask.clone());
                let out = run(&mut engine, input.as_bytes(), 999).unwrap();
                let out = String::from_utf8(out).unwrap();
                let expected = format!("{{\"answers\":[\n{}\n],", rows.join(",\n"));
                assert_eq!(&out[..expected.len()], expected);
            }
        }
    }
}
