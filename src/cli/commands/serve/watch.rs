//! `--watch`: polls the files once a second and reloads when they have changed and then stayed the
//! same for one interval.
//!
//! Polling, unlike file notification, detects a file that is renamed into place, overwritten,
//! relinked or on a network file system, on every platform. It costs one system call per file and
//! second.

use std::fs::{self, Metadata};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lapwing::live::reload::{Cause, Reloads};

use super::opening::Opening;

/// The polling interval. A changed file that is the same at two polls is considered complete.
const EVERY: Duration = Duration::from_secs(1);

/// The state of a file: size, modification time and identity; `None` if it does not exist.
type FileState = Option<(u64, Option<SystemTime>, Identity)>;

/// The state of all watched files at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileStates(Vec<(PathBuf, FileState)>);

impl FileStates {
    /// Polls the files.
    pub(super) fn poll(opening: &Opening) -> Self {
        let mut files = opening.files();
        files.sort();
        files.dedup();
        let with_state = |file: PathBuf| {
            let state = fs::metadata(&file).ok().map(|found| state_of(&found));
            (file, state)
        };
        Self(files.into_iter().map(with_state).collect())
    }

    /// The first file that does not exist.
    fn missing(&self) -> Option<&PathBuf> {
        self.0.iter().find(|(_, state)| state.is_none()).map(|(file, _)| file)
    }
}

fn state_of(found: &Metadata) -> (u64, Option<SystemTime>, Identity) {
    (found.len(), found.modified().ok(), identity_of(found))
}

/// Device, inode and change time (`ctime`). A copy can preserve the modification time, but not the
/// change time.
type Identity = (u64, u64, i64, i64);

#[cfg(unix)]
fn identity_of(found: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (found.dev(), found.ino(), found.ctime(), found.ctime_nsec())
}

#[cfg(not(unix))]
fn identity_of(_found: &Metadata) -> Identity {
    (0, 0, 0, 0)
}

/// Reloads whenever the files differ from `known`. Never returns.
pub(super) async fn watch(opening: Arc<Opening>, reloads: Reloads, mut known: FileStates) {
    let mut changing: Option<FileStates> = None;
    loop {
        tokio::time::sleep(EVERY).await;
        let source = Arc::clone(&opening);
        let polled = tokio::task::spawn_blocking(move || FileStates::poll(&source)).await;
        let Ok(states) = polled else { continue };
        if states == known {
            changing = None;
        } else if changing.as_ref() != Some(&states) {
            changing = Some(states);
        } else {
            changing = None;
            if let Some(missing) = states.missing() {
                let file = missing.display();
                tracing::warn!("{file} no longer exists: the service continues with the old data");
            } else {
                // The log and /health/ready report the result.
                let _ = reloads.reload(Cause::Watch).await;
            }
            // A change since this poll is detected by the next one.
            known = states;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(source: PathBuf) -> Opening {
        Opening { source, data: None, seed: 1, quiet: true, watched: true }
    }

    #[test]
    fn every_way_to_change_a_file_is_detected() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("county.lapwing");
        let opening = opening(file.clone());
        let mut before = FileStates::poll(&opening);
        assert_eq!(before.missing(), Some(&file));
        let mut changed = |how: &str| {
            let now = FileStates::poll(&opening);
            assert_ne!(std::mem::replace(&mut before, now), FileStates::poll(&opening), "{how}");
        };
        fs::write(&file, "one").unwrap();
        changed("made");
        // Clocks of file systems tick in milliseconds.
        std::thread::sleep(Duration::from_millis(20));
        fs::write(&file, "two").unwrap();
        changed("overwritten at the same length");
        let old_time = fs::metadata(&file).unwrap().modified().unwrap();
        let beside = folder.path().join("beside");
        fs::write(&beside, "new").unwrap();
        fs::File::options().write(true).open(&beside).unwrap().set_modified(old_time).unwrap();
        fs::rename(&beside, &file).unwrap();
        changed("replaced by one of the same length and time");
        fs::remove_file(&file).unwrap();
        changed("removed");
    }

    #[test]
    fn every_file_of_a_catalogue_is_watched() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(
            at("catalogue.toml"),
            "title = \"X\"\n[[layer]]\nid = \"ward\"\ntitle = \"W\"\nsource = \"w.geojson\"\n\
             code = \"c\"\n[[layer]]\nid = \"lap\"\ntitle = \"L\"\ncompose = \"laps.toml\"\n\
             [postcodes]\nsource = \"codepoint\"\nformat = \"code-point-open\"\n",
        )
        .unwrap();
        fs::create_dir(at("codepoint")).unwrap();
        fs::write(at("codepoint/nn.csv"), "").unwrap();
        let states = FileStates::poll(&opening(at("catalogue.toml")));
        let files: Vec<&PathBuf> = states.0.iter().map(|(file, _)| file).collect();
        let named = ["catalogue.toml", "codepoint/nn.csv", "laps.toml", "w.geojson"];
        assert_eq!(files, named.map(at).iter().collect::<Vec<_>>());
    }
}
