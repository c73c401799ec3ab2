//! `/conformance`: the requirements classes that the service implements.

use axum::response::Response;
use maud::html;
use schemars::JsonSchema;
use serde::Serialize;

use super::formats::{Format, OF_DOCUMENTS};
use super::links::Link;
use super::{Request, respond_document};
use crate::http::RequestSnapshot;
use crate::http::error::Problem;
use crate::http::html::{Page, respond_page};

/// The classes, each with its subject.
pub(in crate::http) const CLASSES: [(&str, &str); 27] = [
    ("http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core", "Common: core"),
    ("http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page", "Common: landing page"),
    ("http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json", "Common: JSON"),
    ("http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html", "Common: HTML"),
    ("http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30", "Common: OpenAPI 3.0"),
    ("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core", "Features: core"),
    ("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30", "Features: OpenAPI 3.0"),
    ("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html", "Features: HTML"),
    ("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson", "Features: GeoJSON"),
    (
        "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
        "Features: coordinate reference systems by reference",
    ),
    ("http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables", "Filtering: queryables"),
    (
        "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
        "Filtering: queryables as parameters",
    ),
    ("http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter", "Filtering: filter"),
    (
        "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
        "Filtering: filter on features",
    ),
    ("http://www.opengis.net/spec/cql2/1.0/conf/cql2-text", "CQL2: text"),
    ("http://www.opengis.net/spec/cql2/1.0/conf/cql2-json", "CQL2: JSON"),
    ("http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2", "CQL2: basic"),
    (
        "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
        "CQL2: LIKE, BETWEEN, IN",
    ),
    ("http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison", "CQL2: CASEI"),
    ("http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison", "CQL2: ACCENTI"),
    (
        "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
        "CQL2: S_INTERSECTS with points and boxes",
    ),
    (
        "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
        "CQL2: S_INTERSECTS with every geometry",
    ),
    ("http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions", "CQL2: spatial functions"),
    ("http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions", "CQL2: temporal functions"),
    ("http://www.opengis.net/spec/cql2/1.0/conf/array-functions", "CQL2: array functions"),
    (
        "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
        "CQL2: properties on either side",
    ),
    ("http://www.opengis.net/spec/cql2/1.0/conf/arithmetic", "CQL2: arithmetic"),
];

/// All implemented classes, including those of tiles.
fn classes() -> impl Iterator<Item = (&'static str, &'static str)> {
    CLASSES.into_iter().chain(crate::http::routes::tiles::ogc::CLASSES)
}

/// The standards the service conforms to.
#[derive(Serialize, JsonSchema)]
pub(in crate::http) struct Conformance<'a> {
    /// Links to related resources.
    links: &'a [Link],
    /// Conformance classes the service implements.
    #[serde(rename = "conformsTo")]
    conforms_to: Vec<&'static str>,
}

pub(super) async fn conformance(
    snapshot: RequestSnapshot,
    request: Request,
) -> Result<Response, Problem> {
    let (chosen, links) = request.document(&OF_DOCUMENTS)?;
    let atlas = snapshot.atlas()?;
    if chosen.format != Format::Html {
        let classes: Vec<&str> = classes().map(|(class, _)| class).collect();
        let document = Conformance { links: &links, conforms_to: classes };
        return respond_document(chosen, &document, &links);
    }
    let page = Page {
        base: &request.base,
        atlas: &atlas,
        title: "Conformance".to_owned(),
        above: vec![],
        links: &links,
        attributions: vec![],
    };
    Ok(respond_page(page.around(&html! {
        p {
            "This service keeps these requirements classes of the Open Geospatial Consortium."
        }
        dl {
            @for (class, about) in classes() { dt { (about) } dd { code { (class) } } }
        }
    })))
}
