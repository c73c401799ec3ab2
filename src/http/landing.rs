//! `/`: where to go from here.

use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::error::Problem;
use super::negotiate::{HTML, JSON, negotiate};
use super::work::{json, respond};
use super::{Routes, Taken};
use crate::answers;

pub(super) fn routes() -> Routes {
    vec![("/", get(landing))]
}

/// Address, relation, and what is there.
const LINKS: [(&str, &str, &str); 6] = [
    ("/map", "alternate", "The map: search, see, and take it with you"),
    ("/api", "service-desc", "Every route, as an OpenAPI document"),
    ("/v1/layers", "describedby", "The layers: vintage, resolution, licence, attribution"),
    ("/collections", "data", "The layers as GeoJSON"),
    ("/v1/search?q=a", "search", "Areas, points and postcodes by their beginning"),
    ("/health/ready", "status", "Whether this server is ready"),
];

async fn landing(taken: Taken, headers: HeaderMap) -> Result<Response, Problem> {
    let format = negotiate(&headers, &[JSON, HTML])?;
    let atlas = taken.atlas()?;
    if format == JSON {
        let link = |&(href, rel, title): &(&str, &str, &str)| json!({"href": href, "rel": rel, "title": title, "type": JSON});
        let body = json!({
            "title": format!("Lapwing: {}", atlas.title()),
            "description": "Which Local Area Partnership, ward and parish is this?",
            "links": LINKS.iter().map(link).collect::<Vec<_>>(),
            "snapshot": answers::snapshot(&atlas),
        });
        return Ok(respond(JSON, json(&body)?));
    }
    let title = escape(atlas.title());
    let links =
        LINKS.map(|(href, _, what)| format!("<li><a href=\"{href}\">{href}</a> {what}</li>\n"));
    let links = links.concat();
    let warning = if atlas.is_illustrative() {
        "<p><strong>This place does not exist: its data are illustrative.</strong></p>\n"
    } else {
        ""
    };
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Lapwing: {title}</title>\n<h1>Lapwing: {title}</h1>\n{warning}\
         <p>Which Local Area Partnership, ward and parish is this?</p>\n\
         <form action=\"/v1/lookup\">\n<label>Postcode <input name=\"postcode\" required></label>\n\
         <button>Look up</button>\n</form>\n<ul>\n{links}</ul>\n\
         <p>Snapshot {id}, built {built}.</p>\n</html>\n",
        id = escape(atlas.id()),
        built = atlas.built(),
    );
    Ok(respond("text/html; charset=utf-8", page))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
