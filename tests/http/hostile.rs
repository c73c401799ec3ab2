//! No text becomes markup: every page of the service, with hostile texts in the catalogue and in the
//! request.
//!
//! Each page is asked for twice, with harmless and with hostile texts in the same places. Both must
//! be strictly written ([`markup`]) and have the same elements with the same attributes, in the same
//! order.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use jiff::Timestamp;
use lapwing::http::{Basemap, ProblemKind, Settings, router};
use lapwing::live::Live;
use lapwing_boundaries::area::{Area, Site};
use lapwing_boundaries::atlas::{Atlas, Contents, Provenance};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::layer::{Layer, LayerMeta};
use lapwing_testing::squares;
use serde_json::{Value, json};

use crate::ask::{Reply, send};
use crate::markup::{self, Part};

const HARMLESS: &str = "harmless words";

/// No backticks: the descriptions of the API are CommonMark, where backticks mean code.
const HOSTILE: [&str; 11] = [
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "\" onmouseover=\"alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "</script><script>alert(1)</script>",
    "</style></title></noscript><img src=x onerror=alert(1)>",
    "]]><b>bold</b>",
    "<!-- <script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\u003cscript>alert(1)\\u003c/script>",
    "{query} {answer} {settings} {0} <b>",
];

/// The squares with `text` in place of every text of the catalogue.
fn atlas(text: &str) -> Atlas {
    let contents = squares::contents();
    let layers = contents.layers.iter().map(|layer| renamed(layer, text)).collect();
    let from = Provenance { licence: Some(text.to_owned()), attribution: Some(text.to_owned()) };
    let (postcodes_from, addresses_from) = (from.clone(), from);
    let title = text.to_owned();
    let contents = Contents { title, layers, postcodes_from, addresses_from, ..contents };
    Atlas::build(contents, Timestamp::from_second(1_700_000_000).unwrap(), &())
}

fn renamed(layer: &Layer, text: &str) -> Layer {
    let meta = LayerMeta {
        title: text.to_owned(),
        licence: Some(text.to_owned()),
        attribution: Some(text.to_owned()),
        source: text.to_owned(),
        ..layer.meta().clone()
    };
    let properties = vec![(text.to_owned(), json!(text))];
    if !layer.is_areas() {
        let sites = layer.sites().iter().enumerate().map(|(at, site)| Site {
            code: code(at, text),
            name: text.to_owned(),
            position: site.position,
            properties: properties.clone(),
        });
        return Layer::of_sites(meta, sites.collect());
    }
    let areas = layer.areas().iter().enumerate().map(|(at, area)| {
        let ground = area.geometry().clone();
        Area::from_valid(code(at, text), text.to_owned(), properties.clone(), ground)
    });
    Layer::of_areas(meta, areas.collect())
}

/// The text as a code, without the characters that a code cannot have. The number comes first, so
/// that all texts have the same order.
fn code(at: usize, text: &str) -> AreaCode {
    let allowed = |&c: &char| c.is_ascii_graphic() && !",;/\\?#%\"'".contains(c);
    let text: String = text.chars().filter(allowed).take(30).collect();
    AreaCode::parse(&format!("{at}{text}")).unwrap()
}

