//! Reloads in a running process: by signal, by request and by watching the file, under load.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::county::service::{PATIENCE, Service, answer, serve};
use crate::county::{command, refusal, squares, squares_file, write_files};
use lapwing_boundaries::snapshot;
use lapwing_testing::rounds;
use serde_json::Value;

const TOKEN: &str = "sesame-of-the-test";

/// A snapshot file that is served, and two that can replace it.
struct Site {
    folder: tempfile::TempDir,
    live: PathBuf,
    ids: [String; 2],
    files: [Vec<u8>; 2],
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let live = folder.path().join("live.lapwing");
        let atlases = [squares::atlas(), squares::with_addresses()];
        let files = [0, 1].map(|at| snapshot::to_bytes(&atlases[at]));
        fs::write(&live, &files[0]).expect("the first snapshot");
        Self { ids: atlases.map(|atlas| atlas.id().to_owned()), folder, live, files }
    }

    /// As `lapwing build -o` does: written to another file, then renamed.
    fn put(&self, at: usize) {
        let beside = self.folder.path().join("beside");
        fs::write(&beside, &self.files[at]).expect("a file");
        fs::rename(&beside, &self.live).expect("it is renamed");
    }

    fn serve(&self, more: &[&str]) -> Service {
        let path = self.live.to_str().expect("UTF-8");
        let mut command = serve(&[&[path], more].concat());
        Service::start(command.env("LAPWING_ADMIN_TOKEN", TOKEN))
    }
}

fn reload(service: &Service) -> (u16, Value) {
    let mut stream = service.connect();
    write!(
        stream,
        "POST /admin/reload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .expect("a request is sent");
    let (status, body) = answer(stream);
    (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("{status} {body}")))
}

fn ready(service: &Service) -> Value {
    let (status, body) = service.get("/health/ready");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).expect("JSON")
}

