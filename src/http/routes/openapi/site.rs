//! `/api`, `/health`, `/admin`, `/metrics`, `/problems`.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, named, object, ok, one_of, or_null, text};
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{HTML, JSON};

pub(super) fn paths() -> Members {
    let service = |id, summary, parameters, ok, problems| Operation {
        tag: "service",
        id,
        summary,
        parameters,
        ok,
        problems,
    };
    let page = || json!({"type": "string"});
    let api = service(
        "api",
        "This document",
        &["documentFormat"],
        api_answer(),
        vec![ProblemKind::InvalidParameter],
    );
    let live = object("It answers.", [("status", one_of(&["live"], "Always."))]);
    let live = service("live", "Is the process alive?", &[], ok("Yes.", &[(JSON, live)]), vec![]);
    let ready = object(
        "It is ready.",
        [
            ("status", one_of(&["ready"], "Always.")),
            ("snapshot", named("Snapshot")),
            ("last_reload", or_null(last_reload())),
        ],
    );
    let ready = service(
        "ready",
        "Does it want requests?",
        &[],
        ok("Yes.", &[(JSON, ready)]),
        vec![ProblemKind::NotReady],
    );
    let problem = service(
        "problem",
        "About a kind of problem",
        &["kind"],
        ok("What to do.", &[(HTML, page())]),
        vec![ProblemKind::UnknownRoute],
    );
    build::paths([
        ("/api", vec![api.get()]),
        ("/health/live", vec![live.get_fresh()]),
        ("/health/ready", vec![ready.get_fresh()]),
        ("/admin/reload", vec![reload()]),
        ("/metrics", vec![metrics()]),
        ("/problems/{kind}", vec![problem.get_fresh()]),
    ])
}

fn api_answer() -> Value {
    let document = || json!({"type": "object"});
    let page = json!({"type": "string"});
    ok("OpenAPI 3.0.", &[(super::OPENAPI, document()), (JSON, document()), (HTML, page)])
}

const AT_THE_START: &str = "Of the snapshot before; `null` where there was none yet.";

fn last_reload() -> Value {
    let at = json!({"type": "string", "format": "date-time", "description": "When it ended."});
    object(
        "How the last reload ended; `null` where there was none. One that failed changes nothing: \
the snapshot before goes on answering.",
        [
            ("at", at),
            ("by", one_of(&["signal", "request", "watch"], "What asked for it.")),
            (
                "status",
                one_of(&["reloaded", "unchanged", "failed"], "`unchanged`: it was the same again."),
            ),
            ("from", or_null(text(AT_THE_START))),
            ("to", or_null(text("Of the snapshot since; `null` where it failed."))),
            ("error", or_null(text("Why it failed, if it did."))),
        ],
    )
}

fn reload() -> (&'static str, Value) {
    let done = object(
        "What answers now.",
        [
            (
                "status",
                one_of(&["reloaded", "unchanged"], "`unchanged`: the snapshot is the same again."),
            ),
            ("from", or_null(text(AT_THE_START))),
            ("to", text("The id of the snapshot that answers now.")),
        ],
    );
    let reload = Operation {
        tag: "service",
        id: "reload",
        summary: "Open the snapshot again and answer from it",
        parameters: &[],
        ok: ok("It answers.", &[(JSON, done)]),
        problems: vec![
            ProblemKind::Unauthorized,
            ProblemKind::NotReloaded,
            ProblemKind::UnknownRoute,
        ],
    };
    let (_, mut operation) = reload.get_fresh();
    operation["description"] = json!(
        "Only where the service was started with a token; otherwise there is no such address. \
Requests under way finish on the snapshot before. A file that cannot be read changes nothing."
    );
    operation["security"] = json!([{"operator": []}]);
    ("post", operation)
}

fn metrics() -> (&'static str, Value) {
    let page = || json!({"type": "string"});
    let metrics = Operation {
        tag: "service",
        id: "metrics",
        summary: "What the service has counted, for Prometheus",
        parameters: &[],
        ok: ok(
            "Prometheus's text format, or OpenMetrics to whoever accepts it.",
            &[("text/plain", page()), ("application/openmetrics-text", page())],
        ),
        problems: vec![ProblemKind::UnknownRoute],
    };
    let (get, mut operation) = metrics.get_fresh();
    operation["description"] =
        json!("Not here where the service was started with --metrics-listen: there alone.");
    (get, operation)
}

/// How the operator is known.
pub(super) fn security_schemes() -> Value {
    json!({"operator": {
        "type": "http", "scheme": "bearer", "description": "The token of --admin-token."
    }})
}
