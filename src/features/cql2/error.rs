//! Errors in filters.

/// Why a filter is refused; `Display` says what is wrong and, for text, where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// The text or JSON is not valid CQL2.
    #[error("{message}{}", at.map(|at| format!(", at character {at}")).unwrap_or_default())]
    Syntax {
        /// What was found and what was expected.
        message: String,
        /// The position in the text, in characters from 1.
        at: Option<usize>,
    },
    /// It is too long, too deep or too large.
    #[error("{0}")]
    TooLarge(String),
    /// The layer has no such property.
    #[error("there is no property {name:?}: the layer has {}", known.join(", "))]
    UnknownProperty {
        /// The name, shortened.
        name: String,
        /// The properties of the layer.
        known: Vec<String>,
    },
    /// There is no such function or operator.
    #[error("unknown function or operator {name:?}: {advice}")]
    UnknownFunction {
        /// The name, shortened.
        name: String,
        /// The supported ones.
        advice: String,
    },
    /// A part has the wrong type for its position.
    #[error("{0}")]
    WrongType(String),
    /// A geometry, date or timestamp is malformed or invalid.
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
