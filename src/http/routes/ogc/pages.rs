//! The HTML pages of features: a map and a table of their attributes.

use std::fmt::Write as _;

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::layer::Layer;

use super::describe;
use super::items::Found;
use super::links::Link;
use crate::answers::{self, words};
use crate::features::attributes::{Schema, Value};
use crate::http::html::layout::has_map;
use crate::http::html::{Crumb, Page, anchor, count, escape, map, table};
use crate::http::request::base_url::Base;
use crate::http::request::percent::segment;

/// The page of some features of a layer.
pub(super) fn items(
    atlas: &Atlas,
    schema: &Schema,
    base: &Base,
    links: &[Link],
    found: &Found,
) -> String {
    let layer = atlas.layers()[schema.layer()].layer();
    let meta = layer.meta();
    let which = which(found);
    let drawing =
        map::draw(layer, &found.places, &format!("{}: {which}", meta.title)).unwrap_or_default();
    let columns: Vec<String> =
        schema.attributes().iter().map(|attribute| attribute.name.clone()).collect();
    let rows: Vec<Vec<String>> =
        found.places.iter().map(|&place| row(atlas, schema, base, place)).collect();
    let features = if rows.is_empty() {
        String::new()
    } else {
        table(&format!("{}: {which}", meta.title), &columns, &rows)
    };
    let above = paging(links, &which, "above");
    let below = if rows.len() > 10 { paging(links, &which, "below") } else { String::new() };
    Page {
        base,
        atlas,
        title: "Features".to_owned(),
        above: above_items(layer),
        links,
        attributions: meta.attribution.as_deref().into_iter().collect(),
    }
    .around(&format!("<p>{}</p>\n{above}{drawing}{features}{below}", escape(&meta.title)))
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

fn paging(links: &[Link], which: &str, place: &str) -> String {
    let mut which: String = which.to_owned();
    if let Some(first) = which.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let ways: String = [("prev", "← Previous page"), ("next", "Next page →")]
        .iter()
        .filter_map(|(rel, text)| {
            let link = links.iter().find(|link| link.rel == *rel)?;
            Some(format!("<a rel=\"{rel}\" href=\"{}\">{text}</a>\n", escape(&link.href)))
        })
        .collect();
    format!("<nav class=\"pages\" aria-label=\"Pages, {place}\"><p>{which}</p>\n{ways}</nav>\n")
}

/// The path of a feature.
fn path(layer: &Layer, code: &str) -> String {
    format!("{}/items/{}", describe::path(layer.meta()), segment(code))
}

/// A row of the table. The code links to the feature.
fn row(atlas: &Atlas, schema: &Schema, base: &Base, place: usize) -> Vec<String> {
    let layer = atlas.layers()[schema.layer()].layer();
    (0..schema.attributes().len())
        .map(|attribute| {
            let cell = cell(atlas, schema, base, place, attribute);
            if attribute == 0 {
                // The first attribute of every layer is its code.
                let code = schema.value(atlas, place, attribute).cell();
                return anchor(&base.at(&path(layer, &code)), &code);
            }
            cell
        })
        .collect()
}

/// A value. The codes of other layers' areas link to these areas.
fn cell(atlas: &Atlas, schema: &Schema, base: &Base, place: usize, attribute: usize) -> String {
    let value = schema.value(atlas, place, attribute);
    match (&value, schema.holders(attribute)) {
        (Value::Codes(codes), Some(holders)) => {
            let areas = atlas.layers()[holders].layer();
            let links: Vec<String> = codes
                .iter()
                .map(|code| anchor(&base.at(&path(areas, code.as_str())), code.as_str()))
                .collect();
            links.join("; ")
        }
        _ => escape(&value.cell()),
    }
}

/// The page of one feature.
pub(super) fn item(
    atlas: &Atlas,
    schema: &Schema,
    base: &Base,
    links: &[Link],
    place: usize,
) -> String {
    let layer = atlas.layers()[schema.layer()].layer();
    let meta = layer.meta();
    let (code, name) = atlas.code_and_name(schema.layer(), place);
    let title = if name.is_empty() { code } else { name };
    let drawing = map::draw(layer, &[place], title).unwrap_or_default();
    let rows: Vec<Vec<String>> = schema
        .attributes()
        .iter()
        .enumerate()
        .map(|(at, attribute)| vec![escape(&attribute.title), cell(atlas, schema, base, place, at)])
        .collect();
    let mut more = String::new();
    if has_map() {
        let href = base.at(&format!("/map?q={}", segment(code)));
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(more, "<li>{}</li>", anchor(&href, "On the map"));
    }
    for link in links.iter().filter(|link| link.rel == "related") {
        let _ = writeln!(more, "<li>{}</li>", anchor(&link.href, &link.title));
    }
    let more = if more.is_empty() {
        String::new()
    } else {
        format!("<h2>More about it</h2>\n<ul>\n{more}</ul>\n")
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
    .around(&format!(
        "<p>{}</p>\n{}{drawing}{}{more}",
        escape(&meta.title),
        replaced(atlas, base, (schema.layer(), place)),
        table(
            &format!("Attributes of {title}"),
            &["Attribute".to_owned(), "Value".to_owned()],
            &rows
        ),
    ))
}

/// Says since when the boundaries of an area are no longer in force, and what replaced it.
fn replaced(atlas: &Atlas, base: &Base, (layer, area): (usize, usize)) -> String {
    let today = Day::Today(crate::http::today());
    let Some(found) = answers::replacement(atlas, layer, area, today) else {
        return String::new();
    };
    let told = words::superseded(found.since, found.newer.is_some());
    let link = |id: &str, code: &str, name: &str| {
        let newer = atlas.layer_place(id).map(|newer| atlas.layers()[newer].layer());
        newer.map_or_else(|| escape(name), |newer| anchor(&base.at(&path(newer, code)), name))
    };
    let by = words::replaced_by(&found, link).map_or_else(String::new, |by| format!(" {by}"));
    format!("<p><strong>{told}</strong>{by}</p>\n")
}
