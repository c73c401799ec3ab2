//! Codes of areas and sites.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The code of an area or site, unique in its layer: `E05013246`, `N4`, `K83002`.
///
/// 1 to 40 visible ASCII characters, with no white space, comma, semicolon, slash or quote, so
/// that a code needs no escaping in a URL path, a CSV cell or a `;`-joined list. The first three
/// characters of a GSS code identify the kind of area; no other meaning may be derived from a code.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode(Box<str>);

/// The error for a text that is not a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a code: a code is 1 to 40 visible ASCII characters without space , ; / \\ ? # % or quotes"
)]
pub struct InvalidCode {
    text: String,
}

impl AreaCode {
    /// The maximum length of a code. GSS codes have 9 characters.
    pub const MAX_LEN: usize = 40;

    /// Parses a code, ignoring white space around it.
    ///
    /// ```
    /// use lapwing_boundaries::code::AreaCode;
    /// assert_eq!(AreaCode::parse(" E05013246 ").unwrap().as_str(), "E05013246");
    /// assert!(AreaCode::parse("St George").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let code = text.trim();
        let allowed = |b: u8| b.is_ascii_graphic() && !b",;/\\?#%\"'".contains(&b);
        if code.is_empty() || code.len() > Self::MAX_LEN || !code.bytes().all(allowed) {
            return Err(InvalidCode { text: text.chars().take(80).collect() });
        }
        Ok(Self(code.into()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AreaCode {
    type Error = InvalidCode;
    fn try_from(text: String) -> Result<Self, InvalidCode> {
        Self::parse(&text)
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.0.into()
    }
}

impl std::borrow::Borrow<str> for AreaCode {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
