//! A geometry as GeoPackage stores it: a header of its own, then well-known binary.
//!
//! Source: OGC 12-128r18, section 2.1.3 (GeoPackageBinary).

use super::super::collection::Mended;
use super::super::raw::RawGeometry;
use super::super::wkb;

const MAGIC: &[u8] = b"GP";
const FIXED: usize = 8;
/// The lengths of the envelope, by the three bits that tell its kind: none, xy, xyz, xym, xyzm.
const ENVELOPES: [usize; 5] = [0, 32, 48, 48, 64];

/// Reads the geometry of a blob.
///
/// # Errors
///
/// When the header or the well-known binary breaks its rules.
pub fn geometry(blob: &[u8]) -> Result<Mended, String> {
    if !blob.starts_with(MAGIC) || blob.len() < FIXED {
        return Err(
            "it is no GeoPackage geometry: it does not begin with GP and a header".to_owned()
        );
    }
    let (version, flags) = (blob[2], blob[3]);
    if version != 0 {
        return Err(format!(
            "its geometry is of version {}, and 1 is read",
            u32::from(version) + 1
        ));
    }
    if flags & 0b0010_0000 != 0 {
        return Err("its geometry is of an extended kind, which is not read".to_owned());
    }
    let envelope = usize::from(flags >> 1 & 0b111);
    let envelope = ENVELOPES
        .get(envelope)
        .ok_or_else(|| format!("there is no envelope of kind {envelope}"))?;
    let wkb = blob.get(FIXED + envelope..).ok_or("its geometry ends within its envelope")?;
    let is_empty = flags & 0b0001_0000 != 0;
    if is_empty { Ok(RawGeometry::Empty.into()) } else { wkb::read(wkb) }
}
