//! The content encodings that a client accepts (RFC 9110, section 12.5.3), for handlers that
//! compress the response themselves.

use axum::http::{HeaderMap, header};

use crate::http::request::negotiate::weight;

/// The weights of the encodings that the client names; 0 for one that it refuses.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::http) struct Codings {
    gzip: Option<f32>,
    brotli: Option<f32>,
    /// No encoding.
    identity: Option<f32>,
    /// `*`: all that are not named.
    any: Option<f32>,
}

impl Codings {
    /// Parses the header of a request.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Self {
        let mut codings = Self::default();
        let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
        for element in lists.flat_map(|list| list.split(',')) {
            let mut parts = element.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let coding = match name.as_str() {
                "gzip" | "x-gzip" => &mut codings.gzip,
                "br" => &mut codings.brotli,
                "identity" => &mut codings.identity,
                "*" => &mut codings.any,
                _ => continue,
            };
            // The first mention of an encoding counts.
            coding.get_or_insert_with(|| weight(parts).unwrap_or(0.0));
        }
        codings
    }

    /// Returns whether brotli is accepted by name. Clients that send `*` often cannot decode it.
    pub(in crate::http) fn name_brotli(self) -> bool {
        self.brotli.is_some_and(|weight| weight > 0.0)
    }

    /// Returns whether gzip is accepted by name.
    pub(in crate::http) fn name_gzip(self) -> bool {
        self.gzip.is_some_and(|weight| weight > 0.0)
    }

    /// Returns whether gzip is accepted, by name or by `*`. Without the header, any encoding would
    /// be allowed, but clients that do not send it are seldom browsers and often cannot decode
    /// gzip.
    pub(in crate::http) fn take_gzip(self) -> bool {
        self.or_any(self.gzip) > 0.0
    }

    /// Returns whether gzip is preferred to brotli, which compresses better but far more slowly,
    /// and to no encoding.
    pub(in crate::http) fn prefer_gzip(self) -> bool {
        let gzip = self.or_any(self.gzip);
        self.take_gzip() && gzip >= self.or_any(self.brotli) && gzip >= self.identity.unwrap_or(0.0)
    }

    fn or_any(self, weight: Option<f32>) -> f32 {
        weight.or(self.any).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codings(values: &[&str]) -> Codings {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT_ENCODING, value.parse().unwrap());
        }
        Codings::of(&headers)
    }

    #[test]
    fn gzip_is_accepted_by_name_or_star_and_refused_by_weight_zero() {
        for taken in ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZip;q=0.5", "*", "*;q=0, gzip"]
        {
            assert!(codings(&[taken]).take_gzip(), "{taken}");
        }
        for refused in ["identity", "br", "gzip;q=0", "*, gzip;q=0.0", "*;q=0", "", "gzip;q=x"] {
            assert!(!codings(&[refused]).take_gzip(), "{refused}");
        }
        assert!(!codings(&[]).take_gzip());
    }

    #[test]
    fn gzip_is_preferred_unless_another_encoding_has_more_weight() {
        let prefers = |values: &[&str]| codings(values).prefer_gzip();
        assert!(prefers(&["gzip"]));
        assert!(prefers(&["gzip, deflate, br, zstd"]), "as browsers ask");
        assert!(prefers(&["br", "GZIP;q=1.0"]));
        assert!(prefers(&["*"]));
        assert!(prefers(&["gzip; q=0.5, identity;q=0.1"]));
        assert!(!prefers(&[]));
        assert!(!prefers(&[""]));
        assert!(!prefers(&["deflate, br"]));
        assert!(!prefers(&["gzip;q=0"]));
        assert!(!prefers(&["gzip;q=0.5, br"]));
        assert!(!prefers(&["gzip;q=0.5, identity"]));
        assert!(!prefers(&["gzip;q=x"]));
        assert!(!prefers(&["*, gzip;q=0"]));
    }

    #[test]
    fn an_accepted_encoding_is_used_if_available() {
        assert!(codings(&["gzip, br;q=0.9"]).name_brotli());
        assert!(codings(&["GZIP"]).name_gzip());
        assert!(!codings(&["br;q=0, gzip"]).name_brotli());
        assert!(!codings(&["identity"]).name_gzip());
        assert!(!codings(&["*"]).name_gzip(), "as `take_gzip` would have it");
        assert!(!codings(&[]).name_gzip());
    }
}
