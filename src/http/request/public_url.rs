//! The public URL of this service as the client reached it, for documents that need absolute links.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

/// Longer than any host or prefix in use.
const LONGEST: usize = 255;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// The headers that the URL depends on. Caches must keep documents apart by them
/// ([`crate::http::middleware::etag`]).
pub(in crate::http) const HEADERS: [HeaderName; 4] =
    [header::HOST, FORWARDED_HOST, FORWARDED_PROTO, FORWARDED_PREFIX];

/// Returns `https://host[:port][/prefix]` without a trailing slash, from the headers of a proxy
/// (`X-Forwarded-Proto`, `-Host`, `-Prefix`) or else from `Host`. Invalid values are ignored, as
/// any client can send them. Empty if the host is unknown, so that links are relative to the host.
pub(in crate::http) fn origin(uri: &Uri, headers: &HeaderMap) -> String {
    let host = first(headers, FORWARDED_HOST)
        .filter(|host| is_host(host))
        .or_else(|| first(headers, header::HOST).filter(|host| is_host(host)))
        .or_else(|| uri.authority().map(Authority::as_str).filter(|host| is_host(host)));
    let Some(host) = host else { return String::new() };
    let scheme = match first(headers, FORWARDED_PROTO) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
        _ => "http",
    };
    let prefix =
        first(headers, FORWARDED_PREFIX).filter(|prefix| is_prefix(prefix)).unwrap_or_default();
    format!("{scheme}://{host}{}", prefix.trim_end_matches('/'))
}

/// The first value of a header. Each proxy appends its own.
fn first(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(HeaderValue::to_str)?.ok()?.split(',').next().map(str::trim)
}

/// A host name or address with an optional port (RFC 3986, section 3.2.2, restricted to characters
/// in use).
fn is_host(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(plain)
}

/// A path of plain segments.
fn is_prefix(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    text.starts_with('/')
        && !text.contains("//")
        && text.len() <= LONGEST
        && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        origin(&Uri::from_static("/tiles/ward.json"), &map)
    }

    #[test]
    fn without_a_proxy_the_host_header_determines_the_public_url() {
        assert_eq!(of(&[("host", "localhost:8080")]), "http://localhost:8080");
        assert_eq!(of(&[("host", "[::1]:8080")]), "http://[::1]:8080");
        assert_eq!(of(&[]), "");
    }

    #[test]
    fn forwarded_headers_determine_the_public_url() {
        let forwarded = of(&[
            ("host", "10.0.0.7:8080"),
            ("x-forwarded-host", "maps.example.org, inner"),
            ("x-forwarded-proto", "https,http"),
            ("x-forwarded-prefix", "/lapwing/"),
        ]);
        assert_eq!(forwarded, "https://maps.example.org/lapwing");
    }

    #[test]
    fn invalid_hosts_schemes_and_paths_are_ignored() {
        let host = ("host", "here");
        for odd in ["a/b", "a\"b", "a b", "<script>", "user@host", "a?b"] {
            assert_eq!(of(&[host, ("x-forwarded-host", odd)]), "http://here", "{odd}");
        }
        for odd in ["javascript", "", "ftp"] {
            assert_eq!(of(&[host, ("x-forwarded-proto", odd)]), "http://here", "{odd}");
        }
        for odd in ["x", "//evil.example", "/a b", "/a\"", "/?x"] {
            assert_eq!(of(&[host, ("x-forwarded-prefix", odd)]), "http://here", "{odd}");
        }
    }
}
