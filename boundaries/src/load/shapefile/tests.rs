//! Shapefiles put together by hand, byte by byte.

use geo::Coord;
use serde_json::json;

use super::*;
use crate::catalogue::VectorSource;
use crate::fault::Report;
use crate::layer::LayerId;
use crate::load::raw::RawGeometry;

pub(super) fn shp_of(records: &[Vec<u8>]) -> Vec<u8> {
    let mut shp = header(100 + records.iter().map(|r| 8 + r.len()).sum::<usize>());
    for (i, record) in records.iter().enumerate() {
        shp.extend((i as u32 + 1).to_be_bytes());
        shp.extend((record.len() as u32 / 2).to_be_bytes());
        shp.extend(record);
    }
    shp
}

fn header(length: usize) -> Vec<u8> {
    let mut header = vec![0; 100];
    header[..4].copy_from_slice(&9994_i32.to_be_bytes());
    header[24..28].copy_from_slice(&(length as u32 / 2).to_be_bytes());
    header[28..32].copy_from_slice(&1000_i32.to_le_bytes());
    header[32..36].copy_from_slice(&5_i32.to_le_bytes());
    header
}

/// A polygon record of these rings, its extent left blank: nobody reads it.
pub(super) fn polygon(rings: &[Vec<(f64, f64)>]) -> Vec<u8> {
    let mut record = 5_i32.to_le_bytes().to_vec();
    record.extend([0; 32]);
    record.extend((rings.len() as u32).to_le_bytes());
    record.extend((rings.iter().map(Vec::len).sum::<usize>() as u32).to_le_bytes());
    let mut start = 0_u32;
    for ring in rings {
        record.extend(start.to_le_bytes());
        start += ring.len() as u32;
    }
    for (x, y) in rings.iter().flatten() {
        record.extend(x.to_le_bytes());
        record.extend(y.to_le_bytes());
    }
    record
}

/// A table of one field `code` of that kind, as wide as the values.
pub(super) fn dbf_of(kind: u8, decimals: u8, values: &[&[u8]]) -> Vec<u8> {
    dbf_with(&[(b"code", kind, decimals, values[0].len() as u8)], values)
}

/// A table of fields, each with its name, kind, decimals and width. A record holds their values.
pub(super) fn dbf_with(fields: &[(&[u8], u8, u8, u8)], records: &[&[u8]]) -> Vec<u8> {
    let width: usize = fields.iter().map(|field| usize::from(field.3)).sum();
    let mut dbf = vec![0; 32];
    dbf[0] = 3;
    dbf[4..8].copy_from_slice(&(records.len() as u32).to_le_bytes());
    dbf[8..10].copy_from_slice(&(32 * (fields.len() + 1) as u16 + 1).to_le_bytes());
    dbf[10..12].copy_from_slice(&(width as u16).wrapping_add(1).to_le_bytes());
    for &(name, kind, decimals, width) in fields {
        let mut field = name.to_vec();
        field.resize(11, 0);
        field.push(kind);
        field.resize(32, 0);
        field[16] = width;
        field[17] = decimals;
        dbf.extend(field);
    }
    dbf.push(0x0D);
    for record in records {
        dbf.push(b' ');
        dbf.extend_from_slice(record);
    }
    dbf
}

fn read_parts(parts: &Parts) -> (Result<Unprojected, String>, Report) {
    read_in(parts, None)
}

fn read_in(parts: &Parts, encoding: Option<&str>) -> (Result<Unprojected, String>, Report) {
    let source = VectorSource {
        path: "w.shp".into(),
        table: None,
        code: "code".into(),
        name: None,
        keep: vec!["code".into()],
        crs: None,
        encoding: None,
        only: Vec::new(),
    };
    let (layer, mut report) = (LayerId::parse("ward").unwrap(), Report::default());
    let mut fields = FieldPicker::of(&source);
    let result =
        read(parts, encoding, &mut fields, &mut FileReport::new(&layer, "w.shp", &mut report));
    (result.map_err(|refusal| refusal.into_fault().message), report)
}

fn parts(records: &[Vec<u8>], dbf: Vec<u8>) -> Parts {
    Parts { shp: shp_of(records), dbf: Some(dbf), ..Parts::default() }
}

pub(super) fn square(x: f64, side: f64) -> Vec<(f64, f64)> {
    vec![(x, 0.0), (x, side), (x + side, side), (x + side, 0.0), (x, 0.0)]
}

#[test]
fn every_ring_comes_alone_whatever_order_holes_and_shells_are_in() {
    // The hole of the second shell stands before both shells.
    let mut hole = square(21.0, 1.0);
    hole.reverse();
    let rings = [hole, square(0.0, 10.0), square(20.0, 10.0)];
    let (read, _) = read_parts(&parts(&[polygon(&rings)], dbf_of(b'C', 0, &[b"A1"])));
    let expected = rings
        .iter()
        .map(|ring| vec![ring.iter().map(|&(x, y)| Coord { x, y }).collect()])
        .collect();
    assert_eq!(
        read.unwrap().features[0].geometry,
        RawGeometry::Polygons { polygons: expected, grouped: false }
    );
}

