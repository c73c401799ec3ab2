//! Reader for FlatGeobuf 3: a header, an index that is skipped, and features, each a FlatBuffer.
//!
//! Only the verified accessors of the `flatgeobuf` crate are used. Its reader allocates the size
//! that a feature claims before reading the feature, its index arithmetic can panic, and its
//! property reader slices without bounds checks. A malformed file must cause none of these here.

mod geometry;
mod properties;

use std::io::{ErrorKind, Read};

use flatgeobuf::{Header, size_prefixed_root_as_feature, size_prefixed_root_as_header};

use crate::fault::{Fault, FaultKind};

use self::properties::Columns;
use super::collection::ReadGeometry;
use super::crs::{SourceCrs, StatedCrs, from_wkt};
use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::{RawFeature, RawGeometry, Unprojected};

/// The header limit of the `flatgeobuf` crate. A header is mostly column names and WKT.
const LARGEST_HEADER: u64 = 10 << 20;
/// FlatBuffers use 31-bit offsets.
const LARGEST_FEATURE: u64 = (1 << 31) - 1;
/// Size of a node of the packed R-tree: four box coordinates and an offset.
const INDEX_NODE: u64 = 40;

/// Reads a FlatGeobuf.
///
/// # Errors
///
/// Fails if the file is not FlatGeobuf, is truncated, or contains a malformed FlatBuffer.
pub fn read(
    mut source: impl Read,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    check_magic(&mut source)?;
    let header = sized(&mut source, LARGEST_HEADER, "the header")?.ok_or_else(|| {
        LoadError::unreadable("the file is truncated within its header: download it again")
    })?;
    let header = size_prefixed_root_as_header(&header)
        .map_err(|error| LoadError::unreadable(format!("the header is malformed: {error}")))?;
    let crs = stated_crs(&header);
    let columns = Columns::of(header.columns());
    for name in columns.names() {
        fields.saw(name);
    }
    skip_index(&mut source, &header)?;

    // A count of 0 means that the writer did not know the number of features.
    let announced = usize::try_from(header.features_count()).unwrap_or(usize::MAX);
    let mut features = Vec::new();
    let mut index = 0;
    while announced == 0 || index < announced {
        let what = format!("feature {index}");
        let Some(bytes) = sized(&mut source, LARGEST_FEATURE, &what)? else { break };
        let feature = size_prefixed_root_as_feature(&bytes)
            .map_err(|error| LoadError::unreadable(format!("{what} is malformed: {error}")))?;
        // A feature can have its own columns if the header has none.
        let own = feature.columns().map(|own| Columns::of(Some(own)));
        if let Some(own) = &own {
            for name in own.names() {
                fields.saw(name);
            }
        }
        let columns = own.as_ref().unwrap_or(&columns);
        let bytes = feature.properties().map(|vector| vector.bytes()).unwrap_or_default();
        let mut values = Vec::new();
        if let Err(message) = columns.read(bytes, |name| fields.wants(name), &mut values) {
            report.add(Fault::error(FaultKind::BadField, message).of_feature(index, None));
        }
        let picked = fields.pick(index, &values, report);
        let geometry = match feature.geometry() {
            None => Ok(ReadGeometry::from(RawGeometry::Empty)),
            Some(geometry) => geometry::read(&geometry, header.geometry_type()),
        };
        let geometry = geometry.map_err(|message| Fault::error(FaultKind::WrongGeometry, message));
        features.extend(RawFeature::from_read(index, picked, geometry, report));
        index += 1;
    }
    if index < announced {
        return Err(LoadError::unreadable(format!(
            "the file is truncated: its header states {announced} features but it has {index}; download it again"
        )));
    }
    Ok(Unprojected { crs, features })
}

