//! The OpenAPI document of a snapshot. It names the public URL of the service, so there is one for
//! each URL under which clients know it.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::sync::Cache;
use serde_json::Value;

/// An OpenAPI document.
#[derive(Debug)]
pub struct ApiDocument {
    /// The document.
    pub value: Value,
    /// The same as JSON text.
    pub text: Bytes,
}

/// Documents by public URL, each built on first use.
#[derive(Debug)]
pub(super) struct ApiDocuments {
    by_url: Cache<String, Arc<ApiDocument>>,
}

/// A service has one or two public URLs. A client that invents hosts fills no more than this.
const MOST_URLS: usize = 8;

impl Default for ApiDocuments {
    fn default() -> Self {
        Self { by_url: Cache::new(MOST_URLS) }
    }
}

impl ApiDocuments {
    /// The document for a URL. Requests at the same time share one call of `build`.
    pub(super) fn of<E>(
        &self,
        url: &str,
        build: impl FnOnce() -> Result<ApiDocument, E>,
    ) -> Result<Arc<ApiDocument>, E> {
        self.by_url.get_or_insert_with(url, || build().map(Arc::new))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use serde_json::json;

    use super::*;

    #[test]
    fn requests_for_one_url_share_a_build() {
        let (documents, builds) = (ApiDocuments::default(), Cell::new(0));
        let ask = |url: &str| {
            let build = || {
                builds.set(builds.get() + 1);
                Ok::<_, Infallible>(ApiDocument { value: json!(url), text: Bytes::new() })
            };
            documents.of(url, build).unwrap()
        };
        let first = ask("https://a.example");
        assert!(Arc::ptr_eq(&first, &ask("https://a.example")));
        assert_eq!(ask("https://b.example").value, json!("https://b.example"));
        assert_eq!(builds.get(), 2);
    }

    #[test]
    fn a_failed_build_is_not_kept() {
        let documents = ApiDocuments::default();
        assert_eq!(documents.of("/", || Err("no")).unwrap_err(), "no");
        let built = || Ok::<_, &str>(ApiDocument { value: json!(1), text: Bytes::new() });
        assert_eq!(documents.of("/", built).unwrap().value, json!(1));
    }

    #[test]
    fn invented_urls_do_not_accumulate() {
        let documents = ApiDocuments::default();
        for host in 0..1000 {
            let build = || Ok::<_, Infallible>(ApiDocument { value: json!(1), text: Bytes::new() });
            documents.of(&format!("https://{host}.example"), build).unwrap();
        }
        assert!(documents.by_url.len() <= MOST_URLS, "{}", documents.by_url.len());
    }
}
