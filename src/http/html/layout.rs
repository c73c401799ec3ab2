//! The frame of every HTML page: breadcrumbs, title, sources of the data.

use std::sync::LazyLock;

use lapwing_boundaries::atlas::Atlas;
use maud::{DOCTYPE, Markup, PreEscaped, display, html};

use super::anchor;
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
    /// The attributions to display. Each is displayed once.
    pub(in crate::http) attributions: Vec<&'a str>,
}

impl Page<'_> {
    /// Renders the page around its main content.
    pub(in crate::http) fn around(&self, main: &Markup) -> Markup {
        let (title, place) = (&self.title, self.atlas.title());
        let names_place = self.above.is_empty() && title.contains(place);
        html! {
            (DOCTYPE)
            html lang="en-GB" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title {
                        (title)
                        @if !names_place { " – " (place) " – Lapwing" }
                    }
                    (self.head_links())
                    // A file of the program. Browsers read no character references in a style.
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a class="skip" href="#main" { "Skip to the content" }
                    (self.header())
                    (self.warning())
                    main id="main" tabindex="-1" {
                        (self.crumbs())
                        h1 { (title) }
                        (main)
                        (self.formats())
                    }
                    (self.footer())
                }
            }
        }
    }

    fn head_links(&self) -> Markup {
        let told = |link: &&Link| ["self", "alternate", "next", "prev"].contains(&link.rel);
        html! {
            @for link in self.links.iter().filter(told) {
                @let rel = if link.rel == "self" { "canonical" } else { link.rel };
                link rel=(rel) type=(link.media_type) href=(link.href);
            }
        }
    }

    fn header(&self) -> Markup {
        let map = has_map().then_some(("/map", "Map"));
        let ways = map.into_iter().chain([("/collections", "Layers"), ("/api", "API")]);
        html! {
            header {
                p class="name" {
                    a href=(self.base.at("/")) { b { "Lapwing" } " " (self.atlas.title()) }
                }
                nav aria-label="Main" {
                    ul {
                        @for (path, text) in ways { li { (anchor(&self.base.at(path), text)) } }
                    }
                }
            }
        }
    }

    fn warning(&self) -> Markup {
        html! {
            @if self.atlas.is_illustrative() {
                aside class="warning" aria-label="Warning" {
                    strong { "This place does not exist: its data are illustrative." }
                }
            }
        }
    }

    fn crumbs(&self) -> Markup {
        html! {
            @if !self.above.is_empty() {
                nav aria-label="Breadcrumb" class="crumbs" {
                    ol {
                        li { (anchor(&self.base.at("/"), "Start")) }
                        @for crumb in &self.above {
                            li { (anchor(&self.base.at(&crumb.path), &crumb.title)) }
                        }
                        li aria-current="page" { (self.title) }
                    }
                }
            }
        }
    }

    fn formats(&self) -> Markup {
        let mut others = self.links.iter().filter(|link| link.rel == "alternate").peekable();
        html! {
            @if others.peek().is_some() {
                nav aria-labelledby="formats" {
                    h2 id="formats" { "For programs" }
                    ul {
                        @for link in others { li { (anchor(&link.href, &link.title)) } }
                    }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let id: String = self.atlas.id().chars().take(12).collect();
        let built = self.atlas.built().strftime("%-d %B %Y, %H:%M UTC");
        html! {
            footer {
                @for (at, attribution) in self.attributions.iter().enumerate() {
                    @if !self.attributions[..at].contains(attribution) { p { (attribution) } }
                }
                p { "Snapshot " (id) ", built " (display(built)) "." }
            }
        }
    }
}

/// Returns whether this service has a map page.
pub(in crate::http) fn has_map() -> bool {
    static HAS_MAP: LazyLock<bool> = LazyLock::new(|| crate::http::addresses().contains(&"/map"));
    *HAS_MAP
}
