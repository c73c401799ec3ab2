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
    /// No column says where.
    #[error(
        "no column says where: name one postcode, or two lon and lat, or two easting and northing; the header has {columns}{}",
        separator_advice(columns)
    )]
    NoPlaceColumn {
        /// The header.
        columns: String,
    },
    /// Half a position.
    #[error("the header has {has} and no {lacks}")]
    HalfAPlace {
        /// The column that is there.
        has: &'static str,
        /// The column that is not.
        lacks: &'static str,
    },
    /// Several ways to say where, and none chosen.
    #[error(
        "the header has several ways to say where, {ways}: choose one with by=postcode, by=lonlat or by=bng"
    )]
    SeveralPlaces {
        /// The ways there are.
        ways: String,
    },
    /// A column's name stands twice.
    #[error("the header has two columns {name:?}: rename one")]
    RepeatedColumn {
        /// The name.
        name: String,
    },
    /// A column's name is that of a column to be added.
    #[error(
        "the header has a column {name:?}, which the answer would have, too: rename or drop it"
    )]
    TakenColumn {
        /// The name.
        name: String,
    },
    /// A row is so long that a quote must be open.
    #[error("row {row} is longer than {limit} bytes: is a quote left open there?")]
    RowTooLong {
        /// Its number; the header is row 1.
        row: u64,
        /// The most a row may have.
        limit: usize,
    },
    /// It cannot be unpacked.
    #[error("the file cannot be read: {why}: is it gzip, and whole?")]
    Broken {
        /// What is wrong.
        why: String,
    },
    /// There is more of it than is taken.
    #[error("the file is larger than {limit} bytes when it is unpacked")]
    TooMuch {
        /// The most bytes.
        limit: usize,
    },
    /// The JSON document does not have the form.
    #[error(
        "{why}: send an object with \"postcodes\", a list of them, or \"points\", a list of [longitude, latitude], and perhaps \"layers\" and \"date\""
    )]
    Document {
        /// What is wrong.
        why: String,
    },
    /// Said in two places, which may disagree.
    #[error("{what} is given both in the URL and in the body: give it once")]
    GivenTwice {
        /// `layers` or `date`.
        what: &'static str,
    },
    /// The layers or the date cannot be answered for.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

fn separator_advice(columns: &str) -> &'static str {
    if columns.contains([';', '\t']) { ": separate columns by commas" } else { "" }
}
