use std::sync::atomic::AtomicUsize;

use lapwing_boundaries::atlas::Contents;

use super::*;

fn atlas(title: &str) -> Atlas {
    let contents = Contents { title: title.to_owned(), ..Contents::default() };
    Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
}

/// Opens each of the titles in turn; an empty one fails.
fn reloads(live: &Live, titles: &'static [&'static str]) -> Reloads {
    let next = AtomicUsize::new(0);
    Reloads::new(live.clone(), move || {
        match titles[next.fetch_add(1, Ordering::Relaxed) % titles.len()] {
            "" => Err("it is bad".to_owned()),
            title => Ok(atlas(title)),
        }
    })
}

#[tokio::test]
async fn the_old_snapshot_goes_when_the_last_request_on_it_has_ended() {
    let live = Live::with(atlas("old"));
    let reloads = reloads(&live, &["new"]);
    let under_way = live.served().unwrap();
    let old = Arc::downgrade(&under_way);
    let done = reloads.reload(Cause::Signal).await.unwrap();
    assert!(done.changed && done.from.as_deref() == Some(under_way.atlas().id()));
    assert_eq!(live.served().unwrap().atlas().title(), "new");
    tokio::time::sleep(OLD_IN_USE * 4).await;
    assert!(old.upgrade().is_some(), "a request in progress still uses it");
    drop(under_way);
    for _ in 0..200 {
        if old.upgrade().is_none() {
            return;
        }
        tokio::time::sleep(OLD_IN_USE).await;
    }
    panic!("the old snapshot is still there");
}

#[tokio::test]
async fn a_bad_one_changes_nothing_and_the_same_one_keeps_what_was_made_from_it() {
    let live = Live::with(atlas("same"));
    let reloads = reloads(&live, &["", "same"]);
    let before = live.served().unwrap();
    assert_eq!(reloads.reload(Cause::Watch).await, Err("it is bad".to_owned()));
    let last = reloads.last().unwrap();
    assert_eq!((last.by, last.from.as_deref()), (Cause::Watch, Some(before.atlas().id())));
    assert!(!reloads.reload(Cause::Request).await.unwrap().changed);
    assert!(Arc::ptr_eq(&before, &live.served().unwrap()));
    let counts = ReloadCounts { swapped: 0, unchanged: 1, failed: 1 };
    assert_eq!(reloads.counts(), counts);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_at_once_are_done_one_after_the_other() {
    static AT_ONCE: AtomicUsize = AtomicUsize::new(0);
    let live = Live::with(atlas("first"));
    let reloads = Reloads::new(live, || {
        assert_eq!(AT_ONCE.fetch_add(1, Ordering::SeqCst), 0, "two are opened at once");
        std::thread::sleep(Duration::from_millis(5));
        AT_ONCE.fetch_sub(1, Ordering::SeqCst);
        Ok(atlas("next"))
    });
    let all: Vec<_> = (0..8)
        .map(|_| {
            let reloads = reloads.clone();
            tokio::spawn(async move { reloads.reload(Cause::Request).await.unwrap().changed })
        })
        .collect();
    let mut changed = 0;
    for one in all {
        changed += u32::from(one.await.unwrap());
    }
    assert_eq!(changed, 1, "the others found it there");
}

#[tokio::test]
async fn what_never_changes_says_so() {
    let reloads = Reloads::fixed(Live::with(atlas("demo")), "it is made by the program");
    let why = reloads.reload(Cause::Request).await.unwrap_err();
    assert_eq!(why, "it is made by the program");
}
