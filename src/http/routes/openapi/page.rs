//! The document as an HTML page: operations grouped by tag, with parameters, responses and an
//! example.

use std::fmt::Write as _;

use lapwing_boundaries::atlas::Atlas;
use maud::{Markup, html};
use serde_json::Value;

use crate::http::html::{Page, anchor, joined, table};
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
pub(super) fn render(document: &Value, atlas: &Atlas, base: &Base, links: &[Link]) -> Markup {
    let operations = operations(document);
    // Each tag with its operations; one without any is left out.
    let tags: Vec<(&Value, Vec<&Operation>)> = document["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|tag| {
            let of_tag = |o: &&Operation| o.definition["tags"][0] == tag["name"];
            (tag, operations.iter().filter(of_tag).collect())
        })
        .filter(|(_, operations): &(_, Vec<_>)| !operations.is_empty())
        .collect();
    let id = |tag: &Value| format!("tag-{}", text(tag, "name"));
    let main = html! {
        p { (marked(text(&document["info"], "description"))) }
        p {
            "Machine-readable version: " (anchor(&base.at("/api?f=json"), "OpenAPI 3.0")) "."
        }
        nav aria-labelledby="contents" {
            h2 id="contents" { "On this page" }
            ul {
                @for (tag, _) in &tags {
                    li { (anchor(&format!("#{}", id(tag)), text(tag, "description"))) }
                }
            }
        }
        @for (tag, operations) in &tags {
            section aria-labelledby=(id(tag)) {
                h2 id=(id(tag)) { (text(tag, "description")) }
                @for operation in operations { (section(operation, base)) }
            }
        }
    };
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

fn section(operation: &Operation, base: &Base) -> Markup {
    let method = operation.method.to_uppercase();
    let summary = format!("{method} {}", operation.path);
    let columns = ["Name", "In", "Type", "Description", "Example"];
    html! {
        h3 id=(operation.id()) {
            span class="method" { (method) } " " code { (operation.path) }
        }
        p { (marked(text(operation.definition, "summary"))) "." }
        @if let Some(address) = operation.example(base) {
            p {
                "Example: "
                code {
                    // The examples are places in Lyonesse and return nothing from other data, so
                    // only URLs without parameters become links.
                    @if operation.parameters.is_empty() { (anchor(&address, &address)) }
                    @else { (address) }
                }
            }
        }
        @if !operation.parameters.is_empty() {
            (table(
                &format!("Parameters of {summary}"),
                &columns,
                operation.parameters.iter().map(|parameter| row(parameter)),
            ))
        }
        details {
            summary { "Responses of " (summary) }
            (table(
                &format!("Responses of {summary}"),
                &["Status", "Description", "Formats"],
                responses(operation.definition),
            ))
        }
    }
}

fn row(parameter: &Value) -> Vec<Markup> {
    vec![
        html! { code { (text(parameter, "name")) } },
        html! { (text(parameter, "in")) @if parameter["required"] == true { ", required" } },
        html! { (kind(&parameter["schema"])) },
        marked(text(parameter, "description")),
        html! { @if let Some(example) = example(parameter) { code { (example) } } },
    ]
}

fn responses(definition: &Value) -> impl Iterator<Item = Vec<Markup>> {
    let responses = definition["responses"].as_object().into_iter().flatten();
    responses.map(|(status, response)| {
        let types = response["content"].as_object().into_iter().flatten();
        let types = types.map(|(name, _)| html! { code { (name) } });
        vec![html! { (status) }, marked(text(response, "description")), joined(types, ", ")]
    })
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
    words
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

/// A description, with `text` in backticks as code elements.
fn marked(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
