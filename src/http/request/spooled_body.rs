//! The body of a bulk request, as received: in memory if it is small, else in an unnamed temporary
//! file, until its rows have been answered.
//!
//! Most clients read nothing until they have sent everything, so answering while receiving could
//! block both sides for ever. A body in a file takes no memory. The file is in `TMPDIR` and is
//! deleted when the request ends, however it ends.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use flate2::read::MultiGzDecoder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::body::{Frames, MEMORY_UNIT, overloaded, take, too_large};
use crate::http::error::{Problem, ProblemKind};
use crate::http::limits::Limits;

/// The largest body, in bytes, that is held in memory.
const IN_MEMORY: usize = 4 << 20;

/// The bytes that are collected before they are written to the file.
const A_WRITE: usize = 1 << 20;

/// Returns whether a body is compressed with gzip.
pub(in crate::http) fn is_gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    let Some(coding) = headers.get(header::CONTENT_ENCODING) else { return Ok(false) };
    match coding.to_str().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "identity" | "" => Ok(false),
        "gzip" | "x-gzip" => Ok(true),
        _ => {
            let detail = "unsupported Content-Encoding of the body: send it with \
                          Content-Encoding gzip, or plain";
            Err(Problem::new(ProblemKind::UnsupportedMediaType, detail).with("taken", vec!["gzip"]))
        }
    }
}

/// A received body.
#[derive(Debug, Default)]
pub(in crate::http) struct SpooledBody {
    memory: VecDeque<Bytes>,
    file: Option<File>,
    /// Its share of the memory for bodies, returned when it is dropped.
    memory_permit: Option<OwnedSemaphorePermit>,
    /// Its share of the disk space for bodies.
    disk_permit: Option<OwnedSemaphorePermit>,
}

impl SpooledBody {
    /// Receives a body of at most `most` bytes, in memory or in a file.
    pub(in crate::http) async fn receive(
        headers: &HeaderMap,
        body: Body,
        most: usize,
        limits: &Limits,
        memory: &Arc<Semaphore>,
        disk: &Arc<Semaphore>,
    ) -> Result<Self, Problem> {
        let mut frames = Frames::new(headers, body, most, limits)?;
        let mut spooled = Self::default();
        let (mut held, mut gathered, mut waiting) = (0, 0, Vec::new());
        // Once a piece has gone to the file, all later ones do.
        let mut in_memory = true;
        while let Some(piece) = frames.next().await? {
            let units = piece.len().div_ceil(MEMORY_UNIT);
            in_memory &=
                held + piece.len() <= IN_MEMORY && take(memory, units, &mut spooled.memory_permit);
            if in_memory {
                held += piece.len();
                spooled.memory.push_back(piece);
                continue;
            }
            if !take(disk, units, &mut spooled.disk_permit) {
                return Err(overloaded());
            }
            gathered += piece.len();
            waiting.push(piece);
            if gathered >= A_WRITE {
                spooled.write(std::mem::take(&mut waiting)).await?;
                gathered = 0;
            }
        }
        if !waiting.is_empty() {
            spooled.write(waiting).await?;
        }
        if let Some(file) = &mut spooled.file {
            file.seek(SeekFrom::Start(0)).map_err(|error| Problem::internal(&error))?;
        }
        Ok(spooled)
    }

    async fn write(&mut self, pieces: Vec<Bytes>) -> Result<(), Problem> {
        let file = self.file.take();
        let written = tokio::task::spawn_blocking(move || -> io::Result<File> {
            let mut file = match file {
                Some(file) => file,
                None => tempfile::tempfile()?,
            };
            pieces.iter().try_for_each(|piece| file.write_all(piece))?;
            Ok(file)
        });
        let file = written.await.map_err(|error| Problem::internal(&error))?;
        self.file = Some(file.map_err(|error| Problem::internal(&error))?);
        Ok(())
    }

    /// The decompressed bytes, limited to `most`.
    pub(in crate::http) fn plain(self, gzip: bool, most: usize) -> Plain {
        let reader: Box<dyn Read + Send> =
            if gzip { Box::new(MultiGzDecoder::new(self)) } else { Box::new(self) };
        Plain { reader, left: most }
    }
}

impl Read for SpooledBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(piece) = self.memory.front_mut() {
            if piece.is_empty() {
                self.memory.pop_front();
                continue;
            }
            let length = piece.len().min(buffer.len());
            buffer[..length].copy_from_slice(&piece.split_to(length));
            return Ok(length);
        }
        match &mut self.file {
            Some(file) => file.read(buffer),
            None => Ok(0),
        }
    }
}

/// Decompresses a body of at most `most` bytes after decompression.
pub(in crate::http) fn unpacked(body: Vec<u8>, most: usize) -> Result<Vec<u8>, Problem> {
    let mut plain = Vec::new();
    let read = Plain::new(MultiGzDecoder::new(io::Cursor::new(body)), most).read_to_end(&mut plain);
    match read {
        Ok(_) => Ok(plain),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(too_large(most)),
        Err(error) => {
            let detail = format!("the body cannot be decompressed: {error}. Check that it is gzip");
            Err(Problem::new(ProblemKind::InvalidBody, detail))
        }
    }
}

/// The decompressed bytes of a body. Their number is limited however small the compressed body was.
pub(in crate::http) struct Plain {
    reader: Box<dyn Read + Send>,
    left: usize,
}

impl Plain {
    /// Limits a decompressing reader to `most` bytes.
    pub(in crate::http) fn new(reader: impl Read + Send + 'static, most: usize) -> Self {
        Self { reader: Box::new(reader), left: most }
    }
}

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(read).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}
