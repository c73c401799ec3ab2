//! `lapwing serve` as a process: its answers, configuration and shutdown.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use crate::county::service::{Service, answer, serve};
use crate::county::{command, refusal, snapshot_file, squares_file};
use serde_json::Value;

#[test]
fn the_suggested_curl_command_works_and_the_service_exits_with_0() {
    let mut service = Service::start(&mut serve(&[squares_file()]));
    let line = service.wait_for("try: curl");
    let path =
        line.split(&service.address).nth(1).expect("a path").trim_end().trim_end_matches('\'');
    let (status, body) = service.get(path);
    assert_eq!(status, 200, "{path}: {body}");
    let answer: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(answer["areas"]["ward"][0]["code"], "E05000001");

    service.signal("TERM");
    let (code, log) = service.end();
    assert_eq!(code, Some(0), "{log:#?}");
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
    // Until its head is read, the request is not in progress. A second one on another connection
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
        let (code, log) = service.end();
        assert_eq!(code, Some(0));
        (body.contains("E05000001"), log.concat())
    };
    let (squares_answer, _) = served(&mut command(&["serve", "--config", file]));
    assert!(squares_answer, "the file says what to serve and where");
    let (squares_answer, log) = served(
        command(&["serve"]).env("LAPWING_CONFIG", file).env("LAPWING_SOURCE", snapshot_file()),
    );
    assert!(!squares_answer, "the environment goes before the file: {log}");
    let (squares_answer, _) = served(
        command(&["serve", "--config", file, squares_file()])
            .env("LAPWING_SOURCE", snapshot_file()),
    );
    assert!(squares_answer, "the flag goes before the environment");
}

#[test]
fn without_a_command_it_serves() {
    let mut command = command(&[]);
    command.env("LAPWING_LISTEN", "127.0.0.1:0");
    let mut service = Service::start(&mut command);
    service.signal("TERM");
    service.wait_for("shutting down");
    assert!(service.log.concat().contains("Lyonesse"), "{:#?}", service.log);
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn a_misspelt_variable_causes_a_warning_and_others_are_ignored() {
    let mut command = serve(&[squares_file()]);
    command.env("LAPWING_LISTN", "0.0.0.0:80").env("LAPWING_SERVICE_HOST", "10.0.0.1");
    let service = Service::start(&mut command);
    service.signal("TERM");
    let log = service.end().1.concat();
    assert!(log.contains("unknown environment variable LAPWING_LISTN"), "{log}");
    assert!(log.contains("did you mean LAPWING_LISTEN?"), "{log}");
    assert!(!log.contains("LAPWING_SERVICE_HOST"), "{log}");
}

#[test]
fn a_log_for_machines_is_json_on_every_line() {
    let service = Service::start(&mut serve(&[squares_file(), "--log", "json"]));
    service.get("/health/live");
    service.signal("TERM");
    let (code, log) = service.end();
    assert_eq!(code, Some(0));
    assert!(log.len() >= 3, "{log:#?}");
    for line in log {
        let event: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        assert!(event["level"].is_string(), "{line}");
    }
}

#[test]
fn startup_errors_have_a_message() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, message) = refusal(&["serve", squares_file(), "--listen", &address]);
    assert!(code == 1 && message.contains("choose another address with --listen"), "{message}");

    let (code, message) = refusal(&["serve", "nothing.lapwing", "--listen", "127.0.0.1:0"]);
    assert!(code == 1 && message.contains("nothing.lapwing does not exist"), "{message}");

    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("catalogue.toml");
    fs::write(
        &catalogue,
        "title = \"X\"\n[[layer]]\nid = \"ward\"\ntitle = \"W\"\nsource = \"none.geojson\"\ncode = \"c\"\n",
    )
    .unwrap();
    let (code, message) =
        refusal(&["serve", catalogue.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(code == 1 && message.contains("none.geojson"), "{message}");

    let (code, message) = refusal(&["serve", "--max-requests", "0"]);
    assert!(code == 2 && message.contains("--max-requests"), "{message}");
    let (code, message) = refusal(&["serve", "--log-level", "loud=x=y"]);
    assert!(code == 2 && message.contains("invalid log level"), "{message}");
    let config = folder.path().join("lapwing.toml");
    fs::write(&config, "listn = \"127.0.0.1:0\"\n").unwrap();
    let (code, message) = refusal(&["serve", "--config", config.to_str().unwrap()]);
    assert!(code == 2 && message.contains("did you mean \"listen\"?"), "{message}");
}

#[test]
fn metrics_can_have_their_own_listener() {
    let mut service =
        Service::start(&mut serve(&[squares_file(), "--metrics-listen", "127.0.0.1:0"]));
    assert_eq!(service.get("/metrics").0, 404);
    let message = service.log.concat() + &service.wait_for("try: curl");
    let message =
        if message.contains("metrics: http://") { message } else { service.wait_for("metrics: ") };
    let address = message.split("metrics: http://").nth(1).expect("an address");
    let address = address.split('/').next().expect("an address").to_owned();
    let main = std::mem::replace(&mut service.address, address);
    let (status, page) = service.get("/metrics");
    assert_eq!(status, 200);
    assert!(page.contains("lapwing_http_requests_total{route=\"/health/ready\""), "{page}");
    assert_eq!(service.get("/v1/layers").0, 404);
    service.address = main;
    assert_eq!(service.get("/v1/layers").0, 200);
    service.signal("TERM");
    assert_eq!(service.end().0, Some(0));
}
