//! Records of postcodes and addresses.

use serde::{Deserialize, Serialize};

use crate::code::AreaCode;
use crate::position::Bng;
use crate::postcode::Postcode;

/// One postcode, as its source publishes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostcodeRecord {
    /// The postcode.
    pub postcode: Postcode,
    /// The position, or the last one if terminated; `None` if the source has none (quality 90).
    pub position: Option<Bng>,
    /// Code-Point's positional quality: 10, in the building nearest the mean of its addresses; 20, by
    /// visual inspection; 30, within 50 m; 40, the mean of its addresses; 50, estimated from
    /// neighbouring postcodes; 60, the mean of its sector; 80, from before 2000; 90, no position. The
    /// ONS Postcode Directory uses 1 to 9 for the same values.
    pub positional_quality: u8,
    /// The month of termination; `None` for a live postcode.
    pub terminated: Option<Month>,
    /// The ward that the source publishes for it. It may be of a vintage that no layer has, so it
    /// serves for comparison and never as an answer.
    pub published_ward: Option<AreaCode>,
}

/// The part of a postcode's record that lookups need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PostcodeFacts {
    /// The postcode.
    pub postcode: Postcode,
    /// The position, or the last one if terminated.
    pub position: Option<Bng>,
    /// See [`PostcodeRecord::positional_quality`].
    pub positional_quality: u8,
    /// The month of termination; `None` for a live postcode.
    pub terminated: Option<Month>,
}

impl PostcodeFacts {
    /// Returns true if the postcode is not terminated.
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

/// One address.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Address {
    /// The unique property reference number.
    pub uprn: u64,
    /// The postcode.
    pub postcode: Postcode,
    /// The position.
    pub position: Bng,
}

/// Returns the addresses of a postcode from a slice that is sorted by postcode.
pub fn addresses_of(addresses: &[Address], postcode: Postcode) -> &[Address] {
    let start = addresses.partition_point(|address| address.postcode < postcode);
    let (_, rest) = addresses.split_at(start);
    &rest[..rest.partition_point(|address| address.postcode == postcode)]
}
