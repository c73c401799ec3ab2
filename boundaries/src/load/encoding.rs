//! The encoding of a file's text: what the catalogue says, or for a `.dbf` the `.cpg`, or else the code
//! page mark in its header.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};

/// How bytes become text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Encoding {
    /// An encoding of the web's standard, which has nearly all that shapefiles use.
    Web(&'static encoding_rs::Encoding),
    /// A code page of DOS: its number, and the characters of its upper half.
    Dos(u16, &'static str),
    /// Nobody says: UTF-8 where the bytes are that, else windows-1252, the writers' two customs.
    Unstated,
}

impl Encoding {
    /// The encoding that the `.cpg` names, or else the mark in the header (byte 29).
    ///
    /// # Errors
    ///
    /// When the `.cpg` names one that is not known.
    pub(super) fn stated(cpg: Option<&[u8]>, mark: u8) -> Result<Self, String> {
        let named = cpg.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let named = named.as_deref().map(|name| name.trim_matches(is_padding)).unwrap_or_default();
        if named.is_empty() {
            return Ok(Self::of_mark(mark));
        }
        Self::of_name(named).ok_or_else(|| {
            format!(
                "the .cpg names {named:?}, which is no encoding that is known: write `encoding` in the catalogue, such as encoding = \"UTF-8\", or correct the .cpg"
            )
        })
    }

    /// The encoding that the catalogue names.
    ///
    /// # Errors
    ///
    /// When it is not known.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        Self::of_name(name.trim()).ok_or_else(|| {
            format!(
                "encoding = {name:?} is not a known encoding: write \"UTF-8\", \"windows-1252\", \"ISO-8859-1\" or \"cp850\""
            )
        })
    }

    /// Decodes a source into UTF-8. Holds all of it in memory.
    pub(super) fn decoded(self, mut source: impl Read) -> io::Result<impl Read> {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes)?;
        Ok(io::Cursor::new(self.decode(&bytes).0.into_owned().into_bytes()))
    }

    /// Returns true for the encodings of which each byte is a character, so that UTF-8 text has a
    /// meaning in them, but a wrong one.
    pub(super) fn has_one_byte_for_each_character(self) -> bool {
        match self {
            Self::Web(encoding) => encoding.is_single_byte(),
            Self::Dos(..) => true,
            Self::Unstated => false,
        }
    }

    /// `UTF-8`, `ISO 8859-1`, `ISO88591`, `1252`, `ANSI 1252`, `CP1252`, `OEM 850`, `65001`…
    fn of_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase().replace(' ', "-");
        let digits: String = lower.chars().filter(char::is_ascii_digit).collect();
        let words: String = lower.chars().filter(char::is_ascii_alphabetic).collect();
        match (words.as_str(), digits.as_str()) {
            ("" | "cp" | "oem" | "ibm" | "dos" | "ansi" | "windows", "437") => Some(Self::DOS_437),
            ("" | "cp" | "oem" | "ibm" | "dos" | "ansi" | "windows", "850") => Some(Self::DOS_850),
            ("" | "cp", "65001") => Some(Self::Web(encoding_rs::UTF_8)),
            ("" | "cp" | "ansi", code) if code.starts_with("125") && code.len() == 4 => {
                Self::of_label(&format!("windows-{code}"))
            }
            ("" | "iso", part) if part.starts_with("8859") && part.len() > 4 => {
                Self::of_label(&format!("iso-8859-{}", &part[4..]))
            }
            _ => Self::of_label(&lower),
        }
    }

    fn of_label(label: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label(label.as_bytes()).map(Self::Web)
    }

    /// The language driver of dBASE IV and FoxPro, as far as it tells a code page used here.
    const fn of_mark(mark: u8) -> Self {
        match mark {
            0x01 | 0x09 | 0x0B | 0x0D | 0x0F | 0x11 | 0x15 | 0x18 | 0x19 | 0x1B => Self::DOS_437,
            0x02 | 0x0A | 0x0E | 0x10 | 0x12 | 0x14 | 0x16 | 0x1A | 0x1D | 0x25 | 0x37 => {
                Self::DOS_850
            }
            0x03 | 0x57..=0x59 => Self::Web(encoding_rs::WINDOWS_1252),
            0xC8 => Self::Web(encoding_rs::WINDOWS_1250),
            0xC9 => Self::Web(encoding_rs::WINDOWS_1251),
            0xCA => Self::Web(encoding_rs::WINDOWS_1254),
            0xCB => Self::Web(encoding_rs::WINDOWS_1253),
            _ => Self::Unstated,
        }
    }

    /// The text, and whether every byte had a meaning.
    pub(super) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        match self {
            Self::Web(encoding) if encoding == encoding_rs::UTF_8 => {
                let whole = without_cut_character(bytes);
                let (text, errors) = encoding.decode_without_bom_handling(whole);
                (text, !errors)
            }
            Self::Web(encoding) => {
                let (text, errors) = encoding.decode_without_bom_handling(bytes);
                (text, !errors)
            }
            Self::Dos(_, upper) => {
                let decode = |&byte: &u8| match byte.checked_sub(0x80) {
                    None => char::from(byte),
                    Some(place) => upper.chars().nth(place.into()).unwrap_or('\u{fffd}'),
                };
                (bytes.iter().map(decode).collect::<String>().into(), true)
            }
            Self::Unstated => match str::from_utf8(without_cut_character(bytes)) {
                Ok(text) => (text.into(), true),
                Err(_) => Self::Web(encoding_rs::WINDOWS_1252).decode(bytes),
            },
        }
    }

    const DOS_437: Self = Self::Dos(437, CODE_PAGE_437);
    const DOS_850: Self = Self::Dos(850, CODE_PAGE_850);
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(encoding) => f.write_str(encoding.name()),
            Self::Dos(number, _) => write!(f, "code page {number}"),
            Self::Unstated => f.write_str("UTF-8"),
        }
    }
}

