//! Documents that cannot be read at all.

use crate::answers::AnswerError;

/// Why a whole document is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BulkError {
    /// There is no header line.
    #[error("the file is empty: its first line must name the columns")]
    NoHeader,
    /// The file is not text.
    #[error("the file is {what}, not CSV: {advice}")]
    NotText {
        /// What the file is.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The spreadsheet cannot be read.
    #[error("the spreadsheet cannot be read: {why}")]
    Spreadsheet {
        /// The cause, and what to do.
        why: String,
    },
    /// No column holds a place.
    #[error(
        "we need a column called postcode, or two called lon and lat, or easting and northing. Yours are: {columns}.{}",
        column_advice(postcodes.as_deref())
    )]
    NoPlaceColumn {
        /// The columns of the header.
        columns: String,
        /// The only column whose cells are postcodes.
        postcodes: Option<String>,
    },
    /// The header comes after other rows.
    #[error(
        "row 1 is no header: it has {first:?}. Row {row} looks like the header ({header}): remove the rows above it"
    )]
    RowsAboveHeader {
        /// The first row.
        first: String,
        /// The number of the row with the header.
        row: usize,
        /// The columns of the header.
        header: String,
    },
    /// Several columns could hold the same part of a place.
    #[error(
        "several columns could be the {part}: {columns}. Choose one with {part}_column=, by its name or number"
    )]
    AmbiguousColumn {
        /// What the columns hold.
        part: &'static str,
        /// The columns.
        columns: String,
    },
    /// The header has no column of the requested name, or several.
    #[error(
        "the header has {} column {name:?}: choose one by its name or number. The columns are: {columns}",
        if *is_repeated { "more than one" } else { "no" }
    )]
    UnknownColumn {
        /// The requested name.
        name: String,
        /// True if several columns have it.
        is_repeated: bool,
        /// The columns of the header.
        columns: String,
    },
    /// The header has one half of a position.
    #[error(
        "the header has a column {has} but no {lacks}: add it, or name it with {lacks}_column="
    )]
    HalfAPlace {
        /// The column in the header.
        has: String,
        /// The missing column.
        lacks: &'static str,
    },
    /// The header has several kinds of place and the request chooses none.
    #[error(
        "the header has several kinds of place, {ways}: choose one with by=postcode, by=lonlat or by=bng"
    )]
    SeveralPlaces {
        /// The kinds in the header.
        ways: String,
    },
    /// A row is so long that a quote must be unclosed.
    #[error("row {row} is longer than {limit} bytes: is a quote left open there?")]
    RowTooLong {
        /// The number of the row. The header is row 1.
        row: u64,
        /// The longest accepted row in bytes.
        limit: usize,
    },
    /// The file cannot be decompressed.
    #[error("the file cannot be decompressed: {why}. Check that it is a complete gzip file")]
    Broken {
        /// The cause.
        why: String,
    },
    /// The form with the file cannot be read.
    #[error("{why}")]
    Form {
        /// The cause.
        why: String,
    },
    /// The decompressed file is too large.
    #[error("the file is larger than {limit} bytes after decompression")]
    TooMuch {
        /// The largest accepted size in bytes.
        limit: usize,
    },
    /// The JSON document does not have the expected form.
    #[error(
        "{why}: send an object with \"postcodes\", a list of them, or \"points\", a list of [longitude, latitude], and optionally \"layers\" and \"date\""
    )]
    Document {
        /// The cause.
        why: String,
    },
    /// A parameter is given twice, possibly with different values.
    #[error("{what} is given both in the URL and in the body: give it once")]
    GivenTwice {
        /// `layers` or `date`.
        what: &'static str,
    },
    /// The layers or the date are invalid.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

fn column_advice(postcodes: Option<&str>) -> String {
    match postcodes {
        Some(name) => format!(" {name} holds postcodes: choose it with postcode_column={name}"),
        None => {
            " Rename one, or name it with postcode_column=, or lon_column= and lat_column=, or \
                  easting_column= and northing_column="
                .to_owned()
        }
    }
}
