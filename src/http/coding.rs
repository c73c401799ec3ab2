//! Whether an answer that is made piece by piece is packed as it is made.

use axum::http::{HeaderMap, header};

/// Whether the client takes gzip at least as gladly as what else it could be sent: brotli, or the
/// answer as it is (RFC 9110, section 12.5.3). Brotli packs smaller and far more slowly.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    let mut told: [Option<f32>; 3] = [None; 3];
    let mut any = None;
    for word in lists.flat_map(|list| list.split(',')) {
        let (name, parameters) = word.split_once(';').unwrap_or((word, ""));
        let weight = match parameters.trim().split_once('=') {
            None => 1.0,
            Some((q, weight)) if q.trim().eq_ignore_ascii_case("q") => {
                weight.trim().parse().unwrap_or(0.0)
            }
            Some(_) => 0.0,
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => told[0] = Some(weight),
            "br" => told[1] = Some(weight),
            "identity" => told[2] = Some(weight),
            "*" => any = Some(weight),
            _ => {}
        }
    }
    let [gzip, brotli, plain] = told;
    let or_any = |weight: Option<f32>| weight.or(any).unwrap_or(0.0);
    let gzip = or_any(gzip);
    gzip > 0.0 && gzip >= or_any(brotli) && gzip >= plain.unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(values: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT_ENCODING, value.parse().unwrap());
        }
        takes_gzip(&headers)
    }

    #[test]
    fn gzip_is_taken_unless_something_else_is_taken_more_gladly() {
        assert!(takes(&["gzip"]));
        assert!(takes(&["gzip, deflate, br, zstd"]), "as browsers ask");
        assert!(takes(&["br", "GZIP;q=1.0"]));
        assert!(takes(&["*"]));
        assert!(takes(&["gzip; q=0.5, identity;q=0.1"]));
        assert!(!takes(&[]));
        assert!(!takes(&[""]));
        assert!(!takes(&["deflate, br"]));
        assert!(!takes(&["gzip;q=0"]));
        assert!(!takes(&["gzip;q=0.5, br"]));
        assert!(!takes(&["gzip;q=0.5, identity"]));
        assert!(!takes(&["gzip;q=x"]));
        assert!(!takes(&["*, gzip;q=0"]));
    }
}
