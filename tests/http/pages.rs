//! The HTML pages: one layout, usable without JavaScript, with a screen reader and with a keyboard.

use axum::http::StatusCode;
use serde_json::Value;

use crate::ask::{get, get_with};

const PAGES: [&str; 10] = [
    "/",
    "/conformance",
    "/collections",
    "/collections/ward",
    "/collections/hall",
    "/collections/ward/items",
    "/collections/hall/items?limit=2&offset=1",
    "/collections/ward/items/E05000002",
    "/collections/ward_2013/items/E05000009",
    "/api",
];

async fn page(path: &str) -> String {
    let reply = get_with(path, &[("accept", "text/html")]).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8", "{path}");
    reply.text()
}

/// The tags of a page, in order, each with its attributes; closing ones begin with a slash.
fn tags(page: &str) -> Vec<&str> {
    let bare = page.split("<style>").next().unwrap();
    let after = page.split("</style>").nth(1).unwrap_or("");
    [bare, after]
        .into_iter()
        .flat_map(|part| part.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()))
        .collect()
}

fn name(tag: &str) -> &str {
    tag.split([' ', '\n']).next().unwrap()
}

#[tokio::test]
async fn the_page_of_an_old_area_says_what_replaced_it() {
    let old = page("/collections/ward_2013/items/E05000009").await;
    assert!(old.contains("These boundaries were replaced on 1 April 2021."), "{old}");
    for code in ["E05000001", "E05000002"] {
        assert!(old.contains(&format!("/collections/ward/items/{code}")), "{code} in {old}");
    }
    assert!(!page("/collections/ward/items/E05000001").await.contains("were replaced"));
}

#[tokio::test]
async fn every_page_closes_its_elements() {
    const VOID: [&str; 5] = ["!DOCTYPE", "meta", "link", "input", "br"];
    for path in PAGES {
        let page = page(path).await;
        let mut open = Vec::new();
        for tag in tags(&page) {
            match name(tag).strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed), "{path}: {tag}"),
                None if VOID.contains(&name(tag)) => {}
                None => open.push(name(tag)),
            }
        }
        assert!(open.is_empty(), "{path}: {open:?}");
    }
}

#[tokio::test]
async fn every_page_has_landmarks_one_main_heading_and_a_skip_link() {
    for path in PAGES {
        let page = page(path).await;
        let tags = tags(&page);
        let count = |expected: &str| tags.iter().filter(|tag| name(tag) == expected).count();
        for once in ["main", "header", "footer", "h1", "title"] {
            // A drawing has a title, too.
            let is_once = if once == "title" { count(once) >= 1 } else { count(once) == 1 };
            assert!(is_once, "{path}: {once}");
        }
        assert!(page.contains("<html lang=\"en-GB\">"), "{path}");
        let skip = page.find("href=\"#main\"").unwrap();
        assert!(skip < page.find("<header").unwrap(), "{path}: the first way leads to the content");
        assert!(page.contains("id=\"main\""), "{path}");
        let ranks: Vec<u32> =
            tags.iter().filter_map(|tag| name(tag).strip_prefix('h')?.parse().ok()).collect();
        let steps = ranks.windows(2).all(|pair| pair[1] <= pair[0] + 1);
        assert!(steps, "{path}: no rank of heading is passed over: {ranks:?}");
    }
}

#[tokio::test]
async fn no_page_has_a_script_or_loads_anything_from_elsewhere() {
    for path in PAGES {
        let reply = get_with(path, &[("accept", "text/html")]).await;
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}");
        let page = reply.text();
        for tag in tags(&page) {
            assert!(!["script", "img", "iframe", "object"].contains(&name(tag)), "{path}: {tag}");
            let event = tag.split_whitespace().any(|part| part.starts_with("on"));
            assert!(!event || name(tag) == "desc", "{path}: {tag}");
        }
        assert!(!page.contains("@import") && !page.contains("url("), "{path}");
    }
}

