//! A CSV of postcodes to the same CSV with its areas: against the `csv` crate parsing and writing
//! the same rows and nothing more. Both on one thread.
//!
//!     cargo bench --bench bulk

use std::fmt::Write as _;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::date;
use lapwing::bulk::{BulkRequest, ColumnOptions, CsvRows, RowEngine as _};
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::demo;

mod support;

use support::{Ratio, compare};

const ROWS: usize = 20_000;

fn main() {
    let atlas = Atlas::build(demo::lyonesse(1).into_contents(), Timestamp::UNIX_EPOCH, &());
    let mut input = String::from("id,postcode,note\n");
    for (id, record) in (0..ROWS).zip(atlas.all_facts().collect::<Vec<_>>().iter().cycle()) {
        let _ = writeln!(input, "{id},{},as it came", record.postcode);
    }
    let input = input.as_bytes();

    let parse_and_write = || -> Vec<u8> {
        let mut reader = csv::Reader::from_reader(input);
        let mut writer = csv::Writer::from_writer(Vec::with_capacity(input.len()));
        let mut row = csv::ByteRecord::new();
        while reader.read_byte_record(&mut row).expect("is CSV") {
            writer.write_byte_record(&row).expect("goes to memory");
        }
        writer.into_inner().expect("goes to memory")
    };
    let ask = BulkRequest {
        layers: Some(vec![String::from("lap"), String::from("ward")]),
        day: Day::Today(date(2026, 11, 21)),
    };
    let answer = || -> usize {
        let mut engine =
            CsvRows::new(&atlas, &ask, ColumnOptions::default()).expect("the layers are there");
        let length = |pieces: Vec<Bytes>| pieces.iter().map(Bytes::len).sum::<usize>();
        let mut bytes = length(engine.push(input).expect("the header is good"));
        while let Some(pieces) = engine.finish().expect("the rows are whole") {
            bytes += length(pieces);
        }
        bytes
    };
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    compare("bulk_vs_csv", Ratio::Cost, ROWS, parse_and_write, || one_thread.install(answer));
}
