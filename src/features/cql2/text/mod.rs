//! The parser of CQL2 text (OGC 21-065r2, annex B).
//!
//! From lowest to highest precedence: `OR`; `AND`; `NOT`; one comparison, `LIKE`, `BETWEEN`, `IN`
//! or `IS NULL`; `+ -`; `* / % DIV`; `^`; a sign. Types are checked later, so that the message can
//! name the property.

use super::ast::Node;
use super::error::FilterError;
use super::limits::{Meter, check_length};
use token::{Token, tokens};

mod operand;
mod token;
mod wkt;

/// Parses a whole text.
pub(super) fn parse(text: &str) -> Result<Node, FilterError> {
    check_length(text)?;
    let mut parser = Parser { tokens: tokens(text)?, next: 0, meter: Meter::default() };
    if *parser.peek() == Token::End {
        return Err(FilterError::syntax(
            "the filter is empty: write a condition such as name = 'Castle'",
            1,
        ));
    }
    let node = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(node),
        other => {
            let message = format!("expected the end, AND or OR before {}", other.words());
            Err(FilterError::syntax(message, parser.at()))
        }
    }
}

struct Parser {
    /// Each token with its position in characters; the last is the end.
    tokens: Vec<(Token, usize)>,
    next: usize,
    meter: Meter,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    /// The token `ahead` positions after the next.
    fn peek_after(&self, ahead: usize) -> &Token {
        &self.tokens[(self.next + ahead).min(self.tokens.len() - 1)].0
    }

    fn at(&self) -> usize {
        self.tokens[self.next].1
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn takes_word(&mut self, keyword: &str) -> bool {
        let found = self.peek().is_word(keyword);
        if found {
            self.take();
        }
        found
    }

    fn takes_sign(&mut self, sign: &'static str) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        if found {
            self.take();
        }
        found
    }

    fn needs_sign(&mut self, sign: &'static str, place: &str) -> Result<(), FilterError> {
        if self.takes_sign(sign) {
            return Ok(());
        }
        Err(self.expected(&format!("{sign:?} {place}")))
    }

    /// The error for an unexpected token.
    fn expected(&self, what: &str) -> FilterError {
        FilterError::syntax(format!("expected {what}, found {}", self.peek().words()), self.at())
    }

    fn expression(&mut self) -> Result<Node, FilterError> {
        self.meter.enter()?;
        let node = self.chain("or", Self::conjunction)?;
        self.meter.leave(1);
        Ok(node)
    }

    fn conjunction(&mut self) -> Result<Node, FilterError> {
        self.chain("and", Self::negation)
    }

    /// Terms joined by a keyword, as one call.
    fn chain(
        &mut self,
        keyword: &str,
        term: fn(&mut Self) -> Result<Node, FilterError>,
    ) -> Result<Node, FilterError> {
        let first = term(self)?;
        if !self.peek().is_word(keyword) {
            return Ok(first);
        }
        let mut terms = vec![first];
        while self.takes_word(keyword) {
            self.meter.part()?;
            terms.push(term(self)?);
        }
        Ok(Node::call(keyword, terms))
    }

    fn negation(&mut self) -> Result<Node, FilterError> {
        if self.takes_word("NOT") {
            self.meter.enter()?;
            let negated = self.negation()?;
            self.meter.leave(1);
            return Ok(Node::call("not", [negated]));
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Node, FilterError> {
        let left = self.sum()?;
        if let Token::Sign(sign @ ("=" | "<>" | "<" | ">" | "<=" | ">=")) = *self.peek() {
            self.take();
            let right = self.sum()?;
            return Ok(Node::call(sign, [left, right]));
        }
        if self.takes_word("IS") {
            let negated = self.takes_word("NOT");
            if !self.takes_word("NULL") {
                return Err(self.expected("NULL after IS"));
            }
            return Ok(negate(negated, Node::call("isnull", [left])));
        }
        let negated = self.takes_word("NOT");
        if self.takes_word("LIKE") {
            let pattern = self.sum()?;
            return Ok(negate(negated, Node::call("like", [left, pattern])));
        }
        if self.takes_word("BETWEEN") {
            let low = self.sum()?;
            if !self.takes_word("AND") {
                return Err(self.expected("AND between the bounds of BETWEEN"));
            }
            let high = self.sum()?;
            return Ok(negate(negated, Node::call("between", [left, low, high])));
        }
        if self.takes_word("IN") {
            self.needs_sign("(", "before the list of IN")?;
            let items = self.items(")", "the list of IN")?;
            return Ok(negate(negated, Node::call("in", [left, Node::List(items)])));
        }
        if negated {
            return Err(self.expected("LIKE, BETWEEN or IN after NOT"));
        }
        Ok(left)
    }

    /// Expressions separated by commas, up to and including the closing sign.
    fn items(&mut self, close: &'static str, of: &str) -> Result<Vec<Node>, FilterError> {
        let mut items = Vec::new();
        if self.takes_sign(close) {
            return Ok(items);
        }
        loop {
            items.push(self.expression()?);
            if self.takes_sign(close) {
                return Ok(items);
            }
            self.needs_sign(",", &format!("or {close:?} in {of}"))?;
        }
    }

    fn sum(&mut self) -> Result<Node, FilterError> {
        self.arithmetic(&["+", "-"], |parser| {
            parser.arithmetic(&["*", "/", "%", "div"], Self::power)
        })
    }

    fn power(&mut self) -> Result<Node, FilterError> {
        let base = self.operand()?;
        if self.takes_sign("^") {
            let exponent = self.operand()?;
            return Ok(Node::call("^", [base, exponent]));
        }
        Ok(base)
    }

    /// A left-associative chain of operators. Its tree is as deep as the chain is long.
    fn arithmetic(
        &mut self,
        operators: &[&'static str],
        term: fn(&mut Self) -> Result<Node, FilterError>,
    ) -> Result<Node, FilterError> {
        let mut left = term(self)?;
        let mut steps = 0;
        while let Some(operator) = operators.iter().find(|&&operator| {
            *self.peek() == Token::Sign(operator)
                || (operator == "div" && self.peek().is_word("div"))
        }) {
            self.take();
            self.meter.part()?;
            self.meter.deeper(1)?;
            steps += 1;
            left = Node::call(operator, [left, term(self)?]);
        }
        self.meter.leave(steps);
        Ok(left)
    }
}

fn negate(negated: bool, node: Node) -> Node {
    if negated { Node::call("not", [node]) } else { node }
}
