use super::*;

fn field_of(cell_type: CellType, cells: &[Cell]) -> (Field, Vec<String>) {
    let mut field = Field::new("a", "a".to_owned(), cell_type);
    for cell in cells {
        field.fit(cell);
    }
    let values = cells.iter().map(|cell| field.value(cell.clone())).collect();
    (field, values)
}

#[test]
fn every_number_fits_and_keeps_its_bits() {
    let numbers =
        [0.1 + 0.2, -1.5e-300, f64::MAX, f64::MIN_POSITIVE, -1.234_567_890_123_456_7e-300, 7e5];
    let cells = numbers.map(Cell::Number);
    let (field, values) = field_of(CellType::Number, &cells);
    assert_eq!((field.width, field.decimals), (24, 15));
    for (number, value) in numbers.iter().zip(values) {
        assert!(value.len() <= 24, "{value}");
        assert_eq!(value.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{value}");
    }
    assert_eq!(field_of(CellType::Number, &[Cell::Number(12.0)]).0.decimals, 1);
}

#[test]
fn an_integer_of_more_than_eighteen_digits_widens_its_field() {
    let of = |number| field_of(CellType::Integer, &[Cell::Integer(number)]).0.width;
    assert_eq!(of(9_007_199_254_740_993), 18);
    assert_eq!(of(i64::MIN), 20);
}

#[test]
fn a_long_text_is_cut_between_characters_and_counted() {
    let (short, long) = ("x".repeat(254), "é".repeat(128));
    let (field, values) = field_of(
        CellType::Text,
        &[Cell::Text(short.clone()), Cell::Text(long.clone()), Cell::Null],
    );
    assert_eq!((field.width, field.cut), (254, 1));
    assert_eq!(values, [short, long[..254].to_owned(), String::new()]);
    let (field, values) = field_of(CellType::Text, &[Cell::Text(format!("x{long}"))]);
    assert_eq!((field.width, values[0].len()), (254, 253));
}

#[test]
fn dates_and_truth_values_are_as_the_format_has_them() {
    let day = |year| Cell::Day(jiff::civil::date(year, 7, 5));
    assert_eq!(field_of(CellType::Day, &[day(1948), Cell::Null]).1, ["19480705", ""]);
    let (field, values) = field_of(CellType::Day, &[day(1948), day(-44)]);
    assert_eq!((field.field_type, values[0].as_str()), (FieldType::Character, "1948-07-05"));
    assert!(values[1].len() <= field.width, "{}", values[1]);
    let truths = [Cell::Truth(true), Cell::Truth(false), Cell::Null];
    assert_eq!(field_of(CellType::Truth, &truths).1, ["T", "F", "?"]);
}

#[test]
fn the_header_has_the_date_of_the_snapshot_or_1_january_1980() {
    let header = |year| {
        let mut dbf = io::Cursor::new(vec![0xF0; 32]);
        patch_header(&mut dbf, jiff::civil::date(year, 11, 21)).unwrap();
        let dbf = dbf.into_inner();
        ([dbf[1], dbf[2], dbf[3]], dbf[29])
    };
    assert_eq!(header(2026), ([126, 11, 21], 0));
    assert_eq!(header(1899), ([80, 1, 1], 0));
}
