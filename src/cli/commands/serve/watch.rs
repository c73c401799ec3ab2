//! `--watch`: the files are looked at once a second, and opened again when they have changed and
//! then stayed as they are.
//!
//! Looking is preferred to being notified: it sees a file that is renamed into place, overwritten,
//! linked to another or brought by a network, on every system alike, and costs a system call a
//! second for each file.

use std::fs::{self, Metadata};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lapwing::live::reload::{Cause, Reloads};

use super::opening::Opening;

/// Between two looks. A file that is the same at two looks after a change is taken for whole.
const EVERY: Duration = Duration::from_secs(1);

/// What tells one state of a file from another; `None` where it is not there.
type Look = Option<(u64, Option<SystemTime>, Identity)>;

/// What the files looked like at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Looks(Vec<(PathBuf, Look)>);

impl Looks {
    /// Looks at the files.
    pub(super) fn at(opening: &Opening) -> Self {
        let mut files = opening.files();
        files.sort();
        files.dedup();
        let look = |file: PathBuf| {
            let look = fs::metadata(&file).ok().map(|found| look_of(&found));
            (file, look)
        };
        Self(files.into_iter().map(look).collect())
    }

    /// The first file that is not there.
    fn missing(&self) -> Option<&PathBuf> {
        self.0.iter().find(|(_, look)| look.is_none()).map(|(file, _)| file)
    }
}

fn look_of(found: &Metadata) -> (u64, Option<SystemTime>, Identity) {
    (found.len(), found.modified().ok(), identity_of(found))
}

/// Device and inode, and when either content or name last changed: a copy may bring its own time
/// of modification.
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

/// Reloads whenever the files have changed since they looked like `known`; never ends.
pub(super) async fn watch(opening: Arc<Opening>, reloads: Reloads, mut known: Looks) {
    let mut changing: Option<Looks> = None;
    loop {
        tokio::time::sleep(EVERY).await;
        let looking = Arc::clone(&opening);
        let looked = tokio::task::spawn_blocking(move || Looks::at(&looking)).await;
        let Ok(looks) = looked else { continue };
        if looks == known {
            changing = None;
        } else if changing.as_ref() != Some(&looks) {
            changing = Some(looks);
        } else {
            changing = None;
            if let Some(missing) = looks.missing() {
                let file = missing.display();
                tracing::warn!("{file} has gone: what was read of it goes on answering");
            } else {
                // How it ended is told by the log and by /health/ready.
                let _ = reloads.reload(Cause::Watch).await;
            }
            // A change since the looking is seen at the next one.
            known = looks;
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
    fn every_way_to_change_a_file_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("county.lapwing");
        let opening = opening(file.clone());
        let mut before = Looks::at(&opening);
        assert_eq!(before.missing(), Some(&file));
        let mut changed = |how: &str| {
            let now = Looks::at(&opening);
            assert_ne!(std::mem::replace(&mut before, now), Looks::at(&opening), "{how}");
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
    fn of_a_catalogue_every_file_that_it_names_is_watched() {
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
        let looks = Looks::at(&opening(at("catalogue.toml")));
        let files: Vec<&PathBuf> = looks.0.iter().map(|(file, _)| file).collect();
        let named = ["catalogue.toml", "codepoint/nn.csv", "laps.toml", "w.geojson"];
        assert_eq!(files, named.map(at).iter().collect::<Vec<_>>());
    }
}
