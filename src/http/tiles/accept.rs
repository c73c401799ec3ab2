//! Whether a client takes gzip.

use axum::http::{HeaderMap, header};

/// Whether the Accept-Encoding headers allow gzip (RFC 9110, section 12.5.3). Without any, any
/// coding would be allowed; but who asks without is seldom a browser and often unable.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut any = None;
    let codings = headers.get_all(header::ACCEPT_ENCODING).iter();
    for coding in codings.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let wanted = weight.is_none_or(|q| q.parse::<f32>().is_ok_and(|q| q > 0.0));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return wanted;
        }
        if name == "*" {
            any = Some(wanted);
        }
    }
    any.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_by_name_or_by_star_and_refused_by_weight_zero() {
        let takes = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            takes_gzip(&headers)
        };
        for taken in ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZip;q=0.5", "*", "*;q=0, gzip"]
        {
            assert!(takes(taken), "{taken}");
        }
        for refused in ["identity", "br", "gzip;q=0", "*, gzip;q=0.0", "*;q=0", "", "gzip;q=x"] {
            assert!(!takes(refused), "{refused}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
