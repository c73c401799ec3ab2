//! Where a file can be fetched, and what it must be: `url`, `sha256` and `blake3`.

use crate::manifest::Keys;

/// Where a file of the catalogue can be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Addresses of the same file or layer, to be tried in this order; none if it is put there by
    /// hand. One with `/FeatureServer` in it is a layer of an Esri feature service.
    pub urls: Vec<String>,
    /// The SHA-256 that the file must have, 64 hexadecimal digits in lower case.
    pub sha256: Option<String>,
    /// The BLAKE3 that the file must have, 64 hexadecimal digits in lower case.
    pub blake3: Option<String>,
}

/// The keys of an origin, to be refused where there is no file.
pub(super) const ORIGIN_KEYS: [&str; 3] = ["url", "sha256", "blake3"];

/// Reads the keys of an origin.
pub(super) fn read_origin(keys: &Keys<'_, '_>) -> Origin {
    let urls = keys.text_or_texts("url").unwrap_or_default();
    for url in &urls {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            keys.refuse("url", format!("{url:?} is not a web address: it begins with https://"));
        }
    }
    if keys.has("url") && urls.is_empty() {
        keys.refuse("url", "`url` names no address");
    }
    Origin { urls, sha256: read_digest(keys, "sha256"), blake3: read_digest(keys, "blake3") }
}

fn read_digest(keys: &Keys<'_, '_>, key: &'static str) -> Option<String> {
    let text = keys.text(key)?.to_ascii_lowercase();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        keys.refuse(key, format!("`{key}` is not 64 hexadecimal digits, as `{key}sum` prints"));
        return None;
    }
    Some(text)
}
