//! HTML pages that work without scripts, with one layout and one style.
//!
//! Pages are [`maud`] templates: a text that is put into one is escaped where it is put, and
//! attributes are always quoted, so no text can become markup. Two kinds of text are written as
//! they are: the style sheet, a constant of the program, and [`ScriptJson`], which has its own
//! escapes.
//!
//! Read [`layout`] first, then [`map`] (features as inline SVG). The pages themselves are in their
//! routes.

use axum::http::{HeaderValue, header};
use axum::response::Response;
use maud::{Markup, Render, html};
use serde_json::Value;

use super::blocking::respond;
use super::request::negotiate::HTML;

pub(super) mod layout;
pub(super) mod map;
mod replacement;

pub(super) use layout::{Crumb, Page};
pub(super) use replacement::replacement_notice;

/// A link.
pub(super) fn anchor(href: &str, text: &str) -> Markup {
    html! { a href=(href) { (text) } }
}

/// Parts with a text between them.
pub(super) fn joined(parts: impl IntoIterator<Item = Markup>, between: &str) -> Markup {
    html! {
        @for (at, part) in parts.into_iter().enumerate() {
            @if at > 0 { (between) }
            (part)
        }
    }
}

/// JSON for a `script` element. Browsers read no character references there; only `<` can end the
/// element or begin a comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScriptJson<'a>(pub(super) &'a Value);

impl Render for ScriptJson<'_> {
    fn render_to(&self, page: &mut String) {
        // In JSON, `<` occurs only in strings, where an escape stands for it.
        page.push_str(&self.0.to_string().replace('<', "\\u003c"));
    }
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

/// A table with headings for columns and rows. The first cell of each row is its heading. A table
/// wider than the page scrolls by itself, also with the keyboard.
pub(super) fn table(
    caption: &str,
    columns: &[impl AsRef<str>],
    rows: impl IntoIterator<Item = Vec<Markup>>,
) -> Markup {
    html! {
        div class="wide" role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead {
                    tr {
                        @for column in columns { th scope="col" { (column.as_ref()) } }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for (at, cell) in row.iter().enumerate() {
                                @if at == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The content security policy: a page may load only its own style; other sites may frame it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'";

/// A response with an HTML page.
pub(super) fn respond_page(page: Markup) -> Response {
    let mut response = respond("text/html; charset=utf-8", page.into_string());
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
            anchor("/?a=1&b=\"x\"", "<St George's>").into_string(),
            "<a href=\"/?a=1&amp;b=&quot;x&quot;\">&lt;St George's&gt;</a>"
        );
    }

    #[test]
    fn json_cannot_end_its_script_or_begin_a_comment_and_stays_the_same_json() {
        let value = serde_json::json!({"</script>": "<!--<script>", "&": "\"'"});
        let script = html! { script type="application/json" { (ScriptJson(&value)) } };
        let script = script.into_string();
        let json = script.strip_prefix("<script type=\"application/json\">").unwrap();
        let json = json.strip_suffix("</script>").unwrap();
        assert!(!json.contains('<'), "{json}");
        assert_eq!(serde_json::from_str::<Value>(json).unwrap(), value);
    }

    #[test]
    fn parts_are_joined_by_a_text() {
        let parts = ["<", "b"].map(|text| html! { (text) });
        assert_eq!(joined(parts, " & ").into_string(), "&lt; &amp; b");
    }

    #[test]
    fn counts_have_commas_between_thousands() {
        let counts = [0, 999, 1000, 35_672, 1_234_567].map(count);
        assert_eq!(counts, ["0", "999", "1,000", "35,672", "1,234,567"]);
    }
}
