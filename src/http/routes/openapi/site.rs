//! `/api`, `/health`, `/admin`, `/metrics` and `/problems`.

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
        "This OpenAPI document",
        &["documentFormat"],
        api_answer(),
        vec![ProblemKind::InvalidParameter],
    );
    let live = object("The process is running.", [("status", one_of(&["live"], "Always `live`."))]);
    let live = service(
        "live",
        "Liveness check",
        &[],
        ok("The process is running.", &[(JSON, live)]),
        vec![],
    );
    let ready = object(
        "The service is ready.",
        [
            ("status", one_of(&["ready"], "Always `ready`.")),
            ("snapshot", named("Snapshot")),
            ("last_reload", or_null(last_reload())),
        ],
    );
    let ready = service(
        "ready",
        "Readiness check",
        &[],
        ok("The service is ready for requests.", &[(JSON, ready)]),
        vec![ProblemKind::NotReady],
    );
    let problem = service(
        "problem",
        "Explanation of a kind of problem",
        &["kind"],
        ok("What the problem means and how to fix it.", &[(HTML, page())]),
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
    ok(
        "The document, OpenAPI 3.0.",
        &[(super::OPENAPI, document()), (JSON, document()), (HTML, page)],
    )
}

const PREVIOUS_ID: &str = "Id of the previous snapshot. Null if there was none.";

fn last_reload() -> Value {
    let at =
        json!({"type": "string", "format": "date-time", "description": "Time at which it ended."});
    object(
        "The last reload. Null if there was none. A failed reload changes nothing: the previous \
         snapshot stays in use.",
        [
            ("at", at),
            ("by", one_of(&["signal", "request", "watch"], "What started the reload.")),
            (
                "status",
                one_of(
                    &["reloaded", "unchanged", "failed"],
                    "Outcome. `unchanged`: the file holds the same snapshot as before.",
                ),
            ),
            ("from", or_null(text(PREVIOUS_ID))),
            ("to", or_null(text("Id of the new snapshot. Null if the reload failed."))),
            ("error", or_null(text("Why the reload failed. Null if it succeeded."))),
        ],
    )
}

fn reload() -> (&'static str, Value) {
    let done = object(
        "Result of the reload.",
        [
            (
                "status",
                one_of(
                    &["reloaded", "unchanged"],
                    "Outcome. `unchanged`: the file holds the same snapshot as before.",
                ),
            ),
            ("from", or_null(text(PREVIOUS_ID))),
            ("to", text("Id of the snapshot now in use.")),
        ],
    );
    let reload = Operation {
        tag: "service",
        id: "reload",
        summary: "Reload the snapshot file",
        parameters: &[],
        ok: ok("The snapshot is in use.", &[(JSON, done)]),
        problems: vec![
            ProblemKind::Unauthorized,
            ProblemKind::NotReloaded,
            ProblemKind::UnknownRoute,
        ],
    };
    let (_, mut operation) = reload.get_fresh();
    operation["description"] = json!(
        "Exists only if the service was started with an admin token. Requests in progress finish \
         with the previous snapshot. If the file cannot be read, nothing changes."
    );
    operation["security"] = json!([{"operator": []}]);
    ("post", operation)
}

fn metrics() -> (&'static str, Value) {
    let page = || json!({"type": "string"});
    let metrics = Operation {
        tag: "service",
        id: "metrics",
        summary: "Prometheus metrics",
        parameters: &[],
        ok: ok(
            "Prometheus text format, or OpenMetrics if the Accept header asks for it.",
            &[("text/plain", page()), ("application/openmetrics-text", page())],
        ),
        problems: vec![ProblemKind::UnknownRoute],
    };
    let (get, mut operation) = metrics.get_fresh();
    operation["description"] = json!(
        "Not on this port if the service was started with `--metrics-listen`; the metrics are \
             then on that address only."
    );
    (get, operation)
}

/// Security scheme of `/admin/reload`.
pub(super) fn security_schemes() -> Value {
    json!({"operator": {
        "type": "http", "scheme": "bearer", "description": "Token from `--admin-token`."
    }})
}
