//! `/map`: the map page, embedded in the program.
//!
//! `src/web/build.rs` bundles and compresses the scripts and styles; this module serves them, and
//! [`page`] has the HTML. The names of assets contain a hash of their content, so they are cached
//! for ever; the page itself is revalidated each time.
//!
//! Without scripts, and in a program built without the map, `?q=` is answered as text ([`text`]).

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;

use crate::http::error::{Problem, ProblemKind};
use crate::http::middleware::content_encoding::Codings;
use crate::http::middleware::etag;
use crate::http::{AppState, RequestSnapshot, Routes};

mod basemap;
mod page;
mod text;

pub use basemap::Basemap;

/// What the build script made for the page.
#[allow(dead_code, reason = "none is made in a program that was built without the page")]
struct MapPage {
    /// The names of the assets that [`page`] links to: its style, its script, and the map's script,
    /// which the page's script loads.
    style: &'static str,
    script: &'static str,
    map: &'static str,
    /// The licences of everything that is bundled.
    licences: &'static str,
    assets: &'static [Asset],
}

/// A file of the page, compressed at build time.
#[allow(dead_code, reason = "none is made in a program that was built without the page")]
struct Asset {
    name: &'static str,
    brotli: &'static [u8],
    gzip: &'static [u8],
}

// BUILT: the page, or why it is missing.
include!(concat!(env!("OUT_DIR"), "/web.rs"));

pub(in crate::http) fn routes() -> Routes {
    vec![
        ("/map", get(map_page)),
        ("/map/assets/{name}", get(asset)),
        ("/map/licences", get(licences)),
    ]
}

const NOSNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

/// For names with a hash of the content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

async fn map_page(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = text::PageQuery::read(query.as_deref());
    let served = snapshot.served().ok();
    let answer = text::answer(served.as_deref(), &asked);
    let html = match &BUILT {
        Ok(built) => page::with_map(built, app.basemap.as_ref(), &answer),
        Err(why) => page::without_map(why, &answer),
    };
    let html = html.into_string();
    let tag = etag::of_content(&html);
    let policy = policy(app.basemap.as_ref());
    let mut response = if etag::has(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        html.into_response()
    };
    let of_page = [
        NOSNIFF,
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    set(&mut response, of_page);
    for (name, value) in [(header::CONTENT_SECURITY_POLICY, policy), (header::ETAG, tag)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Sets headers, replacing those of the body.
fn set<const N: usize>(response: &mut Response, headers: [(HeaderName, HeaderValue); N]) {
    for (name, value) in headers {
        response.headers_mut().insert(name, value);
    }
}

/// The content security policy: resources of this service, and the tiles of the base map. Any page
/// may frame the map.
fn policy(basemap: Option<&Basemap>) -> String {
    let also = basemap.map(|b| format!(" {}", b.origin())).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; \
         img-src 'self' data: blob:{also}; connect-src 'self'{also}; form-action 'self'; \
         base-uri 'none'; frame-ancestors *"
    )
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let assets = BUILT.as_ref().map_or(&[][..], |built| built.assets);
    let asset = assets.iter().find(|asset| asset.name == name).ok_or_else(|| {
        let detail = "there is no such file of the map page: reload /map";
        Problem::new(ProblemKind::UnknownRoute, detail)
    })?;
    let codings = Codings::of(&headers);
    let (body, encoding) = if codings.name_brotli() {
        (Bytes::from_static(asset.brotli), Some("br"))
    } else if codings.name_gzip() {
        (Bytes::from_static(asset.gzip), Some("gzip"))
    } else {
        (unzipped(asset)?, None)
    };
    let extension = std::path::Path::new(asset.name).extension();
    let content_type = match extension.and_then(|extension| extension.to_str()) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "application/octet-stream",
    };
    let mut response = body.into_response();
    let of_asset = [
        NOSNIFF,
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    set(&mut response, of_asset);
    if let Some(encoding) = encoding {
        let encoding = HeaderValue::from_static(encoding);
        response.headers_mut().insert(header::CONTENT_ENCODING, encoding);
    }
    Ok(response)
}

fn unzipped(asset: &Asset) -> Result<Bytes, Problem> {
    use std::io::Read as _;
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(asset.gzip)
        .read_to_end(&mut plain)
        .map_err(|error| Problem::internal(&error))?;
    Ok(plain.into())
}

async fn licences() -> Result<Response, Problem> {
    let built = BUILT.as_ref().map_err(|why| {
        let detail = format!("this program was built without the map page: {why}");
        Problem::new(ProblemKind::UnknownRoute, detail)
    })?;
    let head = [
        NOSNIFF,
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    let mut response = built.licences.into_response();
    set(&mut response, head);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_in_the_basemap_and_nobody_else() {
        assert!(!policy(None).contains("http"));
        let basemap = Basemap::new("https://a.example:8443/{z}/{x}/{y}.png", "A").unwrap();
        let policy = policy(Some(&basemap));
        assert_eq!(policy.matches("https://a.example:8443").count(), 2, "{policy}");
        assert!(policy.contains("connect-src 'self' https://a.example:8443;"));
    }
}
