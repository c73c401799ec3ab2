//! The schema of a problem document.

use schemars::JsonSchema;

use crate::http::request::polygon::PolygonFault;

/// A problem (RFC 9457).
#[derive(JsonSchema)]
#[schemars(rename = "Problem")]
#[expect(dead_code, reason = "`Problem` collects its members in a map; the type describes them")]
pub(in crate::http) struct ProblemDocument<'a> {
    /// URL of a page that explains this kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of problem in words.
    title: &'static str,
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// What is wrong with this request and how to fix it.
    detail: String,
    /// Identifier of the request, as in the server's log.
    instance: String,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// Parameters that cannot be combined.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<String>>,
    /// The postcode of the snapshot that a mistyped one seems to mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<String>,
    /// Parameters or properties that exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<Vec<String>>,
    /// Position of the error in a filter, in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    character: Option<usize>,
    /// Media types in which the response is available.
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<Vec<&'static str>>,
    /// Media types that the request body can have.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<Vec<&'static str>>,
    /// Largest accepted request body, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_bytes: Option<usize>,
    /// Greatest accepted number of vertices.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_vertices: Option<usize>,
    /// All faults of the submitted geometry.
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Vec<PolygonFault<'a>>>,
}
