//! Links (OGC 17-069r4, section 5.2): absolute URLs with relation, type and title.

use axum::http::{HeaderMap, HeaderValue, header};
use schemars::JsonSchema;
use serde::Serialize;

use super::formats::Format;
use crate::http::request::base_url::Base;
use crate::http::request::percent::push_in_query;

/// A link.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(in crate::http) struct Link {
    /// URL of the target.
    pub(in crate::http) href: String,
    /// Link relation type (RFC 8288).
    pub(in crate::http) rel: &'static str,
    /// Media type of the target.
    #[serde(rename = "type")]
    pub(in crate::http) media_type: &'static str,
    /// Title of the target.
    pub(in crate::http) title: String,
}

impl Link {
    pub(in crate::http) fn new(
        href: String,
        rel: &'static str,
        media_type: &'static str,
        title: impl Into<String>,
    ) -> Self {
        Self { href, rel, media_type, title: title.into() }
    }
}

/// A URL with its parameters in order.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::http) struct Address {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// From a path with escaped segments.
    pub(in crate::http) fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), pairs: Vec::new() }
    }

    /// Adds all parameters of a query.
    #[must_use]
    pub(in crate::http) fn with_query(mut self, query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        self.pairs = pairs.into_owned().collect();
        self
    }

    /// Sets a parameter, replacing an earlier one of that name.
    #[must_use]
    pub(in crate::http) fn with(mut self, name: &str, value: &(impl ToString + ?Sized)) -> Self {
        match self.pairs.iter_mut().find(|(earlier, _)| earlier == name) {
            Some((_, earlier)) => *earlier = value.to_string(),
            None => self.pairs.push((name.to_owned(), value.to_string())),
        }
        self
    }

    /// Removes a parameter.
    #[must_use]
    pub(in crate::http) fn without(mut self, name: &str) -> Self {
        self.pairs.retain(|(earlier, _)| earlier != name);
        self
    }

    /// The absolute URL.
    pub(in crate::http) fn under(&self, base: &Base) -> String {
        let mut address = base.at(&self.path);
        for (at, (name, value)) in self.pairs.iter().enumerate() {
            address.push(if at == 0 { '?' } else { '&' });
            push_in_query(&mut address, name);
            address.push('=');
            push_in_query(&mut address, value);
        }
        address
    }

    /// The links to this document and to its other formats.
    pub(in crate::http) fn in_formats(
        &self,
        base: &Base,
        chosen: Format,
        media_type: &'static str,
        offered: &[Format],
    ) -> Vec<Link> {
        let this = Link::new(self.under(base), "self", media_type, "This document");
        let others = offered.iter().filter(|&&format| format != chosen).map(|format| {
            let href = self.clone().with("f", format.name()).under(base);
            let title = format!("This document as {}", format.title());
            Link::new(href, "alternate", format.media_type(), title)
        });
        std::iter::once(this).chain(others).collect()
    }
}

/// The relations that are also sent as `Link` headers, for formats without links and for clients
/// that read headers first.
const IN_HEADERS: [&str; 4] = ["self", "alternate", "next", "prev"];

/// Adds links to the headers of a response (RFC 8288).
pub(in crate::http) fn tell(headers: &mut HeaderMap, links: &[Link]) {
    for link in links.iter().filter(|link| IN_HEADERS.contains(&link.rel)) {
        let text = format!("<{}>; rel=\"{}\"; type=\"{}\"", link.href, link.rel, link.media_type);
        // A URL is ASCII: anything else in it is escaped.
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(header::LINK, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_parameters_and_escapes_reserved_characters() {
        let address = Address::new("/collections/ward/items")
            .with_query(Some("bbox=-1,52,0%2C53&name=A%26B+%C3%A9&f=json"));
        assert_eq!(
            address.under(&Base::default()),
            "/collections/ward/items?bbox=-1,52,0,53&name=A%26B%20%C3%A9&f=json"
        );
        let next = address.with("offset", &10).with("f", "html").without("name");
        assert_eq!(
            next.under(&Base::default()),
            "/collections/ward/items?bbox=-1,52,0,53&f=html&offset=10"
        );
    }
}
