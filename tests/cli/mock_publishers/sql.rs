//! The conditions that the mock of a feature service supports: `=`, `IN` and `LIKE` of one
//! field and texts, joined by `AND`, `OR` and brackets.

use serde_json::{Map, Value};

/// Evaluates a condition for the properties of a feature; `Err` if it is not supported.
pub(super) fn holds(condition: &str, properties: &Map<String, Value>) -> Result<bool, ()> {
    let mut reader = Reader { tokens: tokens(condition)?, at: 0 };
    let holds = reader.either(properties)?;
    if reader.at == reader.tokens.len() { Ok(holds) } else { Err(()) }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

fn tokens(condition: &str) -> Result<Vec<Token>, ()> {
    let mut tokens = Vec::new();
    let mut rest = condition.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            // Two quotes are one escaped quote.
            let mut text = String::new();
            let mut inside = rest[1..].chars().peekable();
            let mut used = 1;
            loop {
                let c = inside.next().ok_or(())?;
                used += c.len_utf8();
                if c != '\'' {
                    text.push(c);
                } else if inside.next_if_eq(&'\'').is_some() {
                    used += 1;
                    text.push('\'');
                } else {
                    break;
                }
            }
            tokens.push(Token::Text(text));
            rest = &rest[used..];
        } else if "()=,".contains(first) {
            tokens.push(Token::Sign(first));
            rest = &rest[1..];
        } else {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            if end == 0 {
                return Err(());
            }
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Result<Token, ()> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned().ok_or(())
    }

    fn take_word(&mut self, keyword: &str) -> bool {
        let is_it = matches!(self.tokens.get(self.at),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, sign: char) -> Result<(), ()> {
        if self.next()? == Token::Sign(sign) { Ok(()) } else { Err(()) }
    }

    fn either(&mut self, properties: &Map<String, Value>) -> Result<bool, ()> {
        let mut holds = self.both(properties)?;
        while self.take_word("OR") {
            holds |= self.both(properties)?;
        }
        Ok(holds)
    }

    fn both(&mut self, properties: &Map<String, Value>) -> Result<bool, ()> {
        let mut holds = self.one(properties)?;
        while self.take_word("AND") {
            holds &= self.one(properties)?;
        }
        Ok(holds)
    }

    fn one(&mut self, properties: &Map<String, Value>) -> Result<bool, ()> {
        let field = match self.next()? {
            Token::Sign('(') => {
                let holds = self.either(properties)?;
                self.expect(')')?;
                return Ok(holds);
            }
            Token::Word(one) if one == "1" => {
                self.expect('=')?;
                return Ok(self.next()? == Token::Word("1".to_owned()));
            }
            Token::Word(field) => field,
            _ => return Err(()),
        };
        let found = properties.iter().find(|(name, _)| name.eq_ignore_ascii_case(&field));
        let value = found.ok_or(())?.1.as_str().unwrap_or_default().to_owned();
        if self.take_word("IN") {
            self.expect('(')?;
            let mut holds = false;
            loop {
                let Token::Text(text) = self.next()? else { return Err(()) };
                holds |= text == value;
                match self.next()? {
                    Token::Sign(',') => {}
                    Token::Sign(')') => return Ok(holds),
                    _ => return Err(()),
                }
            }
        }
        if self.take_word("LIKE") {
            let Token::Text(pattern) = self.next()? else { return Err(()) };
            let start = pattern.strip_suffix('%').ok_or(())?;
            return if start.contains(['%', '_']) { Err(()) } else { Ok(value.starts_with(start)) };
        }
        self.expect('=')?;
        let Token::Text(text) = self.next()? else { return Err(()) };
        Ok(text == value)
    }
}
