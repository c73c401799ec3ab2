//! The character encoding of the input. Answers are UTF-8.
//!
//! Spreadsheets save CSV in UTF-8 with a byte order mark, in UTF-16, or in the code page of the
//! computer, which is Windows-1252 in Britain. UTF-16 is recognised by its byte order mark or by the
//! zero bytes of its first two characters. A line that is not UTF-8 is read as Windows-1252: bytes
//! beyond ASCII that form UTF-8 by chance do not occur in names.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The UTF-8 form of the byte order mark.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The encoding that the input was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, of which ASCII is a part.
    Utf8,
    /// UTF-16, in either byte order.
    Utf16,
    /// Windows-1252, in at least one line.
    Windows1252,
}

impl TextEncoding {
    /// Its name in the registry of IANA, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// Decodes input that arrives in chunks, and removes its byte order mark.
#[derive(Debug)]
pub(super) struct TextDecoder {
    stage: Stage,
    had_mark: bool,
    had_windows_1252: AtomicBool,
}

#[derive(Debug)]
enum Stage {
    /// The first bytes, until they are enough to detect the encoding.
    Start(Vec<u8>),
    /// UTF-8 or Windows-1252, distinguished line by line.
    Bytes,
    Utf16(Box<Utf16>),
}

struct Utf16(Decoder);

impl std::fmt::Debug for Utf16 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.encoding().name())
    }
}

impl Default for TextDecoder {
    fn default() -> Self {
        let stage = Stage::Start(Vec::new());
        Self { stage, had_mark: false, had_windows_1252: AtomicBool::new(false) }
    }
}

/// The number of bytes that distinguish UTF-16 without a byte order mark.
const DETECTION_BYTES: usize = 4;

impl TextDecoder {
    /// Decodes the next bytes. They can be empty while the encoding is unknown.
    pub(super) fn decode<'c>(&mut self, chunk: &'c [u8]) -> Cow<'c, [u8]> {
        match &mut self.stage {
            Stage::Bytes => Cow::Borrowed(chunk),
            Stage::Utf16(decoder) => Cow::Owned(decoder.push(chunk, false)),
            Stage::Start(start) => {
                start.extend_from_slice(chunk);
                if start.len() < DETECTION_BYTES {
                    return Cow::Owned(Vec::new());
                }
                let start = std::mem::take(start);
                Cow::Owned(self.begin(&start))
            }
        }
    }

    /// Ends the input and returns what is left.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        let rest = match &mut self.stage {
            Stage::Start(start) => {
                let start = std::mem::take(start);
                self.begin(&start)
            }
            _ => Vec::new(),
        };
        match &mut self.stage {
            Stage::Utf16(decoder) => [rest, decoder.push(&[], true)].concat(),
            _ => rest,
        }
    }

    fn begin(&mut self, start: &[u8]) -> Vec<u8> {
        let (encoding, mark) = match start {
            [0xEF, 0xBB, 0xBF, ..] => (None, BOM.len()),
            [0xFF, 0xFE, ..] => (Some(UTF_16LE), 2),
            [0xFE, 0xFF, ..] => (Some(UTF_16BE), 2),
            [a, 0, b, 0, ..] if a.min(b) > &0 => (Some(UTF_16LE), 0),
            [0, a, 0, b, ..] if a.min(b) > &0 => (Some(UTF_16BE), 0),
            _ => (None, 0),
        };
        // UTF-16 comes from spreadsheets, which recognise UTF-8 by its mark.
        self.had_mark = mark > 0 || encoding.is_some();
        let rest = &start[mark..];
        let Some(encoding) = encoding else {
            self.stage = Stage::Bytes;
            return rest.to_vec();
        };
        let mut decoder = Box::new(Utf16(encoding.new_decoder_without_bom_handling()));
        let text = decoder.push(rest, false);
        self.stage = Stage::Utf16(decoder);
        text
    }

    /// True if the output should begin with a byte order mark, as the input did.
    pub(super) fn had_mark(&self) -> bool {
        self.had_mark
    }

    /// Converts the lines of a block that are not UTF-8 from Windows-1252.
    pub(super) fn utf8<'b>(&self, block: &'b [u8]) -> Cow<'b, [u8]> {
        if std::str::from_utf8(block).is_ok() {
            return Cow::Borrowed(block);
        }
        self.had_windows_1252.store(true, Ordering::Relaxed);
        let mut text = Vec::with_capacity(block.len() + block.len() / 8);
        for line in block.split_inclusive(|&byte| byte == b'\n') {
            if std::str::from_utf8(line).is_ok() {
                text.extend_from_slice(line);
            } else {
                let (line, _) = WINDOWS_1252.decode_without_bom_handling(line);
                text.extend_from_slice(line.as_bytes());
            }
        }
        Cow::Owned(text)
    }

    /// The encoding of what was read so far.
    pub(super) fn encoding(&self) -> TextEncoding {
        match self.stage {
            Stage::Utf16(_) => TextEncoding::Utf16,
            _ if self.had_windows_1252.load(Ordering::Relaxed) => TextEncoding::Windows1252,
            _ => TextEncoding::Utf8,
        }
    }
}

impl Utf16 {
    fn push(&mut self, bytes: &[u8], is_last: bool) -> Vec<u8> {
        let Self(decoder) = self;
        let most = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(3 * bytes.len() + 16);
        let mut text = vec![0; most];
        let (result, _, written, _) = decoder.decode_to_utf8(bytes, &mut text, is_last);
        debug_assert_eq!(result, CoderResult::InputEmpty);
        text.truncate(written);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], size: usize) -> (String, TextEncoding) {
        let mut decoder = TextDecoder::default();
        let mut text = Vec::new();
        for chunk in bytes.chunks(size) {
            text.extend_from_slice(&decoder.decode(chunk));
        }
        text.extend(decoder.finish());
        let text = decoder.utf8(&text).into_owned();
        (String::from_utf8(text).unwrap(), decoder.encoding())
    }

    #[test]
    fn each_encoding_is_recognised_however_the_input_is_cut() {
        let text = "name\nZo\u{eb}\n\u{1f426}\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for size in [1, 2, 3, 5, 64] {
            for bytes in [
                [b"\xFF\xFE", &little[..]].concat(),
                [b"\xFE\xFF", &big[..]].concat(),
                little.clone(),
                big.clone(),
            ] {
                assert_eq!(decoded(&bytes, size), (text.to_owned(), TextEncoding::Utf16));
            }
            let marked = [BOM, text.as_bytes()].concat();
            assert_eq!(decoded(&marked, size), (text.to_owned(), TextEncoding::Utf8));
            let mixed = b"Zo\xEB\nZo\xC3\xAB \x80\n";
            let (text, encoding) = decoded(mixed, size);
            // The second line would be UTF-8 but for its last byte.
            assert_eq!(text, "Zo\u{eb}\nZo\u{c3}\u{ab} \u{20ac}\n");
            assert_eq!(encoding, TextEncoding::Windows1252);
        }
        for short in ["", "a", "a,b"] {
            assert_eq!(decoded(short.as_bytes(), 1), (short.to_owned(), TextEncoding::Utf8));
        }
    }
}
