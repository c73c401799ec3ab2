//! The context of the request that the current task, or blocking thread, is working on.
//!
//! `tower_http::request_id` was weighed: it takes any id that a client sends, is two layers, and is
//! part of their cost ([`super`]).

use std::cell::OnceCell;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use jiff::civil::Date;

use crate::http::RequestSnapshot;

/// The header that carries the request id in both directions.
pub(in crate::http) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The length of a generated id.
const DIGITS: usize = 32;

/// The id of a request in the log, the response and problem documents.
#[derive(Clone, Debug)]
pub(in crate::http) enum RequestId {
    /// Generated; hexadecimal digits.
    Generated([u8; DIGITS]),
    /// Sent by the client.
    FromClient(HeaderValue),
}

impl RequestId {
    /// The id sent by the client if it is plain text, as it appears in logs and headers; otherwise a
    /// generated one.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Self {
        let plain = |id: &&HeaderValue| {
            let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"-_.:".contains(b);
            (1..=128).contains(&id.len()) && id.as_bytes().iter().all(allowed)
        };
        headers
            .get(REQUEST_ID)
            .filter(plain)
            .map_or_else(Self::new, |id| Self::FromClient(id.clone()))
    }

    /// 128 bits: the hash of a request counter with two keys that are random for each process.
    fn new() -> Self {
        static SEED: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut id = [0; DIGITS];
        for (half, digits) in SEED.iter().zip(id.chunks_exact_mut(16)) {
            digits.copy_from_slice(&hexadecimal(half.hash_one(count)));
        }
        Self::Generated(id)
    }

    pub(in crate::http) fn as_str(&self) -> &str {
        match self {
            Self::Generated(digits) => str::from_utf8(digits).unwrap_or("-"),
            Self::FromClient(id) => id.to_str().unwrap_or("-"),
        }
    }

    /// The value of the header.
    pub(in crate::http) fn header(&self) -> HeaderValue {
        match self {
            // Hexadecimal digits are a valid header value.
            Self::Generated(id) => {
                HeaderValue::from_bytes(id).unwrap_or(HeaderValue::from_static("-"))
            }
            Self::FromClient(id) => id.clone(),
        }
    }
}

/// The 16 hexadecimal digits of a number.
pub(in crate::http) fn hexadecimal(number: u64) -> [u8; 16] {
    let mut digits = [0; 16];
    for (position, digit) in digits.iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(number >> (60 - 4 * position)) as usize & 15];
    }
    digits
}

/// The context of a request.
struct RequestContext {
    id: RequestId,
    /// The snapshot that answers it, once it has been read.
    taken: OnceCell<RequestSnapshot>,
    /// Today's date, once it has been read.
    today: OnceCell<Date>,
}

impl RequestContext {
    fn begin(id: RequestId) -> Self {
        Self { id, taken: OnceCell::new(), today: OnceCell::new() }
    }
}

tokio::task_local! {
    static CURRENT: RequestContext;
}

/// The id of the request that the current task, or blocking thread, is working on.
pub(in crate::http) fn id() -> Option<RequestId> {
    CURRENT.try_with(|current| current.id.clone()).ok()
}

/// The snapshot of this request: what was taken for it first.
pub(in crate::http) fn taken(take: impl Fn() -> RequestSnapshot) -> RequestSnapshot {
    // Outside a request, as in tests of a single handler, there is nothing to keep it in.
    CURRENT.try_with(|current| current.taken.get_or_init(&take).clone()).unwrap_or_else(|_| take())
}

/// The date of this request. It is read once, so that the entity tag of one day is never sent with
/// the answer of the next.
pub(in crate::http) fn today(read: impl Fn() -> Date) -> Date {
    CURRENT.try_with(|current| *current.today.get_or_init(&read)).unwrap_or_else(|_| read())
}

/// Runs a future in the context of a request.
pub(in crate::http) fn within<F: Future>(
    id: RequestId,
    answer: F,
) -> impl Future<Output = F::Output> {
    CURRENT.scope(RequestContext::begin(id), answer)
}

/// Runs a function in the context of a request.
pub(in crate::http) fn within_now<T>(id: RequestId, answer: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(RequestContext::begin(id), answer)
}

/// Runs blocking work in the context of a request, so that errors are logged with its id.
pub(in crate::http) fn in_name_of<T>(id: Option<RequestId>, work: impl FnOnce() -> T) -> T {
    match id {
        Some(id) => within_now(id, work),
        None => work(),
    }
}
