//! `lapwing serve` as a process: it answers, is set up, reloads and ends as it promises.
#![cfg(unix)]

mod county;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use county::{command, refusal, snapshot_file, squares, squares_file};
use serde_json::Value;

/// Long enough for a busy machine; nothing waits so long unless it fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running service. Killed when dropped, should a test end early.
struct Service {
    child: Child,
    stderr: BufReader<ChildStderr>,
    /// All that it has said so far.
    said: Vec<String>,
    address: String,
}

impl Service {
    /// Starts it on a free port and waits until it is ready.
    fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("lapwing starts");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let mut service = Self { child, stderr, said: Vec::new(), address: String::new() };
        let line = service.wait_for("http://");
        let address = line.split("http://").nth(1).expect("a URL");
        service.address =
            address.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
        // The line is said just before the snapshot is put in.
        let started = Instant::now();
        while service.get("/health/ready").0 != 200 {
            assert!(started.elapsed() < PATIENCE, "it is not ready");
            std::thread::sleep(Duration::from_millis(5));
        }
        service
    }

    fn wait_for(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.stderr.read_line(&mut line).expect("stderr is read");
            assert!(read > 0, "it ended without saying {text:?}: {:#?}", self.said);
            self.said.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Status and body.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            .expect("a request is sent");
        answer(stream)
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Its exit code, and all that it said.
    fn end(mut self) -> (Option<i32>, Vec<String>) {
        let status = self.child.wait().expect("it ends");
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).expect("stderr is read");
        self.said.extend(rest.lines().map(str::to_owned));
        (status.code(), std::mem::take(&mut self.said))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer is read");
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}

fn serve(args: &[&str]) -> Command {
    command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat())
}

#[test]
fn it_answers_the_line_that_it_says_to_try_and_ends_well() {
    let mut service = Service::start(&mut serve(&[squares_file()]));
    let line = service.wait_for("try: curl");
    let path =
        line.split(&service.address).nth(1).expect("a path").trim_end().trim_end_matches('\'');
    let (status, body) = service.get(path);
    assert_eq!(status, 200, "{path}: {body}");
    let answer: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(answer["areas"]["ward"][0]["code"], "E05000001");

    service.signal("TERM");
    let (code, said) = service.end();
    assert_eq!(code, Some(0), "{said:#?}");
}

#[test]
fn a_request_under_way_is_finished_before_it_ends() {
    let mut service = Service::start(&mut serve(&[squares_file()]));
    // A square in the west of the squares.
    let (west, south, east, north) = (-0.8966, 52.2365, -0.8946, 52.2385);
    let body = format!(
        "{{\"type\":\"Polygon\",\"coordinates\":[[[{west},{south}],[{east},{south}],\
         [{east},{north}],[{west},{north}],[{west},{south}]]]}}"
    );
    let mut stream = service.connect();
    write!(
        stream,
        "POST /v1/overlaps?with=ward HTTP/1.1\r\nHost: test\r\nContent-Type: application/geo+json\
         \r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        body.len(),
        &body[..12]
    )
    .expect("half a request is sent");
    // Until its head is read, the request is not under way. A second one on another connection
    // is answered after it.
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(service.get("/health/live").0, 200);
    service.signal("TERM");
    service.wait_for("shutting down");
    stream.write_all(&body.as_bytes()[12..]).expect("the rest is sent");
    let (status, text) = answer(stream);
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("E05000001"), "{text}");
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn a_flag_goes_before_the_environment_and_the_environment_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lapwing.toml");
    let text = format!("source = {:?}\nlisten = \"127.0.0.1:0\"\n", squares_file());
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let served = |command: &mut Command| {
        let service = Service::start(command);
        let (_, body) = service.get("/v1/lookup?postcode=NN11AA");
        service.signal("INT");
        let (code, said) = service.end();
        assert_eq!(code, Some(0));
        (body.contains("E05000001"), said.concat())
    };
    let (squares_answer, _) = served(&mut command(&["serve", "--config", file]));
    assert!(squares_answer, "the file says what to serve and where");
    let (squares_answer, said) = served(
        command(&["serve"]).env("LAPWING_CONFIG", file).env("LAPWING_SOURCE", snapshot_file()),
    );
    assert!(!squares_answer, "the environment goes before the file: {said}");
    let (squares_answer, _) = served(
        command(&["serve", "--config", file, squares_file()])
            .env("LAPWING_SOURCE", snapshot_file()),
    );
    assert!(squares_answer, "the flag goes before the environment");
}

