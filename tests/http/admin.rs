//! `/admin/reload`: only for the operator, and its outcomes.

use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use lapwing::http::{Admin, AdminToken, Settings, router};
use lapwing::live::Live;
use lapwing::live::reload::Reloads;
use lapwing_boundaries::atlas::Atlas;
use serde_json::{Value, json};

use crate::ask::{Reply, send, service};
use lapwing_testing::squares;

/// A service that opens the given results in order.
fn service_that_opens(mut next: Vec<Result<Atlas, String>>) -> Router {
    next.reverse();
    let next = Mutex::new(next);
    let live = Live::with(squares::atlas());
    let reloads =
        Reloads::new(live.clone(), move || next.lock().unwrap().pop().expect("one to open"));
    let admin = Admin { token: AdminToken::new("sesame").unwrap(), reloads: reloads.clone() };
    let settings = Settings { admin: Some(admin), reloads: Some(reloads), ..Settings::default() };
    router(live, settings)
}

async fn ask(service: &Router, method: &str, token: Option<&str>) -> Reply {
    let mut request = Request::builder().method(method).uri("/admin/reload");
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    send(service.clone(), request.body(Body::empty()).unwrap()).await
}

async fn last_reload(service: &Router) -> Value {
    let request = Request::get("/health/ready").body(Body::empty()).unwrap();
    let reply = send(service.clone(), request).await;
    assert_eq!(reply.status, StatusCode::OK);
    reply.json()["last_reload"].clone()
}

#[tokio::test]
async fn without_a_configured_token_the_address_does_not_exist() {
    for method in ["GET", "POST", "DELETE"] {
        let reply = ask(&service(), method, Some("Bearer sesame")).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (404, "unknown-route"), "{method}");
    }
}

#[tokio::test]
async fn requests_without_the_token_are_refused() {
    let service = service_that_opens(vec![]);
    for (token, challenge) in [
        (None, "Bearer realm=\"lapwing\""),
        (Some("Bearer open"), "Bearer realm=\"lapwing\", error=\"invalid_token\""),
        (Some("Basic sesame"), "Bearer realm=\"lapwing\", error=\"invalid_token\""),
    ] {
        let reply = ask(&service, "POST", token).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (401, "unauthorized"), "{token:?}");
        assert_eq!(reply.header("www-authenticate"), challenge);
    }
    let reply = ask(&service, "GET", Some("Bearer sesame")).await;
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"));
    assert_eq!(last_reload(&service).await, Value::Null);
}

#[tokio::test]
async fn the_response_and_readiness_report_the_outcome() {
    let (old, new) = (squares::atlas(), squares::with_addresses());
    let (old, new_id) = (old.id().to_owned(), new.id().to_owned());
    let bad = "/srv/county.lapwing was altered".to_owned();
    let service = service_that_opens(vec![Ok(new), Ok(squares::with_addresses()), Err(bad)]);

    let reply = ask(&service, "POST", Some("Bearer sesame")).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.json(), json!({"status": "reloaded", "from": old, "to": new_id}));
    let state = last_reload(&service).await;
    assert_eq!((&state["by"], &state["status"]), (&json!("request"), &json!("reloaded")));

    let reply = ask(&service, "POST", Some("bearer sesame")).await;
    assert_eq!(reply.json(), json!({"status": "unchanged", "from": new_id, "to": new_id}));

    let reply = ask(&service, "POST", Some("Bearer sesame")).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (409, "not-reloaded"));
    assert_eq!(reply.json()["detail"], "/srv/county.lapwing was altered", "for the operator");
    let state = last_reload(&service).await;
    assert_eq!((&state["status"], &state["to"]), (&json!("failed"), &Value::Null));
    assert_eq!(state["error"], "county.lapwing was altered", "for anybody");
    assert_eq!(state["from"], new_id.as_str());
    let request = Request::get("/v1/lookup?postcode=NN11AA").body(Body::empty()).unwrap();
    assert_eq!(send(service, request).await.json()["snapshot"]["id"], new_id.as_str());
}