fn service(text: &str) -> Router {
    let basemap = Basemap::new("https://t.example/{z}/{x}/{y}.png", text).unwrap();
    let settings = Settings { basemap: Some(basemap), ..Settings::default() };
    router(Live::with(atlas(text)), settings)
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Asks with hostile headers about the host, too.
async fn ask(text: &str, path: &str, accept: &str) -> Reply {
    let text = HeaderValue::from_str(text).unwrap();
    let request = Request::get(path)
        .header("accept", accept)
        .header("host", &text)
        .header("x-forwarded-host", &text)
        .header("x-forwarded-proto", &text)
        .header("x-forwarded-prefix", &text);
    send(service(text.to_str().unwrap()), request.body(Body::empty()).unwrap()).await
}

async fn page(text: &str, path: &str) -> Vec<Part> {
    let reply = ask(text, path, "text/html").await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8", "{path}");
    markup::read(&reply.text())
}

/// The pages that have the same elements whatever the texts are.
fn pages(text: &str) -> Vec<String> {
    let (area, site) = (encoded(code(0, text).as_str()), encoded(code(1, text).as_str()));
    let text = encoded(text);
    let mut pages = vec![
        "/".to_owned(),
        "/conformance".to_owned(),
        "/collections".to_owned(),
        "/collections/ward".to_owned(),
        "/collections/hall".to_owned(),
        "/collections/ward/queryables".to_owned(),
        "/collections/hall/queryables".to_owned(),
        "/collections/ward/items".to_owned(),
        "/collections/hall/items?limit=1&offset=1".to_owned(),
        // A selection of nothing: its parameters come back in links.
        format!("/collections/hall/items?name={text}x&lap={text}&limit=2"),
        format!("/collections/hall/items?name={text}&limit=2"),
        format!("/collections/ward/items/{area}"),
        format!("/collections/hall/items/{site}"),
        "/api".to_owned(),
        "/map".to_owned(),
        format!("/map?embed={text}&layers={text}&x={text}"),
        // A postcode, a point, an area, and refusals of each.
        format!("/map?q=NN1+1AC&embed=1&{text}={text}"),
        "/map?q=-0.9,52.23".to_owned(),
        format!("/map?q=ward/{area}"),
        format!("/map?q=ward/{text}"),
        format!("/map?q={text}/{area}"),
        format!("/map?q={text}&date={text}"),
    ];
    pages.extend(ProblemKind::ALL.map(|kind| format!("/problems/{}", kind.slug())));
    pages
}

/// The pages of a search, whose finds depend on the text.
fn searches(text: &str) -> [String; 3] {
    let part = text.chars().take(3).collect::<String>();
    [text.to_owned(), part, format!("{text}zzz")].map(|text| format!("/map?q={}", encoded(&text)))
}

/// Elements with the names of their attributes: `a href`, `/a`.
fn elements(parts: &[Part]) -> Vec<String> {
    let element = |part: &Part| match part {
        Part::Open { name, attributes } => {
            Some(attributes.iter().fold(name.clone(), |all, (name, _)| format!("{all} {name}")))
        }
        Part::Close(name) => Some(format!("/{name}")),
        Part::Text(_) => None,
    };
    parts.iter().filter_map(element).collect()
}

/// The text of every element with this name.
fn texts<'a>(parts: &'a [Part], wanted: &str) -> Vec<&'a str> {
    let pairs = parts.windows(2).filter_map(|pair| match pair {
        [Part::Open { name, .. }, Part::Text(text)] if name == wanted => Some(text.as_str()),
        _ => None,
    });
    pairs.collect()
}

/// The value of an attribute of the element with this id.
fn value<'a>(parts: &'a [Part], id: &str, wanted: &str) -> Option<&'a str> {
    parts.iter().find_map(|part| match part {
        Part::Open { attributes, .. } if attributes.contains(&("id".into(), id.into())) => {
            attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
        }
        _ => None,
    })
}

#[tokio::test]
async fn every_page_has_the_same_elements_with_hostile_texts() {
    let mut harmless = Vec::new();
    for path in pages(HARMLESS) {
        harmless.push(elements(&page(HARMLESS, &path).await));
    }
    for text in HOSTILE {
        for (path, harmless) in pages(text).iter().zip(&harmless) {
            let hostile = elements(&page(text, path).await);
            assert_eq!(&hostile, harmless, "{path} with {text}");
        }
    }
}

