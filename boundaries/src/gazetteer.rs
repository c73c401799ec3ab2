//! The postcodes of a place, and its addresses: what is known of where a postcode is.

use serde::{Deserialize, Serialize};

use crate::code::AreaCode;
use crate::position::Bng;
use crate::postcode::Postcode;

/// What is known of one postcode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostcodeRecord {
    /// The postcode.
    pub postcode: Postcode,
    /// Where it is, or was last; `None` where the source gives no position (quality 90).
    pub position: Option<Bng>,
    /// Code-Point's positional quality: 10 in the building nearest the mean of its addresses, 20
    /// by inspection, 30 within 50 m, 40 the mean of its addresses, 50 estimated from
    /// neighbouring postcodes, 60 the mean of its sector, 80 from before 2000, 90 none. The
    /// Postcode Directory's 1 to 9 are these divided by ten.
    pub positional_quality: u8,
    /// When it was terminated, if it was.
    pub terminated: Option<Month>,
    /// The ward that the source itself publishes for it, which may be of another vintage than any
    /// layer: to be compared, never to be answered.
    pub published_ward: Option<AreaCode>,
}

/// What a lookup needs of a postcode's record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PostcodeFacts {
    /// The postcode.
    pub postcode: Postcode,
    /// Where it is, or was last.
    pub position: Option<Bng>,
    /// See [`PostcodeRecord::positional_quality`].
    pub positional_quality: u8,
    /// When it was terminated, if it was.
    pub terminated: Option<Month>,
}

impl PostcodeFacts {
    /// Whether it is not terminated.
    pub const fn is_live(&self) -> bool {
        self.terminated.is_none()
    }
}

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: u8,
}

/// One address: its property and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Address {
    /// The unique property reference number.
    pub uprn: u64,
    /// Its postcode.
    pub postcode: Postcode,
    /// Where it is.
    pub position: Bng,
}

/// Those of a postcode among addresses in order of postcode.
pub fn addresses_of(addresses: &[Address], postcode: Postcode) -> &[Address] {
    let start = addresses.partition_point(|address| address.postcode < postcode);
    let (_, rest) = addresses.split_at(start);
    &rest[..rest.partition_point(|address| address.postcode == postcode)]
}
