//! `lapwing serve` as a process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::command;

/// Long enough for a busy machine. Only a failing test waits this long.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A running service, killed when dropped.
pub(crate) struct Service {
    pub(crate) child: Child,
    /// Its log lines, read continuously, since a full pipe would block it.
    lines: Receiver<String>,
    /// All log lines so far.
    pub(crate) log: Vec<String>,
    pub(crate) address: String,
}

impl Service {
    /// Starts it on a free port and waits until it is ready.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("lapwing starts");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let (log, lines) = channel();
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| log.send(line))
        });
        let mut service = Self { child, lines, log: Vec::new(), address: String::new() };
        // The line of the metrics listener may come first.
        let mut line = service.wait_for("http://");
        while line.contains("metrics: ") {
            line = service.wait_for("http://");
        }
        let address = line.split("http://").nth(1).expect("a URL");
        service.address =
            address.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
        // The line is logged just before the snapshot is served.
        let started = Instant::now();
        while service.get("/health/ready").0 != 200 {
            assert!(started.elapsed() < PATIENCE, "it is not ready");
            std::thread::sleep(Duration::from_millis(5));
        }
        service
    }

    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|error| panic!("{error}: {text:?}: {:#?}", self.log));
            self.log.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Status and body.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            .expect("a request is sent");
        answer(stream)
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Its exit code and all log lines.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>) {
        let status = self.child.wait().expect("it ends");
        self.log.extend(self.lines.iter());
        (status.code(), std::mem::take(&mut self.log))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Status and body of a response that ends with the connection.
pub(crate) fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer is read");
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}

/// The command for a service on a free port.
pub(crate) fn serve(args: &[&str]) -> Command {
    command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat())
}
