//! Work that takes long, off the threads that answer sockets, and only so much of it at once.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use tokio::sync::Semaphore;

use super::error::{Kind, Problem};
use super::limits::Limits;
use super::middleware::request_context;

pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The threads for work. Who finds all busy waits in a queue.
#[derive(Clone, Debug)]
pub(super) struct Workshop {
    benches: Arc<Semaphore>,
    patience: std::time::Duration,
}

impl Workshop {
    pub(super) fn new(limits: &Limits) -> Self {
        let benches = Arc::new(Semaphore::new(limits.work_at_once));
        Self { benches, patience: limits.answer }
    }

    /// Runs `work` on a thread for work; an answer that is not ready in time is given up.
    pub(super) async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let id = request_context::id();
        let answer = self.run(move || request_context::in_name_of(id, work));
        let Ok(answer) = tokio::time::timeout(self.patience, answer).await else {
            return Err(took_too_long(self.patience));
        };
        answer.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// Runs `work` on a thread for work, however long it takes.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let bench = Arc::clone(&self.benches).acquire_owned().await?;
        let done = tokio::task::spawn_blocking(move || {
            // Kept to the end of the work, which goes on when nobody waits for it any more.
            let _bench = bench;
            work()
        });
        Ok(done.await?)
    }

    /// A body of pieces, each made on a thread for work when the client has taken the one before:
    /// a slow client costs no thread, and no more memory than a piece.
    pub(super) fn stream<E>(
        &self,
        pieces: impl Iterator<Item = Result<Vec<u8>, E>> + Send + 'static,
    ) -> Body
    where
        E: Into<Failure> + Send + 'static,
    {
        let pieces = stream::unfold(Some((self.clone(), pieces)), |state| async {
            let (workshop, mut pieces) = state?;
            let next = workshop.run(move || {
                let piece = pieces.find(|piece| !piece.as_ref().is_ok_and(Vec::is_empty));
                (piece, pieces)
            });
            match next.await {
                Ok((None, _)) => None,
                Ok((Some(Ok(piece)), pieces)) => {
                    Some((Ok(Bytes::from(piece)), Some((workshop, pieces))))
                }
                // The head has been sent: all that is left is to break off.
                Ok((Some(Err(error)), _)) => Some((Err(error.into()), None)),
                Err(error) => Some((Err(error), None)),
            }
        });
        // Compression asks once more after the end, which an unfolding does not bear.
        Body::from_stream(pieces.fuse())
    }
}

impl Workshop {
    /// The same in batches of pieces, of which one is made while the one before is taken.
    pub(super) fn stream_ahead<E>(
        &self,
        batches: impl Iterator<Item = Result<Vec<Bytes>, E>> + Send + 'static,
    ) -> Body
    where
        E: Into<Failure> + Send + 'static,
    {
        // On a task of its own, so that it goes on while nobody asks for it.
        let make_next = |workshop: Self, mut batches: _| {
            tokio::spawn(async move {
                let made = workshop.run(move || {
                    let is_empty = |batch: &Result<Vec<Bytes>, E>| {
                        batch.as_ref().is_ok_and(|pieces| pieces.iter().all(Bytes::is_empty))
                    };
                    let batch = Iterator::find(&mut batches, |batch| !is_empty(batch));
                    (batch, batches)
                });
                (made.await, workshop)
            })
        };
        let first = make_next(self.clone(), batches);
        let batches = stream::unfold(Some(first), move |next| async move {
            match next?.await {
                Ok((Ok((None, _)), _)) => None,
                Ok((Ok((Some(Ok(pieces)), batches)), workshop)) => {
                    Some((Ok(pieces), Some(make_next(workshop, batches))))
                }
                // The head has been sent: all that is left is to break off.
                Ok((Ok((Some(Err(error)), _)), _)) => Some((Err(error.into()), None)),
                Ok((Err(error), _)) => Some((Err(error), None)),
                Err(error) => Some((Err(error.into()), None)),
            }
        });
        let pieces = batches.flat_map(|batch: Result<Vec<Bytes>, Failure>| {
            stream::iter(match batch {
                Ok(pieces) => pieces.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            })
        });
        // Compression asks once more after the end, which an unfolding does not bear.
        Body::from_stream(pieces.fuse())
    }
}

pub(super) fn took_too_long(patience: std::time::Duration) -> Problem {
    let detail = format!("the answer was not ready within {} s", patience.as_secs());
    Problem::new(Kind::TookTooLong, detail).with_retry_after(10)
}

const USUAL_ANSWER: usize = 2048;

/// An answer as JSON.
pub(super) fn json(answer: &impl Serialize) -> Result<Bytes, Problem> {
    // Most answers are one or two thousand bytes long: growing to that is six copies.
    let mut body = Vec::with_capacity(USUAL_ANSWER);
    match serde_json::to_writer(&mut body, answer) {
        Ok(()) => Ok(body.into()),
        Err(error) => Err(Problem::internal(&error)),
    }
}

/// So many headers are put on most answers from here on: a map that grows is a map made twice.
const USUAL_HEADERS: usize = 10;

/// A response of that content type. `Link` says where every layer's licence and attribution are.
pub(super) fn respond(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.reserve(USUAL_HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let layers = HeaderValue::from_static("</v1/layers>; rel=\"describedby\"");
    headers.insert(header::LINK, layers);
    response
}
