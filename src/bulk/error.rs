//! Documents that cannot be read at all.

use crate::answers::AnswerError;

/// Why a whole document is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BulkError {
    /// There is no header line.
    #[error("the file is empty: its first line must name the columns")]
    NoHeader,
    /// The text is in UTF-16.
    #[error("the file is in UTF-16: save it as \"CSV UTF-8\"")]
    Utf16,
    /// No column holds a place.
    #[error(
        "the header has no place: name one column postcode, or two lon and lat, or two easting and northing. The columns are {columns}{}",
        separator_advice(columns)
    )]
    NoPlaceColumn {
        /// The columns of the header.
        columns: String,
    },
    /// The header has one half of a position.
    #[error("the header has a column {has} but no {lacks}: add it")]
    HalfAPlace {
        /// The column in the header.
        has: &'static str,
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
    /// Two columns have the same name.
    #[error("the header has two columns {name:?}: rename one")]
    RepeatedColumn {
        /// The name.
        name: String,
    },
    /// A column has the name of an output column.
    #[error("the header has a column {name:?}, which the answer adds too: rename or remove it")]
    TakenColumn {
        /// The name.
        name: String,
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

fn separator_advice(columns: &str) -> &'static str {
    if columns.contains([';', '\t']) { ". Separate columns by commas" } else { "" }
}
