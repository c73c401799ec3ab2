//! What is wrong with a filter.

/// Why a filter is refused; `Display` says what and, of text, where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// The text or JSON is no CQL2.
    #[error("{message}{}", at.map(|at| format!(", at character {at}")).unwrap_or_default())]
    Syntax {
        /// What was found and what was wanted.
        message: String,
        /// The character of the text, counted from 1.
        at: Option<usize>,
    },
    /// It is too long, too deep or too large.
    #[error("{0}")]
    TooLarge(String),
    /// The layer has no such property.
    #[error("there is no property {name:?} to filter by: the layer has {}", known.join(", "))]
    UnknownProperty {
        /// The name, shortened.
        name: String,
        /// The layer's.
        known: Vec<String>,
    },
    /// CQL2 or this service has no such function or operator.
    #[error("there is no function or operator {name:?} here: {advice}")]
    UnknownFunction {
        /// The name, shortened.
        name: String,
        /// Which there are.
        advice: String,
    },
    /// A part is of the wrong kind for the place where it stands.
    #[error("{0}")]
    WrongType(String),
    /// A geometry, date or moment cannot be read or is not valid.
    #[error("{0}")]
    InvalidLiteral(String),
}

impl FilterError {
    pub(super) fn syntax(message: impl Into<String>, at: usize) -> Self {
        Self::Syntax { message: message.into(), at: Some(at) }
    }

    pub(super) fn json(message: impl Into<String>) -> Self {
        Self::Syntax { message: message.into(), at: None }
    }
}