#[test]
fn a_bad_record_costs_one_feature() {
    let good = polygon(&[square(0.0, 1.0)]);
    let mut too_many = good.clone();
    too_many[40..44].copy_from_slice(&1_000_000_i32.to_le_bytes());
    let mut negative = good.clone();
    negative[36..40].copy_from_slice(&(-1_i32).to_le_bytes());
    let mut disordered = polygon(&[square(0.0, 1.0), square(2.0, 1.0)]);
    disordered[44..48].copy_from_slice(&9_i32.to_le_bytes());
    let mut strange = good.clone();
    strange[..4].copy_from_slice(&77_i32.to_le_bytes());
    let records = [good.clone(), too_many, negative, disordered, strange, Vec::new(), good];
    let codes: Vec<&[u8]> = vec![b"A", b"B", b"C", b"D", b"E", b"F", b"G"];
    let (read, report) = read_parts(&parts(&records, dbf_of(b'C', 0, &codes)));
    let kept: Vec<_> =
        read.unwrap().features.iter().map(|f| (f.index, f.code.clone().unwrap())).collect();
    assert_eq!(kept, [(0, "A".to_owned()), (6, "G".to_owned())]);
    let messages: Vec<String> = report.faults[1..].iter().map(ToString::to_string).collect();
    for (fault, words) in messages.iter().zip([
        "feature 1 (B): its shape cannot be read: its record ends before its last coordinate",
        "feature 2 (C): its shape cannot be read: parts: -1 is less than none",
        "feature 3 (D): its shape cannot be read: part 0 goes from point 9 to 5 of 10",
        "feature 4 (E): its shape cannot be read: there is no shape type 77",
        "feature 5 (F): its shape cannot be read: its record is empty",
    ]) {
        assert!(fault.contains(words), "{fault}");
    }
    assert_eq!(messages.len(), 5);
}

#[test]
fn shapes_of_other_kinds_are_named() {
    let mut point = 11_i32.to_le_bytes().to_vec();
    point.extend([1.0_f64, 2.0, 3.0, 4.0].iter().flat_map(|n| n.to_le_bytes()));
    let records = [
        0_i32.to_le_bytes().to_vec(),
        point,
        3_i32.to_le_bytes().to_vec(),
        31_i32.to_le_bytes().to_vec(),
        polygon(&[]),
    ];
    let codes: Vec<&[u8]> = vec![b"A", b"B", b"C", b"D", b"E"];
    let (read, _) = read_parts(&parts(&records, dbf_of(b'C', 0, &codes)));
    let geometries: Vec<_> = read.unwrap().features.into_iter().map(|f| f.geometry).collect();
    assert_eq!(
        geometries,
        [
            RawGeometry::Empty,
            RawGeometry::Point(Coord { x: 1.0, y: 2.0 }),
            RawGeometry::Other("PolyLine".into()),
            RawGeometry::Other("MultiPatch".into()),
            RawGeometry::Empty,
        ]
    );
}

#[test]
fn the_index_says_where_the_shapes_are() {
    // Two records in the wrong order, with garbage between them.
    let (a, b) = (polygon(&[square(0.0, 1.0)]), polygon(&[square(5.0, 1.0)]));
    let mut shp = shp_of(std::slice::from_ref(&b));
    let first_end = shp.len();
    shp.extend([0xAA; 6]);
    let second = shp.len();
    shp.extend(2_i32.to_be_bytes());
    shp.extend((a.len() as u32 / 2).to_be_bytes());
    shp.extend(&a);
    let length = shp.len();
    shp[24..28].copy_from_slice(&(length as u32 / 2).to_be_bytes());
    let mut shx = header(100 + 3 * 8);
    for (offset, words) in [(second, a.len() / 2), (100, b.len() / 2), (first_end, 1 << 29)] {
        shx.extend((offset as u32 / 2).to_be_bytes());
        shx.extend((words as u32).to_be_bytes());
    }
    let dbf = dbf_of(b'C', 0, &[b"A", b"B", b"C"]);
    let (read, report) =
        read_parts(&Parts { shp, shx: Some(shx), dbf: Some(dbf), ..Parts::default() });
    let first_x: Vec<_> = read
        .unwrap()
        .features
        .iter()
        .map(|f| match &f.geometry {
            RawGeometry::Polygons { polygons, .. } => {
                (f.code.clone().unwrap(), polygons[0][0][0].x)
            }
            _ => panic!(),
        })
        .collect();
    assert_eq!(first_x, [("A".to_owned(), 0.0), ("B".to_owned(), 5.0)]);
    assert!(report.faults[0].message.contains("outside the .shp"), "{report:?}");
}

