//! The frame of every HTML page: breadcrumbs, title, sources of the data.

use std::fmt::Write as _;
use std::sync::LazyLock;

use lapwing_boundaries::atlas::Atlas;

use super::{anchor, escape};
use crate::http::request::base_url::Base;
use crate::http::routes::ogc::links::Link;

const STYLE: &str = include_str!("style.css");

/// A breadcrumb from the first page to the current one.
#[derive(Clone, Debug)]
pub(in crate::http) struct Crumb {
    pub(in crate::http) path: String,
    pub(in crate::http) title: String,
}

impl Crumb {
    pub(in crate::http) fn new(path: impl Into<String>, title: impl Into<String>) -> Self {
        Self { path: path.into(), title: title.into() }
    }
}

/// What the frame needs to know about a page.
#[derive(Clone, Debug)]
pub(in crate::http) struct Page<'a> {
    pub(in crate::http) base: &'a Base,
    /// The snapshot that the page describes.
    pub(in crate::http) atlas: &'a Atlas,
    /// The title, for the heading and the window.
    pub(in crate::http) title: String,
    /// The pages above this one, the first page first; the current one is added here.
    pub(in crate::http) above: Vec<Crumb>,
    /// Links such as `self` and `alternate`, for programs and for the list of formats.
    pub(in crate::http) links: &'a [Link],
    /// The attributions to display, without duplicates.
    pub(in crate::http) attributions: Vec<&'a str>,
}

impl Page<'_> {
    /// Renders the page around its main content.
    pub(in crate::http) fn around(&self, main: &str) -> String {
        let title = escape(&self.title);
        let place = escape(self.atlas.title());
        let window = if self.above.is_empty() && self.title.contains(self.atlas.title()) {
            title.clone()
        } else {
            format!("{title} – {place} – Lapwing")
        };
        format!(
            "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{window}</title>\n{links}<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\">Skip to the content</a>\n{header}{warning}\
             <main id=\"main\" tabindex=\"-1\">\n{crumbs}<h1>{title}</h1>\n{main}{formats}</main>\n\
             {footer}</body>\n</html>\n",
            links = self.head_links(),
            header = self.header(&place),
            warning = self.warning(),
            crumbs = self.crumbs(),
            formats = self.formats(),
            footer = self.footer(),
        )
    }

    fn head_links(&self) -> String {
        let told = |link: &&Link| ["self", "alternate", "next", "prev"].contains(&link.rel);
        self.links.iter().filter(told).fold(String::new(), |mut all, link| {
            let (rel, href) = (if link.rel == "self" { "canonical" } else { link.rel }, &link.href);
            // Writing to a `String` cannot fail, here and below.
            let _ = writeln!(
                all,
                "<link rel=\"{rel}\" type=\"{}\" href=\"{}\">",
                link.media_type,
                escape(href)
            );
            all
        })
    }

    fn header(&self, place: &str) -> String {
        let mut ways = vec![("/collections", "Layers"), ("/api", "API")];
        if has_map() {
            ways.insert(0, ("/map", "Map"));
        }
        let ways = ways
            .into_iter()
            .map(|(path, text)| format!("<li>{}</li>", anchor(&self.base.at(path), text)))
            .collect::<Vec<_>>()
            .concat();
        format!(
            "<header>\n<p class=\"name\"><a href=\"{}\"><b>Lapwing</b> {place}</a></p>\n\
             <nav aria-label=\"Main\"><ul>{ways}</ul></nav>\n</header>\n",
            self.base.at("/")
        )
    }

    fn warning(&self) -> &'static str {
        if self.atlas.is_illustrative() {
            "<aside class=\"warning\" aria-label=\"Warning\"><strong>This place does not exist: its data \
             are illustrative.</strong></aside>\n"
        } else {
            ""
        }
    }

    fn crumbs(&self) -> String {
        if self.above.is_empty() {
            return String::new();
        }
        let mut crumbs = format!(
            "<nav aria-label=\"Breadcrumb\" class=\"crumbs\"><ol><li>{}</li>",
            anchor(&self.base.at("/"), "Start")
        );
        for crumb in &self.above {
            let _ = write!(crumbs, "<li>{}</li>", anchor(&self.base.at(&crumb.path), &crumb.title));
        }
        let _ = write!(crumbs, "<li aria-current=\"page\">{}</li>", escape(&self.title));
        crumbs.push_str("</ol></nav>\n");
        crumbs
    }

    fn formats(&self) -> String {
        let mut others = self.links.iter().filter(|link| link.rel == "alternate").peekable();
        if others.peek().is_none() {
            return String::new();
        }
        let list = others
            .map(|link| format!("<li>{}</li>", anchor(&link.href, &link.title)))
            .collect::<Vec<_>>()
            .concat();
        format!(
            "<nav aria-labelledby=\"formats\">\n<h2 id=\"formats\">For programs</h2>\n\
             <ul>{list}</ul>\n</nav>\n"
        )
    }

    fn footer(&self) -> String {
        let mut shown: Vec<&str> = Vec::new();
        let mut sources = String::new();
        for &attribution in &self.attributions {
            if !shown.contains(&attribution) {
                shown.push(attribution);
                let _ = writeln!(sources, "<p>{}</p>", escape(attribution));
            }
        }
        let id: String = self.atlas.id().chars().take(12).collect();
        format!(
            "<footer>\n{sources}<p>Snapshot {}, built {}.</p>\n</footer>\n",
            escape(&id),
            self.atlas.built().strftime("%-d %B %Y, %H:%M UTC")
        )
    }
}

/// Returns whether this service has a map page.
pub(in crate::http) fn has_map() -> bool {
    static HAS_MAP: LazyLock<bool> = LazyLock::new(|| crate::http::addresses().contains(&"/map"));
    *HAS_MAP
}
