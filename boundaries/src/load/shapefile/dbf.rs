//! The `.dbf`: the fields of each feature.
//!
//! The crate `dbase` is not used for reading, because data in real files would be lost:
//!
//! - Numbers in `F` fields, ArcGIS's type for Double, become `f32`, and all other numbers `f64`.
//! - A table without a date, or with one field of an unknown type, is refused as a whole.
//! - Records that are longer than their fields are misread. Fields that are together longer than
//!   65,535 bytes panic.
//! - Its encodings are a closed set. None falls back from UTF-8 to windows-1252, and those of
//!   `encoding_rs` replace invalid bytes without an error.
//!
//! The tests in `crates.rs` show the first three.
//!
//! Source: "Xbase File Format Description" (Bachmann), and what shapefiles in use hold.

use serde_json::Value;

use super::super::encoding::{Encoding, without_cut_character};

/// A dBASE table over its bytes.
pub(super) struct Table<'b> {
    fields: Vec<Field>,
    /// The records, each with its deletion mark first.
    records: std::slice::ChunksExact<'b, u8>,
    encoding: Encoding,
}

/// A column.
pub(super) struct Field {
    pub(super) name: String,
    kind: u8,
    decimals: u8,
    /// Where it stands in a record, counted with the deletion mark.
    start: usize,
    length: usize,
}

const HEADER: usize = 32;
const DESCRIPTOR: usize = 32;
const END_OF_FIELDS: u8 = 0x0D;
const DELETED: u8 = b'*';

impl<'b> Table<'b> {
    /// Reads the header and checks that all records are there.
    pub(super) fn open(
        bytes: &'b [u8],
        cpg: Option<&[u8]>,
        encoding: Option<&str>,
    ) -> Result<Self, String> {
        let header = bytes.get(..HEADER).ok_or("the .dbf is empty or cut short")?;
        if header[0] & 7 == 4 {
            return Err(
                "the .dbf is of dBASE 7, which is not taken: write the shapefile anew with any GIS"
                    .to_owned(),
            );
        }
        let encoding = match encoding {
            Some(name) => Encoding::named(name)?,
            None => Encoding::stated(cpg, header[29])?,
        };
        let count = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let start = usize::from(u16::from_le_bytes([header[8], header[9]]));
        let record_length = usize::from(u16::from_le_bytes([header[10], header[11]]));
        let descriptors = bytes
            .get(HEADER..start)
            .filter(|_| record_length > 0)
            .ok_or("the .dbf has no sound header: it is no dBASE table, or was cut short")?;

        let mut fields = Vec::new();
        let mut at = 1;
        let (descriptors, _) = descriptors.as_chunks::<DESCRIPTOR>();
        for descriptor in descriptors.iter().take_while(|d| d[0] != END_OF_FIELDS) {
            let name = descriptor[..11].split(|byte| *byte == 0).next().unwrap_or_default();
            let length = usize::from(descriptor[16]);
            fields.push(Field {
                name: encoding.decode(name).0.trim().to_owned(),
                kind: descriptor[11].to_ascii_uppercase(),
                decimals: descriptor[17],
                start: at,
                length,
            });
            at += length;
        }
        if fields.is_empty() || at > record_length {
            return Err(format!(
                "the .dbf has no sound header: {} fields of together {} bytes in records of {record_length}",
                fields.len(),
                at - 1
            ));
        }
        let held = (bytes.len() - start) / record_length;
        if held < count {
            return Err(format!(
                "the .dbf was cut short: its header says {count} records, it has {held}; fetch it again"
            ));
        }
        let records = bytes[start..start + count * record_length].chunks_exact(record_length);
        Ok(Self { fields, records, encoding })
    }

    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Returns a text as it is read and as it would be in UTF-8, if every text beyond ASCII is valid
    /// UTF-8 but is read in an encoding of one byte for each character.
    pub(super) fn mistaken_encoding(&self) -> Option<(String, String)> {
        if !self.encoding.has_one_byte_for_each_character() {
            return None;
        }
        let mut example = None;
        for record in self.records().flatten() {
            for field in self.fields.iter().filter(|field| field.kind == b'C') {
                let bytes = record.get(field.start..field.start + field.length).unwrap_or_default();
                let bytes = without_cut_character(bytes.trim_ascii_end());
                if bytes.is_ascii() {
                    continue;
                }
                let text = str::from_utf8(bytes).ok()?;
                example.get_or_insert((bytes, text));
            }
        }
        let (bytes, text) = example?;
        Some((self.encoding.decode(bytes).0.into_owned(), text.to_owned()))
    }

    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The records in order; `None` for one that is marked as deleted.
    pub(super) fn records(&self) -> impl ExactSizeIterator<Item = Option<&'b [u8]>> + use<'b> {
        self.records.clone().map(|record| (record[0] != DELETED).then_some(record))
    }

    /// The value of a field in a record; the error says what is wrong with it.
    pub(super) fn value(&self, field: &Field, record: &[u8]) -> Result<Value, String> {
        let bytes = record.get(field.start..field.start + field.length).unwrap_or_default();
        let shown = || String::from_utf8_lossy(bytes).trim().to_owned();
        let ascii = bytes.trim_ascii();
        match field.kind {
            b'C' => {
                let (text, sound) = self.encoding.decode(bytes);
                if !sound {
                    return Err(format!(
                        "{text:?} holds bytes that are not {}: write the right `encoding` in the catalogue, or correct the .cpg",
                        self.encoding
                    ));
                }
                let text = text.trim_end_matches([' ', '\0']);
                // Blank is the only way to leave a text out.
                Ok(if text.is_empty() { Value::Null } else { text.into() })
            }
            b'N' | b'F' => {
                let text = str::from_utf8(ascii).unwrap_or_default().trim_matches('\0');
                if text.bytes().all(|b| b == b'*') {
                    return Ok(Value::Null);
                }
                if field.decimals == 0
                    && let Ok(whole) = text.parse::<i64>()
                {
                    return Ok(whole.into());
                }
                let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
                number.map(Value::Number).ok_or_else(|| format!("{:?} is no number", shown()))
            }
            b'L' => match ascii {
                b"T" | b"t" | b"Y" | b"y" => Ok(true.into()),
                b"F" | b"f" | b"N" | b"n" => Ok(false.into()),
                b"" | b"?" | b"\0" => Ok(Value::Null),
                _ => Err(format!("{:?} is neither true nor false", shown())),
            },
            b'D' => match ascii {
                b"" | b"00000000" | b"\0\0\0\0\0\0\0\0" => Ok(Value::Null),
                d if d.len() == 8 && d.iter().all(u8::is_ascii_digit) => {
                    let d = shown();
                    Ok(format!("{}-{}-{}", &d[..4], &d[4..6], &d[6..]).into())
                }
                _ => Err(format!("{:?} is no date: YYYYMMDD is wanted", shown())),
            },
            kind => Err(format!(
                "its type is {:?}: text (C), numbers (N, F), dates (D) and truth values (L) are read",
                char::from(kind)
            )),
        }
    }
}
