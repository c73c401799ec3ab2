//! HTML pages that work without scripts, with one layout and one style.
//!
//! Read [`layout`] first, then [`map`] (features as inline SVG). The pages themselves are in their
//! routes.

use std::fmt::Write as _;

use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::blocking::respond;
use super::request::negotiate::HTML;

pub(super) mod layout;
pub(super) mod map;

pub(super) use layout::{Crumb, Page};

/// Escapes a text for an element or a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A link.
pub(super) fn anchor(href: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escape(href), escape(text))
}

/// A whole number with thousands separators.
pub(super) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A table with headings for columns and rows. Cells are HTML; the first of each row is its
/// heading. A table wider than the page scrolls by itself, also with the keyboard.
pub(super) fn table(caption: &str, columns: &[String], rows: &[Vec<String>]) -> String {
    let caption = escape(caption);
    let mut table = format!(
        "<div class=\"wide\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n\
         <caption>{caption}</caption>\n<thead><tr>"
    );
    for column in columns {
        // Writing to a `String` cannot fail, here and below.
        let _ = write!(table, "<th scope=\"col\">{}</th>", escape(column));
    }
    table.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        table.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let _ = match at {
                0 => write!(table, "<th scope=\"row\">{cell}</th>"),
                _ => write!(table, "<td>{cell}</td>"),
            };
        }
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody>\n</table>\n</div>\n");
    table
}

/// The content security policy: a page may load only its own style; other sites may frame it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'";

/// A response with an HTML page.
pub(super) fn respond_page(page: String) -> Response {
    let mut response = respond("text/html; charset=utf-8", page);
    debug_assert!("text/html; charset=utf-8".starts_with(HTML));
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_html_is_escaped() {
        assert_eq!(
            anchor("/?a=1&b=\"x\"", "<St George's>"),
            "<a href=\"/?a=1&amp;b=&quot;x&quot;\">&lt;St George&#39;s&gt;</a>"
        );
    }

    #[test]
    fn counts_have_commas_between_thousands() {
        let counts = [0, 999, 1000, 35_672, 1_234_567].map(count);
        assert_eq!(counts, ["0", "999", "1,000", "35,672", "1,234,567"]);
    }
}
