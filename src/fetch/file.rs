//! Downloads a plain file: resumed after an interruption, and verified before it gets its name.

use std::io::Read as _;

use lapwing_boundaries::catalogue::Origin;
use lapwing_boundaries::storage::atomic_file::rename_durably;
use ureq::Body;
use ureq::http::{HeaderMap, Response, StatusCode, header};

use super::client::{Client, accepted, broken, shown};
use super::digest::{Digests, digest};
use super::downloads::Download;
use super::error::FetchError;
use super::lock::Entry;
use super::partial_file::{Content, Part};
use super::progress::{ProgressListener, Unit};

/// The result of a download.
#[derive(Debug)]
pub(super) enum Got {
    /// The file on disk is the published one.
    Unchanged,
    /// A new file is in place.
    Fetched(Box<Entry>),
}

/// Downloads one file. `known` is the lock entry of the file on disk, if that file may be kept when
/// it has not changed.
pub(super) fn fetch(
    client: &Client,
    download: &Download,
    url: &str,
    known: Option<&Entry>,
    listener: &dyn ProgressListener,
) -> Result<Got, FetchError> {
    let here = |error: std::io::Error| FetchError::local(&download.path, &error);
    let mut part = Part::open(&download.path, url).map_err(here)?;
    let mut retries = client.retries();
    loop {
        let before = part.bytes;
        match transfer(client, url, &mut part, known, listener) {
            Ok(Transfer::Whole) => break,
            Ok(Transfer::Unchanged) => {
                part.remove();
                return Ok(Got::Unchanged);
            }
            Err(error) => {
                listener.end();
                if part.bytes > before {
                    retries.reset();
                }
                retries.wait(error, &|line| listener.say(line))?;
            }
        }
    }
    listener.end();
    part.sync().map_err(here)?;
    let digests = digest(&part.path).map_err(here)?;
    if let Err(error) = examine(download, url, &part, &digests) {
        part.remove();
        return Err(error);
    }
    rename_durably(&part.path, &download.path).map_err(here)?;
    let entry = Entry {
        file: download.file.clone(),
        url: url.to_owned(),
        fetched: super::now(),
        bytes: digests.bytes,
        sha256: digests.sha256,
        etag: part.content.etag.clone(),
        last_modified: part.content.last_modified.clone(),
        query: None,
        edited: None,
        features: None,
        licence: download.licence.clone(),
    };
    part.forget();
    Ok(Got::Fetched(Box::new(entry)))
}

enum Transfer {
    Whole,
    Unchanged,
}

/// Sends one request and appends its body to the partial file.
fn transfer(
    client: &Client,
    url: &str,
    part: &mut Part,
    known: Option<&Entry>,
    listener: &dyn ProgressListener,
) -> Result<Transfer, FetchError> {
    // A compressed body cannot be resumed by range.
    let mut headers = vec![(header::ACCEPT_ENCODING, "identity".to_owned())];
    if part.bytes > 0 && part.content.if_range().is_none() {
        // Without a validator the rest could belong to other content.
        begin_again(part, url, Content::default())?;
    }
    let whole = part.is_whole() && part.bytes > 0;
    if whole {
        headers.extend(part.content.conditions());
    } else if part.bytes > 0 {
        headers.push((header::RANGE, format!("bytes={}-", part.bytes)));
        headers.extend(part.content.if_range().map(|tag| (header::IF_RANGE, tag.to_owned())));
    } else if let Some(known) = known {
        let known = Content {
            etag: known.etag.clone(),
            last_modified: known.last_modified.clone(),
            ..Content::default()
        };
        headers.extend(known.conditions());
    }
    let response = client.ask(url, &headers)?;
    if part.bytes > 0 && response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        begin_again(part, url, Content::default())?;
        return Err(FetchError::transient(format!(
            "{} is now shorter than the part already downloaded: starting again",
            shown(url)
        )));
    }
    let response = accepted(url, response)?;
    if response.status() == StatusCode::NOT_MODIFIED {
        return Ok(if whole { Transfer::Whole } else { Transfer::Unchanged });
    }
    receive(response, url, part, listener)?;
    Ok(Transfer::Whole)
}

