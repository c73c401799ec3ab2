//! The tokeniser of CQL2 text (OGC 21-065r2, annex B).

use crate::features::cql2::ast::shown;
use crate::features::cql2::error::FilterError;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name or keyword, as written.
    Word(String),
    /// A name in double quotes, never a keyword.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// A number without sign.
    Number(f64),
    /// `( ) , = < > <= >= <> + - * / % ^`
    Sign(&'static str),
    /// The end of the text.
    End,
}

impl Token {
    /// Returns whether it is this keyword, given in upper case, in any case.
    pub(super) fn is_word(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// A description for error messages.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Word(word) => format!("{:?}", shown(word)),
            Self::Quoted(name) => format!("the name {:?}", shown(name)),
            Self::Text(text) => format!("the text '{}'", shown(text)),
            Self::Number(number) => format!("the number {number}"),
            Self::Sign(sign) => format!("{sign:?}"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Longer signs before their prefixes. `!=` is not CQL2, but many write it.
const SIGNS: [(&str, &str); 16] = [
    ("<>", "<>"),
    ("!=", "<>"),
    ("<=", "<="),
    (">=", ">="),
    ("(", "("),
    (")", ")"),
    (",", ","),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("^", "^"),
];

/// The tokens of a text, each with the position of its first character, from 1; the last is the
/// end.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, FilterError> {
    let mut found = Vec::new();
    let (mut rest, mut at) = (text, 1);
    loop {
        let trimmed = rest.trim_start();
        at += rest[..rest.len() - trimmed.len()].chars().count();
        rest = trimmed;
        let Some(first) = rest.chars().next() else {
            found.push((Token::End, at));
            return Ok(found);
        };
        let (token, length) = match first {
            '\'' => quoted(rest, at).map(|(text, length)| (Token::Text(text), length))?,
            '"' => quoted(rest, at).map(|(text, length)| (Token::Quoted(text), length))?,
            c if c.is_ascii_digit() || c == '.' => number(rest, at)?,
            c if starts_word(c) => {
                let length = rest.find(|c| !continues_word(c)).unwrap_or(rest.len());
                (Token::Word(rest[..length].to_owned()), length)
            }
            other => {
                let sign = SIGNS.iter().find(|(written, _)| rest.starts_with(written));
                let Some((written, sign)) = sign else {
                    return Err(FilterError::syntax(format!("unexpected {other:?}"), at));
                };
                (Token::Sign(sign), written.len())
            }
        };
        found.push((token, at));
        at += rest[..length].chars().count();
        rest = &rest[length..];
    }
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '\u{300}'..='\u{36f}')
}

/// The content of a quoted text. The quote itself is doubled or escaped by a backslash. Any other
/// backslash is literal, as patterns need it.
fn quoted(rest: &str, at: usize) -> Result<(String, usize), FilterError> {
    let mut text = String::new();
    let mut chars = rest.char_indices().peekable();
    let Some((_, quote)) = chars.next() else { return Ok((text, 0)) };
    while let Some((offset, c)) = chars.next() {
        let before_quote = chars.peek().is_some_and(|(_, next)| *next == quote);
        if c == quote && !before_quote {
            return Ok((text, offset + c.len_utf8()));
        }
        if before_quote && (c == quote || (c == '\\' && quote == '\'')) {
            chars.next();
            text.push(quote);
        } else {
            text.push(c);
        }
    }
    Err(FilterError::syntax(format!("the {quote} at this position is not closed"), at))
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), FilterError> {
    let bytes = rest.as_bytes();
    let digits =
        |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') {
        length = digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent > length + 1 + sign {
            length = exponent;
        }
    }
    match rest[..length].parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((Token::Number(number), length)),
        _ => Err(FilterError::syntax(format!("{} is not a number", shown(&rest[..length])), at)),
    }
}
