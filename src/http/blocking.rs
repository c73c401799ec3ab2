//! Runs blocking work away from the threads that serve connections, with a limit on concurrency.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use tokio::sync::Semaphore;

use super::error::{Problem, ProblemKind};
use super::limits::Limits;
use super::middleware::request_context;

pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The blocking pool. Callers queue when all permits are taken.
#[derive(Clone, Debug)]
pub(super) struct BlockingPool {
    permits: Arc<Semaphore>,
    time_limit: std::time::Duration,
}

impl BlockingPool {
    pub(super) fn new(limits: &Limits) -> Self {
        let permits = Arc::new(Semaphore::new(limits.work_at_once));
        Self { permits, time_limit: limits.answer }
    }

    /// Runs `work` on the blocking pool. Fails with [`ProblemKind::TookTooLong`] after the time limit.
    pub(super) async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let id = request_context::id();
        let answer = self.run(move || request_context::in_name_of(id, work));
        let Ok(answer) = tokio::time::timeout(self.time_limit, answer).await else {
            return Err(took_too_long(self.time_limit));
        };
        answer.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// Runs `work` on the blocking pool without a time limit.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = Arc::clone(&self.permits).acquire_owned().await?;
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work ends, even if the caller no longer waits for it.
            let _permit = permit;
            work()
        });
        Ok(done.await?)
    }

    /// A streamed body. Each piece is computed on the blocking pool once the client has taken the
    /// previous one, so that a slow client holds no thread and no more memory than one piece.
    pub(super) fn stream<E>(
        &self,
        pieces: impl Iterator<Item = Result<Vec<u8>, E>> + Send + 'static,
    ) -> Body
    where
        E: Into<Failure> + Send + 'static,
    {
        let pieces = stream::unfold(Some((self.clone(), pieces)), |state| async {
            let (blocking_pool, mut pieces) = state?;
            let next = blocking_pool.run(move || {
                let piece = pieces.find(|piece| !piece.as_ref().is_ok_and(Vec::is_empty));
                (piece, pieces)
            });
            match next.await {
                Ok((None, _)) => None,
                Ok((Some(Ok(piece)), pieces)) => {
                    Some((Ok(Bytes::from(piece)), Some((blocking_pool, pieces))))
                }
                // The head has been sent: all that is left is to break off.
                Ok((Some(Err(error)), _)) => Some((Err(error.into()), None)),
                Err(error) => Some((Err(error), None)),
            }
        });
        // Compression polls once more after the end, which `unfold` does not allow.
        Body::from_stream(pieces.fuse())
    }
}

impl BlockingPool {
    /// The same for batches of pieces. The next batch is computed while the client takes the current
    /// one.
    pub(super) fn stream_ahead<E>(
        &self,
        batches: impl Iterator<Item = Result<Vec<Bytes>, E>> + Send + 'static,
    ) -> Body
    where
        E: Into<Failure> + Send + 'static,
    {
        // A separate task makes progress while the body is not polled.
        let make_next = |blocking_pool: Self, mut batches: _| {
            tokio::spawn(async move {
                let made = blocking_pool.run(move || {
                    let is_empty = |batch: &Result<Vec<Bytes>, E>| {
                        batch.as_ref().is_ok_and(|pieces| pieces.iter().all(Bytes::is_empty))
                    };
                    let batch = Iterator::find(&mut batches, |batch| !is_empty(batch));
                    (batch, batches)
                });
                (made.await, blocking_pool)
            })
        };
        let first = make_next(self.clone(), batches);
        let batches = stream::unfold(Some(first), move |next| async move {
            match next?.await {
                Ok((Ok((None, _)), _)) => None,
                Ok((Ok((Some(Ok(pieces)), batches)), blocking_pool)) => {
                    Some((Ok(pieces), Some(make_next(blocking_pool, batches))))
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
        // Compression polls once more after the end, which `unfold` does not allow.
        Body::from_stream(pieces.fuse())
    }
}

pub(super) fn took_too_long(time_limit: std::time::Duration) -> Problem {
    let detail = format!("the answer was not ready within {} s", time_limit.as_secs());
    Problem::new(ProblemKind::TookTooLong, detail).with_retry_after(10)
}

/// Most answers are between one and two thousand bytes long.
const USUAL_ANSWER: usize = 2048;

/// Serialises an answer as JSON.
pub(super) fn json(answer: &impl Serialize) -> Result<Bytes, Problem> {
    // Avoids six reallocations for most answers.
    let mut body = Vec::with_capacity(USUAL_ANSWER);
    match serde_json::to_writer(&mut body, answer) {
        Ok(()) => Ok(body.into()),
        Err(error) => Err(Problem::internal(&error)),
    }
}

/// The number of headers of most responses. Reserving them avoids rebuilding the header map.
const USUAL_HEADERS: usize = 10;

/// A response with a content type and a `Link` to the licences and attributions of the layers.
pub(super) fn respond(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.reserve(USUAL_HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let layers = HeaderValue::from_static("</v1/layers>; rel=\"describedby\"");
    headers.insert(header::LINK, layers);
    response
}
