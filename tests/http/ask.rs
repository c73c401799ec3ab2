//! Requests to the router.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use serde_json::Value;
use tower::ServiceExt as _;

use lapwing_testing::squares;

/// A complete response.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {:?}", String::from_utf8_lossy(&self.body)))
    }

    /// The slug of the problem, after a check of its form.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        for member in ["title", "detail"] {
            assert!(!problem[member].as_str().unwrap().is_empty(), "{member} of {problem}");
        }
        let id = self.header("x-request-id");
        assert_eq!(problem["instance"], format!("urn:lapwing:request:{id}"));
        problem["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned()
    }
}

/// The service over the squares.
pub(crate) fn service() -> Router {
    router(Live::with(squares::atlas()), Limits::default())
}

pub(crate) async fn send(service: Router, request: Request<Body>) -> Reply {
    let response = service.oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Reply { status: head.status, headers: head.headers, body }
}

pub(crate) async fn get(path: &str) -> Reply {
    get_with(path, &[]).await
}

pub(crate) async fn get_with(path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(service(), request.body(Body::empty()).unwrap()).await
}

pub(crate) async fn post(path: &str, content_type: &str, body: impl Into<Body>) -> Reply {
    let request = Request::post(path).header(header::CONTENT_TYPE, content_type);
    send(service(), request.body(body.into()).unwrap()).await
}
