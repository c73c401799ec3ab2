//! Reads markup as this service writes it, and refuses anything looser: attributes are quoted, and
//! `<`, `>` and `&` in texts and values are escaped. A page that reads well here has no text that a
//! browser could take for markup.

/// A part of a document, with escapes undone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Open { name: String, attributes: Vec<(String, String)> },
    Close(String),
    Text(String),
}

/// Reads a document. Panics with the place of the first fault.
pub(crate) fn read(document: &str) -> Vec<Part> {
    let mut reader = Reader { document, at: 0 };
    let mut parts = Vec::new();
    // What comes before the first element, of HTML and of KML.
    for head in ["<!DOCTYPE html>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"] {
        reader.skip(head);
    }
    while reader.at < document.len() {
        if reader.skip("</") {
            let name = reader.name();
            reader.expect(">");
            parts.push(Part::Close(name));
        } else if reader.skip("<") {
            let (name, attributes) = reader.tag();
            let is_raw = ["script", "style"].contains(&&*name);
            let end = format!("</{name}>");
            parts.push(Part::Open { name, attributes });
            if is_raw {
                let text = reader.until(&end);
                assert!(!text.contains('<'), "{}", reader.fault("a raw < in a raw text"));
                parts.push(Part::Text(text.to_owned()));
            }
        } else {
            let text = reader.until("<");
            parts.push(Part::Text(reader.decoded(text)));
        }
    }
    parts
}

struct Reader<'a> {
    document: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.document[self.at..]
    }

    fn fault(&self, what: &str) -> String {
        let around = self.rest().chars().take(120).collect::<String>();
        format!("{what} at or before byte {}: {around:?}", self.at)
    }

    fn skip(&mut self, text: &str) -> bool {
        let is_there = self.rest().starts_with(text);
        self.at += if is_there { text.len() } else { 0 };
        is_there
    }

    fn expect(&mut self, text: &str) {
        assert!(self.skip(text), "{}", self.fault(&format!("no {text:?}")));
    }

    /// The text up to, but not including, `end`, or up to the end of the document.
    fn until(&mut self, end: &str) -> &'a str {
        let text = self.rest().split(end).next().unwrap_or_default();
        self.at += text.len();
        text
    }

    fn name(&mut self) -> String {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == ':';
        let length = self.rest().find(|c| !is_part(c)).unwrap_or(self.rest().len());
        assert!(length > 0, "{}", self.fault("no name"));
        let name = self.rest()[..length].to_owned();
        self.at += length;
        name
    }

    fn tag(&mut self) -> (String, Vec<(String, String)>) {
        let name = self.name();
        let mut attributes = Vec::new();
        while self.skip(" ") {
            let name = self.name();
            let value = if self.skip("=\"") {
                let value = self.until("\"");
                self.expect("\"");
                self.decoded(value)
            } else {
                String::new()
            };
            attributes.push((name, value));
        }
        self.expect(">");
        (name, attributes)
    }

    fn decoded(&self, text: &str) -> String {
        let mut pieces = text.split('&');
        let mut decoded = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let escapes = [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"')];
            let found = escapes.into_iter().find(|(escape, _)| piece.starts_with(escape));
            let (escape, c) = found.unwrap_or_else(|| panic!("{}", self.fault("a raw &")));
            decoded.push(c);
            decoded.push_str(&piece[escape.len()..]);
        }
        assert!(!text.contains(['<', '>']), "{}", self.fault("a raw < or >"));
        decoded
    }
}

#[test]
fn a_document_is_read_with_its_escapes_undone() {
    let open = |name: &str, attributes: &[(&str, &str)]| Part::Open {
        name: name.to_owned(),
        attributes: attributes.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect(),
    };
    let parts = read("<!DOCTYPE html><p id=\"a&quot;b\" hidden>x &lt; y</p>");
    let expected = [
        open("p", &[("id", "a\"b"), ("hidden", "")]),
        Part::Text("x < y".to_owned()),
        Part::Close("p".to_owned()),
    ];
    assert_eq!(parts, expected);
}

#[test]
fn what_is_written_loosely_is_refused() {
    for loose in [
        "<p>a & b</p>",
        "<p>a > b</p>",
        "<p>a < b</p>",
        "<p id=a>",
        "<p id='a'>",
        "<p id=\"<\">",
        "<p id=\"a\"x>",
        "<!-- a -->",
        "<p/>",
        "<script>\"<!--\"</script>",
    ] {
        assert!(std::panic::catch_unwind(|| read(loose)).is_err(), "{loose}");
    }
}
