//! What the log contains of a request, and what it never contains. The test has its own process,
//! since tracing caches for all threads whether an event is enabled.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::ask::get_with;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_line_has_route_status_size_time_and_id_and_never_the_postcode() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let ask = async |path: &str| get_with(path, &[("x-request-id", "our-id")]).await;
    let reply = ask("/v1/lookup?postcode=NN11AA").await;
    ask("/v1/lookup?postcode=NN19ZZ").await;
    ask("/v1/search?q=NN11AA").await;
    ask("/v1/areas/ward/NN11AA").await;
    ask("/NN11AA").await;

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for postcode in ["NN11AA", "NN1 1AA", "NN19ZZ", "NN1 9ZZ"] {
        assert!(!text.contains(postcode), "{text}");
    }
    let line = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["target"] == "lapwing::access")
        .unwrap_or_else(|| panic!("no line of the access log in {text:?}"));
    let fields = &line["fields"];
    assert_eq!((&fields["method"], &fields["route"]), (&"GET".into(), &"/v1/lookup".into()));
    assert_eq!((&fields["status"], &fields["complete"]), (&200.into(), &true.into()));
    assert_eq!(fields["bytes"], reply.body.len());
    assert_eq!(fields["request_id"], "our-id");
    assert!(fields["ms"].as_f64().unwrap() > 0.0);
}
