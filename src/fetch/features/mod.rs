//! A layer of an Esri feature service (ArcGIS REST API, "Query (Feature Service/Layer)").
//!
//! 1. The description of the layer gives its fields and when it was last edited
//!    ([`responses::LayerInfo`]).
//! 2. The service counts the features of the query.
//! 3. Pages are requested in order of the object id and each is kept on disk ([`pages`]), so that
//!    an interrupted run can continue.
//! 4. When all features have arrived, none twice, and the layer was not edited meanwhile, the pages
//!    become one GeoJSON file ([`assemble`]), with the same bytes for the same features.

mod assemble;
mod pages;
mod query;
pub mod responses;

use ureq::http::header;

use super::client::{Client, shown};
use super::digest::{create, digest};
use super::downloads::Download;
use super::error::FetchError;
use super::file::{Got, check_digests};
use super::lock::Entry;
use super::progress::{ProgressListener, Unit};
use pages::Pages;
use query::Query;
pub(super) use query::{ServerFilter, is_feature_service, service_name};
use responses::LayerInfo;

/// The maximum number of features per page, even if the service allows more: ONS's limit.
const PAGE: u64 = 2000;

/// If a service fails on pages of this size, the size is not the reason.
const SMALLEST_PAGE: u64 = 25;

/// Downloads one layer as a GeoJSON file. `known` is the lock entry of the file on disk, if that
/// file may be kept when it has not changed.
pub(super) fn fetch(
    client: &Client,
    download: &Download,
    url: &str,
    filter: &ServerFilter,
    known: Option<&Entry>,
    listener: &dyn ProgressListener,
) -> Result<Got, FetchError> {
    let mut reader = Reader {
        client,
        download,
        listener,
        layer: String::new(),
        page: PAGE,
        has_progressed: false,
    };
    let mut retries = client.retries();
    let (info, query, pages) = loop {
        match reader.read(url, filter, known) {
            Ok(Read::Unchanged) => return Ok(Got::Unchanged),
            Ok(Read::All(all)) => break *all,
            Err(error) => {
                listener.end();
                if std::mem::take(&mut reader.has_progressed) {
                    retries.reset();
                }
                retries.wait(error, &|line| listener.say(line))?;
            }
        }
    };
    listener.end();
    let here = |error: std::io::Error| FetchError::local(&download.path, &error);
    let mut whole = create(&download.path).map_err(here)?;
    let features = assemble::write(&pages, whole.file())?;
    let digests = digest(whole.partial_path()).map_err(here)?;
    if let Err(error) = check_digests(&download.origin, url, &digests) {
        pages.remove();
        return Err(error);
    }
    whole.finish().map_err(here)?;
    pages.remove();
    Ok(Got::Fetched(Box::new(Entry {
        file: download.file.clone(),
        url: reader.layer,
        fetched: super::now(),
        bytes: digests.bytes,
        sha256: digests.sha256,
        etag: None,
        last_modified: None,
        query: Some(query.in_words()),
        edited: info.edited,
        features: Some(features),
        licence: download.licence.clone(),
    })))
}

enum Read {
    Unchanged,
    All(Box<(LayerInfo, Query, Pages)>),
}

struct Reader<'a> {
    client: &'a Client,
    download: &'a Download,
    listener: &'a dyn ProgressListener,
    /// The URL of the layer, once it is known.
    layer: String,
    /// The number of features to request at once.
    page: u64,
    /// Whether a page has arrived since the last failure.
    has_progressed: bool,
}