#[tokio::test]
async fn ids_are_unique_and_references_to_them_resolve() {
    for path in PAGES {
        let page = page(path).await;
        let attribute = |named: &str| -> Vec<String> {
            let start = format!(" {named}=\"");
            let values = page.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap());
            values.map(str::to_owned).collect()
        };
        let ids = attribute("id");
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{path}: {ids:?}");
        let within = attribute("href");
        let within = within.iter().filter_map(|href| href.strip_prefix('#')).map(str::to_owned);
        let labels = attribute("aria-labelledby");
        let labels = labels.iter().flat_map(|ids| ids.split(' ')).map(str::to_owned);
        for expected in within.chain(labels).chain(attribute("for")) {
            assert!(ids.contains(&expected), "{path}: #{expected}");
        }
    }
}

#[tokio::test]
async fn every_table_has_a_caption_and_headings_of_columns_and_rows() {
    for path in ["/collections", "/collections/ward", "/collections/ward/items", "/api"] {
        let page = page(path).await;
        let tables: Vec<&str> = page.split("<table>").skip(1).collect();
        assert!(!tables.is_empty(), "{path}");
        for table in tables {
            let table = table.split("</table>").next().unwrap();
            assert!(table.trim_start().starts_with("<caption>"), "{path}: {table}");
            assert!(table.contains("<th scope=\"col\">"), "{path}: {table}");
            assert!(table.contains("<th scope=\"row\">"), "{path}: {table}");
        }
    }
}

#[tokio::test]
async fn every_link_within_the_service_works() {
    for path in PAGES {
        let page = page(path).await;
        let hrefs = page.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        for href in hrefs.filter(|href| href.starts_with('/')) {
            let href = href.replace("&amp;", "&");
            let href = href.split('#').next().unwrap();
            let status = get(href).await.status;
            // The examples of the API have codes that this county does not have.
            let is_there = status == StatusCode::OK || path == "/api" && status != 400;
            assert!(is_there, "{path}: {href} says {status}");
        }
    }
}

#[tokio::test]
async fn every_page_of_data_shows_its_source_and_that_it_is_illustrative() {
    for path in PAGES {
        let page = page(path).await;
        assert!(page.contains("This place does not exist"), "{path}");
        if path.starts_with("/collections") || path == "/" {
            assert!(page.contains("Squares by hand"), "{path}: the attribution");
        }
    }
}

#[tokio::test]
async fn text_of_a_source_is_escaped_on_pages() {
    let page = page("/collections/ward/items/E05000002").await;
    assert!(page.contains("<h1>Saint George's</h1>"));
    let odd = "/collections/ward/items?name=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&f=html";
    assert!(!get(odd).await.text().contains("<script"));
}

#[tokio::test]
async fn the_features_of_a_page_are_drawn_with_a_text_alternative() {
    let wards = page("/collections/ward/items").await;
    assert_eq!(wards.matches("<path ").count(), 2);
    assert!(wards.contains("role=\"img\" aria-labelledby=\"map-title map-text\""));
    assert!(
        wards.contains("2 are drawn as outlines on the British National Grid, 2.0 km from west")
    );
    let halls = page("/collections/hall/items?limit=2").await;
    assert_eq!(halls.matches("<circle ").count(), 2);
}

#[tokio::test]
async fn a_page_links_to_the_next_and_has_its_position() {
    let first = page("/collections/hall/items?limit=2").await;
    assert!(first.contains("Features 1 to 2 of 3"));
    let next = first.split("<a rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = page(&next.replace("&amp;", "&")).await;
    assert!(second.contains("Feature 3 of 3"));
    assert!(second.contains("<a rel=\"prev\""));
    assert!(second.contains("<nav aria-label=\"Breadcrumb\""));
}

#[tokio::test]
async fn the_landing_page_has_a_postcode_form_and_links_to_the_map() {
    let page = page("/").await;
    assert!(page.contains("<form action=\"/map\""));
    assert!(page.contains("<label for=\"place\">") && page.contains("name=\"q\""));
    let content = page.split("<main").nth(1).unwrap();
    let first = content.split("<a href=\"").nth(1).unwrap();
    assert!(first.starts_with("/map\""), "the first link of the content");
}

#[tokio::test]
async fn the_api_page_lists_every_operation_of_the_document() {
    let document: Value = get("/api").await.json();
    let page = page("/api").await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.contains(&format!("<h3 id=\"{id}\">")), "{method} {path}");
        }
    }
}
