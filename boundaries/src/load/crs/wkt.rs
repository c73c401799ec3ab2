//! Parser for the well-known text of a CRS: WKT 1 as in OGC 01-009 and by ESRI, WKT 2 as in ISO
//! 19162.
//!
//! All three share the grammar `KEYWORD[argument, …]`, and this module parses no more than that;
//! [`super::recognise`] interprets the keywords.
//!
//! Weighed against `proj` (a C library with its database, too heavy to be required) and against WKT
//! crates, which reject the ESRI dialect or map it to their own model: about 150 lines read all
//! three dialects and state the byte of an error.

/// A node `KEYWORD[…]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// The keyword, in upper case.
    pub(super) keyword: String,
    pub(super) arguments: Vec<Argument>,
}

/// An argument of a node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    Text(String),
    Number(f64),
    /// A bare word, such as the direction of an axis.
    Word(String),
    Node(Node),
}

impl Node {
    /// Returns the arguments that are nodes.
    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Node(node) => Some(node),
            _ => None,
        })
    }

    /// Returns the first child with one of these keywords.
    pub(super) fn child(&self, keywords: &[&str]) -> Option<&Self> {
        self.children().find(|node| keywords.contains(&node.keyword.as_str()))
    }

    /// Returns the first node with one of these keywords, at any depth.
    pub(super) fn find(&self, keywords: &[&str]) -> Option<&Self> {
        self.children().find_map(|node| {
            if keywords.contains(&node.keyword.as_str()) { Some(node) } else { node.find(keywords) }
        })
    }

    /// Returns the argument at `place`, if it is text or a word.
    pub(super) fn text(&self, place: usize) -> Option<&str> {
        match self.arguments.get(place)? {
            Argument::Text(text) | Argument::Word(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the argument at `place` as a number, quoted or not.
    pub(super) fn number(&self, place: usize) -> Option<f64> {
        match self.arguments.get(place)? {
            Argument::Number(number) => Some(*number),
            Argument::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

/// Parses the text of one CRS. The error states the problem and its byte.
///
/// ESRI writes a compound CRS as two nodes, `PROJCS[…],VERTCS[…]`. Heights are not used, so only
/// the first is returned.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    let mut parser = Parser { text: text.as_bytes(), at: 0 };
    let Argument::Node(node) = parser.argument(0)? else {
        return Err("it does not start with a keyword and a bracket".to_owned());
    };
    parser.skip_space();
    if parser.peek() == Some(b',') {
        parser.at += 1;
        match parser.argument(0)? {
            Argument::Node(vertical) if vertical.keyword.starts_with("VERT") => {}
            _ => return Err("the text after the definition is not a vertical CRS".to_owned()),
        }
        parser.skip_space();
    }
    if parser.at < parser.text.len() {
        return Err(format!("there is extra text after the definition at byte {}", parser.at));
    }
    Ok(node)
}

/// Maximum nesting. Real definitions nest about eight deep; the limit protects the stack.
const DEEPEST: usize = 50;

struct Parser<'t> {
    text: &'t [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace() || b == 0) {
            self.at += 1;
        }
    }

    fn expected(&self, wanted: &str) -> String {
        format!("expected {wanted} at byte {} of {}", self.at, self.text.len())
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, String> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.quoted().map(Argument::Text),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number().map(Argument::Number),
            Some(b) if b.is_ascii_alphabetic() => {
                let word = self.word();
                self.skip_space();
                if matches!(self.peek(), Some(b'[' | b'(')) {
                    self.node(word.to_ascii_uppercase(), depth).map(Argument::Node)
                } else {
                    Ok(Argument::Word(word))
                }
            }
            _ => Err(self.expected("a keyword, a number or a string")),
        }
    }

    fn node(&mut self, keyword: String, depth: usize) -> Result<Node, String> {
        if depth >= DEEPEST {
            return Err(format!("it is nested more than {DEEPEST} deep"));
        }
        let close = if self.peek() == Some(b'[') { b']' } else { b')' };
        self.at += 1;
        let mut arguments = Vec::new();
        loop {
            self.skip_space();
            if arguments.is_empty() && self.peek() == Some(close) {
                break;
            }
            arguments.push(self.argument(depth + 1)?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b) if b == close => break,
                _ => return Err(self.expected("a comma or a closing bracket")),
            }
        }
        self.at += 1;
        Ok(Node { keyword, arguments })
    }

    /// Parses a quoted string. A quote inside is doubled.
    fn quoted(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.peek() {
                None => return Err(self.expected("a closing quote")),
                Some(b'"') if self.text.get(self.at + 1) == Some(&b'"') => {
                    bytes.push(b'"');
                    self.at += 2;
                }
                Some(b'"') => {
                    self.at += 1;
                    return Ok(String::from_utf8_lossy(&bytes).into_owned());
                }
                Some(byte) => {
                    bytes.push(byte);
                    self.at += 1;
                }
            }
        }
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
    }

    fn word(&mut self) -> String {
        self.take_while(|b| b.is_ascii_alphanumeric() || b == b'_')
    }

    fn number(&mut self) -> Result<f64, String> {
        let start = self.at;
        let text = self
            .take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'));
        text.parse().map_err(|_| format!("{text:?} at byte {start} is not a number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_brackets_are_parsed() {
        let node = parse(" GEOGCS(\"a \"\"b\"\"\", Unit[ \"m\" , -1.5e1 ], AXIS[\"x\",EAST]) \0\n")
            .unwrap();
        assert_eq!(node.keyword, "GEOGCS");
        assert_eq!(node.text(0), Some("a \"b\""));
        assert_eq!(node.child(&["UNIT"]).unwrap().number(1), Some(-15.0));
        assert_eq!(node.find(&["AXIS"]).unwrap().text(1), Some("EAST"));
        assert_eq!(parse("A[]").unwrap().arguments, []);
    }

    #[test]
    fn malformed_text_is_refused_with_its_byte() {
        let deep = "A[".repeat(100_000);
        for (text, words) in [
            ("", "byte 0"),
            ("word", "does not start"),
            ("12", "does not start"),
            ("A[", "byte 2"),
            ("A[1", "a comma"),
            ("A[1)", "a comma"),
            ("A[\"x", "closing quote"),
            ("A[1-2-3]", "not a number"),
            ("A[1,]", "a keyword"),
            ("A[1] B", "extra text"),
            ("A[1],B[2]", "not a vertical"),
            ("A[1],VERTCS[2],VERTCS[3]", "extra text"),
            ("é", "a keyword"),
            (deep.as_str(), "deep"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(words), "{}: {error}", &text[..text.len().min(20)]);
        }
    }
}
