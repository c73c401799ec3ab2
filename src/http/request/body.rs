//! Request bodies: their format, and reading them within limits of size, time and memory.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::error::{Kind, Problem};
use crate::http::limits::Limits;

/// A body that has been read, in the pieces it came in.
#[derive(Debug)]
pub(in crate::http) struct Received {
    pub(in crate::http) pieces: Vec<Bytes>,
    /// Its part of the memory for bodies, given back when it is dropped.
    #[allow(dead_code, reason = "held for its drop")]
    memory: Option<OwnedSemaphorePermit>,
}

impl Received {
    /// All of it in one.
    pub(in crate::http) fn concat(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}

/// The memory for bodies is counted in units of this many bytes.
pub(in crate::http) const MEMORY_UNIT: usize = 1024;

/// As many permits as there may be kilobytes of so many bytes.
pub(in crate::http) fn kilobytes(bytes: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new((bytes / MEMORY_UNIT).min(Semaphore::MAX_PERMITS)))
}

/// The format of a plain body: one of those `taken`, as its Content-Type says.
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
    Problem::new(Kind::UnsupportedMediaType, detail).with("taken", taken.to_vec())
}

/// The format of a body, however it is compressed.
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
    taken.iter().copied().find(|format| essence.eq_ignore_ascii_case(format)).ok_or_else(|| {
        let essence: String = essence.chars().take(80).collect();
        refuse(&format!("a body of {essence} is not read here"))
    })
}

/// The pieces of a body of at most `most` bytes, which must come in time.
pub(in crate::http) struct Frames<'l> {
    body: Body,
    most: usize,
    limits: &'l Limits,
    started: Instant,
    length: usize,
}

impl<'l> Frames<'l> {
    /// Refuses a body that says that it is too large.
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

    /// The next one.
    pub(in crate::http) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            let length = self.length;
            let allowance = length as f64 / self.limits.body_bytes_a_second.max(1) as f64;
            let due = self.limits.body_grace + std::time::Duration::from_secs_f64(allowance);
            let left = due.saturating_sub(self.started.elapsed());
            let frame = match tokio::time::timeout(left, self.body.frame()).await {
                Err(_) => {
                    let detail = format!("{length} bytes of the body came in {} s", due.as_secs());
                    return Err(Problem::new(Kind::BodyTooSlow, detail));
                }
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => {
                    let detail = format!("the body broke off after {length} bytes: {error}");
                    return Err(Problem::new(Kind::InvalidBody, detail));
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

/// More than the bytes that are taken.
pub(in crate::http) fn too_large(most: usize) -> Problem {
    let detail = format!("the body is larger than the {most} bytes that are taken here");
    Problem::new(Kind::BodyTooLarge, detail).with("limit_bytes", most)
}

/// Takes so many more units of what there is, unless there are not so many.
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

/// There is no room for another body.
pub(in crate::http) fn overloaded() -> Problem {
    let detail = "too many large requests are being read: ask again";
    Problem::new(Kind::Overloaded, detail).with_retry_after(5)
}

/// Reads a body of at most `most` bytes, which must come in time, into memory.
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