#[test]
fn a_new_snapshot_is_taken_at_a_hangup_and_a_bad_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.lapwing");
    fs::copy(squares_file(), &live).unwrap();
    let mut service = Service::start(&mut serve(&[live.to_str().unwrap()]));
    let ids = |service: &Service| {
        let (status, body) = service.get("/v1/lookup?easting=475500&northing=260500");
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        answer["snapshot"]["id"].as_str().expect("an id").to_owned()
    };
    let first = ids(&service);
    let next = squares::with_addresses();
    lapwing_boundaries::snapshot::write(&next, &live).unwrap();
    service.signal("HUP");
    service.wait_for("reloaded");
    let started = Instant::now();
    while ids(&service) == first {
        assert!(started.elapsed() < PATIENCE, "the new snapshot does not answer");
    }
    assert_eq!(ids(&service), next.id());

    fs::write(&live, "no snapshot").unwrap();
    service.signal("HUP");
    let told = service.wait_for("not reloaded");
    assert!(told.contains("is not a Lapwing snapshot"), "{told}");
    assert_eq!(ids(&service), next.id());
    service.signal("TERM");
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn without_a_command_it_serves() {
    let mut command = command(&[]);
    command.env("LAPWING_LISTEN", "127.0.0.1:0");
    let mut service = Service::start(&mut command);
    service.signal("TERM");
    service.wait_for("shutting down");
    assert!(service.said.concat().contains("Lyonesse"), "{:#?}", service.said);
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn a_misspelt_variable_is_warned_of_and_others_are_let_be() {
    let mut command = serve(&[squares_file()]);
    command.env("LAPWING_LISTN", "0.0.0.0:80").env("LAPWING_SERVICE_HOST", "10.0.0.1");
    let service = Service::start(&mut command);
    service.signal("TERM");
    let said = service.end().1.concat();
    assert!(said.contains("LAPWING_LISTN in the environment is no option"), "{said}");
    assert!(said.contains("is LAPWING_LISTEN meant?"), "{said}");
    assert!(!said.contains("LAPWING_SERVICE_HOST"), "{said}");
}

#[test]
fn a_log_for_machines_is_json_on_every_line() {
    let service = Service::start(&mut serve(&[squares_file(), "--log", "json"]));
    service.get("/health/live");
    service.signal("TERM");
    let (code, said) = service.end();
    assert_eq!(code, Some(0));
    assert!(said.len() >= 3, "{said:#?}");
    for line in said {
        let event: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        assert!(event["level"].is_string(), "{line}");
    }
}

#[test]
fn what_cannot_be_served_is_told_before_or_instead() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, told) = refusal(&["serve", squares_file(), "--listen", &address]);
    assert!(code == 1 && told.contains("choose another with --listen"), "{told}");

    let (code, told) = refusal(&["serve", "nothing.lapwing", "--listen", "127.0.0.1:0"]);
    assert!(code == 1 && told.contains("nothing.lapwing is not there"), "{told}");

    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("catalogue.toml");
    fs::write(
        &catalogue,
        "title = \"X\"\n[[layer]]\nid = \"ward\"\ntitle = \"W\"\nsource = \"none.geojson\"\ncode = \"c\"\n",
    )
    .unwrap();
    let (code, told) = refusal(&["serve", catalogue.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(code == 1 && told.contains("none.geojson"), "{told}");

    let (code, told) = refusal(&["serve", "--max-requests", "0"]);
    assert!(code == 2 && told.contains("--max-requests"), "{told}");
    let (code, told) = refusal(&["serve", "--log-level", "loud=x=y"]);
    assert!(code == 2 && told.contains("no log level"), "{told}");
    let config = folder.path().join("lapwing.toml");
    fs::write(&config, "listn = \"127.0.0.1:0\"\n").unwrap();
    let (code, told) = refusal(&["serve", "--config", config.to_str().unwrap()]);
    assert!(code == 2 && told.contains("did you mean \"listen\"?"), "{told}");
}