fn is_padding(c: char) -> bool {
    c.is_whitespace() || c == '\0' || c == '\u{feff}'
}

/// UTF-8 without the character that the field's end cut in two: writers fill a field to its last
/// byte.
pub(super) fn without_cut_character(bytes: &[u8]) -> &[u8] {
    match str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

// The characters of the bytes 0x80 to 0xFF (IBM; the Unicode consortium's CP437.TXT, CP850.TXT).
const CODE_PAGE_437: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CODE_PAGE_850: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpg_is_read_in_the_spellings_in_use() {
        for (name, expected) in [
            ("UTF-8", "UTF-8"),
            ("utf8\r\n", "UTF-8"),
            ("\u{feff}UTF-8", "UTF-8"),
            ("65001", "UTF-8"),
            ("ISO-8859-1", "windows-1252"),
            ("ISO 8859-1", "windows-1252"),
            ("ISO88591", "windows-1252"),
            ("88591", "windows-1252"),
            ("8859-15", "ISO-8859-15"),
            ("LATIN1", "windows-1252"),
            ("1252", "windows-1252"),
            ("ANSI 1252", "windows-1252"),
            ("CP1250", "windows-1250"),
            ("windows-1251", "windows-1251"),
            ("OEM 850", "code page 850"),
            ("437", "code page 437"),
            ("Big5", "Big5"),
        ] {
            let encoding = Encoding::stated(Some(name.as_bytes()), 0).unwrap();
            assert_eq!(encoding.to_string(), expected, "{name:?}");
        }
        assert!(Encoding::stated(Some(b"EBCDIC"), 0).unwrap_err().contains("\"EBCDIC\""));
        // An empty .cpg says nothing, and the header's mark does.
        assert_eq!(Encoding::stated(Some(b" \n"), 0x57).unwrap().to_string(), "windows-1252");
        assert_eq!(Encoding::stated(None, 0x02).unwrap(), Encoding::DOS_850);
        assert_eq!(Encoding::stated(None, 0).unwrap(), Encoding::Unstated);
    }

    #[test]
    fn text_is_decoded() {
        let decode = |name: &str, bytes: &[u8]| {
            let (text, sound) = Encoding::of_name(name).unwrap().decode(bytes);
            (text.into_owned(), sound)
        };
        assert_eq!(decode("1252", b"Caf\xe9 \x80"), ("Café €".into(), true));
        assert_eq!(decode("850", b"Caf\x82 \xff"), ("Café \u{a0}".into(), true));
        assert_eq!(decode("437", b"\xe1\x80\xf0"), ("ßÇ≡".into(), true));
        assert_eq!(decode("UTF-8", "Ynys Môn".as_bytes()), ("Ynys Môn".into(), true));
        assert_eq!(decode("UTF-8", b"Caf\xe9 x"), ("Caf\u{fffd} x".into(), false));
        assert_eq!(decode("UTF-8", b"M\xc3\xb4n\xc3"), ("Môn".into(), true), "cut in two");
        assert_eq!(Encoding::Unstated.decode("Môn".as_bytes()).0, "Môn");
        assert_eq!(Encoding::Unstated.decode(b"M\xf4n").0, "Môn");
        for table in [CODE_PAGE_437, CODE_PAGE_850] {
            assert_eq!(table.chars().count(), 128);
        }
    }
}
