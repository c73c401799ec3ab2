//! The search of the Open Geography Portal: `/api/search/v1/collections/dataset/items?q=`.

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

pub(super) const HOST: &str = "geoportal.statistics.gov.uk/api/search/v1/collections/";

/// One published item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) title: String,
    /// `Feature Service`, `CSV Collection`…
    pub(crate) kind: String,
    pub(crate) url: String,
}

/// The items whose title has any word of the query, those with the most first.
pub(super) fn answer(items: &[Item], query: Option<&str>) -> Response<Body> {
    let mut parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let question = parameters.find(|(name, _)| name == "q").map(|(_, value)| value.to_lowercase());
    let question = question.unwrap_or_default();
    let score = |item: &Item| {
        let title = item.title.to_lowercase();
        question.split_whitespace().filter(|word| title.contains(word)).count()
    };
    let mut found: Vec<&Item> = items.iter().filter(|item| score(item) > 0).collect();
    found.sort_by_key(|item| std::cmp::Reverse(score(item)));
    let features: Vec<Value> = found
        .iter()
        .enumerate()
        .map(|(at, item)| {
            json!({
                "id": format!("{at:032x}"), "type": "Feature", "geometry": null,
                "properties": {
                    "title": item.title, "type": item.kind, "url": item.url,
                    "owner": "ONSGeography_data", "created": 1_700_000_000_000_i64
                },
                "links": []
            })
        })
        .collect();
    super::json(&json!({
        "type": "FeatureCollection", "timestamp": "2026-11-22T00:00:00Z",
        "numberMatched": features.len(), "numberReturned": features.len(),
        "features": features, "links": []
    }))
}