/// Checks the first eight bytes: `fgb`, the major version, `fgb`, the patch version.
fn check_magic(source: &mut impl Read) -> Result<(), LoadError> {
    let mut magic = Vec::new();
    source.by_ref().take(8).read_to_end(&mut magic).map_err(|error| cannot_read(&error))?;
    match magic.as_slice() {
        [] => Err(LoadError::unreadable("the file is empty: download it again")),
        [b'f', b'g', b'b', version, b'f', b'g', b'b', _] => {
            if *version == 3 {
                Ok(())
            } else {
                Err(LoadError::unreadable(format!(
                    "this is FlatGeobuf {version}, but only version 3 is supported: rewrite it, for example with ogr2ogr"
                )))
            }
        }
        _ => Err(LoadError::unreadable("this is not FlatGeobuf: it does not start with fgb")),
    }
}

/// Reads the next FlatBuffer, prefixed by its size in four bytes. Returns `None` at the end of the
/// file.
fn sized(source: &mut impl Read, most: u64, what: &str) -> Result<Option<Vec<u8>>, LoadError> {
    let mut bytes = Vec::new();
    source.by_ref().take(4).read_to_end(&mut bytes).map_err(|error| cannot_read(&error))?;
    let size = match *bytes.as_slice() {
        [] => return Ok(None),
        [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
        _ => {
            return Err(LoadError::unreadable(format!(
                "{what} is truncated: download the file again"
            )));
        }
    };
    if size > most {
        return Err(LoadError::unreadable(format!(
            "{what} claims to be {size} bytes long: the file is malformed, download it again"
        )));
    }
    source.by_ref().take(size).read_to_end(&mut bytes).map_err(|error| cannot_read(&error))?;
    if bytes.len() as u64 != size + 4 {
        return Err(LoadError::unreadable(format!("{what} is truncated: download the file again")));
    }
    Ok(Some(bytes))
}

fn skip_index(source: &mut impl Read, header: &Header<'_>) -> Result<(), LoadError> {
    let (count, node_size) = (header.features_count(), u64::from(header.index_node_size()));
    if count == 0 || node_size == 0 {
        return Ok(());
    }
    if node_size == 1 {
        return Err(LoadError::unreadable(
            "the header is malformed: its index has one child per node",
        ));
    }
    let (mut level, mut nodes) = (count, count);
    while level > 1 {
        level = level.div_ceil(node_size);
        nodes = nodes.saturating_add(level);
    }
    // A tree of one feature still has a root node above it.
    if count == 1 {
        nodes += 1;
    }
    let length = nodes.saturating_mul(INDEX_NODE);
    let skipped = std::io::copy(&mut source.by_ref().take(length), &mut std::io::sink())
        .map_err(|error| cannot_read(&error))?;
    if skipped < length {
        return Err(LoadError::unreadable(
            "the file is truncated within its index: download it again",
        ));
    }
    Ok(())
}

fn cannot_read(error: &std::io::Error) -> LoadError {
    debug_assert_ne!(
        error.kind(),
        ErrorKind::UnexpectedEof,
        "truncation is detected by counting bytes"
    );
    LoadError::unreadable(format!("the file cannot be read: {error}"))
}

/// Returns the CRS that the header states: a numeric code, a text code (`CRS84`), or WKT.
fn stated_crs(header: &Header<'_>) -> StatedCrs {
    let Some(crs) = header.crs() else { return StatedCrs::Nothing };
    let organization = crs.org().unwrap_or("EPSG");
    let by_code = u32::try_from(crs.code())
        .ok()
        .and_then(|code| SourceCrs::from_authority(organization, code))
        .or_else(|| SourceCrs::from_identifier(&format!("{organization}:{}", crs.code_string()?)));
    match (by_code, from_wkt(crs.wkt().unwrap_or_default(), "the header's WKT")) {
        (Some(SourceCrs::Other { .. }), StatedCrs::Stated(known)) => StatedCrs::Stated(known),
        (Some(crs), _) => StatedCrs::Stated(crs),
        (None, stated) => stated,
    }
}
