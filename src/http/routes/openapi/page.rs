//! The document as an HTML page: operations grouped by tag, with parameters, responses and an
//! example.

use std::fmt::Write as _;

use lapwing_boundaries::atlas::Atlas;
use serde_json::Value;

use crate::http::html::{Page, anchor, escape, table};
use crate::http::request::base_url::Base;
use crate::http::routes::ogc::links::{Address, Link};

/// One operation of the document.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    definition: &'a Value,
    parameters: Vec<&'a Value>,
}

impl Operation<'_> {
    fn id(&self) -> &str {
        text(self.definition, "operationId")
    }

    /// Returns an example URL for a GET, with path and required parameters filled in from their
    /// examples.
    fn example(&self, base: &Base) -> Option<String> {
        if self.method != "get" {
            return None;
        }
        let mut path = self.path.to_owned();
        let mut query: Vec<(&str, String)> = Vec::new();
        for parameter in &self.parameters {
            let (name, example) = (text(parameter, "name"), example(parameter)?);
            if text(parameter, "in") == "path" {
                path = path.replace(&format!("{{{name}}}"), &example);
            } else if parameter["required"] == true || name == "postcode" {
                // A place can be given in several ways, so no way is marked as required.
                query.push((name, example));
            }
        }
        let address = query
            .iter()
            .fold(Address::new(path), |address, (name, value)| address.with(name, value));
        Some(address.under(base))
    }
}

/// Renders the document as a page.
pub(super) fn render(document: &Value, atlas: &Atlas, base: &Base, links: &[Link]) -> String {
    let operations = operations(document);
    let mut contents = String::new();
    let mut sections = String::new();
    for tag in document["tags"].as_array().into_iter().flatten() {
        let (name, about) = (text(tag, "name"), text(tag, "description"));
        let of_tag = || operations.iter().filter(|o| o.definition["tags"][0] == name);
        if of_tag().next().is_none() {
            continue;
        }
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(
            contents,
            "<li><a href=\"#tag-{name}\">{}</a></li>",
            escape(about),
            name = escape(name)
        );
        let _ = writeln!(
            sections,
            "<section aria-labelledby=\"tag-{name}\">\n<h2 id=\"tag-{name}\">{}</h2>",
            escape(about),
            name = escape(name)
        );
        for operation in of_tag() {
            sections.push_str(&section(operation, base));
        }
        sections.push_str("</section>\n");
    }
    let main = format!(
        "<p>{}</p>\n<p>Machine-readable version: {}.</p>\n<nav aria-labelledby=\"contents\">\n<h2 \
         id=\"contents\">On this page</h2>\n<ul>\n{contents}</ul>\n</nav>\n{sections}",
        marked(text(&document["info"], "description")),
        anchor(&base.at("/api?f=json"), "OpenAPI 3.0"),
    );
    Page { base, atlas, title: "API".to_owned(), above: vec![], links, attributions: vec![] }
        .around(&main)
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| {
            methods.as_object().into_iter().flatten().map(move |(method, definition)| {
                let parameters = definition["parameters"].as_array().into_iter().flatten();
                let parameters = parameters.map(|given| resolved(document, given)).collect();
                Operation { path, method, definition, parameters }
            })
        })
        .collect()
}

/// Follows a `$ref`; returns any other value unchanged.
fn resolved<'a>(document: &'a Value, given: &'a Value) -> &'a Value {
    let reference = given["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| document.pointer(pointer)).unwrap_or(given)
}

fn section(operation: &Operation, base: &Base) -> String {
    let id = escape(operation.id());
    let mut section = format!(
        "<h3 id=\"{id}\"><span class=\"method\">{}</span> <code>{}</code></h3>\n<p>{}.</p>\n",
        operation.method.to_uppercase(),
        escape(operation.path),
        marked(text(operation.definition, "summary")),
    );
    if let Some(address) = operation.example(base) {
        // The examples are places in Lyonesse and return nothing from other data, so only URLs
        // without parameters become links.
        let address = match operation.parameters[..] {
            [] => anchor(&address, &address),
            _ => escape(&address),
        };
        let _ = writeln!(section, "<p>Example: <code>{address}</code></p>");
    }
    let summary = format!("{} {}", operation.method.to_uppercase(), operation.path);
    if !operation.parameters.is_empty() {
        let columns = ["Name", "In", "Type", "Description", "Example"].map(str::to_owned);
        let rows: Vec<Vec<String>> = operation.parameters.iter().map(|p| row(p)).collect();
        section.push_str(&table(&format!("Parameters of {summary}"), &columns, &rows));
    }
    let answers: Vec<Vec<String>> = operation.definition["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, answer)| {
            let types = answer["content"].as_object().into_iter().flatten();
            let types: Vec<String> =
                types.map(|(name, _)| format!("<code>{}</code>", escape(name))).collect();
            vec![escape(status), marked(text(answer, "description")), types.join(", ")]
        })
        .collect();
    let columns = ["Status", "Description", "Formats"].map(str::to_owned);
    let _ = writeln!(
        section,
        "<details>\n<summary>Responses of {}</summary>\n{}</details>",
        escape(&summary),
        table(&format!("Responses of {summary}"), &columns, &answers)
    );
    section
}

fn row(parameter: &Value) -> Vec<String> {
    let required = if parameter["required"] == true { ", required" } else { "" };
    vec![
        format!("<code>{}</code>", escape(text(parameter, "name"))),
        format!("{}{required}", escape(text(parameter, "in"))),
        kind(&parameter["schema"]),
        marked(text(parameter, "description")),
        example(parameter).map_or_else(String::new, |e| format!("<code>{}</code>", escape(&e))),
    ]
}

/// Describes a schema in a few words.
fn kind(schema: &Value) -> String {
    let mut words = text(schema, "type").to_owned();
    if let Some(values) = schema["enum"].as_array() {
        words = values.iter().map(shown).collect::<Vec<_>>().join(", ");
    }
    if words == "array" {
        words = format!("list of {}", text(&schema["items"], "type"));
    }
    for (name, before) in [("minimum", "from"), ("maximum", "to"), ("default", "default")] {
        if let Some(value) = schema.get(name) {
            let _ = write!(words, ", {before} {}", shown(value));
        }
    }
    escape(&words)
}

/// The example of a parameter as it appears in a URL.
fn example(parameter: &Value) -> Option<String> {
    match parameter.get("example")? {
        Value::Array(items) => Some(items.iter().map(shown).collect::<Vec<_>>().join(",")),
        other => Some(shown(other)),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text<'a>(of: &'a Value, member: &str) -> &'a str {
    of[member].as_str().unwrap_or_default()
}

/// Escapes a description and turns `text` in backticks into code elements.
fn marked(text: &str) -> String {
    let mut marked = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escape(part);
        if at % 2 == 1 {
            let _ = write!(marked, "<code>{part}</code>");
        } else {
            marked.push_str(&part);
        }
    }
    marked
}
