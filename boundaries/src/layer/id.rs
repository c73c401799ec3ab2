//! The id of a layer.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of a layer in catalogues, URLs and answers: `[a-z][a-z0-9_]*`, at most 40 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(try_from = "String", into = "String")]
pub struct LayerId(Box<str>);

/// The error for a text that is not a layer id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a layer id: use a to z, 0 to 9 and _, beginning with a letter, at most 40 characters"
)]
pub struct InvalidLayerId {
    text: String,
}

impl LayerId {
    /// Parses a layer id.
    ///
    /// ```
    /// use lapwing_boundaries::layer::LayerId;
    /// assert!(LayerId::parse("ward_2013").is_ok());
    /// assert!(LayerId::parse("Ward 2013").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidLayerId> {
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_lowercase());
        let rest = bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if first && rest && text.len() <= 40 {
            Ok(Self(text.into()))
        } else {
            Err(InvalidLayerId { text: text.chars().take(80).collect() })
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LayerId {
    type Error = InvalidLayerId;
    fn try_from(text: String) -> Result<Self, InvalidLayerId> {
        Self::parse(&text)
    }
}

impl From<LayerId> for String {
    fn from(id: LayerId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