#[tokio::test]
async fn a_search_has_no_elements_of_its_own() {
    let mut known = BTreeSet::new();
    for path in pages(HARMLESS).into_iter().chain(searches(HARMLESS)) {
        known.extend(elements(&page(HARMLESS, &path).await));
    }
    for text in HOSTILE {
        for path in searches(text) {
            let parts = page(text, &path).await;
            for element in elements(&parts) {
                assert!(known.contains(&element), "{path} has <{element}>");
            }
        }
    }
}

#[tokio::test]
async fn the_texts_themselves_are_shown_as_they_are() {
    for text in HOSTILE {
        let area = encoded(code(0, text).as_str());
        let item = page(text, &format!("/collections/ward/items/{area}")).await;
        assert_eq!(texts(&item, "h1"), [text]);
        assert_eq!(texts(&item, "td"), [code(0, text).as_str(), text, "1000000", text]);
        assert!(texts(&item, "th").contains(&text), "the title of an attribute: {text}");
        assert_eq!(texts(&item, "figcaption")[0].split(". It is").next(), Some(text));

        let list = page(text, "/collections").await;
        let sources = texts(&list, "p").iter().filter(|shown| **shown == text).count();
        assert_eq!(sources, 1, "the attribution, once: {text}");

        let map = page(text, &format!("/map?q={}", encoded(text))).await;
        // White space around a query does not count.
        assert_eq!(value(&map, "q", "value"), Some(text.trim()).filter(|_| is_built(&map)));
    }
}

/// Whether the program was built with the map. Without it the field has no id.
fn is_built(parts: &[Part]) -> bool {
    value(parts, "settings", "type").is_some()
}

#[tokio::test]
async fn the_settings_of_the_map_are_json_whatever_the_attribution_is() {
    for text in HOSTILE {
        let map = page(text, "/map").await;
        if !is_built(&map) {
            eprintln!("SKIPPED: this program was built without the map page");
            return;
        }
        let settings: Value = serde_json::from_str(texts(&map, "script")[0]).unwrap();
        assert_eq!(settings["basemap"]["attribution"], text.trim());
    }
}

#[tokio::test]
async fn the_attribution_of_tiles_is_text_in_html() {
    for text in HOSTILE {
        let attribution = ask(text, "/tiles/ward.json", "*/*").await.json()["attribution"].clone();
        let expected = format!("Illustrative: this place does not exist | {text}");
        assert_eq!(markup::read(attribution.as_str().unwrap()), [Part::Text(expected)]);
    }
}

#[tokio::test]
async fn a_name_in_kml_is_text() {
    for text in HOSTILE {
        let areas = ask(text, "/mapit/areas/LAP", "*/*").await.json();
        let id = areas.as_object().unwrap().keys().next().unwrap();
        let kml = ask(text, &format!("/mapit/area/{id}.kml"), "*/*").await.text();
        let kml = markup::read(&kml);
        assert_eq!(texts(&kml, "name"), [text]);
        let shape = ["Polygon", "outerBoundaryIs", "LinearRing", "coordinates", "/coordinates"];
        let elements = elements(&kml);
        let start = elements.iter().position(|name| name == "Polygon").unwrap();
        assert_eq!(elements[start..start + shape.len()], shape);
    }
}

#[tokio::test]
async fn a_refusal_is_never_a_page() {
    for text in HOSTILE {
        let encoded = encoded(text);
        for path in [
            format!("/{encoded}"),
            format!("/problems/{encoded}"),
            format!("/collections/{encoded}"),
            format!("/collections/ward/items/{encoded}"),
            format!("/collections/ward/items?{encoded}x={encoded}"),
            format!("/collections/ward/items?f={encoded}"),
            format!("/collections/ward/items?filter={encoded}"),
            format!("/api?f={encoded}"),
            format!("/map/assets/{encoded}"),
            format!("/v1/lookup?postcode={encoded}"),
        ] {
            let reply = ask(text, &path, "text/html").await;
            assert!(reply.status.is_client_error(), "{path}");
            assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        }
    }
}
