//! A service of Lyonesse that the tests of this binary share.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

pub(crate) const LAPWING: &str = env!("CARGO_BIN_EXE_lapwing");

/// The token of the service, as the documents write it.
const TOKEN: &str = "open-sesame";

/// A service of Lyonesse on a port of the system's choice, stopped when it is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    process: Child,
    pub(crate) address: String,
}

impl Service {
    /// The service that is running, or a new one.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Service>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = shared.upgrade() {
            return service;
        }
        let service = Arc::new(Self::start());
        *shared = Arc::downgrade(&service);
        service
    }

    fn start() -> Self {
        let mut process = Command::new(LAPWING)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("LAPWING_ADMIN_TOKEN", TOKEN)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("lapwing starts");
        let mut lines = BufReader::new(process.stderr.take().expect("is piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let start = line.find("127.0.0.1:")?;
                let address = &line[start..];
                let end = address.find(|c: char| c != '.' && c != ':' && !c.is_ascii_digit());
                Some(address[..end.unwrap_or(address.len())].to_owned())
            })
            .expect("lapwing prints its address");
        std::thread::spawn(move || lines.for_each(drop));
        let service = Self { process, address };
        service.get("/health/ready");
        service
    }

    /// The body of an answer, once the service answers at all.
    pub(crate) fn get(&self, path: &str) -> String {
        let output = Command::new("curl")
            .args(["--silent", "--fail", "--retry", "60", "--retry-delay", "1"])
            .arg(format!("http://{}{path}", self.address))
            .output()
            .expect("curl runs");
        assert!(output.status.success(), "GET {path}: {output:?}");
        String::from_utf8(output.stdout).expect("is text")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
