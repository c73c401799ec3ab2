//! `/api`, `/health`, `/problems`.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, named, object, ok, one_of};
use crate::http::error::Kind;
use crate::http::negotiate::{HTML, JSON};

pub(super) fn paths() -> Members {
    let service = |id, summary, parameters, ok, problems| Operation {
        tag: "service",
        id,
        summary,
        parameters,
        ok,
        problems,
    };
    let text = || json!({"type": "string"});
    let api = service(
        "api",
        "This document",
        &["documentFormat"],
        api_answer(),
        vec![Kind::InvalidParameter],
    );
    let live = object("It answers.", [("status", one_of(&["live"], "Always."))]);
    let live = service("live", "Is the process alive?", &[], ok("Yes.", &[(JSON, live)]), vec![]);
    let ready = object(
        "It is ready.",
        [("status", one_of(&["ready"], "Always.")), ("snapshot", named("Snapshot"))],
    );
    let ready = service(
        "ready",
        "Does it want requests?",
        &[],
        ok("Yes.", &[(JSON, ready)]),
        vec![Kind::NotReady],
    );
    let problem = service(
        "problem",
        "About a kind of problem",
        &["kind"],
        ok("What to do.", &[(HTML, text())]),
        vec![Kind::UnknownRoute],
    );
    build::paths([
        ("/api", vec![api.get()]),
        ("/health/live", vec![live.get_fresh()]),
        ("/health/ready", vec![ready.get_fresh()]),
        ("/problems/{kind}", vec![problem.get_fresh()]),
    ])
}

fn api_answer() -> Value {
    let document = || json!({"type": "object"});
    let page = json!({"type": "string"});
    ok("OpenAPI 3.0.", &[(super::OPENAPI, document()), (JSON, document()), (HTML, page)])
}