fn receive(
    mut response: Response<Body>,
    url: &str,
    part: &mut Part,
    listener: &dyn ProgressListener,
) -> Result<(), FetchError> {
    let here = |path: &std::path::Path, error: &std::io::Error| FetchError::local(path, error);
    if response.status() == StatusCode::PARTIAL_CONTENT {
        let range = content_range(response.headers());
        let content = Content::of(url, response.headers(), range.and_then(|(_, whole)| whole));
        let goes_on = range.is_some_and(|(start, _)| start == part.bytes);
        if !goes_on || !part.content.may_be(&content) {
            begin_again(part, url, Content::default())?;
            return Err(FetchError::transient(format!(
                "{} resumed at the wrong position: starting again",
                shown(url)
            )));
        }
    } else {
        let packed = response.headers().contains_key(header::CONTENT_ENCODING);
        let length = response.body().content_length().filter(|_| !packed);
        let mut content = Content::of(url, response.headers(), length);
        if packed {
            (content.etag, content.last_modified) = (None, None);
        }
        if part.bytes > 0 {
            listener.say(&format!("{} has changed: starting again", shown(url)));
        }
        begin_again(part, url, content)?;
    }
    listener.begin(Unit::Bytes, part.content.length);
    listener.advance(part.bytes);
    let mut body = response.body_mut().with_config().limit(u64::MAX).reader();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                part.write(&buffer[..count]).map_err(|e| here(&part.path, &e))?;
                listener.advance(count as u64);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(broken(url, &error)),
        }
    }
    match part.content.length {
        Some(whole) if part.bytes < whole => Err(FetchError::transient(format!(
            "{} closed the connection after {} of {whole} bytes",
            shown(url),
            part.bytes
        ))),
        Some(whole) if part.bytes > whole => {
            let bytes = part.bytes;
            begin_again(part, url, Content::default())?;
            Err(FetchError::transient(format!(
                "{} sent {bytes} bytes instead of the {whole} it announced: starting again",
                shown(url)
            )))
        }
        _ => Ok(()),
    }
}

fn begin_again(part: &mut Part, url: &str, content: Content) -> Result<(), FetchError> {
    let content = Content { url: url.to_owned(), ..content };
    part.restart(content).map_err(|error| FetchError::local(&part.path, &error))
}

/// The first byte of a range, and the total length if known (RFC 9110, section 14.4).
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let value = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, whole) = value.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, whole.trim().parse().ok()))
}

/// Fails if the content is obviously not the expected file.
fn examine(
    download: &Download,
    url: &str,
    part: &Part,
    digests: &Digests,
) -> Result<(), FetchError> {
    if digests.bytes == 0 {
        return Err(FetchError::permanent(format!("{} sent an empty file", shown(url))));
    }
    check_digests(&download.origin, url, digests)?;
    let mut start = [0; 512];
    let count = std::fs::File::open(&part.path)
        .and_then(|mut file| file.read(&mut start))
        .map_err(|error| FetchError::local(&part.path, &error))?;
    let start = &start[..count];
    let suffix = download.path.extension().unwrap_or_default().to_ascii_lowercase();
    let refuse = |what: &str| Err(FetchError::permanent(format!("{} sent {what}", shown(url))));
    if is_web_page(start) {
        return refuse("a web page instead of a data file");
    }
    if suffix == "zip" && !start.starts_with(b"PK") {
        return refuse("a file that is not a zip, although `source` ends in .zip");
    }
    if suffix == "gz" && !start.starts_with(b"\x1f\x8b") {
        return refuse("an uncompressed file, although `source` ends in .gz");
    }
    if suffix == "csv" && start.starts_with(b"PK\x03\x04") {
        return refuse("a zip file: let `source` end in .zip");
    }
    Ok(())
}

/// Fails if the digests differ from those in the catalogue.
pub(super) fn check_digests(
    origin: &Origin,
    url: &str,
    digests: &Digests,
) -> Result<(), FetchError> {
    for (name, expected, found) in
        [("sha256", &origin.sha256, &digests.sha256), ("blake3", &origin.blake3, &digests.blake3)]
    {
        if expected.as_ref().is_some_and(|expected| expected != found) {
            return Err(FetchError::permanent(format!(
                "{} gives a file whose {name} is {found}, and the catalogue expects {}: if the \
                 publisher has a new edition, look at it and write the new {name}",
                shown(url),
                expected.as_deref().unwrap_or_default()
            )));
        }
    }
    Ok(())
}

fn is_web_page(start: &[u8]) -> bool {
    let text =
        String::from_utf8_lossy(start).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_has_the_first_byte_and_optionally_the_length() {
        let range = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_RANGE, value.parse().unwrap());
            content_range(&headers)
        };
        assert_eq!(range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(range("bytes */10"), None);
        assert_eq!(range("lines 5-9/10"), None);
    }

    #[test]
    fn an_html_page_is_not_data() {
        assert!(is_web_page(b"\xef\xbb\xbf\n<!DOCTYPE HTML><title>Sorry"));
        assert!(is_web_page(b"<html lang=en>"));
        assert!(!is_web_page(b"<kml>"));
        assert!(!is_web_page(b"NN1 1ED,10"));
    }
}