impl Reader<'_> {
    fn read(
        &mut self,
        url: &str,
        filter: &ServerFilter,
        known: Option<&Entry>,
    ) -> Result<Read, FetchError> {
        if self.layer.is_empty() {
            self.layer = self.find_layer(url)?;
        }
        let info = self.info()?;
        let query = Query::new(&self.layer, &info, self.download, filter)?;
        if let Some(known) = known
            && known.edited.is_some()
            && known.edited == info.edited
            && known.url == self.layer
            && known.query == Some(query.in_words())
        {
            return Ok(Read::Unchanged);
        }
        let count = responses::count(&self.ask(&query.count())?).map_err(|t| self.at_layer(t))?;
        if count == 0 {
            return Err(FetchError::permanent(format!(
                "{} has no feature for {}",
                shown(&self.layer),
                query.in_words()
            )));
        }
        let here = |error: std::io::Error| FetchError::local(&self.download.path, &error);
        let mut pages =
            Pages::open(&self.download.path, &query.mark(&info, count)).map_err(here)?;
        self.listener.begin(Unit::Features, Some(count));
        self.listener.advance(pages.features());
        self.page = self.page.min(info.max_per_page.unwrap_or(PAGE)).max(1);
        let mut requested = 0;
        while pages.features() < count {
            self.read_page(&query, count, &mut pages)?;
            requested += 1;
        }
        if pages.features() != count || pages.has_any_twice() {
            let there = pages.features();
            pages.remove();
            return Err(FetchError::transient(format!(
                "{} counted {count} features and gave {there}, or some of them twice: from the \
                 beginning",
                shown(&self.layer)
            )));
        }
        if requested > 1 && self.info()?.edited != info.edited {
            pages.remove();
            return Err(FetchError::transient(format!(
                "{} was edited while it was being downloaded: starting again",
                shown(&self.layer)
            )));
        }
        Ok(Read::All(Box::new((info, query, pages))))
    }

    fn read_page(
        &mut self,
        query: &Query,
        count: u64,
        pages: &mut Pages,
    ) -> Result<(), FetchError> {
        let offset = pages.features();
        let answer = self.ask(&query.page(offset, self.page)).inspect_err(|error| {
            // Full-resolution areas can be too large for one response.
            if matches!(error, FetchError::Transient { .. }) {
                self.page = (self.page / 2).max(SMALLEST_PAGE.min(self.page));
            }
        })?;
        let page = responses::page(&answer, query.fields()).map_err(|t| self.at_layer(t))?;
        if page.features.is_empty() || (!page.exceeded && offset + page.len() < count) {
            let there = offset + page.len();
            pages.clear().map_err(|error| FetchError::local(&self.download.path, &error))?;
            return Err(FetchError::transient(format!(
                "{} counted {count} features but ends after {there}: starting again",
                shown(&self.layer)
            )));
        }
        let features = page.len();
        pages.add(page).map_err(|error| FetchError::local(&self.download.path, &error))?;
        self.has_progressed = true;
        self.listener.advance(features);
        Ok(())
    }

    fn info(&self) -> Result<LayerInfo, FetchError> {
        responses::layer_info(&self.ask(&format!("{}?f=json", self.layer))?)
            .map_err(|t| self.at_layer(t))
    }

    /// Completes the URL of the catalogue to `…/FeatureServer/0`; it may name only the service or a
    /// query of the layer.
    fn find_layer(&self, url: &str) -> Result<String, FetchError> {
        let Some((service, layer)) = query::split(url) else {
            return Err(FetchError::permanent(format!("{url} is not a feature service")));
        };
        if let Some(layer) = layer {
            return Ok(format!("{service}/{layer}"));
        }
        let layers = responses::layers(&self.ask(&format!("{service}?f=json"))?)
            .map_err(|error| name_place(&service, error))?;
        match &layers[..] {
            [(id, _)] => Ok(format!("{service}/{id}")),
            [] => Err(FetchError::permanent(format!("{service} has no layer"))),
            several => {
                let list: Vec<String> =
                    several.iter().map(|(id, name)| format!("/{id} ({name})")).collect();
                Err(FetchError::permanent(format!(
                    "{service} has several layers: choose one of {}",
                    list.join(", ")
                )))
            }
        }
    }

    fn ask(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        self.client.get_document(url, &[(header::ACCEPT, "application/json".to_owned())])
    }

    fn at_layer(&self, error: FetchError) -> FetchError {
        name_place(&self.layer, error)
    }
}

/// Puts the URL before the message.
fn name_place(url: &str, error: FetchError) -> FetchError {
    let place = |why: String| format!("{} answered: {why}", shown(url));
    match error {
        FetchError::Transient { why, wait } => FetchError::Transient { why: place(why), wait },
        FetchError::Permanent(why) => FetchError::Permanent(place(why)),
        here @ FetchError::Local(_) => here,
    }
}