/// Waits until this snapshot is served.
fn wait_for_id(service: &Service, id: &str) {
    let started = Instant::now();
    while ready(service)["snapshot"]["id"] != id {
        assert!(started.elapsed() < PATIENCE, "{id} does not answer: {}", ready(service));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn wait_for_failure(service: &Service) -> String {
    let started = Instant::now();
    loop {
        let last = ready(service)["last_reload"].clone();
        if last["status"] == "failed" {
            assert!(last["at"].is_string() && last["to"].is_null(), "{last}");
            return last["error"].as_str().expect("a sentence").to_owned();
        }
        assert!(started.elapsed() < PATIENCE, "no reload has failed: {last}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// One answer on a connection that stays open: its head in lower case, and its body.
fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> (String, Vec<u8>) {
    stream.get_mut().write_all(request.as_bytes()).expect("a request is sent");
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).expect("an answer") > 0, "cut off after {head:?}");
    }
    let head = head.to_lowercase();
    let mut body = Vec::new();
    if let Some(length) = head.split("content-length: ").nth(1) {
        let length = length.split("\r\n").next().unwrap().parse().expect("a length");
        body.resize(length, 0);
        stream.read_exact(&mut body).expect("a body");
        return (head, body);
    }
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    loop {
        let mut length = String::new();
        stream.read_line(&mut length).expect("a length");
        let length = usize::from_str_radix(length.trim(), 16).expect("a length");
        let start = body.len();
        body.resize(start + length + 2, 0);
        stream.read_exact(&mut body[start..]).expect("a chunk");
        body.truncate(start + length);
        if length == 0 {
            return (head, body);
        }
    }
}

/// Repeats one request; every response must equal, byte for byte, that of the snapshot that it
/// names.
fn keep_asking(
    stream: TcpStream,
    request: &str,
    id_of: impl Fn(&str, &[u8]) -> String,
    stop: &AtomicBool,
    request_count: &AtomicU64,
    known: &Mutex<HashMap<String, Vec<u8>>>,
) {
    let mut stream = BufReader::new(stream);
    while !stop.load(Ordering::Relaxed) {
        let (head, body) = ask(&mut stream, request);
        assert!(head.starts_with("http/1.1 200"), "{head}");
        let id = id_of(&head, &body);
        let mut known = known.lock().unwrap();
        let before = known.entry(id).or_insert_with(|| body.clone());
        assert!(*before == body, "two answers of one snapshot: {before:?} {body:?}");
        request_count.fetch_add(1, Ordering::Relaxed);
    }
}

/// By the tag, which must agree with the body.
fn id_of_lookup(head: &str, body: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(body).expect("JSON");
    let id = answer["snapshot"]["id"].as_str().expect("an id");
    assert!(head.contains(&format!("etag: w/\"{id}")), "{head} on the answer of {id}");
    id.to_owned()
}

/// A CSV answer has no snapshot id. All its lines must be from one snapshot, which is identified by a
/// postcode whose addresses are in only one of the two.
fn id_of_bulk(_: &str, body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("UTF-8");
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(rows.len(), 3_000);
    assert!(rows.iter().all(|row| *row == rows[0]), "rows of two snapshots in one answer");
    rows[0].to_owned()
}

#[test]
fn many_swaps_under_load_fail_no_request_and_mix_no_answer() {
    let swaps = rounds(200, 2_000);
    let site = Site::new();
    let service = site.serve(&["--log-level", "warn"]);
    let (stop, request_count) = (AtomicBool::new(false), AtomicU64::new(0));
    let (lookups, bulk) = (Mutex::default(), Mutex::default());
    let lookup = "GET /v1/lookup?postcode=NN11AC&layers=ward HTTP/1.1\r\nHost: x\r\n\r\n";
    let rows = format!("postcode\n{}", "NN11AC\n".repeat(3_000));
    let many = format!(
        "POST /v1/lookup?layers=ward HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n\
         Content-Length: {}\r\n\r\n{rows}",
        rows.len()
    );
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let stream = service.connect();
            scope.spawn(|| {
                keep_asking(stream, lookup, id_of_lookup, &stop, &request_count, &lookups);
            });
        }
        let stream = service.connect();
        scope.spawn(|| keep_asking(stream, &many, id_of_bulk, &stop, &request_count, &bulk));
        // A failure here ends the other threads too.
        let swapping = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for swap in 1..=swaps {
                site.put(swap % 2);
                let (status, message) = reload(&service);
                assert_eq!((status, &message["status"]), (200, &"reloaded".into()), "{message}");
                assert_eq!(message["from"], site.ids[(swap + 1) % 2].as_str());
                assert_eq!(message["to"], site.ids[swap % 2].as_str());
            }
        }));
        stop.store(true, Ordering::Relaxed);
        swapping.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    let request_count = request_count.into_inner();
    println!("{request_count} requests during {swaps} swaps in {:?}", started.elapsed());
    assert!(request_count > swaps as u64, "there was no load");
    let mut answered: Vec<String> = lookups.into_inner().unwrap().into_keys().collect();
    let mut ids = site.ids.to_vec();
    answered.sort();
    ids.sort();
    assert_eq!(answered, ids, "both snapshots answered, and no other");
    assert_eq!(bulk.into_inner().unwrap().len(), 2, "bulk requests met both snapshots");
    service.signal("TERM");
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn sighup_loads_a_new_snapshot_and_a_bad_one_changes_nothing() {
    let site = Site::new();
    let mut service = site.serve(&[]);
    assert_eq!(ready(&service)["last_reload"], Value::Null);
    site.put(1);
    service.signal("HUP");
    service.wait_for("reloaded");
    wait_for_id(&service, &site.ids[1]);
    assert_eq!(ready(&service)["last_reload"]["by"], "signal");

    let half = site.folder.path().join("half");
    for (bad, message) in [
        (b"no snapshot".to_vec(), "is not a Lapwing snapshot"),
        (site.files[0][..site.files[0].len() / 2].to_vec(), "cut off"),
    ] {
        fs::write(&half, bad).expect("a bad file");
        fs::rename(&half, &site.live).expect("it is renamed");
        service.signal("HUP");
        let line = service.wait_for(message);
        assert!(line.contains("not reloaded"), "{line}");
        assert!(line.contains(site.live.to_str().unwrap()), "{line}");
        let error = wait_for_failure(&service);
        assert!(error.contains(message) && error.contains("live.lapwing"), "{error}");
        assert!(!error.contains('/'), "folders are nobody's business: {error}");
        let (status, problem) = reload(&service);
        assert_eq!((status, &problem["type"]), (409, &"/problems/not-reloaded".into()));
        assert_eq!(ready(&service)["snapshot"]["id"], site.ids[1].as_str());
        let (status, _) = service.get("/v1/lookup?postcode=NN11AA");
        assert_eq!(status, 200);
    }
    service.signal("TERM");
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn a_watched_file_is_reloaded_however_it_is_replaced() {
    let site = Site::new();
    let service = site.serve(&["--watch"]);
    site.put(1);
    wait_for_id(&service, &site.ids[1]);
    assert_eq!(ready(&service)["last_reload"]["by"], "watch");

    // In place and in two halves, like a copy over a slow network: the first half alone is refused.
    let mut file = fs::File::create(&site.live).expect("it is opened for writing");
    let (first, second) = site.files[0].split_at(site.files[0].len() / 2);
    file.write_all(first).expect("the first half");
    let error = wait_for_failure(&service);
    assert!(error.contains("cut off"), "{error}");
    assert_eq!(ready(&service)["snapshot"]["id"], site.ids[1].as_str());
    file.write_all(second).expect("the second half");
    drop(file);
    wait_for_id(&service, &site.ids[0]);

    // By a symbolic link that is changed to another file.
    fs::remove_file(&site.live).expect("it is removed");
    let elsewhere = site.folder.path().join("elsewhere.lapwing");
    fs::write(&elsewhere, &site.files[1]).expect("a file");
    std::os::unix::fs::symlink(&elsewhere, &site.live).expect("a link");
    wait_for_id(&service, &site.ids[1]);
}

#[test]
fn a_deleted_file_is_served_from_memory_until_it_is_back() {
    let site = Site::new();
    let mut service = site.serve(&["--watch"]);
    fs::remove_file(&site.live).expect("it is removed");
    service.wait_for("no longer exists");
    assert_eq!(ready(&service)["snapshot"]["id"], site.ids[0].as_str());
    site.put(1);
    wait_for_id(&service, &site.ids[1]);
}

#[test]
fn a_catalogue_is_built_again_when_one_of_its_files_changes() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = write_files(&squares::atlas(), folder.path());
    let service = Service::start(&mut serve(&[catalogue.to_str().unwrap(), "--watch"]));
    let first = ready(&service)["snapshot"]["id"].clone();
    let wards = folder.path().join("ward.geojson");
    let text = fs::read_to_string(&wards).unwrap();
    replace(&wards, &text.replace("Abbey", "Abbey and Castle"));
    let started = Instant::now();
    while ready(&service)["snapshot"]["id"] == first {
        assert!(started.elapsed() < PATIENCE, "{}", ready(&service));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(service.get("/v1/areas/ward/E05000001").1.contains("Abbey and Castle"));
    replace(&wards, "{");
    let error = wait_for_failure(&service);
    assert!(error.contains("the catalogue is not served"), "{error}");
    assert!(service.get("/v1/areas/ward/E05000001").1.contains("Abbey and Castle"));
}

fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("beside");
    fs::write(&beside, text).unwrap();
    fs::rename(&beside, path).unwrap();
}

