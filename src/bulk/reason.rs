//! Why a row has no answer, in words.

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::postcode::InvalidPostcode;

use crate::answers;

/// Why a row has no answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reason {
    /// The sentence itself.
    Message(String),
    /// The text is not a postcode. A snapshot can have one that is written much like it.
    Postcode(InvalidPostcode),
}

impl Reason {
    /// The sentence, with a suggestion for a mistyped postcode.
    pub(super) fn in_words(&self, atlas: &Atlas) -> String {
        match self {
            Self::Message(text) => text.clone(),
            Self::Postcode(error) if error.text().trim().is_empty() => {
                "the postcode is empty".to_owned()
            }
            Self::Postcode(error) => answers::invalid_postcode(Some(atlas), error),
        }
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self::Message(text)
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Self::Message(text.to_owned())
    }
}
