//! How the crates `shapefile` and `dbase` behave on files that occur: the reasons why `shp.rs`
//! locates the records and `dbf.rs` reads the fields. If a test fails after an update of the crates,
//! that reason is gone.

use std::io::Cursor;
use std::panic::catch_unwind;

use shapefile::dbase::{self, ErrorKind, FieldIndex, FieldValue};
use shapefile::{Error, ShapeReader};

use super::tests::{dbf_of, dbf_with, polygon, shp_of, square};

fn open(dbf: Vec<u8>) -> Result<dbase::File<Cursor<Vec<u8>>>, dbase::Error> {
    dbase::File::open_with_encoding(Cursor::new(dbf), dbase::encoding::Unicode)
}

fn first(dbf: Vec<u8>) -> FieldValue {
    open(dbf).unwrap().record(0).unwrap().read_field(FieldIndex(0)).unwrap()
}

/// With a date of the last change, which the crate insists on.
fn dated(mut dbf: Vec<u8>) -> Vec<u8> {
    dbf[1..4].copy_from_slice(&[121, 4, 1]);
    dbf
}

#[test]
fn shape_reader_reads_past_the_end_of_a_record() {
    // So many points that their size in bytes, as an i32, is that of none.
    let mut bad = polygon(&[square(0.0, 1.0)]);
    bad[40..44].copy_from_slice(&(1_i32 << 28).to_le_bytes());
    let mut reader = ShapeReader::new(Cursor::new(shp_of(&[bad]))).unwrap();
    let error = reader.iter_shapes().next().unwrap().err().unwrap();
    // It reserved 4 GB, or tried to, and read on to the end of the file.
    assert!(matches!(error, Error::IoError(_) | Error::AllocationLimitExceeded { .. }), "{error}");
}

#[test]
fn shape_reader_without_an_index_goes_on_in_the_middle_of_a_bad_record() {
    let good = polygon(&[square(0.0, 1.0)]);
    let mut bad = good.clone();
    bad[36..40].copy_from_slice(&(-1_i32).to_le_bytes());
    let mut reader =
        ShapeReader::new(Cursor::new(shp_of(&[good.clone(), bad, good.clone()]))).unwrap();
    // The bytes of the bad record are taken for more records, so that the last shape comes sixth
    // and not third.
    let read: Vec<bool> = reader.iter_shapes().take(9).map(|shape| shape.is_ok()).collect();
    assert_eq!(read, [true, false, true, true, false, true]);
}

#[test]
fn dbase_reads_a_float_field_with_seven_digits() {
    // As ArcGIS writes every field of the type Double.
    let dbf = dated(dbf_of(b'F', 11, &[b"  1.23456789012e+006"]));
    let FieldValue::Float(Some(value)) = first(dbf) else { panic!() };
    assert_ne!(f64::from(value), 1_234_567.890_12);
}

#[test]
fn dbase_reads_whole_numbers_as_f64_and_does_not_say_how_many_decimals_a_field_has() {
    let dbf = dated(dbf_of(b'N', 0, &[b"9007199254740993"]));
    assert_eq!(first(dbf), FieldValue::Numeric(Some(9_007_199_254_740_992.0)));
}

#[test]
fn dbase_reads_a_truth_value_of_any_letter_as_none() {
    assert_eq!(first(dated(dbf_of(b'L', 0, &[b"x"]))), FieldValue::Logical(None));
}

#[test]
fn dbase_refuses_a_table_without_a_date() {
    let error = open(dbf_of(b'C', 0, &[b"A"])).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::IoError(_)), "{error}");
}

#[test]
fn dbase_refuses_a_table_with_one_field_of_another_type() {
    let dbf = dated(dbf_with(&[(b"code", b'C', 0, 1), (b"row", b'+', 0, 4)], &[b"A\0\0\0\x01"]));
    let error = open(dbf).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::InvalidFieldType('+')), "{error}");
}

#[test]
fn dbase_misreads_records_that_are_longer_than_their_fields() {
    let mut dbf = dated(dbf_of(b'C', 0, &[b"A", b"?", b"B", b"?"]));
    // Two records, of each four bytes: mark, value, and two unused.
    dbf[4..8].copy_from_slice(&2_u32.to_le_bytes());
    dbf[10..12].copy_from_slice(&4_u16.to_le_bytes());
    let mut file = open(dbf).unwrap();
    let second = file.record(1).unwrap().read_field(FieldIndex(0)).unwrap();
    assert_eq!(second, FieldValue::Character(Some("?".to_owned())), "not B");
}

#[test]
fn dbase_panics_at_a_table_whose_records_are_too_wide() {
    // 258 fields of 255 bytes: together more than the 16 bits that a record's length has.
    let fields = vec![(&b"wide"[..], b'C', 0, 255); 258];
    let dbf = dated(dbf_with(&fields, &[&vec![b'A'; 258 * 255]]));
    let result = catch_unwind(|| {
        open(dbf).unwrap().record(0).unwrap().read_field(FieldIndex(257)).map(drop)
    });
    assert!(result.is_err());
}
