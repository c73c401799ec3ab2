//! `/api`, `/health`, `/admin`, `/metrics` and `/problems`.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, ok};
use crate::answers::schema;
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{HTML, JSON};
use crate::http::routes::admin::ReloadAnswer;
use crate::http::routes::health::{Alive, Ready};

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
    let live = service(
        "live",
        "Liveness check",
        &[],
        ok("The process is running.", &[(JSON, schema::of::<Alive>())]),
        vec![],
    );
    let ready = service(
        "ready",
        "Readiness check",
        &[],
        ok("The service is ready for requests.", &[(JSON, schema::of::<Ready<'_>>())]),
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

fn reload() -> (&'static str, Value) {
    let reload = Operation {
        tag: "service",
        id: "reload",
        summary: "Reload the snapshot file",
        parameters: &[],
        ok: ok("The snapshot is in use.", &[(JSON, schema::of::<ReloadAnswer>())]),
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
