//! Asking a server: one connection pool, one way to tell what went wrong.

use std::io::Read as _;

use jiff::Timestamp;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::error::Trouble;
use super::retry::{Patience, Tries, retry_after};

/// The most of an answer that is kept in memory, in bytes. Two thousand full-resolution areas have
/// a tenth of it.
const MOST_IN_MEMORY: u64 = 1 << 30;

/// How much of a server's own words is told.
const EXCERPT: usize = 200;

/// A client of the servers that publish the sources.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    patience: Patience,
    mirror: Option<String>,
}

impl Client {
    /// A client. Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY`…), trusted roots
    /// those of the system.
    ///
    /// With a `mirror`, every address is asked of it instead, the host as the first folder:
    /// `https://a.example/b?c` as `MIRROR/a.example/b?c`.
    pub fn new(patience: Patience, mirror: Option<&str>) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("lapwing/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .timeout_resolve(Some(patience.silence))
            .timeout_connect(Some(patience.silence))
            .timeout_per_read(Some(patience.silence))
            .timeout_per_write(Some(patience.silence))
            .build();
        let mirror = mirror.map(|address| address.trim_end_matches('/').to_owned());
        Self { agent: config.into(), patience, mirror }
    }

    /// The tries of a new transfer.
    pub(super) fn tries(&self) -> Tries {
        Tries::new(self.patience)
    }

    /// Asks once, and takes an answer of any status.
    pub(super) fn ask(
        &self,
        url: &str,
        headers: &[(header::HeaderName, String)],
    ) -> Result<Response<Body>, Trouble> {
        let mut request = self.agent.get(self.address(url));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.call().map_err(|error| trouble_of(url, &error))
    }

    /// Asks once for a document that fits into memory.
    pub(super) fn get_document(
        &self,
        url: &str,
        headers: &[(header::HeaderName, String)],
    ) -> Result<Vec<u8>, Trouble> {
        let mut response = accepted(url, self.ask(url, headers)?)?;
        let mut document = Vec::new();
        let body = response.body_mut().with_config().limit(MOST_IN_MEMORY).reader();
        body.take(MOST_IN_MEMORY).read_to_end(&mut document).map_err(|e| broken(url, &e))?;
        Ok(document)
    }

    fn address(&self, url: &str) -> String {
        match (&self.mirror, url.split_once("://")) {
            (Some(mirror), Some((_, rest))) => format!("{mirror}/{rest}"),
            _ => url.to_owned(),
        }
    }
}

/// An answer that is a success or says that nothing has changed; any other status is a trouble.
pub(super) fn accepted(url: &str, response: Response<Body>) -> Result<Response<Body>, Trouble> {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    Err(refusal(url, response))
}

/// A transfer that ended before its end.
pub(super) fn broken(url: &str, error: &std::io::Error) -> Trouble {
    // ureq wraps its own errors (a time-out, too large a body) in those of reading.
    match error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
        Some(inner) => trouble_of(url, inner),
        None => Trouble::passing(format!("{} broke off: {error}", shown(url))),
    }
}

fn trouble_of(url: &str, error: &ureq::Error) -> Trouble {
    use ureq::Error as E;
    let url = shown(url);
    match error {
        E::Timeout(_) => Trouble::passing(format!("{url} was silent for too long")),
        E::Io(error) => Trouble::passing(format!("{url} broke off: {error}")),
        E::ConnectionFailed | E::HostNotFound | E::Protocol(_) => {
            Trouble::passing(format!("{url} cannot be reached: {error}"))
        }
        E::BodyExceedsLimit(most) => {
            Trouble::lasting(format!("{url} gives more than {most} bytes where a page was asked"))
        }
        _ => Trouble::lasting(format!("{url} cannot be asked: {error}")),
    }
}

/// What a status that is no success means (RFC 9110 section 15).
fn refusal(url: &str, mut response: Response<Body>) -> Trouble {
    let status = response.status();
    let wait = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| retry_after(value.to_str().ok()?, Timestamp::now()));
    let mut words = Vec::new();
    let body = response.body_mut().as_reader();
    let _ = body.take(4096).read_to_end(&mut words);
    let words = excerpt(&String::from_utf8_lossy(&words));
    let colon = if words.is_empty() { "" } else { ": " };
    let why = format!("{} answers {status}{colon}{words}", shown(url));
    match status.as_u16() {
        408 | 425 | 429 | 500 | 502..=504 => Trouble::Passing { why, wait },
        _ => Trouble::Lasting(why),
    }
}

/// The beginning of a server's words on one line, without mark-up.
pub(super) fn excerpt(text: &str) -> String {
    if text.trim_start().starts_with('<') {
        return String::new();
    }
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// An address in a message: without its query, which is long and perhaps signed.
pub(super) fn shown(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_has_each_host_as_a_folder() {
        let asked = |mirror| {
            let client = Client::new(Patience::default(), mirror);
            client.address("https://api.example.org/v1/x?a=b")
        };
        assert_eq!(asked(None), "https://api.example.org/v1/x?a=b");
        let at_mirror = "http://localhost:1/m/api.example.org/v1/x?a=b";
        assert_eq!(asked(Some("http://localhost:1/m/")), at_mirror);
    }

    #[test]
    fn a_web_page_is_not_quoted_and_long_words_are_cut() {
        assert_eq!(excerpt(" <!DOCTYPE html><p>Sorry"), "");
        assert_eq!(excerpt("no\n such\u{7} layer"), "no such layer");
        assert_eq!(excerpt(&"é".repeat(300)).chars().count(), EXCERPT + 1);
    }
}
