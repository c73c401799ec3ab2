//! FlatGeobuf 3: a header, an index that is passed over, and features, each a FlatBuffer.
//!
//! Of the crate only the verified accessors are used. Its reader asks for as much memory as a
//! feature's size field says before it has seen the feature, its index arithmetic asserts, and
//! its property reader slices without looking: a malformed file must do none of these here.

mod geometry;
mod properties;

use std::io::{ErrorKind, Read};

use flatgeobuf::{Header, size_prefixed_root_as_feature, size_prefixed_root_as_header};

use crate::fault::{Fault, FaultKind};

use self::properties::Columns;
use super::collection::Mended;
use super::crs::{Crs, StatedCrs, from_wkt};
use super::error::{FileReport, Refusal, Unprojected};
use super::fields::Fields;
use super::raw::{RawFeature, RawGeometry};

/// The crate's bound for a header, which is mostly column names and WKT.
const LARGEST_HEADER: u64 = 10 << 20;
/// FlatBuffers count in 31 bits.
const LARGEST_FEATURE: u64 = (1 << 31) - 1;
/// A node of the packed R-tree: a box of four numbers, and an offset.
const INDEX_NODE: u64 = 40;

/// Reads a FlatGeobuf.
///
/// # Errors
///
/// When the file is none, is cut short, or a FlatBuffer in it is malformed.
pub fn read(
    mut source: impl Read,
    fields: &mut Fields<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, Refusal> {
    check_magic(&mut source)?;
    let header = sized(&mut source, LARGEST_HEADER, "the header")?
        .ok_or_else(|| Refusal::unreadable("the file ends before its header: it was cut short"))?;
    let header = size_prefixed_root_as_header(&header)
        .map_err(|error| Refusal::unreadable(format!("the header is malformed: {error}")))?;
    let crs = stated_crs(&header);
    let columns = Columns::of(header.columns());
    for name in columns.names() {
        fields.saw(name);
    }
    pass_over_index(&mut source, &header)?;

    // A count of 0 means that the writer did not know it.
    let announced = usize::try_from(header.features_count()).unwrap_or(usize::MAX);
    let mut features = Vec::new();
    let mut index = 0;
    while announced == 0 || index < announced {
        let what = format!("feature {index}");
        let Some(bytes) = sized(&mut source, LARGEST_FEATURE, &what)? else { break };
        let feature = size_prefixed_root_as_feature(&bytes)
            .map_err(|error| Refusal::unreadable(format!("{what} is malformed: {error}")))?;
        // A feature may bring columns of its own, where the header has none.
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
            None => Ok(Mended::from(RawGeometry::Empty)),
            Some(geometry) => geometry::read(&geometry, header.geometry_type()),
        };
        let geometry = geometry.map_err(|message| Fault::error(FaultKind::WrongGeometry, message));
        features.extend(RawFeature::admit(index, picked, geometry, report));
        index += 1;
    }
    if index < announced {
        return Err(Refusal::unreadable(format!(
            "the file was cut short: its header says {announced} features, it has {index}; fetch it again"
        )));
    }
    Ok(Unprojected { crs, features })
}

/// `fgb`, the major version, `fgb`, the patch version.
fn check_magic(source: &mut impl Read) -> Result<(), Refusal> {
    let mut magic = Vec::new();
    source.by_ref().take(8).read_to_end(&mut magic).map_err(|error| cannot_read(&error))?;
    match magic.as_slice() {
        [] => Err(Refusal::unreadable("the file is empty")),
        [b'f', b'g', b'b', version, b'f', b'g', b'b', _] => {
            if *version == 3 {
                Ok(())
            } else {
                Err(Refusal::unreadable(format!(
                    "this is FlatGeobuf {version}, and 3 is read: write it anew, for example with ogr2ogr"
                )))
            }
        }
        _ => Err(Refusal::unreadable("this is no FlatGeobuf: it does not begin with fgb")),
    }
}

/// The next FlatBuffer with the four bytes of its size before it; `None` at the end of the file.
fn sized(source: &mut impl Read, most: u64, what: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let mut bytes = Vec::new();
    source.by_ref().take(4).read_to_end(&mut bytes).map_err(|error| cannot_read(&error))?;
    let size = match *bytes.as_slice() {
        [] => return Ok(None),
        [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
        _ => {
            return Err(Refusal::unreadable(format!("{what} was cut short: fetch the file again")));
        }
    };
    if size > most {
        return Err(Refusal::unreadable(format!(
            "{what} would be {size} bytes long: the file is malformed"
        )));
    }
    source.by_ref().take(size).read_to_end(&mut bytes).map_err(|error| cannot_read(&error))?;
    if bytes.len() as u64 != size + 4 {
        return Err(Refusal::unreadable(format!("{what} was cut short: fetch the file again")));
    }
    Ok(Some(bytes))
}

fn pass_over_index(source: &mut impl Read, header: &Header<'_>) -> Result<(), Refusal> {
    let (count, node_size) = (header.features_count(), u64::from(header.index_node_size()));
    if count == 0 || node_size == 0 {
        return Ok(());
    }
    if node_size == 1 {
        return Err(Refusal::unreadable("the header is malformed: an index of one child a node"));
    }
    let (mut level, mut nodes) = (count, count);
    while level > 1 {
        level = level.div_ceil(node_size);
        nodes = nodes.saturating_add(level);
    }
    // A tree of one feature still has a root above it.
    if count == 1 {
        nodes += 1;
    }
    let length = nodes.saturating_mul(INDEX_NODE);
    let passed = std::io::copy(&mut source.by_ref().take(length), &mut std::io::sink())
        .map_err(|error| cannot_read(&error))?;
    if passed < length {
        return Err(Refusal::unreadable(
            "the file ends within its index: it was cut short, fetch it again",
        ));
    }
    Ok(())
}

fn cannot_read(error: &std::io::Error) -> Refusal {
    debug_assert_ne!(error.kind(), ErrorKind::UnexpectedEof, "ends are counted, not met");
    Refusal::unreadable(format!("the file cannot be read: {error}"))
}

/// What the header says of the CRS: a code, a code in text (`CRS84`), or WKT.
fn stated_crs(header: &Header<'_>) -> StatedCrs {
    let Some(crs) = header.crs() else { return StatedCrs::Nothing };
    let organization = crs.org().unwrap_or("EPSG");
    let by_code = u32::try_from(crs.code())
        .ok()
        .and_then(|code| Crs::from_authority(organization, code))
        .or_else(|| Crs::from_identifier(&format!("{organization}:{}", crs.code_string()?)));
    match (by_code, from_wkt(crs.wkt().unwrap_or_default(), "the header's WKT")) {
        (Some(Crs::Other { .. }), StatedCrs::Stated(known)) => StatedCrs::Stated(known),
        (Some(crs), _) => StatedCrs::Stated(crs),
        (None, stated) => stated,
    }
}
