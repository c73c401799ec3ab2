//! The columns of a directory: by name, or by place in a file without a header.

use crate::fault::{FaultKind, Severity};
use crate::postcode::Postcode;

use super::super::super::csv::{Header, Role, Row, RowFaults};

/// The columns that are read.
pub(super) struct Columns {
    pub(super) postcode: usize,
    /// Easting and northing.
    pub(super) grid: Option<(usize, usize)>,
    /// Longitude and latitude.
    pub(super) degrees: Option<(usize, usize)>,
    pub(super) quality: Option<usize>,
    pub(super) terminated: Option<usize>,
    pub(super) ward: Option<usize>,
    pub(super) country: Option<usize>,
    pub(super) width: usize,
}

impl Columns {
    /// Finds the columns by name. Reports those that are missing, and returns `None` without a
    /// postcode or a position.
    pub(super) fn find(header: &Header, faults: &mut RowFaults<'_>) -> Option<Self> {
        let find = |role: Role| role.find(header);
        let postcode = find(Role::Postcode);
        let grid = find(Role::Easting).zip(find(Role::Northing));
        let degrees = find(Role::Longitude).zip(find(Role::Latitude));
        let mut missing = |role: Role, severity, effect: &str| {
            let message = format!("the file has no column {}{effect}", role.examples());
            let field = role.examples().split([',', ' ']).next().unwrap_or_default();
            faults.of_column(field, FaultKind::BadField, severity, message);
        };
        if postcode.is_none() {
            let names = header.names().iter().take(20).cloned().collect::<Vec<_>>().join(", ");
            missing(Role::Postcode, Severity::Error, &format!("; its columns are {names}"));
        }
        if grid.is_none() && degrees.is_none() {
            for role in [Role::Easting, Role::Northing] {
                if find(role).is_none() {
                    missing(role, Severity::Error, ", nor long and lat");
                }
            }
        }
        let (postcode, _) = (postcode?, grid.or(degrees)?);
        let (quality, terminated) = (find(Role::Quality), find(Role::Terminated));
        let ward = find(Role::Ward);
        if quality.is_none() {
            let effect = ": every position is taken as that of a building (quality 10)";
            missing(Role::Quality, Severity::Note, effect);
        }
        if terminated.is_none() {
            missing(Role::Terminated, Severity::Note, ": every postcode is taken as live");
        }
        if ward.is_none() {
            missing(Role::Ward, Severity::Note, ": published wards are unknown");
        }
        let (country, width) = (find(Role::Country), header.len());
        Some(Self { postcode, grid, degrees, quality, terminated, ward, country, width })
    }

    /// Returns true if a file with this header can be a directory of postcodes.
    pub(super) fn has_postcodes(header: &Header) -> bool {
        Role::Postcode.find(header).is_some()
    }

    /// Returns true if a first row is data: it begins with a postcode.
    pub(super) fn is_data(row: &Row<'_>) -> bool {
        row.len() > 1 && Postcode::parse(&row.text(0)).is_ok()
    }

    /// The columns of `gridall`, in which the NHS Postcode Directory is published without a header,
    /// by its record specification: PCD2, PCDS, DOINTR, DOTERM, then OSWARD as the 10th, OSGRDIND as
    /// the 12th, CTRY as the 13th, OSEAST1M and OSNRTH1M as the 37th and 38th. Later editions add
    /// columns at the end. Returns `None` if a first row does not fit.
    pub(super) fn of_gridall(row: &Row<'_>) -> Option<Self> {
        const NORTHING: usize = 37;
        let columns = Self {
            postcode: 1,
            grid: Some((36, NORTHING)),
            degrees: None,
            quality: Some(11),
            terminated: Some(3),
            ward: Some(9),
            country: Some(12),
            width: row.len(),
        };
        let is_digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        let is_country = |text: &[u8]| text.is_empty() || text.len() == 9 && is_digits(&text[1..]);
        let fits = row.len() > NORTHING
            && Postcode::parse(&row.text(1)).is_ok()
            && row.bytes(2).len() == 6
            && is_digits(row.bytes(2))
            && matches!(row.bytes(11), b"" | [b'1'..=b'9'])
            && is_country(row.bytes(12))
            && is_digits(row.bytes(36))
            && is_digits(row.bytes(NORTHING));
        fits.then_some(columns)
    }
}
