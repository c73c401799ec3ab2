//! The HTTP client: one connection pool, one way to classify errors.

use std::io::Read as _;

use jiff::Timestamp;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::error::FetchError;
use super::retry::{Retries, RetryPolicy, retry_after};

/// The largest document that is read into memory, in bytes: ten times the size of two thousand
/// full-resolution areas.
const MOST_IN_MEMORY: u64 = 1 << 30;

/// The longest excerpt of a server's error message, in characters.
const EXCERPT: usize = 200;

/// A client for the servers that publish the sources.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    retry_policy: RetryPolicy,
    mirror: Option<String>,
}

impl Client {
    /// Creates a client. It uses the proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`, …) and
    /// the trusted roots of the system.
    ///
    /// With a `mirror`, every request goes to the mirror with the host as the first path segment:
    /// `https://a.example/b?c` becomes `MIRROR/a.example/b?c`.
    pub fn new(retry_policy: RetryPolicy, mirror: Option<&str>) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("lapwing/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .timeout_resolve(Some(retry_policy.silence))
            .timeout_connect(Some(retry_policy.silence))
            .timeout_per_read(Some(retry_policy.silence))
            .timeout_per_write(Some(retry_policy.silence))
            .build();
        let mirror = mirror.map(|address| address.trim_end_matches('/').to_owned());
        Self { agent: config.into(), retry_policy, mirror }
    }

    /// The retries for a new transfer.
    pub(super) fn retries(&self) -> Retries {
        Retries::new(self.retry_policy)
    }

    /// Sends one request and returns a response of any status.
    pub(super) fn ask(
        &self,
        url: &str,
        headers: &[(header::HeaderName, String)],
    ) -> Result<Response<Body>, FetchError> {
        let mut request = self.agent.get(self.address(url));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.call().map_err(|error| fetch_error(url, &error))
    }

    /// Requests a document that fits into memory.
    pub(super) fn get_document(
        &self,
        url: &str,
        headers: &[(header::HeaderName, String)],
    ) -> Result<Vec<u8>, FetchError> {
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

/// Passes on a success or 304; any other status is an error.
pub(super) fn accepted(url: &str, response: Response<Body>) -> Result<Response<Body>, FetchError> {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    Err(refusal(url, response))
}

/// The error of a transfer that ended early.
pub(super) fn broken(url: &str, error: &std::io::Error) -> FetchError {
    // ureq wraps its own errors, such as a timeout, in I/O errors while a body is read.
    match error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
        Some(inner) => fetch_error(url, inner),
        None => FetchError::transient(format!("{} closed the connection: {error}", shown(url))),
    }
}

fn fetch_error(url: &str, error: &ureq::Error) -> FetchError {
    use ureq::Error as E;
    let url = shown(url);
    match error {
        E::Timeout(_) => FetchError::transient(format!("{url} sent nothing within the time limit")),
        E::Io(error) => FetchError::transient(format!("{url} closed the connection: {error}")),
        E::ConnectionFailed | E::HostNotFound | E::Protocol(_) => {
            FetchError::transient(format!("cannot connect to {url}: {error}"))
        }
        E::BodyExceedsLimit(most) => {
            FetchError::permanent(format!("{url} sent more than {most} bytes for a small document"))
        }
        _ => FetchError::permanent(format!("cannot request {url}: {error}")),
    }
}

/// Classifies an error status (RFC 9110, section 15).
fn refusal(url: &str, mut response: Response<Body>) -> FetchError {
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
    let why = format!("{} answered {status}{colon}{words}", shown(url));
    match status.as_u16() {
        408 | 425 | 429 | 500 | 502..=504 => FetchError::Transient { why, wait },
        _ => FetchError::Permanent(why),
    }
}

/// The beginning of an error page as one line without mark-up.
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

/// A URL for a message, without its query, which is long and may be signed.
pub(super) fn shown(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_has_each_host_as_a_folder() {
        let requested_url = |mirror| {
            let client = Client::new(RetryPolicy::default(), mirror);
            client.address("https://api.example.org/v1/x?a=b")
        };
        assert_eq!(requested_url(None), "https://api.example.org/v1/x?a=b");
        let at_mirror = "http://localhost:1/m/api.example.org/v1/x?a=b";
        assert_eq!(requested_url(Some("http://localhost:1/m/")), at_mirror);
    }

    #[test]
    fn a_web_page_is_not_quoted_and_long_words_are_cut() {
        assert_eq!(excerpt(" <!DOCTYPE html><p>Sorry"), "");
        assert_eq!(excerpt("no\n such\u{7} layer"), "no such layer");
        assert_eq!(excerpt(&"é".repeat(300)).chars().count(), EXCERPT + 1);
    }
}
