//! Replaces the live snapshot without failing a request.
//!
//! 1. Reloads run one at a time, each of the complete source.
//! 2. The new snapshot is opened while the old one continues to answer.
//! 3. If it cannot be opened, nothing changes. If it is the same as the old one, it is dropped, so
//!    that caches are kept.
//! 4. The new one is swapped in. Requests in progress finish with the old one.
//! 5. The old one, with its caches, is dropped when the last of these requests has ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use lapwing_boundaries::atlas::Atlas;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::live::{Live, Served};

/// Opens the source again. It may block. The error is a sentence.
type Open = Arc<dyn Fn() -> Result<Atlas, String> + Send + Sync>;

/// The interval for checking whether an old snapshot is still in use.
const OLD_IN_USE: Duration = Duration::from_millis(50);

/// What triggered a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Cause {
    /// SIGHUP.
    Signal,
    /// `POST /admin/reload`.
    Request,
    /// A change of a watched file.
    Watch,
}

/// A successful reload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reloaded {
    /// Whether a different snapshot is live now; false if the source was unchanged.
    pub changed: bool,
    /// The id of the previous snapshot; `None` if there was none yet.
    pub from: Option<String>,
    /// The id of the current snapshot.
    pub to: String,
}

/// How a reload ended, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Outcome {
    /// A different snapshot was swapped in.
    Reloaded,
    /// The source holds the same snapshot as before.
    Unchanged,
    /// The source could not be opened.
    Failed,
}

impl Reloaded {
    /// The outcome in a word.
    pub fn outcome(&self) -> Outcome {
        if self.changed { Outcome::Reloaded } else { Outcome::Unchanged }
    }
}

/// The result of the last reload.
#[derive(Clone, Debug)]
pub struct LastReload {
    /// When it ended.
    pub at: Timestamp,
    /// What triggered it.
    pub by: Cause,
    /// Its result, or the reason for its failure.
    pub outcome: Result<Reloaded, String>,
    /// The id of the previous snapshot, which is still live if the reload failed.
    pub from: Option<String>,
}

/// The number of reloads since the start, by result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReloadCounts {
    /// A different snapshot was swapped in.
    pub swapped: u64,
    /// The snapshot was the same.
    pub unchanged: u64,
    /// The source could not be opened.
    pub failed: u64,
}

/// Reloads of the live snapshot. Clones share their state.
#[derive(Clone)]
pub struct Reloads {
    inner: Arc<Inner>,
}

struct Inner {
    live: Live,
    source: Source,
    turn: Arc<Mutex<()>>,
    last: ArcSwapOption<LastReload>,
    swapped: AtomicU64,
    unchanged: AtomicU64,
    failed: AtomicU64,
}

enum Source {
    Opens(Open),
    /// Why there is nothing to reload.
    Fixed(String),
}

impl std::fmt::Debug for Reloads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reloads").field("last", &self.last()).finish_non_exhaustive()
    }
}

impl Reloads {
    /// For a source that `open` opens.
    pub fn new(
        live: Live,
        open: impl Fn() -> Result<Atlas, String> + Send + Sync + 'static,
    ) -> Self {
        Self::of(live, Source::Opens(Arc::new(open)))
    }

    /// For a source that never changes. `why` is the error of every reload.
    pub fn fixed(live: Live, why: impl Into<String>) -> Self {
        Self::of(live, Source::Fixed(why.into()))
    }

    fn of(live: Live, source: Source) -> Self {
        let zero = || AtomicU64::new(0);
        let (swapped, unchanged, failed) = (zero(), zero(), zero());
        let (turn, last) = (Arc::default(), ArcSwapOption::empty());
        Self { inner: Arc::new(Inner { live, source, turn, last, swapped, unchanged, failed }) }
    }

    /// Blocks reloads until the guard is dropped, for the first opening.
    pub async fn hold(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.inner.turn).lock_owned().await
    }

    /// Reloads the source. Once started it completes, even if the caller stops waiting.
    ///
    /// # Errors
    ///
    /// A sentence that says why nothing changed.
    pub async fn reload(&self, by: Cause) -> Result<Reloaded, String> {
        let this = self.clone();
        let done = tokio::spawn(async move {
            let _turn = this.hold().await;
            this.reload_in_turn(by).await
        });
        done.await.unwrap_or_else(|_| Err("the reload broke off".to_owned()))
    }

    async fn reload_in_turn(&self, by: Cause) -> Result<Reloaded, String> {
        let inner = &self.inner;
        let before = inner.live.served();
        let from = before.as_ref().map(|served| served.atlas().id().to_owned());
        let outcome = match self.open().await {
            Ok(atlas) => Ok(self.put_in(atlas, before.as_ref())),
            Err(why) => Err(why),
        };
        let counter = match &outcome {
            Ok(Reloaded { changed: true, .. }) => &inner.swapped,
            Ok(_) => &inner.unchanged,
            Err(_) => &inner.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        match &outcome {
            Ok(Reloaded { changed: true, from, to }) => {
                tracing::info!(?by, from, to, "reloaded");
            }
            Ok(Reloaded { to, .. }) => {
                tracing::info!(?by, snapshot = to, "reloaded: same snapshot");
            }
            Err(why) => tracing::error!(?by, "not reloaded, still serving the old data: {why}"),
        }
        let at = Timestamp::now();
        let last = LastReload { at, by, outcome: outcome.clone(), from };
        inner.last.store(Some(Arc::new(last)));
        outcome
    }

    async fn open(&self) -> Result<Atlas, String> {
        if self.inner.live.is_draining() {
            return Err("the service is shutting down".to_owned());
        }
        let open = match &self.inner.source {
            Source::Opens(open) => Arc::clone(open),
            Source::Fixed(why) => return Err(why.clone()),
        };
        let opened = tokio::task::spawn_blocking(move || open());
        opened.await.unwrap_or_else(|_| Err("opening the source panicked".to_owned()))
    }

    fn put_in(&self, atlas: Atlas, before: Option<&Arc<Served>>) -> Reloaded {
        let from = before.map(|served| served.atlas().id().to_owned());
        let to = atlas.id().to_owned();
        let same = before.is_some_and(|served| {
            served.atlas().id() == to && served.atlas().built() == atlas.built()
        });
        if !same && let Some(old) = self.inner.live.swap(atlas) {
            tokio::spawn(retire(old));
        }
        Reloaded { changed: !same, from, to }
    }

    /// The result of the last reload, if there was one.
    pub fn last(&self) -> Option<Arc<LastReload>> {
        self.inner.last.load_full()
    }

    /// The number of reloads by result.
    pub fn counts(&self) -> ReloadCounts {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ReloadCounts {
            swapped: count(&self.inner.swapped),
            unchanged: count(&self.inner.unchanged),
            failed: count(&self.inner.failed),
        }
    }
}

/// Drops an old snapshot once it is no longer in use. This happens here because freeing the memory
/// of a country takes longer than a request may wait.
async fn retire(old: Arc<Served>) {
    while Arc::strong_count(&old) > 1 {
        tokio::time::sleep(OLD_IN_USE).await;
    }
    // At the end of the process the memory is freed anyway.
    let _ = tokio::task::spawn_blocking(move || drop(old)).await;
}

#[cfg(test)]
mod tests;
