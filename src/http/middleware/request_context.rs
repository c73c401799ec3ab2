//! The request that a task, or a thread for work, is about.

use std::cell::OnceCell;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use jiff::civil::Date;

use crate::http::Taken;

/// The header that carries it both ways.
pub(in crate::http) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Digits of an id that is made here.
const DIGITS: usize = 32;

/// What a request is called in the log, in the response and in problems.
#[derive(Clone, Debug)]
pub(in crate::http) enum RequestId {
    /// Made here; hexadecimal digits.
    Ours([u8; DIGITS]),
    /// The caller's own.
    Theirs(HeaderValue),
}

impl RequestId {
    /// The caller's own, if it has a plain one: it will stand in logs and headers.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Self {
        let plain = |id: &&HeaderValue| {
            let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"-_.:".contains(b);
            (1..=128).contains(&id.len()) && id.as_bytes().iter().all(allowed)
        };
        headers.get(REQUEST_ID).filter(plain).map_or_else(Self::new, |id| Self::Theirs(id.clone()))
    }

    /// 128 bits: a number of this process and the count of its requests, both hashed.
    fn new() -> Self {
        static SEED: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut id = [0; DIGITS];
        for (half, digits) in SEED.iter().zip(id.chunks_exact_mut(16)) {
            digits.copy_from_slice(&hexadecimal(half.hash_one(count)));
        }
        Self::Ours(id)
    }

    pub(in crate::http) fn as_str(&self) -> &str {
        match self {
            Self::Ours(digits) => str::from_utf8(digits).unwrap_or("-"),
            Self::Theirs(id) => id.to_str().unwrap_or("-"),
        }
    }

    /// As it is sent.
    pub(in crate::http) fn header(&self) -> HeaderValue {
        match self {
            // Hexadecimal digits are no header's trouble.
            Self::Ours(id) => HeaderValue::from_bytes(id).unwrap_or(HeaderValue::from_static("-")),
            Self::Theirs(id) => id.clone(),
        }
    }
}

/// Sixteen digits.
pub(in crate::http) fn hexadecimal(number: u64) -> [u8; 16] {
    let mut digits = [0; 16];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(number >> (60 - 4 * place)) as usize & 15];
    }
    digits
}

/// What is known of the request.
struct Current {
    id: RequestId,
    /// The snapshot that it is answered from, once it has been taken.
    taken: OnceCell<Taken>,
    /// The day on which it is answered, once that has been asked for.
    today: OnceCell<Date>,
}

impl Current {
    fn begin(id: RequestId) -> Self {
        Self { id, taken: OnceCell::new(), today: OnceCell::new() }
    }
}

tokio::task_local! {
    static CURRENT: Current;
}

/// The id of the request that this task, or this thread for work, is about.
pub(in crate::http) fn id() -> Option<RequestId> {
    CURRENT.try_with(|current| current.id.clone()).ok()
}

/// The snapshot of this request: what was taken for it first.
pub(in crate::http) fn taken(take: impl Fn() -> Taken) -> Taken {
    // Outside a request, as in tests of a single handler, there is nothing to keep it in.
    CURRENT.try_with(|current| current.taken.get_or_init(&take).clone()).unwrap_or_else(|_| take())
}

/// The day of this request: what was read first, so that the tag of one day is never put on the
/// answer of the next.
pub(in crate::http) fn today(read: impl Fn() -> Date) -> Date {
    CURRENT.try_with(|current| *current.today.get_or_init(&read)).unwrap_or_else(|_| read())
}

/// Answers in the name of a request.
pub(in crate::http) fn within<F: Future>(
    id: RequestId,
    answer: F,
) -> impl Future<Output = F::Output> {
    CURRENT.scope(Current::begin(id), answer)
}

/// The same without waiting for anything.
pub(in crate::http) fn within_now<T>(id: RequestId, answer: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(Current::begin(id), answer)
}

/// Works in the name of a request on a thread of its own, so that its faults are told by its id.
pub(in crate::http) fn in_name_of<T>(id: Option<RequestId>, work: impl FnOnce() -> T) -> T {
    match id {
        Some(id) => within_now(id, work),
        None => work(),
    }
}
