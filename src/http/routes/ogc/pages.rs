//! The HTML pages of features: a map and a table of their attributes.

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::layer::Layer;
use maud::{Markup, html};

use super::describe;
use super::items::Found;
use super::links::Link;
use crate::answers;
use crate::features::attributes::{Schema, Value};
use crate::http::html::layout::has_map;
use crate::http::html::{Crumb, Page, anchor, count, joined, map, replacement_notice, table};
use crate::http::request::base_url::Base;
use crate::http::request::percent::segment;

/// The page of some features of a layer.
pub(super) fn items(
    atlas: &Atlas,
    schema: &Schema,
    base: &Base,
    links: &[Link],
    found: &Found,
) -> Markup {
    let layer = atlas.layers()[schema.layer()].layer();
    let meta = layer.meta();
    let which = which(found);
    let what = format!("{}: {which}", meta.title);
    let columns: Vec<&str> =
        schema.attributes().iter().map(|attribute| attribute.name.as_str()).collect();
    let rows = found.places.iter().map(|&place| row(atlas, schema, base, place));
    let main = html! {
        p { (meta.title) }
        (paging(links, &which, "above"))
        (map::draw(layer, &found.places, &what))
        @if !found.places.is_empty() { (table(&what, &columns, rows)) }
        @if found.places.len() > 10 { (paging(links, &which, "below")) }
    };
    Page {
        base,
        atlas,
        title: "Features".to_owned(),
        above: above_items(layer),
        links,
        attributions: meta.attribution.as_deref().into_iter().collect(),
    }
    .around(&main)
}

fn above_items(layer: &Layer) -> Vec<Crumb> {
    let meta = layer.meta();
    vec![
        Crumb::new("/collections", "Layers"),
        Crumb::new(describe::path(meta), meta.title.as_str()),
    ]
}

/// Describes which features a page has.
fn which(found: &Found) -> String {
    let (first, last) = (found.window.offset + 1, found.window.offset + found.places.len());
    match (found.matched, found.places.len()) {
        (0, _) => "no matching features".to_owned(),
        (matched, 0) => format!("no features on this page of {}", count(matched)),
        (1, _) => "the only feature".to_owned(),
        (matched, shown) if shown == matched => format!("all {} features", count(matched)),
        (matched, 1) => format!("feature {} of {}", count(first), count(matched)),
        (matched, _) => {
            format!("features {} to {} of {}", count(first), count(last), count(matched))
        }
    }
}

fn paging(links: &[Link], which: &str, place: &str) -> Markup {
    let mut which: String = which.to_owned();
    if let Some(first) = which.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    html! {
        nav class="pages" aria-label={ "Pages, " (place) } {
            p { (which) }
            @for (rel, text) in [("prev", "← Previous page"), ("next", "Next page →")] {
                @if let Some(link) = links.iter().find(|link| link.rel == rel) {
                    // Words stay apart without the style, too.
                    " " a rel=(rel) href=(link.href) { (text) }
                }
            }
        }
    }
}

/// The path of a feature.
fn path(layer: &Layer, code: &str) -> String {
    format!("{}/items/{}", describe::path(layer.meta()), segment(code))
}

/// A row of the table. The code links to the feature.
fn row(atlas: &Atlas, schema: &Schema, base: &Base, place: usize) -> Vec<Markup> {
    let layer = atlas.layers()[schema.layer()].layer();
    (0..schema.attributes().len())
        .map(|attribute| {
            if attribute == Schema::CODE {
                let code = schema.value(atlas, place, attribute).cell();
                return anchor(&base.at(&path(layer, &code)), &code);
            }
            cell(atlas, schema, base, place, attribute)
        })
        .collect()
}

/// A value. The codes of other layers' areas link to these areas.
fn cell(atlas: &Atlas, schema: &Schema, base: &Base, place: usize, attribute: usize) -> Markup {
    let value = schema.value(atlas, place, attribute);
    let (Value::Codes(codes), Some(holders)) = (&value, schema.holders(attribute)) else {
        return html! { (value.cell()) };
    };
    let areas = atlas.layers()[holders].layer();
    let links =
        codes.iter().map(|code| anchor(&base.at(&path(areas, code.as_str())), code.as_str()));
    joined(links, "; ")
}

/// The page of one feature.
pub(super) fn item(
    atlas: &Atlas,
    schema: &Schema,
    base: &Base,
    links: &[Link],
    place: usize,
) -> Markup {
    let layer = atlas.layers()[schema.layer()].layer();
    let meta = layer.meta();
    let (code, name) = atlas.code_and_name(schema.layer(), place);
    let title = if name.is_empty() { code } else { name };
    let rows = schema.attributes().iter().enumerate().map(|(at, attribute)| {
        vec![html! { (attribute.title) }, cell(atlas, schema, base, place, at)]
    });
    let on_map =
        has_map().then(|| anchor(&base.at(&format!("/map?q={}", segment(code))), "On the map"));
    let related = links.iter().filter(|link| link.rel == "related");
    let more: Vec<Markup> =
        on_map.into_iter().chain(related.map(|link| anchor(&link.href, &link.title))).collect();
    let main = html! {
        p { (meta.title) }
        @if let Some(notice) = replaced(atlas, base, (schema.layer(), place)) { (notice) }
        (map::draw(layer, &[place], title))
        (table(&format!("Attributes of {title}"), &["Attribute", "Value"], rows))
        @if !more.is_empty() {
            h2 { "More about it" }
            ul { @for way in more { li { (way) } } }
        }
    };
    let mut above = above_items(layer);
    above.push(Crumb::new(format!("{}/items", describe::path(meta)), "Features"));
    Page {
        base,
        atlas,
        title: title.to_owned(),
        above,
        links,
        attributions: meta.attribution.as_deref().into_iter().collect(),
    }
    .around(&main)
}

/// Says since when the boundaries of an area are no longer in force, and what replaced it.
fn replaced(atlas: &Atlas, base: &Base, (layer, area): (usize, usize)) -> Option<Markup> {
    let today = Day::Today(crate::http::today());
    let found = answers::replacement(atlas, layer, area, today)?;
    let link = |id: &str, code: &str, name: &str| {
        let newer = atlas.layer_index(id).map(|newer| atlas.layers()[newer].layer());
        newer.map_or_else(|| html! { (name) }, |newer| anchor(&base.at(&path(newer, code)), name))
    };
    Some(replacement_notice(&found, link))
}
