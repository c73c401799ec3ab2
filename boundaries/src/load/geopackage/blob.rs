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

#[cfg(test)]
mod tests {
    use geo::Coord;

    use super::*;

    /// A point at 1 2 after a header with those flags and an envelope of so many bytes.
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
    fn every_envelope_is_passed_over() {
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
    fn the_empty_flag_is_believed() {
        assert_eq!(geometry(&blob(0b0001_0001, 0)), Ok(RawGeometry::Empty.into()));
    }

    #[test]
    fn headers_that_break_the_rules_are_refused() {
        let mut version_2 = blob(1, 0);
        version_2[2] = 1;
        for (blob, words) in [
            (Vec::new(), "does not begin with GP"),
            (b"GP\0\x01".to_vec(), "does not begin with GP"),
            (b"XX\0\x01\0\0\0\0".to_vec(), "does not begin with GP"),
            (version_2, "version 2"),
            (blob(0b0010_0001, 0), "extended"),
            (blob(5 << 1, 0), "no envelope of kind 5"),
            (blob(7 << 1, 0), "no envelope of kind 7"),
            (blob(4 << 1, 0)[..20].to_vec(), "within its envelope"),
            (blob(1, 0)[..8].to_vec(), "ends before its end"),
        ] {
            let error = geometry(&blob).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
