//! Interrupted builds: whatever happens to the process or the disk, the snapshot is the complete old
//! file or the complete new one.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::county::{command, lapwing, refusal, squares_file, stdout_of, write_files};
use jiff::Timestamp;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::snapshot;
use lapwing_testing::random::Random;
use lapwing_testing::rounds;

/// The files of a county, a path for its snapshot, and the snapshot that is there before.
struct Site {
    folder: tempfile::TempDir,
    catalogue: PathBuf,
    output: PathBuf,
    old_id: String,
}

/// A county with a short build, so that many fit into a test, and a comparatively large snapshot.
fn small_county() -> Atlas {
    let size = WorldSize { postcodes: 20_000, pieces: 4, ..WorldSize::of_wards(8) };
    Atlas::build(demo::world(1, &size).into_contents(), Timestamp::UNIX_EPOCH, &())
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let catalogue = write_files(&small_county(), folder.path());
        let output = folder.path().join("county.lapwing");
        let site = Self {
            catalogue,
            output,
            old_id: crate::county::squares::atlas().id().to_owned(),
            folder,
        };
        site.put_old_back();
        site
    }

    fn put_old_back(&self) {
        fs::copy(squares_file(), &self.output).expect("the old snapshot is put back");
    }

    fn build(&self) -> Command {
        let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        command(&["build", &path(&self.catalogue), "-o", &path(&self.output)])
    }

    /// The id of the snapshot, as another process reads it.
    fn id(&self) -> String {
        let text = stdout_of(&["inspect", self.output.to_str().expect("UTF-8"), "--json"]);
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        json["id"].as_str().expect("an id").to_owned()
    }

    fn partial(&self) -> PathBuf {
        self.folder.path().join(".county.lapwing.partial")
    }
}

/// The duration of a build, and the part of it after the message that it is writing.
fn measure(site: &Site) -> (Duration, Duration) {
    let mut child = site.build().stderr(Stdio::piped()).spawn().expect("lapwing starts");
    let started = Instant::now();
    let mut writing = None;
    for line in BufReader::new(child.stderr.take().expect("stderr is piped")).lines() {
        if line.expect("stderr is read").starts_with("writing") {
            writing = Some(Instant::now());
        }
    }
    assert!(child.wait().expect("it ends").success());
    let writing = writing.expect("it says that it writes");
    (started.elapsed(), writing.elapsed())
}

#[test]
fn a_build_killed_at_any_moment_leaves_the_old_snapshot_or_the_new_one() {
    let seed = std::env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("seed {seed}: repeat with CRASH_SEED={seed}");
    let mut random = Random(seed);
    let site = Site::new();
    let (whole, write) = measure(&site);
    let new_id = site.id();
    assert_ne!(new_id, site.old_id);

    // Half of the builds are killed at any time, half of them while they write.
    let kills = rounds(24, 100) as u64;
    let (mut killed, mut old, mut left_partial) = (0, 0, 0);
    for round in 0..kills {
        site.put_old_back();
        let mut child = site.build().stderr(Stdio::piped()).spawn().expect("lapwing starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let span = if round % 2 == 0 {
            whole
        } else {
            let mut line = String::new();
            while !line.starts_with("writing") {
                line.clear();
                assert!(stderr.read_line(&mut line).expect("stderr is read") > 0, "it writes");
            }
            write
        };
        std::thread::sleep(span.mul_f64(random.unit()));
        child.kill().expect("it is killed, or has ended");
        let status = child.wait().expect("it ends");
        killed += u64::from(status.signal() == Some(9));
        left_partial += u32::from(site.partial().exists());
        let id = site.id();
        assert!(id == site.old_id || id == new_id, "round {round}: {id}");
        old += u32::from(id == site.old_id);
        if status.success() {
            assert_eq!(id, new_id, "round {round}: it said that it was done");
        }
    }
    println!(
        "{killed} of {kills} killed before their end, {old} left the old snapshot, {left_partial} a partial file"
    );
    assert!(killed > kills / 5, "the moments of killing do not fall into the builds");
    assert!(left_partial > 0, "no kill fell into the writing");

    // A partial file is overwritten, whatever its content.
    fs::write(site.partial(), vec![7; 50_000_000]).expect("a stale partial file");
    let output = site.build().output().expect("lapwing runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(site.id(), new_id);
    assert!(!site.partial().exists());
}

#[test]
fn a_write_that_fails_half_way_leaves_the_old_snapshot_and_no_partial_file() {
    let site = Site::new();
    // A limit on file sizes makes a write fail half-way, like a full disk.
    let limited = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_lapwing"), "build"])
        .arg(&site.catalogue)
        .arg("-o")
        .arg(&site.output)
        .output()
        .expect("sh runs");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("county.lapwing cannot be written: File too large"), "{message}");
    assert_eq!(site.id(), site.old_id);
    assert!(!site.partial().exists());
}

#[test]
fn every_command_that_writes_reports_a_full_disk() {
    let (code, message) =
        refusal(&["export", squares_file(), "ward", "-o", "/dev/full", "--format", "csv"]);
    assert_eq!(code, 1);
    assert!(message.contains("/dev/full cannot be written: No space left on device"), "{message}");
    assert!(message.contains("free some disk space"), "{message}");
}

#[test]
fn an_unwritable_folder_is_reported_before_the_work() {
    let site = Site::new();
    let catalogue = site.catalogue.to_str().expect("UTF-8");
    let missing = site.folder.path().join("none").join("county.lapwing");
    let (code, message) = refusal(&["build", catalogue, "-o", missing.to_str().expect("UTF-8")]);
    assert_eq!(code, 1);
    assert!(message.contains("create its folder first"), "{message}");
    assert!(!message.contains("reading"), "the work was not begun: {message}");

    let folder = site.folder.path().to_str().expect("UTF-8");
    let (code, message) = refusal(&["build", catalogue, "-o", folder]);
    assert!(code == 1 && message.contains("this is a folder: name a file in it"), "{message}");
}

#[test]
fn two_builds_of_one_file_do_not_mix() {
    let site = Site::new();
    let held = fs::File::options().create(true).truncate(false).write(true).open(site.partial());
    let held = held.expect("a partial file");
    held.lock().expect("another build holds it");
    let output = site.build().output().expect("lapwing runs");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("another lapwing is writing"), "{message}");
    assert_eq!(site.id(), site.old_id);
}

#[test]
fn a_symbolic_link_stays_a_link() {
    let site = Site::new();
    let link = site.folder.path().join("current.lapwing");
    std::os::unix::fs::symlink(&site.output, &link).expect("a link");
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let output = lapwing(&["build", &path(&site.catalogue), "-o", &path(&link)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert_ne!(snapshot::read(&site.output).expect("a snapshot").id(), site.old_id);
}