#[test]
fn the_demonstration_county_cannot_be_reloaded() {
    let mut service = Service::start(serve(&[]).env("LAPWING_ADMIN_TOKEN", TOKEN));
    let (status, problem) = reload(&service);
    assert_eq!(status, 409);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("generated by the program"), "{detail}");
    service.signal("HUP");
    service.wait_for("generated by the program");
    let (code, message) = refusal(&["serve", "--watch", "--listen", "127.0.0.1:0"]);
    assert!(code == 2 && message.contains("--watch needs a file to watch"), "{message}");
}

#[test]
fn an_unprintable_token_is_refused_and_not_logged() {
    let output = command(&["serve", squares_file(), "--listen", "127.0.0.1:0"])
        .env("LAPWING_ADMIN_TOKEN", "two secret words")
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("--admin-token: the token may only have"), "{message}");
    assert!(!message.contains("secret"), "{message}");
}

#[test]
fn the_configuration_file_can_turn_them_on() {
    let site = Site::new();
    let config = site.folder.path().join("lapwing.toml");
    fs::write(
        &config,
        format!("source = {:?}\nwatch = true\nadmin_token = {TOKEN:?}\n", site.live),
    )
    .unwrap();
    let mut command =
        command(&["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()]);
    let service = Service::start(&mut command);
    assert_eq!(reload(&service).1["status"], "unchanged");
    site.put(1);
    wait_for_id(&service, &site.ids[1]);
}
