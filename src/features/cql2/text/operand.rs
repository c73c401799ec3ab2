//! Operands: literals, properties, functions, brackets, lists.

use super::{Parser, Token, wkt};
use crate::features::cql2::ast::Node;
use crate::features::cql2::error::FilterError;

/// Keywords, which are properties only if quoted.
const RESERVED: [&str; 10] =
    ["AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "DIV", "BBOX"];

impl Parser {
    pub(super) fn operand(&mut self) -> Result<Node, FilterError> {
        self.meter.part()?;
        if self.takes_sign("-") {
            self.meter.enter()?;
            let operand = self.operand()?;
            self.meter.leave(1);
            return Ok(match operand {
                Node::Number(number) => Node::Number(-number),
                other => Node::call("*", [Node::Number(-1.0), other]),
            });
        }
        if self.takes_sign("+") {
            return match self.take() {
                Token::Number(number) => Ok(Node::Number(number)),
                _ => Err(self.expected("a number after +")),
            };
        }
        if self.takes_sign("(") {
            return self.bracketed();
        }
        match self.peek() {
            Token::Number(number) => {
                let number = *number;
                self.take();
                Ok(Node::Number(number))
            }
            Token::Text(_) => {
                let Token::Text(text) = self.take() else { return Err(self.expected("a text")) };
                Ok(Node::Text(text))
            }
            Token::Quoted(name) => {
                let name = name.clone();
                self.take();
                if self.takes_sign("(") {
                    return self.function(&name);
                }
                Ok(Node::Property(name))
            }
            Token::Word(word) => {
                let word = word.clone();
                self.word(&word)
            }
            Token::Sign(_) | Token::End => Err(self.expected("a property, a value or a function")),
        }
    }

    /// After an opening bracket: an expression in brackets, or a list.
    fn bracketed(&mut self) -> Result<Node, FilterError> {
        self.meter.enter()?;
        let mut items = self.items(")", "the brackets")?;
        self.meter.leave(1);
        Ok(if items.len() == 1 { items.remove(0) } else { Node::List(items) })
    }

    fn word(&mut self, word: &str) -> Result<Node, FilterError> {
        if wkt::is_geometry(word) && self.begins_geometry() {
            return wkt::geometry(self).map(Node::Geometry);
        }
        if RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved)) {
            let what =
                "a property (in double quotes if its name is a keyword), a value or a function";
            return Err(self.expected(what));
        }
        self.take();
        if self.takes_sign("(") {
            return self.function(word);
        }
        Ok(match () {
            () if word.eq_ignore_ascii_case("TRUE") => Node::Boolean(true),
            () if word.eq_ignore_ascii_case("FALSE") => Node::Boolean(false),
            () => Node::Property(word.to_owned()),
        })
    }

    /// Returns whether the next word, a geometry type, is followed by coordinates.
    fn begins_geometry(&self) -> bool {
        let dimensions = ["Z", "M", "ZM"].iter().any(|d| self.peek_after(1).is_word(d));
        let after = self.peek_after(if dimensions { 2 } else { 1 });
        *after == Token::Sign("(") || after.is_word("EMPTY")
    }

    /// After the opening bracket of a function.
    fn function(&mut self, name: &str) -> Result<Node, FilterError> {
        self.meter.enter()?;
        let at = self.at();
        let args = self.items(")", &format!("the arguments of {name}"))?;
        self.meter.leave(1);
        let name = name.to_lowercase();
        match (&name[..], &args[..]) {
            ("date", [Node::Text(text)]) => Ok(Node::Date(text.clone())),
            ("timestamp", [Node::Text(text)]) => Ok(Node::Timestamp(text.clone())),
            ("date" | "timestamp", _) => {
                let message = format!("{name} takes one text, such as {name}('2024-05-01')");
                Err(FilterError::syntax(message, at))
            }
            ("interval", [start, end]) => {
                Ok(Node::Interval(Box::new([start.clone(), end.clone()])))
            }
            ("interval", _) => {
                let message = "interval takes two ends, such as interval('2024-05-01', '..')";
                Err(FilterError::syntax(message, at))
            }
            _ => Ok(Node::Call(name, args)),
        }
    }
}
