//! A mock of the publishers of official sources, as far as `lapwing fetch` uses them: a local server
//! with their successful responses and their errors.
//!
//! It is reached with `--mirror`, so each path begins with the host of the publisher:
//! - [`services`]: `services1.arcgis.com/…/FeatureServer`, layers of features in pages;
//! - [`files`]: plain files, with ranges, validators and redirects;
//! - [`portal`]: the search of `geoportal.statistics.gov.uk`;
//! - [`faults`]: the faults that a test can inject.

pub(crate) mod faults;
pub(crate) mod files;
pub(crate) mod portal;
pub(crate) mod services;
mod sql;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode, header};

use faults::{Fault, Rule};
use files::PlainFile;
use services::Service;

/// The folder of ONS's services.
pub(crate) const ONS: &str = "services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services";

/// A running mock. It ends with the process of the test.
pub(crate) struct Standin {
    /// The address to give to `--mirror`.
    pub(crate) address: String,
    stage: Arc<Stage>,
}

/// What it serves, and the requests that it received.
#[derive(Default)]
pub(crate) struct Stage {
    services: Mutex<BTreeMap<String, Service>>,
    files: Mutex<BTreeMap<String, PlainFile>>,
    items: Mutex<Vec<portal::Item>>,
    rules: Mutex<Vec<Rule>>,
    requests: Mutex<Vec<ReceivedRequest>>,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedRequest {
    /// Host, path and query, decoded.
    pub(crate) address: String,
    /// The `Range` of the request.
    pub(crate) range: Option<String>,
    /// The status of the answer.
    pub(crate) status: u16,
}

impl Standin {
    pub(crate) fn start() -> Self {
        let stage = Arc::new(Stage::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&stage));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, router).await.expect("it serves");
            });
        });
        Self { address, stage }
    }

    /// Adds a service of one layer to those of ONS, or replaces the one with the same name.
    pub(crate) fn put_service(&self, name: &str, service: Service) {
        self.stage.services.lock().unwrap().insert(format!("{ONS}/{name}"), service);
    }

    /// Publishes a file at a host, path and optional query.
    pub(crate) fn put_file(&self, address: &str, file: PlainFile) {
        self.stage.files.lock().unwrap().insert(address.to_owned(), file);
    }

    pub(crate) fn put_item(&self, item: portal::Item) {
        self.stage.items.lock().unwrap().push(item);
    }

    /// Injects a fault into the next `times` requests whose address contains `part`.
    pub(crate) fn fault(&self, part: &str, times: usize, fault: Fault) {
        self.stage.rules.lock().unwrap().push(Rule { part: part.to_owned(), times, fault });
    }

    /// Removes all faults.
    pub(crate) fn clear_faults(&self) {
        self.stage.rules.lock().unwrap().clear();
    }

    /// Removes and returns the requests received since the last call.
    pub(crate) fn take_requests(&self) -> Vec<ReceivedRequest> {
        std::mem::take(&mut *self.stage.requests.lock().unwrap())
    }
}

async fn answer(State(stage): State<Arc<Stage>>, request: Request) -> Response<Body> {
    let decode = |text: &str| {
        let plain = text.replace('+', "%20");
        let pairs = form_urlencoded::parse(plain.as_bytes());
        pairs
            .map(|(k, v)| if v.is_empty() { k.into_owned() } else { format!("{k}={v}") })
            .collect::<Vec<_>>()
            .join("&")
    };
    let (request, _) = request.into_parts();
    let path = request.uri.path().trim_start_matches('/').to_owned();
    let query = request.uri.query().map(|query| format!("?{}", decode(query)));
    let address = format!("{path}{}", query.unwrap_or_default());
    let header = |name| Some(request.headers.get(name)?.to_str().ok()?.to_owned());
    let range = header(header::RANGE);
    let fault = faults::due(&stage.rules, &address);
    let response = match fault {
        Some(Fault::Hang) => std::future::pending().await,
        Some(ref fault) if fault.is_instead() => fault.answer_instead(),
        _ => whole_answer(&stage, &path, &address, &request),
    };
    let status = response.status().as_u16();
    stage.requests.lock().unwrap().push(ReceivedRequest { address, range, status });
    match fault {
        Some(fault) => fault.spoil(response).await,
        None => response,
    }
}

fn whole_answer(stage: &Stage, path: &str, address: &str, request: &Parts) -> Response<Body> {
    if path.contains("/FeatureServer") {
        return services::answer(&stage.services.lock().unwrap(), path, request.uri.query());
    }
    if path.starts_with(portal::HOST) {
        return portal::answer(&stage.items.lock().unwrap(), request.uri.query());
    }
    match stage.files.lock().unwrap().get(address) {
        Some(file) => file.answer(&request.headers),
        None => text(StatusCode::NOT_FOUND, "<!DOCTYPE html><title>404</title>"),
    }
}

pub(crate) fn text(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response
}

pub(crate) fn json(value: &serde_json::Value) -> Response<Body> {
    let mut response = text(StatusCode::OK, value.to_string());
    let kind = "application/json; charset=utf-8".parse().expect("a header");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
