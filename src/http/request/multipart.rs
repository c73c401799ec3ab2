//! The one file of a `multipart/form-data` body (RFC 7578), as a browser's form and `curl -F` send
//! it.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read};

use axum::http::{HeaderMap, header};
use memchr::memmem;

use crate::http::error::{Problem, ProblemKind};

/// The longest head of a part, in bytes.
const LONGEST_HEAD: u64 = 16 << 10;

/// The size of one read in bytes.
const PIECE: usize = 64 << 10;

/// Returns the boundary of a form, or `None` if the body is no form.
pub(in crate::http) fn boundary(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some((essence, parameters)) = stated.and_then(|stated| stated.split_once(';')) else {
        return Ok(None);
    };
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Ok(None);
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    });
    match boundary {
        Some(boundary) if matches!(boundary.len(), 1..=70) => Ok(Some(boundary.to_owned())),
        _ => Err(malformed("the Content-Type of the form has no boundary")),
    }
}

fn malformed(why: &str) -> Problem {
    let detail = format!("{why}: send one file, as `curl -F file=@places.csv` does");
    Problem::new(ProblemKind::InvalidBody, detail)
}

/// The file of a form.
pub(in crate::http) struct FormFile<R> {
    /// The name that the client gives it.
    pub(in crate::http) name: String,
    /// The media type that the client gives it.
    pub(in crate::http) media_type: Option<String>,
    /// Its content.
    pub(in crate::http) content: FileContent<R>,
}

/// Reads a form up to the content of its file.
pub(in crate::http) fn file<R: Read>(body: R, boundary: &str) -> Result<FormFile<R>, Problem> {
    let mut body = BufReader::with_capacity(PIECE, body);
    let opening = format!("--{boundary}");
    let mut left = LONGEST_HEAD;
    let mut line = || -> Result<String, Problem> {
        let mut line = Vec::new();
        let read = body.by_ref().take(left).read_until(b'\n', &mut line);
        let read =
            read.map_err(|error| malformed(&format!("the form cannot be read ({error})")))?;
        left -= read as u64;
        if line.last() != Some(&b'\n') {
            return Err(malformed("the form has no file"));
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    };
    while line()? != opening {}
    let (mut name, mut file_name, mut media_type) = (String::new(), None, None);
    loop {
        let header = line()?;
        if header.is_empty() {
            break;
        }
        let Some((header, value)) = header.split_once(':') else { continue };
        if header.trim().eq_ignore_ascii_case("content-type") {
            media_type = Some(value.trim().to_owned());
        }
        if header.trim().eq_ignore_ascii_case("content-disposition") {
            file_name = parameter(value, "filename").or(file_name);
            name = parameter(value, "name").unwrap_or(name);
        }
    }
    let Some(file_name) = file_name else {
        let name: String = name.chars().take(40).collect();
        return Err(malformed(&format!(
            "the form has a field {name:?}, which is no file. Options such as layers are parameters \
             of the URL"
        )));
    };
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let content = FileContent { body, delimiter, window: Vec::new(), is_ended: false };
    Ok(FormFile { name: file_name, media_type, content })
}

/// A parameter of a Content-Disposition header.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    value.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The content of a file, up to the boundary after it.
pub(in crate::http) struct FileContent<R> {
    body: BufReader<R>,
    /// The line end and the boundary that end the content.
    delimiter: Vec<u8>,
    /// Bytes that were read and not yet returned.
    window: Vec<u8>,
    is_ended: bool,
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, why)
}

impl<R: Read> Read for FileContent<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let found = memmem::find(&self.window, &self.delimiter);
            // The end of the window can be the beginning of the delimiter.
            let certain =
                found.unwrap_or((self.window.len() + 1).saturating_sub(self.delimiter.len()));
            if certain > 0 {
                let length = certain.min(buffer.len());
                buffer[..length].copy_from_slice(&self.window[..length]);
                self.window.drain(..length);
                return Ok(length);
            }
            if found.is_some() {
                return self.end();
            }
            let read = self.body.by_ref().take(PIECE as u64).read_to_end(&mut self.window)?;
            if read == 0 {
                return Err(invalid("the form ends before its last boundary"));
            }
        }
    }
}

impl<R: Read> FileContent<R> {
    /// Checks that nothing comes after the file.
    fn end(&mut self) -> io::Result<usize> {
        if !self.is_ended {
            let mut rest = self.window.split_off(self.delimiter.len());
            self.body.by_ref().take(LONGEST_HEAD).read_to_end(&mut rest)?;
            if !rest.starts_with(b"--") {
                return Err(invalid("the form has more than one part: send one file"));
            }
            self.is_ended = true;
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Content-Disposition: form-data; name=\"file\"; filename=\"in.csv\"\r\n\
                        Content-Type: text/csv\r\n\r\n";

    fn content(body: &str) -> Result<String, String> {
        let of = file(body.as_bytes(), "xYz").map_err(|problem| format!("{problem:?}"))?;
        assert_eq!((&*of.name, of.media_type.as_deref()), ("in.csv", Some("text/csv")));
        let mut content = of.content;
        let (mut text, mut piece) = (Vec::new(), [0; 7]);
        loop {
            match content.read(&mut piece) {
                Ok(0) => return Ok(String::from_utf8(text).unwrap()),
                Ok(length) => text.extend_from_slice(&piece[..length]),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    #[test]
    fn the_content_is_everything_between_the_boundaries() {
        for text in ["", "a,b\r\n1,2\r\n", "--xYz inside\r\n--xY\r\n", "\r\n\r\n"] {
            let body = format!("--xYz\r\n{HEAD}{text}\r\n--xYz--\r\n");
            assert_eq!(content(&body).as_deref(), Ok(text));
        }
        let long = "row,of,cells\r\n".repeat(20_000);
        let body = format!("preamble\r\n--xYz\r\n{HEAD}{long}\r\n--xYz--");
        assert_eq!(content(&body), Ok(long));
    }

    #[test]
    fn forms_without_exactly_one_whole_file_are_refused() {
        let field = "Content-Disposition: form-data; name=\"layers\"\r\n\r\nward";
        for (body, expected) in [
            (String::new(), "no file"),
            ("--xYz--\r\n".to_owned(), "no file"),
            (format!("--xYz\r\n{field}\r\n--xYz--\r\n"), "\\\"layers\\\""),
            (format!("--xYz\r\n{HEAD}a"), "ends before"),
            (format!("--xYz\r\n{HEAD}a\r\n--xYz\r\n{field}\r\n--xYz--\r\n"), "more than one part"),
        ] {
            let error = content(&body).unwrap_err();
            assert!(error.contains(expected), "{expected} in {error}");
        }
    }
}
