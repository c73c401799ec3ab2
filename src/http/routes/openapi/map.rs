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
        "The map page, for people. A link may hold a question: `?q=NN1 1ED`",
        &[],
        ok("The page; without its script it answers in words.", &[(HTML, text())]),
        vec![],
    );
    let binary = || json!({"type": "string", "format": "binary"});
    let asset = page(
        "mapAsset",
        "A file of the map page",
        &["asset"],
        ok(
            "The file, to be kept for ever: its name holds a hash of its content.",
            &[("text/javascript", binary()), ("text/css", binary())],
        ),
        vec![ProblemKind::UnknownRoute],
    );
    let licences = page(
        "mapLicences",
        "The licences of what the map page is made of",
        &[],
        ok("Each with its text.", &[("text/plain", text())]),
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
    json!({"description": "The copy that If-None-Match names is still good."})
}
