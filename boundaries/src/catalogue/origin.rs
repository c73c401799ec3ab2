//! The download source of a file, and its digests: `url`, `sha256` and `blake3`.

use crate::manifest::Keys;

/// Where to download a file, and what its digest must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// URLs of the same file or layer, tried in this order. Empty if the file is supplied by hand.
    /// A URL that contains `/FeatureServer` is a layer of an Esri feature service.
    pub urls: Vec<String>,
    /// The expected SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// The expected BLAKE3, 64 lower-case hexadecimal digits.
    pub blake3: Option<String>,
}

/// The keys of an origin, refused on a layer without a file.
pub(super) const ORIGIN_KEYS: [&str; 3] = ["url", "sha256", "blake3"];

/// Reads the keys of an origin.
pub(super) fn read_origin(keys: &Keys<'_, '_>) -> Origin {
    let urls = keys.text_or_texts("url").unwrap_or_default();
    for url in &urls {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            keys.refuse("url", format!("{url:?} is not a URL: start it with https://"));
        }
    }
    if keys.has("url") && urls.is_empty() {
        keys.refuse("url", "`url` is empty: name at least one URL, or remove it");
    }
    Origin { urls, sha256: read_digest(keys, "sha256"), blake3: read_digest(keys, "blake3") }
}

fn read_digest(keys: &Keys<'_, '_>, key: &'static str) -> Option<String> {
    let text = keys.text(key)?.to_ascii_lowercase();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        keys.refuse(
            key,
            format!("`{key}` must be 64 hexadecimal digits, as printed by `{key}sum`"),
        );
        return None;
    }
    Some(text)
}
