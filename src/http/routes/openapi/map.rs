//! `/map`.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, ok};
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::HTML;

pub(super) fn paths() -> Members {
    let page = |id, summary, parameters, ok, problems| Operation {
        tag: "service",
        id,
        summary,
        parameters,
        ok,
        problems,
    };
    let text = || json!({"type": "string"});
    let map = page(
        "map",
        "Map page; `?q=NN1 1ED` opens it with a search",
        &[],
        ok("The page. Without JavaScript it answers as text.", &[(HTML, text())]),
        vec![],
    );
    let binary = || json!({"type": "string", "format": "binary"});
    let asset = page(
        "mapAsset",
        "File of the map page",
        &["asset"],
        ok(
            "The file. It can be cached indefinitely, because its name contains a hash of its \
             content.",
            &[("text/javascript", binary()), ("text/css", binary())],
        ),
        vec![ProblemKind::UnknownRoute],
    );
    let licences = page(
        "mapLicences",
        "Licences of the software in the map page",
        &[],
        ok("Each component with the text of its licence.", &[("text/plain", text())]),
        vec![ProblemKind::UnknownRoute],
    );
    let (get, mut map) = map.get_fresh();
    map["responses"]["304"] = not_modified();
    build::paths([
        ("/map", vec![(get, map)]),
        ("/map/assets/{name}", vec![asset.get_fresh()]),
        ("/map/licences", vec![licences.get_fresh()]),
    ])
}

fn not_modified() -> Value {
    json!({"description": "Not modified: the copy named by If-None-Match is current."})
}