#[test]
fn values_keep_their_kind() {
    let value = |kind, decimals, bytes: &[u8]| {
        let (read, report) = read_parts(&parts(&[polygon(&[])], dbf_of(kind, decimals, &[bytes])));
        let fault = report.faults.iter().find(|f| f.kind == FaultKind::BadField);
        match fault {
            Some(fault) => Err(fault.message.clone()),
            None => Ok(read.unwrap().features[0].properties[0].1.clone()),
        }
    };
    assert_eq!(value(b'C', 0, b"E05 \0 "), Ok(json!("E05")));
    assert_eq!(value(b'C', 0, b"   "), Ok(json!(null)));
    assert_eq!(value(b'N', 0, b"  12"), Ok(json!(12)));
    assert_eq!(value(b'N', 2, b"12.50"), Ok(json!(12.5)));
    assert_eq!(value(b'F', 0, b"1.5e+003"), Ok(json!(1500.0)));
    assert_eq!(value(b'N', 0, b"****"), Ok(json!(null)));
    assert_eq!(value(b'N', 0, b"    "), Ok(json!(null)));
    assert_eq!(value(b'L', 0, b"T"), Ok(json!(true)));
    assert_eq!(value(b'L', 0, b"n"), Ok(json!(false)));
    assert_eq!(value(b'L', 0, b"?"), Ok(json!(null)));
    assert_eq!(value(b'D', 0, b"20210401"), Ok(json!("2021-04-01")));
    assert_eq!(value(b'D', 0, b"        "), Ok(json!(null)));
    assert!(value(b'N', 0, b"12a").unwrap_err().contains("\"12a\" is no number"));
    assert!(value(b'N', 0, b"inf").unwrap_err().contains("no number"));
    assert!(value(b'L', 0, b"x").unwrap_err().contains("neither true nor false"));
    assert!(value(b'D', 0, b"1/4/2021").unwrap_err().contains("YYYYMMDD"));
    assert!(value(b'M', 0, b"0000000001").unwrap_err().contains("its type is 'M'"));
}

#[test]
fn tables_with_unsound_headers_are_refused() {
    let good = dbf_of(b'C', 0, &[b"A"]);
    let with = |at: usize, bytes: &[u8]| {
        let mut dbf = good.clone();
        dbf[at..at + bytes.len()].copy_from_slice(bytes);
        dbf
    };
    for (dbf, words) in [
        (Vec::new(), "empty or cut short"),
        (good[..40].to_vec(), "no sound header"),
        (with(0, &[4]), "dBASE 7"),
        (with(8, &[0, 0]), "no sound header"),
        (with(10, &[0, 0]), "no sound header"),
        (with(10, &[1, 0]), "no sound header"),
        (with(32, &[0x0D]), "no sound header"),
        (with(4, &[9, 0, 0, 0]), "header says 9 records, it has 1"),
        (with(4, &[0xFF; 4]), "was cut short"),
    ] {
        let (read, _) = read_parts(&parts(&[polygon(&[])], dbf));
        let message = read.unwrap_err();
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn records_that_cannot_be_told_apart_refuse_the_file() {
    let mut shp = shp_of(&[polygon(&[])]);
    shp[104..108].copy_from_slice(&1_000_i32.to_be_bytes());
    let parts = Parts { shp, dbf: Some(dbf_of(b'C', 0, &[b"A"])), ..Parts::default() };
    assert!(read_parts(&parts).0.unwrap_err().contains("record 0 of the .shp, at byte 100"));
}

#[test]
fn the_catalogue_overrides_an_encoding_that_is_wrong() {
    let mut wrong =
        parts(&[polygon(&[square(0.0, 1.0)])], dbf_of(b'C', 0, &["P\u{175}ll".as_bytes()]));
    wrong.cpg = Some(b"1252".to_vec());
    let code = |read: Result<Unprojected, String>| read.unwrap().features[0].code.clone().unwrap();

    let (read, report) = read_parts(&wrong);
    assert_eq!(code(read), "P\u{c5}\u{b5}ll");
    let note = report.faults.iter().map(ToString::to_string).find(|one| one.contains("UTF-8"));
    let note = note.expect("a note about the encoding");
    assert!(note.contains("would be \"P\u{175}ll\""), "{note}");
    assert!(note.contains("encoding = \"UTF-8\""), "{note}");

    let (read, report) = read_in(&wrong, Some("UTF-8"));
    assert_eq!(code(read), "P\u{175}ll");
    assert!(!report.faults.iter().any(|fault| fault.message.contains("UTF-8")));
    assert!(read_in(&wrong, Some("EBCDIC")).0.unwrap_err().contains("encoding = \"EBCDIC\""));

    // Text that is no UTF-8 is no reason for a note.
    let mut right = parts(&[polygon(&[square(0.0, 1.0)])], dbf_of(b'C', 0, &[b"Caf\xe9"]));
    right.cpg = Some(b"1252".to_vec());
    let (read, report) = read_parts(&right);
    assert_eq!(code(read), "Caf\u{e9}");
    assert!(!report.faults.iter().any(|fault| fault.message.contains("UTF-8")));
}
