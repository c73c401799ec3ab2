//! Request bodies: their format, and limits on their size, time and memory.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::error::{Problem, ProblemKind};
use crate::http::limits::Limits;
use crate::http::request::negotiate::{CSV, NDJSON};

/// A received body, in the pieces in which it arrived.
#[derive(Debug)]
pub(in crate::http) struct Received {
    pub(in crate::http) pieces: Vec<Bytes>,
    /// Its share of the memory for bodies, returned when it is dropped.
    #[allow(dead_code, reason = "held for its drop")]
    memory: Option<OwnedSemaphorePermit>,
}

impl Received {
    /// The whole body as one buffer.
    pub(in crate::http) fn concat(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}

/// The unit in which memory for bodies is counted, in bytes.
pub(in crate::http) const MEMORY_UNIT: usize = 1024;

/// The number of permits for a limit in bytes.
pub(in crate::http) fn kilobytes(bytes: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new((bytes / MEMORY_UNIT).min(Semaphore::MAX_PERMITS)))
}

/// Returns the format of an uncompressed body from its Content-Type, which must be one of `taken`.
pub(in crate::http) fn format(
    headers: &HeaderMap,
    taken: &[&'static str],
) -> Result<&'static str, Problem> {
    if let Some(coding) = headers.get(header::CONTENT_ENCODING)
        && coding != "identity"
    {
        return Err(refuse(taken, "a compressed body is not read"));
    }
    format_of_content(headers, taken)
}

fn refuse(taken: &[&'static str], why: &str) -> Problem {
    let detail = format!("{why}: send one of {}", taken.join(", "));
    Problem::new(ProblemKind::UnsupportedMediaType, detail).with("taken", taken.to_vec())
}

/// Returns the format of a body, compressed or not.
pub(in crate::http) fn format_of_content(
    headers: &HeaderMap,
    taken: &[&'static str],
) -> Result<&'static str, Problem> {
    let refuse = |why: &str| refuse(taken, why);
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(stated) = stated else {
        return Err(refuse("the body has no Content-Type"));
    };
    let essence = stated.split(';').next().unwrap_or_default().trim();
    format_of_media_type(essence, taken).ok_or_else(|| {
        let essence: String = essence.chars().take(80).collect();
        refuse(&format!("a body of {essence} is not read here"))
    })
}

/// Other media types of the same formats. Windows calls CSV a file of Excel.
const ALIASES: [(&str, &str); 8] = [
    ("application/csv", CSV),
    ("application/x-csv", CSV),
    ("text/x-csv", CSV),
    ("text/comma-separated-values", CSV),
    ("text/tab-separated-values", CSV),
    ("application/vnd.ms-excel", CSV),
    ("application/ndjson", NDJSON),
    ("application/jsonl", NDJSON),
];

/// The format of a media type without parameters, if it is one of `taken`.
pub(in crate::http) fn format_of_media_type(
    essence: &str,
    taken: &[&'static str],
) -> Option<&'static str> {
    let alias = ALIASES.iter().find(|(alias, _)| essence.eq_ignore_ascii_case(alias));
    let essence = alias.map_or(essence, |(_, format)| format);
    taken.iter().copied().find(|format| essence.eq_ignore_ascii_case(format))
}

/// The pieces of a body of at most `most` bytes, received within its time limit.
pub(in crate::http) struct Frames<'l> {
    body: Body,
    most: usize,
    limits: &'l Limits,
    started: Instant,
    length: usize,
}

impl<'l> Frames<'l> {
    /// Fails if Content-Length exceeds the limit.
    pub(in crate::http) fn new(
        headers: &HeaderMap,
        body: Body,
        most: usize,
        limits: &'l Limits,
    ) -> Result<Self, Problem> {
        let frames = Self { body, most, limits, started: Instant::now(), length: 0 };
        let stated = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let stated = stated.and_then(|length| length.parse::<usize>().ok());
        if stated.is_some_and(|length| length > most) {
            return Err(frames.too_large());
        }
        Ok(frames)
    }

    fn too_large(&self) -> Problem {
        too_large(self.most)
    }

    /// Returns the next piece.
    pub(in crate::http) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            let length = self.length;
            let allowance = length as f64 / self.limits.body_bytes_a_second.max(1) as f64;
            let due = self.limits.body_grace + std::time::Duration::from_secs_f64(allowance);
            let left = due.saturating_sub(self.started.elapsed());
            let frame = match tokio::time::timeout(left, self.body.frame()).await {
                Err(_) => {
                    let detail = format!(
                        "only {length} bytes of the body arrived within {} s",
                        due.as_secs()
                    );
                    return Err(Problem::new(ProblemKind::BodyTooSlow, detail));
                }
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => {
                    let detail =
                        format!("the body ended unexpectedly after {length} bytes: {error}");
                    return Err(Problem::new(ProblemKind::InvalidBody, detail));
                }
                Ok(Some(Ok(frame))) => frame,
            };
            let Ok(piece) = frame.into_data() else { continue };
            self.length += piece.len();
            if self.length > self.most {
                return Err(self.too_large());
            }
            return Ok(Some(piece));
        }
    }
}

/// A body that exceeds the limit.
pub(in crate::http) fn too_large(most: usize) -> Problem {
    let detail = format!("the body is larger than the limit of {most} bytes");
    Problem::new(ProblemKind::BodyTooLarge, detail).with("limit_bytes", most)
}

/// Acquires `units` more permits, or returns `false`.
pub(in crate::http) fn take(
    of: &Arc<Semaphore>,
    units: usize,
    held: &mut Option<OwnedSemaphorePermit>,
) -> bool {
    let Ok(units) = u32::try_from(units) else { return false };
    let Ok(taken) = Arc::clone(of).try_acquire_many_owned(units) else { return false };
    match held {
        Some(held) => held.merge(taken),
        none => *none = Some(taken),
    }
    true
}

/// No memory for another body.
pub(in crate::http) fn overloaded() -> Problem {
    let detail = "too many large requests are in progress: try again later";
    Problem::new(ProblemKind::Overloaded, detail).with_retry_after(5)
}

/// Receives a body of at most `most` bytes into memory, within its time limit.
pub(in crate::http) async fn read(
    headers: &HeaderMap,
    body: Body,
    most: usize,
    limits: &Limits,
    memory: &Arc<Semaphore>,
) -> Result<Received, Problem> {
    let mut frames = Frames::new(headers, body, most, limits)?;
    let mut received = Received { pieces: Vec::new(), memory: None };
    let mut units = 0;
    while let Some(piece) = frames.next().await? {
        let more = frames.length.div_ceil(MEMORY_UNIT) - units;
        if more > 0 && !take(memory, more, &mut received.memory) {
            return Err(overloaded());
        }
        units += more;
        received.pieces.push(piece);
    }
    Ok(received)
}
