//! Reader for a GeoPackage geometry: a GeoPackage header followed by well-known binary.
//!
//! Source: OGC 12-128r18, section 2.1.3 (GeoPackageBinary).

use super::super::collection::ReadGeometry;
use super::super::raw::RawGeometry;
use super::super::wkb;

const MAGIC: &[u8] = b"GP";
const FIXED: usize = 8;
/// Envelope sizes in bytes by the three-bit envelope code: none, xy, xyz, xym, xyzm.
const ENVELOPES: [usize; 5] = [0, 32, 48, 48, 64];

/// Reads the geometry of a blob.
///
/// # Errors
///
/// Fails if the header or the well-known binary is invalid.
pub fn geometry(blob: &[u8]) -> Result<ReadGeometry, String> {
    if !blob.starts_with(MAGIC) || blob.len() < FIXED {
        return Err(
            "it is not a GeoPackage geometry: it does not start with GP and a header".to_owned()
        );
    }
    let (version, flags) = (blob[2], blob[3]);
    if version != 0 {
        return Err(format!(
            "its geometry has version {}, but only version 1 is supported",
            u32::from(version) + 1
        ));
    }
    if flags & 0b0010_0000 != 0 {
        return Err("its geometry has an extended type, which is not supported".to_owned());
    }
    let envelope = usize::from(flags >> 1 & 0b111);
    let envelope = ENVELOPES
        .get(envelope)
        .ok_or_else(|| format!("the envelope code {envelope} does not exist"))?;
    let wkb =
        blob.get(FIXED + envelope..).ok_or("its geometry is truncated within its envelope")?;
    let is_empty = flags & 0b0001_0000 != 0;
    if is_empty { Ok(RawGeometry::Empty.into()) } else { wkb::read(wkb) }
}

#[cfg(test)]
mod tests {
    use geo::Coord;

    use super::*;

    /// A point at 1 2 after a header with these flags and an envelope of this many bytes.
    fn blob(flags: u8, envelope: usize) -> Vec<u8> {
        let mut blob = b"GP\0".to_vec();
        blob.push(flags);
        blob.extend([0; 4]);
        blob.extend(vec![0; envelope]);
        blob.extend([1, 1, 0, 0, 0]);
        blob.extend([1.0_f64, 2.0].iter().flat_map(|n| n.to_le_bytes()));
        blob
    }

    #[test]
    fn every_envelope_is_skipped() {
        let point = RawGeometry::Point(Coord { x: 1.0, y: 2.0 });
        for (kind, length) in [(0, 0), (1, 32), (2, 48), (3, 48), (4, 64)] {
            for byte_order in [0, 1] {
                assert_eq!(
                    geometry(&blob(kind << 1 | byte_order, length)),
                    Ok(point.clone().into()),
                    "envelope {kind}"
                );
            }
        }
    }

    #[test]
    fn the_empty_flag_means_an_empty_geometry() {
        assert_eq!(geometry(&blob(0b0001_0001, 0)), Ok(RawGeometry::Empty.into()));
    }

    #[test]
    fn invalid_headers_are_refused() {
        let mut version_2 = blob(1, 0);
        version_2[2] = 1;
        for (blob, words) in [
            (Vec::new(), "does not start with GP"),
            (b"GP\0\x01".to_vec(), "does not start with GP"),
            (b"XX\0\x01\0\0\0\0".to_vec(), "does not start with GP"),
            (version_2, "version 2"),
            (blob(0b0010_0001, 0), "extended"),
            (blob(5 << 1, 0), "envelope code 5"),
            (blob(7 << 1, 0), "envelope code 7"),
            (blob(4 << 1, 0)[..20].to_vec(), "truncated within its envelope"),
            (blob(1, 0)[..8].to_vec(), "is truncated"),
        ] {
            let error = geometry(&blob).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
