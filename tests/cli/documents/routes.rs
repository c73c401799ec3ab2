//! `docs/http-api.md` and `docs/compatibility.md` against the routes, their parameters and the
//! problems.

use std::collections::{BTreeMap, BTreeSet};

use lapwing::http;
use serde_json::Value;

use super::service::Service;
use super::text::{Document, code, code_spans};

/// The path of `GET /v1/lookup`, without a query.
fn path_of(span: &str) -> Option<&str> {
    let (method, path) = span.split_once(' ')?;
    let is_method = ["GET", "HEAD", "POST"].contains(&method);
    (is_method && path.starts_with('/')).then(|| path.split('?').next().unwrap_or(path))
}

/// The paths that the documents name, each with the text of the section that names it.
fn documented() -> BTreeMap<String, String> {
    let mut documented: BTreeMap<String, String> = BTreeMap::new();
    for document in ["http-api.md", "operating.md", "compatibility.md"].map(Document::named) {
        let mut section = String::new();
        let mut paths: BTreeSet<String> = BTreeSet::new();
        for (_, line) in document.prose().into_iter().chain([(0, "# end")]) {
            if line.starts_with('#') {
                for path in std::mem::take(&mut paths) {
                    documented.entry(path).or_default().push_str(&section);
                }
                section.clear();
            }
            paths.extend(code_spans(line).filter_map(path_of).map(str::to_owned));
            section.push_str(line);
            section.push('\n');
        }
    }
    documented
}

#[test]
fn every_route_is_documented_and_no_other() {
    let routes: BTreeSet<&str> = http::addresses().into_iter().collect();
    let documented = documented();
    let documented: BTreeSet<&str> = documented.keys().map(String::as_str).collect();
    assert_eq!(
        routes.difference(&documented).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "not documented"
    );
    // The names of path parameters are the documents' own.
    let shape = |path: &str| -> Vec<String> {
        let plain = |part: &str| if part.contains('{') { "{}" } else { part }.to_owned();
        path.split('/').map(plain).collect()
    };
    let shapes: BTreeSet<_> = routes.iter().map(|route| shape(route)).collect();
    let unknown: Vec<_> = documented.iter().filter(|path| !shapes.contains(&shape(path))).collect();
    assert_eq!(unknown, Vec::<&&str>::new(), "there are no such routes");
}

#[test]
fn every_query_parameter_of_v1_is_documented_in_the_section_of_its_route() {
    let service = Service::shared();
    let api: Value = serde_json::from_str(&service.get("/api")).expect("is JSON");
    let documented = documented();
    let mut checked = 0;
    let paths = api["paths"].as_object().expect("is an object");
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with("/v1/")) {
        let section = &documented[path];
        for operation in item.as_object().into_iter().flatten().map(|(_, operation)| operation) {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = match parameter["$ref"].as_str() {
                    Some(reference) => api
                        .pointer(reference.trim_start_matches('#'))
                        .unwrap_or_else(|| panic!("{reference} leads nowhere")),
                    None => parameter,
                };
                if parameter["in"] == "query" {
                    let name = parameter["name"].as_str().expect("has a name");
                    let is_documented = section
                        .lines()
                        .flat_map(code_spans)
                        .any(|span| span.split('=').next() == Some(name));
                    assert!(is_documented, "{path}: the parameter {name} is not documented");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 20, "{checked} parameters were checked");
}

#[test]
fn every_problem_is_documented_with_its_status() {
    let document = Document::named("http-api.md");
    let rows = document.table("problems");
    let documented: BTreeSet<(&str, &str)> =
        rows.iter().map(|(_, cells)| (code(cells[0]).unwrap_or_default(), cells[1])).collect();
    let statuses: Vec<(&str, String)> = http::ProblemKind::ALL
        .iter()
        .map(|kind| (kind.slug(), kind.status().as_u16().to_string()))
        .collect();
    let known: BTreeSet<(&str, &str)> =
        statuses.iter().map(|(slug, status)| (*slug, &**status)).collect();
    assert_eq!(documented, known);
}
