//! The search of ONS's Open Geography Portal, used when none of the services in the catalogue
//! exists any more: ONS renames services between editions.
//!
//! The search implements OGC API - Records (ArcGIS Hub): `GET …/collections/dataset/items?q=`
//! returns a `FeatureCollection` whose features have `title`, `type` and `url` in their
//! `properties`.

use form_urlencoded::Serializer;
use serde::Deserialize;
use ureq::http::header;

use super::client::Client;
use super::error::FetchError;
use super::features::{is_feature_service, service_name};

/// The search endpoint.
const SEARCH: &str = "https://geoportal.statistics.gov.uk/api/search/v1/collections/dataset/items";

/// The base path of ONS's services at Esri.
const ONS: &str = "/ESMARspQHYMw9BZ9/";

/// The number of search results that are considered.
const MOST: usize = 20;

/// The URLs of ONS services whose title has every word of the missing service's name; `None` for a
/// service that is not ONS's.
pub(super) fn search(client: &Client, url: &str) -> Option<Result<Vec<String>, FetchError>> {
    if !url.contains(ONS) {
        return None;
    }
    let words = words(&service_name(url)?);
    let mut query = Serializer::new(String::new());
    query.append_pair("q", &words.join(" ")).append_pair("limit", &MOST.to_string());
    let address = format!("{SEARCH}?{}", query.finish());
    let mut retries = client.retries();
    let answer = loop {
        match client.get_document(&address, &[(header::ACCEPT, "application/json".to_owned())]) {
            Ok(answer) => break answer,
            Err(error) => {
                if let Err(error) = retries.wait(error, &|_| {}) {
                    return Some(Err(error));
                }
            }
        }
    };
    Some(services(&answer, &words).map_err(|why| FetchError::permanent(format!("{SEARCH}: {why}"))))
}

/// Parses a search result: the services whose title has every word.
///
/// # Errors
///
/// If it is not a collection of items.
pub fn services(answer: &[u8], title_words: &[String]) -> Result<Vec<String>, String> {
    #[derive(Deserialize)]
    struct Answer {
        features: Vec<Item>,
    }
    #[derive(Deserialize)]
    struct Item {
        #[serde(default)]
        properties: Properties,
    }
    #[derive(Default, Deserialize)]
    struct Properties {
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        url: Option<String>,
    }
    let answer: Answer = serde_json::from_slice(answer)
        .map_err(|error| format!("the search result is not a collection of items: {error}"))?;
    let mut found = Vec::new();
    for Item { properties: Properties { title, url } } in answer.features {
        let (Some(title), Some(url)) = (title, url) else { continue };
        let title = words(&title);
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        let is_it =
            is_web && is_feature_service(&url) && title_words.iter().all(|w| title.contains(w));
        if is_it && !found.contains(&url) {
            found.push(url);
        }
    }
    Ok(found)
}

/// The words of a service's name or an item's title, in lower case and without a version number:
/// `Wards_December_2022_Boundaries_UK_BGC_V2` has the title "Wards (December 2022) Boundaries UK
/// BGC".
pub fn words(name: &str) -> Vec<String> {
    let is_version = |word: &str| {
        word.strip_prefix('v')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    name.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !is_version(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_services_with_every_word_are_taken() {
        let item = |title: &str, url: &str| {
            format!(
                r#"{{"properties":{{"title":"{title}","type":"Feature Service","url":"{url}"}}}}"#
            )
        };
        let url = |name: &str| format!("https://a.example/{name}/FeatureServer");
        let answer = format!(
            r#"{{"features":[{},{},{},{},{{"properties":{{"title":null}}}},{{}}]}}"#,
            item("Wards (May 2024) Boundaries UK BGC", &url("A")),
            item("Wards (December 2022) Boundaries UK BGC (V2)", &url("B")),
            item("Wards (December 2022) Boundaries UK BGC", "https://a.example/B.zip"),
            item("Wards (December 2022) Boundaries UK BGC", "file:///FeatureServer"),
        );
        let title_words = words("Wards_December_2022_Boundaries_UK_BGC_V9");
        assert_eq!(services(answer.as_bytes(), &title_words), Ok(vec![url("B")]));
        assert!(services(b"[]", &title_words).is_err());
    }
}
